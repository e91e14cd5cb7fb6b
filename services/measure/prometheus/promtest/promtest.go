// Package promtest starts a real Prometheus for a test, with samples that the test
// made up.
package promtest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The environment variables with the paths of the two programs.
const (
	ServerVariable = "EVENKEEL_TEST_PROMETHEUS"
	ToolVariable   = "EVENKEEL_TEST_PROMTOOL"
)

// patience is how long Prometheus may take to start; it is up in half a second.
const patience = time.Minute

// Options are what the Prometheus has.
type Options struct {
	// Series are in its storage when it starts.
	Series []Series
	// Config is its configuration in YAML; without one it scrapes nothing. It takes
	// Prometheus five seconds to find what it is to scrape.
	Config string
	// Features are enabled, such as "native-histograms".
	Features []string
}

// Series is a series and its samples, in the order of time.
type Series struct {
	Name    string // as it is exposed: requests_total{code="200"}
	Samples []Sample
}

// Sample is a value at a time.
type Sample struct {
	At    time.Time
	Value float64
}

// Start starts a Prometheus on a free loopback port and returns its base URL. It
// ends with the test. Without ServerVariable and ToolVariable the test is skipped;
// where CI is "true" it fails.
func Start(t testing.TB, o Options) string {
	t.Helper()
	server, tool := program(t, ServerVariable), program(t, ToolVariable)
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	if err := load(t.Context(), tool, dir, data, o.Series); err != nil {
		t.Fatalf("put samples into blocks: %v", err)
	}
	config := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(config, []byte(o.Config), 0o600); err != nil {
		t.Fatal(err)
	}
	arguments := []string{
		"--config.file=" + config, "--storage.tsdb.path=" + data, "--web.listen-address=127.0.0.1:0", "--log.level=info",
		// The samples are of any year, and no time is spent on joining their blocks.
		"--storage.tsdb.retention.time=100y", "--storage.tsdb.min-block-duration=2h", "--storage.tsdb.max-block-duration=2h",
	}
	if len(o.Features) > 0 {
		arguments = append(arguments, "--enable-feature="+strings.Join(o.Features, ","))
	}
	// The directory is the temporary one: nothing is left in the package's.
	cmd := exec.Command(server, arguments...)
	cmd.Dir = dir
	var log journal
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", server, err)
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
	address, err := ready(t.Context(), &log, ended)
	if err != nil {
		t.Fatalf("Prometheus does not start: %v\n%s", err, log.String())
	}
	return address
}

// Tool is the path of promtool; without it the test is skipped.
func Tool(t testing.TB) string {
	t.Helper()
	return program(t, ToolVariable)
}

func program(t testing.TB, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not set: run this with scripts/testenv prometheus victoria", variable)
		}
		t.Skipf("%s is not set: run this with scripts/testenv prometheus victoria", variable)
	}
	return path
}

// listening finds the port in what Prometheus says when it listens.
var listening = regexp.MustCompile(`msg="Listening on" address=(127\.0\.0\.1:\d+)`)

// ready waits until Prometheus answers, and returns its base URL.
func ready(ctx context.Context, log *journal, ended <-chan struct{}) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if found := listening.FindStringSubmatch(log.String()); found != nil {
			base := "http://" + found[1]
			if answers(ctx, base+"/-/ready") {
				return base, nil
			}
		}
		select {
		case <-ended:
			return "", fmt.Errorf("it ended")
		case <-ctx.Done():
			return "", ctx.Err()
		case <-tick.C:
		}
	}
}

func answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// span is a length of blocks that Prometheus knows: two hours, five times tripled.
const span = 486 * time.Hour

// load writes the samples as OpenMetrics and makes blocks of them. promtool reads a
// file once for every block between its first and its last sample, so that each
// file has what belongs to one.
func load(ctx context.Context, tool, dir, data string, series []Series) error {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	spans := make(map[int64]*bytes.Buffer)
	for _, s := range series {
		for _, sample := range s.Samples {
			n := sample.At.Unix() / int64(span/time.Second)
			if spans[n] == nil {
				spans[n] = new(bytes.Buffer)
			}
			fmt.Fprintf(spans[n], "%s %s %s\n", s.Name, strconv.FormatFloat(sample.Value, 'g', -1, 64),
				strconv.FormatFloat(float64(sample.At.UnixMilli())/1000, 'f', -1, 64))
		}
	}
	for n, text := range spans {
		text.WriteString("# EOF\n")
		file := filepath.Join(dir, fmt.Sprintf("samples-%d.txt", n))
		if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
			return err
		}
		out, err := exec.CommandContext(ctx, tool, "tsdb", "create-blocks-from", "--quiet", "--max-block-duration="+span.String(), "openmetrics", file, data).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, lastLines(out))
		}
	}
	return nil
}

func lastLines(out []byte) string {
	var lines []string
	for scanner := bufio.NewScanner(bytes.NewReader(out)); scanner.Scan(); {
		lines = append(lines, scanner.Text())
	}
	return strings.Join(lines[max(0, len(lines)-5):], "\n")
}

// journal keeps what a program says while others look at it.
type journal struct {
	mu   sync.Mutex
	text []byte
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.text = append(j.text, p...)
	return len(p), nil
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return string(slices.Clone(j.text))
}
