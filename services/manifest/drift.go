package manifest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
)

// CheckOnce compares every set with what there is, keeps what differs for people to see, and tells the
// team of a set of what was not known. It returns how many sets were compared, and of how many things
// there is drift.
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

// check compares one set, writes what changed of its drift, and tells of it. It returns of how many things
// there is drift.
func (d *Desk) check(ctx context.Context, s Set) (int, error) {
	at := clock.Round(d.Clock())
	var changed, drifted []Item
	news := false
	err := d.Runner.InSnapshot(ctx, func(ctx context.Context) error {
		changed, drifted, news = nil, nil, false
		items, err := d.Store.Items(ctx, s.ID)
		if err != nil {
			return err
		}
		said, things := d.said(items)
		now, err := namesNow(ctx, d.Organisation, things, items)
		if err != nil {
			return err
		}
		w := &world{hands: d.Hands, set: s, items: now.items(items)}
		of := slices.Collect(maps.Keys(w.items))
		if err := w.look(ctx, d.Organisation, of, resources(items), things); err != nil {
			return err
		}
		for _, i := range items {
			found := w.drift(said[i.ID], i.Path, now)
			if found != nil {
				found.SeenAt = at
				if i.Drift != nil {
					found.SeenAt = i.Drift.SeenAt
				}
			}
			if !reflect.DeepEqual(asJSON(found), asJSON(i.Drift)) { // what was read back is JSON
				i.Drift = found
				changed = append(changed, i)
				news = news || found != nil
			}
			if found != nil {
				drifted = append(drifted, i)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return len(drifted), d.Runner.InTx(ctx, func(ctx context.Context) error {
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
		return d.found(ctx, held, at, drifted, news, "What there is is as its files say again.")
	})
}

// problem is why the thing cannot be compared, in words.
func problem(t Thing, err error) string {
	why := fault.As(err)
	if why == nil {
		return err.Error()
	}
	if len(why.Violations) == 0 {
		return why.Message
	}
	words := make([]string, len(why.Violations))
	for i, v := range why.Violations {
		words[i] = t.pointer(v.Pointer) + " " + v.Message
	}
	return strings.Join(words, "; ")
}

// said are the things that the items' manifests say there are, by item, but for those that are not understood.
func (d *Desk) said(items []Item) (map[id.ID]Thing, []Thing) {
	said, things := map[id.ID]Thing{}, []Thing{}
	for _, i := range items {
		manifests, _, err := d.Reader.Read([]File{{Path: i.Path, Text: i.Document}})
		if err == nil && len(manifests) == 1 {
			said[i.ID], things = manifests[0].Thing, append(things, manifests[0].Thing)
		}
	}
	return said, things
}

// drift is how what there is differs from what is said in the file of that path; nil where it does not.
func (w *world) drift(said Thing, path string, now names) *Drift {
	if said == nil {
		// It was read when it was brought: what is written has changed since, and is to be brought anew.
		return &Drift{Action: Nothing, Problem: "its manifest is not understood any more: apply the set again, and see what is wrong with it"}
	}
	c, err := said.renamed(now.now).differ(w, path)
	switch {
	case err != nil:
		return &Drift{Action: Nothing, Problem: problem(said, err)}
	case c.action == Nothing:
		return nil
	case c.action == Create:
		return &Drift{Action: Create}
	}
	return &Drift{Action: c.action, Fields: c.fields}
}
