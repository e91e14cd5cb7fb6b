package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SLO is the head of a service level objective.
type SLO struct{ ent.Schema }

// Annotations of the table.
func (SLO) Annotations() []schema.Annotation { return built("slos") }

// Fields of a head; revision is the number of the current one.
func (SLO) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("service_id"),
		text("slug"),
		text("name"),
		text("description"),
		field.Int("revision"),
		stamp("created_at"),
		stamp("updated_at"),
		optionalStamp("retired_at"),
		manager(),
		version(),
	}
}

// Edges of a head.
func (SLO) Edges() []ent.Edge {
	return []ent.Edge{foreign("service", Service.Type, "service_id")}
}

// Indexes of heads: the name within the service, which is their order too.
func (SLO) Indexes() []ent.Index {
	return []ent.Index{index.Fields("service_id", "slug").Unique()}
}
