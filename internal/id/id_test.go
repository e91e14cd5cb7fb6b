package id_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// It runs alone: what the process remembers is bounded, and others that make
// identifiers of many milliseconds meanwhile would have it forget this one.
func TestIdentifiersOfOneMillisecondSortAsTheyWereMade(t *testing.T) {
	var made []id.ID
	for i := range 2000 {
		made = append(made, id.New(noon))
		// Others read their clocks a little earlier or later.
		id.New(noon.Add(time.Duration(i%5-2) * time.Millisecond))
	}
	if !slices.IsSorted(made) || len(slices.Compact(slices.Clone(made))) != len(made) {
		t.Errorf("not in the order of their making: %v …", made[:5])
	}
}

func TestIdentifiersSortByTime(t *testing.T) {
	t.Parallel()
	later := id.New(noon.Add(time.Hour))
	var before id.ID
	for i := range 1000 { // more milliseconds than are remembered
		next := id.New(noon.Add(time.Duration(i) * time.Millisecond))
		if next <= before || next >= later {
			t.Fatalf("%s does not follow %s, or not before %s", next, before, later)
		}
		before = next
	}
}

// The first ten characters are the milliseconds since 1970 in Crockford's base 32;
// this pair is from the tests of ULID's reference implementation, ulid/javascript.
func TestAnIdentifierSpellsItsTime(t *testing.T) {
	t.Parallel()
	if got := id.New(time.UnixMilli(1469918176385)); !strings.HasPrefix(string(got), "01ARYZ6S41") || len(got) != 26 {
		t.Errorf("got %s", got)
	}
}

func TestOnlyWhatSpellsAnIdentifierIsOne(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"01ARZ3NDEKTSV4RRFFQ69G5FAV":  true,
		"00000000000000000000000000":  true,
		"7ZZZZZZZZZZZZZZZZZZZZZZZZZ":  true,
		"8ZZZZZZZZZZZZZZZZZZZZZZZZZ":  false, // more than 128 bits
		"01arz3ndektsv4rrffq69g5fav":  false,
		"01ARZ3NDEKTSV4RRFFQ69G5FAU":  false, // no such digit
		"01ARZ3NDEKTSV4RRFFQ69G5FA":   false,
		"01ARZ3NDEKTSV4RRFFQ69G5FAVV": false,
		"":                            false,
	} {
		if got, ok := id.Parse(text); ok != want || ok && string(got) != text {
			t.Errorf("%q: %q, %v", text, got, ok)
		}
	}
}

func TestUnorderedIdentifiersAreIdentifiersOfTheirTime(t *testing.T) {
	t.Parallel()
	seen := map[id.ID]bool{}
	for range 10_000 {
		made := id.Unordered(noon)
		if _, ok := id.Parse(string(made)); !ok || seen[made] || made >= id.New(noon.Add(time.Second)) || made <= id.New(noon.Add(-time.Second)) {
			t.Fatalf("%s is made twice, of another time, or none", made)
		}
		seen[made] = true
	}
}
