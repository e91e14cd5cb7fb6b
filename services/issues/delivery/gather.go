package delivery

import (
	"context"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues"
)

// joinFor is how long after a group was made others that come still join it: what
// breaks many things does not break all of them in the same minute.
const joinFor = time.Hour

// gather has issues that are to be made in a place told of in one, where they are as many
// as GroupFrom, or such a one was made lately. It returns what is left to be done there,
// with that one.
func (p *passage) gather(ctx context.Context, place Place, due []Delivery) ([]Delivery, error) {
	for _, kind := range p.kinds {
		if !kind.Groups() {
			continue
		}
		fresh := map[id.ID]Delivery{}
		for _, d := range due {
			if d.Kind == kind && d.State == Pending && d.Attempts == 0 {
				fresh[d.Issue] = d
			}
		}
		if len(fresh) == 0 {
			continue
		}
		into, found, err := p.Store.OpenGroup(ctx, kind, place, p.Clock().Add(-joinFor))
		if err != nil {
			return nil, err
		}
		if !found && len(fresh) < p.Settings.GroupFrom {
			continue
		}
		p.kind = kind
		facts, err := p.factsOf(ctx, place)
		if err != nil { // as the first of them would have met it
			at := slices.IndexFunc(due, func(d Delivery) bool { return fresh[d.Issue].Issue != "" })
			first := due[at]
			return slices.Delete(due, at, at+1), p.settle(ctx, &first, err, first.Number)
		}
		if p.Settings.objection(facts, kind) != "" {
			continue // each goes where else it may
		}
		if found {
			open, known, err := p.isOpen(ctx, into)
			switch {
			case err != nil:
				return nil, err
			case !known: // they wait
				due = slices.DeleteFunc(due, func(d Delivery) bool { return fresh[d.Issue].Issue != "" })
				continue
			case !open && len(fresh) < p.Settings.GroupFrom:
				continue
			case !open:
				into = ""
			}
		}
		if due, err = p.gatherInto(ctx, place, kind, into, due, fresh); err != nil {
			return nil, err
		}
	}
	return due, nil
}

// isOpen looks at a group before others join it: a person may have closed it since it was
// last read, who did not know of them. What became of one that is not open, or cannot be
// read, is found out where it is delivered, which is waited for.
func (p *passage) isOpen(ctx context.Context, group id.ID) (open, known bool, err error) {
	d, err := p.Store.Delivery(ctx, group)
	if err != nil || d.Number == 0 {
		return true, true, err
	}
	if d.Failures > 0 || d.DueAt != nil && !d.DueAt.After(p.Clock()) {
		return false, false, nil
	}
	r, err := ask(ctx, p, d.Place, Reading, func(ctx context.Context) (Remote, error) {
		r, _, err := p.Tracker.Read(ctx, d.Place, d.Number, "")
		return r, err
	})
	e := AsError(err)
	switch {
	case err == nil && r.Open:
		return true, true, nil
	case err != nil && e == nil:
		return false, false, err
	case e != nil && (e.Trouble == Limited || e.Trouble == Barred):
		return false, false, errClosed
	case e != nil && (e.Trouble == Lost || e.Trouble == Unavailable):
		p.answered(d.Place, false)
	}
	_, callErr := p.Store.CallAt(ctx, d.Place, d.Number, p.Clock())
	return false, err == nil, callErr
}

func (p *passage) gatherInto(ctx context.Context, place Place, kind issues.Kind, into id.ID, due []Delivery, fresh map[id.ID]Delivery) ([]Delivery, error) {
	now := clock.Round(p.Clock())
	gathering := issues.Gathering{Kind: kind, Into: into, AtLeast: p.Settings.GroupFrom}
	for issue := range fresh {
		gathering.Members = append(gathering.Members, issue)
	}
	var group Delivery
	var joined []id.ID
	err := p.Runner.InTx(ctx, func(ctx context.Context) error {
		issue, members, err := p.Gatherer.Gather(ctx, gathering, now)
		if joined = members; err != nil || len(joined) == 0 {
			return err
		}
		for _, one := range joined {
			d := fresh[one]
			d.State, d.DueAt, d.Problem, d.UpdatedAt = Grouped, nil, "", now
			if err := p.Store.PutDelivery(ctx, d); err != nil {
				return err
			}
		}
		group, err = p.Store.Delivery(ctx, issue.ID)
		switch {
		case err != nil:
			return err
		case group.State == Dead || group.State == Dismissed: // since it was found: it would tell of nobody
			return fault.Stale("issue")
		case group.State != Draft:
			return nil
		}
		group.State, group.Place = Pending, place
		return p.Store.PutDelivery(ctx, group)
	})
	if fault.Is(err, fault.Precondition) {
		return nil, nil // somebody changed one meanwhile: they are looked at the next time
	}
	if err != nil || len(joined) == 0 {
		return due, err
	}
	p.count("grouped")
	due = slices.DeleteFunc(due, func(d Delivery) bool { return d.Issue == group.Issue || slices.Contains(joined, d.Issue) })
	if group, err = p.Store.Delivery(ctx, group.Issue); err != nil {
		return nil, err
	}
	return append(due, group), nil
}
