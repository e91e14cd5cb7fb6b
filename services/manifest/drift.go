package manifest

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
)

// CheckOnce compares every set with what there is, and keeps what differs for people to see. It returns
// how many sets were compared, and of how many things there is drift.
func (d *Desk) CheckOnce(ctx context.Context) (map[string]int64, error) {
	counts := map[string]int64{"sets": 0, "drifted": 0}
	var wrong []error
	for after := ""; ; {
		sets, err := d.Store.Sets(ctx, Filter{}, page.Request{Limit: page.MaxLimit, After: after})
		if err != nil {
			return counts, fmt.Errorf("list sets of manifests: %w", err)
		}
		for _, s := range sets.Items {
			drifted, err := d.check(ctx, s)
			if err != nil { // of the others it can be known
				wrong = append(wrong, fmt.Errorf("compare the set %s: %w", s.Slug, err))
				continue
			}
			counts["sets"]++
			counts["drifted"] += int64(drifted)
		}
		if after = sets.Next; after == "" {
			return counts, errors.Join(wrong...)
		}
	}
}

// check compares one set, and writes what changed of its drift.
func (d *Desk) check(ctx context.Context, s Set) (drifted int, err error) {
	now := clock.Round(d.Clock())
	var changed []Item
	err = d.Runner.InSnapshot(ctx, func(ctx context.Context) error {
		changed, drifted = nil, 0
		items, err := d.Store.Items(ctx, s.ID)
		if err != nil {
			return err
		}
		w := &world{hands: d.Hands, set: s, items: map[Identity]Item{}}
		of := make([]Identity, len(items))
		for n, i := range items {
			of[n], w.items[i.Identity] = i.Identity, i
		}
		if err := w.look(ctx, d.Organisation, of, resources(items)); err != nil {
			return err
		}
		for _, i := range items {
			found := d.drift(w, i)
			if found != nil {
				drifted++
				found.SeenAt = now
				if i.Drift != nil {
					found.SeenAt = i.Drift.SeenAt
				}
			}
			if !reflect.DeepEqual(asJSON(found), asJSON(i.Drift)) { // what was read back is JSON
				i.Drift = found
				changed = append(changed, i)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return drifted, d.Runner.InTx(ctx, func(ctx context.Context) error {
		held, err := d.Store.HoldSet(ctx, s.Slug)
		if fault.Is(err, fault.NotFound) || err == nil && held.Version != s.Version {
			return nil // it was brought, or removed, meanwhile
		}
		if err != nil {
			return err
		}
		if err := d.Store.WriteItems(ctx, changed); err != nil {
			return err
		}
		return d.Store.CheckedSet(ctx, s.ID, now, drifted)
	})
}

// drift is how what there is of an item differs; nil where it does not.
func (d *Desk) drift(w *world, i Item) *Drift {
	manifests, _, err := d.Reader.Read([]File{{Path: i.Path, Text: i.Document}})
	if err != nil || len(manifests) != 1 {
		// It was read when it was brought: what is written has changed since, and is to be brought anew.
		return &Drift{Action: Update, Fields: []Field{{Name: "", Before: nil, After: "its manifest is not understood any more: bring the set again"}}}
	}
	c, err := manifests[0].Thing.differ(w, i.Path)
	switch {
	case err != nil:
		return &Drift{Action: Keep, Fields: []Field{{Name: "", After: err.Error()}}}
	case c.action == Nothing:
		return nil
	case c.action == Create:
		return &Drift{Action: Create}
	}
	return &Drift{Action: c.action, Fields: c.fields}
}
