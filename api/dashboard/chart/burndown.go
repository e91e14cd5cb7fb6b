package chart

import (
	"fmt"
	"html/template"
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
	Label string
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
	Markers    []Marker
	Spans      []Span
	// Label describes the chart in words for those who do not see it.
	Label string
}

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
	f := frame{left: 52, right: s.Width - 16, top: 24, bottom: s.Height - 42}
	low, high, _ := bounds(b.Points)
	f.ticks = ticks(min(low, 0), max(high, 1), 5)
	f.y = linear{f.ticks[0], f.ticks[len(f.ticks)-1], f.bottom, f.top}
	end := b.Now
	if last, ok := b.last(); ok && b.Exhaustion != nil && b.Exhaustion.After(b.Now) && last.Value > 0 {
		f.projected = true
		limit := b.Now.Add(time.Duration(float64(b.Now.Sub(b.From)) * horizon))
		end = b.Exhaustion.Add(b.Now.Sub(b.From) / 20)
		if end.After(limit) {
			end = limit
		}
	}
	f.x = timeline{b.From, end, f.left, f.right}
	return f
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
			d.text("gap-word", "middle", (from+to)/2, f.top+16, "no data")
		}
		d.add(`</g>`)
	}
	b.drawSpans(&d, f)
	f.drawGrid(&d)
	b.drawTimes(&d, f, s)
	b.drawMarkers(&d, f)
	for _, run := range runs(b.Points) {
		for _, p := range split(run) {
			b.drawPiece(&d, f, p)
		}
	}
	zero := f.y.at(0)
	d.line("zero", f.left, zero, f.right, zero)
	b.drawProjection(&d, f)
	b.drawNow(&d, f)
	return d.close("chart burndown "+class, s.Width, s.Height, false, b.Label)
}

func (f frame) drawGrid(d *drawing) {
	for _, t := range f.ticks {
		y := f.y.at(t)
		if t != 0 {
			d.line("grid", f.left, y, f.right, y)
		}
		class := "tick"
		if t == 0 {
			class = "tick strong"
		}
		d.text(class, "end", f.left-8, y+4, percent(t))
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
	if !ok {
		d.text("gap-word", "middle", (f.left+f.right)/2, (f.top+f.bottom)/2, "no data in this window")
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
		d.line("marker", x, f.top-6, x, f.bottom)
		d.path("flag", fmt.Sprintf("M%s %sl-5 -8h10z", num(x), num(f.top-6)))
		d.add(`</g>`)
	}
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
	p := v * 100
	sign := ""
	if p < -1e-9 {
		sign, p = "−", -p
	}
	return sign + num(p) + " %"
}
