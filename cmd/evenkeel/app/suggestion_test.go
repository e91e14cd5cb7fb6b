package app_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/app"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/internal/fault"
)

func TestSuggestionsThatCannotBeMadeSayWhy(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("administrator", "source", "/v1/data-sources", dataSource())
		h.make("administrator", "adapter", "/v1/data-sources", dataSource(`"slug":"adapter","kind":"adapter"`))
		h.make("administrator", "closed", "/v1/data-sources", dataSource(`"slug":"closed","matchersRequired":true`))
		h.make("administrator", "old", "/v1/data-sources", dataSource(`"slug":"old"`))
		h.must(200, call{as: "administrator", method: "POST", path: "/v1/data-sources/old/retire", header: []string{`If-Match: "1"`}, body: `{}`})
		get := func(as, service, query string) call {
			return call{as: as, method: "GET", path: "/v1/services/" + service + "/suggestions" + query}
		}
		h.all(t, []hostile{
			{"no data source", get("ada", "checkout", ""), 422, "invalid_input", "query.dataSource", "missing"},
			{"an empty one", get("ada", "checkout", "?dataSource="), 422, "invalid_input", "query.dataSource", "missing"},
			{"none that there is", get("ada", "checkout", "?dataSource=nowhere"), 422, "invalid_input", "query.dataSource", "names nothing that exists"},
			{"an adapter", get("ada", "checkout", "?dataSource=adapter"), 422, "invalid_input", "query.dataSource", "of kind prometheus"},
			{"one that was retired", get("ada", "checkout", "?dataSource=old"), 409, "data_source_retired", "", "restore"},
			{"one that is not for the team", get("ada", "checkout", "?dataSource=closed"), 403, "team_not_served", "", "payments"},
			{"a selector that ends", get("ada", "checkout", "?dataSource=prometheus-eu&selector=a%3D%22b%22%7D+or+x%7B"), 422, "invalid_input", "query.selector", ""},
			{"another kind", get("ada", "checkout", "?dataSource=prometheus-eu&kind=web"), 422, "invalid_input", "query.kind", "any"},
			{"too many", get("ada", "checkout", "?dataSource=prometheus-eu&limit=51"), 422, "invalid_input", "query.limit", "at most 50"},
			{"another team's service", get("bob", "checkout", "?dataSource=prometheus-eu"), 403, "forbidden", "", ""},
			{"a reader", get("rita", "checkout", "?dataSource=prometheus-eu"), 403, "forbidden", "", ""},
			{"no service", get("ada", "nowhere", "?dataSource=prometheus-eu"), 404, "service_not_found", "", ""},
		})
		h.do(get("ada", "checkout", "?dataSource=prometheus-eu")).expect(t, 503, "data_source_unavailable", "", "cannot be reached")
	})
}

// TestADataSourceThatForbidsIsNotTheCallersFault: that 403 is not of the caller's rights.
func TestADataSourceThatForbidsIsNotTheCallersFault(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		closed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
		defer closed.Close()
		h.make("administrator", "source", "/v1/data-sources", dataSource(`"address":"`+closed.URL+`"`))
		h.do(call{as: "ada", method: "GET", path: "/v1/services/checkout/suggestions?dataSource=prometheus-eu"}).
			expect(t, 503, "data_source_unavailable", "", "does not let Evenkeel read")
	})
}

func TestFaultsOfTheTemplatesAreThoseOfTheConfiguration(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, pointer, says string }{
		"no YAML":           {"a: [", "templates.yaml", "cannot be read"},
		"another format":    {"format: 2\ntemplates: []\n", "templates.yaml: /format", "must be 1"},
		"an unknown member": {"format: 1\nmore: 1\n", "templates.yaml", "unknown field"},
		"a nameless one":    {"format: 1\ntemplates: [{disabled: true}]\n", "templates.yaml: /templates/0/name", "RFC 1123"},
		"no file":           {"", "suggestions.templates", "can be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loaded, err := config.Load(config.Sources{Hostname: "test"})
			if err != nil {
				t.Fatal(err)
			}
			set := loaded.Config
			set.DataDir = filepath.Join(t.TempDir(), "data")
			set.Suggestions.Templates = filepath.Join(t.TempDir(), "templates.yaml")
			if c.text != "" {
				if err := os.WriteFile(set.Suggestions.Templates, []byte(c.text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err = app.Open(t.Context(), app.Options{Config: set, Logger: slog.New(slog.DiscardHandler)})
			f := fault.As(err)
			if f == nil || f.Code != "invalid_configuration" || len(f.Violations) != 1 || !strings.HasSuffix(f.Violations[0].Pointer, c.pointer) || !strings.Contains(f.Violations[0].Message, c.says) {
				t.Errorf("opened with %v", err)
			}
			if _, err := os.Stat(set.DataDir); !os.IsNotExist(err) {
				t.Errorf("the data directory was made: %v", err)
			}
		})
	}
}
