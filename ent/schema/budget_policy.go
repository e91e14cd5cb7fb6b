package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// BudgetPolicy is the head of an error-budget policy. (ent keeps the name Policy
// for itself.)
type BudgetPolicy struct{ ent.Schema }

// Annotations of the table.
func (BudgetPolicy) Annotations() []schema.Annotation { return built("policies") }

// Fields of a head; revision is the number of the current one.
func (BudgetPolicy) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("slug"),
		text("name"),
		text("description"),
		field.Int("revision"),
		text("revisit_told"),
		stamp("created_at"),
		stamp("updated_at"),
		manager(),
		version(),
	}
}

// Indexes of heads.
func (BudgetPolicy) Indexes() []ent.Index {
	return []ent.Index{index.Fields("slug").Unique()}
}
