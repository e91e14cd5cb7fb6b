package proposal_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/judge"
	"github.com/evenkeel/evenkeel/services/policy/proposal"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

var start = time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)

// house is proposals over a fresh database with the rooms below them: Ada and Grace are of
// the team that owns checkout with its SLO "availability" of 99 %, Bob is of none, robot is
// a workload of the team, root administers.
type house struct {
	*proposal.Service
	clock                        *clock.Manual
	registry                     *registry.Registry
	slos                         *slo.Service
	corrections                  *correction.Service
	log                          *audit.Service
	measure                      *measure.Service
	evaluator                    *measure.Evaluator
	ada, grace, bob, robot, root context.Context
	checkout                     registry.Service
	availability                 slo.View
}

func newHouse(t *testing.T) *house {
	t.Helper()
	s, log := storetest.SQLite(t), slog.New(slog.DiscardHandler)
	h := &house{clock: clock.NewManual(start)}
	authorizer := access.NewAuthorizer(s.Access())
	h.log = audit.NewService(s.Audit(), s, authorizer, h.clock.Now)
	h.registry = registry.New(s.Registry(), s.Access(), s, authorizer, h.log, h.clock.Now)
	h.measure = measure.New(s.Measure(), s, h.clock.Now)
	h.slos = slo.NewService(s.SLO(), s, s.Registry(), h.measure, judge.New(s.Sources(), s.Registry(), nil), authorizer, h.log, h.clock.Now, log)
	h.evaluator = measure.NewEvaluator(s.Measure(), h.slos, h.slos, s, h.clock.Now, log)
	h.corrections = correction.NewService(correction.Parts{
		Store: s.Corrections(), Registry: s.Registry(), SLOs: s.SLO(), Measurements: h.measure, Runner: s, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now,
	})
	h.Service = proposal.NewService(proposal.Parts{
		Store: s.Proposals(), Violations: s.Policy(), Budgets: s.SLO(), Owners: s.Registry(), SLOs: h.slos, Corrections: h.corrections, Services: h.registry,
		Bounds: proposal.Bounds{Above: 50, GivesBack: 10}, Runner: s, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now,
	})
	h.slos.GuardWith(h.Service)
	h.registry.GuardWith(h.Service)
	h.corrections.Guard = h.Service
	h.ada, h.grace, h.bob, h.root = person(t, s, "ada"), person(t, s, "grace"), person(t, s, "bob"), person(t, s, "root")
	team := ok(h.registry.CreateTeam(h.ada, registry.TeamInput{Slug: "payments", Name: "Payments"}))(t)
	ok(h.registry.AddMember(h.ada, "payments", access.CallerFrom(h.grace).Person))(t)
	h.robot = access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: team.ID, Name: "deploy", Scopes: []access.Scope{access.ScopeWrite}})
	h.checkout = ok(h.registry.CreateService(h.ada, service(1)))(t)
	var err error
	if h.availability, _, err = h.slos.Declare(h.ada, h.checkout.ID, objective("99%")); err != nil {
		t.Fatal(err)
	}
	return h
}

func person(t *testing.T, s *store.Store, name string) context.Context {
	t.Helper()
	c := access.Caller{Kind: access.ByPerson, Person: storetest.Person(t, s, name).ID, Name: name, Scopes: []access.Scope{access.ScopeWrite}}
	if name == "root" {
		c.Administrator, c.Scopes = true, access.Scopes
	}
	return access.WithCaller(t.Context(), c)
}

func service(tier int) registry.ServiceInput {
	return registry.ServiceInput{Slug: "checkout", Team: "payments", Profile: registry.Profile{Name: "Checkout", Kind: registry.HTTP, Tier: tier, Lifecycle: registry.Production}}
}

func objective(of string) slo.Declaration {
	return slo.Declaration{Slug: "availability", Objective: of, Category: slo.Availability, Resolution: measure.FiveMinutes}
}

func ok[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// burn has of 1,000 events so many been bad, so long ago, and evaluates. Of 99 %, ten may be.
func (h *house) burn(t *testing.T, ago time.Duration, bad int64) {
	t.Helper()
	ok(h.measure.Push(t.Context(), []measure.Batch{{Indicator: h.availability.Indicator.ID, Resolution: measure.FiveMinutes, Slots: []measure.Slot{
		{Start: h.clock.Now().Truncate(measure.FiveMinutes).Add(-ago), Good: (1000 - bad) * measure.Event, Total: 1000 * measure.Event},
	}}}))(t)
	ok(h.evaluator.RunOnce(t.Context()))(t)
}

func (h *house) revise(t *testing.T, d slo.Declaration) {
	t.Helper()
	var err error
	if h.availability, _, err = h.slos.Revise(h.ada, h.availability.SLO.ID, h.availability.SLO.Version, d); err != nil {
		t.Fatal(err)
	}
}

func refused(t *testing.T, err error, code, says string) {
	t.Helper()
	f := fault.As(err)
	if f == nil || f.Code != code || !strings.Contains(f.Error(), says) {
		t.Errorf("got %v, want %s that says %q", err, code, says)
	}
}

// hour excludes the last hour.
func hour() correction.Declaration {
	from, to := start.Add(-time.Hour), start
	return correction.Declaration{Effect: correction.Exclude, Kind: correction.Maintenance, Reason: "the database moved", From: &from, To: &to}
}

var document = json.RawMessage(`{}`)

func TestWhatRelaxesATroubledSLONeedsASecondPerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.burn(t, 30*time.Minute, 6) // 60 % of the budget
	of := h.availability.SLO.ID
	for says, change := range map[string]func(*slo.Declaration){
		"the objective falls from 99 % to 98.9 %":      func(d *slo.Declaration) { d.Objective = "98.9%" },
		"fewer than 10 events instead of 1":            func(d *slo.Declaration) { d.MinEvents = 10 },
		"policies only observe it":                     func(d *slo.Declaration) { d.Enforcement = slo.Observed },
		"something else is counted":                    func(d *slo.Declaration) { d.Resolution = measure.Minute },
		"more than 50 % of the budget of the SLO \"av": func(d *slo.Declaration) { d.Objective = "98%" },
	} {
		d := objective("99%")
		change(&d)
		_, _, err := h.slos.Revise(h.ada, of, 1, d)
		refused(t, err, proposal.Needed, says)
		if f := fault.As(err); f != nil && f.Kind != fault.Conflict {
			t.Errorf("it is %s", f.Kind)
		}
	}
	_, err := h.corrections.Declare(h.robot, of, hour())
	refused(t, err, proposal.Needed, "this corrects the SLO")
	_, err = h.registry.UpdateService(h.ada, "checkout", 1, service(2))
	refused(t, err, proposal.Needed, `lowers the service "checkout" from tier 1 to 2`)
	_, err = h.slos.Retire(h.ada, of, 1, "")
	refused(t, err, proposal.Needed, `retires the SLO "availability" while more than 50 %`)
	_, err = h.registry.Retire(h.ada, "checkout", 1, "")
	refused(t, err, proposal.Needed, `retires the service "checkout" while more than 50 %`)

	// What does not relax needs nobody.
	d := objective("99.5%")
	d.Rationale = "stricter"
	if _, _, err := h.slos.Revise(h.ada, of, 1, d); err != nil {
		t.Errorf("a stricter objective is %v", err)
	}
	renamed := service(1)
	renamed.Name = "The checkout"
	if _, err := h.registry.UpdateService(h.ada, "checkout", 1, renamed); err != nil {
		t.Errorf("another name is %v", err)
	}
}

func TestWhereNothingIsTroubledOneIsEnough(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.burn(t, 30*time.Minute, 5) // exactly 50 % is not above
	if _, _, err := h.slos.Revise(h.ada, h.availability.SLO.ID, 1, objective("98%")); err != nil {
		t.Errorf("it is revised with %v", err)
	}
	if _, err := h.registry.UpdateService(h.ada, "checkout", 1, service(3)); err != nil {
		t.Errorf("it is lowered with %v", err)
	}
	_, err := h.Propose(h.ada, proposal.Input{Service: h.checkout.ID, Version: 2, Update: new(service(4))}, document, "because")
	refused(t, err, "no_second_person_needed", "do it directly")
	if s := ok(h.registry.ServiceFor(h.bob, "checkout"))(t); s.Tier != 3 {
		t.Errorf("the proposal was carried out: tier %d", s.Tier)
	}
}

// Of 99 % and 2,000 events, 20 may be bad. Without the last hour's 3 bad of 1,000, 2 of 10
// remain spent: 80 % is left in place of 75 %. Without 6 bad more is given back.
func TestACorrectionThatGivesBackMuchNeedsASecondPerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.burn(t, 48*time.Hour, 2)
	h.burn(t, 30*time.Minute, 3)
	little := ok(h.corrections.Declare(h.ada, h.availability.SLO.ID, hour()))(t)
	// 80 % become 75 %: it does not relax.
	ok(h.corrections.Remove(h.ada, little.ID, "no"))(t)
	h.burn(t, 30*time.Minute, 6) // 60 % is left, and would be 80 %
	_, err := h.corrections.Declare(h.ada, h.availability.SLO.ID, hour())
	refused(t, err, proposal.Needed, "it gives back more than 10 % of the budget")

	// A correction that leaves out good events is removed with something to gain.
	from, to := start.Add(-49*time.Hour), start.Add(-40*time.Hour)
	good := correction.Declaration{Effect: correction.Exclude, Kind: correction.Other, Reason: "r", From: &from, To: &to}
	c := ok(h.corrections.Declare(h.ada, h.availability.SLO.ID, good))(t) // 6 of 10 bad: 40 % is left
	_, err = h.corrections.Remove(h.ada, c.ID, "no")
	refused(t, err, proposal.Needed, "this removes a correction")
}

// Of 4,000 events 40 may be bad: 6 are in the first of four slots, 4 in each other, so that
// to count one as good gives back 15 % or 10 %. More than 10 % needs another person, be it
// in one act or in two; what she approved is not counted again.
func TestManySmallCorrectionsNeedASecondPersonAsOneGreatOneDoes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	good := func(ago time.Duration) correction.Declaration {
		from := start.Add(-ago)
		to := from.Add(measure.FiveMinutes)
		return correction.Declaration{Effect: correction.CountGood, Kind: correction.External, Reason: "the customer's network", From: &from, To: &to}
	}
	for n, bad := range []int64{6, 4, 4, 4} {
		h.burn(t, time.Duration(n+1)*30*time.Hour, bad)
	}
	slo := h.availability.SLO.ID
	great := good(30 * time.Hour)
	_, err := h.corrections.Declare(h.ada, slo, great)
	refused(t, err, proposal.Needed, "it gives back more than 10 % of the budget:")
	p := ok(h.Propose(h.ada, proposal.Input{SLO: slo, Correction: &great}, document, "not ours"))(t)
	ok(h.Approve(h.grace, p.ID, ""))(t)
	ok(h.corrections.Declare(h.ada, slo, good(60*time.Hour)))(t)
	_, err = h.corrections.Declare(h.ada, slo, good(90*time.Hour))
	refused(t, err, proposal.Needed, "together with those that nobody else approved")
	_, err = h.corrections.Declare(h.grace, slo, good(90*time.Hour)) // nor does another author
	refused(t, err, proposal.Needed, "together with those that nobody else approved")
}

// People may be called alike.
func TestWhoeverIsCalledAsTheAuthorIsAnotherPersonStill(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.burn(t, 30*time.Hour, 3)
	h.burn(t, 60*time.Hour, 2) // of 20
	good := func(ago time.Duration) correction.Declaration {
		from := start.Add(-ago)
		to := from.Add(measure.FiveMinutes)
		return correction.Declaration{Effect: correction.CountGood, Kind: correction.External, Reason: "the customer's network", From: &from, To: &to}
	}
	great := good(30 * time.Hour) // 15 %
	p := ok(h.Propose(h.ada, proposal.Input{SLO: h.availability.SLO.ID, Correction: &great}, document, "not ours"))(t)
	namesake := access.CallerFrom(h.grace)
	namesake.Name = access.CallerFrom(h.ada).Name
	made := ok(h.Approve(access.WithCaller(t.Context(), namesake), p.ID, ""))(t)
	if c := ok(h.corrections.Get(h.bob, h.availability.SLO.ID, made.Made))(t); c.CreatedBy != c.ApprovedBy {
		t.Fatalf("it was made by %s and approved by %s", c.CreatedBy, c.ApprovedBy)
	}
	if _, err := h.corrections.Declare(h.ada, h.availability.SLO.ID, good(60*time.Hour)); err != nil { // 10 % alone
		t.Errorf("what was approved is counted again: %v", err)
	}
}

// Of a day's window 20 days ago is not a part. Policies go by four weeks: of their 2,000
// events 20 may be bad, of which 3, 15 %, would be given back.
func TestACorrectionIsJudgedByThePolicysWindowToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	daily := objective("99%")
	daily.WindowDays = 1
	h.revise(t, daily)
	h.burn(t, 480*time.Hour, 3)
	h.burn(t, 30*time.Minute, 0)
	from := start.Add(-480 * time.Hour)
	to := from.Add(time.Hour)
	old := correction.Declaration{Effect: correction.Exclude, Kind: correction.Other, Reason: "r", From: &from, To: &to}
	_, err := h.corrections.Declare(h.ada, h.availability.SLO.ID, old)
	refused(t, err, proposal.Needed, "more than 10 % of the budget over 28 days, by which policies go")
}

// Of 4,000 events in four weeks 40 may be bad, of 1,000 in a day 10: 3 of the last day are
// 7.5 % of the one budget, and 30 % of the other.
func TestACorrectionIsJudgedByFurtherObjectivesToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := objective("99%")
	d.Further = []slo.GoalInput{{Name: "daily", Objective: "99%", WindowDays: 1}}
	h.revise(t, d)
	for days := range 3 {
		h.burn(t, time.Duration(days+2)*48*time.Hour, 0)
	}
	h.burn(t, 30*time.Minute, 3)
	_, err := h.corrections.Declare(h.ada, h.availability.SLO.ID, hour())
	refused(t, err, proposal.Needed, `more than 10 % of the budget of the further objective "daily"`)
	// Ten percent of a day are 2 hours and 24 minutes.
	from, to := start.AddDate(0, 0, 9), start.AddDate(0, 0, 9).Add(3*time.Hour)
	ahead := correction.Declaration{Effect: correction.Exclude, Kind: correction.Maintenance, Reason: "r", From: &from, To: &to}
	_, err = h.corrections.Declare(h.ada, h.availability.SLO.ID, ahead)
	refused(t, err, proposal.Needed, `more than 10 % of a window to come of the further objective "daily"`)
}

// A slice of which a minute does not count does not count: a minute of every third hour
// takes a third of the time.
func TestCorrectionsToComeTakeWholeSlices(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := objective("99%")
	d.Budgeting = slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "99%", SliceLength: time.Hour}
	h.revise(t, d)
	_, err := h.corrections.Declare(h.ada, h.availability.SLO.ID, correction.Declaration{
		Effect: correction.Exclude, Kind: correction.Maintenance, Reason: "backups", Recurrence: &correction.RecurrenceInput{
			Start: "2026-03-28T00:00", Rule: "FREQ=DAILY;BYHOUR=0,3,6,9,12,15,18,21", DurationSeconds: 60,
		},
	})
	refused(t, err, proposal.Needed, "would take more than 10 % of a window to come")
}

// Over 28 days 60 % of the budget is consumed, by events of 10 days ago: over 7 days, in
// which nothing was bad, none.
func TestAWindowRelaxesWhereItLeavesMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.burn(t, 240*time.Hour, 12)
	h.burn(t, 30*time.Minute, 0)
	shorter := objective("99%")
	shorter.WindowDays = 7
	_, _, err := h.slos.Revise(h.ada, h.availability.SLO.ID, 1, shorter)
	refused(t, err, proposal.Needed, "the window becomes 7 days instead of 28")
	same := objective("99%")
	same.WindowDays = 20 // it holds the same events
	if _, _, err := h.slos.Revise(h.ada, h.availability.SLO.ID, 1, same); err != nil {
		t.Errorf("a window that leaves the same is %v", err)
	}
}

func TestAnotherPersonApprovesAndItIsCarriedOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.burn(t, 30*time.Minute, 6)
	of := h.availability.SLO.ID
	in := proposal.Input{SLO: of, Version: 1, Revision: new(objective("98%"))}
	_, err := h.Propose(h.bob, in, document, "because")
	refused(t, err, "forbidden", "members of the owning team")
	_, err = h.Propose(h.robot, in, document, "because")
	refused(t, err, "forbidden", "")
	_, err = h.Propose(h.ada, in, document, "")
	refused(t, err, "invalid_input", "must say why")
	wrong := proposal.Input{SLO: of, Version: 1, Revision: new(objective("101%"))}
	_, err = h.Propose(h.ada, wrong, document, "because")
	refused(t, err, "invalid_input", "/objective")

	p := ok(h.Propose(h.ada, in, document, "too strict"))(t)
	if !strings.Contains(p.Summary, "falls from 99 % to 98 %") || strings.Contains(p.Summary, "POST") || p.State(start) != proposal.Open || p.ExpiresAt != start.Add(14*24*time.Hour) {
		t.Errorf("proposed is %+v", p)
	}
	_, err = h.Approve(h.ada, p.ID, "")
	refused(t, err, "own_proposal", "another person")
	_, err = h.Approve(h.bob, p.ID, "")
	refused(t, err, "forbidden", "")
	_, err = h.Approve(h.robot, p.ID, "")
	refused(t, err, "forbidden", "")
	h.clock.Advance(time.Hour)
	done := ok(h.Approve(h.grace, p.ID, "agreed"))(t)
	v := ok(h.slos.View(h.bob, of))(t)
	if v.Revision.Objective.String() != "98%" || v.Revision.CreatedBy != "ada" || done.Made != v.Revision.ID || done.DecidedBy != "grace" || done.Decision != proposal.Approved {
		t.Errorf("approved is %+v, and revised %+v", done, v.Revision)
	}
	_, err = h.Approve(h.grace, p.ID, "")
	refused(t, err, "proposal_decided", "by grace")
	_, err = h.Reject(h.grace, p.ID, "no")
	refused(t, err, "proposal_decided", "approved already")
	var log []string
	for _, e := range ok(h.log.List(h.root, audit.Filter{}, page.Request{Limit: 3}))(t).Items {
		log = append(log, e.Action+" by "+e.ActorName+": "+strings.ReplaceAll(e.Reason, string(p.ID), "P"))
	}
	slices.Sort(log)
	if want := []string{"proposal.create by ada: too strict", "proposal.update by grace: agreed", "slo.update by grace: proposed by ada in P: too strict"}; !slices.Equal(log, want) {
		t.Errorf("the log has %q, want %q", log, want)
	}

	c := ok(h.Propose(h.grace, proposal.Input{SLO: of, Correction: new(hour())}, document, "maintenance"))(t)
	made := ok(h.Approve(h.ada, c.ID, ""))(t)
	if is := ok(h.corrections.Get(h.bob, of, made.Made))(t); is.CreatedBy != "grace" || is.ApprovedBy != "ada" {
		t.Errorf("the correction is %+v", is)
	}
	h.burn(t, 10*time.Minute, 40) // 46 bad, and of 98 % of 2,000 events 40 may be
	tier := ok(h.Propose(h.grace, proposal.Input{Service: h.checkout.ID, Version: 1, Update: new(service(2))}, document, "it is less"))(t)
	ok(h.Approve(h.ada, tier.ID, ""))(t)
	if s := ok(h.registry.ServiceFor(h.bob, "checkout"))(t); s.Tier != 2 {
		t.Errorf("the tier is %d", s.Tier)
	}
}

func TestAnotherPersonApprovesTheEndOfAnSLO(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.burn(t, 30*time.Minute, 6)
	of := h.availability.SLO.ID
	p := ok(h.Propose(h.ada, proposal.Input{SLO: of, Version: 1, SLORetirement: &proposal.Retirement{Reason: "nobody asks for it"}}, document, "it is not used"))(t)
	ok(h.Approve(h.grace, p.ID, ""))(t)
	if v := ok(h.slos.View(h.ada, of))(t); v.SLO.RetiredAt == nil {
		t.Errorf("the SLO is %+v, want retired", v.SLO)
	}
}

func TestAnotherPersonApprovesTheEndOfAService(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.burn(t, 30*time.Minute, 6)
	p := ok(h.Propose(h.ada, proposal.Input{Service: h.checkout.ID, Version: 1, ServiceRetirement: &proposal.Retirement{Reason: "it moved"}}, document, "nobody calls it"))(t)
	ok(h.Approve(h.grace, p.ID, ""))(t)
	if s := ok(h.registry.ServiceFor(h.ada, "checkout"))(t); s.RetiredAt == nil || p.Act != proposal.RetireService {
		t.Errorf("by %s the service is %+v, want retired", p.Act, s)
	}
}

// Ten percent of 28 days are 67 hours and 12 minutes. Backups of 3 hours every second night
// take 42 of any; of 24 hours more none of that is backups at most, of 31 at most 3.
func TestCorrectionsToComeTakeASmallPartOfAWindow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	once := func(days, hours int) correction.Declaration {
		from := start.AddDate(0, 0, days)
		to := from.Add(time.Duration(hours) * time.Hour)
		return correction.Declaration{Effect: correction.Exclude, Kind: correction.Maintenance, Reason: "r", From: &from, To: &to}
	}
	slo := h.availability.SLO.ID
	_, err := h.corrections.Declare(h.ada, slo, once(200, 68))
	refused(t, err, proposal.Needed, "would take more than 10 % of a window to come")
	ok(h.corrections.Declare(h.ada, slo, correction.Declaration{Effect: correction.Exclude, Kind: correction.Maintenance, Reason: "backups", Recurrence: &correction.RecurrenceInput{
		Start: "2026-03-28T02:00", Rule: "FREQ=DAILY;INTERVAL=2", DurationSeconds: 3 * 3600,
	}}))(t)
	_, err = h.corrections.Declare(h.ada, slo, once(61, 31))
	refused(t, err, proposal.Needed, "would take more than 10 % of a window to come")
	ok(h.corrections.Declare(h.ada, slo, once(61, 24)))(t)
}

func TestAProposalHoldsForItsVersionAndFourteenDays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.burn(t, 30*time.Minute, 6)
	of := h.availability.SLO.ID
	lower := proposal.Input{SLO: of, Version: 1, Revision: new(objective("98%"))}
	first, second := ok(h.Propose(h.ada, lower, document, "r"))(t), ok(h.Propose(h.ada, proposal.Input{SLO: of, Correction: new(hour())}, document, "r"))(t)
	d := objective("99%")
	d.Rationale = "words"
	if _, _, err := h.slos.Revise(h.ada, of, 1, d); err != nil {
		t.Fatal(err)
	}
	for _, p := range []proposal.Proposal{first, second} {
		if _, err := h.Approve(h.grace, p.ID, ""); !fault.Is(err, fault.Precondition) {
			t.Errorf("an older version is approved: %v", err)
		}
	}
	if v := ok(h.slos.View(h.bob, of))(t); v.Revision.Objective.String() != "99%" {
		t.Errorf("the objective is %s", v.Revision.Objective)
	}
	_, err := h.Reject(h.ada, first.ID, "")
	refused(t, err, "invalid_input", "must say why")
	ok(h.Reject(h.ada, first.ID, "withdrawn"))(t)
	h.clock.Advance(14 * 24 * time.Hour)
	_, err = h.Approve(h.grace, second.ID, "")
	refused(t, err, "proposal_expired", "propose it anew")
	for state, want := range map[proposal.State]int{proposal.Open: 0, proposal.Rejected: 1, proposal.Expired: 1, proposal.Approved: 0} {
		if got := len(ok(h.List(h.bob, proposal.Filter{State: state}, page.Request{}))(t).Items); got != want {
			t.Errorf("%d proposals are %s, want %d", got, state, want)
		}
	}
}
