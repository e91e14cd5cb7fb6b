package chart

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"time"
)

// Layer is one of the parts that a whole had over time; Class paints it.
type Layer struct {
	Class  string
	Counts []int // one for each time
}

// Layers is how a whole was divided over time: its parts are stacked, the first at the foot.
type Layers struct {
	Times  []time.Time
	Layers []Layer
	Label  string
}

// The sizes in which layers are drawn, as those of a burn-down.
var (
	LayersWide   = Size{Width: 800, Height: 220, Labels: 8}
	LayersMedium = Size{Width: 560, Height: 210, Labels: 6}
	LayersNarrow = Size{Width: 310, Height: 190, Labels: 3}
)

// Pictures draws it once for each room; the style sheet shows one.
func (l Layers) Pictures() []template.HTML {
	if len(l.Times) == 0 {
		return nil
	}
	return []template.HTML{l.SVG(LayersWide, "wide"), l.SVG(LayersMedium, "medium"), l.SVG(LayersNarrow, "narrow")}
}

// SVG draws it: counts on the left, dates below. Of a single time it draws a column over the whole
// width.
func (l Layers) SVG(s Size, class string) template.HTML {
	var d drawing
	most := 0
	for t := range l.Times {
		most = max(most, l.until(t, len(l.Layers)))
	}
	scale := ticks(0, math.Max(float64(most), 1), 4)
	if most < 4 { // whole services only
		scale = ticks(0, math.Max(float64(most), 1), max(most, 1))
	}
	top := scale[len(scale)-1]
	left, right, foot := textWidth(strconv.Itoa(int(top)))+12, s.Width-8, s.Height-26
	y := linear{0, top, foot, 10}
	for _, v := range scale {
		d.line("grid", left, y.at(v), right, y.at(v))
		d.text("tick", "end", left-8, y.at(v)+4, Typeset(strconv.Itoa(int(v))))
	}
	if len(l.Times) == 0 {
		return d.close("chart layers "+class, s.Width, s.Height, false, l.Label)
	}
	x := timeline{l.Times[0], l.Times[len(l.Times)-1], left, right}
	for n, layer := range l.Layers {
		d.path("layer "+layer.Class, l.area(n, x, y))
	}
	d.line("zero", left, foot, right, foot)
	l.drawDates(&d, x, s, foot)
	return d.close("chart layers "+class, s.Width, s.Height, false, l.Label)
}

// until is the sum of the first n layers at a time.
func (l Layers) until(t, n int) int {
	sum := 0
	for _, layer := range l.Layers[:n] {
		sum += layer.Counts[t]
	}
	return sum
}

// area is the outline of a layer: its upper edge forth, its lower edge back; nothing where it
// never was.
func (l Layers) area(n int, x timeline, y linear) string {
	var up, down []xy
	empty := true
	for t, at := range l.Times {
		empty = empty && l.Layers[n].Counts[t] == 0
		up = append(up, xy{x.at(at), y.at(float64(l.until(t, n+1)))})
		down = append([]xy{{x.at(at), y.at(float64(l.until(t, n)))}}, down...)
	}
	if empty {
		return ""
	}
	if len(l.Times) == 1 {
		up = append(up, xy{x.r1, up[0].y})
		down = append([]xy{{x.r1, down[0].y}}, down...)
	}
	return polyline(append(up, down...)) + "Z"
}

// drawDates labels whole steps before the last time, as far as they have room.
func (l Layers) drawDates(d *drawing, x timeline, s Size, foot float64) {
	whole := x.to.Sub(x.from)
	step := max(timeStep(whole, s.Labels), day)
	layout := "2 Jan"
	if step >= 90*day {
		layout = monthLayout
	}
	for at := x.to; !at.Before(x.from); at = at.Add(-step) {
		px, anchor := x.at(at), "middle"
		if whole <= 0 {
			px = x.r1
		}
		switch half := textWidth(at.Format(layout)) / 2; {
		case px+half > s.Width:
			anchor, px = "end", s.Width
		case px-half < x.r0-12:
			continue
		}
		d.text("tick", anchor, px, foot+19, at.Format(layout))
		if whole <= 0 {
			return
		}
	}
}

// The measures of a donut.
const (
	donutSize = 160.
	donutRing = 22.
	donutGap  = 0.03 // of a turn's radians, on each side of a part
)

// Donut is a ring of counted parts, clockwise from the top in the order given, with a text and words
// below it in its middle.
func Donut(parts []Part, text, words, label string) template.HTML {
	var d drawing
	total, seen := 0, 0
	for _, p := range parts {
		if p.Count > 0 {
			total += p.Count
			seen++
		}
	}
	const centre, radius = donutSize / 2, (donutSize - donutRing) / 2
	if seen <= 1 {
		class := "ring track"
		for _, p := range parts {
			if p.Count > 0 {
				class = "ring " + p.Tone
			}
		}
		d.add(`<circle class="%s" cx="%s" cy="%s" r="%s" fill="none" stroke-width="%s"/>`, class, num(centre), num(centre), num(radius), num(donutRing))
	}
	from := 0.
	for _, p := range parts {
		if p.Count <= 0 || seen <= 1 {
			continue
		}
		turn := 2 * math.Pi * float64(p.Count) / float64(total)
		gap := math.Min(donutGap, turn/4)
		a, b := from+gap, from+turn-gap
		large := 0
		if b-a > math.Pi {
			large = 1
		}
		at := func(angle float64) string {
			return num(centre+radius*math.Sin(angle)) + " " + num(centre-radius*math.Cos(angle))
		}
		d.add(`<path class="ring %s" d="M%sA%s %s 0 %d 1 %s" fill="none" stroke-width="%s"/>`, p.Tone, at(a), num(radius), num(radius), large, at(b), num(donutRing))
		from += turn
	}
	d.text("donut-number", "middle", centre, centre+6, text)
	d.text("donut-words", "middle", centre, centre+26, words)
	return d.close("chart donut", donutSize, donutSize, false, label)
}

// Rungs is a small ladder of so many levels, of which some are reached: bars that rise, so that
// levels are told from one another without colour. class paints those that are reached.
func Rungs(reached, of int, class string) template.HTML {
	const wide, gap, high = 4., 2., 12.
	var d drawing
	for n := range of {
		h := high * float64(n+2) / float64(of+1)
		painted := "rung"
		if n < reached {
			painted = fmt.Sprintf("rung on %s", class)
		}
		d.rect(painted, float64(n)*(wide+gap), high-h, wide, h)
	}
	return d.close("chart rungs", float64(of)*(wide+gap)-gap, high, false, "")
}
