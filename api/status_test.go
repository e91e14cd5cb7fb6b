package api

import (
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// Every explained figure of a verdict is named as its place in the status.
func TestEveryExplainedFigureOfAVerdictIsAFieldOfTheStatus(t *testing.T) {
	t.Parallel()
	var v slo.View
	var err error
	if v.Revision.Objective, err = budget.ParseObjective("50%"); err != nil {
		t.Fatal(err)
	}
	if v.Revision.Confidence, err = budget.ParseConfidence("95%"); err != nil {
		t.Fatal(err)
	}
	v.Revision.Over, v.Revision.MinEvents = slo.TimeWindow{Days: 28}, 1
	v.Status.Sums.Window = window.Sum{Good: 6000, Total: 6000}
	raw, err := json.Marshal(toSLOStatus(v, Ref{}))
	if err != nil {
		t.Fatal(err)
	}
	var status map[string]any
	if err := json.Unmarshal(raw, &status); err != nil {
		t.Fatal(err)
	}
	explained := 0
	for _, f := range toExplanation(slo.Explanation{Explanation: v.Explain()}, nil, nil).Figures {
		if !strings.HasPrefix(f.Figure, "verdict.") {
			continue
		}
		explained++
		at := any(status)
		for _, name := range strings.Split(f.Figure, ".") {
			inside, _ := at.(map[string]any)
			at = inside[name]
		}
		if _, word := at.(string); word && f.Value == "" {
			continue // a verdict
		}
		n, is := at.(float64)
		if value, err := strconv.ParseFloat(f.Value, 64); !is || err != nil || math.Abs(value-n) > 5e-7 {
			t.Errorf("%s is %q and in the status %v", f.Figure, f.Value, at)
		}
	}
	// Of six good events the seventh would decide: C(14, 7) ÷ 2⁷ = 26.8 ≥ 20.
	verdict, _ := status["verdict"].(map[string]any)
	if explained != 9 || verdict["verdict"] != "undetermined" || verdict["eventsNeeded"] != 1.0 || verdict["confidence"] != "95%" {
		t.Errorf("%d figures are explained of %v", explained, verdict)
	}
}

func TestEveryExplainedFigureOfABudgetIsAFieldOfTheStatus(t *testing.T) {
	t.Parallel()
	fields := map[string]bool{}
	for f := range reflect.TypeFor[Budget]().Fields() {
		fields[f.Tag.Get("json")] = true
	}
	objective, err := budget.ParseObjective("95%")
	if err != nil {
		t.Fatal(err)
	}
	e := toExplanation(slo.Explanation{Explanation: budget.Explain(budget.Input{Objective: objective, Period: 28 * 24 * time.Hour, MinEvents: 1,
		Sums: budget.Sums{Window: window.Sum{Good: 111000, Total: 118000}, Policy: window.Sum{Good: 111000, Total: 118000}}})}, nil, nil)
	values := map[string]string{}
	for _, f := range e.Figures {
		values[f.Figure] = f.Value
		if section, name, _ := strings.Cut(f.Figure, "."); (section == "window" || section == "policy") && !fields[name] {
			t.Errorf("%s is no field of the status", f.Figure)
		}
	}
	// 111 good of 118 events under 95 %, worked by hand: 5.9 may be bad and 7 were.
	for name, want := range map[string]string{
		"window.allowedEvents": "5.9", "window.remainingEvents": "-1.1", "window.burned": "1.186441", "window.remaining": "-0.186441",
	} {
		if values[name] != want {
			t.Errorf("%s is %q, want %q", name, values[name], want)
		}
	}
}

// known are members of a status that nothing is computed for: they were declared, counted
// or are the time.
var known = map[string]bool{
	"good": true, "total": true, "days": true, "elapsedSeconds": true, "lengthSeconds": true, "enough": true, "basis": true,
	"name": true, "objective": true, "state": true, "confidence": true, "method": true,
}

// figuresIn calls do with the name and value of each figure of a part of a status.
func figuresIn(at string, part any, do func(name string, value any)) {
	switch part := part.(type) {
	case map[string]any:
		for name, inner := range part {
			if !known[name] {
				figuresIn(at+"."+name, inner, do)
			}
		}
	case []any:
		for _, one := range part {
			member, _ := one.(map[string]any)
			named, _ := member["name"].(string)
			figuresIn(at+"."+named, one, do)
		}
	default:
		do(at, part)
	}
}

// Every figure of a status, of each kind of SLO, is explained by a line of its name with
// its value, and so is every figure of its forecast.
func TestEveryFigureOfAStatusIsExplained(t *testing.T) {
	t.Parallel()
	objective := func(text string) budget.Objective {
		o, err := budget.ParseObjective(text)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	confidence, err := budget.ParseConfidence("90%")
	if err != nil {
		t.Fatal(err)
	}
	end := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	month := slo.TimeWindow{Calendar: calendar.New(calendar.Month, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), time.UTC)}
	for name, change := range map[string]func(v *slo.View){
		"rolling":  func(*slo.View) {},
		"calendar": func(v *slo.View) { v.Revision.Over = month },
		"slices": func(v *slo.View) {
			v.Revision.Budgeting = slo.Budgeting{Method: slo.RatioTimeslices, SliceLength: time.Minute, Missing: lens.Good}
			v.Status.Sums.Window = window.Sum{Good: 975_123_456_789, Total: 1_000_000_000_000}
			v.Status.Raw, v.Revision.Confidence = &window.Sum{Good: 1_000_000_000, Total: 2_000_000_000}, budget.Confidence{}
		},
		"further": func(v *slo.View) {
			v.Revision.Further = []slo.Goal{{Name: "week", Objective: objective("90%"), Over: slo.TimeWindow{Days: 7}}, {Name: "month", Objective: objective("99%"), Over: month}}
		},
		"nothing": func(v *slo.View) { v.Status.Sums, v.Status.Raw, v.Status.RemainingPPB = budget.Sums{}, nil, nil },
	} {
		v := slo.View{}
		v.Revision.ID, v.Status.Revision = "r", "r"
		v.Revision.Terms = slo.Terms{Objective: objective("95%"), Over: slo.TimeWindow{Days: 28}, MinEvents: 10, Confidence: confidence, Budgeting: slo.Budgeting{Method: slo.Occurrences}}
		v.Status.End, v.Status.Raw = end, &window.Sum{Good: 800_000, Total: 1_000_000}
		v.Status.Sums.Window, v.Status.Sums.Policy = window.Sum{Good: 970_000, Total: 1_000_000}, window.Sum{Good: 1_930_500, Total: 2_000_000}
		v.Status.Further = []window.Sum{{Good: 300_000, Total: 400_000}, {Good: 999_000, Total: 1_000_000}}
		for i := range v.Status.Sums.Lookbacks {
			v.Status.Sums.Lookbacks[i] = window.Sum{Good: int64(90_000 * (i + 1)), Total: int64(100_000 * (i + 1))}
		}
		left := int64(-1_500_000_000) // 25 % bad of a tenth: of "further" the least
		v.Status.RemainingPPB = &left
		change(&v)
		half, week := end.Add(90*time.Hour), .5
		outlook := slo.Outlook{From: end, Until: end.AddDate(0, 0, 28), Probability: .62, Times: [3]*time.Time{&half, &half, nil}, Week: &week, Hours: 672}
		explained := map[string]Figure{}
		e := v.Explain()
		e.Lines = append(e.Lines, outlook.Lines()...)
		for _, f := range toExplanation(slo.Explanation{Explanation: e}, nil, nil).Figures {
			if _, twice := explained[f.Figure]; twice || f.Formula == "" || f.Worked == "" || f.Source == "" {
				t.Errorf("%s: %s is explained twice, or by %+v", name, f.Figure, f)
			}
			explained[f.Figure] = f
		}
		status := map[string]any{}
		for what, part := range map[string]any{"": toSLOStatus(v, Ref{}), "forecast": toForecast(outlook, nil)} {
			raw, err := json.Marshal(part)
			if err != nil {
				t.Fatal(err)
			}
			var members map[string]any
			if err := json.Unmarshal(raw, &members); err != nil {
				t.Fatal(err)
			}
			if what != "" {
				members = map[string]any{what: members}
			}
			maps.Copy(status, members)
		}
		figures := 0
		check := func(figure string, value any) {
			figures++
			f, there := explained[figure]
			if !there {
				t.Errorf("%s: nothing explains %s, which is %v", name, figure, value)
				return
			}
			delete(explained, figure)
			got, err := strconv.ParseFloat(f.Value, 64)
			switch n := value.(type) {
			case nil:
				if f.Value != "" {
					t.Errorf("%s: %s is explained as %q and not known", name, figure, f.Value)
				}
			case float64:
				if err != nil || math.Abs(got-n) > 5.1e-7*max(1, math.Abs(n)) {
					t.Errorf("%s: %s is %v, explained as %q", name, figure, n, f.Value)
				}
			}
		}
		for _, section := range []string{"window", "policy", "uncorrected", "verdict", "furtherObjectives"} {
			if part, there := status[section]; there {
				figuresIn(section, part, check)
			}
		}
		for _, one := range status["burn"].([]any) {
			rate := one.(map[string]any)
			check("burn."+rate["lookback"].(string), rate["rate"])
		}
		for _, one := range status["alerts"].([]any) {
			pair := one.(map[string]any)
			check("alert."+pair["long"].(string)+"/"+pair["short"].(string), pair["factor"])
		}
		check("leastRemaining", status["leastRemaining"])
		if at := v.ExhaustedAt(v.Figures()); at != nil {
			check("projectedExhaustionAt", at.Sub(end).Seconds())
		} else {
			check("projectedExhaustionAt", nil)
		}
		predicted := status["forecast"].(map[string]any)
		check("forecast.probability", predicted["probability"])
		check("forecast.weekProbability", predicted["weekProbability"])
		for _, one := range predicted["times"].([]any) {
			by := one.(map[string]any)
			var seconds any
			if text, is := by["at"].(string); is {
				at, err := time.Parse(time.RFC3339, text)
				if err != nil {
					t.Fatal(err)
				}
				seconds = at.Sub(end).Seconds()
			}
			check("forecast.times."+strconv.FormatFloat(by["share"].(float64), 'f', -1, 64), seconds)
		}
		for figure := range explained {
			t.Errorf("%s: %s is explained, and is no figure of the status", name, figure)
		}
		if figures < 30 {
			t.Errorf("%s: no more than %d figures were looked at", name, figures)
		}
	}
}
