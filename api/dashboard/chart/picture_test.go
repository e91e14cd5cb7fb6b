package chart

import (
	"encoding/xml"
	"errors"
	"html/template"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var nan = math.NaN()

// element is what a picture is made of.
type element struct {
	name  string
	attrs map[string]string
	text  string
}

// elements reads a picture, and fails when it is not well-formed.
func elements(t *testing.T, svg template.HTML) []element {
	t.Helper()
	var out []element
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, svg)
		}
		switch x := token.(type) {
		case xml.StartElement:
			e := element{name: x.Name.Local, attrs: map[string]string{}}
			for _, a := range x.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			out = append(out, e)
		case xml.CharData:
			if len(out) > 0 {
				out[len(out)-1].text += string(x)
			}
		}
	}
}

func classed(es []element, class string) []element {
	var out []element
	for _, e := range es {
		if e.attrs["class"] == class {
			out = append(out, e)
		}
	}
	return out
}

func (e element) num(t *testing.T, attr string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(e.attrs[attr], 64)
	if err != nil {
		t.Fatalf("%s %s=%q: %v", e.name, attr, e.attrs[attr], err)
	}
	return v
}

var pair = regexp.MustCompile(`(-?[\d.]+) (-?[\d.]+)`)

// ys are the heights that a path goes through.
func ys(t *testing.T, e element) []float64 {
	t.Helper()
	var out []float64
	for _, m := range pair.FindAllStringSubmatch(e.attrs["d"], -1) {
		y, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, y)
	}
	return out
}

func down(vs ...float64) BurnDown {
	p := values(vs...)
	return BurnDown{From: p[0].At, Now: p[len(p)-1].At, Points: p, Label: "Remaining budget"}
}

func TestABudgetBelowZeroIsDrawnBelowTheZeroLine(t *testing.T) {
	t.Parallel()
	es := elements(t, down(1, .5, -.5, -1).SVG(Wide, "wide"))
	zero := classed(es, "zero")
	if len(zero) != 1 || zero[0].attrs["y1"] != zero[0].attrs["y2"] {
		t.Fatalf("zero line: %v", zero)
	}
	level := zero[0].num(t, "y1")
	// Ticks reach from −1 to 1, so zero lies in the middle of the room, which is
	// from 24 to Height − 42.
	if want := (24 + Wide.Height - 42) / 2; level != want {
		t.Errorf("zero at %v, want %v", level, want)
	}
	above, below := classed(es, "line above"), classed(es, "line below")
	if len(above) != 1 || len(below) != 1 {
		t.Fatalf("%d lines above and %d below zero, want one of each", len(above), len(below))
	}
	for _, y := range ys(t, above[0]) {
		if y > level {
			t.Errorf("the line above zero goes down to %v, below %v", y, level)
		}
	}
	heights := ys(t, below[0])
	for _, y := range heights {
		if y < level {
			t.Errorf("the line below zero goes up to %v, above %v", y, level)
		}
	}
	if deepest := heights[len(heights)-1]; deepest != Wide.Height-42 {
		t.Errorf("−100 %% is drawn at %v, want the bottom", deepest)
	}
}

func TestZeroIsTheBottomOfABudgetThatWasNeverOverspent(t *testing.T) {
	t.Parallel()
	es := elements(t, down(1, .4).SVG(Narrow, "narrow"))
	if y := classed(es, "zero")[0].num(t, "y1"); y != Narrow.Height-42 {
		t.Errorf("zero at %v, want the bottom %v", y, Narrow.Height-42)
	}
	if len(classed(es, "line below")) != 0 {
		t.Error("something is drawn below zero")
	}
}

func TestWhatIsUnknownBreaksTheLineAndIsNamed(t *testing.T) {
	t.Parallel()
	svg := down(1, .9, .8, nan, nan, .3, .2).SVG(Wide, "wide")
	es := elements(t, svg)
	if lines := classed(es, "line above"); len(lines) != 2 {
		t.Errorf("%d lines, want 2 with a gap between them", len(lines))
	}
	gap := classed(es, "gap")
	if len(gap) != 1 {
		t.Fatalf("%d gaps are marked, want 1", len(gap))
	}
	lines := classed(es, "line above")
	if x := gap[0].num(t, "x"); !strings.Contains(lines[0].attrs["d"], "L"+num(x)+" ") {
		t.Errorf("the gap begins at %v, not where the line ends: %s", x, lines[0].attrs["d"])
	}
	if !strings.Contains(string(svg), "no data") {
		t.Error("the gap is not named in words")
	}
}

func TestNothingKnownDrawsNoLine(t *testing.T) {
	t.Parallel()
	for _, b := range []BurnDown{down(nan, nan, nan), {From: start, Now: start.Add(28 * 24 * time.Hour)}} {
		svg := b.SVG(Wide, "wide")
		es := elements(t, svg)
		for _, class := range []string{"line above", "line below", "dot now above", "projection"} {
			if len(classed(es, class)) != 0 {
				t.Errorf("%s is drawn", class)
			}
		}
		if !strings.Contains(string(svg), "no data in this window") {
			t.Error("the words are missing")
		}
	}
}

func TestTheProjectionMeetsZeroAtTheTimeOfExhaustion(t *testing.T) {
	t.Parallel()
	b := down(1, .9, .8, .7, .6, .5, .4, .3, .2, .1, .1)
	when := b.Now.Add(2 * 24 * time.Hour)
	b.Exhaustion = &when
	es := elements(t, b.SVG(Wide, "wide"))
	mark := classed(es, "exhaustion")
	if len(mark) != 1 {
		t.Fatal("exhaustion is not marked")
	}
	if y := mark[0].num(t, "cy"); y != classed(es, "zero")[0].num(t, "y1") {
		t.Errorf("exhaustion at height %v is not on the zero line", y)
	}
	// Ten days measured, two projected, and a twentieth of ten days of margin:
	// exhaustion is at 12 ÷ 12.5 of the room from 52 to 784.
	if x, want := mark[0].num(t, "cx"), 52+(784-52)*12/12.5; math.Abs(x-want) > .01 {
		t.Errorf("exhaustion at %v, want %v", x, want)
	}
}

func TestAFarProjectionIsCutAtTheEdge(t *testing.T) {
	t.Parallel()
	b := down(1, .9, .8)
	when := b.Now.Add(300 * 24 * time.Hour)
	b.Exhaustion = &when
	es := elements(t, b.SVG(Wide, "wide"))
	if len(classed(es, "exhaustion")) != 0 {
		t.Error("exhaustion is marked outside of the axis")
	}
	projection := classed(es, "projection")
	if len(projection) != 1 || !strings.Contains(projection[0].attrs["d"], "L784 ") {
		t.Errorf("the projection does not end at the edge: %v", projection)
	}
}

func TestTheTimeAxisIsLabelledInDays(t *testing.T) {
	t.Parallel()
	p := make([]float64, 29)
	for i := range p {
		p[i] = 1
	}
	svg := string(down(p...).SVG(Wide, "wide"))
	for _, label := range []string{"1 Nov", "−28 d", "8 Nov", "−21 d", "29 Nov", ">now<"} {
		if !strings.Contains(svg, label) {
			t.Errorf("the label %q is missing", label)
		}
	}
}

func TestAShortTimeAxisIsLabelledInHours(t *testing.T) {
	t.Parallel()
	b := BurnDown{From: start, Now: start.Add(6 * time.Hour), Points: []Point{{At: start, Value: 1, Known: true}, {At: start.Add(6 * time.Hour), Value: .9, Known: true}}}
	svg := string(b.SVG(Wide, "wide"))
	for _, label := range []string{">00:00<", ">−6 h<", ">05:00<", ">−1 h<", ">06:00<", ">now<"} {
		if !strings.Contains(svg, label) {
			t.Errorf("the label %q is missing in %s", label, svg)
		}
	}
	for _, c := range []struct {
		length time.Duration
		labels int
		want   time.Duration
	}{
		{6 * time.Hour, 10, time.Hour}, {6 * time.Hour, 5, 2 * time.Hour}, {day, 10, 3 * time.Hour},
		{7 * day, 10, day}, {28 * day, 10, 7 * day}, {37 * day, 5, 14 * day}, {90 * day, 5, 28 * day}, {3650 * day, 5, 730 * day},
	} {
		if got := timeStep(c.length, c.labels); got != c.want {
			t.Errorf("%v in %d labels: every %v, want %v", c.length, c.labels, got, c.want)
		}
	}
}

func TestWordsInPicturesAreEscaped(t *testing.T) {
	t.Parallel()
	b := down(1, .5, .2)
	b.Label = `"><script>alert(1)</script>`
	b.Markers = []Marker{{At: b.From.Add(24 * time.Hour), Label: "</title><script>"}}
	svg := b.SVG(Wide, "wide")
	for _, e := range elements(t, svg) {
		if e.name == "script" {
			t.Error("a script got into the picture")
		}
	}
}

func TestABudgetsBarGrowsFromZeroToItsSide(t *testing.T) {
	t.Parallel()
	// The bar of 300 reaches from −50 % to 100 %: zero is at 100.
	for _, c := range []struct{ remaining, x, width float64 }{
		{1, 100, 200}, {.5, 100, 100}, {0, 100, 0}, {-.25, 50, 50}, {-8.2, 0, 100}, {3, 100, 200},
	} {
		es := elements(t, Budget(c.remaining, true, "ok"))
		fill := classed(es, "fill ok")
		if len(fill) != 1 {
			t.Fatalf("%v: %d fills", c.remaining, len(fill))
		}
		if x, w := fill[0].num(t, "x"), fill[0].num(t, "width"); math.Abs(x-c.x) > .01 || math.Abs(w-c.width) > .01 {
			t.Errorf("%v is drawn from %v, %v wide; want from %v, %v wide", c.remaining, x, w, c.x, c.width)
		}
		if cut := len(classed(es, "cut")) > 0; cut != (c.remaining < -.5) {
			t.Errorf("%v: marked as cut off: %v", c.remaining, cut)
		}
	}
	if es := elements(t, Budget(0, false, "none")); len(classed(es, "fill none")) != 0 {
		t.Error("an unknown budget is drawn as one")
	}
}

func TestABurnRatesBarPassesTheThresholdOnlyAboveTheFactor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rate float64
		over bool
	}{{0, false}, {13.44, false}, {13.45, true}, {1000, true}} {
		es := elements(t, Burn(c.rate, true, 13.44, "bad"))
		threshold := classed(es, "threshold")[0].num(t, "x") + 1
		if threshold != 180 {
			t.Errorf("the threshold lies at %v, want 180", threshold)
		}
		if over := len(classed(es, "fill bad")) == 1; over != c.over {
			t.Errorf("%v is over: %v", c.rate, over)
		}
		for _, e := range es {
			if strings.HasPrefix(e.attrs["class"], "fill") && (e.num(t, "width") > threshold) != c.over {
				t.Errorf("%v is %v wide, threshold at %v", c.rate, e.num(t, "width"), threshold)
			}
		}
	}
}

func TestWhatWasSpentIsToldApartAndAgainstTheWholeBudget(t *testing.T) {
	t.Parallel()
	// The whole budget is 180 wide, and the bar 300; a gap of 2 keeps both parts apart.
	for _, c := range []struct {
		planned, unplanned float64
		tone               string
		first, from, end   float64
		cut                bool
	}{
		{.5, .25, "risk", 90, 92, 135, false}, {0, 1, "risk", 0, 0, 180, false}, {0, 1.01, "bad", 0, 0, 181.8, false}, {1, 0, "risk", 180, 180, 180, false},
		{1, 1.25, "bad", 180, 182, 300, true}, {0, 10, "bad", 0, 0, 300, true},
	} {
		es := elements(t, Spent(c.planned, c.unplanned, true))
		if x := classed(es, "threshold")[0].num(t, "x") + 1; x != 180 {
			t.Errorf("the whole budget is at %v", x)
		}
		planned, rest := classed(es, "fill calm"), classed(es, "fill "+c.tone)
		if len(planned) != 1 || len(rest) != 1 {
			t.Fatalf("%+v: %d and %d parts", c, len(planned), len(rest))
		}
		from, width := rest[0].num(t, "x"), rest[0].num(t, "width")
		if math.Abs(planned[0].num(t, "width")-c.first) > .01 || math.Abs(from-c.from) > .01 || math.Abs(from+width-c.end) > .01 {
			t.Errorf("%+v: planned %v wide, the rest from %v, %v wide", c, planned[0].num(t, "width"), from, width)
		}
		if cut := len(classed(es, "cut")) > 0; cut != c.cut {
			t.Errorf("%+v is cut off: %v", c, cut)
		}
	}
	if es := elements(t, Spent(0, 0, false)); len(classed(es, "fill calm"))+len(classed(es, "fill risk")) != 0 {
		t.Error("what is not known is drawn as if it were")
	}
}

func TestEveryCountedPartIsSeenAndTheyFillTheBar(t *testing.T) {
	t.Parallel()
	es := elements(t, Parts([]Part{{"bad", 1}, {"risk", 0}, {"ok", 9998}, {"none", 1}}))
	end := 0.
	for _, e := range es {
		if e.name != "rect" {
			continue
		}
		if w := e.num(t, "width"); w < 4 {
			t.Errorf("%s is only %v wide", e.attrs["class"], w)
		}
		end = e.num(t, "x") + e.num(t, "width")
	}
	if math.Abs(end-300) > .01 || len(classed(es, "fill risk")) != 0 {
		t.Errorf("the bar ends at %v, want 300 without the empty part", end)
	}
}

func TestASparklineBreaksAtGapsAndDrawsNothingUnknown(t *testing.T) {
	t.Parallel()
	es := elements(t, Sparkline{Points: values(1, .8, nan, .4, -.2)}.SVG())
	if above, below := len(classed(es, "line above")), len(classed(es, "line below")); above != 2 || below != 1 {
		t.Errorf("%d lines above and %d below, want 2 and 1", above, below)
	}
	for _, points := range [][]Point{nil, values(nan, nan)} {
		if es := elements(t, Sparkline{Points: points}.SVG()); len(classed(es, "spark-none")) != 1 || len(es) != 2 {
			t.Errorf("unknown points draw %v", es)
		}
	}
}

func TestATrendStandsOnZeroAndBreaksAtGaps(t *testing.T) {
	t.Parallel()
	es := elements(t, Trend{Points: values(2, 4, nan, 1, 1), Label: `a "label"`}.SVG())
	lines := classed(es, "line calm")
	if len(lines) != 2 {
		t.Fatalf("%d lines, want 2", len(lines))
	}
	// The room is from 4 to 40: 4 is at its top, 2 and 0 half-way and at its foot.
	if got := ys(t, lines[0]); got[0] != 22 || got[1] != 4 {
		t.Errorf("the line goes through %v", got)
	}
	if zero := classed(es, "zero"); len(zero) != 1 || zero[0].num(t, "y1") != 40 || es[0].attrs["aria-label"] != `a "label"` {
		t.Errorf("zero is %v in %v", zero, es[0])
	}
	if got := ys(t, classed(elements(t, Trend{Points: values(.5, .5), Full: 1}.SVG()), "line calm")[0]); got[0] != 22 {
		t.Errorf("half of what can be full is at %v", got)
	}
	if got := ys(t, classed(elements(t, Trend{Points: values(0, 0)}.SVG()), "line calm")[0]); got[0] != 40 {
		t.Errorf("nothing is at %v", got)
	}
	for _, points := range [][]Point{nil, values(nan, nan)} {
		if es := elements(t, Trend{Points: points}.SVG()); len(classed(es, "spark-none")) != 1 || len(es) != 2 {
			t.Errorf("unknown points draw %v", es)
		}
	}
	if es := elements(t, Trend{Points: values(nan, 3, nan)}.SVG()); len(classed(es, "dot calm")) != 1 || len(classed(es, "line calm")) != 0 {
		t.Errorf("a point alone draws %v", es)
	}
}

// Ten days from 52 to 784: 73.2 for each.
func TestWhatLastedIsDrawnBelowTheAxisTheLoudOverTheOthers(t *testing.T) {
	t.Parallel()
	b := down(1, .9, .8, .7, .6, .5, .4, .3, .2, .1, .1)
	day := func(n float64) time.Time { return b.From.Add(time.Duration(n * float64(24*time.Hour))) }
	b.Spans = []Span{
		{From: day(2), To: day(4), Loud: true, Label: "</title><script>"},
		{From: day(-5), To: day(1), Label: "before"},
		{From: day(9), To: day(99), Label: "and still"},
		{From: day(5), To: day(5.001), Loud: true, Label: "short"},
		{From: day(-5), To: day(-1), Label: "not in it"},
		{From: day(11), To: day(12), Label: "not yet"},
	}
	es := elements(t, b.SVG(Wide, "wide"))
	if n := len(classed(es, "span-room")); n != 4 {
		t.Errorf("%d are drawn, want 4", n)
	}
	wants := map[string][][2]float64{"span": {{52, 73.2}, {52 + 9*73.2, 73.2}}, "span loud": {{52 + 2*73.2, 2 * 73.2}, {52 + 5*73.2, 3}}}
	for class, want := range wants {
		got := classed(es, class)
		for i, s := range want {
			if len(got) != len(want) {
				t.Fatalf("%d are %s, want %d", len(got), class, len(want))
			}
			if x, w := got[i].num(t, "x"), got[i].num(t, "width"); math.Abs(x-s[0]) > .02 || math.Abs(w-s[1]) > .02 {
				t.Errorf("%s %d is %v wide at %v, want %v at %v", class, i, w, x, s[1], s[0])
			}
			if y := got[i].num(t, "y"); y != Wide.Height-42 {
				t.Errorf("%s %d is at %v, not below the axis", class, i, y)
			}
		}
	}
	if loud, other := classed(es, "span loud")[0].num(t, "height"), classed(es, "span")[0].num(t, "height"); loud != 2*other {
		t.Errorf("the loud are %v high, the others %v", loud, other)
	}
	for _, e := range es {
		if e.name == "script" {
			t.Error("a script got into the picture")
		}
	}
}

func TestTheAxisOfABudgetFarBelowZeroHasRoomForItsLabels(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 14, 27, 0, 0, time.UTC)
	b := BurnDown{From: now.Add(-365 * day), Now: now, Points: []Point{
		{At: now.Add(-365 * day), Value: 1, Known: true}, {At: now, Value: -97.7, Known: true},
	}}
	for _, size := range []Size{Wide, Medium, Narrow} {
		picture := elements(t, b.SVG(size, ""))
		var labels []string
		var times []float64
		for _, e := range append(classed(picture, "tick"), classed(picture, "tick strong")...) {
			if !strings.HasSuffix(e.text, "%") {
				times = append(times, e.num(t, "x"))
				continue
			}
			labels = append(labels, e.text)
			// A digit of 12 px is about 7 px wide.
			if begin := e.num(t, "x") - 7*float64(len([]rune(e.text))); begin < 0 {
				t.Errorf("in %v px %q begins at %v", size.Width, e.text, begin)
			}
		}
		if got := strings.Join(labels, " "); got != "−10,000 % −8,000 % −6,000 % −4,000 % −2,000 % 100 % 0 %" {
			t.Errorf("the axis has %s", got)
		}
		slices.Sort(times)
		for i := 1; i < len(times); i++ {
			if apart := times[i] - times[i-1]; apart < 8*7 { // "Nov 2026"
				t.Errorf("in %v px two months are %v px apart", size.Width, apart)
			}
		}
		if len(times) < 2 {
			t.Errorf("in %v px the axis has %d times", size.Width, len(times))
		}
	}
}

func TestTheWholeBudgetIsLabelledHoweverFarBelowZeroTheAxisGoes(t *testing.T) {
	t.Parallel()
	for _, low := range []float64{0, -.2, -3.9, -4.1, -12, -97.7, -5000} {
		for _, size := range []Size{Wide, Medium, Narrow} {
			picture := elements(t, down(1, low).SVG(size, ""))
			at := map[string]float64{}
			var heights []float64
			for _, e := range append(classed(picture, "tick"), classed(picture, "tick strong")...) {
				if strings.HasSuffix(e.text, "%") {
					at[e.text] = e.num(t, "y")
					heights = append(heights, e.num(t, "y"))
				}
			}
			if whole, labelled := at["100 %"]; !labelled || whole >= at["0 %"] {
				t.Errorf("down to %v in %v px the whole budget is labelled %t at %v, and nothing at %v", low, size.Width, labelled, whole, at["0 %"])
			}
			slices.Sort(heights)
			for i := 1; i < len(heights); i++ {
				if heights[i]-heights[i-1] < 13 { // a label of 12 px and a space
					t.Errorf("down to %v in %v px labels are %v px apart", low, size.Width, heights[i]-heights[i-1])
				}
			}
			if heights[0] < 12 {
				t.Errorf("down to %v in %v px the topmost label is cut off at %v", low, size.Width, heights[0])
			}
		}
	}
}

func TestWhereNothingIsKnownOfACalendarTheWordsAreClearOfItsEvenPace(t *testing.T) {
	t.Parallel()
	b := down(nan, nan, nan, nan)
	b.Nothing = "too few events in this window"
	b.Whole = &Band{From: b.From, To: b.Now.Add(24 * time.Hour)}
	for _, size := range []Size{Wide, Medium, Narrow} {
		es := elements(t, b.SVG(size, ""))
		word := classed(es, "gap-word")
		if len(word) != 1 || word[0].text != b.Nothing {
			t.Fatalf("in %v px it says %v", size.Width, word)
		}
		pace := pair.FindAllStringSubmatch(classed(es, "even")[0].attrs["d"], -1)
		at := func(i, of int) float64 {
			v, err := strconv.ParseFloat(pace[i][of], 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		// A letter is about 7 px wide, and 12 px high.
		ends := word[0].num(t, "x") + 7*float64(len(b.Nothing))
		over := at(0, 2) + (at(1, 2)-at(0, 2))*(ends-at(0, 1))/(at(1, 1)-at(0, 1))
		if top := word[0].num(t, "y") - 12; top <= over {
			t.Errorf("in %v px the words reach up to %v, and the pace is at %v", size.Width, top, over)
		}
	}
}

func TestTheWordsOfAGapAreClearOfZeroHoweverNearTheTopItIs(t *testing.T) {
	t.Parallel()
	for _, low := range []float64{0, -.2, -4, -12, -97.7} {
		for _, size := range []Size{Wide, Medium, Narrow} {
			es := elements(t, down(nan, nan, nan, nan, 1, low).SVG(size, ""))
			word, zero := classed(es, "gap-word"), classed(es, "zero")
			if len(word) != 1 {
				t.Fatalf("down to %v in %v px %d gaps are named", low, size.Width, len(word))
			}
			// The letters reach from 10 px above to 3 px below where they stand.
			if at, line := word[0].num(t, "y"), zero[0].num(t, "y1"); line > at-10 && line < at+3 {
				t.Errorf("down to %v in %v px the words stand at %v, and zero is at %v", low, size.Width, at, line)
			}
		}
	}
}
