package app_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/ent/storetest"
)

// metrics is what a scrape sees once figures were read.
func (h *house) metrics() string {
	h.t.Helper()
	if err := h.app.ReadFigures(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.app.Handler().ServeHTTP(w, httptest.NewRequestWithContext(h.t.Context(), http.MethodGet, "/metrics", nil))
	return w.Body.String()
}

// Evenkeel itself is the only service, with two SLOs and a place on one scorecard.
func TestMetricsOfServicesAreThereWhenAskedForAndUpToTheLimit(t *testing.T) {
	t.Parallel()
	databases := map[string]func(*testing.T) string{"SQLite": func(*testing.T) string { return "" }, "PostgreSQL": func(t *testing.T) string { return storetest.PostgresURL(t) }}
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, database(t), func(c *config.Config) { c.Telemetry.ServiceMetrics, c.Telemetry.ServiceMetricsLimit = true, 1 })
			text := h.metrics()
			for _, want := range []string{
				"evenkeel_database_up 1\n", "evenkeel_database_answer_seconds ", "evenkeel_jobs_leased 0\n", "evenkeel_issues_overdue_seconds 0\n",
				`evenkeel_slo_state{service="evenkeel",slo="availability",state="no_data",team="platform"} 1`,
				"evenkeel_service_metrics_left_out 1\n", "go_sql_max_open_connections{db_name=",
			} {
				if !strings.Contains(text, want) {
					t.Errorf("no %q", want)
				}
			}
			if strings.Contains(text, `slo="latency"`) {
				t.Error("there is more than the limit")
			}
			if disk := strings.Contains(text, "evenkeel_data_dir_free_bytes "); disk != (name == "SQLite") {
				t.Errorf("it tells of the disk of the data directory: %v", disk)
			}
		})
	}
	t.Run("not asked for", func(t *testing.T) {
		t.Parallel()
		if text := open(t, "").metrics(); strings.Contains(text, "evenkeel_slo_") || strings.Contains(text, "evenkeel_scorecard_") || strings.Contains(text, "left_out") {
			t.Error("services are told of")
		}
	})
}
