package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ToilAsking is that the members of a team were asked about a week, and how many these were. Whom
// is not kept.
type ToilAsking struct{ ent.Schema }

// Annotations of the table.
func (ToilAsking) Annotations() []schema.Annotation { return table("toil_askings") }

// Fields of an asking; week is that of ISO 8601, such as "2026-W48".
func (ToilAsking) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("team_id"),
		text("week"),
		field.Int64("members"),
		stamp("asked_at"),
	}
}

// Edges of an asking.
func (ToilAsking) Edges() []ent.Edge { return []ent.Edge{owned("team", Team.Type, "team_id")} }

// Indexes of askings: once a team and week; and which teams were asked about a week.
func (ToilAsking) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("team_id", "week").Unique(),
		index.Fields("week", "team_id"),
	}
}
