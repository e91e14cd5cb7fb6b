// Package page holds keyset paging: a page follows the last row of the one
// before by its sort key, so that rows that others add or remove are neither
// repeated nor skipped. A cursor is bound to the filter with which it was made.
package page

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// The bounds of a page's length.
const (
	DefaultLimit = 50
	MaxLimit     = 500
)

// Request asks for the page that follows a cursor.
type Request struct {
	// Limit is the number of items wanted, 1 to MaxLimit; 0 means DefaultLimit.
	Limit int
	// After is a cursor from an earlier page, or empty for the first.
	After string
}

// Page is one page of a list.
type Page[T any] struct {
	Items []T
	// Next is the cursor of the following page, empty on the last.
	Next string
}

// Size returns the number of items wanted.
func (r Request) Size() int {
	if r.Limit <= 0 {
		return DefaultLimit
	}
	return min(r.Limit, MaxLimit)
}

type cursor struct {
	Filter string   `json:"f"`
	Key    []string `json:"k"`
}

// Key returns the sort key of the row after which the page begins, nil on the
// first page. A cursor that is malformed, or was made for another filter, is an
// Invalid fault, and so is a forged one with a NUL, which PostgreSQL does not take
// as text. parts is the number of the key's parts.
func (r Request) Key(filter any, parts int) ([]string, error) {
	if r.After == "" {
		return nil, nil
	}
	var c cursor
	raw, err := base64.RawURLEncoding.DecodeString(r.After)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil || len(c.Key) != parts || c.Filter != digest(filter) || slices.ContainsFunc(c.Key, holdsNUL) {
		var check fault.Check
		check.Fail("query.after", r.After, "is not a cursor of this list with these filters; start again without it")
		return nil, check.Err()
	}
	return c.Key, nil
}

// Cut makes a page from up to Size()+1 rows: the one too many shows that another
// page follows. key gives a row's sort key.
func Cut[T any](r Request, filter any, rows []T, key func(T) []string) Page[T] {
	n := r.Size()
	if len(rows) <= n {
		return Page[T]{Items: rows}
	}
	rows = rows[:n]
	raw, err := json.Marshal(cursor{Filter: digest(filter), Key: key(rows[n-1])})
	if err != nil {
		panic(fmt.Sprintf("a cursor of strings cannot be marshalled: %v", err))
	}
	return Page[T]{Items: rows, Next: base64.RawURLEncoding.EncodeToString(raw)}
}

// Map turns the items of a page into others.
func Map[T, U any](p Page[T], turn func(T) U) Page[U] {
	out := make([]U, len(p.Items))
	for i, item := range p.Items {
		out[i] = turn(item)
	}
	return Page[U]{Items: out, Next: p.Next}
}

func holdsNUL(part string) bool { return strings.IndexByte(part, 0) >= 0 }

func digest(filter any) string {
	raw, err := json.Marshal(filter)
	if err != nil {
		panic(fmt.Sprintf("a filter is a struct of plain values: %v", err))
	}
	sum := sha256.Sum256(raw)
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}
