package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ThinnedMonth is what is left of a month of an indicator of which single slots are not
// kept any more: of one group, or of all where the group is empty.
type ThinnedMonth struct{ ent.Schema }

// Annotations of the table.
func (ThinnedMonth) Annotations() []schema.Annotation { return table("thinned_months") }

// Fields of a month. Its bounds are in seconds since 1970, as those of segments.
func (ThinnedMonth) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		ref("indicator_id"),
		text("group_value"),
		field.Int64("start_s"),
		field.Int64("end_s"),
		field.Int64("step_s"),
		field.Bytes("data"),
	}
}

// Edges of a month.
func (ThinnedMonth) Edges() []ent.Edge {
	return []ent.Edge{foreign("indicator", Indicator.Type, "indicator_id")}
}

// Indexes of months: their key, and the order in which they grow old.
func (ThinnedMonth) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("indicator_id", "group_value", "start_s").Unique(),
		index.Fields("step_s", "end_s"),
	}
}
