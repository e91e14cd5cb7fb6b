package store_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
)

// policyLookups are what is asked with each answer of the gate, each violation that opens, and by
// rates, of a service and an SLO; and how many rows may be read for each where there are
// thousands of all.
func policyLookups(service, of id.ID) []struct {
	lookup
	most float64
} {
	now := storetest.Start
	return []struct {
		lookup
		most float64
	}{
		// PostgreSQL looks through the attachments, two of each service, and at little else: it has
		// no index by the target alone.
		{lookup{text: store.AttachedTo, args: []any{string(service), "service", "tier", "1", "all"}}, 20},
		{lookup{text: store.Surroundings, args: []any{string(service), now, "hard"}}, 20},
		{lookup{text: store.Lifts, args: []any{now}}, 20},
		{lookup{text: store.IssueBefore, args: []any{string(of), fmt.Sprintf("%026d", 1), "spent", "void"}}, 60},
	}
}

// wholly is a line of a plan of SQLite's that has a table looked at wholly which grows with the
// organisation or with time.
var wholly = regexp.MustCompile(`^SCAN (a|v|i|s|d|o|gate_overrides|violations|issues|dependencies)$`)

func TestSQLiteFindsWhatTheGateFollowsFromByIndexes(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	for _, l := range policyLookups("none", "none") {
		plan := l.plan(t, s)
		for _, line := range plan {
			if wholly.MatchString(line) {
				t.Errorf("%s has all looked at: %q in %q", l.text, line, plan)
			}
		}
	}
}

// Each of 1,000 services has an SLO, two attachments, ten violations that ended, each with an
// issue, ten overrides that are over, and a dependency.
func TestPostgreSQLFindsWhatTheGateFollowsFromByIndexes(t *testing.T) {
	t.Parallel()
	s := storetest.Postgres(t)
	team := storetest.Team(t, s, "payments")
	writer, _ := s.Pools()
	for _, fill := range []string{
		`INSERT INTO services (id, slug, name, description, kind, tier, lifecycle, repository, on_call, runbook, dashboard, docs, contact, labels, annotations, created_at, updated_at, version, team_id)
SELECT lpad(n::text, 26, '0'), 's' || n, 's', '', 'http', 1, 'production', '', '', '', '', '', '', '{}', '{}', $1, $1, 1, '` + string(team.ID) + `' FROM generate_series(1, 1000) n`,
		`INSERT INTO slos (id, slug, name, description, revision, created_at, updated_at, version, service_id)
SELECT lpad(n::text, 26, '0'), 'o', 'o', '', 1, $1, $1, 1, lpad(n::text, 26, '0') FROM generate_series(1, 1000) n`,
		`INSERT INTO policies (id, slug, name, description, revision, revisit_told, created_at, updated_at, version) SELECT lpad(n::text, 26, '0'), 'p' || n, 'p', '', 1, '', $1, $1, 1 FROM generate_series(1, 2) n`,
		`INSERT INTO policy_revisions (id, number, terms, revised_by, created_at, policy_id) SELECT lpad(n::text, 26, '0'), 1, '{}', '', $1, lpad(n::text, 26, '0') FROM generate_series(1, 2) n`,
		`INSERT INTO policy_attachments (id, target, target_key, tier, mode, created_at, updated_at, created_by, version, policy_id, service_id)
SELECT lpad((p * 10000 + n)::text, 26, '0'), 'service', lpad(n::text, 26, '0'), 0, 'enforce', $1, $1, '', 1, lpad(p::text, 26, '0'), lpad(n::text, 26, '0') FROM generate_series(1, 1000) n, generate_series(1, 2) p`,
		`INSERT INTO violations (id, clause, attachment_id, mode, opened_at, evidence, handling, ended_at, ending, version, policy_id, revision_id, slo_id, service_id)
SELECT lpad((k * 10000 + n)::text, 26, '0'), 'spent', '', 'enforce', $1::timestamptz - k * interval '1 day', '{}', '{}', $1::timestamptz - k * interval '1 day', 'recovered', 1, lpad('1', 26, '0'), lpad('1', 26, '0'), lpad(n::text, 26, '0'), lpad(n::text, 26, '0')
FROM generate_series(1, 1000) n, generate_series(1, 10) k`,
		`INSERT INTO issues (id, kind, fingerprint, subject, episode, repository, title, body, labels, assignees, comments, open, ending, created_at, updated_at, version, service_id)
SELECT id, 'budget_violation', id, slo_id, id, '', '', '', '[]', '[]', '[]', false, '', $1, $1, 1, service_id FROM violations`,
		`INSERT INTO gate_overrides (id, reason, made_at, until, made_by, person_id, version, service_id)
SELECT lpad((k * 10000 + n)::text, 26, '0'), '', $1::timestamptz - k * interval '1 day', $1::timestamptz - k * interval '1 day' + interval '1 hour', '', '', 1, lpad(n::text, 26, '0') FROM generate_series(1, 1000) n, generate_series(1, 10) k`,
		`INSERT INTO dependencies (id, criticality, failure_mode, timeout_us, retry, breaker, bulkhead, created_at, updated_at, version, service_id, on_id)
SELECT lpad(n::text, 26, '0'), 'hard', '', 0, '', '', '', $1, $1, 1, lpad(n::text, 26, '0'), lpad((n % 1000 + 1)::text, 26, '0') FROM generate_series(1, 1000) n`,
	} {
		var args []any
		if strings.Contains(fill, "$1") {
			args = []any{storetest.Start}
		}
		if _, err := writer.ExecContext(t.Context(), fill, args...); err != nil {
			t.Fatalf("%s: %v", fill, err)
		}
	}
	for _, table := range []string{"services", "slos", "policies", "policy_revisions", "policy_attachments", "violations", "issues", "gate_overrides", "dependencies"} {
		if _, err := writer.ExecContext(t.Context(), "VACUUM ANALYZE "+table); err != nil {
			t.Fatal(err)
		}
	}
	one := id.ID(fmt.Sprintf("%026d", 500))
	for _, l := range policyLookups(one, one) {
		if n, plan := l.read(t, s); n > l.most {
			t.Errorf("%s: %v rows are read, want at most %v, by %s", l.text, n, l.most, plan)
		}
	}
}
