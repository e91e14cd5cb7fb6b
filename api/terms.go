package api

import (
	"time"

	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

func fromCalendarInput(in *CalendarInput) *slo.CalendarInput {
	if in == nil {
		return nil
	}
	return &slo.CalendarInput{Period: calendar.Unit(in.Period), StartDate: in.StartDate, TimeZone: in.TimeZone}
}

func toCalendar(w slo.TimeWindow) *Calendar {
	if w.Rolls() {
		return nil
	}
	return &Calendar{Period: string(w.Calendar.Unit()), StartDate: w.Calendar.Start().Format(time.DateOnly), TimeZone: w.Calendar.Zone().String()}
}

func fromGoalInput(in GoalInput) slo.GoalInput {
	return slo.GoalInput{Name: in.Name, Objective: in.Objective, WindowDays: in.WindowDays, Calendar: fromCalendarInput(in.Calendar)}
}

func toGoal(g slo.Goal) Goal {
	return Goal{Name: g.Name, Objective: g.Objective.String(), WindowDays: g.Over.Days, Calendar: toCalendar(g.Over)}
}

func fromBudgetingInput(in *BudgetingInput) slo.BudgetingInput {
	if in == nil {
		return slo.BudgetingInput{}
	}
	return slo.BudgetingInput{
		Method: slo.Method(in.Method), SliceTarget: in.SliceTarget,
		SliceLength: time.Duration(in.SliceSeconds) * time.Second, Missing: lens.Missing(in.Missing),
	}
}

func toBudgeting(b slo.Budgeting) Budgeting {
	return Budgeting{Method: string(b.Method), SliceTarget: b.SliceTarget.String(), SliceSeconds: int(b.SliceLength / time.Second), Missing: string(b.Missing)}
}

func toStanding(s slo.Standing) Standing {
	return Standing{Name: s.Name, Objective: s.Objective.String(), State: string(s.State), Window: toBudget(s.Account)}
}
