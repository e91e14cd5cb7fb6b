package api

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

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
