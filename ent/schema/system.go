package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"
)

// System groups services.
type System struct{ ent.Schema }

// Annotations of the table.
func (System) Annotations() []schema.Annotation { return built("systems") }

// Fields of a system.
func (System) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("slug"),
		text("name"),
		text("description"),
		ref("team_id"),
		stamp("created_at"),
		stamp("updated_at"),
		managed(),
		version(),
	}
}

// Edges of a system.
func (System) Edges() []ent.Edge {
	return []ent.Edge{foreign("team", Team.Type, "team_id")}
}

// Indexes of systems.
func (System) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("slug").Unique(),
		index.Fields("team_id", "slug"),
	}
}
