package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Collection is how far an indicator was read from its data source, one row for
// each since it was first asked for. until_s is the start of the first slot that
// was not collected; missing counts slots without data by the reason.
type Collection struct{ ent.Schema }

// Annotations of the table.
func (Collection) Annotations() []schema.Annotation { return table("collections") }

// Fields of a collection.
func (Collection) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		ref("indicator_id"),
		field.Int64("until_s"),
		optionalStamp("attempted_at"),
		optionalStamp("succeeded_at"),
		optionalStamp("failing_since"),
		text("failure_kind"),
		text("failure"),
		field.JSON("missing", map[string]int64{}),
		optionalStamp("missing_start"),
		text("missing_reason"),
		text("missing_detail"),
	}
}

// Edges of a collection.
func (Collection) Edges() []ent.Edge {
	return []ent.Edge{owned("indicator", Indicator.Type, "indicator_id")}
}

// Indexes of collections.
func (Collection) Indexes() []ent.Index {
	return []ent.Index{index.Fields("indicator_id").Unique()}
}
