package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Composite is the head of a composite SLO, of a system or of a user's journey.
type Composite struct{ ent.Schema }

// Annotations of the table.
func (Composite) Annotations() []schema.Annotation { return built("composites") }

// Fields of a head; revision is the number of the current one.
func (Composite) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("slug"),
		text("name"),
		text("description"),
		ref("team_id"),
		optionalRef("system_id"),
		text("journey_name"),
		text("journey_description"),
		field.Int("revision"),
		stamp("created_at"),
		stamp("updated_at"),
		optionalStamp("retired_at"),
		version(),
	}
}

// Edges of a head.
func (Composite) Edges() []ent.Edge {
	return []ent.Edge{
		foreign("team", Team.Type, "team_id"),
		optionalForeign("system", System.Type, "system_id"),
	}
}

// Indexes of heads: the name, which is their order too, and those of a team or a system.
func (Composite) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("slug").Unique(),
		index.Fields("team_id", "slug"),
		index.Fields("system_id", "slug"),
	}
}
