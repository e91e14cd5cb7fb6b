package deploy

import (
	"os"
	"os/exec"
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
	if text, err := exec.CommandContext(t.Context(), promtool(t), "check", "config", "prometheus.yml").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}
