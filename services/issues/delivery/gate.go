package delivery

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
)

// gate is a lane in a run. Whoever asks something goes through the gate of the place that
// is asked, whatever else they work on: one request after the other.
type gate struct {
	mu   sync.Mutex // held from when a request is admitted until it is heard
	lane Lane
	used bool // whether the lane is to be written
}

// notBefore is until when nothing goes through.
func (g *gate) notBefore() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.lane.NotBefore
}

// gates are those of a run.
type gates struct {
	mu      sync.Mutex
	byName  map[string]*gate
	byOwner map[string]*gate // owners in lower case
}

// awayError says that a request does not go through yet, which is of a place of another
// lane than the one that is worked on: what needs the answer waits, others go on.
type awayError struct {
	until  time.Time
	reason string // in words for people
}

func (e *awayError) Error() string {
	return "another lane has to be waited for until " + e.until.Format(time.RFC3339) + ": " + e.reason
}

// gate returns that of the lane.
func (r *round) gate(ctx context.Context, name string) (*gate, error) {
	r.gates.mu.Lock()
	defer r.gates.mu.Unlock()
	if g := r.gates.byName[name]; g != nil {
		return g, nil
	}
	lane, err := r.Store.Lane(ctx, name)
	if err != nil {
		return nil, err
	}
	g := &gate{lane: lane}
	r.gates.byName[name] = g
	return g, nil
}

// of remembers through which gate the places of an owner are reached.
func (g *gates) of(owner string, to *gate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.byOwner[strings.ToLower(owner)] = to
}

// gateOf returns that of a place, whose owner may have to be looked for.
func (p *passage) gateOf(ctx context.Context, place Place) (*gate, error) {
	p.gates.mu.Lock()
	g := p.gates.byOwner[strings.ToLower(place.Owner())]
	p.gates.mu.Unlock()
	if g != nil {
		return g, nil
	}
	limited, cancel := context.WithTimeout(ctx, p.Settings.Timeout)
	defer cancel()
	name, err := p.Tracker.Lane(limited, place)
	if err != nil {
		return nil, p.away(place, nil, err)
	}
	if g, err = p.gate(ctx, name); err == nil {
		p.gates.of(place.Owner(), g)
	}
	return g, err
}

// away makes of trouble at a place of another lane a wait for it: what is known of there
// says nothing about here. What the place refuses stays as it is.
func (p *passage) away(place Place, g *gate, err error) error {
	e := AsError(err)
	if g == p.own || e == nil {
		return err
	}
	now := clock.Round(p.Clock())
	switch e.Trouble {
	case Limited, Barred:
		p.count(string(e.Trouble))
		until := e.Until
		if g != nil {
			until = g.lane.NotBefore
		}
		if !until.After(now) {
			until = now.Add(silence)
		}
		return &awayError{until, e.Reason}
	case Lost, Unavailable:
		p.count(string(e.Trouble))
		p.answered(place, false)
		return &awayError{p.restsUntil(place), e.Reason}
	}
	return err
}

// putLanes writes down what went through the lanes in the run.
func (r *round) putLanes(ctx context.Context) error {
	r.gates.mu.Lock()
	defer r.gates.mu.Unlock()
	var errs []error
	for _, g := range r.gates.byName {
		if g.used {
			errs = append(errs, r.putLane(ctx, g))
		}
	}
	return errors.Join(errs...)
}

func (r *round) putLane(ctx context.Context, g *gate) error {
	return r.Runner.InTx(ctx, func(ctx context.Context) error { return r.Store.PutLane(ctx, g.lane) })
}
