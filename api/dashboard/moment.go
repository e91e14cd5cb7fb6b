package dashboard

import (
	"strconv"
	"time"
)

// moment is a time as it is shown: in words, with the full time on demand. One
// without ISO is only words.
type moment struct {
	ISO, Text, Full string
}

const (
	fullTime  = "2 Jan 2006, 15:04:05 UTC"
	shortTime = "2 Jan 2006, 15:04"
)

// ago tells how long before now the time is, or how long after.
func ago(now, t time.Time) moment {
	if t.IsZero() {
		return moment{}
	}
	t = t.UTC()
	return moment{ISO: t.Format(time.RFC3339), Text: agoText(now.Sub(t)), Full: t.Format(fullTime)}
}

func agoText(d time.Duration) string {
	suffix, prefix, short := " ago", "", "just now"
	if d < 0 {
		d, suffix, prefix, short = -d, "", "in ", "in a moment"
	}
	const day = 24 * time.Hour
	switch {
	case d < 5*time.Second:
		return short
	case d < 90*time.Second:
		return prefix + strconv.Itoa(int(d/time.Second)) + " s" + suffix
	case d < 90*time.Minute:
		return prefix + strconv.Itoa(int(d/time.Minute)) + " min" + suffix
	case d < 36*time.Hour:
		return prefix + strconv.Itoa(int(d/time.Hour)) + " h" + suffix
	default:
		return prefix + strconv.Itoa(int(d/day)) + " days" + suffix
	}
}

// at writes a time by the clock.
func at(t time.Time) moment {
	if t.IsZero() {
		return moment{}
	}
	t = t.UTC()
	return moment{ISO: t.Format(time.RFC3339), Text: t.Format(shortTime) + " UTC", Full: t.Format(fullTime)}
}

// day writes a date.
func day(t time.Time) moment {
	t = t.UTC()
	return moment{ISO: t.Format(time.DateOnly), Text: t.Format("2 Jan 2006"), Full: t.Format(fullTime)}
}
