package chart

import (
	"strings"
	"testing"
	"time"
)

// On the narrowest picture 242 units are 28 days: a mark is 18 wide, which is 2.1 days.
func TestChangesTooNearToEachOtherShareAMarkThatCountsThem(t *testing.T) {
	t.Parallel()
	b := down(1, .9, .8)
	day := func(n float64) time.Time { return b.From.Add(time.Duration(n * 24 * float64(time.Hour))) }
	b.Now = day(28)
	for _, d := range []float64{-1, 1, 2, 2.5, 4, 10, 20, 29} {
		b.Changes = append(b.Changes, Change{At: day(d), Bad: d == 2, Label: "of day " + num(d) + " </title>"})
	}
	for range 150 {
		b.Changes = append(b.Changes[:len(b.Changes)-1], Change{At: day(25), Label: "many"}, b.Changes[len(b.Changes)-1])
	}
	es := elements(t, b.SVG(Narrow, "x"))
	marks, bad, counts := classed(es, "change"), classed(es, "change bad"), classed(es, "change-count")
	if len(marks) != 4 || len(bad) != 1 { // days 1 to 2.5; 4; 10; 20; 25
		t.Errorf("%d marks and %d bad ones: %v %v", len(marks), len(bad), marks, bad)
	}
	if len(counts) != 2 || counts[0].text != "3" || counts[1].text != "99+" {
		t.Errorf("counted are %v", counts)
	}
	var titles []string
	for _, e := range es {
		if e.name == "title" && strings.Contains(e.text, "day") || strings.Contains(e.text, "many") {
			titles = append(titles, e.text)
		}
	}
	if len(titles) != 5 || titles[0] != "of day 1 </title>\nof day 2 </title>\nof day 2.5 </title>" || !strings.HasSuffix(titles[4], "many\nand 145 more") {
		t.Errorf("titles are %q", titles)
	}
	for _, m := range append(marks, bad...) {
		if x, y := m.attrs["cx"], m.attrs["cy"]; x == "" || y != "21" { // between the edge and the flags of markers
			t.Errorf("a mark is at %s %s", x, y)
		}
	}
}
