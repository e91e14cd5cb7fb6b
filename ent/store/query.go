package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"entgo.io/ent/dialect"
)

// queryOne runs a query, written with PostgreSQL's placeholders in their order,
// and scans its one row; sql.ErrNoRows when there is none.
func (s *Store) queryOne(ctx context.Context, query string, args []any, dest ...any) error {
	rows, err := s.db.QueryContext(ctx, s.placed(query), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	if err := rows.Scan(dest...); err != nil {
		return err
	}
	return rows.Close()
}

// queryAll runs a query and calls scan for each row.
func (s *Store) queryAll(ctx context.Context, query string, args []any, scan func(rows *sql.Rows) error) error {
	rows, err := s.db.QueryContext(ctx, s.placed(query), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// exec runs a statement and returns the number of rows it changed.
func (s *Store) exec(ctx context.Context, query string, args ...any) (int, error) {
	result, err := s.db.ExecContext(ctx, s.placed(query), args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// placed turns $1, $2, … into what the dialect takes. SQLite reads $1 as a name,
// and ?1 as a number; its driver looks up names and numbers one by one among all
// arguments, which takes seconds for thousands, so that placeholders in their
// order become plain question marks.
func (s *Store) placed(query string) string {
	if s.db.dialect != dialect.SQLite {
		return query
	}
	var b strings.Builder
	b.Grow(len(query))
	rest, next := query, 1
	for {
		i := strings.IndexByte(rest, '$')
		if i < 0 {
			b.WriteString(rest)
			return b.String()
		}
		b.WriteString(rest[:i])
		b.WriteByte('?')
		rest = rest[i+1:]
		n, digits := 0, 0
		for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
			n = n*10 + int(rest[digits]-'0')
			digits++
		}
		if n != next {
			return strings.ReplaceAll(query, "$", "?")
		}
		rest = rest[digits:]
		next++
	}
}

// bulkRows is how many rows go into one statement.
const bulkRows = 500

// shape is the shape of a list of rows in a statement.
type shape struct{ rows, columns int }

// spelled remembers the texts of lists of bulkRows rows, which come again and again.
var spelled sync.Map

// values writes "($1,$2),($3,$4)" for so many rows of so many columns.
func values(rows, columns int) string {
	if rows != bulkRows {
		return spell(rows, columns)
	}
	if text, ok := spelled.Load(shape{rows, columns}); ok {
		return text.(string)
	}
	text := spell(rows, columns)
	spelled.Store(shape{rows, columns}, text)
	return text
}

func spell(rows, columns int) string {
	var b strings.Builder
	b.Grow(rows * (columns*6 + 3))
	n := 0
	for r := range rows {
		if r > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('(')
		for c := range columns {
			if c > 0 {
				b.WriteByte(',')
			}
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
		}
		b.WriteByte(')')
	}
	return b.String()
}

// wanted writes "WITH wanted(a, b) AS (VALUES …) " to join with; columns are
// "name type" with PostgreSQL's types, which its first row has to tell. It is
// joined as "wanted w CROSS JOIN t WHERE …": SQLite takes a cross join's left side
// for the outer loop, and would rather walk through the whole of t otherwise.
func (s *Store) wanted(rows int, columns ...string) string {
	var b strings.Builder
	b.WriteString("WITH wanted(")
	for i, c := range columns {
		name, _, _ := strings.Cut(c, " ")
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(name)
	}
	b.WriteString(") AS (VALUES ")
	if s.postgres() {
		b.WriteByte('(')
		for i, c := range columns {
			_, kind, _ := strings.Cut(c, " ")
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "$%d::%s", i+1, kind)
		}
		b.WriteByte(')')
		text := values(rows, len(columns))
		b.WriteString(text[strings.IndexByte(text, ')')+1:])
	} else {
		b.WriteString(values(rows, len(columns)))
	}
	b.WriteString(") ")
	return b.String()
}

// contains matches texts that hold the query, whatever the case of letters: all
// letters on PostgreSQL, those of ASCII on SQLite.
func (s *Store) contains(column, placeholder string) string {
	if s.postgres() {
		return column + " ILIKE " + placeholder + ` ESCAPE '\'`
	}
	return column + " LIKE " + placeholder + ` ESCAPE '\'`
}
