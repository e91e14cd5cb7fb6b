package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ScorecardTally is what a scorecard came to on a day for the services of the organisation, a team
// or a system. Sums is JSON: they are read and written together.
type ScorecardTally struct{ ent.Schema }

// Annotations of the table.
func (ScorecardTally) Annotations() []schema.Annotation { return table("scorecard_tallies") }

// Fields of a tally; scope_id is empty of the organisation.
func (ScorecardTally) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		ref("scorecard_id"),
		text("scope"),
		text("scope_id"),
		text("day"),
		text("week"),
		text("month"),
		field.Bytes("sums"),
	}
}

// Edges of a tally.
func (ScorecardTally) Edges() []ent.Edge {
	return []ent.Edge{owned("scorecard", Scorecard.Type, "scorecard_id")}
}

// Indexes of tallies: those of a scope, and by age.
func (ScorecardTally) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("scorecard_id", "scope", "scope_id", "day").Unique(),
		index.Fields("day"),
	}
}
