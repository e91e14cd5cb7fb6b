package dashboard

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/stats"
)

// certaintyText says in a sentence how sure the events make it that an objective is
// met; empty where it states no confidence. Too few events have no interval: nothing
// is concluded from them.
func certaintyText(c *slo.Certainty, enough bool) string {
	if c == nil {
		return ""
	}
	text := fmt.Sprintf("With %s confidence: %s", strings.TrimSuffix(c.Confidence.String(), "%")+" %", c.Verdict)
	switch {
	case c.Needed != nil && *c.Needed == 1:
		text += "; one more event would tell if the share of good ones stays as it is"
	case c.Needed != nil:
		text += fmt.Sprintf("; about %s more events would tell if the share of good ones stays as it is", aboutText(*c.Needed))
	case c.Bounds == nil:
		text += "; there were no events"
	case c.Verdict == slo.Undetermined:
		text += "; the share of good events is so near to the objective that no number of events would tell"
	}
	if c.Wilson != nil && enough {
		low, high := intervalText(*c.Wilson)
		text += fmt.Sprintf(". Such a count speaks for a share between %s and %s", low, high)
	}
	return text + "."
}

// aboutText rounds a number up to two digits: an estimate is not to look exact.
func aboutText(n int64) string {
	step := int64(1)
	for n/step >= 100 {
		step *= 10
	}
	return eventsText((n + step - 1) / step * step * 1000)
}

// intervalText writes both ends as percentages, outward to the digit in which the
// width of the interval has its second one.
func intervalText(i stats.Interval) (low, high string) {
	digits := 7
	if width := (i.Upper - i.Lower) * 100; width > 0 {
		digits = min(digits, max(0, 1-int(math.Floor(math.Log10(width)))))
	}
	scale := math.Pow10(digits)
	write := func(percent float64) string {
		return chart.Typeset(strconv.FormatFloat(percent, 'f', digits, 64)) + " %"
	}
	return write(math.Floor(i.Lower*100*scale) / scale), write(math.Ceil(i.Upper*100*scale) / scale)
}
