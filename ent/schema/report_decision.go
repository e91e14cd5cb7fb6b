package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ReportDecision is what a review of a report decided; rows are only added.
type ReportDecision struct{ ent.Schema }

// Annotations of the table.
func (ReportDecision) Annotations() []schema.Annotation { return built("report_decisions") }

// Fields of a decision; replaces is another one of the same report.
func (ReportDecision) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("report_id"),
		text("text"),
		field.JSON("decided_by", json.RawMessage{}),
		text("due_on"),
		text("link"),
		optionalRef("replaces"),
		stamp("recorded_at"),
		text("recorded_by"),
	}
}

// Edges of a decision.
func (ReportDecision) Edges() []ent.Edge {
	return []ent.Edge{foreign("report", Report.Type, "report_id")}
}

// Indexes of decisions: of a report; and each is replaced once.
func (ReportDecision) Indexes() []ent.Index {
	return []ent.Index{index.Fields("report_id", "id"), index.Fields("replaces").Unique()}
}
