package page_test

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
)

// filter is like those of the stores.
type filter struct {
	Team  string
	Query string
}

func own(row string) []string { return []string{row} }

// read goes through the sorted rows page by page, as a store does.
func read(t *testing.T, rows []string, f filter, limit int) (pages [][]string) {
	t.Helper()
	r := page.Request{Limit: limit}
	for {
		key, err := r.Key(f, 1)
		if err != nil {
			t.Fatalf("after %q: %v", r.After, err)
		}
		from := 0
		if key != nil {
			from, _ = slices.BinarySearch(rows, key[0]+"\x00") // the first that is greater
		}
		p := page.Cut(r, f, rows[from:min(len(rows), from+r.Size()+1)], own)
		pages = append(pages, p.Items)
		if r.After = p.Next; r.After == "" {
			return pages
		}
	}
}

func TestPagesFollowOneAnotherWithoutGapOrOverlap(t *testing.T) {
	t.Parallel()
	rows := []string{"a", "b", "c", "d", "e", "f", "g"}
	for limit, want := range map[int]int{1: 7, 2: 4, 3: 3, 6: 2, 7: 1, 8: 1, 0: 1} {
		pages := read(t, rows, filter{}, limit)
		if got := slices.Concat(pages...); !slices.Equal(got, rows) || len(pages) != want {
			t.Errorf("limit %d: %v in %d pages, want %d", limit, got, len(pages), want)
		}
	}
	if pages := read(t, nil, filter{}, 5); len(pages) != 1 || len(pages[0]) != 0 {
		t.Errorf("nothing is %v", pages)
	}
}

func TestALimitIsKeptWithinBounds(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int]int{-1: page.DefaultLimit, 0: page.DefaultLimit, 1: 1, 500: 500, 501: page.MaxLimit} {
		if got := (page.Request{Limit: limit}).Size(); got != want {
			t.Errorf("%d items for a limit of %d, want %d", got, limit, want)
		}
	}
}

func TestACursorIsOfItsListOnly(t *testing.T) {
	t.Parallel()
	next := page.Cut(page.Request{Limit: 1}, filter{Team: "a"}, []string{"x", "y"}, own).Next
	if key, err := (page.Request{After: next}).Key(filter{Team: "a"}, 1); err != nil || !slices.Equal(key, []string{"x"}) {
		t.Errorf("got %q, %v", key, err)
	}
	for name, try := range map[string]struct {
		after  string
		filter any
		parts  int
	}{
		"another filter":       {next, filter{Team: "b"}, 1},
		"another list":         {next, struct{ Service string }{"a"}, 1},
		"a key of other parts": {next, filter{Team: "a"}, 2},
		"half of it":           {next[:len(next)/2], filter{Team: "a"}, 1},
		"padded":               {next + "=", filter{Team: "a"}, 1},
		"no base 64":           {"ä", filter{Team: "a"}, 1},
		"no JSON":              {base64.RawURLEncoding.EncodeToString([]byte("x")), filter{Team: "a"}, 1},
		"null":                 {base64.RawURLEncoding.EncodeToString([]byte("null")), filter{Team: "a"}, 1},
	} {
		key, err := page.Request{After: try.after}.Key(try.filter, try.parts)
		if e := fault.As(err); key != nil || e == nil || e.Kind != fault.Invalid || e.Violations[0].Pointer != "query.after" {
			t.Errorf("%s: got %q, %v", name, key, err)
		}
	}
}

// PostgreSQL refuses a text that holds a NUL, and no key that Cut made has one.
func TestAForgedKeyThatNoStoreCouldHoldIsRefused(t *testing.T) {
	t.Parallel()
	next := page.Cut(page.Request{Limit: 1}, filter{}, []string{"a\x00b", "y"}, own).Next
	key, err := page.Request{After: next}.Key(filter{}, 1)
	if e := fault.As(err); key != nil || e == nil || e.Violations[0].Pointer != "query.after" {
		t.Errorf("got %q, %v", key, err)
	}
}

// FuzzKey holds a cursor from anywhere to be refused as a fault of the query, or
// to give a key that a store can be asked with, and that makes the same cursor.
func FuzzKey(f *testing.F) {
	for _, rows := range [][]string{{"a", "b"}, {"\u202e", "b"}, {"a\x00", "b"}, {"\xff", "b"}, {strings.Repeat("x", 300), "b"}} {
		f.Add(page.Cut(page.Request{Limit: 1}, filter{}, rows, own).Next, "")
		f.Add(page.Cut(page.Request{Limit: 1}, filter{Query: "q"}, rows, own).Next, "q")
	}
	for _, text := range []string{"", "null", "{}", `{"f":"","k":["a"]}`, `{"k":[1]}`, `{"k":["a","b"]}`, `{"f":1}`, "[]", "\xff"} {
		f.Add(base64.RawURLEncoding.EncodeToString([]byte(text)), "")
	}
	f.Add("!", "")
	f.Add("e30=", "")
	f.Fuzz(func(t *testing.T, after, query string) {
		of := filter{Query: query}
		key, err := page.Request{Limit: 1, After: after}.Key(of, 1)
		if err != nil {
			e := fault.As(err)
			if e == nil || e.Kind != fault.Invalid || len(e.Violations) != 1 || e.Violations[0].Pointer != "query.after" || key != nil {
				t.Fatalf("%q: %q, %v", after, key, err)
			}
			return
		}
		if after == "" {
			if key != nil {
				t.Fatalf("no cursor has the key %q", key)
			}
			return
		}
		if len(key) != 1 || strings.ContainsRune(key[0], 0) || !utf8.ValidString(key[0]) {
			t.Fatalf("%q has the key %q", after, key)
		}
		again := page.Cut(page.Request{Limit: 1}, of, []string{key[0], "next"}, own).Next
		if back, err := (page.Request{After: again}).Key(of, 1); err != nil || !slices.Equal(back, key) {
			t.Fatalf("%q became %q, %v", key, back, err)
		}
		// A cursor is of its filter.
		if _, err := (page.Request{After: after}).Key(filter{Query: query + "x"}, 1); err == nil {
			a, _ := json.Marshal(of)
			b, _ := json.Marshal(filter{Query: query + "x"})
			if string(a) != string(b) {
				t.Fatalf("%q is of two filters", after)
			}
		}
	})
}
