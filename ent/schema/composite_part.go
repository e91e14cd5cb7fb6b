package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// CompositePart is what the windows of a member hold, or, where slices of all members are
// judged as one, those of a revision. The sums are packed as those of SLOStatus.
type CompositePart struct{ ent.Schema }

// Annotations of the table.
func (CompositePart) Annotations() []schema.Annotation { return table("composite_parts") }

// Fields of a part; of is the member, or the revision.
func (CompositePart) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		ref("of_id"),
		ref("composite_id"),
		text("objective"),
		field.Int64("min_events"),
		field.Int64("unit"),
		stamp("end_at"),
		stamp("evaluated_at"),
		optionalStamp("latest"),
		field.Bool("stale"),
		field.Bool("filling"),
		field.Bytes("sums"),
	}
}

// Edges of a part.
func (CompositePart) Edges() []ent.Edge {
	return []ent.Edge{owned("composite", Composite.Type, "composite_id")}
}

// Indexes of parts.
func (CompositePart) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("of_id").Unique(),
		index.Fields("composite_id", "evaluated_at"),
	}
}
