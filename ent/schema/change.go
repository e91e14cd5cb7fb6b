package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Change is something of a service that was made different.
type Change struct{ ent.Schema }

// Annotations of the table.
func (Change) Annotations() []schema.Annotation { return built("changes") }

// Fields of a change; ended_at is null while it goes on, and external_id where it has no name.
func (Change) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("service_id"),
		text("source"),
		field.String("external_id").SchemaType(textType).Optional().Nillable(),
		text("kind"),
		text("release"),
		text("link"),
		text("author"),
		text("note"),
		stamp("began_at"),
		optionalStamp("ended_at"),
		text("outcome"),
		stamp("created_at"),
		text("created_by"),
		stamp("updated_at"),
		text("updated_by"),
		version(),
	}
}

// Edges of a change.
func (Change) Edges() []ent.Edge { return []ent.Edge{foreign("service", Service.Type, "service_id")} }

// Indexes of changes: one of a name for each service and source; of a service by when they began, and of all.
func (Change) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("service_id", "source", "external_id").Unique(),
		index.Fields("service_id", "began_at", "id"),
		index.Fields("began_at", "id"),
	}
}
