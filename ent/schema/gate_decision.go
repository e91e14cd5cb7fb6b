package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// GateDecision is what was answered to whoever asked whether a change may go out.
type GateDecision struct{ ent.Schema }

// Annotations of the table.
func (GateDecision) Annotations() []schema.Annotation { return table("gate_decisions") }

// Fields of a decision; it never changes.
func (GateDecision) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("service_id"),
		text("class"),
		text("change_version"),
		text("link"),
		text("answer"),
		field.JSON("verdict", json.RawMessage{}),
		stamp("decided_at"),
		text("decided_by"),
	}
}

// Edges of a decision.
func (GateDecision) Edges() []ent.Edge {
	return []ent.Edge{foreign("service", Service.Type, "service_id")}
}

// Indexes of decisions: the newest are listed first, whole and of a service.
func (GateDecision) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("decided_at", "id"),
		index.Fields("service_id", "decided_at", "id"),
		index.Fields("service_id", "answer", "decided_at", "id"),
	}
}
