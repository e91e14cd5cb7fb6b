package chart

import (
	"html/template"
	"time"
)

// Spell is a time in which something held; Loud is of what is painted as the worse.
type Spell struct {
	From, To time.Time
	Loud     bool
}

// The heights of spells: those that are loud are as high as the bar, others lie at its foot, so
// that they are told from one another without colour.
const (
	spellsHeight = 14.
	spellHeight  = 7.
	// spellLeast is how wide a spell is at least, so that it is seen.
	spellLeast = 2.
)

// Spells draws when things held between two times, with a mark at each of the ticks. It
// stretches to the room that it is given. label says what is drawn, for those who do not see it.
func Spells(spells []Spell, from, to time.Time, ticks []time.Time, label string) template.HTML {
	var d drawing
	x := func(at time.Time) float64 {
		return min(max(float64(at.Sub(from))/float64(to.Sub(from)), 0), 1) * barWidth
	}
	d.rect("track", 0, 0, barWidth, spellsHeight)
	for _, tick := range ticks {
		d.rect("rule", x(tick)-0.25, 0, 0.5, spellsHeight)
	}
	for _, loud := range []bool{false, true} {
		for _, s := range spells {
			if s.Loud != loud {
				continue
			}
			left := min(x(s.From), barWidth-spellLeast)
			width := max(x(s.To)-left, spellLeast)
			if loud {
				d.rect("fill bad", left, 0, width, spellsHeight)
			} else {
				d.rect("fill risk", left, spellsHeight-spellHeight, width, spellHeight)
			}
		}
	}
	return d.close("chart bar spells", barWidth, spellsHeight, true, label)
}

// SpellKey is the sample of a spell in a legend.
func SpellKey(loud bool) template.HTML {
	var d drawing
	if loud {
		d.rect("fill bad", 0, 0, 20, 10)
	} else {
		d.rect("fill risk", 0, 5, 20, 5)
	}
	return d.close("chart", 20, 10, false, "")
}
