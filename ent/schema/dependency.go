package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Dependency is what a service needs of another.
type Dependency struct{ ent.Schema }

// Annotations of the table.
func (Dependency) Annotations() []schema.Annotation { return built("dependencies") }

// Fields of a dependency.
func (Dependency) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("service_id"),
		ref("on_id"),
		text("criticality"),
		text("failure_mode"),
		field.Int64("timeout_us").Comment("microseconds; zero: none declared"),
		text("retry"),
		text("breaker"),
		text("bulkhead"),
		stamp("created_at"),
		stamp("updated_at"),
		manager(),
		version(),
	}
}

// Edges of a dependency.
func (Dependency) Edges() []ent.Edge {
	return []ent.Edge{
		foreign("service", Service.Type, "service_id"),
		foreign("on", Service.Type, "on_id"),
	}
}

// Indexes of dependencies: a service depends on another once, and who depends on it is
// listed.
func (Dependency) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("service_id", "on_id").Unique(),
		index.Fields("on_id", "id"),
	}
}
