package storetest

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
)

// patience is for what another goroutine or PostgreSQL is about to do, on a machine
// that is busy.
const patience = 30 * time.Second

// AwaitLock waits until somebody waits for a lock in the PostgreSQL database at the
// address: only then is it known that they have to, and not just that they have not
// come as far. It is also true of whoever is held up for good.
func AwaitLock(t testing.TB, address string) {
	t.Helper()
	db, err := admin()
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	const query = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'"
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-poll.C {
		var waiting int
		if err := db.QueryRowContext(t.Context(), query, strings.TrimPrefix(u.Path, "/")).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
		if waiting > 0 {
			return
		}
	}
	t.Fatalf("nobody waited for a lock within %s", patience)
}

// AwaitBlocked waits until who began has to wait for the store. SQLite tells nobody
// that somebody waits for its lock: there it is given a moment.
func AwaitBlocked(t testing.TB, s *store.Store, began <-chan struct{}) {
	t.Helper()
	<-began
	if address, postgres := urls.Load(s); postgres {
		AwaitLock(t, address.(string))
		return
	}
	<-time.After(50 * time.Millisecond)
}
