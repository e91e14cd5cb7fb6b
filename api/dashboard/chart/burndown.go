package chart

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"time"
)

// Size is the room of a chart in units of its own coordinates, which are pixels
// when it is shown at its natural size.
type Size struct {
	Width, Height float64
	// Labels is the greatest number of labels along the time axis.
	Labels int
}

// The sizes in which a burn-down is drawn: the style sheet shows the one that
// fits the room, so that text keeps its size.
var (
	Wide   = Size{Width: 800, Height: 290, Labels: 10}
	Medium = Size{Width: 560, Height: 280, Labels: 8}
	Narrow = Size{Width: 310, Height: 250, Labels: 5}
)

// Marker is something that happened, drawn on the time axis.
type Marker struct {
	At    time.Time
	Calm  bool // a change, and nothing bad
	Label string
}

// Band is a time that counts otherwise, drawn behind the line.
type Band struct {
	From, To time.Time
	Label    string
}

// Fan is by when the budget is spent in an early, the middle and a late one of the futures
// of a forecast; nil is not before the forecast ends.
type Fan struct {
	Early, Middle, Late *time.Time
	Label               string
}

// Span is something that lasted, drawn below the time axis and behind the line.
type Span struct {
	From, To time.Time
	Loud     bool // drawn twice as high
	Label    string
}

// BurnDown is the remaining error budget over time.
type BurnDown struct {
	// From and Now bound what was measured; the axis may go on beyond Now when a
	// projection does.
	From, Now time.Time
	Points    []Point // by time
	// Exhaustion is when the budget is projected to reach zero, nil when it is not.
	Exhaustion *time.Time
	// Fan is the forecast, nil when there is none.
	Fan *Fan
	// Whole is the window of a calendar that the chart is of: over it an even pace is
	// drawn, by which the budget would last exactly. Nil of any other.
	Whole   *Band
	Markers []Marker
	Spans   []Span
	Bands   []Band
	// Changes are by time.
	Changes []Change
	// Label describes the chart in words for those who do not see it.
	Label string
	// Nothing is written into it where no point is known; NoData when empty.
	Nothing string
}

// NoData is written into a burn-down of which no point is known.
const NoData = "no data in this window"

// horizon is how far beyond now the axis reaches for a projection, at most, as a
// share of what was measured.
const horizon = 1. / 3

// frame is the layout of one drawing of a burn-down.
type frame struct {
	left, right, top, bottom float64
	x                        timeline
	y                        linear
	ticks                    []float64
	projected                bool
}

func (b BurnDown) frame(s Size) frame {
	f := frame{left: leastMargin, right: s.Width - 16, top: 24, bottom: s.Height - 42}
	if len(b.Changes) > 0 {
		f.top += changeRow
	}
	low, high, _ := bounds(b.Points)
	most := max(high, 1)
	f.ticks = ticks(min(low, 0), most, 5)
	// Far below zero the steps are longer than the whole budget, which is labelled all the
	// same: above it would be room in which nothing can be.
	if last := len(f.ticks) - 1; f.ticks[last] > most+0.5 {
		f.ticks[last] = most
	} else {
		most = f.ticks[last]
	}
	for _, t := range f.ticks {
		f.left = max(f.left, margin(percent(t)))
	}
	f.y = linear{f.ticks[0], most, f.bottom, f.top}
	end := b.Now
	if last, ok := b.last(); ok && b.Exhaustion != nil && b.Exhaustion.After(b.Now) && last.Value > 0 {
		f.projected = true
		end = b.room(*b.Exhaustion)
	}
	if b.Fan != nil && b.Fan.Early != nil {
		end = later(end, b.room(*b.Fan.Early))
		for _, at := range []*time.Time{b.Fan.Middle, b.Fan.Late} {
			if at != nil {
				end = later(end, b.room(*at))
			}
		}
	}
	if b.Whole != nil {
		end = later(b.Now, b.Whole.To)
	}
	f.x = timeline{b.From, end, f.left, f.right}
	return f
}

// leastMargin is the room to the left of the axis where its labels are short.
const leastMargin = 52.

// margin is the room that a label needs there.
func margin(label string) float64 { return textWidth(label) + 12 }

// room is where the axis ends so that the time is on it, unless it is too far away.
func (b BurnDown) room(at time.Time) time.Time {
	shown := b.Now.Sub(b.From)
	return earlier(at.Add(shown/20), b.Now.Add(time.Duration(float64(shown)*horizon)))
}

// last is the newest known point.
func (b BurnDown) last() (Point, bool) {
	for i := len(b.Points) - 1; i >= 0; i-- {
		if b.Points[i].Known {
			return b.Points[i], true
		}
	}
	return Point{}, false
}

// SVG draws it.
func (b BurnDown) SVG(s Size, class string) template.HTML {
	var d drawing
	f := b.frame(s)
	_, _, known := bounds(b.Points)
	for _, g := range gaps(b.Points) {
		from, to := f.x.at(g.from), f.x.at(g.to)
		d.add(`<g><title>no data from %s to %s</title>`, g.from.UTC().Format("2 Jan 15:04"), g.to.UTC().Format("2 Jan 15:04"))
		d.rect("gap", from, f.top, to-from, f.bottom-f.top)
		if known && to-from > 60 {
			d.text("gap-word", "middle", (from+to)/2, f.clearOfZero(f.top+16), "no data")
		}
		d.add(`</g>`)
	}
	b.drawBands(&d, f)
	b.drawSpans(&d, f)
	f.drawGrid(&d)
	b.drawTimes(&d, f, s)
	b.drawMarkers(&d, f)
	b.drawChanges(&d, f)
	for _, run := range runs(b.Points) {
		for _, p := range split(run) {
			b.drawPiece(&d, f, p)
		}
	}
	zero := f.y.at(0)
	d.line("zero", f.left, zero, f.right, zero)
	b.drawEven(&d, f)
	b.drawFan(&d, f)
	b.drawProjection(&d, f)
	b.drawNow(&d, f)
	return d.close("chart burndown "+class, s.Width, s.Height, false, b.Label)
}

// clearOfZero is the height for words, or one below zero where that would cross them.
func (f frame) clearOfZero(y float64) float64 {
	if zero := f.y.at(0); zero > y-labelHeight && zero < y+labelHeight {
		return zero + 1.5*labelHeight
	}
	return y
}

// labelHeight is how far apart labels of the upright axis are at least.
const labelHeight = 14.

// drawGrid draws the levels with their labels. One that is too near to the level below it,
// as the whole budget is where the axis goes far below zero, has its label above itself.
func (f frame) drawGrid(d *drawing) {
	below := math.Inf(1)
	for _, t := range f.ticks {
		y := f.y.at(t)
		if t != 0 {
			d.line("grid", f.left, y, f.right, y)
		}
		class := "tick"
		if t == 0 {
			class = "tick strong"
		}
		below = min(y+4, below-labelHeight)
		d.text(class, "end", f.left-8, below, percent(t))
	}
}

// drawPiece draws the line and the area between it and zero.
func (b BurnDown) drawPiece(d *drawing, f frame, p piece) {
	line := make([]xy, len(p.points))
	for i, pt := range p.points {
		line[i] = xy{f.x.at(pt.At), f.y.at(pt.Value)}
	}
	side := "above"
	if p.below {
		side = "below"
	}
	zero := f.y.at(0)
	if len(line) == 1 {
		d.circle("dot "+side, line[0].x, line[0].y, 2.5)
		return
	}
	area := append([]xy{{line[0].x, zero}}, line...)
	area = append(area, xy{line[len(line)-1].x, zero})
	d.path("area "+side, polyline(area)+"Z")
	d.path("line "+side, polyline(line))
}

// drawProjection draws the dashed way from the newest point to exhaustion, cut
// where the axis ends.
func (b BurnDown) drawProjection(d *drawing, f frame) {
	if !f.projected {
		return
	}
	last, _ := b.last()
	from := xy{f.x.at(last.At), f.y.at(last.Value)}
	to := xy{f.x.at(*b.Exhaustion), f.y.at(0)}
	if to.x > f.right {
		share := (f.right - from.x) / (to.x - from.x)
		to = xy{f.right, from.y + share*(to.y-from.y)}
		d.path("projection", polyline([]xy{from, to}))
		return
	}
	d.path("projection", polyline([]xy{from, to}))
	d.circle("exhaustion", to.x, to.y, 4)
}

func (b BurnDown) drawNow(d *drawing, f frame) {
	last, ok := b.last()
	words := cmp.Or(b.Nothing, NoData)
	if !ok && b.Whole != nil { // below the even pace, which goes through the middle
		d.text("gap-word", "start", f.left+10, f.bottom-8, words)
		return
	}
	if !ok {
		d.text("gap-word", "middle", (f.left+f.right)/2, (f.top+f.bottom)/2, words)
		return
	}
	side := "above"
	if last.Value < 0 {
		side = "below"
	}
	d.circle("dot now "+side, f.x.at(last.At), f.y.at(last.Value), 4)
}

// drawMarkers draws what happened; markers at nearly one place share a line.
func (b BurnDown) drawMarkers(d *drawing, f frame) {
	previous := -10.
	for _, m := range b.Markers {
		if m.At.Before(b.From) || m.At.After(b.Now) {
			continue
		}
		x := f.x.at(m.At)
		if x-previous < 4 {
			continue
		}
		previous = x
		d.add(`<g><title>%s</title>`, template.HTMLEscapeString(m.Label))
		if m.Calm {
			d.line("marker calm", x, f.top-6, x, f.bottom)
			d.path("flag calm", fmt.Sprintf("M%s %sl-4 -4 4 -4 4 4z", num(x), num(f.top-6)))
		} else {
			d.line("marker", x, f.top-6, x, f.bottom)
			d.path("flag", fmt.Sprintf("M%s %sl-5 -8h10z", num(x), num(f.top-6)))
		}
		d.add(`</g>`)
	}
}

// drawBands draws times that count otherwise, as far as they are on the axis: light, with
// a strip at the top that tells them from alerts, which have theirs at the bottom.
func (b BurnDown) drawBands(d *drawing, f frame) {
	for _, s := range b.Bands {
		if !s.From.Before(f.x.to) || !s.To.After(b.From) {
			continue
		}
		from := f.x.at(later(s.From, b.From))
		width := max(leastSpan, f.x.at(earlier(s.To, f.x.to))-from)
		d.add(`<g><title>%s</title>`, template.HTMLEscapeString(s.Label))
		d.rect("band", from, f.top, width, f.bottom-f.top)
		d.rect("band-strip", from, f.top, width, bandStrip)
		d.add(`</g>`)
	}
}

const bandStrip = 4.

// BandKey is the sample of a band in a legend.
func BandKey() template.HTML {
	var d drawing
	d.rect("band", 0, 0, 20, 10)
	d.rect("band-strip", 0, 0, 20, bandStrip)
	return d.close("chart", 20, 10, false, "")
}

// drawEven draws the way from the whole budget at the beginning of a calendar's window to
// nothing at its end.
func (b BurnDown) drawEven(d *drawing, f frame) {
	if b.Whole == nil {
		return
	}
	at := func(t time.Time) xy {
		left := float64(b.Whole.To.Sub(t)) / float64(b.Whole.To.Sub(b.Whole.From))
		return xy{f.x.at(t), f.y.at(left)}
	}
	d.add(`<g><title>%s</title>`, template.HTMLEscapeString(b.Whole.Label))
	d.path("even", polyline([]xy{at(later(b.Whole.From, b.From)), at(b.Whole.To)}))
	d.add(`</g>`)
}

// drawFan draws from the newest point to when the budget is spent in most futures, and
// along zero the time between the early and the late ones, which is open where the late
// ones do not spend it.
func (b BurnDown) drawFan(d *drawing, f frame) {
	last, ok := b.last()
	if !ok || last.Value <= 0 || b.Fan == nil || b.Fan.Early == nil || !b.Fan.Early.After(b.Now) {
		return
	}
	zero, open := f.y.at(0), b.Fan.Late == nil || b.Fan.Late.After(f.x.to)
	from, to := min(f.x.at(*b.Fan.Early), f.right), f.right
	if !open {
		to = f.x.at(*b.Fan.Late)
	}
	d.add(`<g><title>%s</title>`, template.HTMLEscapeString(b.Fan.Label))
	d.path("fan", polyline([]xy{{f.x.at(last.At), f.y.at(last.Value)}, {from, zero}, {to, zero}})+"Z")
	d.rect("fan-range", from, zero-fanRange/2, max(leastSpan, to-from), fanRange)
	if b.Fan.Middle != nil && !b.Fan.Middle.After(f.x.to) {
		x := f.x.at(*b.Fan.Middle)
		d.line("fan-middle", x, zero-fanRange, x, zero+fanRange)
	}
	d.add(`</g>`)
}

const fanRange = 6.

// FanKey is the sample of a fan in a legend.
func FanKey() template.HTML {
	var d drawing
	d.rect("fan-range", 0, (10-fanRange)/2, 20, fanRange)
	d.line("fan-middle", 10, 0, 10, 10)
	return d.close("chart", 20, 10, false, "")
}

// The heights of spans below the axis, and the least width at which one is seen.
const (
	loudSpan  = 6.
	quietSpan = 3.
	leastSpan = 3.
)

// drawSpans draws what lasted between the bounds of what was measured, the loud over the
// others.
func (b BurnDown) drawSpans(d *drawing, f frame) {
	for _, loud := range []bool{false, true} {
		for _, s := range b.Spans {
			if s.Loud != loud || s.To.Before(b.From) || s.From.After(b.Now) {
				continue
			}
			from := f.x.at(later(s.From, b.From))
			width := max(leastSpan, f.x.at(earlier(s.To, b.Now))-from)
			class, height := spanClass(loud)
			d.add(`<g><title>%s</title>`, template.HTMLEscapeString(s.Label))
			d.rect("span-room", from, f.top, width, f.bottom-f.top)
			d.rect(class, from, f.bottom, width, height)
			d.add(`</g>`)
		}
	}
}

func spanClass(loud bool) (class string, height float64) {
	if loud {
		return "span loud", loudSpan
	}
	return "span", quietSpan
}

// SpanKey is the sample of a span in a legend.
func SpanKey(loud bool) template.HTML {
	var d drawing
	class, height := spanClass(loud)
	d.rect(class, 0, (10-height)/2, 20, height)
	return d.close("chart", 20, 10, false, "")
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// percent writes a share for an axis.
func percent(v float64) string {
	if v == 0 {
		v = 0 // and never −0, of which a label would show the sign
	}
	return Typeset(num(v*100)) + " %"
}
