package chart

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
)

func days(n int) []time.Time {
	var out []time.Time
	for i := range n {
		out = append(out, start.Add(time.Duration(i)*24*time.Hour))
	}
	return out
}

// Of 4 services 1 and then 3 are at the foot. The room is from 10 to 194 (220 less 26), 46 for each
// of the four; on the left a digit of 7 and 12 are free, on the right 8 of 800.
func TestLayersStandOnOneAnother(t *testing.T) {
	t.Parallel()
	l := Layers{Times: days(3), Layers: []Layer{{"ok", []int{1, 1, 3}}, {"bad", []int{3, 3, 1}}, {"none", []int{0, 0, 0}}}, Label: `of "levels"`}
	es := elements(t, l.SVG(LayersWide, "wide"))
	ok, bad := classed(es, "layer ok"), classed(es, "layer bad")
	if len(ok) != 1 || len(bad) != 1 || len(classed(es, "layer none")) != 0 {
		t.Fatalf("drawn are %d, %d, and what never was", len(ok), len(bad))
	}
	want := "M19 148L405.5 148L792 56L792 194L405.5 194L19 194Z"
	if got := ok[0].attrs["d"]; got != want {
		t.Errorf("the lower one is %s, want %s", got, want)
	}
	if got, want := bad[0].attrs["d"], "M19 10L405.5 10L792 10L792 56L405.5 148L19 148Z"; got != want {
		t.Errorf("the upper one is %s, want %s", got, want)
	}
	if es[0].attrs["aria-label"] != `of "levels"` {
		t.Errorf("it is called %q", es[0].attrs["aria-label"])
	}
}

func TestLayersOfOneDayFillTheirRoomAndOfNoneAreNotDrawn(t *testing.T) {
	t.Parallel()
	one := Layers{Times: days(1), Layers: []Layer{{"ok", []int{2}}}}
	for _, size := range []Size{LayersWide, LayersMedium, LayersNarrow} {
		svg := one.SVG(size, "")
		es := elements(t, svg)
		if got := classed(es, "layer ok"); len(got) != 1 || !strings.Contains(got[0].attrs["d"], "L"+num(size.Width-8)+" ") {
			t.Errorf("one day is drawn as %v", got)
		}
		if strings.Contains(string(svg), "NaN") || !strings.Contains(string(svg), "1 Nov") {
			t.Errorf("one day is drawn as %s", svg)
		}
	}
	if got := (Layers{}).Pictures(); got != nil {
		t.Errorf("of nothing is drawn %v", got)
	}
	if svg := string((Layers{Times: days(90), Layers: []Layer{{"ok", make([]int, 90)}}}).SVG(LayersNarrow, "")); strings.Contains(svg, "NaN") || strings.Contains(svg, `"layer ok"`) {
		t.Errorf("of zeros is drawn %s", svg)
	}
}

func TestDatesBelowLayersHaveRoom(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 7, 30, 90, 365, 1800} {
		for _, size := range []Size{LayersWide, LayersMedium, LayersNarrow} {
			l := Layers{Times: days(n), Layers: []Layer{{"ok", make([]int, n)}}}
			right := math.Inf(1)
			for _, e := range classed(elements(t, l.SVG(size, "")), "tick") {
				if _, err := strconv.Atoi(e.text); err == nil {
					continue
				}
				begin, end := e.num(t, "x")-textWidth(e.text)/2, e.num(t, "x")+textWidth(e.text)/2
				if e.attrs["text-anchor"] == "end" {
					begin, end = e.num(t, "x")-textWidth(e.text), e.num(t, "x")
				}
				if end > size.Width || end > right || begin < 0 {
					t.Errorf("%d days in %v px: %q is from %v to %v, the next begins at %v", n, size.Width, e.text, begin, end, right)
				}
				right = begin
			}
		}
	}
}

// A quarter of four is a right angle: it ends where the clock says three, a ring's half-width inside.
func TestADonutIsDividedByItsCounts(t *testing.T) {
	t.Parallel()
	es := elements(t, Donut([]Part{{"ok", 1}, {"bad", 3}, {"none", 0}}, "25 %", "<pass>", "checks"))
	rings := append(classed(es, "ring ok"), classed(es, "ring bad")...)
	if len(rings) != 2 || len(classed(es, "ring none")) != 0 {
		t.Fatalf("%d rings", len(rings))
	}
	ends := pair.FindAllStringSubmatch(rings[0].attrs["d"], -1)
	x, err := strconv.ParseFloat(ends[len(ends)-1][2], 64) // of "1 148.97", after which comes how high
	if err != nil {
		t.Fatal(err)
	}
	// The ring's middle is at 69; the gap of 0.03 leaves 69 · cos 0.03 = 68.97 of it.
	if math.Abs(x-(80+68.97)) > .01 {
		t.Errorf("a quarter ends at %v", x)
	}
	if !strings.Contains(rings[1].attrs["d"], " 0 1 1 ") {
		t.Errorf("three quarters are the short way: %s", rings[1].attrs["d"])
	}
	if whole := classed(elements(t, Donut([]Part{{"ok", 7}}, "", "", "")), "ring ok"); len(whole) != 1 || whole[0].name != "circle" {
		t.Errorf("all of it is %v", whole)
	}
	if none := classed(elements(t, Donut(nil, "", "", "")), "ring track"); len(none) != 1 {
		t.Errorf("nothing is %v", none)
	}
}

func TestRungsRiseAndThoseReachedArePainted(t *testing.T) {
	t.Parallel()
	es := elements(t, Rungs(2, 3, "lv1"))
	on, off := classed(es, "rung on lv1"), classed(es, "rung")
	if len(on) != 2 || len(off) != 1 || on[0].num(t, "height") >= on[1].num(t, "height") || on[1].num(t, "height") >= off[0].num(t, "height") {
		t.Errorf("reached %v, not reached %v", on, off)
	}
}
