package chart

import (
	"html/template"
	"time"
)

// Phase is a part of the course of an incident, until its end; Tone paints it.
type Phase struct {
	Until time.Time
	Tone  string // "bad", "risk" or "ok"
}

// phasesHeight is how high the bar of phases is.
const phasesHeight = 14.

// Phases draws how something went from one time to another, phase by phase, each as high as it is
// bad, so that they are told from one another without colour. It stretches to the room that it is
// given. label says what is drawn, for those who do not see it.
func Phases(from, to time.Time, phases []Phase, label string) template.HTML {
	var d drawing
	length := max(to.Sub(from), time.Second)
	x := func(at time.Time) float64 { return min(max(float64(at.Sub(from))/float64(length), 0), 1) * barWidth }
	d.rect("track", 0, 0, barWidth, phasesHeight)
	heights := map[string]float64{"bad": phasesHeight, "risk": phasesHeight * 0.6, "ok": phasesHeight * 0.3}
	left := 0.0
	for _, p := range phases {
		right := x(p.Until)
		if width := right - left; width > 0 {
			d.rect("fill "+p.Tone, left, phasesHeight-heights[p.Tone], max(width, spellLeast), heights[p.Tone])
		}
		left = right
	}
	return d.close("chart bar spells", barWidth, phasesHeight, true, label)
}

// PhaseKey is the sample of a phase in a legend.
func PhaseKey(tone string) template.HTML {
	heights := map[string]float64{"bad": 10, "risk": 6, "ok": 3}
	var d drawing
	d.rect("fill "+tone, 0, 10-heights[tone], 20, heights[tone])
	return d.close("chart", 20, 10, false, "")
}
