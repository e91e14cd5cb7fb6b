package dashboard

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	told "github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/scorecards/drift"
	"github.com/evenkeel/evenkeel/scorecards/exemption"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/scorecards/launch"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/adoption"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/audit/seal"
	"github.com/evenkeel/evenkeel/services/change"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/incident/claim"
	"github.com/evenkeel/evenkeel/services/incident/impact"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
	"github.com/evenkeel/evenkeel/services/incident/search"
	"github.com/evenkeel/evenkeel/services/incident/statistics"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
	"github.com/evenkeel/evenkeel/services/jobs"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/judge"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/onboarding"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/policy/proposal"
	"github.com/evenkeel/evenkeel/services/policy/supply"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/report"
	"github.com/evenkeel/evenkeel/services/signals"
	"github.com/evenkeel/evenkeel/services/signing"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/composite"
	"github.com/evenkeel/evenkeel/services/slo/correction"
	"github.com/evenkeel/evenkeel/services/slo/outage"
	"github.com/evenkeel/evenkeel/services/slo/score"
	"github.com/evenkeel/evenkeel/services/slo/sla"
	"github.com/evenkeel/evenkeel/services/source"
	"github.com/evenkeel/evenkeel/services/toil"
)

// house is the real services over a fresh SQLite database.
type house struct {
	*testing.T
	clock     *clock.Manual
	sources   Sources
	places    *source.Service
	access    *access.Service
	registry  *registry.Registry
	slos      *slo.Service
	corrected *correction.Service
	golden    *signals.Service
	outages   *outage.Service
	changes   *change.Service
	incidents *incident.Service
	policies  *policy.Service
	written   *postmortem.Service
	planned   *action.Service
	given     *given.Service
	launches  *launch.Service
	campaigns *campaign.Service
	onboarded *onboarding.Service
	excused   *exemption.Service
	cards     *scorecards.Service
	toil      *toil.Service
	seals     *seal.Service
	evaluator *measure.Evaluator
	admin     context.Context

	store      *store.Store
	collection *collect.Service
}

func build(t *testing.T) *house {
	t.Helper()
	return buildAt(t, sampleNow)
}

// buildAt has the clock stand at a time.
func buildAt(t *testing.T, start time.Time) *house {
	t.Helper()
	s, log := storetest.SQLite(t), slog.New(slog.DiscardHandler)
	h := &house{T: t, clock: clock.NewManual(start), store: s}
	now := h.clock.Now
	authorizer := access.NewAuthorizer(s.Access())
	recorder := audit.NewService(s.Audit(), s, authorizer, now)
	h.access = access.NewService(s.Access(), s, authorizer, recorder, now, access.Lifetimes{}, log)
	t.Cleanup(func() { h.must(h.access.Close(context.WithoutCancel(t.Context()))) })
	h.registry = registry.New(s.Registry(), s.Access(), s, authorizer, recorder, now)
	h.slos = slo.NewService(s.SLO(), s, s.Registry(), measure.New(s.Measure(), s, now), judge.New(s.Sources(), s.Registry(), nil), authorizer, recorder, now, slog.New(slog.DiscardHandler))
	h.collection = collect.NewService(s.Collect(), s.Sources(), measure.New(s.Measure(), s, now), s, authorizer, recorder, now)
	desk := issues.NewService(s.Issues(), s.Registry(), s.Policy(), "http://evenkeel.example")
	desk.DeliverWith(delivery.NewDesk(s.Delivery(), delivery.Defaults(), now))
	deliveries := delivery.NewService(delivery.ServiceParts{
		Records: s.Delivery(), Issues: s.Issues(), Services: s.Registry(), Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now,
		Settings: delivery.Defaults(),
	})
	facts := told.NewBook(h.slos, supply.Source{Store: s.Supply(), Budgets: h.slos, Clock: now})
	language, err := policy.Language(facts)
	h.must(err)
	h.policies = policy.NewService(policy.Parts{
		Store: s.Policy(), Slugs: s.Registry(), Services: s.Registry(), Budgets: s.SLO(), People: s.Access(), Facts: facts, Pasts: h.slos, Language: language, Desk: desk,
		Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now, Logger: log,
	})
	h.evaluator = measure.NewEvaluator(s.Measure(), h.slos, h.slos, s, now, log)
	schedule, err := jobs.NewService(jobs.Parts{
		Store: s.Jobs(), Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now, Logger: log, Replica: "test",
	}, []jobs.Job{{
		Name: "evaluate-budgets", Description: "Turns measurements into status.", Schedule: "@every 5s",
		RunOnce: func(ctx context.Context) (jobs.Result, error) { return h.evaluator.RunOnce(ctx) },
	}})
	h.must(err)
	t.Cleanup(func() { h.must(schedule.Stop(context.WithoutCancel(t.Context()))) })
	h.places = source.NewService(s.Sources(), s.Registry(), s, nil, authorizer, recorder, now) // pages check nothing
	slas := sla.NewService(sla.Parts{
		Store: s.SLA(), Registry: s.Registry(), SLOs: s.SLO(), Measurements: measure.New(s.Measure(), s, now), Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now,
	})
	h.corrected = correction.NewService(correction.Parts{
		Store: s.Corrections(), Registry: s.Registry(), SLOs: s.SLO(), Measurements: measure.New(s.Measure(), s, now), Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now,
	})
	golden := signals.NewService(signals.Parts{ // nothing is mapped to a data source, so that none is asked
		Store: s.Signals(), Registry: s.Registry(), Sources: s.Sources(), SLOs: s.SLO(), Measurements: measure.New(s.Measure(), s, now), Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now, Logger: log,
	})
	t.Cleanup(golden.Close)
	h.golden = golden
	outages := outage.NewService(outage.Parts{
		Store: s.Outages(), Registry: s.Registry(), Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now,
	})
	h.slos.OutagesWith(outages)
	h.outages = outages
	h.changes = change.NewService(change.Parts{
		Store: s.Changes(), Registry: s.Registry(), Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now,
	})
	alerts := alert.NewService(s.Alert(), s.SLO(), s.Registry(), s, authorizer, recorder, now)
	h.slos.AlertWith(alerts)
	wholes := composite.NewService(composite.Parts{
		Store: s.Composites(), Registry: s.Registry(), SLOs: s.SLO(), Evaluated: h.slos, Measurements: measure.New(s.Measure(), s, now), Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now,
	})
	proposals := proposal.NewService(proposal.Parts{
		Store: s.Proposals(), Violations: s.Policy(), Budgets: s.SLO(), Owners: s.Registry(), SLOs: h.slos, Corrections: h.corrected, Services: h.registry,
		Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now,
	})
	doors := gate.NewService(gate.Parts{
		Store: s.Gate(), Policies: h.policies, Registry: s.Registry(), SLOs: s.SLO(), Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now, Logger: slog.New(slog.DiscardHandler),
	})
	h.incidents = incident.NewService(incident.Parts{
		Store: s.Incidents(), Happenings: s.Incidents(), Registry: s.Registry(), People: s.Access(), Index: s.Search(), Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now,
	})
	h.written = postmortem.NewService(postmortem.Parts{
		Store: s.Postmortems(), Incidents: h.incidents, Kept: s.Incidents(), Registry: s.Registry(), People: s.Access(), Actions: undone{},
		Rules: postmortem.Usual(), Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now,
	})
	h.planned = action.NewService(action.Parts{
		Store: s.Actions(), Incidents: s.Incidents(), Registry: s.Registry(), People: s.Access(), Desk: desk, Teller: notify.NewOutbox(s.Notify(), now), Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now,
	})
	h.given = given.NewService(given.Parts{
		Store: s.Given(), Registry: s.Registry(), Teller: notify.NewOutbox(s.Notify(), now), Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now,
	})
	keys := signing.New(s.Signing(), storetest.Safe(), s, now)
	h.seals = seal.NewService(seal.Parts{Store: s.Seals(), Keys: keys, Runner: s, Authorizer: authorizer, Clock: now, Logger: log})
	h.toil = toil.NewService(toil.Parts{
		Store: s.Toil(), Registry: s.Registry(), People: s.Access(), Keys: keys, Desk: desk, Teller: notify.NewOutbox(s.Notify(), now), Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now,
	})
	h.excused = exemption.NewService(exemption.Parts{
		Store: s.Exemptions(), Services: h.registry, Teller: notify.NewOutbox(s.Notify(), now), Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now,
	})
	h.cards = scorecards.NewService(scorecards.Parts{
		Store: s.Scorecards(), Slugs: s.Registry(), Services: h.registry, Fleet: s.Fleet(),
		Facts: scorecards.Book{Domains: told.NewBook[registry.Service](
			registry.ServiceFacts{Store: s.Registry(), Clock: now}, slo.ServiceFacts{SLOs: s.SLO(), Graph: s.Registry(), Clock: now}, signals.ServiceFacts{Store: s.Signals()},
			policy.ServiceFacts{Store: s.Policy(), SLOs: s.SLO(), People: s.Access(), Clock: now}, alert.ServiceFacts{SLOs: s.SLO(), Audience: notify.Audience{Targets: s.Notify(), Teams: s.Registry()}},
			postmortem.ServiceFacts{Store: s.Postmortems(), Tolls: untaken{}, Clock: now}, action.ServiceFacts{Store: s.Actions(), Clock: now}, h.toil,
		), Given: h.given},
		Exemptions: h.excused, Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now, Logger: log,
	})
	h.excused.Scorecards, h.excused.Noticer = h.cards, h.cards
	h.campaigns = campaign.NewService(campaign.Parts{
		Store: s.Campaigns(), Scorecards: h.cards, Teams: h.registry, Teller: notify.NewOutbox(s.Notify(), now), Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now,
	})
	h.launches = launch.NewService(launch.Parts{
		Store: s.Launches(), Services: h.registry, Scorecards: h.cards, Teller: notify.NewOutbox(s.Notify(), now), Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now,
	})
	h.onboarded = onboarding.NewService(onboarding.Parts{
		Store: s.Onboarding(), Organisation: h.registry, SLOs: h.slos, Teller: notify.NewOutbox(s.Notify(), now), Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now,
	})
	h.sources = Sources{Toil: h.toil, Onboarding: h.onboarded, Audit: recorder, Seals: h.seals, Adoption: adoption.NewService(adoption.Parts{Store: s.Adoption(), Runner: s, Authorizer: authorizer, Clock: now, Keeping: adoption.KeepNamed, Own: "evenkeel"}), Incidents: h.incidents, Impact: impact.NewService(impact.Parts{Incidents: h.incidents, SLOs: s.SLO(), Budgets: h.slos}), Search: &search.Service{Store: s.Search(), Authorizer: authorizer}, Statistics: &statistics.Service{Store: s.Incidents(), Authorizer: authorizer, Clock: now}, Access: h.access, Registry: h.registry, DataSources: h.places, SLOs: h.slos, SLAs: slas, Corrections: h.corrected, Scores: score.NewService(score.Parts{Store: s.Scores(), SLOs: s.SLO(), Budgets: h.slos, Runner: s, Authorizer: authorizer, Clock: now, Logger: slog.New(slog.DiscardHandler)}), Outages: outages, Postmortems: h.written, Actions: h.planned, Given: h.given, Exemptions: h.excused, Scorecards: h.cards, Campaigns: h.campaigns, Launches: h.launches, Drifts: drift.NewService(drift.Parts{Store: s.Drifts(), Registry: s.Registry(), People: s.Access(), Runner: s, Authorizer: authorizer, Clock: now}), Claims: claim.Service{Clauses: h.policies, Postmortems: h.written, Actions: h.planned}, Changes: h.changes, Composites: wholes, Proposals: proposals, Signals: golden, Alerts: alerts, Policies: h.policies, Gate: doors, Issues: deliveries, Webhooks: inbox.NewService(s.Inbox(), s, authorizer, recorder, now), Reports: report.NewService(report.Parts{Store: s.Reports(), Past: s.Reports(), Registry: s.Registry(), Measured: h.slos, Runner: s, Authorizer: authorizer, Recorder: recorder, Clock: now, Logger: log}), Jobs: schedule, Collection: h.collection}

	_, err = h.access.Bootstrap(t.Context())
	h.must(err)
	system := access.WithCaller(t.Context(), access.System("test"))
	person, err := h.access.FirstAdministrator(system)
	h.must(err)
	h.admin = access.WithCaller(t.Context(), access.Caller{
		Kind: access.ByPerson, Person: person.ID, Name: person.DisplayName, Administrator: true, Scopes: access.Scopes,
	})
	return h
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// declare makes an SLO of 99 % over 28 days in slots of five minutes.
func (h *house) declare(service registry.Service, slug string) slo.View {
	h.Helper()
	v, _, err := h.slos.Declare(h.admin, service.ID, slo.Declaration{
		Slug: slug, Name: "Orders are " + slug, Objective: "99%", WindowDays: 28, MinEvents: 100,
		Category: slo.Availability, Resolution: measure.FiveMinutes, GoodEvent: "an order that was taken", Rationale: "fewer complaints",
	})
	h.must(err)
	return v
}

// push sends 100 events for each slot of the last days, of which so many are bad.
func (h *house) push(service registry.Service, v slo.View, days int, bad func(daysAgo float64) float64) {
	h.Helper()
	end := h.clock.Now().Truncate(measure.FiveMinutes)
	var slots []slo.Slot
	for at := end.Add(-time.Duration(days) * 24 * time.Hour); at.Before(end); at = at.Add(measure.FiveMinutes) {
		good := 100 - bad(end.Sub(at).Hours()/24)
		slots = append(slots, slo.Slot{Start: at, Good: &good, Total: 100})
	}
	_, err := h.slos.Push(h.admin, slo.Report{Name: slo.Name{Service: service.Slug, SLO: v.SLO.Slug}, Slots: slots})
	h.must(err)
}

// pushAll sends a report of any length.
func (h *house) pushAll(r slo.Report) {
	h.Helper()
	for part := range slices.Chunk(r.Slots, 500) {
		_, err := h.slos.Push(h.admin, slo.Report{Name: r.Name, Slots: part})
		h.must(err)
	}
}

// govern has the default policy apply to all SLOs.
func (h *house) govern() {
	h.Helper()
	_, err := h.policies.Create(h.admin, policy.Default())
	h.must(err)
	_, err = h.policies.Attach(h.admin, policy.DefaultSlug, policy.Place{Target: policy.ToAll, Mode: policy.Enforce})
	h.must(err)
}

// code is that of a link to sign in by.
func (h *house) code() string {
	h.Helper()
	system := access.WithCaller(h.Context(), access.System("test"))
	person, err := h.access.FirstAdministrator(system)
	h.must(err)
	code, _, err := h.access.NewSignInCode(system, person.ID)
	h.must(err)
	return code
}

// session is one of the administrator.
func (h *house) session() string {
	h.Helper()
	session, _, err := h.access.SignIn(h.Context(), h.code())
	h.must(err)
	return session
}

// visitor signs in by a link, as people do.
func (h *house) visitor() visitor {
	h.Helper()
	code := h.code()
	v := visitor{T: h.T, signedOut: true, handler: New(h.sources, Options{Now: h.clock.Now, PublicURL: "http://evenkeel.example"})}
	r := v.get("/signin?code=" + code)
	if r.StatusCode != http.StatusSeeOther || len(r.Cookies()) != 1 {
		h.Fatalf("the link does not sign in: %d", r.StatusCode)
	}
	cookie := r.Cookies()[0]
	if again := v.get("/signin?code=" + code); again.StatusCode != http.StatusUnauthorized {
		h.Errorf("the link works twice: %d", again.StatusCode)
	}
	v.handler = withCookie(v.handler, cookie)
	return v
}

func withCookie(next http.Handler, cookie *http.Cookie) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.AddCookie(cookie)
		next.ServeHTTP(w, r)
	})
}

func TestAServiceWithoutObjectivesSaysHowToHaveSomeSuggested(t *testing.T) {
	t.Parallel()
	h := build(t)
	_, err := h.registry.CreateTeam(h.admin, registry.TeamInput{Slug: "shop", Name: "The shop"})
	h.must(err)
	service, err := h.registry.CreateService(h.admin, registry.ServiceInput{Slug: "checkout", Team: "shop", Profile: registry.Profile{Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production}})
	h.must(err)
	v := h.visitor()
	if doc, text := v.read("/services/checkout"); strings.Contains(text, "suggest") {
		t.Errorf("without a data source it says %s", words(within(t, doc, "main")))
	}
	_, err = h.places.Create(h.admin, source.Input{Slug: "a-batch", Name: "Batch", Kind: source.Adapter, Access: source.Access{Address: "http://127.0.0.1:1"}})
	h.must(err)
	_, err = h.places.Create(h.admin, source.Input{Slug: "eu", Name: "Europe", Kind: source.Prometheus, Access: source.Access{Address: "http://127.0.0.1:1"}})
	h.must(err)
	doc, text := v.read("/services/checkout")
	says(t, words(within(t, doc, "main")), "Nothing is promised yet", `curl -H "Authorization: Bearer $EVENKEEL_TOKEN" "http://evenkeel.example/v1/services/checkout/suggestions?dataSource=eu"`)
	checkPage(t, doc, text)
	h.declare(service, "taken")
	if _, text := v.read("/services/checkout"); strings.Contains(text, "/checkout/suggestions") {
		t.Error("with an objective it still says how to have some suggested")
	}
}

func TestThroughTheServicesAnOverspentBudgetIsSeenFromTheOverviewToItsIssue(t *testing.T) {
	t.Parallel()
	h := build(t)
	_, err := h.registry.CreateTeam(h.admin, registry.TeamInput{Slug: "shop", Name: "The shop"})
	h.must(err)
	service, err := h.registry.CreateService(h.admin, registry.ServiceInput{Slug: "checkout", Team: "shop", Profile: registry.Profile{
		Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production, Repository: "https://github.com/example/checkout",
	}})
	h.must(err)
	taken := h.declare(service, "taken")
	h.declare(service, "fresh")
	// 28 days of 288 slots of 100 events are 806,400, of which 8,064 may be bad. In
	// the last two days 16 of 100 are: 2 · 288 · 16 = 9,216, so that
	// 1 − 9,216 ÷ 8,064 = −14.29 % of the budget remains, and the SLI is
	// 797,184 ÷ 806,400 = 98.857…, rounded down 98.85 %.
	h.push(service, taken, 28, func(daysAgo float64) float64 {
		if daysAgo <= 2 {
			return 16
		}
		return 0
	})
	system := access.WithCaller(t.Context(), access.System("test"))
	_, err = h.evaluator.RunOnce(system)
	h.must(err)
	_, err = h.policies.Create(h.admin, policy.Default())
	h.must(err)
	_, err = h.policies.Attach(h.admin, policy.DefaultSlug, policy.Place{Target: policy.ToAll, Mode: policy.Enforce})
	h.must(err)
	_, err = h.policies.ApplyOnce(system)
	h.must(err)

	v := h.visitor()
	doc, text := v.read("/")
	says(t, words(within(t, doc, "main")), "1 budget is spent", "2 objectives", "Checkout · Orders are taken", "−14.3 %", "The shop", "114.29 % of the budget", "budget-exceeded")
	issue := text[strings.Index(text, "/issues/01"):][:len("/issues/")+26]

	doc, page := v.read("/services/checkout/slos/taken")
	says(t, words(within(t, doc, "three")), "99 %", "98.85 %", "797,184 good of 806,400 events", "−14.3 %", "9,216 bad of 8,064 allowed; overspent by 1,152")
	says(t, words(within(t, doc, "main")), "Exhausted", "budget-exceeded", "changes halt", "fewer complaints", "an order that was taken", "(bad ÷ total) ÷ (100 % − objective)")
	if !strings.Contains(page, `class="line above"`) || !strings.Contains(page, `class="line below"`) {
		t.Error("the burn-down is not drawn on both sides of zero")
	}
	doc, _ = v.read("/services/checkout/slos/fresh")
	says(t, words(within(t, doc, "main")), "SLI — no data", "no measurement has come yet", "curl ")
	doc, _ = v.read(issue)
	says(t, words(within(t, doc, "main")), "What the policy asks", "114.29 %", "Draft, open", "github.com/example/checkout")
	says(t, words(within(t, doc, "main")), "Nothing is sent: no GitHub is configured", "How issues reach GitHub", "Send it to another repository")
	doc, _ = v.read("/issues")
	says(t, words(within(t, doc, "main")), "Nothing is sent: no GitHub is configured", "114.29 %", "Draft, open")
	doc, _ = v.read("/services/checkout/slos/taken")
	says(t, words(within(t, doc, "main")), "Draft, open")
	v.readStatus("/issues?state=odd", http.StatusBadRequest)
	v.readStatus("/issues?group=odd", http.StatusBadRequest)
	doc, _ = v.read("/violations")
	says(t, words(within(t, doc, "main")), "budget-exceeded", "114.29 %", "still open", "Read the draft")
	doc, _ = v.read("/alerts") // 16 of 100 are bad, of which 1 may be
	says(t, words(within(t, doc, "main")), "Checkout · Orders are taken", "Burns too fast over 1 h and 5 min", "16.0× at its start, above 13.44×", "lasts")
	doc, _ = v.read("/jobs")
	says(t, words(within(t, doc, "main")), "evaluate-budgets", "Has not run yet", "next in ")

	for _, path := range []string{
		"/", "/slos", "/slos?state=exhausted", "/teams/shop", "/services/checkout", "/services/checkout/slos/taken",
		"/services/checkout/slos/fresh", "/alerts", "/violations?all", "/issues", issue, "/jobs",
	} {
		doc, text := v.read(path)
		checkPage(t, doc, text)
	}
}

func TestThroughTheServicesWhatIsMeasuredSinceAnHourFillsItsChart(t *testing.T) {
	t.Parallel()
	h := build(t)
	_, err := h.registry.CreateTeam(h.admin, registry.TeamInput{Slug: "shop", Name: "The shop"})
	h.must(err)
	service, err := h.registry.CreateService(h.admin, registry.ServiceInput{Slug: "checkout", Team: "shop", Profile: registry.Profile{
		Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
	}})
	h.must(err)
	v := h.declare(service, "young")
	end := h.clock.Now().Truncate(measure.FiveMinutes)
	good := 99.5
	var slots []slo.Slot
	for at := end.Add(-time.Hour); at.Before(end); at = at.Add(measure.FiveMinutes) {
		slots = append(slots, slo.Slot{Start: at, Good: &good, Total: 100})
	}
	_, err = h.slos.Push(h.admin, slo.Report{Name: slo.Name{Service: "checkout", SLO: v.SLO.Slug}, Slots: slots})
	h.must(err)
	_, err = h.evaluator.RunOnce(access.WithCaller(t.Context(), access.System("test")))
	h.must(err)
	doc, page := h.visitor().read("/services/checkout/slos/young")
	says(t, words(within(t, doc, "main")), "the last hour, since measuring began", "−15 min", "99.50 %")
	if !strings.Contains(page, `class="line above"`) {
		t.Error("an hour is drawn as a dot")
	}
	checkPage(t, doc, page)
}

func TestThroughTheServicesFormerNamesLeadToPresentOnes(t *testing.T) {
	t.Parallel()
	h := build(t)
	team, err := h.registry.CreateTeam(h.admin, registry.TeamInput{Slug: "shop", Name: "The shop"})
	h.must(err)
	_, err = h.registry.UpdateTeam(h.admin, "shop", team.Version, registry.TeamInput{Slug: "store", Name: "The store"})
	h.must(err)
	v := h.visitor()
	r := v.get("/teams/shop")
	if r.StatusCode != http.StatusPermanentRedirect || r.Header.Get("Location") != "/teams/store" {
		t.Errorf("%d to %q", r.StatusCode, r.Header.Get("Location"))
	}
	v.readStatus("/teams/never", http.StatusNotFound)
	v.readStatus("/slos?after=forged", http.StatusBadRequest)
	v.readStatus("/slos?state=odd", http.StatusBadRequest)
}

func TestThroughTheServicesSigningOutEndsTheSession(t *testing.T) {
	t.Parallel()
	h := build(t)
	v := h.visitor()
	v.read("/")
	r := v.do(signOut(t, "Sec-Fetch-Site", "same-origin"))
	if r.StatusCode != http.StatusSeeOther {
		t.Fatalf("sign-out: %d", r.StatusCode)
	}
	if r := v.get("/"); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/signin" {
		t.Errorf("the session goes on: %d", r.StatusCode)
	}
}

func TestThroughTheServicesAFreshInstallationHasItsPages(t *testing.T) {
	t.Parallel()
	v := build(t).visitor()
	for _, path := range []string{"/", "/slos", "/violations", "/violations?all", "/issues", "/jobs"} {
		doc, text := v.read(path)
		checkPage(t, doc, text)
	}
}
