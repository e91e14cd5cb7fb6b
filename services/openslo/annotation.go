package openslo

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// Prefix is that of the annotations with what OpenSLO has no field for.
const Prefix = "evenkeel.dev/"

// annotation is something that is declared and has no field.
type annotation struct {
	name    string
	pointer string // of the declaration, as on the wire
	// write is the text, empty where there is nothing to say; of a complete declaration.
	write func(d slo.Declaration) string
	read  func(d *slo.Declaration, text string) error
}

// Defaults that are not written.
const (
	defaultMinEvents  = 1
	defaultResolution = time.Minute
)

var annotations = []annotation{
	{"category", "/indicator/category", func(d slo.Declaration) string { return string(d.Category) }, func(d *slo.Declaration, text string) error {
		d.Category = slo.Category(text)
		return nil
	}},
	{"resolution", "/indicator/resolutionSeconds", func(d slo.Declaration) string {
		return unless(d.Resolution == defaultResolution, fmt.Sprintf("%dm", d.Resolution/time.Minute))
	}, func(d *slo.Declaration, text string) error {
		minutes, ok := strings.CutSuffix(text, "m")
		n, err := strconv.Atoi(minutes)
		if !ok || err != nil || n < 1 || n > 60 {
			return fmt.Errorf("must be 1m or 5m")
		}
		d.Resolution = time.Duration(n) * time.Minute
		return nil
	}},
	{"min-events", "/minEvents", func(d slo.Declaration) string {
		return unless(d.MinEvents == defaultMinEvents, strconv.FormatInt(d.MinEvents, 10))
	}, func(d *slo.Declaration, text string) error { return whole(&d.MinEvents, text) }},
	{"confidence", "/confidence", func(d slo.Declaration) string { return d.Confidence }, func(d *slo.Declaration, text string) error {
		d.Confidence = text
		return nil
	}},
	{"enforcement", "/enforcement", func(d slo.Declaration) string {
		return unless(d.Enforcement == slo.ByPolicy, string(d.Enforcement))
	}, func(d *slo.Declaration, text string) error {
		d.Enforcement = slo.Enforcement(text)
		return nil
	}},
	{"alerts-off", "/alerts/off", func(d slo.Declaration) string { return strings.Join(d.AlertsOff, ",") }, func(d *slo.Declaration, text string) error {
		d.AlertsOff = strings.Split(text, ",")
		return nil
	}},
	{"min-bad-events", "/alerts/minBadEvents", func(d slo.Declaration) string {
		return unless(d.MinBadEvents == d.UsualMinBadEvents(), strconv.FormatInt(d.MinBadEvents, 10))
	}, func(d *slo.Declaration, text string) error { return whole(&d.MinBadEvents, text) }},
	{"missing-slices", "/budgeting/missing", func(d slo.Declaration) string {
		return unless(d.Budgeting.Missing == lens.Ignored, string(d.Budgeting.Missing))
	}, func(d *slo.Declaration, text string) error {
		d.Budgeting.Missing = lens.Missing(text)
		return nil
	}},
	{"group-by", "/indicator/groupBy", func(d slo.Declaration) string { return d.Origin.GroupBy }, func(d *slo.Declaration, text string) error {
		d.Origin.GroupBy = text
		return nil
	}},
	{"max-groups", "/indicator/maxGroups", func(d slo.Declaration) string {
		return unless(d.Origin.MaxGroups == 0, strconv.Itoa(d.Origin.MaxGroups))
	}, func(d *slo.Declaration, text string) error {
		var n int64
		err := whole(&n, text)
		d.Origin.MaxGroups = int(min(n, 1<<30))
		return err
	}},
	{"rationale", "/rationale", func(d slo.Declaration) string { return d.Rationale }, func(d *slo.Declaration, text string) error {
		d.Rationale = text
		return nil
	}},
	{"reviewer", "/reviewer", func(d slo.Declaration) string { return d.Reviewer }, func(d *slo.Declaration, text string) error {
		d.Reviewer = text
		return nil
	}},
	{"review-by", "/reviewBy", func(d slo.Declaration) string {
		if d.ReviewBy == nil {
			return ""
		}
		return d.ReviewBy.Format(time.DateOnly)
	}, func(d *slo.Declaration, text string) error {
		by, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return fmt.Errorf("must be a date such as 2027-06-01")
		}
		d.ReviewBy = &by
		return nil
	}},
	{"further-objectives", "/furtherObjectives", func(d slo.Declaration) string {
		if len(d.Further) == 0 || asObjectives(d) {
			return ""
		}
		return writeGoals(d.Further)
	}, func(d *slo.Declaration, text string) (err error) {
		d.Further, err = readGoals(text)
		return err
	}},
}

func unless(usual bool, text string) string {
	if usual {
		return ""
	}
	return text
}

func whole(into *int64, text string) error {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return fmt.Errorf("must be a whole number above 0")
	}
	*into = n
	return nil
}

// goal is a further objective that has no place among the others.
type goal struct {
	Name       string    `json:"name"`
	Objective  string    `json:"objective"`
	WindowDays int       `json:"windowDays,omitempty"`
	Calendar   *windowOf `json:"calendar,omitempty"`
}

type windowOf struct {
	Period    calendar.Unit `json:"period"`
	StartDate string        `json:"startDate"`
	TimeZone  string        `json:"timeZone"`
}

func writeGoals(of []slo.GoalInput) string {
	out := make([]goal, len(of))
	for i, g := range of {
		out[i] = goal{Name: g.Name, Objective: g.Objective, WindowDays: g.WindowDays, Calendar: (*windowOf)(g.Calendar)}
	}
	text, err := json.Marshal(out)
	if err != nil {
		panic(fmt.Sprintf("objectives cannot be written as JSON: %v", err)) // they are texts and numbers
	}
	return string(text)
}

func readGoals(text string) ([]slo.GoalInput, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	var of []goal
	if err := decoder.Decode(&of); err != nil || decoder.More() {
		return nil, fmt.Errorf(`must be JSON such as [{"name":"quarter","objective":"99%%","windowDays":90}]`)
	}
	out := make([]slo.GoalInput, len(of))
	for i, g := range of {
		out[i] = slo.GoalInput{Name: g.Name, Objective: g.Objective, WindowDays: g.WindowDays, Calendar: (*slo.CalendarInput)(g.Calendar)}
	}
	return out, nil
}

// annotated are the annotations of a complete declaration.
func annotated(d slo.Declaration) map[string]yamldoc.Text {
	out := map[string]yamldoc.Text{}
	for _, a := range annotations {
		if text := a.write(d); text != "" {
			out[Prefix+a.name] = yamldoc.Text(text)
		}
	}
	return out
}

// at is the pointer to an annotation in a document.
func at(name string) string { return "/metadata/annotations/" + escape.Replace(name) }

var escape = strings.NewReplacer("~", "~0", "/", "~1")

// readAnnotations puts what annotations say into the declaration, and returns the names of those
// that nobody knows here.
func readAnnotations(of map[string]yamldoc.Text, d *slo.Declaration, check *fault.Check) (others []string) {
	for _, a := range annotations {
		text, there := of[Prefix+a.name]
		if !there {
			continue
		}
		if err := a.read(d, string(text)); err != nil {
			check.Fail(at(Prefix+a.name), string(text), "%s", err)
		}
	}
	for name := range of {
		if short, ours := strings.CutPrefix(name, Prefix); !ours || !isAnnotation(short) {
			others = append(others, name)
		}
	}
	return others
}

// isAnnotation reports whether something is declared by an annotation of that name.
func isAnnotation(name string) bool {
	return slices.Contains(exactly, name) || slices.ContainsFunc(annotations, func(a annotation) bool { return a.name == name })
}

// exactly are annotations with the text of a number that is a field, where it was written with
// more zeros than a number has: "099.9%".
var exactly = []string{exactObjective, exactSliceTarget}

const (
	exactObjective   = "objective"
	exactSliceTarget = "slice-target"
)
