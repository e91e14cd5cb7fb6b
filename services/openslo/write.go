package openslo

import (
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// documentOf is the document of a complete declaration.
func documentOf(service string, d slo.Declaration) SLO {
	out := SLO{
		APIVersion: APIVersion, Kind: KindSLO,
		Metadata: Metadata{Name: yamldoc.Text(d.Slug), DisplayName: yamldoc.Text(d.Name), Annotations: annotated(d)},
		Spec: SLOSpec{
			Description: yamldoc.Text(d.Description), Service: yamldoc.Text(service), TimeWindow: []TimeWindow{windowOfDeclared(d)},
			BudgetingMethod: methods.name(d.Budgeting.Method), Indicator: &SLI{Metadata: Metadata{Name: yamldoc.Text(d.Slug)}, Spec: indicatorOf(d)},
		},
	}
	out.Spec.Indicator.Spec.Description = yamldoc.Text(d.GoodEvent)
	exact := func(name, text, written string) {
		if text != written {
			out.Metadata.Annotations[Prefix+name] = yamldoc.Text(text)
		}
	}
	first := Objective{TargetPercent: percentOf(d.Objective)}
	exact(exactObjective, d.Objective, string(first.TargetPercent)+"%")
	if d.Budgeting.Method == slo.Timeslices {
		first.TimeSliceTarget, _ = share(d.Budgeting.SliceTarget)
		again, _ := percentage(first.TimeSliceTarget)
		exact(exactSliceTarget, d.Budgeting.SliceTarget, again)
	}
	if d.Budgeting.SliceLength > 0 {
		length := yamldoc.Scalar(fmt.Sprintf("%dm", d.Budgeting.SliceLength/time.Minute))
		first.TimeSliceWindow = &length
	}
	if t := d.Origin.Threshold; t != nil {
		first.Op, first.Value = yamldoc.Text(t.Op), decimal(t.Value)
	}
	out.Spec.Objectives = []Objective{first}
	if asObjectives(d) {
		for _, g := range d.Further {
			further := first
			further.DisplayName, further.TargetPercent = yamldoc.Text(g.Name), percentOf(g.Objective)
			out.Spec.Objectives = append(out.Spec.Objectives, further)
		}
	}
	return out
}

// percentOf is a percentage as a number; what is none is left as it is.
func percentOf(percent string) yamldoc.Number {
	text := strings.TrimSuffix(percent, "%")
	if plainDecimal.MatchString(text) {
		text = unpadded(text)
	}
	return yamldoc.Number(text)
}

// asObjectives reports whether the further objectives can stand beside the first: over the same
// window, and not of a threshold, of which OpenSLO has one.
func asObjectives(d slo.Declaration) bool {
	if d.Origin.Threshold != nil {
		return false
	}
	for _, g := range d.Further {
		same := g.Calendar == nil && d.Calendar == nil && g.WindowDays == d.WindowDays ||
			g.Calendar != nil && d.Calendar != nil && *g.Calendar == *d.Calendar
		if !same || string(percentOf(g.Objective))+"%" != g.Objective {
			return false
		}
	}
	return true
}

// windowOfDeclared is the window of a complete declaration.
func windowOfDeclared(d slo.Declaration) TimeWindow {
	rolls := d.Calendar == nil
	out := TimeWindow{IsRolling: &rolls}
	if rolls {
		out.Duration = yamldoc.Scalar(fmt.Sprintf("%dd", d.WindowDays))
		return out
	}
	out.Duration = yamldoc.Scalar(periods.name(d.Calendar.Period))
	out.Calendar = &Calendar{StartTime: yamldoc.Scalar(d.Calendar.StartDate + " 00:00:00"), TimeZone: yamldoc.Text(d.Calendar.TimeZone)}
	return out
}

// names are words of OpenSLO by ours.
type names[T ~string] map[T]string

// name is the word, or our own where there is none.
func (n names[T]) name(of T) yamldoc.Text {
	if word, known := n[of]; known {
		return yamldoc.Text(word)
	}
	return yamldoc.Text(of)
}

// of is what the word means.
func (n names[T]) of(word string) (T, bool) {
	for is, called := range n {
		if called == word {
			return is, true
		}
	}
	return "", false
}

var (
	methods = names[slo.Method]{slo.Occurrences: "Occurrences", slo.Timeslices: "Timeslices", slo.RatioTimeslices: "RatioTimeslices"}
	periods = names[calendar.Unit]{calendar.Day: "1d", calendar.Week: "1w", calendar.Month: "1M", calendar.Quarter: "1Q", calendar.Year: "1Y"}
)
