package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// PostmortemText is a version of the text of a postmortem; rows are only added.
type PostmortemText struct{ ent.Schema }

// Annotations of the table.
func (PostmortemText) Annotations() []schema.Annotation { return table("postmortem_texts") }

// Fields of a text; head is the version of the postmortem from which on it is the current one.
func (PostmortemText) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("postmortem_id"),
		field.Int("number"),
		field.Int64("head"),
		text("text"),
		text("note"),
		stamp("at"),
		text("author"),
		text("person_id"), // empty where no person wrote it
	}
}

// Edges of a text.
func (PostmortemText) Edges() []ent.Edge {
	return []ent.Edge{owned("postmortem", Postmortem.Type, "postmortem_id")}
}

// Indexes of texts: numbered within the postmortem.
func (PostmortemText) Indexes() []ent.Index {
	return []ent.Index{index.Fields("postmortem_id", "number").Unique()}
}
