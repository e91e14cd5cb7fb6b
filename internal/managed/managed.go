// Package managed says which fields of a thing are kept elsewhere, in a portal's catalog or in a set
// of manifests: a field has one manager, who alone changes it, and what no manager tells stays the
// team's.
package managed

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// Catalog is the manager that a portal's catalog is.
const Catalog = "catalog"

const ofSet = "set:"

// ManifestSet is the manager that the set of manifests of that name is.
func ManifestSet(name string) string { return ofSet + name }

// By is what one manager keeps of a thing.
type By struct {
	Manager string `json:"manager"`
	// Entity is what it is there, such as component:default/checkout, or the file of a manifest.
	Entity string   `json:"entity"`
	At     string   `json:"at"`     // the address where that is; empty where nobody said
	Fields []string `json:"fields"` // as on the wire, sorted
}

// Set is the name of the set of manifests that the manager is, empty where it is none.
func (b By) Set() string {
	name, is := strings.CutPrefix(b.Manager, ofSet)
	if !is {
		return ""
	}
	return name
}

// String names the manager in a sentence.
func (b By) String() string {
	if set := b.Set(); set != "" {
		return "set of manifests " + set
	}
	return b.Manager
}

// where says where a change is to be made.
func (b By) where() string {
	if b.At == "" {
		return b.Entity
	}
	return b.Entity + " of " + b.At
}

type actingKey struct{}

// Acting returns a context in which changes are made by that manager, for what it is to keep from
// then on: nothing of a thing where there are no fields.
func Acting(ctx context.Context, by By) context.Context {
	return context.WithValue(ctx, actingKey{}, by)
}

// Taken is who keeps something that has one manager, or none, once it is changed in the context.
func Taken(ctx context.Context, manager string) string {
	by, is := acting(ctx)
	switch {
	case is && len(by.Fields) > 0 && manager == "":
		return by.Manager
	case is && len(by.Fields) == 0 && manager == by.Manager:
		return ""
	}
	return manager
}

// Refuse returns nil, or Conflict "field_managed" where the manager, which is empty for none, keeps all
// of something, and does not act in the context.
func Refuse(ctx context.Context, manager, what string) error {
	if me, _ := acting(ctx); manager == "" || manager == me.Manager {
		return nil
	}
	return conflict([]fault.Violation{{Message: fmt.Sprintf("%s is managed by the %s: change its manifest, and bring the set again", what, By{Manager: manager})}})
}

func acting(ctx context.Context) (By, bool) {
	by, is := ctx.Value(actingKey{}).(By)
	return by, is
}

// Set is what the managers keep of a thing: each of them once, a field with one of them.
type Set []By

// Of returns who manages the field.
func (s Set) Of(field string) (By, bool) {
	i := slices.IndexFunc(s, func(b By) bool { return slices.Contains(b.Fields, field) })
	if i < 0 {
		return By{}, false
	}
	return s[i], true
}

// From returns what the manager keeps.
func (s Set) From(manager string) (By, bool) {
	i := slices.IndexFunc(s, func(b By) bool { return b.Manager == manager })
	if i < 0 {
		return By{}, false
	}
	return s[i], true
}

// With returns the set in which that manager keeps what by says, in the order of their names.
func (s Set) With(by By) Set {
	by.Fields = slices.Clone(by.Fields)
	slices.Sort(by.Fields)
	out := append(s.Without(by.Manager), by)
	slices.SortFunc(out, func(a, b By) int { return strings.Compare(a.Manager, b.Manager) })
	return out
}

// Without returns the set in which that manager keeps nothing; nil for one without managers.
func (s Set) Without(manager string) Set {
	var out Set
	for _, b := range s {
		if b.Manager != manager {
			out = append(out, b)
		}
	}
	return out
}

// Field is a field of a thing before and after a change.
type Field struct {
	Name          string // as on the wire
	Before, After any
}

// Taken returns the set in which the manager that acts in the context keeps what it is to keep; as
// it is where none acts.
func (s Set) Taken(ctx context.Context) Set {
	by, is := acting(ctx)
	switch {
	case !is:
		return s
	case len(by.Fields) == 0:
		return s.Without(by.Manager)
	}
	return s.With(by)
}

// Refuse returns nil, or Conflict "field_managed" with each field that somebody else than its
// manager changes, and where to change it. What is repeated as it is is no change.
func (s Set) Refuse(ctx context.Context, fields ...Field) error {
	if len(s) == 0 {
		return nil
	}
	me, _ := acting(ctx)
	var check fault.Check
	for _, f := range fields {
		if reflect.DeepEqual(f.Before, f.After) {
			continue
		}
		if by, is := s.Of(f.Name); is && by.Manager != me.Manager {
			check.Fail("/"+f.Name, f.After, "is managed by the %s: leave it as it is, or change it in %s", by, by.where())
		}
	}
	if err := fault.As(check.Err()); err != nil {
		return conflict(err.Violations)
	}
	return nil
}

// RefuseEnd returns nil, or Conflict "field_managed" where one of those managers keeps something of
// the thing, and does not act in the context: it would only be made again, or be missed there. Of
// none of them, any does.
func (s Set) RefuseEnd(ctx context.Context, what string) error {
	me, _ := acting(ctx)
	for _, by := range s {
		if by.Manager != me.Manager {
			return by.Refuse(what)
		}
	}
	return nil
}

// Sets are the sets of manifests among the managers: what a catalog keeps of a service ends there
// by itself, and what a set keeps is ended in the set.
func (s Set) Sets() Set {
	return slices.DeleteFunc(slices.Clone(s), func(b By) bool { return b.Set() == "" })
}

// MayEnd returns nil, or Conflict "field_managed" where the manager, which is empty for none, keeps
// that there is something, and does not act in the context.
func (s Set) MayEnd(ctx context.Context, manager, what string) error {
	me, _ := acting(ctx)
	if by, is := s.From(manager); is && by.Manager != me.Manager {
		return by.Refuse(what)
	}
	return nil
}

// Refuse is the fault for ending what the manager keeps.
func (b By) Refuse(what string) error {
	return conflict([]fault.Violation{{Message: fmt.Sprintf("%s is managed by the %s: end it in %s", what, b, b.where())}})
}

func conflict(violations []fault.Violation) error {
	e := fault.New(fault.Conflict, "field_managed", "some of this is managed elsewhere, and is changed there")
	e.Violations = violations
	return e
}
