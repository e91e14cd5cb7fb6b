package chart

import (
	"strings"
	"testing"
	"time"
)

// Of two bins the second holds twice as many. Between the counts and the base there are
// 132 − 20 − 16 = 96 units, which the larger one takes whole; each has half of 420 in width.
func TestBarsAreInProportionAndCounted(t *testing.T) {
	t.Parallel()
	got := string(Histogram([]int{1, 2, 0}, []string{"0", "1 min", "a label that is too long for its place"}, `"counts" <b>`))
	for _, want := range []string{
		`x="11.2" y="64" width="117.6" height="48"`, // 140 · 0.08, 112 − 48, 140 · 0.84
		`x="151.2" y="16" width="117.6" height="96"`,
		`>1</text>`, `>2</text>`, `>1 min</text>`, `aria-label="&#34;counts&#34; &lt;b&gt;"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %s: %s", want, got)
		}
	}
	if strings.Contains(got, "too long") || strings.Contains(got, ">0</text><text") || strings.Count(got, `class="bin"`) != 2 {
		t.Errorf("it has more: %s", got)
	}
	if none := string(Histogram(nil, nil, "")); strings.Contains(none, "NaN") || strings.Contains(none, "bin") {
		t.Errorf("of nothing it draws %s", none)
	}
}

// Of ten hours the first one is bad, the next four are a risk, and the rest is neither.
func TestPhasesAreInProportionAndAsHighAsTheyAreBad(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
	at := func(hour int) time.Time { return from.Add(time.Duration(hour) * time.Hour) }
	got := string(Phases(from, at(10), []Phase{{at(1), "bad"}, {at(5), "risk"}, {at(5), "ok"}}, "course"))
	for _, want := range []string{
		`class="fill bad" x="0" y="0" width="30" height="14"`,
		`class="fill risk" x="30" y="5.6" width="120" height="8.4"`, // 0.6 of 14
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %s: %s", want, got)
		}
	}
	if strings.Contains(got, "fill ok") {
		t.Errorf("a phase of no length is drawn: %s", got)
	}
	if got := string(Phases(from, from, []Phase{{from, "bad"}}, "course")); strings.Contains(got, "NaN") {
		t.Errorf("of no time it draws %s", got)
	}
}
