package policy

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Standing is how an SLO stands to one clause of a policy in force for it.
type Standing struct {
	Rule   *Rule
	Clause *Clause
	// Outcome is whether the condition holds; Why says of what is unknown why.
	Outcome expr.Outcome
	Why     string
	// ConsumedPercent is the share of the trailing 28 days' budget consumed, as a
	// decimal rounded to two digits; empty without events.
	ConsumedPercent string
	// Violation is the open one, nil when there is none.
	Violation *Violation
	// Mode is how far the policy acts on the SLO.
	Mode Mode

	condition *expr.Condition
	facts     fact.Set // that it was judged on
}

// Standing tells how the SLO stands to every clause in force for it, by policy
// and clause. Faults: NotFound, Unauthenticated.
func (s *Service) Standing(ctx context.Context, subject id.ID) ([]Standing, error) {
	if err := s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindViolation}); err != nil {
		return nil, err
	}
	views, err := s.budgets.ViewsByID(ctx, []id.ID{subject})
	if err != nil {
		return nil, fmt.Errorf("read SLO %s: %w", subject, err)
	}
	if len(views) == 0 {
		return nil, fault.Missing("slo", string(subject))
	}
	standings, err := s.Standings(ctx, views)
	return standings[subject], err
}

// Standings is Standing of many at once, by SLO; those that are retired are not
// in it.
func (s *Service) Standings(ctx context.Context, views []slo.View) (map[id.ID][]Standing, error) {
	if err := s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindViolation}); err != nil {
		return nil, err
	}
	found, err := s.gather(ctx, views)
	if err != nil {
		return nil, err
	}
	standings := make(map[id.ID][]Standing, len(views))
	for _, v := range views {
		if of := found.of(v); !of.retired() {
			standings[v.SLO.ID] = stand(of, found.rules(of.service), found.live[v.SLO.ID], every)
		}
	}
	return standings, nil
}

// every and freezes say of which clauses something is asked.
func every(*Clause) bool     { return true }
func freezes(c *Clause) bool { return c.Freeze != nil }

func stand(of subject, rules []Rule, live []Violation, which func(*Clause) bool) []Standing {
	var standings []Standing
	consumed := consumedPercent(of.View)
	for i := range rules {
		rule := &rules[i]
		of, mode := of.under(rule.Revision), rule.mode(of.View)
		for n := range rule.Revision.Clauses {
			clause := &rule.Revision.Clauses[n]
			if !which(clause) {
				continue
			}
			standing := Standing{Rule: rule, Clause: clause, ConsumedPercent: consumed, Mode: mode, condition: rule.Conditions[n], facts: of.facts}
			standing.Outcome, standing.Why = of.judge(*clause, rule.Conditions[n])
			standing.Violation = find(live, *rule, *clause, func(v Violation) bool { return v.EndedAt == nil })
			standings = append(standings, standing)
		}
	}
	return standings
}

// SLOStanding is how an SLO of a service stands to a clause that has changes wait.
type SLOStanding struct {
	SLO  id.ID
	Slug string
	Standing
	// RecoversAt is, of an open violation, when the clause stops to apply at the earliest: if
	// nothing more goes wrong and as much goes on to happen. Nil where that is not known, or
	// could not be read.
	RecoversAt *time.Time
}

// StandingsOf tells how all SLOs of a service stand to every clause in force that has changes
// wait. It authorises nobody.
func (s *Service) StandingsOf(ctx context.Context, service registry.Service) ([]SLOStanding, error) {
	views, err := s.budgets.ViewsOf(ctx, []id.ID{service.ID})
	if err != nil {
		return nil, fmt.Errorf("read the SLOs of %s: %w", service.Slug, err)
	}
	if len(views) == 0 {
		return nil, nil
	}
	slices.SortFunc(views, func(a, b slo.View) int { return cmp.Compare(a.SLO.Slug, b.SLO.Slug) })
	found, err := s.gatherOf(ctx, map[id.ID]registry.Service{service.ID: service}, views, freezes)
	if err != nil {
		return nil, err
	}
	var out []SLOStanding
	var broken []slo.View
	for _, v := range views {
		of := found.of(v)
		if of.retired() {
			continue
		}
		for _, standing := range stand(of, found.rules(of.service), found.live[v.SLO.ID], freezes) {
			out = append(out, SLOStanding{SLO: v.SLO.ID, Slug: v.SLO.Slug, Standing: standing})
		}
		if slices.ContainsFunc(found.live[v.SLO.ID], func(v Violation) bool { return v.EndedAt == nil }) {
			broken = append(broken, v)
		}
	}
	if len(broken) == 0 {
		return out, nil
	}
	easings, err := s.pasts.Easings(ctx, broken)
	if err != nil {
		// What stands open is known without it.
		s.log.ErrorContext(ctx, "how budgets ease could not be read", slog.String("service_id", string(service.ID)), slog.Any("error", err))
		return out, nil
	}
	for i, o := range out {
		if easing, known := easings[o.SLO]; known && o.Violation != nil {
			out[i].RecoversAt = recovers(o.facts, o.condition, easing)
		}
	}
	return out, nil
}

// lasting are the facts that are taken to stay as they are while a budget eases.
var lasting = []string{"events", "cause", reserve}

// recovers is the first full hour at which the condition does not hold any more on what is
// known then, if nothing more goes wrong; nil where there is none, or it depends on more.
func recovers(now fact.Set, condition *expr.Condition, easing slo.Easing) *time.Time {
	if condition == nil {
		return nil
	}
	for i, consumed := range easing.Consumed {
		then := fact.Set{"consumed": consumed, "stale": false}
		for _, name := range lasting {
			if value, known := now[name]; known {
				then[name] = value
			}
		}
		if burn, known := now["burn"].(map[string]float64); known {
			eased := maps.Clone(burn)
			for _, lookback := range budget.Lookbacks {
				if _, told := eased[budget.Short(lookback)]; told && lookback <= time.Duration(i+1)*time.Hour {
					eased[budget.Short(lookback)] = 0
				}
			}
			then["burn"] = eased
		}
		switch outcome, _ := condition.Judge(then); outcome {
		case expr.Fails:
			at := easing.From.Add(time.Duration(i+1) * time.Hour)
			return &at
		case expr.Unknown, expr.Errored:
			return nil
		}
	}
	return nil
}
