package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"
)

// Member is a person's membership of a team.
type Member struct{ ent.Schema }

// Annotations of the table.
func (Member) Annotations() []schema.Annotation { return built("members") }

// Fields of a membership.
func (Member) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		ref("team_id"),
		ref("person_id"),
		stamp("joined_at"),
		manager(),
	}
}

// Edges of a membership.
func (Member) Edges() []ent.Edge {
	return []ent.Edge{
		owned("team", Team.Type, "team_id"),
		owned("person", Person.Type, "person_id"),
	}
}

// Indexes of memberships: a person is in a team once.
func (Member) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("team_id", "person_id").Unique(),
		index.Fields("person_id"),
	}
}
