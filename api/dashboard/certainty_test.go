package dashboard

import (
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/services/stats"
)

// By Python's lgamma: ln e of 2,971 of 3,000 against 99 % is −4.2, and comes to
// ln 20 = 3.0 after 1,835,739 more at that share; of 12,465,504 of 12,480,311 against
// 99.9 % it is 196, and of 51,200 of 51,200 it is 45. By hand, Wilson's interval of these
// three at 95 % is .986152–.993261, .998794–.998833 and .999925–1. Of good events alone 680
// come to ln 20 against 99 %, 668 more than 12.
func TestAnObjectiveSaysHowSureItIs(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/services/long/slos/long":             "With 95 % confidence: undetermined; about 1,900,000 more events would tell if the share of good ones stays as it is. Such a count speaks for a share between 98.61 % and 99.33 %.",
		"/services/checkout/slos/availability": "With 95 % confidence: breached. Such a count speaks for a share between 99.8794 % and 99.8833 %.",
		"/services/evenkeel/slos/availability": "With 95 % confidence: met. Such a count speaks for a share between 99.9924 % and 100.0000 %.",
		"/services/events-feed/slos/freshness": "With 95 % confidence: undetermined; about 670 more events would tell if the share of good ones stays as it is.",
		"/services/search/slos/availability":   "",
	} {
		doc, _ := visiting(t, newSample()).read(path)
		text := words(within(t, doc, "main"))
		if want == "" {
			if strings.Contains(text, "confidence") {
				t.Errorf("%s, which states no confidence, speaks of it: %s", path, text)
			}
			continue
		}
		says(t, text, want, "Verdict at 95 % confidence", "over 28 days, at 95 % confidence")
	}
}

func TestEstimatesAreRoundedUpToTwoDigits(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{2: "2", 99: "99", 100: "100", 101: "110", 1143: "1,200", 9_901: "10,000", 123_456_789_012: "130,000,000,000"} {
		if got := aboutText(n); got != want {
			t.Errorf("about %d is %q, want %q", n, got, want)
		}
	}
}

func TestIntervalsAreWrittenOutward(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		i         stats.Interval
		low, high string
	}{
		{stats.Interval{Lower: 0.123456, Upper: 0.876543}, "12 %", "88 %"},
		{stats.Interval{Lower: 0.998794319, Upper: 0.998832517}, "99.8794 %", "99.8833 %"},
		{stats.Interval{Lower: 0, Upper: 1}, "0 %", "100 %"},
		{stats.Interval{Lower: 0.9999999999, Upper: 1}, "99.9999999 %", "100.0000000 %"},
	} {
		if low, high := intervalText(c.i); low != c.low || high != c.high {
			t.Errorf("%v is written as %s to %s, want %s to %s", c.i, low, high, c.low, c.high)
		}
	}
}
