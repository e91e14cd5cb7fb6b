package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// PostmortemAct is what somebody did with a postmortem; rows are only added.
type PostmortemAct struct{ ent.Schema }

// Annotations of the table.
func (PostmortemAct) Annotations() []schema.Annotation { return table("postmortem_acts") }

// Fields of an act; text_number is that of the text that it is about.
func (PostmortemAct) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("postmortem_id"),
		text("kind"),
		field.Int("text_number"),
		text("text"),
		stamp("at"),
		text("author"),
	}
}

// Edges of an act.
func (PostmortemAct) Edges() []ent.Edge {
	return []ent.Edge{owned("postmortem", Postmortem.Type, "postmortem_id")}
}

// Indexes of acts: of a postmortem in their order.
func (PostmortemAct) Indexes() []ent.Index { return []ent.Index{index.Fields("postmortem_id", "id")} }
