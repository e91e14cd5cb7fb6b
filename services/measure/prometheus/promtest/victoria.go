package promtest

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// VictoriaVariable is the environment variable with the path of VictoriaMetrics.
const VictoriaVariable = "EVENKEEL_TEST_VICTORIAMETRICS"

// StartVictoria starts a VictoriaMetrics with the series on a free loopback port and
// returns its base URL. It ends with the test, and is skipped as by Start.
func StartVictoria(t testing.TB, series []Series) string {
	t.Helper()
	server := program(t, VictoriaVariable)
	for attempt := 1; ; attempt++ {
		base, err := startVictoria(t, server)
		if err == nil {
			importInto(t, base, series)
			return base
		}
		if attempt == 5 { // somebody else may have taken the port meanwhile
			t.Fatal(err)
		}
	}
}

func startVictoria(t testing.TB, server string) (string, error) {
	// It does not say which port it chose, so it is told one that was free a moment ago.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		return "", err
	}
	var log journal
	cmd := exec.Command(server, "-storageDataPath="+t.TempDir(), "-httpListenAddr="+address, "-retentionPeriod=100y")
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("start %s: %w", server, err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // the samples are of no use to anybody
		<-ended
	})
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(patience); ; {
		select {
		case <-ended:
			return "", fmt.Errorf("VictoriaMetrics ended:\n%s", log.String())
		case <-deadline:
			return "", fmt.Errorf("VictoriaMetrics does not answer:\n%s", log.String())
		case <-tick.C:
			if answers(t.Context(), "http://"+address+"/health") {
				return "http://" + address, nil
			}
		}
	}
}

// importInto gives it the samples in the text of a Prometheus exposition, and has it
// show what it took in.
func importInto(t testing.TB, base string, series []Series) {
	t.Helper()
	var text bytes.Buffer
	for _, s := range series {
		for _, sample := range s.Samples {
			fmt.Fprintf(&text, "%s %s %d\n", s.Name, strconv.FormatFloat(sample.Value, 'g', -1, 64), sample.At.UnixMilli())
		}
	}
	for _, send := range []func() (*http.Response, error){
		func() (*http.Response, error) {
			return http.Post(base+"/api/v1/import/prometheus", "text/plain", &text)
		},
		func() (*http.Response, error) { return http.Get(base + "/internal/force_flush") },
	} {
		resp, err := send()
		if err != nil {
			t.Fatalf("give samples to VictoriaMetrics: %v", err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode/100 != 2 {
			t.Fatalf("give samples to VictoriaMetrics: %s", resp.Status)
		}
	}
}
