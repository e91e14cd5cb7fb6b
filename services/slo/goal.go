package slo

import (
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// MaxFurther is how many objectives an SLO has at most beside its first.
const MaxFurther = 4

// Goal is one more objective of an SLO, of the same indicator, over a window of its
// own. The state of the SLO is the worst of all; policies, alerts and the forecast go by
// the first.
type Goal struct {
	Name      string // RFC 1123 label, unique within the SLO
	Objective budget.Objective
	Over      TimeWindow
}

// GoalInput is a further objective as it is declared.
type GoalInput struct {
	Name       string
	Objective  string
	WindowDays int // DefaultWindowDays when 0 and there is no calendar
	Calendar   *CalendarInput
}

// Standing is how one further objective stood.
type Standing struct {
	Goal
	State   budget.State
	Account budget.Account
}

func checkGoals(check *fault.Check, declared []GoalInput) []Goal {
	var goals []Goal
	check.Require(len(declared) <= MaxFurther, "/furtherObjectives", len(declared), "must be at most %d; declare another SLO", MaxFurther)
	for i, d := range declared {
		at := fmt.Sprintf("/furtherObjectives/%d", i)
		registry.CheckSlug(check, at+"/name", d.Name)
		check.Require(!slices.ContainsFunc(goals, func(g Goal) bool { return g.Name == d.Name }), at+"/name", d.Name, "must be another than those before it")
		goal := Goal{Name: d.Name}
		var err error
		if goal.Objective, err = budget.ParseObjective(d.Objective); err != nil {
			check.Fail(at+"/objective", d.Objective, "%s", err)
		}
		if d.WindowDays == 0 && d.Calendar == nil {
			d.WindowDays = DefaultWindowDays
		}
		goal.Over = CheckWindow(check, at, d.WindowDays, d.Calendar)
		goals = append(goals, goal)
	}
	return goals
}

func (g Goal) declared() GoalInput {
	return GoalInput{Name: g.Name, Objective: g.Objective.String(), WindowDays: g.Over.Days, Calendar: g.Over.Declared()}
}

// windows are those of all objectives, the first one's first.
func (t Terms) windows() []window.Window {
	windows := []window.Window{t.Over.Window()}
	for _, g := range t.Further {
		windows = append(windows, g.Over.Window())
	}
	return windows
}

// goal is the input of a further objective: the same lookbacks, and a sum of its own.
func (t Terms) goal(i int, sums budget.Sums, further []window.Sum, end time.Time) budget.Input {
	g := t.Further[i]
	sums.Window = window.Sum{}
	if i < len(further) {
		sums.Window = further[i]
	}
	of := t
	of.Objective, of.Over = g.Objective, g.Over
	return of.input(sums, end)
}

// Standings are how the further objectives stand, in their order.
func (v View) Standings() []Standing {
	var out []Standing
	for i, in := range v.goals() {
		f := budget.FiguresOf(in)
		out = append(out, Standing{Goal: v.Revision.Further[i], State: f.State, Account: f.Window})
	}
	return out
}

// WorseGoal is the further objective that the state comes from, the one with the least
// budget of several, and the state of the first one; nil where that is in this state itself,
// or where the state is held from before.
func (v View) WorseGoal() (goal *Standing, first budget.State) {
	if first = budget.Decide(v.input()); first == v.Status.State {
		return nil, first
	}
	for _, s := range v.Standings() {
		if left := s.Account.RemainingRatio; s.State == v.Status.State && left != nil && (goal == nil || *left < *goal.Account.RemainingRatio) {
			goal = &s
		}
	}
	return goal, first
}

// goals are the inputs of the further objectives, in their order.
func (v View) goals() []budget.Input {
	sums := v.input().Sums
	var further []window.Sum
	if v.Current() {
		further = v.Status.Further
	}
	out := make([]budget.Input, len(v.Revision.Further))
	for i := range out {
		out[i] = v.Revision.goal(i, sums, further, v.end())
	}
	return out
}

// worst is the worse of both states: exhausted, at risk, ok, and no data only where both
// have none.
func worst(a, b budget.State) budget.State {
	if slices.Index(budget.States, b) > slices.Index(budget.States, a) {
		return b
	}
	return a
}
