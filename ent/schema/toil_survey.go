package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ToilSurvey is what a person answered in the survey of a quarter.
type ToilSurvey struct{ ent.Schema }

// Annotations of the table.
func (ToilSurvey) Annotations() []schema.Annotation { return table("toil_surveys") }

// Fields of an answer; subject is as in ToilAnswer.
func (ToilSurvey) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("team_id"),
		ref("subject"),
		text("quarter"),
		field.Int64("share"),
		text("category"),
		text("wish"),
		text("trend"),
		text("on_call"),
		stamp("created_at"),
		stamp("updated_at"),
		version(),
	}
}

// Edges of an answer.
func (ToilSurvey) Edges() []ent.Edge { return []ent.Edge{owned("team", Team.Type, "team_id")} }

// Indexes of answers: one a person, team and quarter; those of a person.
func (ToilSurvey) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("team_id", "quarter", "subject").Unique(),
		index.Fields("subject", "quarter", "id"),
	}
}
