package store_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

func TestAFullDiskIsSaidSo(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	writer, _ := s.Pools()
	// SQLite answers SQLITE_FULL when its file may not grow, as on a full disk.
	if _, err := writer.ExecContext(t.Context(), "PRAGMA max_page_count = 1"); err != nil {
		t.Fatal(err)
	}
	err := s.InTx(t.Context(), func(ctx context.Context) error {
		for i := range 1000 {
			team := registry.Team{
				ID: id.New(storetest.Start), Slug: fmt.Sprint("t-", i), Description: strings.Repeat("x", 1000),
				CreatedAt: storetest.Start, UpdatedAt: storetest.Start, Version: 1,
			}
			if err := s.Registry().CreateTeam(ctx, team); err != nil {
				return err
			}
		}
		return nil
	})
	if e := fault.As(err); e == nil || e.Kind != fault.Full || e.Code != "storage_full" || e.RetryAfter == 0 {
		t.Fatalf("got %v, want storage_full", err)
	}
	if page, err := s.Registry().TeamBySlug(t.Context(), "t-0"); !fault.Is(err, fault.NotFound) {
		t.Errorf("something was left behind: %v, %v", page, err)
	}
}

func TestErrorsOfPostgreSQLAreToldApartByCode(t *testing.T) {
	t.Parallel()
	// Codes: https://www.postgresql.org/docs/15/errcodes-appendix.html
	for code, want := range map[string]string{
		"53100": "storage_full",         // disk_full
		"55P03": "database_busy",        // lock_not_available
		"57014": "database_unavailable", // query_canceled, by somebody else
		"57P01": "database_unavailable", // admin_shutdown
		"57P02": "database_unavailable", // crash_shutdown
		"57P03": "database_unavailable", // cannot_connect_now
		"57P05": "database_unavailable", // idle_session_timeout
		"53200": "database_unavailable", // out_of_memory
		"53300": "database_unavailable", // too_many_connections
		"08000": "database_unavailable", // connection_exception
		"08006": "database_unavailable", // connection_failure
		"08P01": "database_unavailable", // protocol_violation
		"25006": "database_unavailable", // read_only_sql_transaction
		"22012": "",                     // division_by_zero
		"42P01": "",                     // undefined_table
	} {
		err := store.Fail("write", fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: code, Message: "disk full, busy, unique"}))
		becomes(t, code, err, want)
	}
	// A password that was changed, for example: there is no connection any more.
	err := store.Fail("write", &pgconn.PgError{SeverityUnlocalized: "FATAL", Code: "28P01"})
	becomes(t, "FATAL", err, "database_unavailable")
}

func becomes(t *testing.T, what string, err error, want string) {
	t.Helper()
	e, kind := fault.As(err), fault.Unavailable
	if want == "storage_full" {
		kind = fault.Full
	}
	switch {
	case want == "" && e != nil:
		t.Errorf("%s became %s, want no fault", what, e.Code)
	case want != "" && (e == nil || e.Kind != kind || e.Code != want || e.RetryAfter <= 0):
		t.Errorf("%s became %v, want %s", what, err, want)
	}
}

// The errors that a connection gives which breaks under a request.
func TestABrokenConnectionIsADatabaseThatCannotBeReached(t *testing.T) {
	t.Parallel()
	for what, err := range map[string]error{
		"refused":             &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED},
		"reset":               &net.OpError{Op: "read", Err: syscall.ECONNRESET},
		"a pipe without end":  syscall.EPIPE,
		"cut":                 io.ErrUnexpectedEOF,
		"closed by the other": io.EOF,
		"closed by us":        net.ErrClosed,
		"closed before":       pgconn.ErrConnClosed,
		"bad":                 driver.ErrBadConn,
	} {
		becomes(t, what, store.Fail("write", fmt.Errorf("wrapped: %w", err)), "database_unavailable")
	}
	for what, err := range map[string]error{"cancelled": context.Canceled, "timed out": context.DeadlineExceeded} {
		becomes(t, what, store.Fail("write", fmt.Errorf("wrapped: %w", err)), "")
	}
}

// A server that takes connections and says nothing, as a machine does that is
// out of memory: connecting is given up by the time-out in the URL.
func TestAServerThatSaysNothingIsUnavailable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = store.Open(t.Context(), store.Options{URL: "postgres://user:secret@" + l.Addr().String() + "/db?connect_timeout=1"})
	becomes(t, "silence", err, "database_unavailable")
}

func TestWhatTheCallerEndedIsNoFaultOfTheDatabase(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.Registry().TeamBySlug(ctx, "payments")
		if !errors.Is(err, context.Canceled) || fault.As(err) != nil {
			t.Errorf("got %v, want context.Canceled and no fault", err)
		}
	})
}

func TestABusyDatabaseIsSaidSo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	// A tool that somebody opened the file with, and that heeds no lock of ours.
	other, err := sql.Open("sqlite", "file:"+dir+"/"+store.FileName+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	held, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Rollback()
	writer, _ := s.Pools()
	if _, err := writer.ExecContext(t.Context(), "PRAGMA busy_timeout = 10"); err != nil {
		t.Fatal(err)
	}
	err = s.InTx(t.Context(), func(context.Context) error { return nil })
	if e := fault.As(err); e == nil || e.Kind != fault.Unavailable || e.Code != "database_busy" || e.RetryAfter == 0 {
		t.Fatalf("got %v, want database_busy", err)
	}
}
