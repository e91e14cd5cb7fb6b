package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"
)

// Outage is a time in which something of a class was wrong with a service.
type Outage struct{ ent.Schema }

// Annotations of the table.
func (Outage) Annotations() []schema.Annotation { return built("outages") }

// Fields of an outage; ends_at is null while it lasts.
func (Outage) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("service_id"),
		text("class"),
		text("note"),
		stamp("begins_at"),
		optionalStamp("ends_at"),
		stamp("created_at"),
		text("created_by"),
		stamp("updated_at"),
		text("updated_by"),
		version(),
	}
}

// Edges of an outage.
func (Outage) Edges() []ent.Edge { return []ent.Edge{foreign("service", Service.Type, "service_id")} }

// Indexes of outages: of a service by when they begin, and of all.
func (Outage) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("service_id", "begins_at", "id"),
		index.Fields("begins_at"),
	}
}
