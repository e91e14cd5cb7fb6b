package manifest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

func (d *Desk) mayRead(ctx context.Context) error {
	return d.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindManifestSet})
}

// Get returns the set of that name; NotFound.
func (d *Desk) Get(ctx context.Context, set string) (Set, error) {
	if err := d.mayRead(ctx); err != nil {
		return Set{}, err
	}
	s, err := d.Store.SetBySlug(ctx, set)
	if err != nil {
		return Set{}, fmt.Errorf("read a set of manifests: %w", err)
	}
	return s, nil
}

// Sets lists sets by slug.
func (d *Desk) Sets(ctx context.Context, f Filter, r page.Request) (page.Page[Set], error) {
	if err := d.mayRead(ctx); err != nil {
		return page.Page[Set]{}, err
	}
	return d.Store.Sets(ctx, f, r)
}

// SetsOf returns the sets that the items are of.
func (d *Desk) SetsOf(ctx context.Context, items []Item) (map[id.ID]Set, error) {
	if err := d.mayRead(ctx); err != nil {
		return nil, err
	}
	of := map[id.ID]bool{}
	for _, i := range items {
		of[i.Set] = true
	}
	return d.Store.SetsByID(ctx, slices.Sorted(maps.Keys(of)))
}

// Items lists what sets have, by kind and name.
func (d *Desk) Items(ctx context.Context, f ItemFilter, r page.Request) (page.Page[Item], error) {
	if err := d.mayRead(ctx); err != nil {
		return page.Page[Item]{}, err
	}
	return d.Store.ItemPage(ctx, f, r)
}

// Item returns one thing of a set, with its manifest as it was brought last; NotFound.
func (d *Desk) Item(ctx context.Context, set string, item id.ID) (Item, error) {
	s, err := d.Get(ctx, set)
	if err != nil {
		return Item{}, err
	}
	return d.item(ctx, s, item)
}

func (d *Desk) item(ctx context.Context, s Set, item id.ID) (Item, error) {
	found, err := d.Store.Item(ctx, item)
	if err != nil || found.Set != s.ID {
		if err == nil || fault.Is(err, fault.NotFound) {
			return Item{}, fault.Missing("manifest", fault.Clip(string(item), 64))
		}
		return Item{}, fmt.Errorf("read a manifest: %w", err)
	}
	return found, nil
}

// Release has the set keep the thing no more, until it is brought again: so that it can be changed
// where the set cannot be, in an emergency say. That it differs then is told as drift. The reason is for
// the audit log, and for those who look after the set.
//
// Faults: NotFound; Forbidden; Invalid; Conflict "released".
func (d *Desk) Release(ctx context.Context, set string, item id.ID, reason string) (Item, error) {
	now := clock.Round(d.Clock())
	reason = strings.TrimSpace(reason)
	var out Item
	err := d.Runner.InTx(ctx, func(ctx context.Context) error {
		s, err := d.Store.HoldSet(ctx, set)
		if err != nil {
			return err
		}
		if err := d.Authorizer.Authorize(ctx, access.Update, s.object()); err != nil {
			return err
		}
		var check fault.Check
		check.Require(reason != "", "/reason", nil, "must say why the set is to keep it no more")
		registry.CheckText(&check, "/reason", reason, registry.MaxReason)
		if err := check.Err(); err != nil {
			return err
		}
		if out, err = d.item(ctx, s, item); err != nil {
			return err
		}
		if out.Released != nil {
			return fault.New(fault.Conflict, "released", "the set keeps %s no more since %s", out.Identity, out.Released.At.Format("2006-01-02 15:04 MST"))
		}
		if err := d.letGo(ctx, s, out); err != nil {
			return err
		}
		// Whoever compares the set meanwhile has an older one, and writes nothing of it.
		if err := d.Store.UpdateSet(ctx, s); err != nil {
			return err
		}
		out.Released = &Release{At: now, By: access.CallerFrom(ctx).Name, Reason: reason}
		if err := d.Store.WriteItems(ctx, []Item{out}); err != nil {
			return err
		}
		return d.Recorder.RecordDiff(ctx, access.Update, s.object(), reason, nil, out)
	})
	if err != nil {
		return Item{}, fmt.Errorf("release a manifest: %w", err)
	}
	return out, nil
}

// Remove forgets the set, and keeps nothing of it any more: what it had stays as it is. To have all of it end,
// apply the set with Prune and without files before.
//
// Faults: NotFound; Forbidden; Precondition.
func (d *Desk) Remove(ctx context.Context, set string, version int64) error {
	err := d.Runner.InTx(ctx, func(ctx context.Context) error {
		s, err := d.Store.HoldSet(ctx, set)
		if err != nil {
			return err
		}
		if err := d.Authorizer.Authorize(ctx, access.Delete, s.object()); err != nil {
			return err
		}
		if s.Version != version {
			return fault.Stale("set of manifests")
		}
		items, err := d.Store.Items(ctx, s.ID)
		if err != nil {
			return err
		}
		for _, i := range items {
			if i.Released != nil {
				continue
			}
			if err := d.letGo(ctx, s, i); err != nil {
				return err
			}
		}
		if err := d.Store.DeleteSet(ctx, s.ID, version); err != nil {
			return err
		}
		if s.DriftedSince != nil && d.Teller != nil {
			if err := d.Teller.Tell(ctx, s.settled(*s.DriftedSince, clock.Round(d.Clock()), access.CallerFrom(ctx).Name+" removed the set: nothing of it is kept any more.")); err != nil {
				return err
			}
		}
		return d.Recorder.RecordDiff(ctx, access.Delete, s.object(), "", s, nil)
	})
	if err != nil {
		return fmt.Errorf("remove a set of manifests: %w", err)
	}
	return nil
}

// letGo has the thing be kept by nobody, and changes nothing else of it.
func (d *Desk) letGo(ctx context.Context, s Set, i Item) error {
	return d.Store.LetGo(ctx, i, managed.ManifestSet(s.Slug))
}
