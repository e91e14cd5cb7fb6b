package deploy

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/evenkeel/evenkeel/ent/storetest"
)

// What compose.yaml starts, one after the other and each with its variables: the
// migration, two replicas, and the Prometheus that scrapes them.
func TestTwoReplicasShareAPostgreSQLAndPrometheusSeesBoth(t *testing.T) {
	t.Parallel()
	c := build(t)
	secrets := filepath.Join(c.root, "run", "secrets")
	if err := os.MkdirAll(secrets, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"database-url": storetest.EmptyPostgresURL(t), "encryption-key": base64.StdEncoding.EncodeToString(make([]byte, 32))} {
		if err := os.WriteFile(filepath.Join(secrets, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	services := compose(t).Services
	var variables []string
	for name, value := range services["evenkeel"].Environment {
		if name != "EVENKEEL_PUBLIC_URL" { // the ports of this test are others
			variables = append(variables, name+"="+*value)
		}
	}
	migrate := append([]string{c.Entry[0]}, services["migrate"].Command...)
	if text, err := c.command(t.Context(), migrate, variables...).CombinedOutput(); err != nil {
		t.Fatalf("migrate: %v\n%s", err, text)
	}
	first := c.serve(t, append(variables, "EVENKEEL_INSTANCE=replica-1")...)
	second := c.serve(t, append(variables, "EVENKEEL_INSTANCE=replica-2")...)

	// As the guide says, the token is made beside the running replicas.
	token, err := c.command(t.Context(), []string{c.Entry[0], "token", "--days", "1"}, variables...).Output()
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{} // with which both sign, encrypted under the key that both are given
	for _, s := range []*server{first, second} {
		status, key := fetch(t, http.DefaultClient, s.base+"/v1/evidence/key", strings.TrimSpace(string(token)))
		if keys[key] = true; status != http.StatusOK || len(keys) != 1 {
			t.Errorf("%s signs with another key, or none: %d\n%s", s.base, status, key)
		}
		if status, body := fetch(t, http.DefaultClient, s.base+"/v1/me", strings.TrimSpace(string(token))); status != http.StatusOK {
			t.Errorf("%s answers %d\n%s", s.base, status, body)
		}
		if status, body := fetch(t, http.DefaultClient, s.base+"/readyz", ""); status != http.StatusOK {
			t.Errorf("%s is not ready: %d\n%s", s.base, status, body)
		}
	}
	scrape(t, func(ctx context.Context, prometheus string) { waitUntilSeen(ctx, t, prometheus, 2) }, first, second)
	first.stop(t)
	if status, _ := fetch(t, http.DefaultClient, second.base+"/readyz", ""); status != http.StatusOK {
		t.Errorf("when one is gone the other is not ready: %d", status)
	}
	second.stop(t)
}

// scrape starts a Prometheus with our configuration, where addresses stand in place of the
// name that only compose knows, and has something done while it runs.
func scrape(t *testing.T, do func(ctx context.Context, prometheus string), replicas ...*server) {
	t.Helper()
	program := os.Getenv("EVENKEEL_TEST_PROMETHEUS")
	if program == "" {
		without(t, "EVENKEEL_TEST_PROMETHEUS is not set")
	}
	dir := t.TempDir()
	configuration := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(configuration, withTargets(t, replicas), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "alerts.yaml"), []byte(read(t, "prometheus/alerts.yaml")), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "--config.file="+configuration, "--storage.tsdb.path="+dir, "--web.listen-address=127.0.0.1:0")
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address, said := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(said)
		for lines := bufio.NewScanner(log); lines.Scan(); {
			if found := listening.FindStringSubmatch(lines.Text()); found != nil {
				select {
				case address <- found[1]:
				default:
				}
			}
		}
	}()
	defer func() {
		cancel()
		<-said
		_ = cmd.Wait()
	}()
	select {
	case at := <-address:
		do(ctx, "http://"+at)
	case <-said:
		t.Error("Prometheus ended before it listened")
	}
}

// listening is the line of Prometheus' log that tells the port.
var listening = regexp.MustCompile(`msg="?Listening on"? .*address=(127\.0\.0\.1:\d+)`)

// withTargets is prometheus.yml with the addresses of this test, looked at each second.
func withTargets(t *testing.T, replicas []*server) []byte {
	t.Helper()
	var all map[string]any
	if err := yaml.Unmarshal([]byte(read(t, "prometheus.yml")), &all); err != nil {
		t.Fatal(err)
	}
	var targets []string
	for _, r := range replicas {
		targets = append(targets, strings.TrimPrefix(r.base, "http://"))
	}
	all["global"] = map[string]any{"scrape_interval": "1s"}
	job := all["scrape_configs"].([]any)[0].(map[string]any)
	delete(job, "dns_sd_configs")
	job["static_configs"] = []any{map[string]any{"targets": targets}}
	text, err := yaml.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// waitUntilSeen asks until the requests of all replicas have been counted.
func waitUntilSeen(ctx context.Context, t *testing.T, prometheus string, replicas int) {
	t.Helper()
	query := prometheus + "/api/v1/query?query=" + url.QueryEscape(
		`count(up{job="evenkeel"} == 1 and on (instance) evenkeel_http_requests_total{job="evenkeel"} > 0)`)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		var answer struct {
			Data struct {
				Result []struct{ Value [2]any }
			}
		}
		_, body := fetch(t, http.DefaultClient, query, "")
		if err := json.Unmarshal([]byte(body), &answer); err == nil && len(answer.Data.Result) == 1 && answer.Data.Result[0].Value[1] == strconv.Itoa(replicas) {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("Prometheus has not seen the %d replicas: %s", replicas, body)
		}
	}
}
