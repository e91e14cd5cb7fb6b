package chart

import (
	"fmt"
	"html/template"
)

// The room of a histogram.
const (
	histogramWidth  = 420.
	histogramHeight = 132.
	histogramFoot   = 20. // for the labels
	histogramHead   = 16. // for the counts
	// barGap is the share of its room that a bar leaves free.
	barGap = 0.16
)

// Histogram draws counts as bars side by side, with the count above each that is not 0. A label
// stands below the left edge of its bar; those that would not fit are left out. label says what is
// drawn, for those who do not see it.
func Histogram(counts []int, labels []string, label string) template.HTML {
	var d drawing
	most := 1
	for _, n := range counts {
		most = max(most, n)
	}
	base := histogramHeight - histogramFoot
	room := histogramWidth / float64(max(len(counts), 1))
	free := 0.0
	for n, count := range counts {
		left := float64(n) * room
		height := float64(count) / float64(most) * (base - histogramHead)
		if count > 0 {
			d.rect("bin", left+room*barGap/2, base-height, room*(1-barGap), height)
			d.text("strong", "middle", left+room/2, base-height-4, fmt.Sprint(count))
		}
		if width := textWidth(labels[n]); left >= free && left+width <= histogramWidth {
			d.text("faint", "start", left+room*barGap/2, histogramHeight-4, labels[n])
			free = left + width + 8
		}
	}
	d.line("zero", 0, base, histogramWidth, base)
	return d.close("chart histogram", histogramWidth, histogramHeight, false, label)
}
