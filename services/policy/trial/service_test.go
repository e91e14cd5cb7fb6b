package trial_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/judge"
	"github.com/evenkeel/evenkeel/services/measure/segment"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/trial"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// storetest keeps one connection pool to the PostgreSQL server of the tests.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"))
}

// now is when policies are tried: a quarter past, so that the last full hour is at 12:00.
var now = time.Date(2026, 11, 27, 12, 15, 0, 0, time.UTC)

const (
	five = measure.FiveMinutes
	day  = 24 * time.Hour
)

// room is trials over a real database.
type room struct {
	*trial.Service
	store    *store.Store
	measure  *measure.Service
	policies *policy.Service
	reader   context.Context
}

func furnish(t testing.TB) *room {
	t.Helper()
	s, at := storetest.SQLite(t), clock.NewManual(now).Now
	authorizer, quiet := access.NewAuthorizer(s.Access()), slog.New(slog.DiscardHandler)
	r := &room{store: s, measure: measure.New(s.Measure(), s, at)}
	slos := slo.NewService(s.SLO(), s, s.Registry(), r.measure, judge.New(s.Sources(), s.Registry(), nil), authorizer, nil, at, quiet)
	slos.CorrectWith(correction.NewService(correction.Parts{Store: s.Corrections(), Registry: s.Registry(), SLOs: s.SLO(), Measurements: r.measure, Runner: s, Authorizer: authorizer, Clock: at}))
	facts := fact.NewBook[slo.View](slos)
	language, err := policy.Language(facts)
	if err != nil {
		t.Fatal(err)
	}
	r.policies = policy.NewService(policy.Parts{
		Store: s.Policy(), Slugs: s.Registry(), Services: s.Registry(), Budgets: s.SLO(), Facts: facts, Language: language, Runner: s, Authorizer: authorizer, Clock: at, Logger: quiet,
	})
	r.Service = trial.NewService(trial.Parts{Policies: r.policies, Services: s.Registry(), SLOs: s.SLO(), Pasts: slos, Clock: at})
	r.reader = access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: "READER", Name: "Rita", Scopes: []access.Scope{access.ScopeRead}})
	return r
}

// measured has the SLO measured for so many days: 10,000 good events each midnight, and at noon
// of the days that are so long ago as many bad ones; of all other time that there were none.
func (r *room) measured(t testing.TB, v slo.View, days int, bad map[int]int64) {
	t.Helper()
	last := now.Truncate(five)
	for at := last.Add(-time.Duration(days) * day); at.Before(last); {
		batch := measure.Batch{Indicator: v.Indicator.ID, Reporter: measure.DefaultReporter, Resolution: five}
		for range min(2000, int(last.Sub(at)/five)) {
			slot := measure.Slot{Start: at}
			if at.Equal(at.Truncate(day)) {
				slot.Good, slot.Total = 10_000*measure.Event, 10_000*measure.Event
			}
			if n := bad[int(now.Truncate(day).Sub(at.Truncate(day))/day)]; at.Equal(at.Truncate(day).Add(12 * time.Hour)) {
				slot.Total = n * measure.Event
			}
			batch.Slots = append(batch.Slots, slot)
			at = at.Add(five)
		}
		if _, err := r.measure.Push(t.Context(), []measure.Batch{batch}); err != nil {
			t.Fatal(err)
		}
	}
}

// clauses are a draft.
func clauses() []policy.Clause {
	return []policy.Clause{
		{Name: "budget-exceeded", When: "consumed > 1", Freeze: &policy.Freeze{Allow: []policy.ChangeClass{policy.Reliability}}, Issue: &policy.IssueAction{Priority: policy.PriorityP1}},
		{Name: "one-group", When: "groupShares.exists(group, groupShares[group] > 0.2)", Issue: &policy.IssueAction{Priority: policy.PriorityP2}, Postmortem: &policy.PostmortemClaim{PriorityActions: 1}},
	}
}

func everywhere(mode policy.Mode) policy.Place { return policy.Place{Target: policy.ToAll, Mode: mode} }

// Worked by hand. 280,000 good events are in any 28 days, at 99.9 %, and 300 bad ones at noon
// of 50 and of 10 days ago are 300 ÷ 280.3 of the budget each, alone. The violation of the first
// opens at 13:00 and ends 28 days later, when they leave the window: 672 hours. That of the second
// opens 9 days and 23 hours before the last hour and is open still: 239 hours. 100 bad ones do
// nothing. In 60 days there are 1,440 hours of each of four SLOs of which nobody knows groups.
func TestAPolicyIsTriedOnThePast(t *testing.T) {
	t.Parallel()
	r := furnish(t)
	team := storetest.Team(t, r.store, "payments")
	checkout, ledger, gone := storetest.Service(t, r.store, team.ID, "checkout"), storetest.Service(t, r.store, team.ID, "ledger"), storetest.Service(t, r.store, team.ID, "gone")
	spent := storetest.SLO(t, r.store, checkout.ID, "availability")
	r.measured(t, spent, 90, map[int]int64{50: 300, 10: 300})
	little := storetest.SLO(t, r.store, ledger.ID, "availability")
	r.measured(t, little, 90, map[int]int64{10: 100})
	storetest.SLO(t, r.store, ledger.ID, "unmeasured")
	observed := storetest.AnSLO(ledger.ID, "observed")
	observed.Revision.Enforcement = slo.Observed
	mustDo(t, r.store.SLO().CreateSLO(t.Context(), observed))
	r.measured(t, observed, 90, map[int]int64{10: 300})
	storetest.SLO(t, r.store, gone.ID, "availability")
	retired := now.Add(-day)
	gone.RetiredAt = &retired
	mustDo(t, r.store.Registry().UpdateService(t.Context(), gone))

	result := must(r.Run(r.reader, trial.Input{Draft: policy.Terms{Clauses: clauses()}, Place: everywhere(policy.Enforce), Days: 60}))(t)
	to := now.Truncate(time.Hour)
	if !result.To.Equal(to) || !result.From.Equal(to.Add(-60*day)) || result.Services != 2 || result.SLOs != 4 {
		t.Errorf("%d SLOs of %d services from %s to %s", result.SLOs, result.Services, result.From, result.To)
	}
	// Frozen are 672 and 239 hours of the checkout; the ledger's own is only observed.
	if want := (trial.Hours{policy.Feature: 911, policy.Config: 911, policy.Reliability: 0}); !reflect.DeepEqual(result.Frozen, want) || result.FrozenServices != 1 {
		t.Errorf("frozen are %d services for %v, want %v", result.FrozenServices, result.Frozen, want)
	}
	if want := (trial.Counts{Violations: 3, Issues: 2, Notifications: 3}); result.Counts != want {
		t.Errorf("%+v, want %+v", result.Counts, want)
	}
	if groups := result.Clauses[1]; groups.UnknownHours != 4*1440 || groups.Violations != 0 || !slices.Contains(groups.Missing, trial.Missing{Fact: "groupShares", Hours: 4 * 1440, Never: true}) {
		t.Errorf("of groups %+v", groups)
	}
	if first := result.Clauses[0]; first.UnknownHours != 1440 || first.OpenHours != 672+239+239 || !reflect.DeepEqual(first.Missing, []trial.Missing{{Fact: "consumed", Hours: 1440}}) {
		t.Errorf("of the budget %+v", first)
	}
	peak, _ := big.NewRat(300*1000, 280_300).Float64()
	var got []string
	for _, e := range result.Episodes {
		ended := "open"
		if e.EndedAt != nil {
			ended = e.EndedAt.Format(time.RFC3339)
		}
		if e.PeakConsumed == nil || *e.PeakConsumed != peak {
			t.Errorf("the peak of %s is %v, want %v", e.OpenedAt, e.PeakConsumed, peak)
		}
		got = append(got, fmt.Sprintf("%s/%s %s %s %s %s %d %v %v %v", e.Service.Slug, e.SLO.Slug, e.Clause, e.Mode, e.OpenedAt.Format(time.RFC3339), ended, e.Hours, e.Issue, e.Postmortem, e.Waits))
	}
	want := []string{
		"checkout/availability budget-exceeded enforce 2026-10-08T13:00:00Z 2026-11-05T13:00:00Z 672 true false [feature config]",
		"checkout/availability budget-exceeded enforce 2026-11-17T13:00:00Z open 239 true false [feature config]",
		"ledger/observed budget-exceeded observe 2026-11-17T13:00:00Z open 239 false false []",
	}
	if !slices.Equal(got, want) {
		t.Errorf("episodes are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}

	// Of the service alone, of its tier, and of another tier.
	for target, slos := range map[policy.Place]int{
		{Target: policy.ToService, Service: "checkout", Mode: policy.Warn}: 1, {Target: policy.ToTier, Tier: 2, Mode: policy.Warn}: 4, {Target: policy.ToTier, Tier: 3, Mode: policy.Warn}: 0,
	} {
		one := must(r.Run(r.reader, trial.Input{Draft: policy.Terms{Clauses: clauses()[:1]}, Place: target, Days: 30}))(t)
		if one.SLOs != slos || one.FrozenServices != 0 || slos > 0 && one.Issues != 2 {
			t.Errorf("on %+v: %d SLOs, %+v", target, one.SLOs, one.Counts)
		}
	}
	storetest.SLO(t, r.store, storetest.Service(t, r.store, storetest.Team(t, r.store, "search").ID, "index").ID, "availability")
	for team, slos := range map[string]int{"": 5, "payments": 4, string(team.ID): 4, "search": 1} {
		one := must(r.Run(r.reader, trial.Input{Draft: policy.Terms{Clauses: clauses()[:1]}, Place: everywhere(policy.Warn), Team: team, Days: 1}))(t)
		if one.SLOs != slos {
			t.Errorf("of the team %q: %d SLOs, want %d", team, one.SLOs, slos)
		}
	}
	// 30 days ago the first was open already: it opens with the attachment, and lasts until 13:00, 22 days ago.
	if e := must(r.Run(r.reader, trial.Input{Draft: policy.Terms{Clauses: clauses()[:1]}, Place: policy.Place{Target: policy.ToService, Service: "checkout", Mode: policy.Warn}, Days: 30}))(t).Episodes[0]; !e.OpenedAt.Equal(to.Add(-30*day)) || e.Hours != 8*24+1 {
		t.Errorf("what was open already is %+v", e)
	}
	// What is corrected now was never bad.
	storetest.Correction(t, r.store, spent.SLO.ID, correction.Exclude, now.Add(-11*day), now.Add(-9*day))
	if after := must(r.Run(r.reader, trial.Input{Draft: policy.Terms{Clauses: clauses()}, Place: everywhere(policy.Enforce), Days: 60}))(t); after.Frozen[policy.Feature] != 672 || after.Issues != 1 {
		t.Errorf("corrected, %+v, frozen %v", after.Counts, after.Frozen)
	}
}

func TestASavedPolicyIsTriedAsItIs(t *testing.T) {
	t.Parallel()
	r := furnish(t)
	v := storetest.Policy(t, r.store, "error-budget")
	result := must(r.Run(r.reader, trial.Input{Policy: "error-budget", Place: everywhere(policy.Observe), Days: 1}))(t)
	if result.Rule.Policy.ID != v.Policy.ID || result.Rule.Revision.Number != v.Revision.Number || len(result.Clauses) != len(v.Revision.Clauses) || result.SLOs != 0 {
		t.Errorf("%+v", result)
	}
}

func TestATrialNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	r := furnish(t)
	storetest.Service(t, r.store, storetest.Team(t, r.store, "payments").ID, "checkout")
	storetest.Policy(t, r.store, "error-budget")
	broken := clauses()
	broken[0].When, broken[1].Name = "consumed > 1 &&\n consummed > 2", "One"
	for _, c := range []struct {
		name string
		in   trial.Input
		want string
	}{
		{"nothing", trial.Input{}, "/policy /target /mode /days"},
		{"both", trial.Input{Policy: "error-budget", Draft: policy.Terms{Clauses: clauses()}, Place: everywhere(policy.Warn), Days: 90}, "/clauses"},
		{"no such policy", trial.Input{Policy: "another", Place: everywhere(policy.Warn), Days: 90}, "/policy"},
		{"conditions", trial.Input{Draft: policy.Terms{Clauses: broken}, Place: everywhere(policy.Warn), Days: 91}, "/clauses/0/when /clauses/1/name /days"},
		{"no such service", trial.Input{Draft: policy.Terms{Clauses: clauses()}, Place: policy.Place{Target: policy.ToService, Service: "nothing", Mode: policy.Warn}, Days: 1}, "/service"},
		{"no such team", trial.Input{Draft: policy.Terms{Clauses: clauses()}, Place: everywhere(policy.Warn), Team: "nobody", Days: 0}, "/team /days"},
		{"a team and a service", trial.Input{Draft: policy.Terms{Clauses: clauses()}, Place: policy.Place{Target: policy.ToService, Service: "checkout", Mode: policy.Warn}, Team: "payments", Days: 1}, "/team"},
		{"no service", trial.Input{Draft: policy.Terms{Clauses: clauses()}, Place: policy.Place{Target: policy.ToService, Mode: policy.Warn}, Days: 1}, "/service"},
		{"a tier for a service", trial.Input{Draft: policy.Terms{Clauses: clauses()}, Place: policy.Place{Target: policy.ToTier, Tier: 5, Service: "checkout", Mode: "stop"}, Days: 1}, "/service /tier /mode"},
	} {
		_, err := r.Run(r.reader, c.in)
		e := fault.As(err)
		if e == nil || e.Kind != fault.Invalid {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var at []string
		for _, v := range e.Violations {
			at = append(at, v.Pointer)
			if v.Pointer == "/clauses/0/when" && !strings.Contains(v.Message, `line 2, column 2: there is no fact "consummed"`) {
				t.Errorf("the condition: %s", v.Message)
			}
		}
		slices.Sort(at)
		want := strings.Fields(c.want)
		slices.Sort(want)
		if !slices.Equal(at, want) {
			t.Errorf("%s: faults at %q, want %q", c.name, at, want)
		}
	}
	if _, err := r.Run(t.Context(), trial.Input{Policy: "error-budget", Place: everywhere(policy.Warn), Days: 1}); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("nobody gets %v", err)
	}
}

// many makes SLOs, fifty to a service, each measured every five minutes of so many days, as it
// is stored after folding; of each hundredth slot a part is bad.
func (r *room) many(t testing.TB, n, days int) {
	t.Helper()
	var slots []segment.Slot
	for i := range 288 {
		slot := segment.Slot{Index: i, Good: 1000 * measure.Event, Total: 1000 * measure.Event}
		if i%100 == 7 {
			slot.Good -= 80 * measure.Event
		}
		slots = append(slots, slot)
	}
	packed, _, err := segment.Merge(segment.New(five, 288), slots)
	if err != nil {
		t.Fatal(err)
	}
	team, last := storetest.Team(t, r.store, "payments"), now.Truncate(day)
	var service registry.Service
	for i := range n {
		if i%50 == 0 {
			service = storetest.Service(t, r.store, team.ID, fmt.Sprintf("service-%03d", i/50))
		}
		v := storetest.SLO(t, r.store, service.ID, fmt.Sprintf("slo-%02d", i%50))
		if days == 0 {
			continue
		}
		mustDo(t, r.store.InTx(t.Context(), func(ctx context.Context) error {
			made, err := r.store.Measure().EnsureSeries(ctx, []measure.Series{{
				ID: id.New(now), Indicator: v.Indicator.ID, Reporter: measure.DefaultReporter, Resolution: five, FoldedUntil: last, CreatedAt: now,
			}})
			if err != nil {
				return err
			}
			var rows []measure.StoredSegment
			for d := range days {
				rows = append(rows, measure.StoredSegment{SegmentKey: measure.SegmentKey{Series: made[0].ID, Start: last.Add(-time.Duration(d) * day), Span: day}, Data: packed.Bytes()})
			}
			return r.store.Measure().PutSegments(ctx, rows)
		}))
	}
}

func TestMoreThanATrialTakesIsRefused(t *testing.T) {
	t.Parallel()
	r := furnish(t)
	var twenty []policy.Clause
	for i := range 20 {
		twenty = append(twenty, policy.Clause{Name: fmt.Sprintf("clause-%d", i), When: "consumed > 1", Issue: &policy.IssueAction{Priority: policy.PriorityP1}})
	}
	r.many(t, trial.MaxSLOs, 0)
	// 22,000,000 ÷ 1,000 ÷ 20 are 1,100 hours, which are 45 days and some.
	_, err := r.Run(r.reader, trial.Input{Draft: policy.Terms{Clauses: twenty}, Place: everywhere(policy.Warn), Days: 90})
	if e := fault.As(err); e == nil || e.Violations[0].Pointer != "/days" || !strings.Contains(e.Violations[0].Message, "must be at most 45 for 1000 SLOs and 20 clauses") {
		t.Errorf("too many days: %v", err)
	}
	if _, err := r.Run(r.reader, trial.Input{Draft: policy.Terms{Clauses: twenty[:1]}, Place: everywhere(policy.Warn), Days: 1}); err != nil {
		t.Errorf("as many SLOs as may be: %v", err)
	}
	storetest.SLO(t, r.store, storetest.Service(t, r.store, storetest.Team(t, r.store, "search").ID, "search").ID, "availability")
	_, err = r.Run(r.reader, trial.Input{Draft: policy.Terms{Clauses: twenty[:1]}, Place: everywhere(policy.Warn), Days: 1})
	if e := fault.As(err); e == nil || e.Violations[0].Pointer != "/target" {
		t.Errorf("too many SLOs: %v", err)
	}
}

// BenchmarkATrialOfAThousandSLOs is of 90 days and ten clauses.
func BenchmarkATrialOfAThousandSLOs(b *testing.B) {
	r := furnish(b)
	r.many(b, 1_000, 118)
	var ten []policy.Clause
	for i, when := range []string{
		"consumed > 1", "consumed > 0.5", "consumed > 2", "remaining < 0", "burn['1h'] > 14.4 && burn['5m'] > 14.4", "state == 'exhausted'", "state == 'at_risk' && consumed > 0.8",
		"events >= 1000 && badEvents > 100", "events >= 1000 && consumed > 0.9", "burn['6h'] > 6 && burn['30m'] > 6",
	} {
		ten = append(ten, policy.Clause{Name: fmt.Sprintf("clause-%d", i), When: when, Freeze: &policy.Freeze{}, Issue: &policy.IssueAction{Priority: policy.PriorityP1}})
	}
	b.ReportAllocs()
	for b.Loop() {
		result := must(r.Run(r.reader, trial.Input{Draft: policy.Terms{Clauses: ten}, Place: everywhere(policy.Enforce), Days: 90}))(b)
		if result.SLOs != 1000 || result.Violations == 0 {
			b.Fatalf("%d SLOs, %+v", result.SLOs, result.Counts)
		}
	}
}

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		mustDo(t, err)
		return v
	}
}

func mustDo(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected: %v", err)
	}
}
