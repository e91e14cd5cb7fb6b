package config

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Bytes is a size. It is written as a number with a unit, such as 8MiB or 500kB,
// or as a plain number of bytes.
type Bytes int64

// byteUnits in the order in which String tries them: the largest first, and the
// binary ones alone, so that a size prints the same however it was written.
var byteUnits = []struct {
	name string
	size int64
}{
	{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"KB", 1e3}, {"B", 1},
}

// String writes the size in the largest binary unit that divides it.
func (b Bytes) String() string {
	for _, unit := range byteUnits[:3] {
		if b != 0 && int64(b)%unit.size == 0 {
			return strconv.FormatInt(int64(b)/unit.size, 10) + unit.name
		}
	}
	return strconv.FormatInt(int64(b), 10) + "B"
}

// ParseBytes reads a size.
func ParseBytes(s string) (Bytes, error) {
	digits, size := s, int64(1)
	for _, unit := range byteUnits {
		if number, ok := strings.CutSuffix(s, unit.name); ok {
			digits, size = strings.TrimSpace(number), unit.size
			break
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > math.MaxInt64/size || n < math.MinInt64/size {
		return 0, fmt.Errorf("%q is not a size", s)
	}
	return Bytes(n * size), nil
}

var durationPart = regexp.MustCompile(`^(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d|w)`)

// ParseDuration reads what time.ParseDuration reads, and days (24 h) and weeks
// too, as in 90d or 1d12h.
func ParseDuration(s string) (time.Duration, error) {
	wrong := fmt.Errorf("%q is not a duration", s)
	rest, negative := strings.CutPrefix(s, "-")
	if rest == "" {
		return 0, wrong
	}
	var total time.Duration
	for rest != "" {
		part := durationPart.FindStringSubmatch(rest)
		if part == nil {
			return 0, wrong
		}
		rest = rest[len(part[0]):]
		number, unit, times := part[1], part[2], int64(1)
		switch unit {
		case "d":
			unit, times = "h", 24
		case "w":
			unit, times = "h", 7*24
		}
		one, err := time.ParseDuration(number + unit)
		if err != nil || int64(one) > (math.MaxInt64-int64(total))/times {
			return 0, wrong
		}
		total += one * time.Duration(times)
	}
	if negative {
		total = -total
	}
	return total, nil
}

// FormatDuration writes a duration in the largest unit that divides it: 90d, 36h, 30s.
// One day alone is 24h, as people say it.
func FormatDuration(d time.Duration) string {
	const day = 24 * time.Hour
	if d == day {
		return "24h"
	}
	units := []struct {
		name string
		size time.Duration
	}{{"d", day}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}}
	for _, unit := range units {
		if d != 0 && d%unit.size == 0 {
			return strconv.FormatInt(int64(d/unit.size), 10) + unit.name
		}
	}
	return d.String()
}
