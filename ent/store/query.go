package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

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

// placed turns $1, $2, … into what the dialect takes: SQLite reads $1 as a name,
// and ?1 as a number.
func (s *Store) placed(query string) string {
	if s.db.dialect == dialect.SQLite {
		return strings.ReplaceAll(query, "$", "?")
	}
	return query
}

// values writes "($1,$2),($3,$4)" for so many rows of so many columns.
func values(rows, columns int) string {
	var b strings.Builder
	b.Grow(rows * columns * 6)
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
