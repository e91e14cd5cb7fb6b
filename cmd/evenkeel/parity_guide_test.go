package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
)

// tools answers as the APIs of the tools do of one SLO, of which 99.95 % was good.
func tools(t *testing.T) string {
	t.Helper()
	now := time.Now().Unix()
	vector := func(metric, value string) string {
		return fmt.Sprintf(`{"status":"success","data":{"resultType":"vector","result":[{"metric":{%s},"value":[%d,%q]}]}}`, metric, now, value)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/query", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(map[string]string{
			"pyrra_availability":     vector(`"__name__":"pyrra_availability","slo":"availability","service":"checkout"`, "0.9995"),
			"grafana_slo_sli_window": vector(`"__name__":"grafana_slo_sli_window","slo_uuid":"u-1","slo_name":"Checkout answers"`, "0.9995"),
		}[r.URL.Query().Get("query")]))
	})
	mux.HandleFunc("GET /api/v2/slos", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"data":[{"name":"availability","project":{"name":"shop"},"service":{"name":"checkout"},"objectives":[{"name":"good","target":0.999,"reliability":0.9995}]}]}`))
	})
	mux.HandleFunc("GET /api/v1/slo/{id}/history", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		_, _ = fmt.Fprintf(w, "{\n \"data\": {\"from_ts\": %s, \"to_ts\": %s, \"overall\": {\"name\": \"Checkout answers\", \"sli_value\": 99.95, \"error_budget_remaining\": {\"30d\": 50}}},\n \"errors\": null}\n", q.Get("from_ts"), q.Get("to_ts"))
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

// guidesCompare runs the commands of each guide that compare, in one shell, where each tool is a
// stand-in that answers as its API does.
func guidesCompare(t *testing.T, r *process.Process) {
	for _, tool := range []string{"bash", "curl", "sed"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("the guides need %s: %v", tool, err)
		}
	}
	at := tools(t)
	addresses := strings.NewReplacer("https://app.nobl9.com", at, "https://api.datadoghq.com", at, "http://127.0.0.1:9090", at, "https://grafana.example.org", at,
		// The SLOs of this test are over 30 days.
		"--days 28", "--days 30")
	dir := t.TempDir()
	path := "export PATH=" + filepath.Dir(process.Build(t)) + ":$PATH EVENKEEL_SERVER=" + r.Base() + " EVENKEEL_TOKEN=" + r.Token() +
		" DD_API_KEY=a DD_APP_KEY=b NOBL9_TOKEN=c NOBL9_ORGANIZATION=d GRAFANA_TOKEN=e\n"
	write(t, filepath.Join(dir, "slos.json"), `{"data": [{"id": "abc123", "name": "Checkout answers"}]}`)
	write(t, filepath.Join(dir, "reports.jsonl"), fmt.Sprintf(`{"name": "checkout-availability", "metadata": {"labels": {"service_name": "checkout", "slo_name": "availability"}}, "window": 2592000, "timestamp": %d, "sli_measurement": 0.9995, "goal": 0.999}`, time.Now().Unix())+"\n")
	for page, want := range map[string]string{"pyrra": "availability", "slo-generator": "availability", "nobl9": "availability", "datadog": "checkout-answers", "grafana": "checkout-answers"} {
		blocks := slices.DeleteFunc(commands(t, "../../docs/how-to/coming-from-"+page+".md"), func(b string) bool { return !strings.Contains(b, "evenkeel parity") })
		if len(blocks) != 1 {
			t.Errorf("%s: %d blocks compare", page, len(blocks))
			continue
		}
		out := shell(t, dir, path+addresses.Replace(blocks[0]))
		if line, rest, _ := strings.Cut(out[strings.Index(out, "\n")+1:], "\n"); !strings.HasPrefix(line, "checkout/"+want+" ") || !strings.HasSuffix(line, "the same") || !strings.Contains(line, "99.9500") || !strings.Contains(rest, "1 the same") {
			t.Errorf("%s: it tells\n%s", page, out)
		}
	}
	blocks := commands(t, "../../docs/how-to/compare-with-the-old-tool.md")
	if len(blocks) != 3 {
		t.Fatalf("the guide has %d blocks", len(blocks))
	}
	out := shell(t, dir, path+strings.Join(blocks, "\n"))
	if !strings.Contains(strings.Join(strings.Fields(out), " "), "checkout/availability 99.9500 99.9500 0.0000 50.00 50.00 0.00 the same") || !strings.Contains(out, `"same": 1`) {
		t.Errorf("it tells\n%s", out)
	}
}

// shell runs commands in a directory and returns what they print. Blocks of lists are indented.
func shell(t *testing.T, dir, script string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-c", "set -eu\n"+unindented(script))
	cmd.Dir = dir
	var told strings.Builder
	cmd.Stderr = &told
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s\n%s", err, script, out, &told)
	}
	return string(out)
}

// unindented takes away the three blanks with which a list begins its lines: a here-document ends at
// one that has none.
func unindented(script string) string { return strings.ReplaceAll("\n"+script, "\n   ", "\n") }
