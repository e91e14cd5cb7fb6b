package collect_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// rulebook is of rules that record what the program holds, of all indicators but those it lacks;
// after is how long after its end they have a slot. A real one is measure/prometheus's.
type rulebook struct {
	*program
	after time.Duration

	mu    sync.Mutex
	looks int
	reads []int // how many asks each had
	lacks map[string]bool
	hangs bool
}

func (b *rulebook) Look(context.Context, source.Source, time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.looks++
}

func (b *rulebook) Recorded(_ source.Source, ask origin.Ask) (time.Duration, bool) {
	return b.after, ask.Origin.Adapter.Parameters["rules"] == "installed"
}

func (b *rulebook) Query(ask origin.Ask) string {
	return fmt.Sprintf("of %d slots", int64(ask.To.Sub(ask.From)/ask.Resolution))
}

func (b *rulebook) Recording(_ source.Source, ask origin.Ask) (origin.Recording, bool) {
	return origin.Recording{Group: "of " + ask.Origin.Adapter.Indicator}, ask.Origin.Adapter.Parameters["rules"] == "installed"
}

func (b *rulebook) Read(ctx context.Context, _ source.Source, asks []origin.Ask) []origin.Answer {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reads = append(b.reads, len(asks))
	if b.hangs {
		panic("it does not know what it is doing")
	}
	out := make([]origin.Answer, len(asks))
	for i, a := range asks {
		if b.lacks[a.Origin.Adapter.Indicator] {
			out[i].Err = errors.New("not recorded")
			continue
		}
		for _, s := range b.held(a.Origin.Adapter.Indicator, a.From, a.To) {
			out[i].Slots = append(out[i].Slots, origin.GroupSlot{Slot: s})
		}
	}
	return out
}

func (b *rulebook) taken() []int {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.reads
	b.reads = nil
	return out
}

func TestWhatRulesRecordedIsReadByOneCallAndTheRestByItsOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	b := &rulebook{program: p, after: 100 * time.Second, lacks: map[string]bool{}}
	h.parts.Recordings = map[source.Kind]collect.Recordings{source.Adapter: b}
	h.RecordWith(h.parts.Recordings, h.parts.Gates)
	from := h.source(p)
	installed := func(d *slo.Declaration) { d.Origin.Adapter.Parameters = map[string]string{"rules": "installed"} }
	one, two := h.declare("payments", "one", from, installed), h.declare("search", "two", from, installed)
	own := h.declare("payments", "own", from)
	for _, of := range []string{"one", "two", "own"} {
		p.holdAll(of, minute(-10), minute(30), nil)
	}
	// What was never read may have been recorded before the indicator was there.
	if counts := h.collect(); counts["slots"] != 9 || len(b.taken()) != 0 || len(p.requests()) != 3 {
		t.Errorf("the first time: %v", counts)
	}
	// 11:59 ends at noon, and it is 12:00:30. It is due at 12:01 by the delay, and at 12:01:40 as it is recorded.
	h.clock.Advance(time.Minute)
	if counts := h.collect(); counts["targets"] != 1 || len(b.taken()) != 0 || len(p.requests()) != 1 {
		t.Errorf("before anything was recorded: %v", counts)
	}
	// The newest slot and three that are read again.
	if s := h.standing(one); s.Recording == nil || s.Recording.Group != "of one" || s.Recording.Query != "of 4 slots" || s.Lag != 0 {
		t.Errorf("one that waits for its rules stands so: %+v", s)
	}
	if s := h.standing(own); s.Recording != nil {
		t.Errorf("one without rules stands so: %+v", s)
	}
	h.clock.Advance(15 * time.Second)
	if counts, reads := h.collect(), b.taken(); counts["targets"] != 2 || counts["slots"] != 8 || len(reads) != 1 || reads[0] != 2 || len(p.requests()) != 0 {
		t.Errorf("as it was recorded: %v, %v", counts, reads)
	}
	h.expect(one, p, minute(-4), minute(0))
	// What is not recorded is asked for in the same round, as far as it is due by itself.
	b.lacks["two"] = true
	h.clock.Advance(time.Minute)
	if counts, reads, asked := h.collect(), b.taken(), p.requests(); counts["failed"] != 0 || counts["targets"] != 3 || len(reads) != 1 || len(asked) != 2 {
		t.Errorf("one was not recorded: %v, %v, %v", counts, reads, asked)
	}
	h.expect(one, p, minute(-4), minute(1))
	h.expect(two, p, minute(-4), minute(1))
	// And so is everything when nothing can be read of what was recorded.
	b.hangs = true
	h.clock.Advance(time.Minute)
	if counts, reads, asked := h.collect(), b.taken(), p.requests(); counts["failed"] != 0 || len(reads) != 1 || len(asked) != 3 {
		t.Errorf("nothing came of what was recorded: %v, %v, %v", counts, reads, asked)
	}
	h.expect(one, p, minute(-4), minute(2))
	if b.looks < 5 {
		t.Errorf("it looked for rules %d times", b.looks)
	}
}
