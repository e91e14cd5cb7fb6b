package chart

import "html/template"

// Sparkline is a small picture of how the remaining budget went; it carries no
// words, and stands beside the figure it belongs to.
type Sparkline struct {
	Points []Point
}

// The room of a sparkline.
const (
	sparkWidth  = 132.
	sparkHeight = 32.
)

// SVG draws it: the line, broken where nothing is known, and zero.
func (s Sparkline) SVG() template.HTML {
	var d drawing
	low, high, known := bounds(s.Points)
	if !known {
		d.line("spark-none", 2, sparkHeight/2, sparkWidth-2, sparkHeight/2)
		return d.close("chart spark", sparkWidth, sparkHeight, false, "")
	}
	x := timeline{s.Points[0].At, s.Points[len(s.Points)-1].At, 3, sparkWidth - 5}
	y := linear{min(low, 0), max(high, 1), sparkHeight - 4, 4}
	zero := y.at(0)
	d.line("zero", 0, zero, sparkWidth, zero)
	var last Point
	for _, run := range runs(s.Points) {
		for _, p := range split(run) {
			side := "above"
			if p.below {
				side = "below"
			}
			line := make([]xy, len(p.points))
			for i, pt := range p.points {
				line[i] = xy{x.at(pt.At), y.at(pt.Value)}
			}
			if len(line) == 1 {
				d.circle("dot "+side, line[0].x, line[0].y, 1.5)
			} else {
				area := append([]xy{{line[0].x, zero}}, line...)
				d.path("area "+side, polyline(append(area, xy{line[len(line)-1].x, zero}))+"Z")
				d.path("line "+side, polyline(line))
			}
		}
		last = run[len(run)-1]
	}
	side := "above"
	if last.Value < 0 {
		side = "below"
	}
	d.circle("dot now "+side, x.at(last.At), y.at(last.Value), 2.5)
	return d.close("chart spark", sparkWidth, sparkHeight, false, "")
}
