package chart

import (
	"html/template"
	"math"
)

// Reliable is a bin of forecasts: the mean of the probabilities that were said, and how
// often what they were of came, both 0 to 1; Weight is its share of all forecasts.
type Reliable struct{ Said, Came, Weight float64 }

// The room of a reliability diagram: a square, with its axes' words at the left and below.
const (
	reliabilitySide = 180.
	reliabilityLeft = 40.
	reliabilityFoot = 36.
)

// Reliability draws how often things came against what was said of them. Good forecasts lie
// on the diagonal; the area of a dot is how many there were.
func Reliability(points []Reliable) template.HTML {
	var d drawing
	x := linear{0, 1, reliabilityLeft, reliabilityLeft + reliabilitySide}
	y := linear{0, 1, reliabilitySide + 8, 8}
	for _, tick := range []float64{0, 0.5, 1} {
		d.line("grid", x.at(0), y.at(tick), x.at(1), y.at(tick))
		d.line("grid", x.at(tick), y.at(0), x.at(tick), y.at(1))
		d.text("faint", "end", x.at(0)-6, y.at(tick)+4, num(tick*100)+" %")
		d.text("faint", "middle", x.at(tick), y.at(0)+16, num(tick*100)+" %")
	}
	d.line("now", x.at(0), y.at(0), x.at(1), y.at(1))
	line := make([]xy, len(points))
	for i, p := range points {
		line[i] = xy{x.at(p.Said), y.at(p.Came)}
	}
	d.path("line calm", polyline(line))
	for i, p := range points {
		d.circle("dot calm", line[i].x, line[i].y, 2.5+6*math.Sqrt(p.Weight))
	}
	d.text("", "middle", x.at(0.5), y.at(0)+32, "said")
	return d.close("chart reliability", x.at(1)+14, y.at(0)+reliabilityFoot, false, "How often the budget was spent, upwards, against what was forecast; on the diagonal both are equal")
}
