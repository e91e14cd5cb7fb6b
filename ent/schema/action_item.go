package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ActionItem is something that is to be done after an incident.
type ActionItem struct{ ent.Schema }

// Annotations of the table.
func (ActionItem) Annotations() []schema.Annotation { return table("action_items") }

// Fields of an item; source_key is null of what was written here, settled_at of what is open, and
// details is JSON of what is only read with the whole.
func (ActionItem) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("incident_id"),
		field.String("source_key").SchemaType(textType).Optional().Nillable(),
		text("title"),
		text("priority"),
		text("type"),
		ref("owner_id"),
		ref("service_id"),
		field.Bool("root_cause"),
		text("due_on"),
		text("state"),
		optionalStamp("settled_at"),
		field.JSON("details", json.RawMessage{}),
		stamp("created_at"),
		text("created_by"),
		stamp("updated_at"),
		text("updated_by"),
		version(),
	}
}

// Edges of an item.
func (ActionItem) Edges() []ent.Edge {
	return []ent.Edge{
		owned("incident", Incident.Type, "incident_id"),
		foreign("owner", Person.Type, "owner_id"),
		foreign("service", Service.Type, "service_id"),
	}
}

// Indexes of items: each source key once for each incident; those of an owner; all in the order of
// their lists; and the open ones, through which those go that are due.
func (ActionItem) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("incident_id", "source_key").Unique(),
		index.Fields("incident_id", "id"),
		index.Fields("owner_id", "state"),
		index.Fields("service_id"),
		index.Fields("state", "due_on", "id"),
	}
}
