package store

import (
	"strings"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
)

// after keeps what follows a key in ascending order of the columns, before in
// descending order. A nil key keeps everything.
func after(key []string, columns ...string) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		if key != nil {
			s.Where(entsql.CompositeGT(qualified(s, columns), arguments(key)...))
		}
	}
}

func before(key []any, columns ...string) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		if key != nil {
			s.Where(entsql.CompositeLT(qualified(s, columns), key...))
		}
	}
}

func qualified(s *entsql.Selector, columns []string) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = s.C(c)
	}
	return out
}

func arguments(key []string) []any {
	out := make([]any, len(key))
	for i, k := range key {
		out[i] = k
	}
	return out
}

// timeKey reads a cursor's (time, id).
func timeKey(key []string) ([]any, error) {
	if key == nil {
		return nil, nil
	}
	t, err := time.Parse(time.RFC3339Nano, key[0])
	if err != nil {
		return nil, badCursor()
	}
	return []any{t.UTC(), key[1]}, nil
}

// badCursor refuses a cursor whose key has not the form of the list's.
func badCursor() error {
	var c fault.Check
	c.Fail("query.after", nil, "is not a cursor of this list; start again without it")
	return c.Err()
}

// cursorTime writes a time into a cursor.
func cursorTime(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// newestFirst orders by a time and the identifier, descending.
func newestFirst(column string) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		s.OrderBy(entsql.Desc(s.C(column)), entsql.Desc(s.C("id")))
	}
}

// orNil is nil for an empty identifier, orEmpty the reverse.
func orNil(i id.ID) *string {
	if i == "" {
		return nil
	}
	s := string(i)
	return &s
}

func orEmpty(s *string) id.ID {
	if s == nil {
		return ""
	}
	return id.ID(*s)
}

// utc gives a stored time back in UTC whatever the machine's zone is.
func utc(t time.Time) time.Time { return t.UTC() }

func utcOrNil(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}

// texts turns identifiers into what the columns hold.
func texts(ids []id.ID) []string {
	out := make([]string, len(ids))
	for i, v := range ids {
		out[i] = string(v)
	}
	return out
}

// chunks calls do with at most n of the items at a time.
func chunks[T any](items []T, n int, do func([]T) error) error {
	for len(items) > 0 {
		m := min(n, len(items))
		if err := do(items[:m]); err != nil {
			return err
		}
		items = items[m:]
	}
	return nil
}

// containing is the pattern of LIKE for texts that hold the query, with backslash
// as the escape.
func containing(query string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(query) + "%"
}

// holding keeps the rows of which one of the columns holds the query.
func (s *Store) holding(query string, columns ...string) func(*entsql.Selector) {
	return func(sel *entsql.Selector) {
		sel.Where(entsql.P(func(b *entsql.Builder) {
			b.WriteByte('(')
			for i, c := range columns {
				if i > 0 {
					b.WriteString(" OR ")
				}
				before, after, _ := strings.Cut(s.contains(sel.C(c), "\x00"), "\x00")
				b.WriteString(before).Arg(containing(query)).WriteString(after)
			}
			b.WriteByte(')')
		}))
	}
}
