package chart

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
)

// Change is one of the service, drawn in a row of its own above the line.
type Change struct {
	At    time.Time
	Bad   bool // it failed, or was taken back
	Label string
}

const (
	// changeRow is the height of the row, and changeSize how wide a mark is: what is nearer
	// is one mark with the number of changes in it.
	changeRow, changeSize = 20., 18.
	// changesNamed is how many changes of one mark are named in its title.
	changesNamed = 5
)

// cluster is changes that share a mark, at the place of the first.
type cluster struct {
	x       float64
	changes []Change
}

// clusters joins changes of which the marks would lie upon each other.
func (b BurnDown) clusters(f frame) []cluster {
	var out []cluster
	for _, c := range b.Changes {
		if c.At.Before(b.From) || c.At.After(b.Now) {
			continue
		}
		x := f.x.at(c.At)
		if last := len(out) - 1; last >= 0 && x-out[last].x < changeSize {
			out[last].changes = append(out[last].changes, c)
			continue
		}
		out = append(out, cluster{x, []Change{c}})
	}
	return out
}

func (b BurnDown) drawChanges(d *drawing, f frame) {
	for _, c := range b.clusters(f) {
		class, labels := "change", make([]string, 0, changesNamed+1)
		for i, one := range c.changes {
			if one.Bad {
				class = "change bad"
			}
			if i < changesNamed {
				labels = append(labels, one.Label)
			}
		}
		if more := len(c.changes) - changesNamed; more > 0 {
			labels = append(labels, fmt.Sprintf("and %d more", more))
		}
		y := f.top - 14 - changeSize/2
		d.add(`<g><title>%s</title>`, template.HTMLEscapeString(strings.Join(labels, "\n")))
		d.line("change-line", c.x, y+changeSize/2, c.x, f.bottom)
		drawChange(d, class, c.x, y, len(c.changes))
		d.add(`</g>`)
	}
}

// drawChange draws a mark of so many changes: up to 99 of them are counted.
func drawChange(d *drawing, class string, x, y float64, many int) {
	d.circle(class, x, y, changeSize/2-1)
	if many > 1 {
		count := "99+"
		if many < 100 {
			count = strconv.Itoa(many)
		}
		d.text("change-count", "middle", x, y+3, count)
	}
}

// ChangeKey is the sample of a change in a legend.
func ChangeKey(bad bool) template.HTML {
	var d drawing
	class := "change"
	if bad {
		class = "change bad"
	}
	d.circle(class, 10, 5, 4)
	return d.close("chart", 20, 10, false, "")
}
