package chart

import (
	"fmt"
	"time"
)

const (
	day  = 24 * time.Hour
	year = 365 * day
)

// timeSteps are the distances that labels of a time axis have.
var timeSteps = []time.Duration{
	15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	day, 2 * day, 7 * day, 14 * day, 28 * day, 30 * day, 90 * day, 180 * day, year,
}

// timeStep is the least step with which a length has at most n labels.
func timeStep(length time.Duration, n int) time.Duration {
	for _, step := range timeSteps {
		if length <= step*time.Duration(n) {
			return step
		}
	}
	return 2 * year
}

const monthLayout = "Jan 2006"

// drawTimes labels the time axis at whole steps before and after now: with dates,
// or the time of day where steps are shorter, and below them how far from now.
func (b BurnDown) drawTimes(d *drawing, f frame, s Size) {
	whole := f.x.to.Sub(f.x.from)
	if whole <= 0 {
		return
	}
	step := timeStep(whole, s.Labels)
	if step >= 90*day { // months with their years are longer than days
		step = timeStep(whole, int((f.right-f.left)/(textWidth(monthLayout)+8)))
	}
	d.line("now", f.x.at(b.Now), f.top, f.x.at(b.Now), f.bottom)
	for n := -(b.Now.Sub(b.From) / step); ; n++ {
		at := b.Now.Add(n * step)
		if at.After(f.x.to) {
			return
		}
		x, anchor := f.x.at(at), "middle"
		d.line("tickmark", x, f.bottom, x, f.bottom+5)
		if x > f.right-24 {
			anchor, x = "end", min(x+16, s.Width)
		}
		class := "tick"
		if n == 0 {
			class = "tick strong"
		}
		layout := "2 Jan"
		if step < day {
			layout = "15:04"
		}
		if step >= 90*day {
			layout = monthLayout
		}
		d.text(class, anchor, x, f.bottom+19, at.UTC().Format(layout))
		d.text(class+" faint", anchor, x, f.bottom+34, distance(n*step))
	}
}

// distance writes how far from now: "−7 d", "now", "+3 h".
func distance(from time.Duration) string {
	sign := "+"
	switch {
	case from == 0:
		return "now"
	case from < 0:
		sign, from = "−", -from
	}
	if from%year == 0 {
		return fmt.Sprintf("%s%d y", sign, from/year)
	}
	if from%day == 0 {
		return fmt.Sprintf("%s%d d", sign, from/day)
	}
	if from%time.Hour == 0 {
		return fmt.Sprintf("%s%d h", sign, from/time.Hour)
	}
	return fmt.Sprintf("%s%d min", sign, from/time.Minute)
}
