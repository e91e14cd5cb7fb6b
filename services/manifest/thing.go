package manifest

import (
	"slices"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
)

// Thing is what a manifest says there is: a Team, System, Service, SLO, Policy, Scorecard or Campaign.
type Thing interface {
	// identity is what it is called.
	identity() Identity
	// differ is what it takes that there is what is said, in the file of that path.
	differ(w *world, path string) (change, error)
	// renamed is the thing with what it and all that it names are called.
	renamed(now called) Thing
	// pointer is where the manifest says what the domain has at a pointer.
	pointer(string) string
}

// at are the fields by their names in manifests of the thing.
func at(t Thing, fields []Field) []Field {
	out := slices.Clone(fields)
	for i, f := range out {
		out[i].Name = t.pointer(f.Name)
	}
	return out
}

// revise restores what was retired, and then revises it: each of the version that it has by then.
func revise(retired bool, version int64, restore func(version int64) (int64, error), revise func(version int64) (id.ID, error)) (id.ID, error) {
	if retired {
		var err error
		if version, err = restore(version); err != nil {
			return "", err
		}
	}
	return revise(version)
}

// settled is the action for something that is there.
func settled(fields []Field, restored, kept bool) Action {
	switch {
	case restored:
		return Restore
	case len(fields) > 0:
		return Update
	case !kept:
		return Keep
	}
	return Nothing
}

// others refuses what another set keeps.
func (w *world) others(i Identity, manager string) error {
	if manager == "" || w.set.Slug == "" || manager == w.manager() {
		return nil
	}
	by := managed.By{Manager: manager}
	return fault.New(fault.Conflict, "managed_elsewhere", "%s is managed by the %s: take it out of one of both", i, by)
}

// unsaid are the fields that the set keeps of a thing and says no more, but for those that every thing
// of the kind has to have: they are empty from then on.
func (w *world) unsaid(of managed.Set, says []string) []string {
	mine, _ := of.From(w.manager())
	return slices.DeleteFunc(slices.Clone(mine.Fields), func(field string) bool {
		return w.set.Slug == "" || slices.Contains(says, field) || slices.Contains(required, field)
	})
}

// required are the fields that stay as they are where the set says them no more.
var required = []string{"slug", "name", "team", "kind", "tier"}

// taking are the fields of a thing that the set keeps once it is brought: those that are said, but
// for those that others keep and that stay as they are there. kept reports that it keeps just these.
func (w *world) taking(of managed.Set, says []string, differs []Field) (keeps []string, kept bool) {
	if w.set.Slug == "" {
		return nil, true
	}
	for _, field := range says {
		by, is := of.Of(field)
		switch {
		case !is || by.Manager == w.manager():
			keeps = append(keeps, field)
		case slices.ContainsFunc(differs, func(f Field) bool { return f.Name == "/"+field }):
			keeps = append(keeps, field) // its domain refuses, and says who keeps it
		}
	}
	mine, _ := of.From(w.manager())
	slices.Sort(keeps)
	return keeps, slices.Equal(mine.Fields, keeps)
}
