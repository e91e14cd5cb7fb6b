package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Series is what one reporter measures of one indicator, in one group of its
// events.
type Series struct{ ent.Schema }

// Annotations of the table.
func (Series) Annotations() []schema.Annotation { return table("series") }

// Fields of a series.
func (Series) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("indicator_id"),
		text("reporter"),
		text("group_value"),
		field.Int64("resolution_s"),
		stamp("folded_until"),
		stamp("created_at"),
	}
}

// Edges of a series.
func (Series) Edges() []ent.Edge {
	return []ent.Edge{foreign("indicator", Indicator.Type, "indicator_id")}
}

// Indexes of series: a reporter has one of each indicator and group.
func (Series) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("indicator_id", "reporter", "group_value").Unique(),
		index.Fields("folded_until", "id"),
	}
}
