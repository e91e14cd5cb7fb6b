package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SLOGroupStatus is what was last concluded of one group of an SLO's events. Its
// columns are as those of SLOStatus.
type SLOGroupStatus struct{ ent.Schema }

// Annotations of the table.
func (SLOGroupStatus) Annotations() []schema.Annotation { return table("slo_group_statuses") }

// Fields of a group's status.
func (SLOGroupStatus) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		ref("slo_id"),
		text("group_value"),
		ref("revision_id"),
		optionalStamp("end_at"),
		optionalStamp("evaluated_at"),
		text("state"),
		optionalStamp("since"),
		field.Bool("stale"),
		optionalStamp("latest"),
		field.Bytes("sums"),
		field.Int64("remaining_ppb").Optional().Nillable(),
		field.Int64("rank"),
	}
}

// Edges of a group's status.
func (SLOGroupStatus) Edges() []ent.Edge {
	return []ent.Edge{owned("slo", SLO.Type, "slo_id")}
}

// Indexes of groups' statuses: the name within the SLO, and the order by remaining
// budget.
func (SLOGroupStatus) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("slo_id", "group_value").Unique(),
		index.Fields("slo_id", "rank", "group_value"),
	}
}
