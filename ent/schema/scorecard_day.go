package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ScorecardDay is what a scorecard came to for a service at the end of a day on which something
// changed. Week and month are the day's, by which the past is thinned.
type ScorecardDay struct{ ent.Schema }

// Annotations of the table.
func (ScorecardDay) Annotations() []schema.Annotation { return table("scorecard_days") }

// Fields of a day.
func (ScorecardDay) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		ref("scorecard_id"),
		ref("service_id"),
		text("day"),
		text("week"),
		text("month"),
		ref("revision_id"),
		field.Int("level"),
		field.Int("passed"),
		field.Int("counted"),
		field.Int("passed_weight"),
		field.Int("counted_weight"),
		text("outcomes"),
	}
}

// Edges of a day.
func (ScorecardDay) Edges() []ent.Edge {
	return []ent.Edge{owned("scorecard", Scorecard.Type, "scorecard_id"), owned("service", Service.Type, "service_id")}
}

// Indexes of days: those of a service by a scorecard, and by age.
func (ScorecardDay) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("scorecard_id", "service_id", "day").Unique(),
		index.Fields("day"),
	}
}
