package store_test

import (
	"testing"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
)

func TestSQLiteKeepsWhatTheDomainsAskFor(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t testing.TB) *store.Store { return storetest.SQLite(t) })
}

func TestPostgreSQLKeepsWhatTheDomainsAskFor(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t testing.TB) *store.Store { return storetest.Postgres(t) })
}
