package deploy

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
)

// board is what is looked at of a dashboard.
type board struct {
	file          string
	UID           string
	Title         string
	SchemaVersion int
	Templating    struct {
		List []struct{ Name, Type, Definition, AllValue string }
	}
	Panels []panel
}

type panel struct {
	ID          int
	Type, Title string
	Description string
	Datasource  *struct{ Type, UID string }
	FieldConfig struct {
		Defaults struct{ Unit string }
	}
	Targets []struct {
		Expr       string
		Datasource *struct{ Type, UID string }
	}
}

func boards(t *testing.T) []board {
	t.Helper()
	files, err := filepath.Glob("grafana/*.json")
	if err != nil || len(files) < 3 {
		t.Fatalf("%v, %v: want dashboards", files, err)
	}
	all := make([]board, len(files))
	for i, file := range files {
		if err := json.Unmarshal([]byte(read(t, file)), &all[i]); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[i].file = file
	}
	return all
}

func TestDashboardsAreWholeAndOfNobodysDataSource(t *testing.T) {
	t.Parallel()
	uids := map[string]string{}
	for _, b := range boards(t) {
		if before := uids[b.UID]; before != "" || b.UID == "" || len(b.UID) > 40 { // the most that Grafana keeps
			t.Errorf("%s has the uid %q, as %q has", b.file, b.UID, before)
		}
		uids[b.UID] = b.file
		if b.SchemaVersion != 39 { // of Grafana 11, which newer ones still read
			t.Errorf("%s is of the schema %d", b.file, b.SchemaVersion)
		}
		if b.Templating.List[0].Type != "datasource" || b.Templating.List[0].Name != "datasource" {
			t.Errorf("%s has no variable for the data source", b.file)
		}
		ids := map[int]bool{}
		for _, p := range b.Panels {
			if ids[p.ID] {
				t.Errorf("%s: two panels have the id %d", b.file, p.ID)
			}
			ids[p.ID] = true
			if p.Type == "row" {
				continue
			}
			if p.Title == "" || p.Description == "" || p.FieldConfig.Defaults.Unit == "" || len(p.Targets) == 0 {
				t.Errorf("%s: the panel %q lacks a title, a description, a unit, or queries", b.file, p.Title)
			}
			for _, target := range p.Targets {
				for _, source := range []*struct{ Type, UID string }{p.Datasource, target.Datasource} {
					if source == nil || source.UID != "${datasource}" || source.Type != "prometheus" {
						t.Errorf("%s: the panel %q reads from %+v", b.file, p.Title, source)
					}
				}
			}
		}
	}
}

// empty are metrics without series in a healthy installation that has asked nobody, and why.
var empty = map[string]string{
	"evenkeel_collection_lag_seconds":          "there is no data source",
	"evenkeel_collection_failures_total":       "there is no data source",
	"evenkeel_missing_slots_total":             "there is no data source",
	"evenkeel_outbound_calls_total":            "nobody is called",
	"evenkeel_outbound_attempt_seconds_bucket": "nobody is called",
	"evenkeel_outbound_breaker_state":          "nobody is called",
	`evenkeel_issues{state="dead"}`:            "no issue is dead",
	"process_resident_memory_bytes":            "a directory in place of a container has no /proc",
	"process_cpu_seconds_total":                "a directory in place of a container has no /proc",
	"evenkeel_issues":                          "there is no issue",
	`evenkeel_job_runs_total{state="failed"}`:  "no job failed",
}

var variable = regexp.MustCompile(`\$\w+`)

// asked is what Grafana would ask for, with everything chosen.
func asked(expr string) string {
	return variable.ReplaceAllStringFunc(expr, func(name string) string {
		if name == "$__rate_interval" {
			return "1m"
		}
		return ".*"
	})
}

// selectors are the metrics that an expression reads, each as it asks for them.
func selectors(t *testing.T, expr string) []*parser.VectorSelector {
	t.Helper()
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	var all []*parser.VectorSelector
	parser.Inspect(parsed, func(n parser.Node, _ []parser.Node) error {
		if s, ok := n.(*parser.VectorSelector); ok {
			all = append(all, s)
		}
		return nil
	})
	return all
}

// The queries of dashboards and alerts are put to a real Prometheus that scrapes a real
// Evenkeel, which has measured its own traffic: each selects something, but for what cannot be there.
func TestWhatDashboardsAndAlertsAskForIsThere(t *testing.T) {
	t.Parallel()
	c := build(t)
	traffic(t, c)
	// The next start reads its figures at once.
	s := c.serve(t, "EVENKEEL_TELEMETRY_SERVICE_METRICS=true")
	queries := map[string]string{} // by where they are
	whole := map[string]string{}   // those that answer with all that they ask for
	for _, b := range boards(t) {
		for _, v := range b.Templating.List[1:] {
			inner, _, _ := strings.Cut(strings.TrimPrefix(v.Definition, "label_values("), "}")
			whole[b.file+" $"+v.Name] = asked(inner + "}")
		}
		for _, p := range b.Panels {
			for _, target := range p.Targets {
				whole[b.file+" "+p.Title+": "+target.Expr] = asked(target.Expr)
			}
		}
	}
	for _, a := range alerts(t) {
		for _, selector := range selectors(t, a.Expr) {
			selector.OriginalOffset, selector.Timestamp = 0, nil
			queries[a.Name+": "+selector.String()] = selector.String()
		}
	}
	for where, expr := range whole {
		queries[where] = expr
	}
	scrape(t, func(ctx context.Context, prometheus string) {
		tick := time.NewTicker(250 * time.Millisecond)
		defer tick.Stop()
		for {
			for where, expr := range queries {
				n, problem := answers(t, prometheus, expr)
				if problem != "" {
					t.Errorf("%s: %s", where, problem)
				}
				if n > 0 || problem != "" || excused(t, expr) {
					delete(queries, where)
				}
			}
			if len(queries) == 0 {
				return
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				for where, expr := range queries {
					t.Errorf("%s: there is nothing of %s", where, expr)
				}
				return
			}
		}
	}, s)
	s.stop(t)
}

// excused tells whether all that an expression reads is known to be empty.
func excused(t *testing.T, expr string) bool {
	t.Helper()
	return !slices.ContainsFunc(selectors(t, expr), func(s *parser.VectorSelector) bool {
		if empty[s.Name] != "" {
			return false
		}
		for _, m := range s.LabelMatchers {
			if empty[s.Name+"{"+m.String()+"}"] != "" {
				return false
			}
		}
		return true
	})
}

// answers is how many series a query has, and why it has none if it is wrong.
func answers(t *testing.T, prometheus, expr string) (series int, problem string) {
	t.Helper()
	var answer struct {
		Status, Error string
		Data          struct{ Result []any }
	}
	status, body := fetch(t, http.DefaultClient, prometheus+"/api/v1/query?query="+url.QueryEscape(expr), "")
	if status == http.StatusServiceUnavailable {
		return 0, "" // it listens before it is ready
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		return 0, err.Error()
	}
	if answer.Status != "success" {
		return 0, answer.Error
	}
	return len(answer.Data.Result), ""
}

// traffic has the program of the image count requests of its own, and waits until it has
// judged its SLOs by them and put itself on its scorecard.
func traffic(t *testing.T, c container) {
	t.Helper()
	s := c.serve(t)
	defer s.stop(t)
	token := strings.TrimSpace(read(t, filepath.Join(c.root, "data", "admin-token")))
	for range 120 { // the SLOs want a hundred
		fetch(t, http.DefaultClient, s.base+"/v1/services", token)
	}
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		_, status := fetch(t, http.DefaultClient, s.base+"/v1/services/evenkeel/slos/availability/status", token)
		_, cards := fetch(t, http.DefaultClient, s.base+"/v1/services/evenkeel/scorecards", token)
		var judged struct{ State string }
		var placed struct {
			Scorecards []struct{ Score *float64 }
		}
		if json.Unmarshal([]byte(status), &judged) == nil && json.Unmarshal([]byte(cards), &placed) == nil &&
			judged.State != "" && judged.State != "no_data" && len(placed.Scorecards) > 0 && placed.Scorecards[0].Score != nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("it has not judged itself: %s %s", status, cards)
		}
	}
}
