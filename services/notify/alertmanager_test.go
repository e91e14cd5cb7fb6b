package notify_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/services/notify"
)

const alertmanagerVariable = "EVENKEEL_TEST_ALERTMANAGER"

// alertmanager starts an Alertmanager on a free loopback port, and returns its base URL.
// What it says on its way up is read until it listens.
func alertmanager(t *testing.T) string {
	t.Helper()
	program := os.Getenv(alertmanagerVariable)
	if program == "" {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not set: run this with scripts/testenv alertmanager", alertmanagerVariable)
		}
		t.Skipf("%s is not set: run this with scripts/testenv alertmanager", alertmanagerVariable)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "alertmanager.yml")
	if err := os.WriteFile(config, []byte("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "--config.file="+config, "--storage.path="+filepath.Join(dir, "data"), "--web.listen-address="+address, "--cluster.listen-address=")
	cmd.Dir = dir
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	said := ""
	for lines := bufio.NewScanner(log); lines.Scan(); {
		said += lines.Text() + "\n"
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close()
			go func() { _, _ = io.Copy(io.Discard, log) }()
			return "http://" + address
		}
	}
	t.Fatalf("Alertmanager does not start:\n%s", said)
	return ""
}

// gettable is an alert as GET /api/v2/alerts gives it.
type gettable struct {
	Labels, Annotations map[string]string
	StartsAt, EndsAt    time.Time
	GeneratorURL        string
	Status              struct{ State string }
}

// lasting are the alerts that last there.
func lasting(t *testing.T, base string) []gettable {
	t.Helper()
	resp, err := http.Get(base + "/api/v2/alerts?active=true")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var out []gettable
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || resp.StatusCode != 200 {
		t.Fatalf("Alertmanager answers %d: %v", resp.StatusCode, err)
	}
	return out
}

func TestARealAlertmanagerKnowsOfAnAlertUntilItIsOver(t *testing.T) {
	t.Parallel()
	base := alertmanager(t)
	h := newHouse(t)
	h.clock.Advance(time.Now().Truncate(time.Second).Sub(h.clock.Now())) // an Alertmanager goes by its own clock, and tells milliseconds
	target := ok(h.CreateTarget(h.ada, notify.TargetInput{Team: "payments", Name: "Alerts", Kind: notify.Alertmanager, Address: base, Enabled: true}))(t)
	begin := h.of(event.AlertPaged, "alert/1", false)
	h.tell(begin)
	h.run()
	first := lasting(t, base)
	if len(first) != 1 || first[0].Labels["alertname"] != "EvenkeelAlert" || first[0].Labels["evenkeel_matter"] != "alert/1" || first[0].Labels["severity"] != "critical" ||
		first[0].Labels["team"] != "payments" || first[0].Annotations["summary"] != begin.Title || !first[0].StartsAt.Equal(begin.At.Truncate(time.Microsecond)) {
		t.Fatalf("it knows of %+v", first)
	}
	if held := first[0].EndsAt.Sub(h.clock.Now()); held != 15*time.Minute {
		t.Errorf("it takes it for true for %s", held)
	}
	// Told again after two minutes, it takes it for true for longer.
	h.run()
	h.clock.Advance(2 * time.Minute)
	if counts := h.run(); counts["repeated"] != 1 {
		t.Errorf("the run did %v", counts)
	}
	again := lasting(t, base)
	if len(again) != 1 || again[0].EndsAt.Sub(first[0].EndsAt) != 2*time.Minute {
		t.Errorf("then it knows of %+v", again)
	}
	end := begin
	end.Over, end.At, end.Title = true, time.Now().Add(-time.Second), "it is over"
	h.tell(end)
	h.run()
	if left := lasting(t, base); len(left) != 0 {
		t.Errorf("it still knows of %+v", left)
	}
	h.clock.Advance(time.Hour)
	if counts := h.run(); len(counts) != 0 {
		t.Errorf("after its end it is told: %v", counts)
	}
	if sent := h.all(target.ID); len(sent) != 2 {
		t.Errorf("sent as %+v", sent)
	}
}
