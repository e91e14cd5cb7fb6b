package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/exemption"
)

// Passes over scorecards ask for hundreds of services at once, the job goes through all that is open,
// and people look at what waits and what is in force: nothing else is looked at or sorted.
func TestSQLiteFindsExemptionsByIndexes(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	now := storetest.Start
	list := func(f exemption.Filter, by string) lookup {
		text, args := store.ListedExemptions(f, now)
		return lookup{text, args, by}
	}
	for _, l := range []lookup{
		{store.ExemptionsOf + "($2,$3)", []any{now, "a", "b"}, "exemption_open (service_id=?)"},
		{store.SelectExemptions + store.OpenExemptionsAfter, []any{now, "a", 10}, "exemption_expiry ((until,id)>(?,?))"},
		list(exemption.Filter{State: exemption.Waiting}, "exemption_waiting (until>?)"),
		list(exemption.Filter{State: exemption.InForce}, "exemption_expiry (until>?)"),
		list(exemption.Filter{Service: "a"}, "exemption_service_id_id (service_id=?)"),
		list(exemption.Filter{Scorecard: "a"}, "exemption_scorecard_id_id (scorecard_id=?)"),
	} {
		plan := l.plan(t, s)
		if !slices.ContainsFunc(plan, func(line string) bool { return strings.HasSuffix(line, "INDEX "+l.by) }) || slices.ContainsFunc(plan, func(line string) bool {
			return strings.HasPrefix(line, "SCAN") || strings.Contains(line, "TEMP B-TREE")
		}) {
			t.Errorf("%s is found by %q, want %s", l.text, plan, l.by)
		}
	}
}

// As many services as a pass takes at a time are asked about at once.
func TestExemptionsOfManyServicesAreReadByOneStatement(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	services := []id.ID{storetest.Service(t, s, storetest.Team(t, s, "payments").ID, "checkout").ID}
	for len(services) < 500 {
		services = append(services, id.New(storetest.Start))
	}
	statements := 0
	watched, pool, err := s.Watched(func(string, []any) { statements++ })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := watched.Exemptions().InForce(t.Context(), services, storetest.Start); err != nil || statements != 1 {
		t.Errorf("%d statements: %v", statements, err)
	}
}
