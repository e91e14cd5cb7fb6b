package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SLARevision is what an SLA promised from one change to the next.
type SLARevision struct{ ent.Schema }

// Annotations of the table.
func (SLARevision) Annotations() []schema.Annotation { return built("sla_revisions") }

// Fields of a revision; target is the decimal as it was written.
func (SLARevision) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("sla_id"),
		field.Int("number"),
		ref("slo_id"),
		text("target"),
		field.JSON("credits", json.RawMessage{}),
		stamp("created_at"),
		text("created_by"),
	}
}

// Edges of a revision.
func (SLARevision) Edges() []ent.Edge {
	return []ent.Edge{
		foreign("sla", SLA.Type, "sla_id"),
		foreign("slo", SLO.Type, "slo_id"),
	}
}

// Indexes of revisions: numbered within the SLA, and those that an SLO measures.
func (SLARevision) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("sla_id", "number").Unique(),
		index.Fields("slo_id"),
	}
}
