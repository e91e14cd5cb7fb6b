package budget

import "fmt"

// SliceTarget is the share of good events from which on a slice of time is good, above
// 0 % and at most 100 %: integer parts per billion, and the decimal as it was written.
// The zero value is none.
type SliceTarget struct {
	ppb  int64
	text string
}

// ParseSliceTarget reads a percentage such as "95%": digits, at most seven of them
// after the point, and the sign. The error says what would be right.
func ParseSliceTarget(text string) (SliceTarget, error) {
	ppb, err := parsePercent(text, "95%")
	if err != nil {
		return SliceTarget{}, err
	}
	if ppb <= 0 || ppb > Billion {
		return SliceTarget{}, fmt.Errorf("must be above 0%% and at most 100%%")
	}
	return SliceTarget{ppb: ppb, text: text}, nil
}

// PPB is the target in parts per billion, 1 to 1,000,000,000; 0 of none.
func (t SliceTarget) PPB() int64 { return t.ppb }

// String returns the decimal as it was written, with its sign; "" of none.
func (t SliceTarget) String() string { return t.text }

// Words is the decimal for sentences.
func (t SliceTarget) Words() string { return spaced(t.text) }
