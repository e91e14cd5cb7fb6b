package dashboard

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// figure is a number as it is shown. One that is not Known is shown as a dash
// with the words "no data", never as 0 % or 100 %.
type figure struct {
	Number string
	Unit   string
	Known  bool
}

const (
	percentSign = "%"
	minus       = "−"
)

// sliFigure writes good ÷ total as a percentage: rounded down, so that it never
// reaches 100 % while there were errors, with as many digits as tell it from the
// objective.
func sliFigure(s window.Sum, o budget.Objective) figure {
	if s.Total <= 0 {
		return figure{}
	}
	return shareFigure(big.NewRat(s.Good, s.Total), o)
}

// shareFigure is sliFigure of a share.
func shareFigure(share *big.Rat, o budget.Objective) figure {
	objective := big.NewRat(o.PPB(), budget.Billion)
	digits := max(2, len(fraction(o.String())))
	for digits < 9 && share.Cmp(objective) != 0 && floorPercent(share, digits).Cmp(floorPercent(objective, digits)) == 0 {
		digits++
	}
	text := floorPercent(share, digits).FloatString(digits)
	if share.Sign() == 0 || share.IsInt() {
		text = floorPercent(share, 0).FloatString(0)
	}
	return figure{text, percentSign, true}
}

// remainingFigure writes the share of the budget that remains, with one digit
// after the point and more where it would look spent or untouched and is not.
func remainingFigure(s window.Sum, o budget.Objective, p budget.Pace) figure {
	ratio, known := budget.Remaining(s, o, p)
	if !known {
		return figure{}
	}
	return leftFigure(ratio.Percent, s.Bad() == 0, ratio.Float64() == 0)
}

// leftFigure is remainingFigure of a share that is written so.
func leftFigure(percent func(digits int) string, untouched, spent bool) figure {
	digits := 1
	text := percent(digits)
	for digits < 6 && (!untouched && atLeastHundred(text) || !spent && isZero(text)) {
		digits++
		text = percent(digits)
	}
	if untouched || spent {
		text = percent(0)
	}
	if magnitude, err := strconv.ParseFloat(text, 64); err == nil && (magnitude <= -1000 || magnitude >= 1000) {
		text = percent(0)
	}
	return figure{chart.Typeset(text), percentSign, true}
}

// objectiveFigure is the objective as it was declared.
func objectiveFigure(o budget.Objective) figure {
	if o.IsZero() {
		return figure{}
	}
	return figure{strings.TrimSuffix(o.String(), percentSign), percentSign, true}
}

// rateFigure writes a burn rate; nil is unknown.
func rateFigure(rate *float64) figure {
	if rate == nil {
		return figure{}
	}
	return figure{rateText(*rate), "×", true}
}

func rateText(rate float64) string {
	digits := 2
	switch {
	case rate == 0:
		digits = 0
	case rate >= 100:
		digits = 0
	case rate >= 10:
		digits = 1
	case rate < 0.01:
		digits = 4
	}
	return chart.Typeset(strconv.FormatFloat(rate, 'f', digits, 64))
}

// factorText writes a threshold with up to four digits, as the workbook's table does.
func factorText(factor float64) string {
	return chart.Typeset(strings.TrimRight(strings.TrimRight(strconv.FormatFloat(factor, 'f', 4, 64), "0"), "."))
}

// eventsFigure writes thousandths of an event as events.
func eventsFigure(thousandths int64) figure {
	return figure{Number: eventsText(thousandths), Known: true}
}

// thousandths are so many of an event, or slice, in that unit, rounded down.
func thousandths(n, unit int64) int64 { return n / max(1, unit/budget.PerEvent) }

// overText names the window of an objective: "28 days", "a calendar month".
func overText(w slo.TimeWindow) string {
	if w.Rolls() {
		return plural(w.Days, "day", "days")
	}
	return "a calendar " + string(w.Calendar.Unit())
}

// windowName says what kind of window it is: "rolling, 28 days", "calendar month in
// Europe/Berlin".
func windowName(w slo.TimeWindow) string {
	if w.Rolls() {
		return "rolling, " + overText(w)
	}
	return fmt.Sprintf("calendar %s in %s", w.Calendar.Unit(), w.Calendar.Zone())
}

func eventsText(thousandths int64) string {
	whole, rest := thousandths/1000, thousandths%1000
	text := strconv.FormatInt(whole, 10)
	if rest != 0 {
		text += "." + strings.TrimRight(strconv.FormatInt(1000+abs(rest), 10)[1:], "0")
	}
	return chart.Typeset(text)
}

// budgetEventsText writes a number of events that may be fractional, to the
// whole event where there are many.
func budgetEventsText(events float64) string {
	digits := 0
	if events > -100 && events < 100 && events != float64(int64(events)) {
		digits = 1
	}
	return chart.Typeset(strconv.FormatFloat(events, 'f', digits, 64))
}

// floorPercent is 100 · share rounded down to so many digits after the point.
func floorPercent(share *big.Rat, digits int) *big.Rat {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	scaled := new(big.Rat).Mul(share, new(big.Rat).SetInt(new(big.Int).Mul(scale, big.NewInt(100))))
	whole := new(big.Int).Div(scaled.Num(), scaled.Denom())
	return new(big.Rat).SetFrac(whole, scale)
}

func fraction(percentage string) string {
	_, after, _ := strings.Cut(strings.TrimSuffix(percentage, percentSign), ".")
	return after
}

func isZero(decimal string) bool { return strings.Trim(decimal, "-0.") == "" }

func atLeastHundred(decimal string) bool {
	return !strings.HasPrefix(decimal, "-") && strings.HasPrefix(decimal, "100")
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// plural writes a number with its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return chart.Typeset(strconv.Itoa(n)) + " " + many
}

// windowText names the length of a window.
func windowText(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= day && d%day == 0:
		return plural(int(d/day), "day", "days")
	case d >= time.Hour && d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + " h"
	case d >= time.Minute && d%time.Minute == 0:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	default:
		return strconv.Itoa(int(d/time.Second)) + " s"
	}
}
