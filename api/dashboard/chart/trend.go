package chart

import "html/template"

// Trend is a small picture of how a figure went that cannot be below zero, such as a
// rate; its words stand beside it.
type Trend struct {
	Points []Point
	// Full is the value that the picture reaches up to at least, such as 1 of a share
	// of something that can be full; 0 when only the points say.
	Full float64
	// Label names the picture for those who do not see it.
	Label string
}

// The room of a trend.
const (
	trendWidth  = 240.
	trendHeight = 44.
)

// SVG draws it: the line over zero, broken where nothing is known.
func (t Trend) SVG() template.HTML {
	var d drawing
	_, high, known := bounds(t.Points)
	if !known {
		d.line("spark-none", 2, trendHeight-4, trendWidth-2, trendHeight-4)
		return d.close("chart spark trend", trendWidth, trendHeight, false, t.Label)
	}
	top := max(high, t.Full)
	if top <= 0 {
		top = 1
	}
	x := timeline{t.Points[0].At, t.Points[len(t.Points)-1].At, 3, trendWidth - 5}
	y := linear{0, top, trendHeight - 4, 4}
	d.line("zero", 0, y.at(0), trendWidth, y.at(0))
	var last xy
	for _, run := range runs(t.Points) {
		line := make([]xy, len(run))
		for i, pt := range run {
			line[i] = xy{x.at(pt.At), y.at(pt.Value)}
		}
		last = line[len(line)-1]
		if len(line) == 1 {
			d.circle("dot calm", last.x, last.y, 1.5)
			continue
		}
		area := append([]xy{{line[0].x, y.at(0)}}, line...)
		d.path("area calm", polyline(append(area, xy{last.x, y.at(0)}))+"Z")
		d.path("line calm", polyline(line))
	}
	d.circle("dot now calm", last.x, last.y, 2.5)
	return d.close("chart spark trend", trendWidth, trendHeight, false, t.Label)
}
