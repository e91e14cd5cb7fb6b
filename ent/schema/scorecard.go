package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Scorecard is the head of a scorecard; without an owner it is the platform's.
type Scorecard struct{ ent.Schema }

// Annotations of the table.
func (Scorecard) Annotations() []schema.Annotation { return built("scorecards") }

// Fields of a head; revision is the number of the current one.
func (Scorecard) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("slug"),
		text("name"),
		text("description"),
		optionalRef("owner_id"),
		field.Int("revision"),
		optionalStamp("retired_at"),
		stamp("created_at"),
		stamp("updated_at"),
		manager(),
		version(),
	}
}

// Edges of a head.
func (Scorecard) Edges() []ent.Edge {
	return []ent.Edge{optionalForeign("owner", Team.Type, "owner_id")}
}

// Indexes of heads: lists are by slug, of all or of an owner.
func (Scorecard) Indexes() []ent.Index {
	return []ent.Index{index.Fields("slug").Unique(), index.Fields("owner_id", "slug")}
}
