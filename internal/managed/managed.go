// Package managed says which fields of a thing are kept elsewhere, such as in a portal's catalog:
// a field has one manager, who alone changes it, and what no manager tells stays the team's.
package managed

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// Catalog is the manager that a portal's catalog is.
const Catalog = "catalog"

// By is what one manager keeps of a thing.
type By struct {
	Manager string   `json:"manager"`
	Entity  string   `json:"entity"` // what it is there, such as component:default/checkout
	Portal  string   `json:"portal"` // the address where that is
	Fields  []string `json:"fields"` // as on the wire, sorted
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

// Refuse returns nil, or Conflict "field_managed" with each field that somebody else than its
// manager changes, and where to change it. What is repeated as it is is no change.
func (s Set) Refuse(fields ...Field) error {
	if len(s) == 0 {
		return nil
	}
	var check fault.Check
	for _, f := range fields {
		if reflect.DeepEqual(f.Before, f.After) {
			continue
		}
		if by, is := s.Of(f.Name); is {
			check.Fail("/"+f.Name, f.After, "is managed by the %s: leave it as it is, or change it in %s of %s", by.Manager, by.Entity, by.Portal)
		}
	}
	if err := fault.As(check.Err()); err != nil {
		return conflict(err.Violations)
	}
	return nil
}

// Refuse is the fault for ending what the manager keeps.
func (b By) Refuse(what string) error {
	return conflict([]fault.Violation{{Message: fmt.Sprintf("%s is managed by the %s: end it in %s of %s", what, b.Manager, b.Entity, b.Portal)}})
}

func conflict(violations []fault.Violation) error {
	e := fault.New(fault.Conflict, "field_managed", "some of this is managed elsewhere, and is changed there")
	e.Violations = violations
	return e
}
