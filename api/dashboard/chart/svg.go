package chart

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// drawing gathers the elements of one SVG.
type drawing struct {
	b strings.Builder
}

// add appends an element; arguments of verb %s must be escaped or constant.
func (d *drawing) add(format string, args ...any) {
	fmt.Fprintf(&d.b, format, args...)
}

// text appends a label; its content is escaped here.
func (d *drawing) text(class, anchor string, x, y float64, content string) {
	d.add(`<text class="%s" x="%s" y="%s" text-anchor="%s">%s</text>`, class, num(x), num(y), anchor, html.EscapeString(content))
}

func (d *drawing) line(class string, x1, y1, x2, y2 float64) {
	d.add(`<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"/>`, class, num(x1), num(y1), num(x2), num(y2))
}

func (d *drawing) rect(class string, x, y, w, h float64) {
	d.add(`<rect class="%s" x="%s" y="%s" width="%s" height="%s"/>`, class, num(x), num(y), num(max(w, 0)), num(max(h, 0)))
}

func (d *drawing) circle(class string, x, y, r float64) {
	d.add(`<circle class="%s" cx="%s" cy="%s" r="%s"/>`, class, num(x), num(y), num(r))
}

func (d *drawing) path(class, data string) {
	if data != "" {
		d.add(`<path class="%s" d="%s"/>`, class, data)
	}
}

// close wraps what was drawn. A label makes it an image with that name; without
// one it is decoration, because the words stand beside it.
func (d *drawing) close(class string, w, h float64, stretch bool, label string) template.HTML {
	access := `aria-hidden="true" focusable="false"`
	if label != "" {
		access = fmt.Sprintf(`role="img" aria-label="%s"`, html.EscapeString(label))
	}
	aspect := ""
	if stretch {
		aspect = ` preserveAspectRatio="none"`
	}
	// Everything that reached d.b was a number, a constant or escaped by text.
	return template.HTML(fmt.Sprintf(`<svg class="%s" viewBox="0 0 %s %s"%s %s>%s</svg>`,
		class, num(w), num(h), aspect, access, d.b.String()))
}

// num writes a coordinate with at most two digits after the point.
func num(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "0"
	}
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}

// textWidth is about how wide a text is, in the size of axes' labels.
func textWidth(text string) float64 { return 7 * float64(len([]rune(text))) }

type xy struct{ x, y float64 }

// polyline is the path data through the points.
func polyline(points []xy) string {
	var b strings.Builder
	for i, p := range points {
		if i == 0 {
			b.WriteString("M")
		} else {
			b.WriteString("L")
		}
		b.WriteString(num(p.x) + " " + num(p.y))
	}
	return b.String()
}

// Typeset gives a decimal a true minus sign and groups of three digits.
func Typeset(decimal string) string {
	sign := ""
	if rest, negative := strings.CutPrefix(decimal, "-"); negative {
		sign, decimal = "−", rest
	}
	whole, fraction, pointed := strings.Cut(decimal, ".")
	var b strings.Builder
	b.WriteString(sign)
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	if pointed {
		b.WriteString("." + fraction)
	}
	return b.String()
}
