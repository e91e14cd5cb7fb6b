package sla

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// MaxSteps is how many steps of credits an SLA has at most.
const MaxSteps = 20

// Step is a credit: a period whose SLI is below Below gives back Credit, a percentage
// of the period's fee as it was written, such as "10%".
type Step struct {
	Below  budget.Objective `json:"below"`
	Credit string           `json:"credit"`
}

// StepInput is a step as it is declared.
type StepInput struct{ Below, Credit string }

var whole = regexp.MustCompile(`^100(\.0{1,7})?%$`)

// creditPPB reads a percentage of a fee, above 0 % and up to 100 %.
func creditPPB(text string) (int64, error) {
	if whole.MatchString(text) {
		return budget.Billion, nil
	}
	o, err := budget.ParseObjective(text)
	if err != nil {
		return 0, fmt.Errorf("must be a percentage of the fee above 0%% and at most 100%%, such as \"10%%\", with at most seven digits after the point")
	}
	return o.PPB(), nil
}

// checkSteps reads the steps: thresholds strictly falling from the target, credits
// strictly rising.
func checkSteps(check *fault.Check, in []StepInput, target budget.Objective) []Step {
	if len(in) > MaxSteps {
		check.Fail("/credits", len(in), "must have at most %d steps, has %d", MaxSteps, len(in))
		return nil
	}
	out := make([]Step, len(in))
	var before int64
	for i, step := range in {
		at := fmt.Sprintf("/credits/%d", i)
		below, err := budget.ParseObjective(step.Below)
		switch {
		case err != nil:
			check.Fail(at+"/below", step.Below, "%s", err)
		case !target.IsZero() && below.PPB() > target.PPB():
			check.Fail(at+"/below", step.Below, "must be at most the target, %s: nothing is owed for a period that met it", target)
		case i > 0 && !out[i-1].Below.IsZero() && below.PPB() >= out[i-1].Below.PPB():
			check.Fail(at+"/below", step.Below, "must be lower than that of the step before, %s", out[i-1].Below)
		}
		credit, err := creditPPB(step.Credit)
		switch {
		case err != nil:
			check.Fail(at+"/credit", step.Credit, "%s", err)
		case i > 0 && credit <= before:
			check.Fail(at+"/credit", step.Credit, "must be higher than that of the step before, %s", in[i-1].Credit)
		}
		out[i], before = Step{Below: below, Credit: step.Credit}, credit
	}
	return out
}

func spell(steps []Step) string {
	text, err := json.Marshal(steps)
	if err != nil {
		panic(fmt.Sprintf("steps of credits are texts: %v", err))
	}
	return string(text)
}

// Verdict is what a period came to.
type Verdict string

// The verdicts.
const (
	Met      Verdict = "met"
	Breached Verdict = "breached"
	Unknown  Verdict = "unknown" // nothing was measured
)

// Verdicts lists every verdict.
var Verdicts = []Verdict{Met, Breached, Unknown}

// Judge returns what a period with the sum came to, with the credit of the lowest step
// that its SLI is below; "" where nothing is owed. Nothing is rounded before it is
// compared.
func (t Terms) Judge(s window.Sum) Outcome {
	if s.Total <= 0 {
		return Outcome{Sum: s, Verdict: Unknown}
	}
	out := Outcome{Sum: s, Verdict: Met}
	if below(s, t.Target) {
		out.Verdict = Breached
	}
	for _, step := range t.Credits {
		if below(s, step.Below) {
			out.Credit = step.Credit
		}
	}
	return out
}

// below reports whether good ÷ total < o.
func below(s window.Sum, o budget.Objective) bool {
	return share(s.Good, s.Total).Cmp(share(o.PPB(), budget.Billion)) < 0
}

func share(part, of int64) *big.Rat { return big.NewRat(part, of) }
