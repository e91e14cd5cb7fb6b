package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
)

// The SQLSTATE codes of PostgreSQL that are told apart.
const (
	pgUnique        = "23505"
	pgForeignKey    = "23503"
	pgSerialization = "40001"
	pgDeadlock      = "40P01"
	pgLockTimeout   = "55P03"
	pgDiskFull      = "53100"
	pgReadOnly      = "25006"
	pgStalled       = "25P03" // the transaction did nothing for stallTimeout
)

// The classes of SQLSTATE that say that the server cannot serve now: the
// connection broke, resources ran out, somebody intervened.
var pgGone = []string{"08", "53", "57"}

// fail turns an error of the database into what its caller can act upon: a fault
// passes as it is, what can be tried again becomes Unavailable, the rest is
// wrapped with what was being done.
func fail(doing string, err error) error {
	if err == nil || fault.As(err) != nil {
		return err
	}
	if e := unavailable(err); e != nil {
		return e
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// unavailable returns the fault for a database that cannot answer, or take more,
// now; or nil.
func unavailable(err error) *fault.Error {
	switch {
	case isBusy(err):
		e := fault.New(fault.Unavailable, "database_busy", "the database is busy; try again")
		e.RetryAfter, e.Err = time.Second, err
		return e
	case isFull(err):
		e := fault.New(fault.Full, "storage_full", "the database has no room left; nothing was written")
		e.RetryAfter, e.Err = 30*time.Second, err
		return e
	case isGone(err):
		e := fault.New(fault.Unavailable, "database_unavailable", "the database cannot be reached; try again")
		e.RetryAfter, e.Err = 5*time.Second, err
		return e
	}
	return nil
}

// sqliteCode is the extended result code, 0 when it is no error of SQLite.
func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// pgCode is the SQLSTATE, empty when it is no error of PostgreSQL.
func pgCode(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// isUnique reports a violation of a unique index or primary key.
func isUnique(err error) bool {
	switch sqliteCode(err) {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return true
	}
	return pgCode(err) == pgUnique
}

// isForeignKey reports a violation of a foreign key. ON DELETE RESTRICT is
// reported by SQLite as a trigger's.
func isForeignKey(err error) bool {
	switch sqliteCode(err) {
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY, sqlite3.SQLITE_CONSTRAINT_TRIGGER:
		return true
	}
	code := pgCode(err)
	return code == pgForeignKey || code == "23001"
}

func isBusy(err error) bool {
	switch sqliteCode(err) & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return true
	}
	return pgCode(err) == pgLockTimeout
}

// isFull reports a disk without room. SQLite says so with a code of its own where
// it makes the index of its write-ahead log longer.
func isFull(err error) bool {
	code := sqliteCode(err)
	return code&0xff == sqlite3.SQLITE_FULL || code == sqlite3.SQLITE_IOERR_SHMSIZE || pgCode(err) == pgDiskFull
}

// isGone reports a server that refuses, went away, is starting or stopping, or
// takes no writes since it became a standby. A context that ended is its owner's
// doing and not the server's, unless there was no connection yet: that is waited
// for by the driver's clock.
func isGone(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false
	}
	var refused *pgconn.ConnectError
	if errors.As(err, &refused) {
		return true
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var said *pgconn.PgError
	if errors.As(err, &said) {
		// After FATAL and PANIC the server closes the connection, whatever the code is.
		return said.SeverityUnlocalized == "FATAL" || said.SeverityUnlocalized == "PANIC" || said.Code == pgReadOnly || said.Code == pgStalled ||
			slices.ContainsFunc(pgGone, func(class string) bool { return strings.HasPrefix(said.Code, class) })
	}
	var network *net.OpError
	if errors.As(err, &network) {
		return true
	}
	// What the network's errors become on their way: a connection that was cut while
	// a reply was read, and one that was found closed when it was to be used again.
	for _, broken := range []error{io.EOF, io.ErrUnexpectedEOF, pgconn.ErrConnClosed, net.ErrClosed, driver.ErrBadConn, syscall.EPIPE, syscall.ECONNRESET} {
		if errors.Is(err, broken) {
			return true
		}
	}
	return false
}

// notFound turns "no row" into a NotFound fault for the noun.
func notFound(noun string, name string, err error) error {
	if db.IsNotFound(err) || errors.Is(err, sql.ErrNoRows) {
		return fault.Missing(noun, name)
	}
	return fail("read "+strings.ReplaceAll(noun, "_", " "), err)
}

// written turns the outcome of a conditional write into Stale or NotFound when
// it changed nothing; exists tells which.
func written(noun string, of id.ID, n int, err error, exists func() (bool, error)) error {
	switch {
	case err != nil:
		return fail("write "+strings.ReplaceAll(noun, "_", " "), err)
	case n > 0:
		return nil
	}
	there, err := exists()
	if err != nil {
		return fail("read "+strings.ReplaceAll(noun, "_", " "), err)
	}
	if there {
		return fault.Stale(strings.ReplaceAll(noun, "_", " "))
	}
	return fault.Missing(noun, string(of))
}

// gone reports that something an insert refers to was removed meanwhile.
func gone(err error) error {
	if !isForeignKey(err) {
		return err
	}
	e := fault.New(fault.Conflict, "reference_missing", "something that this refers to does not exist any more; read it again")
	e.Err = err
	return e
}
