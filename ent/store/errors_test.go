package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
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
	if e := fault.As(err); e == nil || e.Kind != fault.Unavailable || e.Code != "storage_full" {
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
		"57P01": "database_unavailable", // admin_shutdown
		"57P03": "database_unavailable", // cannot_connect_now
		"53300": "database_unavailable", // too_many_connections
		"08006": "database_unavailable", // connection_failure
		"22012": "",                     // division_by_zero
	} {
		err := store.Fail("write", fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: code, Message: "disk full, busy, unique"}))
		e := fault.As(err)
		switch {
		case want == "" && e != nil:
			t.Errorf("%s became %s, want no fault", code, e.Code)
		case want != "" && (e == nil || e.Kind != fault.Unavailable || e.Code != want):
			t.Errorf("%s became %v, want %s", code, err, want)
		}
	}
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
