package foreign

import (
	"cmp"
	"slices"

	"github.com/evenkeel/evenkeel/services/registry"
)

// Organisation is who there is, and what they run, by what other tools say.
type Organisation struct {
	Teams    []Team
	Systems  []System
	Services []Service
	Notes    []Placed // by their places
	Refused  []Refusal
}

// Origin is where a thing was declared.
type Origin struct {
	In       string
	Document int // from 1
	Line     int // from 1
}

// Team is a team; its parent is named by slug.
type Team struct {
	registry.TeamInput
	Origin Origin
}

// System is a system; its team is named by slug.
type System struct {
	registry.SystemInput
	Origin Origin
}

// Service is a service, its team, system and what it depends on named by slug.
type Service struct {
	registry.ServiceInput
	DependsOn []string
	Origin    Origin
}

// Sort puts things by their slugs and notes by their places, whatever order the texts came in.
func (o *Organisation) Sort() {
	slices.SortStableFunc(o.Teams, func(a, b Team) int { return cmp.Compare(a.Slug, b.Slug) })
	slices.SortStableFunc(o.Systems, func(a, b System) int { return cmp.Compare(a.Slug, b.Slug) })
	slices.SortStableFunc(o.Services, func(a, b Service) int { return cmp.Compare(a.Slug, b.Slug) })
	SortNotes(o.Notes)
}

// SortNotes puts notes by their places.
func SortNotes(notes []Placed) {
	slices.SortStableFunc(notes, func(a, b Placed) int {
		return cmp.Or(cmp.Compare(a.In, b.In), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Pointer, b.Pointer))
	})
}
