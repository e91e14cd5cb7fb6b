package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"
)

// ToilParting is that a person took their name from what they said. It keeps up to which week and quarter
// they said it, and neither what it was nor in which team.
type ToilParting struct{ ent.Schema }

// Annotations of the table.
func (ToilParting) Annotations() []schema.Annotation { return table("toil_partings") }

// Fields of a parting; quarter is empty where they answered no survey.
func (ToilParting) Fields() []ent.Field {
	return []ent.Field{ulid(), ref("subject"), text("week"), text("quarter"), stamp("parted_at")}
}

// Indexes of partings: one a person; and the oldest, which are forgotten.
func (ToilParting) Indexes() []ent.Index {
	return []ent.Index{index.Fields("subject").Unique(), index.Fields("parted_at")}
}
