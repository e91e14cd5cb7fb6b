package catalog

import (
	"context"
	"fmt"
	"reflect"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
)

// MaxBatch is how many entities are told at once.
const MaxBatch = 200

// attempts is how often an entity is tried that others change meanwhile.
const attempts = 3

// Take takes entities of an open sync, each in a transaction of its own, and says of each what
// became of it: what is wrong with one refuses that one. What is as it was told before is read
// together, and writes nothing but that it was seen.
//
// Faults: Forbidden; NotFound; Conflict "catalog_sync_closed".
func (c *Service) Take(ctx context.Context, sync id.ID, told []Told) ([]Result, error) {
	if err := c.telling(ctx); err != nil {
		return nil, err
	}
	s, err := c.sync(ctx, sync)
	if err != nil {
		return nil, err
	}
	if s.State != Open {
		return nil, closed(s)
	}
	if len(told) > MaxBatch {
		var check fault.Check
		check.Fail("/entities", len(told), "must have at most %d entries, has %d", MaxBatch, len(told))
		return nil, check.Err()
	}
	w := newWorld(s)
	results := make([]Result, len(told))
	var fit []Told
	var at []int
	seen := map[string]bool{}
	for i, t := range told {
		t = t.tidy()
		results[i].Ref = t.Ref
		var check fault.Check
		if t.named(&check) {
			check.Require(!seen[t.UID], "/uid", t.UID, "is that of another entity of this request; each is told once")
			check.Require(!seen[t.Ref], "/ref", t.Ref, "is that of another entity of this request; each is told once")
			seen[t.UID], seen[t.Ref] = true, true
		}
		if err := check.Err(); err != nil {
			results[i] = Result{Ref: fault.Clip(told[i].Ref, 3*MaxWord+2), Outcome: OutcomeRefused, Faults: faultsOf(t, err)}
			continue
		}
		fit, at = append(fit, t), append(at, i)
	}
	if len(fit) > 0 {
		if err := c.load(ctx, w, fit); err != nil {
			return nil, err
		}
	}
	for _, renamed := range []bool{true, false} {
		for n, t := range fit {
			// What is known by its UID goes first: it may give up a name that another has now.
			if known := w.byUID[t.UID]; renamed != (known != nil && known.Ref != t.Ref) || results[at[n]].Outcome != "" {
				continue
			}
			if results[at[n]], err = c.take(ctx, w, t); err != nil {
				return nil, fmt.Errorf("take the entity %s: %w", t.Ref, err)
			}
		}
	}
	var counts Counts
	for _, r := range results {
		counts.count(r.Outcome)
	}
	if err := c.count(ctx, w, counts); err != nil {
		return nil, err
	}
	return results, nil
}

// count notes what was told again as it is, and counts what became of entities.
func (c *Service) count(ctx context.Context, w *world, counts Counts) error {
	err := c.Runner.InTx(ctx, func(ctx context.Context) error {
		if len(w.same) > 0 && !w.again {
			if err := c.Store.Seen(ctx, w.same, c.moment()); err != nil {
				return err
			}
		}
		err := c.Store.Count(ctx, w.sync.ID, counts)
		if fault.Is(err, fault.NotFound) { // a newer one came meanwhile
			return closed(Sync{State: Superseded})
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("count entities: %w", err)
	}
	return nil
}

// take takes one entity, again where somebody else changed what it is meanwhile.
func (c *Service) take(ctx context.Context, w *world, t Told) (Result, error) {
	var r Result
	var err error
	for range attempts {
		if r, err = c.try(ctx, w, t); cyclic(err) && !w.flat[t.UID] {
			w.flat[t.UID] = true // the rest is taken; where its parent is now may be told later
			r, err = c.try(ctx, w, t)
		}
		if !fault.Is(err, fault.Precondition) {
			break
		}
		anew := newWorld(w.sync)
		anew.final, anew.again, anew.replaces = w.final, w.again, w.replaces
		if err := c.load(ctx, anew, []Told{t}); err != nil {
			return Result{}, err
		}
		w.renew(anew)
	}
	if fault.Is(err, fault.Precondition) {
		return Result{}, fault.New(fault.Unavailable, "catalog_busy", "what %s is is being changed by others; tell it again", t.Ref)
	}
	faults := faultsOf(t, err)
	if err != nil && faults == nil {
		return Result{}, err
	}
	if err != nil {
		return c.refuse(ctx, w, t, faults)
	}
	return r, nil
}

// cyclic reports whether a team was refused its parent, and nothing else.
func cyclic(err error) bool {
	e := fault.As(err)
	return e != nil && e.Kind == fault.Invalid && len(e.Violations) == 1 && e.Violations[0].Pointer == "/parent"
}

// plan is what an entity becomes.
type plan struct {
	outcome Outcome // OutcomeSkipped and OutcomeDeferred end it; else empty
	isNew   bool
	adopted bool
	pending bool    // something that it names may be told later
	faults  []Fault // of what it names and nobody knows
	// write writes what changed of the thing, and returns its identifier; nil for nothing.
	write func(ctx context.Context) (id.ID, error)
	is    id.ID // the thing where nothing is written
}

// try takes one entity with what is known. Its error is Precondition where that is out of date.
func (c *Service) try(ctx context.Context, w *world, t Told) (Result, error) {
	var check fault.Check
	t.check(&check)
	is, beside := identify(t, w.byUID[t.UID], w.byRef[t.Ref])
	if is != nil && is.Kind != t.Kind {
		check.Fail("/uid", t.UID, "is that of %s, which is of another kind", is.Ref)
	}
	if err := check.Err(); err != nil {
		return Result{}, err
	}
	var heir *Entity // of who comes back: whoever was taken for them meanwhile
	came := newcomer(w.sync, is, t)
	if came {
		is, beside = nil, is
	}
	e := c.seen(w, is, t)
	if came {
		e.Resource = beside.Resource
	}
	if is != nil && is.GoneAt != nil && e.Resource != "" {
		switch other, err := c.Store.Of(ctx, e.Resource); {
		case err == nil && beside != nil && other.ID == beside.ID:
		case err == nil && other.provisional():
			heir = &other
		case err == nil:
			e.Resource = "" // another has become that meanwhile
		case !fault.Is(err, fault.NotFound):
			return Result{}, err
		}
	}
	replaced, replaces := w.replaces[t.UID]
	if replaces {
		e.Resource = replaced.Resource
	}
	p := plan{outcome: OutcomeDeferred}
	stands := e.Resource != "" && (came || is != nil && is.provisional())
	if w.final || !stands && (e.Resource != "" || !t.Kind.followed() || !w.former[t.place()]) {
		var err error
		if p, err = c.planOf(ctx, w, e, t); err != nil {
			return Result{}, err
		}
	}
	e.State, e.Faults, e.Pending = Linked, p.faults, p.pending
	switch p.outcome {
	case OutcomeDeferred:
		e.State = Deferred
	case OutcomeSkipped:
		e.State = Refused
	}
	if is != nil && e.Pending && !is.Pending && len(is.Faults) > 0 && reflect.DeepEqual(is.Told, t) {
		// It was found to name what nobody knows, and does so again.
		e.Pending, e.Faults = false, is.Faults
	}
	if p.is != "" {
		e.Resource = p.is
	}
	r := Result{Ref: t.Ref, Outcome: p.outcome, Adopted: p.adopted, Faults: e.Faults}
	if r.Outcome == "" {
		switch {
		case p.isNew:
			r.Outcome = OutcomeCreated
		case p.write != nil || is == nil || is.GoneAt != nil || is.Resource == "":
			r.Outcome = OutcomeUpdated
		default:
			r.Outcome = OutcomeUnchanged
		}
	}
	if p.write == nil && beside == nil && !replaces && is != nil && is.same(e) {
		w.same = append(w.same, is.ID)
		r.Resource = w.resource(e)
		return r, nil
	}
	err := c.Runner.InTx(ctx, func(ctx context.Context) error {
		if beside != nil && beside.Resource == e.Resource {
			replaced, replaces = *beside, true
		} else if beside != nil {
			if err := c.letGo(ctx, *beside, e.SeenAt); err != nil {
				return err
			}
		}
		if heir != nil { // somebody new is made of them, with the name that is free then
			heir.Resource, heir.State, heir.Pending, heir.Faults = "", Deferred, false, nil
			if err := c.Store.PutEntity(ctx, *heir); err != nil {
				return err
			}
		}
		if replaces { // its thing is told on
			if replaced.State, replaced.Pending = Gone, false; replaced.GoneAt == nil {
				replaced.GoneAt = &e.SeenAt
			}
			if err := c.Store.PutEntity(ctx, replaced); err != nil {
				return err
			}
		}
		if is != nil && is.GoneAt == nil && is.Resource != "" && is.Resource != e.Resource { // it is another now
			if err := c.free(ctx, *is); err != nil {
				return err
			}
		}
		if p.write != nil {
			var err error
			if e.Resource, err = p.write(ctx); err != nil {
				return err
			}
		}
		return c.Store.PutEntity(ctx, e)
	})
	if err != nil {
		return Result{}, err
	}
	if beside != nil && beside.Resource != e.Resource {
		w.leave(beside.Resource)
	}
	for _, former := range []*Entity{is, beside} {
		if former != nil {
			w.forget(*former)
		}
	}
	w.remember(e)
	if heir != nil {
		w.remember(*heir)
	}
	r.Resource = w.resource(e)
	return r, nil
}

// planOf is what the entity becomes, by its kind.
func (c *Service) planOf(ctx context.Context, w *world, e Entity, t Told) (plan, error) {
	switch t.Kind {
	case User:
		return c.planUser(ctx, w, e, t)
	case Group:
		return c.planGroup(ctx, w, e, t)
	case System:
		return c.planSystem(ctx, w, e, t)
	default:
		return c.planComponent(ctx, w, e, t)
	}
}

// seen is the entity as it is told now; is is what was known of it, or nil.
func (c *Service) seen(w *world, is *Entity, t Told) Entity {
	now := c.moment()
	e := Entity{ID: id.New(now), FirstSeenAt: now}
	if is != nil {
		e = *is
	}
	if w.again {
		now = e.SeenAt // nobody tells it now
	}
	e.Portal, e.Told, e.SeenAt, e.GoneAt = w.sync.Portal, t, now, nil
	return e
}

// same reports whether nothing but the time at which it was seen is to be written of an entity.
func (e Entity) same(now Entity) bool {
	e.SeenAt = now.SeenAt
	return reflect.DeepEqual(e, now)
}

// refuse remembers that an entity was not taken, and why. What it is stays as it is.
func (c *Service) refuse(ctx context.Context, w *world, t Told, faults []Fault) (Result, error) {
	is, _ := identify(t, w.byUID[t.UID], w.byRef[t.Ref])
	if is != nil && is.Kind != t.Kind {
		return Result{Ref: t.Ref, Outcome: OutcomeRefused, Faults: faults}, nil
	}
	kept := t
	var check fault.Check
	if t.check(&check); check.Err() != nil {
		// What may hold anything is not kept.
		kept = Told{Kind: t.Kind, Ref: t.Ref, UID: t.UID}
	}
	e := c.seen(w, is, kept)
	e.State, e.Faults, e.Pending = Refused, faults, false
	if is != nil {
		e.Ref, e.UID = is.Ref, is.UID // another may have them
		if is.provisional() && !w.final {
			e.State = Deferred
		}
	}
	r := Result{Ref: t.Ref, Outcome: OutcomeRefused, Resource: w.resource(e), Faults: faults}
	if is != nil && is.same(e) {
		w.same = append(w.same, is.ID)
		return r, nil
	}
	if err := c.Store.PutEntity(ctx, e); err != nil && !fault.Is(err, fault.Precondition) {
		return Result{}, err
	}
	w.remember(e)
	return r, nil
}
