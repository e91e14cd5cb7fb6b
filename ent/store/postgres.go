package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	defaultConnections = 20
	connectTimeout     = 5 * time.Second
	// stallTimeout is after how long the server ends a transaction whose process does
	// nothing: no network is spoken to inside, so that it was stopped, or its machine is
	// gone. Until then what it locked, a job's lease among it, is locked for all replicas.
	stallTimeout = 15 * time.Second
)

// openPostgresPool opens connections that keep their statements prepared (pgx
// does so by itself), that give times in UTC, and whose transactions do not stall.
func openPostgresPool(o Options) (*sql.DB, error) {
	config, err := pgx.ParseConfig(o.URL)
	if err != nil {
		// The driver's message may quote the password.
		return nil, fmt.Errorf("open PostgreSQL: its URL is not one that can be read")
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	config.RuntimeParams["timezone"] = "UTC"
	if config.RuntimeParams["idle_in_transaction_session_timeout"] == "" {
		config.RuntimeParams["idle_in_transaction_session_timeout"] = strconv.FormatInt(stallTimeout.Milliseconds(), 10)
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "evenkeel"
	}
	pool := stdlib.OpenDB(*config, stdlib.OptionBeforeConnect(func(_ context.Context, c *pgx.ConnConfig) error {
		if o.Renew == nil {
			return nil
		}
		now, err := pgx.ParseConfig(o.Renew())
		if err != nil {
			return nil // as while somebody writes it: those that there were are tried
		}
		c.User, c.Password = now.User, now.Password
		return nil
	}))
	n := o.MaxConnections
	if n <= 0 {
		n = defaultConnections
	}
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	return pool, nil
}
