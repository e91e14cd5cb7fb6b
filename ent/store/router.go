package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync/atomic"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// router is the driver below ent. It sends a statement where it belongs: into
// the context's transaction; else what reads to the readers and what writes to
// the writer. ent asserts that its own driver lies over a *sql.DB, hence this
// implements dialect.Driver whole.
type router struct {
	dialect        string
	writer, reader *sql.DB
	statements     atomic.Int64
}

var _ dialect.Driver = (*router)(nil)

// conn is what a *sql.DB and a *sql.Tx have in common.
type conn interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// joinKey finds the transaction of this router in a context.
type joinKey struct{ of *router }

func (r *router) joined(ctx context.Context) *joinedTx {
	t, _ := ctx.Value(joinKey{r}).(*joinedTx)
	return t
}

func (r *router) conn(ctx context.Context, query string) conn {
	r.statements.Add(1)
	if t := r.joined(ctx); t != nil {
		return t.tx
	}
	// ent writes with RETURNING through Query.
	if strings.HasPrefix(query, "SELECT") || strings.HasPrefix(query, "WITH") {
		return r.reader
	}
	return r.writer
}

// Dialect is that of ent.
func (r *router) Dialect() string { return r.dialect }

// Close does nothing: the Store closes its pools.
func (r *router) Close() error { return nil }

// ExecContext runs a statement that returns no rows.
func (r *router) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return r.conn(ctx, query).ExecContext(ctx, query, args...)
}

// QueryContext runs a statement that returns rows.
func (r *router) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return r.conn(ctx, query).QueryContext(ctx, query, args...)
}

// Exec is ExecContext as ent calls it.
func (r *router) Exec(ctx context.Context, query string, args, v any) error {
	return exec(ctx, r.conn(ctx, query), query, args, v)
}

// Query is QueryContext as ent calls it.
func (r *router) Query(ctx context.Context, query string, args, v any) error {
	return queryInto(ctx, r.conn(ctx, query), query, args, v)
}

// Tx gives ent the context's transaction, or one of its own.
func (r *router) Tx(ctx context.Context) (dialect.Tx, error) {
	if r.joined(ctx) != nil {
		return dialect.NopTx(r), nil
	}
	tx, err := r.writer.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	return entTx{tx}, nil
}

// entTx is a transaction that ent began.
type entTx struct{ *sql.Tx }

func (t entTx) Exec(ctx context.Context, query string, args, v any) error {
	return exec(ctx, t.Tx, query, args, v)
}

func (t entTx) Query(ctx context.Context, query string, args, v any) error {
	return queryInto(ctx, t.Tx, query, args, v)
}

func exec(ctx context.Context, c conn, query string, args, v any) error {
	argv, ok := args.([]any)
	if !ok {
		return fmt.Errorf("arguments of a statement are %T, not []any", args)
	}
	result, err := c.ExecContext(ctx, query, argv...)
	if err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
	case *sql.Result:
		*v = result
	default:
		return fmt.Errorf("the result of a statement goes into %T, not *sql.Result", v)
	}
	return nil
}

func queryInto(ctx context.Context, c conn, query string, args, v any) error {
	into, ok := v.(*entsql.Rows)
	if !ok {
		return fmt.Errorf("the rows of a query go into %T, not *sql.Rows", v)
	}
	argv, ok := args.([]any)
	if !ok {
		return fmt.Errorf("arguments of a query are %T, not []any", args)
	}
	rows, err := c.QueryContext(ctx, query, argv...)
	if err != nil {
		return err
	}
	*into = entsql.Rows{ColumnScanner: rows}
	return nil
}
