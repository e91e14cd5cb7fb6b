package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// issueLookups are what is asked of issues, and how SQLite is to find them.
func issueLookups(t *testing.T, s *store.Store, service id.ID) []lookup {
	t.Helper()
	yes, no := true, false
	out := []lookup{{store.OpenedSince, []any{"none", storetest.Start.Add(19_990 * time.Minute)}, "delivery_opened_at (opened_at>?)"}}
	for _, c := range []struct {
		f  delivery.Filter
		by string
	}{
		{delivery.Filter{}, "sqlite_autoindex_issues_1"},
		{delivery.Filter{Filter: issues.Filter{Service: service}}, "issue_service_id_id (service_id=?)"},
		{delivery.Filter{Filter: issues.Filter{Subject: "none"}}, "issue_subject_id (subject=?)"},
		{delivery.Filter{Filter: issues.Filter{Open: &yes}}, "issue_open"},
		{delivery.Filter{State: delivery.Sent}, "delivery_state_issue_id (state=?)"},
		{delivery.Filter{State: delivery.Dead}, "delivery_state_issue_id (state=?)"},
		{delivery.Filter{State: delivery.Unknown}, "delivery_state_issue_id (state=?)"},
		{delivery.Filter{Troubled: &yes}, "delivery_troubled"},
		{delivery.Filter{Troubled: &no}, "delivery_issue_id"},
		{delivery.Filter{Filter: issues.Filter{Subject: "none"}, State: delivery.Sent}, "issue_subject_id (subject=?)"},
	} {
		asked := len(out)
		spied := s.Spied(func(text string, args []any) { out = append(out, lookup{text, args, c.by}) })
		if _, err := spied.Delivery().List(t.Context(), c.f, page.Request{Limit: 8}); err != nil {
			t.Fatal(err)
		}
		if len(out) == asked {
			t.Fatalf("no statement of %+v was seen", c.f)
		}
	}
	return out
}

// Issues stay for good: no page of them may have all looked at, whether it is of the
// many that are sent or of the few that are dead.
func TestSQLiteFindsIssuesByIndexes(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	for _, l := range issueLookups(t, s, "none") {
		plan := l.plan(t, s)
		first := plan[0]
		if first == "MULTI-INDEX OR" && len(plan) > 2 { // the first of the two follows
			first = plan[2]
		}
		if !strings.HasSuffix(first, "INDEX "+l.by) {
			t.Errorf("%s is found by %q, want %s", l.text, plan, l.by)
		}
		if slices.ContainsFunc(plan, func(line string) bool { return strings.Contains(line, "TEMP B-TREE") }) {
			t.Errorf("%s has to be sorted: %q", l.text, plan)
		}
	}
}

// A count looks at no row but at those that wait, are dead, or were opened lately.
func TestSQLiteCountsIssuesInIndexes(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	for text, args := range s.Counting(storetest.Start) {
		l := lookup{text: text, args: args}
		if plan := l.plan(t, s); !strings.Contains(plan[0], " INDEX ") {
			t.Errorf("%s is answered by %q", text, plan)
		}
	}
}

func TestPostgreSQLFindsIssuesByIndexes(t *testing.T) {
	t.Parallel()
	s := storetest.Postgres(t)
	service := storetest.Service(t, s, storetest.Team(t, s, "payments").ID, "checkout")
	writer, _ := s.Pools()
	for _, fill := range []struct {
		text string
		args []any
	}{
		{`INSERT INTO issues (id, kind, fingerprint, service_id, subject, episode, repository, title, body, labels, assignees, comments, open, ending, created_at, updated_at, version)
SELECT lpad(n::text, 26, '0'), 'budget_violation', n::text, $1, n::text, n::text, '', 't', 'b', '[]', '[]', '[]', n % 100 = 0, '', $2, $2, 1 FROM generate_series(1, 20000) n`,
			[]any{string(service.ID), storetest.Start}},
		{`INSERT INTO deliveries (issue_id, kind, state, repository, number, url, outcome, holder, epoch, intent, written, attempts, failures, problem, because, opened_at, calls, created_at, updated_at, version)
SELECT lpad(n::text, 26, '0'), 'budget_violation', CASE WHEN n % 100 = 0 THEN 'dead' ELSE 'sent' END, 'acme/shop', n, '', '', '', 0, 'null', jsonb_build_object('as long as it is', repeat(md5(n::text), 30)), 1, 0,
CASE WHEN n % 100 = 0 THEN 'gone' ELSE '' END, CASE WHEN n % 100 = 0 THEN 'place' ELSE '' END, $1::timestamptz + n * interval '1 minute', 0, $1, $1, 1 FROM generate_series(1, 20000) n`,
			[]any{storetest.Start}},
		{"VACUUM ANALYZE issues", nil},
		{"VACUUM ANALYZE deliveries", nil},
	} {
		if _, err := writer.ExecContext(t.Context(), fill.text, fill.args...); err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range issueLookups(t, s, service.ID) {
		if n, plan := l.read(t, s); n > 100 {
			t.Errorf("%s: %v rows are read of 20000 by %s", l.text, n, plan)
		}
	}
	// All states are counted, which reads all of their index; the dead are 200.
	for text, args := range s.Counting(storetest.Start.Add(19_990*time.Minute + 7*24*time.Hour)) {
		l := lookup{text: text, args: args}
		if n, plan := l.read(t, s); n > 200 && !strings.Contains(text, "GROUP BY d.state") {
			t.Errorf("%s: %v rows are read of 20000 by %s", text, n, plan)
		}
	}
}
