package chart

import (
	"strings"
	"testing"
	"time"
)

// By hand: of the picture's 640 by 200 the 10 days lie between 48 and 632, 58.4 a day, and the shares
// between 176 (0 %) and 12 (100 %), 1.64 a percent. A quarter on day 0 is at (48, 135), three on day 5
// at (340, 53), and now is day 5.
func TestATargetIsDrawnFromTheFirstShareToTheWhole(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	day := func(n int) time.Time { return from.AddDate(0, 0, n) }
	drawn := string(Target{
		Points: []Point{{day(0), .25, true}, {day(5), .75, true}}, From: from, Due: day(10), Now: day(5), Label: "75 % <done>",
	}.SVG(TargetWide, "wide"))
	for _, want := range []string{
		`<line class="even" x1="48" y1="135" x2="632" y2="12"/>`, `<path class="line calm" d="M48 135L340 53"/>`, `<line class="now" x1="340" y1="12" x2="340" y2="176"/>`,
		`>1 Nov</text>`, `>11 Nov</text>`, `aria-label="75 % &lt;done&gt;"`,
	} {
		if !strings.Contains(drawn, want) {
			t.Errorf("the picture lacks %s\n%s", want, drawn)
		}
	}
	// Half as wide, 310 by 180: the days lie between 48 and 302, the shares between 156 and 12.
	if narrow := string(Target{From: from, Due: day(10), Now: day(5)}.SVG(TargetNarrow, "narrow")); !strings.Contains(narrow, `<line class="even" x1="48" y1="156" x2="302" y2="12"/>`) || !strings.Contains(narrow, `<line class="now" x1="175" y1="12" x2="175" y2="156"/>`) {
		t.Errorf("narrow it is\n%s", narrow)
	}
	// What is over its day has room: now is day 20, twice as far, so that the day is in the middle.
	late := string(Target{From: from, Due: day(10), Now: day(20), Label: "late"}.SVG(TargetWide, "wide"))
	if !strings.Contains(late, `<line class="even" x1="48" y1="176" x2="340" y2="12"/>`) || strings.Contains(late, "dot") {
		t.Errorf("after its day it is\n%s", late)
	}
}

func TestATargetOfOneDayIsDrawn(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	if drawn := string(Target{From: at, Due: at, Now: at}.SVG(TargetWide, "wide")); strings.Contains(drawn, "NaN") || !strings.Contains(drawn, `x2="48"`) {
		t.Errorf("drawn is %s", drawn)
	}
}
