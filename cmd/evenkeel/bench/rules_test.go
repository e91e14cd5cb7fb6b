package bench

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	rulesSLOs       = 1000
	goalRules       = 200 * time.Millisecond
	goalRulesMemory = 100 // MB
	// What Sloth 0.16 takes for as many on the machine that the goals were set on.
	slothRules = "1.9–2.6 s, 300–350 MB"
)

// BenchmarkRules writes the rules of 1,000 SLOs of a hundred services, each 19 recording rules
// and two alerts, two of the former being numbers of events and two of slots, in a process of its own from its
// start to its end: what "sloth generate" does in a pipeline. The least of several runs is what
// it takes; the others tell what else the machine did.
func BenchmarkRules(b *testing.B) {
	program := filepath.Join(b.TempDir(), "evenkeel")
	build := exec.CommandContext(b.Context(), "go", "build", "-o", program, "github.com/evenkeel/evenkeel/cmd/evenkeel")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		b.Fatalf("build the program: %v\n%s", err, said)
	}
	for _, names := range []string{"sloth", "evenkeel"} {
		name := fmt.Sprintf("rules of %d SLOs, a whole process, names of %s", rulesSLOs, names)
		b.Run(names, func(b *testing.B) {
			dir := slothDocuments(b)
			out := filepath.Join(b.TempDir(), "rules.yaml")
			least, busy, most := time.Hour, time.Hour, 0.0
			for range 7 {
				command := exec.CommandContext(b.Context(), program, "rules", "--names", names, "-i", dir, "-o", out)
				var said bytes.Buffer
				command.Stderr = &said
				began := time.Now()
				check(b, command.Start())
				memory := watched(command.Process.Pid)
				err := command.Wait()
				took := time.Since(began)
				if err != nil || !strings.Contains(said.String(), "19000 recording rules and 2000 alerts") {
					b.Fatalf("%v: %s", err, &said)
				}
				least = min(least, took)
				busy = min(busy, command.ProcessState.UserTime()+command.ProcessState.SystemTime())
				most = max(most, <-memory)
			}
			size, err := os.Stat(out)
			check(b, err)
			results.add(figure{
				name: name, this: fmt.Sprintf("%s, %.0f MB", least.Round(time.Millisecond), most), peer: "Sloth elsewhere: " + slothRules,
				goal: fmt.Sprintf("≤ %s, ≤ %d MB", goalRules, goalRulesMemory), met: least <= goalRules && most <= goalRulesMemory,
				note: fmt.Sprintf("%s of the processor; %.1f MB written", busy.Round(time.Millisecond), float64(size.Size())/1e6),
			})
			b.ReportMetric(float64(least.Milliseconds()), "ms")
			b.ReportMetric(most, "MB-resident")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// slothDocuments writes a file for each of a hundred services, each with ten SLOs.
func slothDocuments(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	for service := range rulesSLOs / 10 {
		var text bytes.Buffer
		fmt.Fprintf(&text, "version: prometheus/v1\nservice: service-%d\nlabels: { owner: team-%d }\nslos:\n", service, service/10)
		for n := range 10 {
			fmt.Fprintf(&text, `  - name: slo-%[2]d
    objective: 99.9
    description: Requests that did not fail.
    sli:
      events:
        error_query: sum(rate(http_request_duration_seconds_count{job="service-%[1]d",route="%[2]d",code=~"(5..|429)"}[{{.window}}]))
        total_query: sum(rate(http_request_duration_seconds_count{job="service-%[1]d",route="%[2]d"}[{{.window}}]))
    alerting:
      name: HighErrorRate
      labels: { category: availability }
      annotations: { summary: Many requests fail }
      page_alert: { labels: { severity: pageteam } }
      ticket_alert: { labels: { severity: slack } }
`, service, n)
		}
		check(b, os.WriteFile(filepath.Join(dir, fmt.Sprintf("service-%d.yaml", service)), text.Bytes(), 0o600))
	}
	return dir
}

// watched tells the most memory in MB that a process had at a time, once it has ended. What
// the kernel tells of a child that ended would be of this process as well, which it was made from.
func watched(pid int) <-chan float64 {
	told := make(chan float64, 1)
	go func() {
		most := 0.0
		for {
			is, err := mostResident(strconv.Itoa(pid))
			if err != nil || is == 0 { // it is no more
				told <- most
				return
			}
			most = max(most, is)
			time.Sleep(2 * time.Millisecond)
		}
	}()
	return told
}
