package github_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// naive does what one would write first: what has no number is made, whatever became
// of the last try; everything else is written over with what is wanted.
type naive struct {
	*office
	numbers  map[id.ID]int
	comments map[id.ID]int
	wanted   func() []issues.Issue
	// patient is that it waits when it is told to.
	patient bool
	until   time.Time
}

func (n *naive) run() { n.deliver(n.tracker) }

func (n *naive) deliver(tracker delivery.Tracker) {
	ctx := n.tb.Context()
	for _, i := range n.wanted() {
		if n.patient && n.clock.Now().Before(n.until) {
			return
		}
		place := delivery.Place(i.Repository[len("https://github.com/"):])
		if n.numbers[i.ID] == 0 {
			made, err := tracker.Create(ctx, place, delivery.Made{Title: i.Title, Body: i.Body, Labels: i.Labels})
			n.step(err)
			if err == nil {
				n.numbers[i.ID] = made.Number
			}
			continue
		}
		_, err := tracker.Edit(ctx, place, n.numbers[i.ID], delivery.Edit{Title: &i.Title, Body: &i.Body, Open: &i.Open, Reason: "completed"})
		if n.step(err); err != nil {
			continue
		}
		_, err = tracker.AddLabels(ctx, place, n.numbers[i.ID], i.Labels)
		if n.step(err); err != nil {
			continue
		}
		for err == nil && n.comments[i.ID] < len(i.Comments) {
			if err = tracker.Comment(ctx, place, n.numbers[i.ID], i.Comments[n.comments[i.ID]].Body); err == nil {
				n.comments[i.ID]++
			}
			n.step(err)
		}
	}
}

// step waits the second between two writes: that much it has read.
func (n *naive) step(err error) {
	n.clock.Advance(delivery.Documented().Spacing)
	if e := delivery.AsError(err); e != nil && e.Trouble == delivery.Limited {
		if n.until = e.Until; n.until.IsZero() {
			n.until = n.clock.Now().Add(time.Minute)
		}
	}
}

func (n *naive) kill(how, operation string) func() {
	tracker := &mortal{Tracker: n.tracker, how: how, operation: operation}
	n.deliver(tracker)
	return tracker.late
}

func (n *naive) certain(issue id.ID) bool   { return n.numbers[issue] > 0 }
func (n *naive) seen(id.ID) bool            { return true }
func (n *naive) settled(issue id.ID) string { return "" }

// verdict is a judge that keeps what it is told, and ends the sequence there.
type verdict struct {
	*testing.T
	mu   sync.Mutex
	said string
}

func (v *verdict) Errorf(format string, args ...any) { v.note(fmt.Sprintf(format, args...)) }

func (v *verdict) Fatal(args ...any) {
	v.note(fmt.Sprint(args...))
	runtime.Goexit()
}

func (v *verdict) Fatalf(format string, args ...any) {
	v.Errorf(format, args...)
	runtime.Goexit()
}

func (v *verdict) note(text string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.said == "" {
		v.said = text
	}
}

// seeded are dice of a seed.
type seeded struct{ *rand.Rand }

func (s seeded) upTo(n int, _ string) int { return s.IntN(n) }

// sequence takes steps with what runs, and returns what the model has against it.
func sequence(t *testing.T, seed uint64, steps int, hire func(m func() *machine) func(*office) runner) string {
	v := &verdict{T: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		d := seeded{rand.New(rand.NewPCG(seed, 0))}
		var m *machine
		m = newMachine(t, v, d, hire(func() *machine { return m }))
		defer m.end()
		actions := m.actions()
		names := make([]string, 0, len(actions))
		for name := range actions {
			names = append(names, name)
		}
		slices.Sort(names)
		for range steps {
			actions[names[d.IntN(len(names))]](d)
			m.check()
		}
		m.calm()
		m.check()
		m.conclude()
	}()
	<-done
	return v.said
}

// The model has to be able to tell: a client that does not know the rules breaks them
// in every sequence that is long enough, and in many ways.
func TestANaiveClientFailsTheModel(t *testing.T) {
	t.Parallel()
	const sequences = 8
	for name, patient := range map[string]bool{"impatient": false, "patient": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			against := map[string]int{}
			for seed := range uint64(sequences) {
				said := sequence(t, seed, 150, func(machineOf func() *machine) func(*office) runner {
					return func(o *office) runner {
						return &naive{office: o, patient: patient, numbers: map[id.ID]int{}, comments: map[id.ID]int{}, wanted: func() []issues.Issue {
							var wanted []issues.Issue
							for _, s := range machineOf().subjects {
								if s.issue.ID != "" {
									wanted = append(wanted, s.issue)
								}
							}
							return wanted
						}}
					}
				})
				against[figures.ReplaceAllString(said[:min(len(said), 60)], "…")]++
			}
			t.Logf("the model says: %v", against)
			if against[""] > 0 || len(against) < 2 {
				t.Errorf("of %d sequences of a naive client %d passed; against the others the model has %v", sequences, against[""], against)
			}
		})
	}
}

// figures are what differs between two complaints of one kind.
var figures = regexp.MustCompile(`\S*[0-9/#]\S*`)

// And the couriers pass the same sequences.
func TestTheCouriersPassWhereTheNaiveClientFails(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		said := sequence(t, seed, 150, func(func() *machine) func(*office) runner {
			return func(o *office) runner { return &couriers{office: o, current: o.courier} }
		})
		if said != "" {
			t.Errorf("seed %d: %s", seed, said)
		}
	}
}
