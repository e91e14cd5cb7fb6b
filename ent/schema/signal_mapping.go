package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SignalMapping is how the golden signals of a service are read; a service has none
// before its first change. Data sources and SLOs that it names are never deleted, and
// are named in the map alone.
type SignalMapping struct{ ent.Schema }

// Annotations of the table.
func (SignalMapping) Annotations() []schema.Annotation { return built("signal_mappings") }

// Fields of a mapping.
func (SignalMapping) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("service_id"),
		field.JSON("map", json.RawMessage{}),
		stamp("created_at"),
		stamp("updated_at"),
		version(),
	}
}

// Edges of a mapping.
func (SignalMapping) Edges() []ent.Edge {
	return []ent.Edge{foreign("service", Service.Type, "service_id")}
}

// Indexes of mappings: a service has one.
func (SignalMapping) Indexes() []ent.Index {
	return []ent.Index{index.Fields("service_id").Unique()}
}
