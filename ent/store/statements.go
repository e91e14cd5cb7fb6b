package store

import (
	"container/list"
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
)

// The bounds of a connection's prepared statements: their number, and the length
// of the texts worth keeping. A statement of many rows is longer, and is kept as
// well when it comes again and again; the rest would only push others out.
const (
	maxStatements      = 256
	maxStatementLength = 128 << 10
)

// cachingConn is a connection to SQLite that prepares each text once. Preparing
// takes longer than running for most of what is asked. It sits below
// database/sql, so that statements are kept within and outside of transactions
// and without locks: a connection is used by one goroutine at a time.
type cachingConn struct {
	sqliteConn
	inTx   bool // a transaction is open
	stuck  bool // and could not be ended
	byText map[string]*list.Element
	recent *list.List // of *statement, the most recently used first
}

// sqliteConn is everything that database/sql asks of modernc's connections.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type statement struct {
	text string
	stmt interface {
		driver.Stmt
		driver.StmtExecContext
		driver.StmtQueryContext
	}
	busy bool // its rows are being read
}

func newCachingConn(c driver.Conn) driver.Conn {
	full, ok := c.(sqliteConn)
	if !ok {
		return c
	}
	return &cachingConn{sqliteConn: full, byText: make(map[string]*list.Element), recent: list.New()}
}

// Unwrap gives the driver its own connection.
func (c *cachingConn) Unwrap() driver.Conn { return c.sqliteConn }

// CheckNamedValue has JSON stored as text, which SQLite's functions read, and not
// as a blob; and times in UTC to the microsecond, as PostgreSQL does by itself:
// as texts they sort only so.
func (c *cachingConn) CheckNamedValue(v *driver.NamedValue) error {
	switch value := v.Value.(type) {
	case json.RawMessage:
		v.Value = string(value)
	case time.Time:
		v.Value = clock.Round(value)
	default:
		return driver.ErrSkip
	}
	return nil
}

// Close gives the statements up, then the connection.
func (c *cachingConn) Close() error {
	for e := c.recent.Front(); e != nil; e = e.Next() {
		_ = e.Value.(*statement).stmt.Close() // the connection's own Close reports what matters
	}
	c.byText, c.recent = nil, list.New()
	return c.sqliteConn.Close()
}

// BeginTx begins a transaction that may write, or one that only reads. Its statements are short, and are
// not interrupted when their context ends, which takes a goroutine for each:
// database/sql rolls the transaction back between two of them.
func (c *cachingConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if opts.Isolation != 0 {
		return nil, errors.New("transactions on SQLite have no level of isolation")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	begin := "BEGIN IMMEDIATE"
	if opts.ReadOnly {
		begin = "BEGIN"
	}
	c.inTx = true
	if _, err := c.ExecContext(ctx, begin, nil); err != nil {
		c.inTx = false
		return nil, err
	}
	return cachingTx{c}, nil
}

// IsValid reports whether the connection can be used again.
func (c *cachingConn) IsValid() bool { return !c.stuck && c.sqliteConn.IsValid() }

// cachingTx ends a transaction.
type cachingTx struct{ conn *cachingConn }

// Commit commits, or leaves no transaction behind.
func (t cachingTx) Commit() error {
	_, err := t.conn.ExecContext(context.Background(), "COMMIT", nil)
	if err != nil {
		// SQLite itself has rolled back after some errors and not after others; there is
		// nothing to roll back then, which is an error too.
		_ = t.Rollback()
		return err
	}
	t.conn.inTx = false
	return nil
}

// Rollback gives up what was written. A connection that cannot is not used again.
func (t cachingTx) Rollback() error {
	_, err := t.conn.ExecContext(context.Background(), "ROLLBACK", nil)
	t.conn.inTx, t.conn.stuck = false, err != nil
	return err
}

// watched is the context that a statement of a connection is run with.
func (c *cachingConn) watched(ctx context.Context) context.Context {
	if c.inTx {
		return context.Background()
	}
	return ctx
}

// ExecContext runs a text, prepared.
func (c *cachingConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	ctx = c.watched(ctx)
	s, err := c.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.ExecContext(ctx, placed(text), args)
	}
	return s.stmt.ExecContext(ctx, args)
}

// QueryContext runs a text, prepared.
func (c *cachingConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	ctx = c.watched(ctx)
	s, err := c.statement(ctx, text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.QueryContext(ctx, placed(text), args)
	}
	rows, err := s.stmt.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return &cachedRows{sqliteRows: rows.(sqliteRows), of: s}, nil
}

// statement returns the prepared text, nil when it has to be run unprepared:
// it is too long, or its rows of an earlier query are still being read.
func (c *cachingConn) statement(ctx context.Context, text string) (*statement, error) {
	if len(text) > maxStatementLength {
		return nil, nil
	}
	if e, ok := c.byText[text]; ok {
		s := e.Value.(*statement)
		if s.busy {
			return nil, nil
		}
		c.recent.MoveToFront(e)
		return s, nil
	}
	stmt, err := c.sqliteConn.PrepareContext(ctx, placed(text))
	if err != nil {
		return nil, err
	}
	s := &statement{text: text, stmt: stmt.(interface {
		driver.Stmt
		driver.StmtExecContext
		driver.StmtQueryContext
	})}
	c.byText[text] = c.recent.PushFront(s)
	if c.recent.Len() > maxStatements {
		c.dropOldest()
	}
	return s, nil
}

// placed turns $1, $2, … of a text into what SQLite takes, which is done once for
// a text that is kept. SQLite reads $1 as a name, and ?1 as a number; its driver
// looks up names and numbers one by one among all arguments, which takes seconds
// for thousands, so that placeholders in their order become plain question marks.
func placed(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	rest, next := text, 1
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
			return strings.ReplaceAll(text, "$", "?")
		}
		rest = rest[digits:]
		next++
	}
}

// dropOldest gives up the least recently used statement that nobody reads from.
func (c *cachingConn) dropOldest() {
	for e := c.recent.Back(); e != nil; e = e.Prev() {
		s := e.Value.(*statement)
		if s.busy {
			continue
		}
		c.recent.Remove(e)
		delete(c.byText, s.text)
		_ = s.stmt.Close() // it is reset already and can only report its last run again
		return
	}
}

// sqliteRows is what database/sql asks of modernc's rows.
type sqliteRows interface {
	driver.Rows
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeScanType
}

// cachedRows give their statement free when they are closed.
type cachedRows struct {
	sqliteRows
	of *statement
}

// Close ends the reading.
func (r *cachedRows) Close() error {
	r.of.busy = false
	return r.sqliteRows.Close()
}
