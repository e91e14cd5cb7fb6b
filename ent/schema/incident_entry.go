package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// IncidentEntry is an entry of the timeline of an incident.
type IncidentEntry struct{ ent.Schema }

// Annotations of the table.
func (IncidentEntry) Annotations() []schema.Annotation { return table("incident_entries") }

// Fields of an entry; source_key is null of what people write.
func (IncidentEntry) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("incident_id"),
		stamp("at"),
		text("kind"),
		text("author"),
		text("text"),
		text("link"),
		field.String("source_key").SchemaType(textType).Optional().Nillable(),
		optionalStamp("withdrawn_at"),
		text("withdrawn_by"),
		stamp("created_at"),
		stamp("updated_at"),
		version(),
	}
}

// Edges of an entry.
func (IncidentEntry) Edges() []ent.Edge {
	return []ent.Edge{owned("incident", Incident.Type, "incident_id")}
}

// Indexes of entries: each source key once for each incident; and the timeline in its order.
func (IncidentEntry) Indexes() []ent.Index {
	return []ent.Index{index.Fields("incident_id", "source_key").Unique(), index.Fields("incident_id", "at", "id")}
}
