package chart

import (
	"strings"
	"testing"
	"time"
)

// The room is from 48 to 632 and from 176 up to 12, which is 164 high: 25 % is at 176 − 41 = 135, the cap of
// 40 % at 176 − 65.6 = 110.4, and its words 5 above it.
func TestAShareIsDrawnBesideItsCap(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 8, 31, 0, 0, 0, 0, time.UTC)
	points := []Point{{from, .25, true}, {from.AddDate(0, 0, 7), .25, true}, {At: from.AddDate(0, 0, 14)}, {from.AddDate(0, 0, 28), 1, true}}
	drawn := string(Capped{Points: points, Cap: .4, Label: "The share"}.SVG(TargetWide, "wide"))
	for _, part := range []string{
		`<line class="even" x1="48" y1="110.4" x2="632" y2="110.4"/>`, `y="105.4" text-anchor="end">cap 40 %</text>`, `>0 %</text>`, `>50 %</text>`, `>100 %</text>`,
		`>31 Aug</text>`, `>28 Sep</text>`, `<path class="line calm" d="M48 135L194 135"`, `<circle class="dot now calm" cx="632" cy="12" r="4"/>`, `aria-label="The share"`,
	} {
		if !strings.Contains(drawn, part) {
			t.Errorf("it lacks %s\n%s", part, drawn)
		}
	}
	if one := string(Capped{Points: points[:1], Cap: .5}.SVG(TargetNarrow, "narrow")); strings.Contains(one, "NaN") || !strings.Contains(one, `cx="302"`) {
		t.Errorf("of one week it draws\n%s", one)
	}
}
