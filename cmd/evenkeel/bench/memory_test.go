package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/slo"
)

const (
	// memoryVariable holds the weighing that this process is to do instead of benchmarks.
	memoryVariable = "EVENKEEL_BENCH_MEMORY"
	goalMemory     = 300 // MB
)

// weighing is how much history is loaded.
type weighing struct {
	Dir        string        // of the database, where it is SQLite's
	URL        string        // of PostgreSQL's
	Window     string        // of each SLO, as slo.TimeWindow writes it
	Resolution time.Duration // of its slots
	SLOs       int
}

// days is how many of each SLO's window are over.
func (w weighing) days() (int, error) {
	over, err := slo.ParseTimeWindow(w.Window)
	if err != nil {
		return 0, err
	}
	from, _ := over.Window().Span(weighedAt())
	return int(weighedAt().Sub(from) / measure.DaySpan), nil
}

// weight is what came of it, in megabytes of a million bytes.
type weight struct {
	Heap, Resident float64
	Took           time.Duration // to read everything and to conclude
}

// BenchmarkMemory loads SLOs with a slot at every five minutes, or at every minute,
// of their whole windows into the evaluator, in a process of its own that is the
// whole program over SQLite. The heap is what remains after a collection; the most
// that was resident at a time is what an operator has to provide.
func BenchmarkMemory(b *testing.B) {
	for _, w := range []weighing{
		{Window: "28d", Resolution: measure.FiveMinutes, SLOs: fleetSize},
		{Window: "90d", Resolution: measure.FiveMinutes, SLOs: fleetSize},
		{Window: "year 2026-01-01 UTC", Resolution: measure.FiveMinutes, SLOs: fleetSize},
		{Window: "28d", Resolution: measure.Minute, SLOs: fleetSize / 5},
	} {
		over, err := slo.ParseTimeWindow(w.Window)
		check(b, err)
		name := fmt.Sprintf("memory of %d SLOs of %s in slots of %s", w.SLOs, over, w.Resolution)
		b.Run(name, func(b *testing.B) {
			w.Dir = copyTemplate(b)
			fill(b, w)
			is := weighed(b, w)
			f := figure{
				name: name, this: fmt.Sprintf("%.0f MB", is.Heap), met: is.Resident <= goalMemory, goal: fmt.Sprintf("≤ %d MB", goalMemory),
				note: fmt.Sprintf("heap; resident at most %.0f MB; loaded in %s", is.Resident, is.Took.Round(100*time.Millisecond)),
			}
			if w.SLOs < fleetSize {
				f.goal = "" // a figure to know, not one that was promised
			}
			results.add(f)
			b.ReportMetric(is.Heap, "MB-heap")
			b.ReportMetric(is.Resident, "MB-resident")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// weighed runs the weighing in a process of its own.
func weighed(b *testing.B, w weighing) weight {
	b.Helper()
	plan, err := json.Marshal(w)
	check(b, err)
	self, err := os.Executable()
	check(b, err)
	command := exec.CommandContext(b.Context(), self)
	command.Env = append(os.Environ(), memoryVariable+"="+string(plan))
	command.Stderr = os.Stderr
	out, err := command.Output()
	check(b, err)
	var is weight
	check(b, json.Unmarshal(out, &is))
	return is
}

// weigh loads what is in the database and prints what that weighs.
func weigh(plan string) error {
	var w weighing
	if err := json.Unmarshal([]byte(plan), &w); err != nil {
		return err
	}
	ctx := access.WithCaller(context.Background(), access.System("bench"))
	a, err := open(ctx, location{dir: w.Dir, url: w.URL}, weighedAt, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	evaluator := measure.NewEvaluator(a.Store.Measure(), a.SLOs, a.SLOs, a.Store, weighedAt, slog.New(slog.DiscardHandler))
	began := time.Now()
	counts, err := evaluator.RunOnce(ctx)
	if err != nil {
		return err
	}
	is := weight{Took: time.Since(began)}
	days, err := w.days()
	if err != nil {
		return err
	}
	if wanted := int64(w.SLOs * days); counts["segments_loaded"] < wanted || counts["unreadable"] > 0 {
		return fmt.Errorf("fewer than %d segments were loaded: %v", wanted, counts)
	}
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	is.Heap = float64(m.HeapAlloc) / 1e6
	runtime.KeepAlive(evaluator)
	if is.Resident, err = mostResident("self"); err != nil {
		return err
	}
	return errors.Join(json.NewEncoder(os.Stdout).Encode(is), a.Close(ctx))
}

// weighedAt is the time at which the weighing is done: in the afternoon, when more
// days are held than at midnight.
func weighedAt() time.Time { return time.Date(2026, 11, 23, 15, 30, 0, 0, time.UTC) }

// mostResident is the most memory that a process had at a time, as Linux counts it, which
// calls this one "self".
func mostResident(process string) (megabytes float64, err error) {
	status, err := os.ReadFile("/proc/" + process + "/status")
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil // another system, which tells it elsewhere
	}
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if text, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kilobytes, err := strconv.ParseFloat(strings.Fields(text)[0], 64)
			return kilobytes * 1024 / 1e6, err
		}
	}
	return 0, errors.New("/proc/" + process + "/status has no VmHWM")
}
