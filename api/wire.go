package api

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// Ref names another resource: ID for ever, Slug for people and for URLs.
type Ref struct {
	ID   string `json:"id" doc:"Identifier (ULID), the same for ever." example:"01JD3Z0Q8RC6W4N1M2V5K7T9XY"`
	Slug string `json:"slug" doc:"Current name in URLs." example:"checkout"`
}

// PersonRef names a person.
type PersonRef struct {
	ID   string `json:"id" doc:"Identifier (ULID)." example:"01JD3Z0Q8RC6W4N1M2V5K7T9XY"`
	Name string `json:"name" doc:"Display name." example:"Ada Lovelace"`
}

func ref(resource id.ID, slug string) Ref { return Ref{ID: string(resource), Slug: slug} }

// optionalRef is nil when there is no resource.
func optionalRef(resource id.ID, slug string) *Ref {
	if resource == "" {
		return nil
	}
	r := ref(resource, slug)
	return &r
}

// optionalTime is nil for the zero time.
func optionalTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
