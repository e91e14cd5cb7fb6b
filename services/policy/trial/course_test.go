package trial

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// told is what is known at each hour.
type told []fact.Set

func (t told) Hours() int { return len(t) }

func (t told) Facts(hour int, into fact.Set) {
	clear(into)
	for name, value := range t[hour] {
		into[name] = value
	}
}

// consumed is told by its share alone, below 0 where nothing is known.
func consumed(shares ...float64) told {
	out := make(told, len(shares))
	for i, share := range shares {
		if out[i] = (fact.Set{}); share >= 0 {
			out[i]["consumed"] = share
		}
	}
	return out
}

func compiled(t *testing.T, texts ...string) []*expr.Condition {
	t.Helper()
	language, err := policy.Language(&slo.Service{})
	if err != nil {
		t.Fatal(err)
	}
	var out []*expr.Condition
	for _, text := range texts {
		if text == "" {
			out = append(out, nil)
			continue
		}
		c, err := language.Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

// said writes what became of a clause: "1-3 at 1.2" is an episode that opened at hour 1 and
// ended at hour 3, "4-5… at 2" one that is open still at the last hour, 5.
func said(c course) []string {
	var out []string
	for _, s := range c.spans {
		text := fmt.Sprintf("%d-%d", s.from, s.to)
		if s.open {
			text += "…"
		}
		if s.peak != nil {
			text += fmt.Sprintf(" at %g", *s.peak)
		}
		out = append(out, text)
	}
	return out
}

// Worked by hand, as violations are: opened where the condition holds, ended where it does not,
// and left as they are where it is unknown.
func TestEpisodesOpenAndEndAsViolationsDo(t *testing.T) {
	t.Parallel()
	const unknown = -1
	numbers := told{
		{"burn": map[string]float64{"1h": 20, "5m": 20}},
		{"burn": map[string]float64{"1h": 20}},
		{"burn": map[string]float64{}},
		{},
		{"burn": map[string]float64{"1h": 1, "5m": 20}, "consumed": 3.0},
		{"burn": map[string]float64{"1h": 1, "5m": 20}},
	}
	for _, c := range []struct {
		name, when string
		hours      told
		want       []string
		unknown    int
		missing    map[string]int
	}{
		{"never", "consumed > 1", consumed(0, 0.5, 1, 0.9), nil, 0, nil}, // exactly the budget is not more
		{"once", "consumed > 1", consumed(0, 1.1, 1.4, 1.2, 1, 0), []string{"1-4 at 1.4"}, 0, nil},
		{"at the first hour", "consumed > 1", consumed(2, 0, 0), []string{"0-1 at 2"}, 0, nil},
		{"still", "consumed > 1", consumed(0, 1.5, 1.2), []string{"1-2… at 1.5"}, 0, nil},
		{"at the last hour alone", "consumed > 1", consumed(0, 0, 1.5), []string{"2-2… at 1.5"}, 0, nil},
		{"all the time", "consumed > 1", consumed(3, 2, 4), []string{"0-2… at 4"}, 0, nil},
		{"twice", "consumed > 1", consumed(1.1, 1, 1.2, 0, 0), []string{"0-1 at 1.1", "2-3 at 1.2"}, 0, nil},
		{"unknown does not open", "consumed > 1", consumed(unknown, unknown, 0), nil, 2, map[string]int{"consumed": 2}},
		{"unknown does not end", "consumed > 1", consumed(1.5, unknown, unknown, 1.3, 0.5), []string{"0-4 at 1.5"}, 2, map[string]int{"consumed": 2}},
		{"unknown is open until it is known not to hold", "consumed > 1", consumed(1.5, unknown, 0, 0), []string{"0-2 at 1.5"}, 1, map[string]int{"consumed": 1}},
		{"the last hour is no time", "consumed > 1", consumed(0, unknown), nil, 0, nil},
		{"one side is enough", "consumed > 1 || events > 5", told{{"consumed": 2.0}, {"events": 1.0}, {"consumed": 0.0, "events": 1.0}}, []string{"0-2 at 2"}, 1, map[string]int{"consumed": 1}},
		{"more than is not set aside", "consumed > 1.0 - reserve", consumed(0, 0.75, 0.76, 0.7), []string{"2-3 at 0.76"}, 0, nil},
		{"a number that is not there", "burn['1h'] > 14 && burn['5m'] > 14", numbers, []string{"0-4"}, 3, map[string]int{"burn": 3}},
		{"not understood any more", "", consumed(2, 2, 2), nil, 2, nil},
	} {
		courses, err := follow(t.Context(), c.hours, policy.Rule{Conditions: compiled(t, c.when), View: policy.View{Revision: policy.Revision{Terms: policy.Terms{Reserve: 0.25}}}})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := courses[0]
		if !reflect.DeepEqual(said(got), c.want) || got.unknown != c.unknown || !(len(got.missing) == 0 && c.missing == nil) && !reflect.DeepEqual(got.missing, c.missing) {
			t.Errorf("%s: %q, %d hours unknown for %v; want %q, %d for %v", c.name, said(got), got.unknown, got.missing, c.want, c.unknown, c.missing)
		}
	}
}

func TestATrialEndsWithItsRequest(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := follow(ctx, consumed(1), policy.Rule{Conditions: compiled(t, "consumed > 1")}); !errors.Is(err, context.Canceled) {
		t.Errorf("it went on: %v", err)
	}
}

// Of a freeze the team is told when it begins and when it ends: of three that are enforced, of
// which one is open still, five times.
//
// Worked by hand. Of one service two SLOs are frozen at hours 1 to 4 and 3 to 5, by a clause
// that lets work on reliability go on; and at hour 0 by one that lets nothing go on. Of another
// an SLO that is only observed is frozen by nothing.
func TestFreezesAtOnceAreOneAndObservedOnesAreNone(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	rule := policy.Rule{Conditions: compiled(t, "consumed > 1", "consumed > 2")}
	rule.Revision.Clauses = []policy.Clause{
		{Name: "budget", Freeze: &policy.Freeze{Allow: []policy.ChangeClass{policy.Reliability}}, Issue: &policy.IssueAction{}},
		{Name: "all", Freeze: &policy.Freeze{}, Postmortem: &policy.PostmortemClaim{}},
	}
	peak := 2.5
	one := []course{{spans: []span{{from: 1, to: 4, peak: &peak}}}, {spans: []span{{from: 0, to: 1}}}}
	two := []course{{spans: []span{{from: 3, to: 5, open: true}}, unknown: 2, missing: map[string]int{"events": 2}}, {unknown: 1, missing: map[string]int{"groupShares": 1}}}
	for mode, want := range map[policy.Mode]struct {
		counts Counts
		frozen Hours
	}{
		policy.Enforce: {Counts{4, 2, 1, 0, 5}, Hours{policy.Feature: 5, policy.Config: 5, policy.Reliability: 1}},
		policy.Warn:    {Counts{4, 2, 1, 0, 0}, Hours{policy.Feature: 0, policy.Config: 0, policy.Reliability: 0}},
		policy.Observe: {Counts{4, 0, 0, 0, 0}, Hours{policy.Feature: 0, policy.Config: 0, policy.Reliability: 0}},
	} {
		tally := newTally(rule, from, from.Add(5*time.Hour))
		tally.begin(registry.Service{ID: "CHECKOUT", Slug: "checkout"}, false)
		tally.add(slo.SLO{Slug: "availability"}, mode, one)
		tally.add(slo.SLO{Slug: "latency"}, mode, two)
		tally.finish()
		tally.begin(registry.Service{ID: "LEDGER", Slug: "ledger"}, false)
		tally.add(slo.SLO{Slug: "availability"}, policy.Observe, []course{{spans: []span{{from: 0, to: 2}}}, {}})
		tally.finish()
		tally.begin(registry.Service{ID: "QUIET", Slug: "quiet"}, false)
		tally.add(slo.SLO{Slug: "availability"}, mode, []course{{}, {}})
		tally.finish()
		got := tally.result()
		if got.Services != 3 || got.SLOs != 4 || got.Counts != want.counts || !reflect.DeepEqual(got.Frozen, want.frozen) {
			t.Errorf("%s: of %d services and %d SLOs %+v, frozen %v; want %+v", mode, got.Services, got.SLOs, got.Counts, got.Frozen, want)
		}
		if frozen := got.FrozenServices; (mode == policy.Enforce) != (frozen == 1) || frozen > 1 {
			t.Errorf("%s: %d services are frozen", mode, frozen)
		}
		if len(got.Affected) != 2 || got.Affected[0].Service.Slug != "checkout" || got.Affected[0].Violations != 3 || got.Affected[1].Issues != 0 {
			t.Errorf("%s: affected are %+v", mode, got.Affected)
		}
		budget, all := got.Clauses[0], got.Clauses[1]
		if budget.Violations != 3 || budget.OpenHours != 3+2+2 || budget.UnknownHours != 2 || !reflect.DeepEqual(budget.Missing, []Missing{{Fact: "events", Hours: 2}}) {
			t.Errorf("%s: the first clause is %+v", mode, budget)
		}
		if all.Violations != 1 || all.OpenHours != 1 || got.UnknownHours != 3 || !reflect.DeepEqual(all.Missing, []Missing{{Fact: "groupShares", Hours: 1, Never: true}}) {
			t.Errorf("%s: the second clause is %+v of %d hours unknown", mode, all, got.UnknownHours)
		}
		first, third := got.Episodes[0], got.Episodes[2]
		if !first.OpenedAt.Equal(from.Add(time.Hour)) || first.EndedAt == nil || !first.EndedAt.Equal(from.Add(4*time.Hour)) || *first.PeakConsumed != 2.5 || third.EndedAt != nil || third.SLO.Slug != "latency" {
			t.Errorf("%s: episodes are %+v and %+v", mode, first, third)
		}
		if waits := fmt.Sprint(first.Waits); (mode == policy.Enforce) != (waits == "[feature config]") {
			t.Errorf("%s: what waits is %s", mode, waits)
		}
	}
}

// Worked by hand: of a clause that has the team and the one above told, and that escalates
// after a day.
func TestWhatPeopleWouldHaveBeenToldIsCounted(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	rule := policy.Rule{Conditions: compiled(t, "consumed > 1")}
	rule.Revision.Clauses = []policy.Clause{{
		Name: "budget", Freeze: &policy.Freeze{}, Issue: &policy.IssueAction{}, Notify: &policy.Notification{To: []policy.Audience{policy.ParentTeam, policy.Approver}},
		Escalate: &policy.Escalation{To: policy.ParentTeam, AfterDays: 1},
	}}
	for _, c := range []struct {
		name  string
		mode  policy.Mode
		above bool
		spans []span
		want  Counts
	}{
		{"a day to the hour is over before it is escalated", policy.Warn, true, []span{{from: 0, to: 24}}, Counts{Violations: 1, Issues: 1, Notifications: 4}},
		{"an hour more is escalated", policy.Warn, true, []span{{from: 0, to: 25}}, Counts{Violations: 1, Issues: 1, Escalations: 1, Notifications: 5}},
		{"open for a day", policy.Enforce, true, []span{{from: 0, to: 24, open: true}}, Counts{Violations: 1, Issues: 1, Escalations: 1, Notifications: 3}},
		{"open for less", policy.Enforce, true, []span{{from: 0, to: 23, open: true}}, Counts{Violations: 1, Issues: 1, Notifications: 2}},
		{"no team above", policy.Enforce, false, []span{{from: 0, to: 25}}, Counts{Violations: 1, Issues: 1, Escalations: 1, Notifications: 3}},
		{"observed", policy.Observe, true, []span{{from: 0, to: 25}}, Counts{Violations: 1}},
		{"again after ten days", policy.Warn, false, []span{{from: 0, to: 1}, {from: 241, to: 242}}, Counts{Violations: 2, Issues: 1, Notifications: 4}},
		{"again after more", policy.Warn, false, []span{{from: 0, to: 1}, {from: 242, to: 243}}, Counts{Violations: 2, Issues: 2, Notifications: 4}},
	} {
		tally := newTally(rule, from, from.Add(90*24*time.Hour))
		tally.begin(registry.Service{ID: "CHECKOUT"}, c.above)
		tally.add(slo.SLO{}, c.mode, []course{{spans: c.spans}})
		tally.finish()
		if got := tally.result(); got.Counts != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got.Counts, c.want)
		}
	}
}

// It opens at the last hour, and has lasted for none.
func TestWhatIsFrozenSinceTheLastHourIsFrozen(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	rule := policy.Rule{Conditions: compiled(t, "consumed > 1")}
	rule.Revision.Clauses = []policy.Clause{{Name: "budget", Freeze: &policy.Freeze{}}}
	tally := newTally(rule, from, from.Add(5*time.Hour))
	tally.begin(registry.Service{ID: "CHECKOUT"}, false)
	tally.add(slo.SLO{}, policy.Enforce, []course{{spans: []span{{from: 5, to: 5, open: true}}}})
	tally.finish()
	if got := tally.result(); got.FrozenServices != 1 || got.Frozen[policy.Feature] != 0 {
		t.Errorf("frozen are %d services for %v", got.FrozenServices, got.Frozen)
	}
}

func TestEpisodesBeyondTheBoundAreCounted(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	rule := policy.Rule{Conditions: compiled(t, "consumed > 1")}
	rule.Revision.Clauses = []policy.Clause{{Name: "budget", Issue: &policy.IssueAction{}}}
	tally := newTally(rule, from, from.Add(90*24*time.Hour))
	tally.begin(registry.Service{ID: "CHECKOUT"}, false)
	c := course{}
	for n := range MaxEpisodes + 7 {
		c.spans = append(c.spans, span{from: 2 * n, to: 2*n + 1})
	}
	tally.add(slo.SLO{}, policy.Warn, []course{c})
	tally.finish()
	if got := tally.result(); len(got.Episodes) != MaxEpisodes || got.LeftOut != 7 || got.Violations != MaxEpisodes+7 || got.Issues != 1 { // the one issue goes on
		t.Errorf("%d are told, %d are left out, %d issues", len(got.Episodes), got.LeftOut, got.Issues)
	}
}
