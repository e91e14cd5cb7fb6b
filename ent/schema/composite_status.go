package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// CompositeStatus is what was last concluded of a composite, one row for each.
type CompositeStatus struct{ ent.Schema }

// Annotations of the table.
func (CompositeStatus) Annotations() []schema.Annotation { return table("composite_statuses") }

// Fields of a status.
func (CompositeStatus) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		ref("composite_id"),
		ref("revision_id"),
		optionalStamp("end_at"),
		optionalStamp("evaluated_at"),
		text("state"),
		stamp("since"),
		field.Bool("stale"),
		optionalStamp("latest"),
		field.Int64("remaining_ppb").Optional().Nillable(),
	}
}

// Edges of a status.
func (CompositeStatus) Edges() []ent.Edge {
	return []ent.Edge{owned("composite", Composite.Type, "composite_id")}
}

// Indexes of statuses.
func (CompositeStatus) Indexes() []ent.Index {
	return []ent.Index{index.Fields("composite_id").Unique()}
}
