package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ViolationEvent is something that somebody said about a violation; rows are only
// added.
type ViolationEvent struct{ ent.Schema }

// Annotations of the table.
func (ViolationEvent) Annotations() []schema.Annotation { return built("violation_events") }

// Fields of an event; source names where it came from, once: the comment of a tracker.
func (ViolationEvent) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("violation_id"),
		text("kind"),
		stamp("at"),
		text("by"),
		text("via"),
		text("text"),
		text("link"),
		field.String("source").SchemaType(textType).Optional().Nillable(),
	}
}

// Edges of an event.
func (ViolationEvent) Edges() []ent.Edge {
	return []ent.Edge{foreign("violation", Violation.Type, "violation_id")}
}

// Indexes of events: the newest of a violation first, and each source once.
func (ViolationEvent) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("violation_id", "at", "id"),
		index.Fields("violation_id", "source").Unique(),
	}
}
