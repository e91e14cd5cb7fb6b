package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
)

// Scorecards read what is given of hundreds of services at once, the job goes through all that
// expires, and people go through the history of one service: nothing else is looked at or sorted.
func TestSQLiteFindsWhatIsGivenByIndexes(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	now := storetest.Start
	history, ofService := store.ListedAttestations("none", "", now)
	fact, ofFact := store.ListedAttestations("none", "loadTested", now)
	for _, l := range []lookup{
		{store.PushedOf + "($1,$2)", []any{"a", "b"}, "pushedfact_service_id_name (service_id=?)"},
		{store.AttestedOf + "($1,$2)", []any{"a", "b"}, "attestation_in_force (service_id=?)"},
		{store.Expiring, []any{now, now, "a", 10}, "attestation_expiry ((until,id)>(?,?) AND until<?)"},
		{store.ServicesOf, []any{"loadTested"}, "attestation_name (name=?)"},
		{history, ofService, "attestation_service_id_id (service_id=?)"},
		{fact, ofFact, "attestation_service_id_name_id (service_id=? AND name=?)"},
	} {
		plan := l.plan(t, s)
		if !slices.ContainsFunc(plan, func(line string) bool { return strings.HasSuffix(line, "INDEX "+l.by) }) || slices.ContainsFunc(plan, func(line string) bool {
			return strings.HasPrefix(line, "SCAN") || strings.Contains(line, "TEMP B-TREE") && l.text != store.ServicesOf // for administrators, once in a while
		}) {
			t.Errorf("%s is found by %q, want %s", l.text, plan, l.by)
		}
	}
}
