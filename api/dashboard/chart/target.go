package chart

import (
	"html/template"
	"time"
)

// Target draws how a share came to be what it is, against the way to the whole by a day.
type Target struct {
	Points []Point // the share of each day that is known, the oldest first
	// From is when it began, Due when the whole is to be reached, and Now the time; none is zero.
	From, Due, Now time.Time
	// Label names the picture for those who do not see it.
	Label string
}

// The sizes in which a target is drawn, as those of a burn-down.
var (
	TargetWide   = Size{Width: 640, Height: 200}
	TargetNarrow = Size{Width: 310, Height: 180}
)

// The room of the labels of a target, at its left and below it.
const (
	targetLeft = 48.
	targetFoot = 24.
)

// Pictures draws it once for each room; the style sheet shows one.
func (t Target) Pictures() []template.HTML {
	return []template.HTML{t.SVG(TargetWide, "wide"), t.SVG(TargetNarrow, "narrow")}
}

// SVG draws it: the share as an area, the straight way from where it began to 100 % on the day, and a
// line where it is now. What comes after the day is drawn too.
func (t Target) SVG(s Size, class string) template.HTML {
	var d drawing
	last := t.Due
	for _, at := range append([]Point{{At: t.Now}}, t.Points...) {
		if at.At.After(last) {
			last = at.At
		}
	}
	if !last.After(t.From) {
		last = t.From.AddDate(0, 0, 1)
	}
	x := timeline{t.From, last, targetLeft, s.Width - 8}
	y := linear{0, 1, s.Height - targetFoot, 12}
	d.shareAxis(s, y)
	begun := 0.
	if len(t.Points) > 0 && t.Points[0].Known {
		begun = t.Points[0].Value
	}
	d.line("even", x.at(t.From), y.at(begun), x.at(t.Due), y.at(1))
	d.shares(t.Points, x, y)
	if !t.Now.Before(t.From) {
		d.line("now", x.at(t.Now), y.at(1), x.at(t.Now), y.at(0))
	}
	d.text("tick", "start", x.at(t.From), s.Height-6, t.From.UTC().Format("2 Jan"))
	d.text("tick", "end", x.at(t.Due), s.Height-6, t.Due.UTC().Format("2 Jan"))
	return d.close("chart target "+class, s.Width, s.Height, false, t.Label)
}

// shareAxis draws the lines of 0, 50 and 100 % with their labels.
func (d *drawing) shareAxis(s Size, y linear) {
	for _, l := range []struct {
		share float64
		text  string
	}{{0, "0 %"}, {.5, "50 %"}, {1, "100 %"}} {
		d.line("grid", targetLeft, y.at(l.share), s.Width-8, y.at(l.share))
		d.text("tick", "end", targetLeft-6, y.at(l.share)+4, l.text)
	}
}

// shares draws shares as an area, broken where nothing is known.
func (d *drawing) shares(points []Point, x timeline, y linear) {
	for _, run := range runs(points) {
		line := make([]xy, len(run))
		for i, p := range run {
			line[i] = xy{x.at(p.At), y.at(p.Value)}
		}
		end := line[len(line)-1]
		if len(line) > 1 {
			d.path("area calm", polyline(append(append([]xy{{line[0].x, y.at(0)}}, line...), xy{end.x, y.at(0)}))+"Z")
			d.path("line calm", polyline(line))
		}
		d.circle("dot now calm", end.x, end.y, 4)
	}
}
