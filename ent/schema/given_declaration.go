package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// GivenDeclaration says that there is a fact of services which people and programs give. Those
// that are built in are not here.
type GivenDeclaration struct{ ent.Schema }

// Annotations of the table.
func (GivenDeclaration) Annotations() []schema.Annotation { return table("given_declarations") }

// Fields of a declaration.
func (GivenDeclaration) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("name"),
		text("type"),
		text("doc"),
		text("unit"),
		field.JSON("among", []string{}), // the values that there can be; none where they can be any
		field.Bool("pushed"),
		field.Bool("attested"),
		field.Int("longest_days"),
		stamp("created_at"),
		text("created_by"),
		stamp("updated_at"),
		text("updated_by"),
		version(),
	}
}

// Indexes of declarations: each name is declared once.
func (GivenDeclaration) Indexes() []ent.Index {
	return []ent.Index{index.Fields("name").Unique()}
}
