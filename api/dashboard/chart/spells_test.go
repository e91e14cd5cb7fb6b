package chart

import (
	"testing"
	"time"
)

// 300 units are 100 days: a freeze of 10 days from the 20th on is 30 wide, and an hour, and what
// began at the end, are as wide as it takes to be seen.
func TestSpellsAreDrawnInProportion(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	day := func(n int) time.Time { return from.AddDate(0, 0, n) }
	es := elements(t, Spells([]Spell{{day(20), day(30), true}, {day(50), day(50).Add(time.Hour), false}, {day(100), day(100), false}}, from, day(100), []time.Time{day(50)}, "one <frozen>"))
	if es[0].attrs["role"] != "img" || es[0].attrs["aria-label"] != "one <frozen>" {
		t.Errorf("the picture is %v", es[0].attrs)
	}
	loud, quiet := classed(es, "fill bad"), classed(es, "fill risk")
	if len(loud) != 1 || loud[0].attrs["x"] != "60" || loud[0].attrs["width"] != "30" || loud[0].attrs["height"] != "14" {
		t.Errorf("the freeze is %v", loud)
	}
	if len(quiet) != 2 || quiet[0].attrs["x"] != "150" || quiet[0].attrs["width"] != "2" || quiet[0].attrs["y"] != "7" || quiet[1].attrs["x"] != "298" || quiet[1].attrs["width"] != "2" {
		t.Errorf("the others are %v", quiet)
	}
	if rules := classed(es, "rule"); len(rules) != 1 || rules[0].attrs["x"] != "149.75" {
		t.Errorf("the marks are %v", rules)
	}
}
