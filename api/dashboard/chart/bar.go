package chart

import "html/template"

// The coordinates of bars; they stretch to the room they are given, so only
// rectangles and upright lines are drawn in them.
const (
	barWidth  = 300.
	barHeight = 10.
)

// The range of a budget's bar: overspending beyond it is cut off, and marked.
const (
	budgetLow  = -0.5
	budgetHigh = 1.0
)

// Budget is the bar of a remaining budget: to the right of zero what is left, to
// the left what was overspent, so that bars below one another compare. tone is
// the class that paints it ("ok", "risk", "bad"). An unknown one is an empty track.
func Budget(remaining float64, known bool, tone string) template.HTML {
	var d drawing
	x := linear{budgetLow, budgetHigh, 0, barWidth}
	zero := x.at(0)
	d.rect("debt", 0, 0, zero, barHeight)
	d.rect("track", zero, 0, barWidth-zero, barHeight)
	if known {
		switch v := min(max(remaining, budgetLow), budgetHigh); {
		case v >= 0:
			d.rect("fill "+tone, zero, 0, x.at(v)-zero, barHeight)
		default:
			d.rect("fill "+tone, x.at(v), 0, zero-x.at(v), barHeight)
			if remaining < budgetLow {
				// Two cuts say that the bar goes on.
				d.rect("cut", 8, 0, 4, barHeight)
				d.rect("cut", 18, 0, 4, barHeight)
			}
		}
	}
	d.rect("origin", zero-1, 0, 2, barHeight)
	return d.close("chart bar", barWidth, barHeight, true, "")
}

// thresholdAt is where on a burn rate's bar its threshold lies, whatever it is,
// so that all thresholds of a table stand below one another.
const thresholdAt = 0.6

// Burn is the bar of a burn rate against the factor at which it alerts. An
// unknown one is an empty track with its threshold; tone paints one above it.
func Burn(rate float64, known bool, factor float64, over string) template.HTML {
	var d drawing
	d.rect("track", 0, 0, barWidth, barHeight)
	if known && factor > 0 {
		tone := "calm"
		if rate > factor {
			tone = over
		}
		d.rect("fill "+tone, 0, 0, min(max(rate, 0)/factor*thresholdAt, 1)*barWidth, barHeight)
	}
	d.rect("threshold", thresholdAt*barWidth-1, 0, 2, barHeight)
	return d.close("chart bar", barWidth, barHeight, true, "")
}

// Progress is the bar of work of which a share is done, 0 to 1.
func Progress(share float64) template.HTML {
	return Filled(share, "calm")
}

// Filled is the bar of which a share is filled, 0 to 1, painted by a tone.
func Filled(share float64, tone string) template.HTML {
	var d drawing
	d.rect("track", 0, 0, barWidth, barHeight)
	d.rect("fill "+tone, 0, 0, min(max(share, 0), 1)*barWidth, barHeight)
	return d.close("chart bar", barWidth, barHeight, true, "")
}

// Part is a counted part of a whole, painted by a tone.
type Part struct {
	Tone  string
	Count int
}

// partGap keeps parts apart, so that they are told from one another without colour.
const partGap = 2.

// Parts is the bar of counted parts, in the order given. Each part that is not
// empty is seen, however small.
func Parts(parts []Part) template.HTML {
	const least = 4.
	var d drawing
	total, seen := 0, 0
	for _, p := range parts {
		if p.Count > 0 {
			total += p.Count
			seen++
		}
	}
	if seen == 0 {
		d.rect("track", 0, 0, barWidth, barHeight)
		return d.close("chart bar", barWidth, barHeight, true, "")
	}
	room := barWidth - partGap*float64(seen-1) - least*float64(seen)
	x := 0.
	for _, p := range parts {
		if p.Count <= 0 {
			continue
		}
		w := least + room*float64(p.Count)/float64(total)
		d.rect("fill "+p.Tone, x, 0, w, barHeight)
		x += w + partGap
	}
	return d.close("chart bar", barWidth, barHeight, true, "")
}

// Spent is the bar of what was spent of a budget: what was planned, and after it what was
// not, against a mark at the whole budget, so that bars below one another compare. What is
// beyond the bar is cut off, and marked. An unknown one is an empty track with its mark.
func Spent(planned, unplanned float64, known bool) template.HTML {
	var d drawing
	d.rect("track", 0, 0, barWidth, barHeight)
	if known {
		tone := "risk"
		if planned+unplanned > 1 {
			tone = "bad"
		}
		first := min(max(planned, 0)*thresholdAt, 1) * barWidth
		last := min(max(planned+unplanned, 0)*thresholdAt, 1) * barWidth
		d.rect("fill calm", 0, 0, first, barHeight)
		if first > 0 && last-first > partGap {
			first += partGap
		}
		d.rect("fill "+tone, first, 0, last-first, barHeight)
		if (planned+unplanned)*thresholdAt > 1 {
			d.rect("cut", barWidth-12, 0, 4, barHeight)
			d.rect("cut", barWidth-22, 0, 4, barHeight)
		}
	}
	d.rect("threshold", thresholdAt*barWidth-1, 0, 2, barHeight)
	return d.close("chart bar", barWidth, barHeight, true, "")
}
