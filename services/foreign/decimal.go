package foreign

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// decimal is a number that is written so that it is read exactly, and not larger than anything
// that is meant: 1e999999999 would take all memory.
var decimal = regexp.MustCompile(`^-?[0-9]{1,20}(\.[0-9]{1,40})?([eE][-+]?[0-9]{1,2})?$`)

// places are the digits behind the point that an objective keeps.
const places = 7

// Rational is a decimal number as it is written, exactly; false where it is none.
func Rational(text string) (*big.Rat, bool) {
	if !decimal.MatchString(text) {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

// Percent is a percentage as an objective is written, from a number of percent: "99.90" is
// "99.90%". What a program calculated in binary is what it meant: 99.90000000000001 is 99.9%.
func Percent(text string) string {
	if r, ok := Rational(text); ok {
		return written(r, fraction(text)) + "%"
	}
	return text + "%"
}

// PercentOf is Percent of a share: "0.999" is "99.9%".
func PercentOf(share string) string {
	r, ok := Rational(share)
	if !ok {
		return share
	}
	return written(r.Mul(r, big.NewRat(100, 1)), max(0, fraction(share)-2)) + "%"
}

// fraction is how many digits a number has behind its point; as many as it takes of one with an
// exponent.
func fraction(text string) int {
	if strings.ContainsAny(text, "eE") {
		return places + 3
	}
	_, behind, _ := strings.Cut(text, ".")
	return len(behind)
}

// written writes a number with as many digits as it has, at most 7 where more of them are what is
// left of a calculation in binary: nearer to the rounded number than a part in ten billions.
func written(r *big.Rat, digits int) string {
	if digits <= places {
		exact := r.FloatString(digits)
		if back, ok := new(big.Rat).SetString(exact); ok && back.Cmp(r) == 0 {
			return exact
		}
	}
	rounded := r.FloatString(places)
	if back, ok := new(big.Rat).SetString(rounded); ok {
		if off := back.Sub(back, r); off.Abs(off).Cmp(big.NewRat(1, 1e10)) <= 0 {
			return strings.TrimRight(strings.TrimRight(rounded, "0"), ".")
		}
	}
	return strings.TrimRight(r.FloatString(60), "0")
}

// Float is the number as a float; false where it is none.
func Float(text string) (float64, bool) {
	r, ok := Rational(text)
	if !ok {
		return 0, false
	}
	f, _ := r.Float64()
	return f, true
}

var (
	duration = regexp.MustCompile(`^([0-9]{1,9}(ms|y|w|d|h|m|s))+$`)
	parts    = regexp.MustCompile(`([0-9]+)([a-z]+)`)
	units    = map[string]time.Duration{
		"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour, "y": 365 * 24 * time.Hour,
	}
)

// maxDuration is longer than any window.
const maxDuration = 100 * 365 * 24 * time.Hour

// Duration reads a duration as Prometheus writes it, such as 4w or 1h30m: a day has 24 hours, a
// week seven days and a year 365
// (https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations).
func Duration(text string) (time.Duration, bool) {
	if !duration.MatchString(text) {
		return 0, false
	}
	var sum time.Duration
	for _, part := range parts.FindAllStringSubmatch(text, -1) {
		n, err := strconv.ParseInt(part[1], 10, 64)
		unit := units[part[2]]
		if err != nil || n > int64(maxDuration/unit) {
			return 0, false
		}
		if sum += time.Duration(n) * unit; sum > maxDuration {
			return 0, false
		}
	}
	return sum, sum > 0
}

// Days reads a duration as a number of whole days; false where it is not one.
func Days(text string) (int, bool) {
	const day = 24 * time.Hour
	d, ok := Duration(text)
	return int(d / day), ok && d%day == 0
}
