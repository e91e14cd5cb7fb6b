package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SLOStatus is what was last concluded of an SLO, one row for each. The
// sums of all windows are packed: they are always read and written together, ten
// thousand rows at a time. Rank orders by the budget that remains, with those
// that have no data last. Worst is JSON of the group of its events that has the
// least of its budget left, empty where there is none.
type SLOStatus struct{ ent.Schema }

// Annotations of the table.
func (SLOStatus) Annotations() []schema.Annotation { return table("slo_statuses") }

// Fields of a status.
func (SLOStatus) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		ref("slo_id"),
		ref("revision_id"),
		optionalStamp("end_at"),
		optionalStamp("evaluated_at"),
		text("state"),
		optionalStamp("since"),
		field.Bool("stale"),
		field.Bool("filling"),
		optionalStamp("latest"),
		field.Bytes("sums"),
		field.Int64("remaining_ppb").Optional().Nillable(),
		field.Int64("rank"),
		text("worst"),
	}
}

// Edges of a status.
func (SLOStatus) Edges() []ent.Edge {
	return []ent.Edge{owned("slo", SLO.Type, "slo_id")}
}

// Indexes of statuses: the order by remaining budget, and the states.
func (SLOStatus) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("slo_id").Unique(),
		index.Fields("rank", "slo_id"),
		index.Fields("state", "rank", "slo_id"),
	}
}
