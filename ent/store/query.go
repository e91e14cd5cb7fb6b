package store

import (
	"context"
	"database/sql"
	"errors"
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

// lookUp reads rows by their keys and calls scan for each. On SQLite, which is in
// this process, that takes microseconds, and watching meanwhile whether the context
// ends would take as long again: database/sql and the driver start a goroutine each.
// So only the wait for a connection ends with it. On PostgreSQL, which may not
// answer, and within a transaction, which the context's end rolls back, it is watched
// as ever.
func (s *Store) lookUp(ctx context.Context, query string, args []any, scan func(rows *sql.Rows) error) error {
	if s.postgres() || s.db.joined(ctx) != nil {
		return s.queryAll(ctx, query, args, scan)
	}
	conn, err := s.db.reader.Conn(ctx)
	if err != nil {
		return err
	}
	s.db.statements.Add(1)
	rows, err := conn.QueryContext(context.WithoutCancel(ctx), query, args...)
	if err == nil {
		err = scanAll(rows, scan)
	}
	return errors.Join(err, conn.Close())
}

// lookUpOne is lookUp of one row; sql.ErrNoRows when there is none.
func (s *Store) lookUpOne(ctx context.Context, query string, args []any, dest ...any) error {
	found := false
	err := s.lookUp(ctx, query, args, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(dest...)
	})
	if err == nil && !found {
		return sql.ErrNoRows
	}
	return err
}

// bare lists columns, separated by ", ", so that SQLite gives them as they are
// stored. Of a column its driver reads the declared type at every query, and tries
// several layouts on a time, two times over, until it comes to the one that is
// written here; an expression has no declared type. Times are read as a moment.
func (s *Store) bare(columns string) string {
	if s.postgres() {
		return columns
	}
	return "+" + strings.ReplaceAll(columns, ", ", ", +")
}

// moment is a time that may be absent, as bare gives it.
type moment struct{ at *time.Time }

// sqliteTime is how times are written into SQLite.
const sqliteTime = "2006-01-02 15:04:05.999999999-07:00"

// Scan implements sql.Scanner.
func (m *moment) Scan(value any) error {
	var at time.Time
	switch v := value.(type) {
	case nil:
		m.at = nil
		return nil
	case time.Time:
		at = v
	case string:
		var err error
		if at, err = time.Parse(sqliteTime, v); err != nil {
			return err
		}
	default:
		return fmt.Errorf("a time is stored as %T", value)
	}
	at = utc(at)
	m.at = &at
	return nil
}

// orZero is the time, or the zero time when it is absent.
func (m moment) orZero() time.Time {
	if m.at == nil {
		return time.Time{}
	}
	return *m.at
}

// queryAll runs a query and calls scan for each row.
func (s *Store) queryAll(ctx context.Context, query string, args []any, scan func(rows *sql.Rows) error) error {
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	return scanAll(rows, scan)
}

func scanAll(rows *sql.Rows, scan func(rows *sql.Rows) error) error {
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
