package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// CompositeRevision is what a composite said from one change to the next.
type CompositeRevision struct{ ent.Schema }

// Annotations of the table.
func (CompositeRevision) Annotations() []schema.Annotation { return built("composite_revisions") }

// Fields of a revision; objective and slice_target are decimals as they were written, empty
// where the method has none, and the time window is as slo.TimeWindow writes it.
func (CompositeRevision) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("composite_id"),
		field.Int("number"),
		text("method"),
		text("objective"),
		text("time_window"),
		field.Int64("slice_s"),
		text("slice_target"),
		text("rationale"),
		stamp("created_at"),
		text("created_by"),
	}
}

// Edges of a revision.
func (CompositeRevision) Edges() []ent.Edge {
	return []ent.Edge{foreign("composite", Composite.Type, "composite_id")}
}

// Indexes of revisions: numbered within the composite.
func (CompositeRevision) Indexes() []ent.Index {
	return []ent.Index{index.Fields("composite_id", "number").Unique()}
}
