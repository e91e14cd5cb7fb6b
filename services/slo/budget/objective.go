package budget

import (
	"fmt"
	"strconv"
	"strings"
)

// Billion is the number of parts of the whole.
const Billion = 1_000_000_000

// Objective is the share of events that should be good, above 0 % and below
// 100 %: integer parts per billion, and the decimal as it was written.
type Objective struct {
	ppb  int64
	text string
}

// ParseObjective reads a percentage such as "99.9%": digits, at most seven of
// them after the point, and the sign. The error says what would be right.
func ParseObjective(text string) (Objective, error) {
	ppb, err := parsePercent(text, "99.9%")
	if err != nil {
		return Objective{}, err
	}
	switch {
	case ppb == Billion:
		return Objective{}, fmt.Errorf("must be below 100%%: at 100%% there is no error budget to spend")
	case ppb <= 0 || ppb > Billion:
		return Objective{}, fmt.Errorf("must be above 0%% and below 100%%")
	}
	return Objective{ppb: ppb, text: text}, nil
}

// parsePercent reads a percentage as parts per billion, or says what would be right
// by an example.
func parsePercent(text, example string) (int64, error) {
	number, found := strings.CutSuffix(text, "%")
	if !found {
		return 0, fmt.Errorf("must be a percentage with its sign, such as %q", example)
	}
	whole, fraction, _ := strings.Cut(number, ".")
	if !digits(whole) || len(whole) > 3 || (strings.Contains(number, ".") && !digits(fraction)) {
		return 0, fmt.Errorf("must be a percentage in plain decimal digits, such as %q", example)
	}
	if len(fraction) > 7 {
		return 0, fmt.Errorf("has more than seven digits after the point")
	}
	ppb, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", 7-len(fraction)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("must be a percentage such as %q", example)
	}
	return ppb, nil
}

// PPB is the objective in parts per billion, 1 to 999,999,999.
func (o Objective) PPB() int64 { return o.ppb }

// Share is the objective as a share of one, for what is no budget.
func (o Objective) Share() float64 { return float64(o.ppb) / Billion }

// BudgetPPB is the share of events that may be bad, in parts per billion.
func (o Objective) BudgetPPB() int64 { return Billion - o.ppb }

// String returns the decimal as it was written, with its sign.
func (o Objective) String() string { return o.text }

// Words is the decimal for sentences, as SI has it: "99.90 %".
func (o Objective) Words() string { return spaced(o.text) }

func spaced(percentage string) string { return strings.TrimSuffix(percentage, "%") + " %" }

// MarshalText writes the objective as String does.
func (o Objective) MarshalText() ([]byte, error) { return []byte(o.text), nil }

// UnmarshalText reads what ParseObjective does, and "" as no objective.
func (o *Objective) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*o = Objective{}
		return nil
	}
	*o, err = ParseObjective(string(text))
	return err
}

// IsZero reports whether there is no objective.
func (o Objective) IsZero() bool { return o.ppb == 0 }

func digits(s string) bool {
	if s == "" {
		return false
	}
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}
