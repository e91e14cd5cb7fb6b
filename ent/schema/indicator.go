package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Indicator is what an SLO counts; a changed one is a new row. Origin is where
// its measurements come from, as JSON; empty when they are pushed without groups.
// MaxGroups is what it says of groups, 0 without any: read for every SLO at a time.
type Indicator struct{ ent.Schema }

// Annotations of the table.
func (Indicator) Annotations() []schema.Annotation { return built("indicators") }

// Fields of an indicator.
func (Indicator) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("slo_id"),
		text("category"),
		text("counting"),
		field.Int64("resolution_s"),
		text("description"),
		optionalRef("data_source_id"),
		text("origin"),
		field.Int("max_groups"),
		stamp("created_at"),
	}
}

// Edges of an indicator.
func (Indicator) Edges() []ent.Edge {
	return []ent.Edge{
		foreign("slo", SLO.Type, "slo_id"),
		optionalForeign("data_source", DataSource.Type, "data_source_id"),
	}
}

// Indexes of indicators.
func (Indicator) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("slo_id"),
		index.Fields("data_source_id"),
	}
}
