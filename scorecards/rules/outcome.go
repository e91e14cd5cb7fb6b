package rules

import "fmt"

// Outcome is what a check comes to for a service.
type Outcome byte

// The outcomes, as they are stored: a character each.
const (
	Pass          Outcome = 'P'
	Fail          Outcome = 'F'
	Unknown       Outcome = 'U' // it depends on a fact that nobody knows; it never passes
	NotApplicable Outcome = 'N' // it is for other services
	Exempt        Outcome = 'E' // the service is excused from it for a time
	Error         Outcome = 'X' // the check could not be judged: its owner is to mend it
)

// Outcomes lists every outcome: what there is to do first, what does not count last.
var Outcomes = []Outcome{Fail, Error, Unknown, Pass, Exempt, NotApplicable}

var outcomeNames = map[Outcome]string{Pass: "pass", Fail: "fail", Unknown: "unknown", NotApplicable: "not_applicable", Exempt: "exempt", Error: "error"}

// String is the outcome's name: "pass", "fail", "unknown", "not_applicable", "exempt", "error".
func (o Outcome) String() string {
	if name, ok := outcomeNames[o]; ok {
		return name
	}
	return fmt.Sprintf("outcome %q", byte(o))
}

// Counts reports whether it is in the denominator: exempt and not applicable are not.
func (o Outcome) Counts() bool { return o != Exempt && o != NotApplicable }

// Spell writes outcomes as they are stored.
func Spell(results []Result) string {
	text := make([]byte, len(results))
	for i, r := range results {
		text[i] = byte(r.Outcome)
	}
	return string(text)
}

// ReadOutcomes reads what Spell wrote. The error names what is none.
func ReadOutcomes(text string) ([]Outcome, error) {
	out := make([]Outcome, len(text))
	for i := range out {
		out[i] = Outcome(text[i])
		if _, ok := outcomeNames[out[i]]; !ok {
			return nil, fmt.Errorf("character %d of the outcomes %q is none", i+1, text)
		}
	}
	return out, nil
}
