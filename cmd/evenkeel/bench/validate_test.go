package bench

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	validatedSLOs = 1000
	goalValidate  = 100 * time.Millisecond
)

// BenchmarkValidate reads and judges 1,000 SLOs of OpenSLO, each with its indicator and about
// forty lines, in a process of its own from its start to its end: all in one file, and each in one
// of its own. The least of several runs is what it takes.
func BenchmarkValidate(b *testing.B) {
	program := filepath.Join(b.TempDir(), "evenkeel")
	build := exec.CommandContext(b.Context(), "go", "build", "-o", program, "github.com/evenkeel/evenkeel/cmd/evenkeel")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		b.Fatalf("build the program: %v\n%s", err, said)
	}
	one, each := sloDocuments(b)
	for _, c := range []struct{ name, path, files string }{{"one file", one, "1 file"}, {"a file each", each, fmt.Sprintf("%d files", validatedSLOs)}} {
		b.Run(strings.ReplaceAll(c.name, " ", "-"), func(b *testing.B) {
			least, busy, most := time.Hour, time.Hour, 0.0
			for range 7 {
				command := exec.CommandContext(b.Context(), program, "validate", c.path)
				var said bytes.Buffer
				command.Stdout, command.Stderr = &said, &said
				began := time.Now()
				check(b, command.Start())
				memory := watched(command.Process.Pid)
				err := command.Wait()
				took := time.Since(began)
				if err != nil || said.String() != fmt.Sprintf("%d documents in %s: 0 errors, 0 warnings\n", validatedSLOs, c.files) {
					b.Fatalf("%v: %s", err, &said)
				}
				least = min(least, took)
				busy = min(busy, command.ProcessState.UserTime()+command.ProcessState.SystemTime())
				most = max(most, <-memory)
			}
			results.add(figure{
				name: fmt.Sprintf("validate %d SLOs of OpenSLO, a whole process, %s", validatedSLOs, c.name), this: fmt.Sprintf("%s, %.0f MB", least.Round(time.Millisecond), most),
				goal: fmt.Sprintf("≤ %s", goalValidate), met: least <= goalValidate, note: fmt.Sprintf("%s of the processor", busy.Round(time.Millisecond)),
			})
			b.ReportMetric(float64(least.Milliseconds()), "ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// sloDocuments writes the SLOs into one file, and into a directory with a file for each.
func sloDocuments(b *testing.B) (one, each string) {
	b.Helper()
	dir := b.TempDir()
	one, each = filepath.Join(dir, "slos.yaml"), filepath.Join(dir, "slos")
	check(b, os.Mkdir(each, 0o700))
	var all bytes.Buffer
	for n := range validatedSLOs {
		text := fmt.Sprintf(`apiVersion: openslo/v1
kind: SLO
metadata:
  name: availability-%[1]d
  displayName: Availability of route %[1]d
  annotations:
    evenkeel.dev/category: availability
    evenkeel.dev/rationale: What is promised to customers in the contract.
spec:
  description: Requests of route %[1]d that did not fail.
  service: service-%[2]d
  indicator:
    metadata:
      name: availability-%[1]d
    spec:
      description: The answer is none of 5xx.
      ratioMetric:
        counter: false
        bad:
          metricSource:
            metricSourceRef: prometheus
            type: Prometheus
            spec:
              query: sum(increase(http_requests_total{job="service-%[2]d",route="%[1]d",code=~"5.."}[$window]))
        total:
          metricSource:
            metricSourceRef: prometheus
            type: Prometheus
            spec:
              query: sum(increase(http_requests_total{job="service-%[2]d",route="%[1]d"}[$window]))
  timeWindow:
    - duration: 28d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - targetPercent: 99.9
`, n, n/10)
		fmt.Fprintf(&all, "---\n%s", text)
		check(b, os.WriteFile(filepath.Join(each, fmt.Sprintf("slo-%d.yaml", n)), []byte(text), 0o600))
	}
	check(b, os.WriteFile(one, all.Bytes(), 0o600))
	return one, each
}
