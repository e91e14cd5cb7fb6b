package config

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDurationsHaveDaysAndWeeks(t *testing.T) {
	t.Parallel()
	// Worked by hand: 90 · 24 h = 2160 h; two weeks and a day are 360 h.
	for text, want := range map[string]time.Duration{
		"0s": 0, "30s": 30 * time.Second, "90d": 2160 * time.Hour, "2w1d": 360 * time.Hour,
		"1d12h": 36 * time.Hour, "1.5h": 90 * time.Minute, "-5m": -5 * time.Minute, "250ms": 250 * time.Millisecond,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-", "30", "d", "1x", "5 m", "1h-2m", "99999999999d", "106752d", "++1s", "1e3s", "1µ"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("ParseDuration(%q) = %v, want an error", text, got)
		}
	}
}

func TestSizesHaveDecimalAndBinaryUnits(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Bytes{
		"0": 0, "512": 512, "512B": 512, "1KiB": 1024, "1kB": 1000, "8MiB": 8 * 1024 * 1024, "2 GB": 2_000_000_000,
	} {
		if got, err := ParseBytes(text); err != nil || got != want {
			t.Errorf("ParseBytes(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "MiB", "1.5MiB", "8M", "9999999999999GiB", "one"} {
		if got, err := ParseBytes(text); err == nil {
			t.Errorf("ParseBytes(%q) = %d, want an error", text, got)
		}
	}
}

func TestWhatIsPrintedIsReadAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(-1<<50, 1<<50).Draw(t, "nanoseconds"))
		if rapid.Bool().Draw(t, "whole hours") {
			d = d.Truncate(time.Hour)
		}
		if got, err := ParseDuration(FormatDuration(d)); err != nil || got != d {
			t.Fatalf("%d ns is printed as %s and read as %d, %v", d, FormatDuration(d), got, err)
		}
		b := Bytes(rapid.Int64Range(-1<<60, 1<<60).Draw(t, "bytes"))
		if got, err := ParseBytes(b.String()); err != nil || got != b {
			t.Fatalf("%d bytes are printed as %s and read as %d, %v", int64(b), b, int64(got), err)
		}
	})
	// Worked by hand.
	for d, want := range map[time.Duration]string{2160 * time.Hour: "90d", 24 * time.Hour: "24h", 36 * time.Hour: "36h", 90 * time.Second: "90s", 0: "0s"} {
		if got := FormatDuration(d); got != want {
			t.Errorf("FormatDuration(%d) = %s, want %s", d, got, want)
		}
	}
}

func FuzzDurationsNeverPanic(f *testing.F) {
	for _, seed := range []string{"90d", "-1.5h", "1w2d", "9223372036854775807ns", "µs"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDuration(text)
		if err != nil {
			return
		}
		if again, err := ParseDuration(FormatDuration(d)); err != nil || again != d {
			t.Errorf("%q is %d ns, printed as %s, read as %d, %v", text, d, FormatDuration(d), again, err)
		}
	})
}
