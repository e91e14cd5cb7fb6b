package trial_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/judge"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/supply"
	"github.com/evenkeel/evenkeel/services/policy/trial"
	"github.com/evenkeel/evenkeel/services/slo"
)

// heard keeps what is told.
type heard struct {
	mu     sync.Mutex
	events []event.Event
}

func (h *heard) Tell(_ context.Context, events ...event.Event) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, events...)
	return nil
}

// A policy is attached, and for three weeks applied at every full hour, with all that follows:
// evaluation, violations, issues, escalations and what is told. Then it is tried on the same
// weeks: what is said to have followed is what did.
func TestATrialTellsWhatThePassesDid(t *testing.T) {
	t.Parallel()
	const hours = 21 * 24
	s, quiet, random := storetest.SQLite(t), slog.New(slog.DiscardHandler), rand.New(rand.NewPCG(20261127, 2))
	began := now.Truncate(day).AddDate(0, 0, -21)
	at := clock.NewManual(began)
	authorizer := access.NewAuthorizer(s.Access())
	log := audit.NewService(s.Audit(), s, authorizer, at.Now)
	measured := measure.New(s.Measure(), s, at.Now)
	slos := slo.NewService(s.SLO(), s, s.Registry(), measured, judge.New(s.Sources(), s.Registry(), nil), authorizer, log, at.Now, quiet)
	evaluator := measure.NewEvaluator(s.Measure(), slos, slos, s, at.Now, quiet)
	facts, told := fact.NewBook(supply.Source{Store: s.Supply(), Clock: at.Now}, slos), &heard{}
	policies := policy.NewService(policy.Parts{
		Store: s.Policy(), Slugs: s.Registry(), Services: s.Registry(), Budgets: s.SLO(), People: s.Access(), Facts: facts, Language: must(policy.Language(facts))(t), Pasts: slos,
		Desk: issues.NewService(s.Issues(), s.Registry(), s.Policy(), "https://evenkeel.example.org/"), Teller: told, Runner: s, Authorizer: authorizer, Recorder: log, Clock: at.Now, Logger: quiet,
	})
	above := storetest.Team(t, s, "engineering")
	team := storetest.Team(t, s, "payments")
	team.Parent = above.ID
	mustDo(t, s.Registry().UpdateTeam(t.Context(), team))
	checkout, ledger := storetest.Service(t, s, team.ID, "checkout"), storetest.Service(t, s, above.ID, "ledger")
	views := []slo.View{storetest.SLO(t, s, checkout.ID, "availability"), storetest.SLO(t, s, checkout.ID, "latency"), storetest.SLO(t, s, ledger.ID, "balances")}
	observed := storetest.AnSLO(ledger.ID, "observed")
	observed.Revision.Enforcement = slo.Observed
	mustDo(t, s.SLO().CreateSLO(t.Context(), observed))
	views = append(views, observed)

	root := access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: "ROOT", Name: "Root", Administrator: true, Scopes: access.Scopes})
	p := must(policies.Create(root, policy.Draft{Slug: "tried", Name: "Tried", Terms: policy.Terms{Reserve: 0.25, Clauses: []policy.Clause{
		{
			Name: "budget", When: "consumed > 1", Freeze: &policy.Freeze{Allow: []policy.ChangeClass{policy.Reliability}}, Issue: &policy.IssueAction{Priority: policy.PriorityP1, CloseOnRecovery: true},
			Escalate: &policy.Escalation{To: policy.ParentTeam, AfterDays: 2},
		},
		{Name: "fast", When: "burn['1h'] > 5 && burn['5m'] > 5", Issue: &policy.IssueAction{Priority: policy.PriorityP2}, Notify: &policy.Notification{To: []policy.Audience{policy.TheTeam, policy.ParentTeam}}},
		{Name: "reserve", When: "consumed > 1.0 - reserve && !stale", Notify: &policy.Notification{To: []policy.Audience{policy.Approver}}},
		{Name: "cause", When: "consumed > 0.5 && cause == 'unclassified'", Notify: &policy.Notification{To: []policy.Audience{policy.TheTeam}}},
	}}}))(t)
	must(policies.Attach(root, p.Policy.Slug, everywhere(policy.Enforce)))(t)

	system := access.WithCaller(t.Context(), access.System("apply-policies"))
	for hour := range hours + 1 {
		for i, v := range views {
			// Some hours are silent; some have errors, in which the budget is spent within an
			// hour or two; and then much goes well, in which it is a smaller share again.
			if hour == 0 || (hour/13+i)%7 == 3 {
				continue
			}
			batch := measure.Batch{Indicator: v.Indicator.ID, Reporter: measure.DefaultReporter, Resolution: five}
			errors := (hour/9+2*i)%5 == 1
			for start := at.Now().Add(-time.Hour); start.Before(at.Now()); start = start.Add(five) {
				total := int64(100 + hour*hour/20)
				bad := int64(0)
				if errors && random.IntN(2) == 0 {
					bad = random.Int64N(total / 20)
				}
				batch.Slots = append(batch.Slots, measure.Slot{Start: start, Good: (total - bad) * measure.Event, Total: total * measure.Event})
			}
			must(measured.Push(t.Context(), []measure.Batch{batch}))(t)
		}
		must(evaluator.RunOnce(system))(t)
		must(policies.ApplyOnce(system))(t)
		must(policies.ChaseOnce(system))(t)
		if hour < hours {
			at.Advance(time.Hour)
		}
	}

	slugs := map[string]string{}
	for _, v := range views {
		slugs[string(v.SLO.ID)] = v.SLO.Slug
	}
	spell := func(of, clause string, mode policy.Mode, opened time.Time, ended *time.Time, escalated bool) string {
		end := "open"
		if ended != nil {
			end = ended.Format(time.RFC3339)
		}
		return fmt.Sprintf("%s %s %s %s %s %t", of, clause, mode, opened.Format(time.RFC3339), end, escalated)
	}
	var did, said []string
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		found := must(s.Policy().Violations(t.Context(), policy.ViolationFilter{}, r))(t)
		for _, v := range found.Items {
			did = append(did, spell(slugs[string(v.SLO)], v.Clause, v.Mode, v.OpenedAt, v.EndedAt, v.Handling.EscalatedAt != nil))
		}
		if r.After = found.Next; r.After == "" {
			break
		}
	}
	made := must(s.Issues().Issues(t.Context(), issues.Filter{}, page.Request{Limit: page.MaxLimit}))(t)

	result := must(trial.NewService(trial.Parts{Policies: policies, Services: s.Registry(), SLOs: s.SLO(), Pasts: slos, Clock: at.Now}).Run(root, trial.Input{Policy: "tried", Place: everywhere(policy.Enforce), Days: 21}))(t)
	for _, e := range result.Episodes {
		said = append(said, spell(e.SLO.Slug, e.Clause, e.Mode, e.OpenedAt, e.EndedAt, e.Escalated))
	}
	slices.Sort(did)
	slices.Sort(said)
	if !slices.Equal(did, said) {
		t.Errorf("the passes did\n%s\nand the trial says\n%s", strings.Join(did, "\n"), strings.Join(said, "\n"))
	}
	if made.Next != "" || len(made.Items) != result.Issues {
		t.Errorf("there are %d issues, and the trial says %d", len(made.Items), result.Issues)
	}
	escalated := 0
	for _, e := range told.events {
		if e.Type == event.Escalated {
			escalated++
		}
	}
	if escalated != result.Escalations || len(told.events) != result.Notifications {
		t.Errorf("%d were told, %d of them escalations; the trial says %d and %d", len(told.events), escalated, result.Notifications, result.Escalations)
	}
	// It proves something only where much happened.
	if result.Violations < 20 || result.Issues >= result.Violations || result.Escalations == 0 || result.UnknownHours == 0 || result.FrozenServices != 2 || !slices.ContainsFunc(result.Episodes, func(e trial.Episode) bool { return e.EndedAt == nil }) || result.LeftOut > 0 {
		t.Errorf("too little happened: %+v, %d hours unknown, %d services frozen", result.Counts, result.UnknownHours, result.FrozenServices)
	}
}
