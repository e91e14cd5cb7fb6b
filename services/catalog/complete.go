package catalog

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// Completion is how a sync is completed.
type Completion struct {
	AcceptShrink bool // more than a catalog loses by itself is right
	// Undeclared are references of entities that a full sync told, and that nobody declares any more:
	// they are gone as if they had not been told, also where the completion is refused and tried again.
	Undeclared []string
}

// Complete ends a sync. What named something that was not known yet is taken again; after a full
// one, what was not told is gone: its fields are the team's again, and its thing stays. One that is
// complete stays as it is.
//
// Faults: Forbidden; NotFound; Invalid; Conflict "catalog_sync_closed", and "catalog_shrank" when more than a
// fifth of the links of a kind would end, and more than 10, unless that is accepted.
func (c *Service) Complete(ctx context.Context, sync id.ID, how Completion) (Sync, error) {
	if err := c.telling(ctx); err != nil {
		return Sync{}, err
	}
	s, err := c.sync(ctx, sync)
	if err != nil || s.State == Complete {
		return s, err
	}
	if s.State != Open {
		return Sync{}, closed(s)
	}
	undeclared := lowered(how.Undeclared)
	var check fault.Check
	check.Require(s.Full || len(undeclared) == 0, "/undeclared", len(undeclared), "must be empty: an incremental sync ends nothing")
	check.Require(len(undeclared) <= MaxRefs, "/undeclared", len(undeclared), "must have at most %d entries, has %d", MaxRefs, len(undeclared))
	if err := check.Err(); err != nil {
		return Sync{}, err
	}
	w := newWorld(s)
	w.final, w.again, w.replaces = true, true, map[string]Entity{}
	var gone []Entity
	var moved []departure
	if s.Full {
		if gone, moved, err = c.ending(ctx, w, undeclared, how.AcceptShrink); err != nil {
			return Sync{}, err
		}
	}
	if err := c.decide(ctx, w, w.deferred); err != nil {
		return Sync{}, err
	}
	if err := c.putBack(ctx, w, moved); err != nil {
		return Sync{}, err
	}
	without, err := c.withoutHeir(ctx, w)
	if err != nil {
		return Sync{}, err
	}
	for _, e := range append(gone, without...) {
		if err := c.end(ctx, w, e); err != nil {
			return Sync{}, fmt.Errorf("end the entity %s: %w", e.Ref, err)
		}
	}
	if err := c.settle(ctx, w); err != nil {
		return Sync{}, err
	}
	if err := c.Store.EndSync(ctx, s.ID, c.moment()); err != nil {
		if fault.Is(err, fault.NotFound) {
			return Sync{}, closed(Sync{State: Superseded})
		}
		return Sync{}, fmt.Errorf("end a sync: %w", err)
	}
	return c.sync(ctx, s.ID)
}

// deferred reports whether the sync told the entity and left to its completion what it is.
func (w *world) deferred(e Entity) bool {
	return w.sync.Full && e.State == Deferred && !e.SeenAt.Before(w.sync.StartedAt)
}

// chunk is how many entities are read at once.
const chunk = 200

// all gathers what a reader gives after an identifier, page by page.
func all(read func(after id.ID, limit int) ([]Entity, error)) ([]Entity, error) {
	var out []Entity
	for after := id.ID(""); ; {
		some, err := read(after, chunk)
		if err != nil {
			return nil, err
		}
		if out = append(out, some...); len(some) < chunk {
			return out, nil
		}
		after = some[len(some)-1].ID
	}
}

// undecided are the entities that wait for the completion, in the order in which kinds are told.
func (c *Service) undecided(ctx context.Context, w *world) ([]Entity, error) {
	found, err := all(func(after id.ID, limit int) ([]Entity, error) {
		return c.Store.Undecided(ctx, w.sync.Portal, after, limit)
	})
	if err != nil {
		return nil, fmt.Errorf("read entities that wait for a completion: %w", err)
	}
	slices.SortStableFunc(found, func(a, b Entity) int { return slices.Index(Kinds, a.Kind) - slices.Index(Kinds, b.Kind) })
	return found, nil
}

// ending is what a full sync did not tell or found not to be declared, but for what came back under
// another name: that is noted in what the world replaces. Components have gone then from what they were
// that are something else now.
func (c *Service) ending(ctx context.Context, w *world, undeclared []string, acceptShrink bool) ([]Entity, []departure, error) {
	if err := c.unsee(ctx, w, undeclared); err != nil {
		return nil, nil, fmt.Errorf("note what is not declared any more: %w", err)
	}
	going, err := all(func(after id.ID, limit int) ([]Entity, error) {
		return c.Store.Unseen(ctx, w.sync.Portal, w.sync.StartedAt, after, limit)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read what was not told: %w", err)
	}
	came, err := c.undecided(ctx, w)
	if err != nil {
		return nil, nil, err
	}
	came = slices.DeleteFunc(came, func(e Entity) bool { return !w.deferred(e) })
	if err := c.heirs(ctx, w, came, going); err != nil {
		return nil, nil, err
	}
	back := map[id.ID]bool{}
	for _, e := range w.replaces {
		back[e.ID] = true
	}
	going = slices.DeleteFunc(going, func(e Entity) bool { return back[e.ID] })
	links, err := c.Store.Links(ctx, w.sync.Portal, w.sync.StartedAt)
	if err != nil {
		return nil, nil, fmt.Errorf("count links: %w", err)
	}
	for _, kind := range Kinds {
		ending := 0
		for _, e := range going {
			if e.Kind == kind && e.Resource != "" {
				ending++
			}
		}
		if !shrinks(ending, links[kind]) {
			continue
		}
		if !acceptShrink {
			return nil, nil, fault.New(fault.Conflict, "catalog_shrank",
				"%d of %d entities of the kind %s were not told any more, which is more than a fifth; where that is right, complete the sync with acceptShrink", ending, links[kind], kind)
		}
		accepted := struct {
			Kind          Kind
			Ending, Links int
		}{kind, ending, links[kind]}
		o := access.Object{Kind: access.KindCatalog, ID: w.sync.ID, Label: w.sync.Portal}
		if err := c.Runner.InTx(ctx, func(ctx context.Context) error {
			return c.Recorder.RecordDiff(ctx, access.Sync, o, "", nil, accepted)
		}); err != nil {
			return nil, nil, fmt.Errorf("record what a catalog loses: %w", err)
		}
	}
	moved, err := c.vacate(ctx, w, came)
	return going, moved, err
}

// unsee has entities that the sync told be as if it had not, also at another attempt to complete it.
func (c *Service) unsee(ctx context.Context, w *world, undeclared []string) error {
	if len(undeclared) == 0 {
		return nil
	}
	return c.within(ctx, w, Counts{}, func(ctx context.Context) error {
		told, err := c.Store.ByRef(ctx, w.sync.Portal, undeclared)
		if err != nil {
			return err
		}
		var seen []id.ID
		for _, e := range told {
			if !e.SeenAt.Before(w.sync.StartedAt) {
				seen = append(seen, e.ID)
			}
		}
		return c.Store.Seen(ctx, seen, w.sync.StartedAt.Add(-time.Microsecond))
	})
}

// withoutHeir are those that go, and whose heirs were refused what they were.
func (c *Service) withoutHeir(ctx context.Context, w *world) ([]Entity, error) {
	var out []Entity
	for _, was := range w.replaces {
		if was.GoneAt != nil {
			continue
		}
		switch now, err := c.Store.Of(ctx, was.Resource); {
		case err == nil && now.ID == was.ID:
			out = append(out, was)
		case err != nil && !fault.Is(err, fault.NotFound):
			return nil, fmt.Errorf("read who is what %s was: %w", was.Ref, err)
		}
	}
	slices.SortFunc(out, func(a, b Entity) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// decide takes again those of the entities that wait for the completion that are asked for, and
// counts what became of them.
func (c *Service) decide(ctx context.Context, w *world, which func(Entity) bool) error {
	found, err := c.undecided(ctx, w)
	if err != nil {
		return err
	}
	found = slices.DeleteFunc(found, func(e Entity) bool { return !which(e) })
	for some := range slices.Chunk(found, chunk) {
		told := make([]Told, len(some))
		for i, e := range some {
			told[i] = e.Told
		}
		one := newWorld(w.sync)
		one.final, one.again, one.replaces = w.final, w.again, w.replaces
		if err := c.load(ctx, one, told); err != nil {
			return err
		}
		var counts Counts
		for i, t := range told {
			r, err := c.take(ctx, one, t)
			if err != nil {
				return fmt.Errorf("take the entity %s: %w", t.Ref, err)
			}
			if some[i].State == Deferred { // the others were counted when they were told
				counts.count(r.Outcome)
			}
		}
		if err := c.count(ctx, one, counts); err != nil {
			return err
		}
	}
	return nil
}

// rounds is how often what waits for others is taken again: a tree of groups that is turned round
// takes a round for each of its levels at most, and is deeper nowhere.
const rounds = 10

// settle takes what names others again, now that all is told: at first as if more were to come, for
// one may wait for another, then for good.
func (c *Service) settle(ctx context.Context, w *world) error {
	waiting := func(e Entity) bool { return e.Pending && e.State != Deferred }
	count := func() (int, error) {
		found, err := c.undecided(ctx, w)
		return len(found), err
	}
	w.final = false
	for before, round := -1, 0; round < rounds; round++ {
		n, err := count()
		if err != nil {
			return err
		}
		if n == 0 || n == before {
			break
		}
		before = n
		if err := c.decide(ctx, w, waiting); err != nil {
			return err
		}
	}
	w.final = true
	return c.decide(ctx, w, waiting)
}

// end lets an entity go that a full sync did not tell.
func (c *Service) end(ctx context.Context, w *world, e Entity) error {
	now := c.moment()
	return c.within(ctx, w, Counts{Gone: 1}, func(ctx context.Context) error {
		if err := c.letGo(ctx, e, now); err != nil || e.Kind != User || e.Resource == "" || !c.DeactivateLeavers {
			return err
		}
		return c.People.PersonLeft(ctx, e.Resource, fmt.Sprintf("the catalog of %s tells of %s no more", e.Portal, e.Ref))
	})
}

// within does something in one transaction of the sync, while that is open, and counts it; again where
// others change meanwhile what it changes.
func (c *Service) within(ctx context.Context, w *world, counts Counts, do func(ctx context.Context) error) error {
	var err error
	for range attempts {
		err = c.Runner.InTx(ctx, func(ctx context.Context) error {
			err := c.Store.Count(ctx, w.sync.ID, counts)
			if fault.Is(err, fault.NotFound) {
				return closed(Sync{State: Superseded})
			}
			if err != nil {
				return err
			}
			return do(ctx)
		})
		if !fault.Is(err, fault.Precondition) {
			return err
		}
	}
	return err
}
