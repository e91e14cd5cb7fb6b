package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
)

// queryOne runs a query, written with PostgreSQL's placeholders in their order,
// and scans its one row; sql.ErrNoRows when there is none.
func (s *Store) queryOne(ctx context.Context, query string, args []any, dest ...any) error {
	rows, err := s.db.QueryContext(ctx, query, args...)
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
	rows, err := s.db.QueryContext(ctx, query, args...)
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
	result, err := s.db.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// prune removes up to limit rows of a table that meet a condition on a time, $1.
func (s *Store) prune(ctx context.Context, table, condition string, before time.Time, limit int) (int, error) {
	return s.exec(ctx, "DELETE FROM "+table+" WHERE id IN (SELECT id FROM "+table+" WHERE "+condition+" LIMIT $2)", clock.Round(before), limit)
}

// bulkRows is how many rows go into one statement.
const bulkRows = 500

// shape is the shape of a list of rows in a statement.
type shape struct{ rows, columns int }

// spelled remembers the texts of lists of one row and of bulkRows, which come again
// and again.
var spelled sync.Map

// values writes "($1,$2),($3,$4)" for so many rows of so many columns.
func values(rows, columns int) string {
	if rows != bulkRows && rows != 1 {
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

// bytewise has a column compared byte by byte, as SQLite does: names that people
// give in any language have one order on both databases then.
func (s *Store) bytewise() string {
	if s.postgres() {
		return ` COLLATE "C"`
	}
	return ""
}
