package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Postmortem is what is written after an incident, or asked for.
type Postmortem struct{ ent.Schema }

// Annotations of the table.
func (Postmortem) Annotations() []schema.Annotation { return table("postmortems") }

// Fields of a postmortem; text_number is that of its current text, 0 where nothing is written.
// template, review and link are JSON of what is only read with the whole. overdue_told and
// escalated_told are the due time of which was told.
func (Postmortem) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("incident_id"),
		text("status"),
		field.Int("text_number"),
		field.JSON("template", json.RawMessage{}),
		field.JSON("review", json.RawMessage{}),
		field.JSON("link", json.RawMessage{}),
		optionalStamp("due_at"),
		optionalStamp("overdue_told"),
		optionalStamp("escalated_told"),
		stamp("created_at"),
		text("created_by"),
		stamp("updated_at"),
		text("updated_by"),
		version(),
	}
}

// Edges of a postmortem.
func (Postmortem) Edges() []ent.Edge {
	return []ent.Edge{owned("incident", Incident.Type, "incident_id")}
}

// Indexes of postmortems: one of each incident; and those that are due, by when.
func (Postmortem) Indexes() []ent.Index {
	return []ent.Index{index.Fields("incident_id").Unique(), index.Fields("due_at", "id")}
}
