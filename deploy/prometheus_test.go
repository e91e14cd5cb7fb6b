package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// promtool is the path of Prometheus' tool, which scripts/testenv brings.
func promtool(t *testing.T) string {
	t.Helper()
	path := os.Getenv("EVENKEEL_TEST_PROMTOOL")
	if path == "" {
		without(t, "EVENKEEL_TEST_PROMTOOL is not set")
	}
	return path
}

func TestPrometheusTakesItsConfiguration(t *testing.T) {
	t.Parallel()
	dir := t.TempDir() // as they lie in the container: side by side
	for from, to := range map[string]string{"prometheus.yml": "prometheus.yml", "prometheus/alerts.yaml": "alerts.yaml"} {
		if err := os.WriteFile(filepath.Join(dir, to), []byte(read(t, from)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := exec.CommandContext(t.Context(), promtool(t), "check", "config", filepath.Join(dir, "prometheus.yml")).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}
