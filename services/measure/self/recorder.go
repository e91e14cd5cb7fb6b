package self

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
)

// Resolution is the length of the slots that traffic is counted in.
const Resolution = time.Minute

// Fast is the time below which an answer counts as good latency.
const Fast = 300 * time.Millisecond

// The targets, by the names of their SLOs.
const (
	Availability = "availability" // good: answered without a 5xx; total: all requests
	Latency      = "latency"      // good: answered successfully within Fast; total: answered successfully
)

// Targets lists every target.
var Targets = []string{Availability, Latency}

// Routes that do not count: probes and scrapes would outweigh people, and static
// files say nothing of the service.
var (
	uncounted       = []string{"/healthz", "/readyz", "/metrics", "/favicon.ico", "/robots.txt"}
	uncountedFolder = []string{"/static/", "/assets/"}
)

// Counts reports whether requests to a route, given as the router's pattern, are
// counted. Requests that matched no route have none, and are not: whoever scans
// for holes would dilute what others see.
func Counts(route string) bool {
	return route != "" && !slices.Contains(uncounted, route) &&
		!slices.ContainsFunc(uncountedFolder, func(folder string) bool { return strings.HasPrefix(route, folder) })
}

// maxKept bounds the slots that wait to be pushed: an hour and the running slot.
const maxKept = int(time.Hour/Resolution) + 1

// Recorder counts requests as they are answered. It may be used by many
// goroutines: an answer costs two or four atomic additions.
type Recorder struct {
	now     clock.Clock
	current atomic.Pointer[tally]

	mu   sync.Mutex
	kept []*tally // by start, the current one last
}

// tally is what was counted in one slot.
type tally struct {
	start                              time.Time
	answered, failed, successful, slow atomic.Int64
}

// NewRecorder returns a recorder whose first slot is the one that runs now.
func NewRecorder(now clock.Clock) *Recorder {
	r := &Recorder{now: now}
	r.slot()
	return r
}

// Observe counts a request that was answered just now with that status, took so
// long, and was routed by that pattern.
func (r *Recorder) Observe(route string, status int, took time.Duration) {
	if !Counts(route) {
		return
	}
	t := r.slot()
	// What is bad is counted before the whole, so that a reader never sees more
	// good than there were.
	if status >= 500 {
		t.failed.Add(1)
	}
	t.answered.Add(1)
	if status < 200 || status >= 400 {
		return
	}
	if took >= Fast {
		t.slow.Add(1)
	}
	t.successful.Add(1)
}

// slot returns the tally of the slot that runs now. Slots that nothing was
// counted in are made too: that there was no traffic is a measurement.
func (r *Recorder) slot() *tally {
	start := r.now().Truncate(Resolution)
	if t := r.current.Load(); t != nil && !start.After(t.start) {
		return t // the clock may go back: the newest slot goes on
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	last := r.current.Load()
	if last != nil && !start.After(last.start) {
		return last
	}
	first := start
	if last != nil {
		first = last.start.Add(Resolution)
	}
	if oldest := start.Add(-time.Duration(maxKept-1) * Resolution); first.Before(oldest) {
		first = oldest // nobody asked for an hour, or the machine slept
	}
	for at := first; !at.After(start); at = at.Add(Resolution) {
		r.kept = append(r.kept, &tally{start: at})
	}
	if spare := len(r.kept) - maxKept; spare > 0 {
		r.kept = slices.Delete(r.kept, 0, spare)
	}
	t := r.kept[len(r.kept)-1]
	r.current.Store(t)
	return t
}

// waiting returns the tallies that are kept, by start, the running slot last.
func (r *Recorder) waiting() []*tally {
	r.slot()
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.kept)
}

// release lets go of the tallies before the time.
func (r *Recorder) release(before time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = slices.DeleteFunc(r.kept, func(t *tally) bool { return t.start.Before(before) })
}

// of returns what was counted for a target: good and all requests.
func (t *tally) of(target string) (good, total int64) {
	whole, bad := &t.answered, &t.failed
	if target == Latency {
		whole, bad = &t.successful, &t.slow
	}
	total = whole.Load()
	return max(0, total-bad.Load()), total
}
