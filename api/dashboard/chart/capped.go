package chart

import (
	"fmt"
	"html/template"
)

// Capped draws how a share went that is to stay below a cap.
type Capped struct {
	Points []Point // one at least, the oldest first
	Cap    float64 // a share of the whole
	// Label names the picture for those who do not see it.
	Label string
}

// Pictures draws it once for each room; the style sheet shows one.
func (c Capped) Pictures() []template.HTML {
	return []template.HTML{c.SVG(TargetWide, "wide"), c.SVG(TargetNarrow, "narrow")}
}

// SVG draws it: the share as an area from 0 to 100 %, and a line at the cap.
func (c Capped) SVG(s Size, class string) template.HTML {
	var d drawing
	first, last := c.Points[0].At, c.Points[len(c.Points)-1].At
	if !last.After(first) {
		first = last.AddDate(0, 0, -7)
	}
	x := timeline{first, last, targetLeft, s.Width - 8}
	y := linear{0, 1, s.Height - targetFoot, 12}
	d.shareAxis(s, y)
	d.shares(c.Points, x, y)
	d.line("even", targetLeft, y.at(c.Cap), s.Width-8, y.at(c.Cap))
	d.text("tick", "end", s.Width-8, y.at(c.Cap)-5, fmt.Sprintf("cap %.0f %%", c.Cap*100))
	d.text("tick", "start", x.at(first), s.Height-6, first.UTC().Format("2 Jan"))
	d.text("tick", "end", x.at(last), s.Height-6, last.UTC().Format("2 Jan"))
	return d.close("chart target "+class, s.Width, s.Height, false, c.Label)
}
