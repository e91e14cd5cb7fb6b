package scorecards

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"sync"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/expr"
)

// parameters is the name by which conditions know those of their check.
const parameters = "parameters"

// withParameters is the language with a check's parameters.
func withParameters(language *expr.Environment, of map[string]float64) (*expr.Environment, error) {
	if len(of) == 0 {
		return language, nil
	}
	return language.With(expr.Constant{
		Declaration: fact.Declaration{Name: parameters, Type: fact.Numbers, Values: slices.Sorted(maps.Keys(of)), Doc: "The parameters of the check."},
		Value:       of,
	})
}

// compiled is a revision with its conditions, on a language.
type compiled struct {
	*rules.Card
	language *expr.Environment
	reads    []string // all facts that it depends on
	declared []fact.Declaration
	checks   [][]string // those of each check: what it passes by, and whom it applies to
	problems []problem
}

// problem is a condition that was taken once and is not understood any more, because a fact is
// not told any more.
type problem struct {
	Check string // empty of the scorecard's own
	Why   string
}

// compile makes the revision's conditions on the language. It fails on none: what is not
// understood is a problem.
func compile(language *expr.Environment, t Terms) *compiled {
	out := &compiled{Card: &rules.Card{Levels: len(t.Levels)}, language: language}
	read := map[string]bool{}
	condition := func(on *expr.Environment, check, text string) *expr.Condition {
		c, err := on.Compile(text)
		if err != nil {
			out.problems = append(out.problems, problem{check, err.Error()})
			return nil
		}
		for _, name := range c.Reads() {
			read[name] = true
		}
		return c
	}
	if t.AppliesTo != "" {
		out.AppliesTo = condition(language, "", t.AppliesTo)
		out.Broken = out.AppliesTo == nil
	}
	for _, c := range t.Checks {
		made := rules.Check{Level: max(t.level(c.Level), 0), Weight: c.Weight, Tier: c.Tier, From: string(c.EffectiveFrom)}
		var reads []string
		on, err := withParameters(language, c.Parameters)
		if err != nil {
			out.problems = append(out.problems, problem{c.ID, err.Error()})
		} else {
			made.Passes = condition(on, c.ID, c.Passes)
			if made.Passes != nil {
				reads = made.Passes.Reads()
			}
			if c.AppliesTo != "" {
				if made.AppliesTo = condition(on, c.ID, c.AppliesTo); made.AppliesTo == nil {
					made.Passes = nil // whom it is for is not known: it is judged of nobody
				} else {
					reads = append(reads, made.AppliesTo.Reads()...)
				}
			}
		}
		if c.Tier > 0 {
			read[rules.TierFact] = true
		}
		for _, name := range rules.Named(c.Fix) {
			if slices.ContainsFunc(language.Facts(), func(d fact.Declaration) bool { return d.Name == name }) {
				read[name] = true
			}
		}
		slices.Sort(reads)
		out.checks = append(out.checks, slices.Compact(reads))
		out.Checks = append(out.Checks, made)
	}
	out.reads = slices.Sorted(maps.Keys(read))
	for _, d := range language.Facts() {
		if read[d.Name] {
			out.declared = append(out.declared, d)
		}
	}
	return out
}

// languages makes the language anew where other facts are declared, and each revision's
// conditions once on each.
type languages struct {
	facts Facts
	log   *slog.Logger

	mu       sync.Mutex
	declared []fact.Declaration
	language *expr.Environment
	made     map[id.ID]*compiled // by revision
}

// mostMade is how many revisions are remembered.
const mostMade = 200

// now is the language on the facts that are declared.
func (l *languages) now(ctx context.Context) (*expr.Environment, error) {
	declared, err := l.facts.Declared(ctx)
	if err != nil {
		return nil, fmt.Errorf("read which facts there are: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.language != nil && reflect.DeepEqual(declared, l.declared) {
		return l.language, nil
	}
	language, err := expr.New(declared)
	if err != nil {
		return nil, err
	}
	l.declared, l.language, l.made = declared, language, map[id.ID]*compiled{}
	return language, nil
}

// of is the revision on the language.
func (l *languages) of(language *expr.Environment, r Revision) *compiled {
	l.mu.Lock()
	known := l.made[r.ID]
	l.mu.Unlock()
	if known != nil && known.language == language {
		return known
	}
	made := compile(language, r.Terms)
	for _, p := range made.problems {
		l.log.Error("a condition is not understood any more", slog.String("revision_id", string(r.ID)), slog.String("check", p.Check), slog.String("error", p.Why))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.language == language {
		if len(l.made) >= mostMade {
			l.made = map[id.ID]*compiled{}
		}
		l.made[r.ID] = made
	}
	return made
}

// Compile makes the terms' conditions on a language. The error is of the first that is not
// understood.
func Compile(language *expr.Environment, t Terms) (*rules.Card, error) {
	made := compile(language, t)
	if len(made.problems) > 0 {
		return nil, fmt.Errorf("check %q: %s", made.problems[0].Check, made.problems[0].Why)
	}
	return made.Card, nil
}

// Suppliers are those who tell what the check's conditions read, by name: domains, and "given".
func Suppliers(language *expr.Environment, c Check) ([]string, error) {
	made := compile(language, Terms{Levels: []Level{{Name: c.Level}}, Checks: []Check{c}})
	if len(made.problems) > 0 {
		return nil, fmt.Errorf("check %q: %s", c.ID, made.problems[0].Why)
	}
	var by []string
	for _, d := range made.declared {
		if slices.Contains(made.checks[0], d.Name) && !slices.Contains(by, d.By) {
			by = append(by, d.By)
		}
	}
	return by, nil
}
