package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"

	"modernc.org/sqlite"
)

// readers is the number of connections that read at the same time. There is one
// writer, so that writers queue in this process and not in SQLite's busy loop.
const readers = 8

// The pragmas of each connection. What was acknowledged survives a crash of the
// machine, hence FULL.
var (
	writerPragmas = []string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-16000)", "temp_store(2)"}
	readerPragmas = []string{"busy_timeout(5000)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-4000)", "temp_store(2)", "query_only(1)"}
	// A migration may rebuild a table, which deletes the old one: with foreign keys
	// on, ON DELETE CASCADE would take its children along.
	migrationPragmas = []string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(0)"}
)

func openSQLitePool(file string, pragmas []string, connections int) (*sql.DB, error) {
	connector, err := sqliteConnector(file, pragmas)
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(caching{connector})
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return pool, nil
}

func sqliteConnector(file string, pragmas []string) (driver.Connector, error) {
	query := url.Values{
		"_pragma":      pragmas,
		"_txlock":      {"immediate"},
		"_time_format": {"sqlite"},
		"_timezone":    {"UTC"},
	}
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: file}).EscapedPath(), RawQuery: query.Encode()}
	connector, err := sqlite.NewConnector(name.String())
	if err != nil {
		return nil, fmt.Errorf("open SQLite: %w", err)
	}
	return connector, nil
}

// caching opens connections that keep their statements prepared.
type caching struct{ driver.Connector }

func (c caching) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return newCachingConn(conn), nil
}
