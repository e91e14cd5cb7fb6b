package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"
)

// PostmortemTemplateUse is a severity for which a template is the default.
type PostmortemTemplateUse struct{ ent.Schema }

// Annotations of the table.
func (PostmortemTemplateUse) Annotations() []schema.Annotation {
	return table("postmortem_template_uses")
}

// Fields of a use.
func (PostmortemTemplateUse) Fields() []ent.Field {
	return []ent.Field{rowID(), ref("template_id"), text("severity")}
}

// Edges of a use.
func (PostmortemTemplateUse) Edges() []ent.Edge {
	return []ent.Edge{owned("template", PostmortemTemplate.Type, "template_id")}
}

// Indexes of uses: each severity has one template.
func (PostmortemTemplateUse) Indexes() []ent.Index {
	return []ent.Index{index.Fields("severity").Unique(), index.Fields("template_id")}
}
