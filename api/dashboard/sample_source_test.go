package dashboard

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/jobs"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/source"
)

func (s *sample) sources() Sources {
	return Sources{Access: s.access(), Registry: organisation{s}, DataSources: places{s}, SLOs: promises{s}, SLAs: agreements{s}, Composites: wholes{s}, Corrections: amendments{s}, Scores: scored{}, Outages: blackouts{s}, Postmortems: scribe{s}, Actions: doer{s}, Given: knower{s}, Scorecards: assessor{s}, Toil: worn{s}, Drifts: drifter{s}, Manifests: filer{s}, Exemptions: excuser{s}, Campaigns: campaigner{s}, Launches: launcher{s}, Claims: claimed{s}, Proposals: suggestions{s}, Signals: golden{s}, Alerts: bells{s}, Changes: deeds{s}, Incidents: mishaps{s}, Impact: mishaps{s}, Search: mishaps{s}, Statistics: mishaps{s}, Policies: rulebook{s}, Trials: tried{s}, Gate: gatekeeper{s}, Issues: tracker{s}, Webhooks: s, Notifications: post{s}, Reports: published{s}, Jobs: schedule{s}, Collection: reading{s}}
}

// reading is of SLOs that are read without trouble, two minutes ago; those by a ratio are from
// installed rules.
type reading struct{ *sample }

func (r reading) Standing(_ context.Context, of id.ID) (collect.Standing, error) {
	out := collect.Standing{
		Target: collect.Target{Resolution: time.Minute, Collection: collect.Collection{SucceededAt: r.now.Add(-time.Minute)}},
		Until:  r.now.Add(-2 * time.Minute), At: r.now,
	}
	if v := r.find(of); v != nil && v.Indicator.Origin.Ratio != nil {
		out.Recording = &origin.Recording{Group: "evenkeel-payments-availability", File: "/etc/prometheus/rules.yaml", Good: "slo:good_events:slot1m", Total: "slo:total_events:slot1m",
			Labels: map[string]string{"evenkeel_slo": "availability", "evenkeel_service": "payments"}, Query: `{__name__=~"slo:good_events:slot1m|slo:total_events:slot1m"}[5m]`}
	}
	return out, nil
}

type doorkeeper struct{ *sample }

func (s *sample) access() Access { return doorkeeper{s} }

const (
	sampleCode    = "good-code"
	sampleSession = "good-session"
)

func (d doorkeeper) SignInVerified(_ context.Context, _ access.Arrival) (string, access.Session, error) {
	return d.SignIn(context.Background(), sampleCode)
}

func (d doorkeeper) SignIn(_ context.Context, code string) (string, access.Session, error) {
	if code != sampleCode {
		return "", access.Session{}, fault.New(fault.Unauthenticated, "sign_in_code_invalid", "the link was used already or is older than 10 minutes; ask for a new one")
	}
	return sampleSession, access.Session{ExpiresAt: d.now.Add(time.Hour)}, nil
}

func (d doorkeeper) AuthenticateSession(_ context.Context, text string) (access.Caller, error) {
	if text != sampleSession {
		return access.Caller{}, fault.New(fault.Unauthenticated, "session_invalid", "you are signed out; sign in again")
	}
	c := access.Caller{Kind: access.ByPerson, Person: "ada", Name: "Ada Lovelace", Scopes: []access.Scope{access.ScopeRead}}
	if d.administrator {
		c.Administrator, c.Scopes = true, access.Scopes
	}
	return c, nil
}

func (doorkeeper) SignOut(context.Context, string) error { return nil }

type organisation struct{ *sample }

func pageOf[T any](items []T, r page.Request) page.Page[T] {
	if len(items) > r.Size() {
		return page.Page[T]{Items: items[:r.Size()], Next: "next-cursor"}
	}
	return page.Page[T]{Items: items}
}

func (o organisation) TeamFor(_ context.Context, name string) (registry.Team, error) {
	for _, t := range o.teams {
		if t.Slug == name || string(t.ID) == name {
			return t, nil
		}
	}
	if name == "old-shop" {
		return registry.Team{}, fault.Renamed("team", "old-shop", "shop")
	}
	return registry.Team{}, fault.Missing("team", name)
}

func (o organisation) Teams(_ context.Context, _ registry.TeamFilter, r page.Request) (page.Page[registry.Team], error) {
	return pageOf(o.teams, r), o.fail
}

func (o organisation) TeamsByID(context.Context, []id.ID) (map[id.ID]registry.Team, error) {
	out := map[id.ID]registry.Team{}
	for _, t := range o.teams {
		out[t.ID] = t
	}
	return out, nil
}

func (o organisation) Members(_ context.Context, team string, r page.Request) (page.Page[registry.Member], error) {
	return pageOf(o.members[id.ID(team)], r), nil
}

func (o organisation) SystemFor(context.Context, string) (registry.System, error) {
	return registry.System{Slug: "ordering", Name: "Ordering", Team: o.teams[0].ID}, nil
}

func (o organisation) Systems(_ context.Context, _ registry.SystemFilter, r page.Request) (page.Page[registry.System], error) {
	if len(o.teams) == 0 {
		return page.Page[registry.System]{}, o.fail
	}
	return pageOf([]registry.System{{Slug: "ordering", Name: "Ordering", Team: o.teams[0].ID}}, r), o.fail
}

func (o organisation) ServiceFor(_ context.Context, name string) (registry.Service, error) {
	for _, s := range o.services {
		if s.Slug == name || string(s.ID) == name {
			return s, nil
		}
	}
	return registry.Service{}, fault.Missing("service", name)
}

func (o organisation) Services(_ context.Context, f registry.ServiceFilter, r page.Request) (page.Page[registry.Service], error) {
	var out []registry.Service
	for _, s := range o.services {
		if f.Team == "" || f.Team == s.Team {
			out = append(out, s)
		}
	}
	return pageOf(out, r), nil
}

func (o organisation) ServicesByID(context.Context, []id.ID) (map[id.ID]registry.Service, error) {
	out := map[id.ID]registry.Service{}
	for _, s := range o.services {
		out[s.ID] = s
	}
	return out, nil
}

func (o organisation) Dependencies(_ context.Context, service string) ([]registry.Dependency, error) {
	return o.needs[id.ID(service)], nil
}

type places struct{ *sample }

func (p places) Find(_ context.Context, name string) (source.View, error) {
	for _, v := range p.places {
		if string(v.Source.ID) == name {
			return v, nil
		}
	}
	return source.View{}, fault.Missing("data_source", name)
}

func (p places) List(_ context.Context, f source.Filter, r page.Request) (page.Page[source.View], error) {
	var out []source.View
	for _, v := range p.places {
		if f.IncludeRetired || v.Source.RetiredAt == nil {
			out = append(out, v)
		}
	}
	return pageOf(out, r), p.fail
}

type promises struct{ *sample }

func (p promises) Find(ctx context.Context, n slo.Name) (slo.View, registry.Service, error) {
	owner, err := organisation(p).ServiceFor(ctx, n.Service)
	if err != nil {
		return slo.View{}, owner, err
	}
	for _, v := range p.views {
		if v.SLO.Service == owner.ID && v.SLO.Slug == n.SLO {
			return v, owner, nil
		}
	}
	if n.SLO == "old" {
		return slo.View{}, owner, fault.Renamed("slo", "old", "availability")
	}
	return slo.View{}, owner, fault.Missing("slo", n.SLO)
}

func (p promises) Forecast(_ context.Context, of id.ID) (slo.Outlook, error) {
	v := p.find(of)
	until := v.Status.End.Add(v.Length())
	half := v.Status.End.Add(9 * 24 * time.Hour)
	return slo.Outlook{From: v.Status.End, Until: until, Probability: 0.62, Times: [3]*time.Time{&half, &half, nil}, Hours: 672}, nil
}

func (p promises) Warnings(_ context.Context, v slo.View, at time.Time) ([]slo.Warning, error) {
	return v.Revision.Warnings(at), nil
}

func (p promises) ViewsByID(_ context.Context, slos []id.ID) (map[id.ID]slo.View, error) {
	out := map[id.ID]slo.View{}
	for _, of := range slos {
		if found := p.find(of); found != nil {
			out[of] = *found
		}
	}
	return out, nil
}

func (p promises) Views(_ context.Context, f slo.Filter, r page.Request) (page.Page[slo.View], error) {
	if r.After == "forged" {
		_, err := r.Key("x", 1)
		return page.Page[slo.View]{}, err
	}
	var out []slo.View
	for _, v := range p.views {
		owner, _ := organisation(p).ServiceFor(context.Background(), string(v.SLO.Service))
		if (f.Team == "" || f.Team == owner.Team) && (f.Service == "" || f.Service == owner.ID) && (f.State == "" || f.State == v.Status.State) {
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, func(a, b slo.View) int {
		rank := func(v slo.View) float64 {
			if v.Status.RemainingPPB == nil {
				return math.Inf(1)
			}
			return float64(*v.Status.RemainingPPB)
		}
		if rank(a) < rank(b) {
			return -1
		}
		if rank(a) > rank(b) {
			return 1
		}
		return 0
	})
	return pageOf(out, r), nil
}

func (p promises) Revisions(_ context.Context, v id.ID, r page.Request) (page.Page[slo.RevisionWithIndicator], error) {
	return pageOf(p.revisions[v], r), nil
}

func (p promises) States(_ context.Context, services []id.ID) (map[id.ID][]budget.State, error) {
	out := map[id.ID][]budget.State{}
	for _, v := range p.views {
		if v.SLO.RetiredAt == nil && slices.Contains(services, v.SLO.Service) {
			out[v.SLO.Service] = append(out[v.SLO.Service], v.Status.State)
		}
	}
	return out, nil
}

func (p promises) Tally(context.Context, id.ID) (slo.Tally, error) {
	t := slo.Tally{States: map[budget.State]int{}}
	for _, v := range p.views {
		t.States[v.Status.State]++
		t.Total++
		if v.Status.Stale {
			t.Stale++
		}
	}
	return t, p.fail
}

func (p promises) Groups(_ context.Context, f slo.GroupFilter, r page.Request) (page.Page[slo.GroupStatus], error) {
	return pageOf(p.groups[f.SLO], r), nil
}

func (p promises) History(_ context.Context, about id.ID, _ string, from, to time.Time, step time.Duration) (slo.History, error) {
	v := p.find(about)
	sh, total := p.shapes[about], v.Status.Sums.Window.Total
	if step == 0 {
		step = 3 * time.Hour
		if days := to.Sub(from) / (30 * 24 * time.Hour); days > 1 {
			step = days * 24 * time.Hour / 8
		}
	}
	var out slo.History
	for at := from.Add(step); !at.After(to); at = at.Add(step) {
		m := slo.Point{End: at}
		x := float64(at.Sub(from)) / float64(to.Sub(from))
		if x >= sh.begin && (x < sh.gapFrom || x >= sh.gapTo) {
			remaining := sh.first - .04*x + .05*math.Sin(x*19)*sh.first*(1-x)
			if x >= sh.dropAt {
				remaining = sh.last + (sh.first-sh.last)*.35*(1-x)/max(.01, 1-sh.dropAt)
			}
			if sh.dropAt > 1 {
				remaining = sh.first + (sh.last-sh.first)*x
			}
			bad := int64((1 - remaining) * float64(total) * float64(v.Revision.Objective.BudgetPPB()) / budget.Billion)
			m.Sum = window.Sum{Good: total - max(bad, 0), Total: total}
			if ratio, known := budget.Remaining(m.Sum, v.Revision.Objective, budget.Pace{}); known {
				left := ratio.Float64()
				m.Remaining = &left
			}
		}
		out.Points = append(out.Points, m)
	}
	return out, nil
}

func (s *sample) Violations(_ context.Context, f policy.ViolationFilter, r page.Request) (page.Page[policy.Violation], error) {
	var out []policy.Violation
	for _, v := range s.violations {
		owner, _ := organisation{s}.ServiceFor(context.Background(), string(v.Service))
		if (f.Open == nil || *f.Open == (v.EndedAt == nil)) && (f.SLO == "" || f.SLO == v.SLO) && (f.Service == "" || f.Service == v.Service) && (f.Team == "" || f.Team == owner.Team) {
			out = append(out, v)
		}
	}
	return pageOf(out, r), nil
}

func (s *sample) Violation(_ context.Context, violation id.ID) (policy.Violation, error) {
	for _, v := range s.violations {
		if v.ID == violation {
			return v, nil
		}
	}
	return policy.Violation{}, fault.Missing("violation", string(violation))
}

// Events are of the first violation.
func (s *sample) Events(_ context.Context, violation id.ID, r page.Request) (page.Page[policy.Event], error) {
	if violation != s.violations[0].ID {
		return page.Page[policy.Event]{}, nil
	}
	return pageOf([]policy.Event{
		{ID: "2", Violation: violation, Kind: policy.Disputed, At: s.now.Add(-time.Hour), By: "wanda", Via: policy.ViaComment, Text: "<b>The load test</b> @everyone\nwas counted. [x](javascript:1)", Link: "https://github.example/acme/api/issues/7#issuecomment-1"},
		{ID: "1", Violation: violation, Kind: policy.Disputed, At: s.now.Add(-2 * time.Hour), By: "Ada Lovelace", Via: policy.ViaAPI, Text: "It was planned."},
	}, r), nil
}

type tracker struct{ *sample }

func (t tracker) Get(_ context.Context, issue id.ID) (delivery.Known, error) {
	for _, k := range t.issues {
		if k.Issue.ID == issue {
			return k, nil
		}
	}
	return delivery.Known{}, fault.Missing("issue", string(issue))
}

func (t tracker) List(_ context.Context, f delivery.Filter, r page.Request) (page.Page[delivery.Known], error) {
	var out []delivery.Known
	for _, k := range t.issues {
		i := k.Issue
		if (f.Service == "" || f.Service == i.Service) && (len(f.Episodes) == 0 || slices.Contains(f.Episodes, i.Episode)) && (f.Subject == "" || f.Subject == i.Subject) && (f.Group == "" || f.Group == i.Group) && (f.State == "" || f.State == k.Delivery.State) {
			out = append(out, k)
		}
	}
	return pageOf(out, r), nil
}

func (t tracker) Tally(context.Context, id.ID) (delivery.Tally, error) {
	out := delivery.Tally{States: map[delivery.State]int{}, Standing: t.standing}
	for _, k := range t.issues {
		out.Total++
		out.States[k.Delivery.State]++
		if k.Delivery.State == delivery.Dead {
			out.Reasons = append(out.Reasons, delivery.Reason{Problem: k.Delivery.Problem, Count: 1})
		}
		switch k.Delivery.Outcome {
		case delivery.Done:
			out.Done++
		case delivery.Waived:
			out.Waived++
		}
		if k.Delivery.DueAt != nil && k.Delivery.State != delivery.Draft {
			out.Waiting, out.NextDueAt = out.Waiting+1, k.Delivery.DueAt
		}
	}
	return out, t.fail
}

func (t tracker) Control(context.Context) (delivery.Control, error) {
	return delivery.Control{Standing: t.standing}, t.fail
}

func (s *sample) GivenUp(context.Context) (int, error) { return s.givenUp, s.fail }

type schedule struct{ *sample }

func (s schedule) List(context.Context) ([]jobs.Listing, error) {
	out := make([]jobs.Listing, len(s.jobs))
	for i, j := range s.jobs {
		out[i] = jobs.Listing{Job: j, Next: s.now.Add(20 * time.Second)}
	}
	return out, nil
}

func (s schedule) Runs(_ context.Context, f jobs.RunFilter, r page.Request) (page.Page[jobs.Run], error) {
	var out []jobs.Run
	for _, run := range s.runs[f.Job] {
		if len(f.States) == 0 || slices.Contains(f.States, run.State) {
			out = append(out, run)
		}
	}
	return pageOf(out, r), nil
}
