package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ScorecardStanding is what a scorecard came to for a service: one row for each, packed, for
// thousands are written at a time. Outcomes has a character for each check of the revision;
// details is JSON of what is read of one service only.
type ScorecardStanding struct{ ent.Schema }

// Annotations of the table.
func (ScorecardStanding) Annotations() []schema.Annotation { return table("scorecard_standings") }

// Fields of a standing.
func (ScorecardStanding) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		ref("scorecard_id"),
		ref("service_id"),
		text("applies"),
		ref("revision_id"),
		field.Int("level"),
		field.Int("passed"),
		field.Int("counted"),
		field.Int("passed_weight"),
		field.Int("counted_weight"),
		text("outcomes"),
		field.Int("missing"),
		field.Bytes("details"),
		stamp("evaluated_at"),
	}
}

// Edges of a standing.
func (ScorecardStanding) Edges() []ent.Edge {
	return []ent.Edge{owned("scorecard", Scorecard.Type, "scorecard_id"), owned("service", Service.Type, "service_id")}
}

// Indexes of standings: those of a service, and those of a scorecard by level.
func (ScorecardStanding) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("service_id", "scorecard_id").Unique(),
		index.Fields("scorecard_id", "level"),
	}
}
