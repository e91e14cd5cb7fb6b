package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// PostmortemTemplate is the head of what postmortems begin as.
type PostmortemTemplate struct{ ent.Schema }

// Annotations of the table.
func (PostmortemTemplate) Annotations() []schema.Annotation { return table("postmortem_templates") }

// Fields of a head; revision is the number of the current one.
func (PostmortemTemplate) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("slug"),
		text("name"),
		field.Int("revision"),
		stamp("created_at"),
		stamp("updated_at"),
		version(),
	}
}

// Indexes of heads.
func (PostmortemTemplate) Indexes() []ent.Index { return []ent.Index{index.Fields("slug").Unique()} }
