package dashboard

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/change"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/jobs"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/source"
)

// hostile is text that would do harm where it was not escaped.
const hostile = `<script src="https://evil.example/x.js"></script><img src=x onerror=alert(1)>"'&{{.}}`

// sample is an organisation with SLOs in every state, for looking at pages and
// for checking what they render. It is no stand-in for the services: their own
// pages are tested through them.
type sample struct {
	now        time.Time
	teams      []registry.Team
	members    map[id.ID][]registry.Member
	services   []registry.Service
	places     []source.View
	needs      map[id.ID][]registry.Dependency
	views      []slo.View
	shapes     map[id.ID]shape
	revisions  map[id.ID][]slo.RevisionWithIndicator
	groups     map[id.ID][]slo.GroupStatus
	alerts     []alert.Alert
	changes    []change.Change
	violations []policy.Violation
	issues     []delivery.Known
	standing   delivery.Standing
	givenUp    int // webhooks
	// administrator is whether the visitor is one.
	administrator bool
	jobs          []jobs.Job
	runs          map[string][]jobs.Run
	fail          error
	next          int
}

// shape is how the remaining budget of a sample went: from first to last, with a
// step at one place, and with nothing known before begin and in a gap.
type shape struct {
	first, last, begin, gapFrom, gapTo, dropAt float64
}

var sampleNow = time.Date(2026, 11, 23, 14, 27, 41, 0, time.UTC)

func (s *sample) id() id.ID {
	s.next++
	return id.ID(fmt.Sprintf("01JD3Z0Q8RC6W4N1M2V5%06d", s.next))
}

func (s *sample) team(slug, name string) registry.Team {
	t := registry.Team{ID: s.id(), Slug: slug, Name: name, Description: "Looks after " + name + ".", Contact: "https://chat.example/" + slug, DefaultRepository: "https://github.com/example/" + slug}
	s.teams = append(s.teams, t)
	return t
}

func (s *sample) service(t registry.Team, slug, name string, kind registry.Kind, tier int) registry.Service {
	v := registry.Service{ID: s.id(), Slug: slug, Team: t.ID, Profile: registry.Profile{
		Name: name, Description: "What customers use when they " + slug + ".", Kind: kind, Tier: tier, Lifecycle: registry.Production,
		Repository: "https://github.com/example/" + slug, OnCall: "https://oncall.example/" + slug, Runbook: "https://docs.example/runbooks/" + slug,
		Dashboard: "https://metrics.example/d/" + slug, Docs: "docs in the repository", Contact: "mailto:" + slug + "@example.com",
		Labels: map[string]string{"region": "eu-west", "language": "go"},
	}}
	s.services = append(s.services, v)
	return v
}

// objective adds an SLO whose window has so many events, of which the share
// consumed of the budget was bad; day is the share of a day's burn rate.
func (s *sample) objective(svc registry.Service, slug, name, target string, state budget.State, events int64, consumed, day float64, sh shape) *slo.View {
	o, err := budget.ParseObjective(target)
	if err != nil {
		panic(err)
	}
	sum := func(n int64, burn float64) window.Sum {
		bad := int64(math.Round(float64(n) * float64(o.BudgetPPB()) / budget.Billion * burn))
		return window.Sum{Good: (n - bad) * 1000, Total: n * 1000}
	}
	v := slo.View{SLO: slo.SLO{ID: s.id(), Service: svc.ID, Slug: slug, Name: name, Description: "Customers can rely on it.", Revision: 1}}
	v.Revision = slo.Revision{ID: s.id(), SLO: v.SLO.ID, Number: 1, CreatedAt: s.now.Add(-70 * 24 * time.Hour), CreatedBy: "Ada Lovelace"}
	review := s.now.Add(100 * 24 * time.Hour)
	v.Revision.Terms = slo.Terms{Objective: o, Over: slo.TimeWindow{Days: 28}, MinEvents: 100, Alerts: slo.AlertTerms{MinBadEvents: 3}, Rationale: "Support tickets rise when more than one request in a thousand fails.", Reviewer: "Grace Hopper", ReviewBy: &review}
	v.Indicator = slo.Indicator{ID: s.id(), SLO: v.SLO.ID, Measure: slo.Measure{Category: slo.Availability, Counting: slo.GoodTotal, Resolution: time.Minute, Description: "a request that was answered with a status below 500"}}
	if strings.HasPrefix(slug, "lat") {
		v.Indicator.Category, v.Indicator.Description = slo.Latency, "a request that was answered within 300 ms"
	}
	v.Status = slo.Status{SLO: v.SLO.ID, Revision: v.Revision.ID, State: state}
	if events >= 0 {
		v.Status.End = s.now.Truncate(time.Minute)
		v.Status.EvaluatedAt, v.Status.Since = v.Status.End, s.now.Add(-53*time.Hour)
		v.Status.Latest = v.Status.End
		v.Status.Sums.Window, v.Status.Sums.Policy = sum(events, consumed), sum(events, consumed)
		for i, d := range budget.Lookbacks {
			factor := day
			if d < 24*time.Hour {
				factor = day * (1 + float64(5-i)/3)
			}
			v.Status.Sums.Lookbacks[i] = sum(int64(float64(events)*d.Hours()/672), factor)
		}
		if ppb, known := budget.RemainingPPB(v.Status.Sums.Window, o, budget.Pace{}); known && state != budget.NoData {
			v.Status.RemainingPPB = &ppb
		}
	}
	s.views, s.shapes[v.SLO.ID] = append(s.views, v), sh
	s.revisions[v.SLO.ID] = []slo.RevisionWithIndicator{{Revision: v.Revision, Indicator: v.Indicator}}
	return &s.views[len(s.views)-1]
}

func (s *sample) violate(v *slo.View, clause string, mode policy.Mode, ago time.Duration, ending policy.Ending) {
	consumed := budgetConsumed(*v)
	x := policy.Violation{
		ID: s.id(), Policy: "SHIPPED", Clause: clause, SLO: v.SLO.ID, Service: v.SLO.Service, Mode: mode, OpenedAt: s.now.Add(-ago),
		Evidence: policy.Evidence{ConsumedPercent: consumed, When: "consumed > 1"},
	}
	if ending != "" {
		ended := x.OpenedAt.Add(60 * time.Hour)
		x.EndedAt, x.Ending = &ended, ending
	}
	s.violations = append([]policy.Violation{x}, s.violations...)
	if mode == policy.Observe {
		return
	}
	i := issues.Issue{
		ID: s.id(), Kind: issues.KindBudgetViolation, Fingerprint: "9f2c41d07be8", Service: x.Service, Subject: x.SLO, Episode: x.ID,
		Repository: "https://github.com/example/checkout", Title: "`" + v.SLO.Slug + "`: `" + clause + "` (" + consumed + " % of the error budget is consumed)", Body: sampleBody,
		Labels: []string{"reliability", "error-budget"}, Open: ending == "", CreatedAt: x.OpenedAt, UpdatedAt: x.OpenedAt, Version: 1,
	}
	s.issues = append([]delivery.Known{{Issue: i, Delivery: delivery.New(i, s.now)}}, s.issues...)
}

// stop has an administrator and the configuration have stopped the sending of issues,
// webhooks have been given up, and an administrator look at it.
func (s *sample) stop() {
	s.standing = delivery.Standing{HasTracker: true, Kinds: []delivery.KindStanding{{Kind: issues.KindBudgetViolation, Mode: delivery.Enforce, Stops: []delivery.Stop{
		{Configured: true},
		{By: "Grace Hopper", Reason: "issues were opened in the wrong repository " + hostile, Since: s.now.Add(-26 * time.Minute)},
		{Kind: issues.KindBudgetViolation, By: strings.Repeat("long-", 12) + "name", Reason: strings.Repeat("reason-", 20), Since: s.now.Add(-50 * time.Hour)},
	}}}}
	s.givenUp, s.administrator = 3, true
}

// deliverInEveryState adds an issue for each way in which a delivery can stand.
func (s *sample) deliverInEveryState() {
	s.standing = delivery.Standing{HasTracker: true, Kinds: []delivery.KindStanding{{Kind: issues.KindBudgetViolation, Mode: delivery.Enforce}}}
	soon, opened := s.now.Add(4*time.Minute), s.now.Add(-30*time.Hour)
	for n, d := range []delivery.Delivery{
		{State: delivery.Pending, Place: "example/checkout", DueAt: &soon, Problem: "the cap of 20 issues of a team in a day is reached; it waits"},
		{State: delivery.Pending, Place: "example/checkout", Problem: "it was not made: before it was, it was wanted no more"},
		{State: delivery.Sending, Place: "example/checkout", DueAt: &soon, Attempts: 1},
		{State: delivery.Unknown, Place: "example/checkout", DueAt: &soon, Attempts: 2, Problem: "the answer was lost"},
		{State: delivery.Sent, Place: "example/checkout", Number: 412, Written: delivery.Written{Settled: delivery.Settled{Open: true}}},
		{State: delivery.Sent, Place: "example/checkout", Number: 398, Outcome: delivery.Done},
		{State: delivery.Sent, Place: "example/checkout", Number: 377, Outcome: delivery.Waived},
		{State: delivery.Sent, Place: "example/checkout", Number: 371, DueAt: &soon, Failures: 2, Problem: "GitHub answered 502"},
		{State: delivery.Dead, Place: "example/" + delivery.Place(strings.Repeat("long-", 12)) + "name", Failures: 3, Problem: "issues are disabled in the repository example/checkout: enable them, or send the issue to another " + hostile},
		{State: delivery.Dismissed, Place: "example/checkout", Number: 352, Problem: "Ada Lovelace dismissed it: " + hostile},
		{State: delivery.Grouped, Place: "example/checkout"},
	} {
		i := s.issues[0].Issue
		i.ID, i.Subject, i.Open = s.id(), s.views[n%len(s.views)].SLO.ID, d.Outcome == ""
		d.Issue, d.Kind, d.Version = i.ID, i.Kind, 3
		if d.Number > 0 {
			d.OpenedAt, d.Attempts, d.URL = &opened, 1, fmt.Sprintf("https://github.com/%s/issues/%d", d.Place, d.Number)
		}
		s.issues = append(s.issues, delivery.Known{Issue: i, Delivery: d})
	}
	s.gatherTheLast()
}

// gatherTheLast has the issue that was added last told of in a group.
func (s *sample) gatherTheLast() {
	member := &s.issues[len(s.issues)-1]
	i := member.Issue
	i.ID, i.Service, i.Subject, i.Episode, i.Repository, i.Title = s.id(), "", "", s.id(), "", "12 SLOs break their error-budget policies at once"
	i.Body = "## What happened\n\n12 SLOs broke clauses of their error-budget policies, about the same time.\n\n- [" + member.Issue.Title + "](<https://evenkeel.example/violations/" + string(member.Issue.Episode) + ">): **broken**\n"
	member.Issue.Group = i.ID
	opened := s.now.Add(-20 * time.Minute)
	s.issues = append(s.issues, delivery.Known{Issue: i, Delivery: delivery.Delivery{
		Issue: i.ID, Kind: i.Kind, State: delivery.Sent, Place: "example/checkout", Number: 415, URL: "https://github.com/example/checkout/issues/415",
		Attempts: 1, OpenedAt: &opened, Written: delivery.Written{Settled: delivery.Settled{Open: true}}, Version: 2,
	}})
}

func budgetConsumed(v slo.View) string {
	r, _ := budget.Consumed(v.Status.Sums.Policy, v.Revision.Objective, budget.Pace{})
	return r.Percent(2)
}

const sampleBody = `The error budget of **availability** of ` + "`checkout`" + ` over the trailing 28 days is overspent.

| | |
|---|---|
| objective | 99.9 % |
| SLI | 99.8814 % |
| consumed | 118.64 % of the budget |

### What follows
- [ ] Changes halt, except P0 issues and security fixes.
- [ ] Find what burned the budget: [the objective](/services/checkout/slos/availability).

> Written by a user: ` + hostile + `

![a picture](https://evil.example/pixel.png) and [a bad link](javascript:alert(1))
`

// blankSample is ready to have things added.
func blankSample() *sample {
	return &sample{
		now: sampleNow, members: map[id.ID][]registry.Member{}, needs: map[id.ID][]registry.Dependency{}, shapes: map[id.ID]shape{},
		revisions: map[id.ID][]slo.RevisionWithIndicator{}, groups: map[id.ID][]slo.GroupStatus{}, runs: map[string][]jobs.Run{},
	}
}

func newSample() *sample {
	s := blankSample()
	platform, shop, data := s.team("platform", "Platform"), s.team("shop", "Shop"), s.team("data", "Data & Insight")
	s.team("labs", "Labs")
	odd := s.team("odd", "Odd "+hostile)
	for _, name := range []string{"Ada Lovelace", "Grace Hopper", "Margaret Hamilton"} {
		s.members[shop.ID] = append(s.members[shop.ID], registry.Member{Team: shop.ID, Person: s.id(), Name: name, JoinedAt: s.now.Add(-400 * 24 * time.Hour)})
	}
	checkout := s.service(shop, "checkout", "Checkout", registry.HTTP, 1)
	search := s.service(shop, "search", "Search", registry.HTTP, 2)
	payments := s.service(shop, "payments", "Payments", registry.GRPC, 1)
	self := s.service(platform, "evenkeel", "Evenkeel", registry.HTTP, 3)
	identity := s.service(platform, "identity", "Identity", registry.GRPC, 1)
	feed := s.service(data, "events-feed", "Events feed", registry.Pipeline, 2)
	weird := s.service(odd, "weird", hostile, registry.LLM, 4)
	weird.Repository = "javascript:alert(1)"
	s.services[len(s.services)-1] = weird
	long := s.service(data, "long", "A service whose people could not agree on a name and took all of them at once without a single compromise", registry.Batch, 4)

	exhausted := s.objective(checkout, "availability", "Availability", "99.9%", budget.Exhausted, 12_480_311, 1.1864, 1.3, shape{.8, -.1864, 0, 0, 0, .62})
	s.objective(checkout, "latency", "Fast answers", "99%", budget.AtRisk, 12_480_311, .615, 2.9, shape{.92, .385, 0, .34, .41, .8})
	s.objective(search, "availability", "Availability", "99.5%", budget.OK, 4_120_008, .213, .4, shape{.6, .787, 0, 0, 0, 2})
	s.objective(search, "latency", "Fast answers", "95%", budget.OK, 4_120_008, .48, .8, shape{.7, .52, 0, 0, 0, .3})
	far := s.objective(payments, "availability", "Card payments succeed", "99.99%", budget.Exhausted, 890_112, 9.2, 14, shape{.4, -8.2, 0, 0, 0, .7})
	s.objective(self, "availability", "Availability", "99.9%", budget.OK, 51_200, 0, 0, shape{1, 1, .93, 0, 0, 2})
	s.objective(self, "latency", "Fast answers", "99%", budget.OK, 51_200, .04, .1, shape{1, .96, .93, 0, 0, .97})
	stale := s.objective(identity, "availability", "Sign-ins succeed", "99.95%", budget.OK, 2_204_871, .33, .2, shape{.9, .67, 0, .5, .58, .4})
	stale.Status.Stale, stale.Status.Latest = true, s.now.Add(-47*time.Minute)
	s.objective(identity, "latency", "Fast sign-ins", "99%", budget.NoData, -1, 0, 0, shape{})
	s.objective(feed, "freshness", "Fresh within five minutes", "99%", budget.NoData, 12, 0, 0, shape{1, 1, 2, 0, 0, 0})
	s.objective(weird, "weird", hostile, "12.3456789%", budget.OK, 7_000_000, .999999, .3, shape{1, 0, 0, 0, 0, .5})
	s.objective(long, "long", "The nightly settlement of every ledger in every currency finishes before the first bank opens", "99%", budget.AtRisk, 3_000, .96, 3.1, shape{.5, .04, .2, 0, 0, .9})

	confidence, err := budget.ParseConfidence("95%")
	if err != nil {
		panic(err)
	}
	for i := range s.views { // met, breached, undetermined, too few, none
		if v := &s.views[i]; v.SLO.Slug == "availability" && v.SLO.Service != search.ID || v.SLO.Slug == "long" || v.SLO.Slug == "freshness" {
			v.Revision.Confidence = confidence
			s.revisions[v.SLO.ID][0].Revision.Confidence = confidence
		}
	}

	eu := s.place("prometheus-eu", "Prometheus, Europe", func(v *source.View) {
		v.SLOs, v.Health.SucceededAt = 3, &sampleAnswered
		v.Source.Auth, v.Source.TLS.CA = source.Auth{Scheme: source.Bearer, Secret: "prom-token"}, "prom-ca"
	})
	failing := s.place("mimir", "Mimir "+hostile, func(v *source.View) {
		v.SLOs, v.Health.FailingSince, v.Health.Failure = 1, &sampleFailed, "it answered 503: "+hostile
		v.Source.MatchersRequired, v.Source.Matchers = true, []source.Matcher{{Label: "namespace", Op: "=", Value: "$team"}}
	})
	s.place("batch", "Batch adapter", func(v *source.View) { v.Source.Kind = source.Adapter })
	s.place("old", "The old Prometheus", func(v *source.View) { v.Source.RetiredAt = &sampleFailed })
	s.readFrom("latency", checkout, origin.Origin{DataSource: eu.Source.ID, Latency: &origin.Latency{
		Metric: "http_request_duration_seconds", Selector: `job="checkout",code!~"5.."`, ThresholdSeconds: 0.3,
	}, GroupBy: "region", MaxGroups: 20})
	s.readFrom("availability", payments, origin.Origin{DataSource: failing.Source.ID, Ratio: &origin.Ratio{
		Bad:   `sum(increase(grpc_server_handled_total{grpc_code=~"Unknown|Internal|Unavailable|DataLoss",job="payments"}[$window]))`,
		Total: "sum(increase(grpc_server_handled_total{job=\"payments\"}[$window])) # " + hostile,
	}})
	s.readFrom("latency", search, origin.Origin{DataSource: eu.Source.ID, Threshold: &origin.Threshold{Query: "max(queue_length)", Op: origin.LT, Value: 100}})
	s.readFrom("freshness", feed, origin.Origin{OTLP: &origin.OTLP{Metric: "feed.lag", Threshold: 300}})

	s.violate(s.find(exhausted.SLO.ID), "four-weeks", policy.Observe, 19*24*time.Hour, policy.Recovered)
	s.violate(s.find(exhausted.SLO.ID), "four-weeks", policy.Enforce, 53*time.Hour, "")
	s.violate(s.find(far.SLO.ID), "four-weeks", policy.Warn, 8*24*time.Hour, "")
	s.ringAll()
	s.changeAll()
	s.deliverInEveryState()
	s.needs[checkout.ID] = []registry.Dependency{
		{On: payments.ID, OnSlug: "payments", DependencyTerms: registry.DependencyTerms{Criticality: registry.Hard, FailureMode: "orders wait in the basket", Timeout: 800 * time.Millisecond, Retry: "twice, exponential with jitter", Breaker: "opens at 50 % of 20 calls"}},
		{On: search.ID, OnSlug: "search", DependencyTerms: registry.DependencyTerms{Criticality: registry.Soft}},
	}
	for _, j := range []struct{ name, text, schedule string }{
		{"apply-policies", "Assesses every objective against the policies attached to it.", "@every 1m"},
		{"evaluate-budgets", "Turns what was measured into the status of every objective.", "@every 15s"},
		{"prune", "Removes what nobody needs any more.", "17 3 * * *"},
	} {
		s.jobs = append(s.jobs, jobs.Job{Name: j.name, Description: j.text, Schedule: j.schedule})
	}
	done, failed := s.now.Add(-40*time.Second), s.now.Add(-100*time.Second)
	s.runs["evaluate-budgets"] = []jobs.Run{
		{StartedAt: s.now.Add(-2 * time.Second), State: jobs.Running, StartedBy: "schedule"},
		{StartedAt: done.Add(-312 * time.Millisecond), FinishedAt: &done, State: jobs.Succeeded, StartedBy: "schedule", Result: jobs.Result{"evaluated": 12, "segments": 34}},
		{StartedAt: failed.Add(-2 * time.Second), FinishedAt: &failed, State: jobs.Failed, StartedBy: "Ada Lovelace", Error: "the database did not answer in time"},
		{StartedAt: failed.Add(-time.Hour), FinishedAt: &failed, State: jobs.Abandoned, StartedBy: "schedule"},
	}
	return s
}

var sampleAnswered, sampleFailed = sampleNow.Add(-42 * time.Second), sampleNow.Add(-3 * time.Hour)

// place is a data source.
func (s *sample) place(slug, name string, change func(*source.View)) source.View {
	v := source.View{Source: source.Source{
		ID: s.id(), Slug: slug, Name: name, Kind: source.Prometheus, Access: source.Access{Address: "https://" + slug + ".example.org/prometheus"},
		Limits: source.Limits{Delay: time.Minute},
	}}
	change(&v)
	s.places = append(s.places, v)
	return v
}

// readFrom has an objective of the service be read from elsewhere.
func (s *sample) readFrom(slug string, of registry.Service, from origin.Origin) {
	for i := range s.views {
		if v := &s.views[i]; v.SLO.Service == of.ID && v.SLO.Slug == slug {
			v.Indicator.Origin = from
		}
	}
}

func (s *sample) find(v id.ID) *slo.View {
	for i := range s.views {
		if s.views[i].SLO.ID == v {
			return &s.views[i]
		}
	}
	return nil
}
