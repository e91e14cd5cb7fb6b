package store_test

import (
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
