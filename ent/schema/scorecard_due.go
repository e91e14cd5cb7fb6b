package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
)

// ScorecardDue notes that something changed of a service or of services of a team, so that they
// are evaluated. Either may be gone by then.
type ScorecardDue struct{ ent.Schema }

// Annotations of the table.
func (ScorecardDue) Annotations() []schema.Annotation { return table("scorecard_dues") }

// Fields of a note: one of the two is not empty.
func (ScorecardDue) Fields() []ent.Field {
	return []ent.Field{ulid(), text("service_id"), text("team_id")}
}
