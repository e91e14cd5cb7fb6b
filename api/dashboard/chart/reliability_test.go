package chart

import "testing"

// The square is 180 wide from 40 on, and as high from 8 on: what was said in half of the
// cases and came in a quarter of them lies at 40 + 90 and 8 + 135. A dot of all forecasts
// has a radius of 2.5 + 6, one of a quarter of them 2.5 + 3.
func TestADotLiesWhereItWasSaidAndCame(t *testing.T) {
	t.Parallel()
	var dots []element
	for _, e := range elements(t, Reliability([]Reliable{{Said: 0, Came: 1, Weight: 1}, {Said: 0.5, Came: 0.25, Weight: 0.25}})) {
		if e.name == "circle" {
			dots = append(dots, e)
		}
	}
	for i, want := range []map[string]string{{"cx": "40", "cy": "8", "r": "8.5"}, {"cx": "130", "cy": "143", "r": "5.5"}} {
		for name, value := range want {
			if len(dots) != 2 || dots[i].attrs[name] != value {
				t.Errorf("dot %d of %v, want %s = %s", i, dots, name, value)
			}
		}
	}
}
