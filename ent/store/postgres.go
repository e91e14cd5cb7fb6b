package store

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	defaultConnections = 20
	connectTimeout     = 5 * time.Second
)

// openPostgresPool opens connections that keep their statements prepared (pgx
// does so by itself) and that give times in UTC.
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
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "evenkeel"
	}
	pool := stdlib.OpenDB(*config)
	n := o.MaxConnections
	if n <= 0 {
		n = defaultConnections
	}
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	return pool, nil
}
