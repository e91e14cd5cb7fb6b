package budget

import "fmt"

// Confidence is how sure a verdict has to be, above 50 % and below 100 %: integer
// parts per billion, and the decimal as it was written. The zero value is none.
type Confidence struct {
	ppb  int64
	text string
}

// ParseConfidence reads a percentage such as "95%": digits, at most seven of them
// after the point, and the sign. The error says what would be right.
func ParseConfidence(text string) (Confidence, error) {
	ppb, err := parsePercent(text, "95%")
	if err != nil {
		return Confidence{}, err
	}
	if ppb <= Billion/2 || ppb >= Billion {
		return Confidence{}, fmt.Errorf("must be above 50%% and below 100%%; 95%% is usual")
	}
	return Confidence{ppb: ppb, text: text}, nil
}

// Alpha is how often a verdict may be wrong, a share of one: 1 − confidence.
func (c Confidence) Alpha() float64 { return float64(Billion-c.ppb) / Billion }

// Share is the confidence as a share of one.
func (c Confidence) Share() float64 { return float64(c.ppb) / Billion }

// String returns the decimal as it was written, with its sign; "" of none.
func (c Confidence) String() string { return c.text }

// IsZero reports whether there is no confidence.
func (c Confidence) IsZero() bool { return c.ppb == 0 }
