package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/index"
)

// Team owns services.
type Team struct{ ent.Schema }

// Annotations of the table.
func (Team) Annotations() []schema.Annotation { return built("teams") }

// Fields of a team.
func (Team) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("slug"),
		text("name"),
		text("description"),
		optionalRef("parent_id"),
		text("contact"),
		text("default_repository"),
		optionalRef("issue_assignee_id"),
		stamp("created_at"),
		stamp("updated_at"),
		managed(),
		version(),
	}
}

// Edges of a team: both ends are named, for ent takes a single unique edge to
// the same table for one that goes both ways.
func (Team) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("children", Team.Type).Annotations(entsql.OnDelete(entsql.Restrict)).
			From("parent").Field("parent_id").Unique(),
		optionalForeign("issue_assignee", Person.Type, "issue_assignee_id"),
	}
}

// Indexes of teams.
func (Team) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("slug").Unique(),
		index.Fields("parent_id", "slug"),
	}
}
