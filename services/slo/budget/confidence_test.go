package budget

import (
	"math"
	"testing"
)

func TestConfidencesAreAboveAHalfAndBelowOne(t *testing.T) {
	t.Parallel()
	for text, alpha := range map[string]float64{"95%": 0.05, "99.9%": 0.001, "90.00%": 0.1, "50.0000001%": 0.499999999, "99.9999999%": 1e-9} {
		c, err := ParseConfidence(text)
		if err != nil || math.Abs(c.Alpha()-alpha) > 1e-15 || math.Abs(c.Share()-(1-alpha)) > 1e-15 || c.String() != text {
			t.Errorf("%q leaves %v and prints as %q (%v), want %v", text, c.Alpha(), c, err, alpha)
		}
	}
	for _, text := range []string{"", "%", "95", "0.95", "50%", "49%", "5%", "100%", "100.0000000%", "101%", "-95%", "NaN%", "95 %", "95.00000000%", "٩٥%"} {
		if c, err := ParseConfidence(text); err == nil || !c.IsZero() {
			t.Errorf("%q is taken for %v (%v)", text, c, err)
		}
	}
}
