package store_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/drift"
	"github.com/evenkeel/evenkeel/services/incident/action"
)

// What facts of services follow from is asked of all services every few minutes. Of people, who
// are found by their identifiers from memberships, and of what is asked for itself nothing else is
// looked at: each table is searched by an index.
func TestSQLiteFindsWhatFactsOfServicesFollowFromByIndexes(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	var mu sync.Mutex
	var asked []lookup
	watched, pool, err := s.Watched(func(text string, args []any) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, lookup{text: text, args: args})
	})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	some := []id.ID{"one", "two", "three"}
	ctx, now := t.Context(), storetest.Start
	reads := map[string]func(s *store.Store) error{
		"members":      func(s *store.Store) error { _, err := s.Registry().CountActive(ctx, some); return err },
		"dependencies": func(s *store.Store) error { _, err := s.Registry().DependenciesOf(ctx, some); return err },
		"mappings":     func(s *store.Store) error { _, err := s.Signals().MappingsOf(ctx, some); return err },
		"decisions":    func(s *store.Store) error { _, err := s.Gate().LastAsked(ctx, some); return err },
		"changes":      func(s *store.Store) error { _, err := s.Changes().RecentOf(ctx, some, now); return err },
		"incidents":    func(s *store.Store) error { _, err := s.Incidents().BeganOf(ctx, some, now); return err },
		"postmortems":  func(s *store.Store) error { _, err := s.Postmortems().EndedOf(ctx, some, now); return err },
		"items": func(s *store.Store) error {
			_, err := s.Actions().CountPast(ctx, some, action.Priorities, "2026-03-14")
			return err
		},
		"SLOs":   func(s *store.Store) error { _, err := s.SLO().ViewsOf(ctx, some); return err },
		"drifts": func(s *store.Store) error { _, err := s.Drifts().DriftsOf(ctx, some); return err },
		"untold": func(s *store.Store) error {
			_, err := s.Drifts().Untold(ctx, now, drift.Drift{ID: "one", FoundAt: now}, 9)
			return err
		},
		"refusing":   func(s *store.Store) error { _, err := s.Delivery().Refusing(ctx); return err },
		"violations": func(s *store.Store) error { _, err := s.Policy().OpenViolationsOf(ctx, some); return err },
	}
	for name, read := range reads {
		before := len(asked)
		if err := read(watched); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(asked) != before+1 {
			t.Errorf("%s are read by %d statements, want 1", name, len(asked)-before)
		}
		for _, l := range asked[before:] {
			for _, line := range l.plan(t, s) {
				if strings.HasPrefix(line, "SCAN ") && line != "SCAN w" && !strings.Contains(line, "CONSTANT ROW") && !strings.Contains(line, "wanted") && !strings.HasSuffix(line, "INDEX delivery_dead") { // which has what is dead alone
					t.Errorf("%s has all looked at: %q", l.text, line)
				}
			}
		}
	}
}
