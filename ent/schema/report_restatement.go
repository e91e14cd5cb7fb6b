package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ReportRestatement is what was found to be otherwise than a report says; rows are only added.
type ReportRestatement struct{ ent.Schema }

// Annotations of the table.
func (ReportRestatement) Annotations() []schema.Annotation { return built("report_restatements") }

// Fields of a restatement.
func (ReportRestatement) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("report_id"),
		stamp("found_at"),
		field.JSON("changes", json.RawMessage{}),
		field.JSON("causes", json.RawMessage{}),
	}
}

// Edges of a restatement.
func (ReportRestatement) Edges() []ent.Edge {
	return []ent.Edge{foreign("report", Report.Type, "report_id")}
}

// Indexes of restatements: of a report.
func (ReportRestatement) Indexes() []ent.Index {
	return []ent.Index{index.Fields("report_id", "id")}
}
