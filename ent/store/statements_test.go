package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/evenkeel/evenkeel/ent/storetest"
)

func TestAStatementCanRunAgainWhileItsRowsAreRead(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	writer, _ := s.Pools()
	tx, err := writer.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	const query = "SELECT value FROM json_each(?)"
	outer, err := tx.QueryContext(t.Context(), query, "[1,2,3]")
	if err != nil {
		t.Fatal(err)
	}
	defer outer.Close()
	var got []int
	for outer.Next() {
		var a int
		if err := outer.Scan(&a); err != nil {
			t.Fatal(err)
		}
		inner, err := tx.QueryContext(t.Context(), query, "[10,20]")
		if err != nil {
			t.Fatal(err)
		}
		for inner.Next() {
			var b int
			if err := inner.Scan(&b); err != nil {
				t.Fatal(err)
			}
			got = append(got, a+b)
		}
		inner.Close()
	}
	if want := "[11 21 12 22 13 23]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestManyTextsDoNotPileUpAndFaultyOnesAreReported(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	_, reader := s.Pools()
	for round := range 2 {
		for i := range 600 { // more than are kept
			var got int
			if err := reader.QueryRowContext(t.Context(), fmt.Sprintf("SELECT %d + ?", i), round).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got != i+round {
				t.Fatalf("got %d, want %d", got, i+round)
			}
		}
	}
	if _, err := reader.QueryContext(t.Context(), "SELECT nothing FROM nowhere"); err == nil {
		t.Error("a faulty text was taken")
	}
	if _, err := reader.ExecContext(t.Context(), "DELETE FROM teams"); err == nil {
		t.Error("a reader wrote")
	}
}

func TestASchemaThatChangesUnderAPreparedStatementIsSeen(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	writer, reader := s.Pools()
	count := func() (n int) {
		t.Helper()
		rows, err := reader.QueryContext(t.Context(), "SELECT * FROM sign_in_codes")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		return len(columns)
	}
	before := count()
	if _, err := writer.ExecContext(t.Context(), "ALTER TABLE sign_in_codes ADD COLUMN extra text"); err != nil {
		t.Fatal(err)
	}
	for range 10 { // every reader that there is
		if after := count(); after != before+1 {
			t.Fatalf("%d columns, want %d", after, before+1)
		}
	}
}

func TestATransactionEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	writer, reader := s.Pools()
	ctx, cancel := context.WithCancel(t.Context())
	tx, err := writer.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	const insert = "INSERT INTO leases (name, holder, epoch, expires_at) VALUES (?, 'one', 1, '2026-11-26 00:00:00+00:00')"
	if _, err := tx.ExecContext(ctx, insert, "given-up"); err != nil {
		t.Fatal(err)
	}
	cancel()
	// The one connection comes back when the transaction has been rolled back.
	if _, err := writer.ExecContext(t.Context(), insert, "kept"); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), insert, "late"); !errors.Is(err, sql.ErrTxDone) {
		t.Errorf("a statement after the context's end: %v, want sql.ErrTxDone", err)
	}
	if err := tx.Commit(); !errors.Is(err, context.Canceled) && !errors.Is(err, sql.ErrTxDone) {
		t.Errorf("committed after the context's end: %v", err)
	}
	var names string
	if err := reader.QueryRowContext(t.Context(), "SELECT group_concat(name) FROM leases").Scan(&names); err != nil || names != "kept" {
		t.Errorf("written: %q (%v), want kept alone", names, err)
	}
	if _, err := writer.BeginTx(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("begun in a context that has ended: %v", err)
	}
	if _, err := writer.BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelSerializable}); err == nil {
		t.Error("a transaction took options that mean nothing")
	}
}

func TestATransactionThatCannotBeCommittedLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	writer, _ := s.Pools()
	for range 3 {
		tx, err := writer.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		// A foreign key that is looked at when the transaction ends: COMMIT fails then, and
		// SQLite keeps the transaction open (https://sqlite.org/foreignkeys.html, 4.2).
		for _, text := range []string{"PRAGMA defer_foreign_keys = 1", "INSERT INTO segments (series_id, span_s, start_s) VALUES ('nobody', 3600, 0)"} {
			if _, err := tx.ExecContext(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
		if err := tx.Commit(); err == nil {
			t.Fatal("a row of nobody was committed")
		}
		var n int
		if err := writer.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM segments").Scan(&n); err != nil || n != 0 {
			t.Fatalf("%d rows are left of a transaction that failed (%v)", n, err)
		}
	}
}

func TestATransactionThatSQLiteEndedItselfTakesItsConnectionAlong(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	writer, _ := s.Pools()
	tx, err := writer.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), "ROLLBACK"); err != nil { // as SQLite does by itself after some errors
		t.Fatal(err)
	}
	if err := tx.Rollback(); err == nil {
		t.Error("what was rolled back could be rolled back again")
	}
	again, err := writer.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatalf("the pool has no connection that begins anything: %v", err)
	}
	if err := again.Commit(); err != nil {
		t.Error(err)
	}
}
