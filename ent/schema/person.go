package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Person is a human being who uses Evenkeel.
type Person struct{ ent.Schema }

// Annotations of the table.
func (Person) Annotations() []schema.Annotation { return table("people") }

// Fields of a person.
func (Person) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("display_name"),
		text("email"),
		text("github_login"),
		field.Bool("administrator"),
		stamp("created_at"),
		stamp("updated_at"),
		optionalStamp("deactivated_at"),
		managed(),
		version(),
	}
}

// Indexes of people: the order of their list.
func (Person) Indexes() []ent.Index {
	return []ent.Index{index.Fields("display_name", "id")}
}
