package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Incident is something that went wrong with services.
type Incident struct{ ent.Schema }

// Annotations of the table.
func (Incident) Annotations() []schema.Annotation { return table("incidents") }

// Fields of an incident; source, external_id and source_told_at are null where it was declared here, and details
// is JSON of what is only read with the whole.
func (Incident) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("team_id"),
		text("title"),
		text("severity"),
		text("status"),
		field.Bool("restricted"),
		stamp("impact_start"),
		optionalStamp("impact_end"),
		optionalStamp("detected_at"),
		optionalStamp("mitigated_at"),
		optionalStamp("resolved_at"),
		field.Bool("data_loss"),
		field.Bool("on_call_intervened"),
		field.JSON("details", json.RawMessage{}),
		field.String("source").SchemaType(textType).Optional().Nillable(),
		field.String("external_id").SchemaType(textType).Optional().Nillable(),
		text("source_link"),
		optionalStamp("source_told_at"),
		stamp("created_at"),
		text("created_by"),
		stamp("updated_at"),
		text("updated_by"),
		version(),
	}
}

// Edges of an incident.
func (Incident) Edges() []ent.Edge { return []ent.Edge{foreign("team", Team.Type, "team_id")} }

// Indexes of incidents: one of each name of a source; of all, and of a team, by their impact;
// and those that are over, by when they were resolved.
func (Incident) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("source", "external_id").Unique(),
		index.Fields("impact_start", "id"),
		index.Fields("team_id", "impact_start", "id"),
		index.Fields("resolved_at", "id"),
	}
}
