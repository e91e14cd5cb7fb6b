package delivery

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/issues"
)

// passage is the work on what is due in the places of a lane, in a run.
type passage struct {
	*round
	own   *gate       // of the lane
	until time.Time   // when the run's time for the lane is over
	kind  issues.Kind // of what is under way; empty where that is of every kind
}

// errClosed says that nothing more goes through the lane in this run.
var errClosed = errors.New("the lane is closed for this run")

// fullError says that a request of its effort does not go through the lane in this run:
// others do.
type fullError struct{ until time.Time }

func (e *fullError) Error() string {
	return "the lane has no room until " + e.until.Format(time.RFC3339)
}

// BarredFor is how long credentials that are not taken are left alone.
const BarredFor = 5 * time.Minute

// lastStrike is the failure in a row by which a delivery is dead: replies that
// something is gone, or refused, are wrong at times.
const lastStrike = 3

// admit waits until a request about a place can go through its lane, and notes it; the
// gate is then locked, and is the caller's to unlock when the answer was heard. What writes
// is admitted only where the place takes it then, after the wait too. errClosed
// or a *fullError when that is not in this run, an *awayError when it is another's lane
// and not in this run, errClosed when it was stopped meanwhile: what may still be sent is
// sent in the next.
func (p *passage) admit(ctx context.Context, place Place, e Effort) (*gate, error) {
	g, err := p.gateOf(ctx, place)
	if err != nil {
		return nil, err
	}
	for {
		if e.Points > Reading.Points {
			if err := p.allowed(ctx, place); err != nil {
				return nil, err
			}
		}
		wait, err := p.pass(ctx, g, e)
		switch {
		case err != nil:
			return nil, err
		case wait.IsZero():
			return g, nil
		}
		if err := p.Wait(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// allowed is nil where what is under way may be written to the place now.
func (p *passage) allowed(ctx context.Context, place Place) error {
	facts, err := p.factsOf(ctx, place)
	if err != nil {
		return err
	}
	if objection := p.Settings.objection(facts, p.kind); objection != "" {
		return &Error{Trouble: Refused, Reason: objection}
	}
	return nil
}

// pass lets a request through the gate, which stays locked then, or says until when it has
// to wait.
func (p *passage) pass(ctx context.Context, g *gate, e Effort) (wait time.Time, err error) {
	g.mu.Lock()
	passed := false
	defer func() {
		if !passed {
			g.mu.Unlock()
		}
	}()
	now := p.Clock()
	next, read := g.lane.Next(now, e, p.Settings.Limits), g.lane.Next(now, Reading, p.Settings.Limits)
	switch {
	case g != p.own && next.After(p.until):
		return wait, &awayError{next, cmp.Or(g.lane.Reason, "as much was asked there as may be at a time")}
	case read.After(p.until):
		return wait, errClosed
	case next.After(p.until):
		return wait, &fullError{next}
	case next.After(now):
		return next, nil
	}
	stopped, err := p.isStopped(ctx)
	if err != nil {
		return wait, err
	}
	if stopped {
		return wait, errClosed
	}
	g.lane.Pass(now, e)
	g.used = true
	if e.Points > Reading.Points {
		err = p.putLane(ctx, g)
	}
	passed = err == nil
	return wait, err
}

// isStopped reports whether what is under way is kept back by now.
func (p *passage) isStopped(ctx context.Context) (bool, error) {
	kinds, err := p.sent(ctx)
	if err != nil || slices.Contains(kinds, p.kind) || p.kind == "" && len(kinds) > 0 {
		return false, err
	}
	p.count("stopped")
	return true, nil
}

// ask lets a request about a place through its lane, and hears what comes of it.
func ask[T any](ctx context.Context, p *passage, place Place, e Effort, do func(ctx context.Context) (T, error)) (T, error) {
	g, err := p.admit(ctx, place, e)
	if err != nil {
		var none T
		return none, err
	}
	defer g.mu.Unlock()
	v, err := hear(ctx, p, g, do)
	return v, p.away(place, g, err)
}

// hear makes a request that was admitted. What it tells of the lane is written down.
func hear[T any](ctx context.Context, p *passage, g *gate, do func(ctx context.Context) (T, error)) (T, error) {
	within, cancel := context.WithTimeout(ctx, p.Settings.Timeout)
	defer cancel()
	p.count("requests")
	v, err := do(within)
	now := clock.Round(p.Clock())
	switch e := AsError(err); {
	case err == nil:
		g.lane.Opened()
	case e == nil:
	case e.Trouble == Limited:
		g.lane.Close(now, e.Until, e.Reason)
		return v, errors.Join(err, p.putLane(ctx, g))
	case e.Trouble == Barred:
		g.lane.Close(now, now.Add(BarredFor), e.Reason)
		return v, errors.Join(err, p.putLane(ctx, g))
	case e.Trouble != Lost && e.Trouble != Unavailable:
		g.lane.Opened()
	}
	return v, err
}

// settle writes down what came of a step, before which it had that number. The error is
// one that ends the run, or errClosed.
func (p *passage) settle(ctx context.Context, d *Delivery, err error, before int) error {
	now := clock.Round(p.Clock())
	e := AsError(err)
	var full *fullError
	var away *awayError
	switch {
	case err == nil:
		d.Failures = 0
		p.answered(d.Place, true)
	case errors.Is(err, errClosed):
		d.DueAt = &now
	case errors.As(err, &full):
		d.DueAt = &full.until
	case errors.As(err, &away):
		d.DueAt, d.Problem = &away.until, "another repository has to be asked first: "+away.reason
	case fault.Is(err, fault.Precondition): // somebody retried or dismissed it meanwhile
		return nil
	case e == nil:
		return err
	default:
		because, err := p.because(ctx, d, e)
		if err != nil {
			return err
		}
		p.fail(d, e, because, now)
	}
	var also []func(ctx context.Context) error
	if d.Number > 0 && before == 0 { // what is to be a part of it can be now
		also = append(also, func(ctx context.Context) error { return p.Store.CallParts(ctx, d.Issue, now) })
	}
	if putErr := p.put(ctx, d, also...); putErr != nil && !fault.Is(putErr, fault.Precondition) {
		return putErr
	}
	if errors.Is(err, errClosed) || e != nil && (e.Trouble == Limited || e.Trouble == Barred) {
		return errClosed
	}
	return nil
}

// because is what a delivery is dead because of, if it is by that trouble. What is gone
// where nothing speaks against the place is gone itself; of a place that cannot be looked
// at now it is not known.
func (p *passage) because(ctx context.Context, d *Delivery, e *Error) (Cause, error) {
	if e.Because != BecauseGone {
		return cmp.Or(e.Because, BecausePlace), nil
	}
	if d.Number == 0 {
		return BecausePlace, nil
	}
	facts, err := p.factsOf(ctx, d.Place)
	var full *fullError
	var away *awayError
	switch {
	case err == nil && p.Settings.objection(facts, d.Kind) == "":
		return BecauseGone, nil
	case err == nil, AsError(err) != nil, errors.Is(err, errClosed), errors.As(err, &full), errors.As(err, &away):
		return BecausePlace, nil
	}
	return "", err
}

// fail writes down what a trouble means for the delivery, which is because of that.
func (p *passage) fail(d *Delivery, e *Error, because Cause, now time.Time) {
	p.count(string(e.Trouble))
	if d.State == Sending {
		if e.Trouble == Lost {
			d.lose(now)
			d.Problem = e.Reason
			p.answered(d.Place, false)
			return
		}
		// Nothing happened, so that nothing has to be looked for.
		if d.Intent.Comment == "" {
			d.Attempts--
		}
		d.Intent, d.State = nil, d.unsent()
	}
	d.Problem = e.Reason
	later := func(wait time.Duration) {
		at := now.Add(wait)
		d.DueAt = &at
	}
	switch e.Trouble {
	case Limited, Barred:
		later(max(0, e.Until.Sub(now))) // which is of no lane where the lane could not be told
	case Lost, Unavailable:
		d.Failures++
		later(backOff(d.Failures))
		p.answered(d.Place, false)
	case Moved:
		p.move(d, e)
		d.Failures++
		later(0)
		if d.Failures > 1 {
			later(backOff(d.Failures))
		}
	default:
		d.Failures++
		later(time.Duration(d.Failures) * time.Minute)
		if d.Failures >= lastStrike {
			d.State, d.DueAt, d.Because = Dead, nil, because
			p.count("dead")
			p.Logger.Warn("an issue cannot be delivered", "issue", d.Issue, "repository", d.Place, "number", d.Number, "because", because, "reason", e.Reason)
		}
	}
}

// move follows an issue or a repository to where it is now.
func (p *passage) move(d *Delivery, e *Error) {
	if e.To == d.Place && (e.Number == 0 || e.Number == d.Number) {
		return // by another name of the same
	}
	p.Logger.Info("an issue is elsewhere now", "issue", d.Issue, "from", d.Place, "to", e.To, "number", e.Number)
	if d.Number == 0 { // what may have been made there has gone with it
		d.Written.From = renamed(d.Written.From, d.Place, e.To)
	}
	d.Place, d.Written.ETag, d.Failures = e.To, "", 0
	if d.Number > 0 && e.Number > 0 {
		d.Number = e.Number
	}
}
