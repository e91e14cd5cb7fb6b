package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ToilAnswer is what a person answered about a week in a team.
type ToilAnswer struct{ ent.Schema }

// Annotations of the table.
func (ToilAnswer) Annotations() []schema.Annotation { return table("toil_answers") }

// Fields of an answer. Its subject is the person, or the pseudonym that took their place, which no
// other row leads back to; so it is no foreign key. share is in percent of the days that are not
// days_away.
func (ToilAnswer) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("team_id"),
		ref("subject"),
		text("week"),
		field.Int64("days_away"),
		field.Int64("share"),
		text("category"),
		text("note"),
		stamp("created_at"),
		stamp("updated_at"),
		version(),
	}
}

// Edges of an answer.
func (ToilAnswer) Edges() []ent.Edge { return []ent.Edge{owned("team", Team.Type, "team_id")} }

// Indexes of answers: one a person, team and week, by week; those of a person, the latest first.
func (ToilAnswer) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("team_id", "week", "subject").Unique(),
		index.Fields("subject", "week", "id"),
	}
}
