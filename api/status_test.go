package api

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
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
		n, is := at.(float64)
		if value, err := strconv.ParseFloat(f.Value, 64); !is || err != nil || math.Abs(value-n) > 5e-7 {
			t.Errorf("%s is %q and in the status %v", f.Figure, f.Value, at)
		}
	}
	// Of six good events the seventh would decide: C(14, 7) ÷ 2⁷ = 26.8 ≥ 20.
	verdict, _ := status["verdict"].(map[string]any)
	if explained != 7 || verdict["verdict"] != "undetermined" || verdict["eventsNeeded"] != 1.0 || verdict["confidence"] != "95%" {
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
