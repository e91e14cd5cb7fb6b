package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// PostmortemTemplateRevision is what a template said from one change to the next; rows are only
// added.
type PostmortemTemplateRevision struct{ ent.Schema }

// Annotations of the table.
func (PostmortemTemplateRevision) Annotations() []schema.Annotation {
	return table("postmortem_template_revisions")
}

// Fields of a revision; required is a JSON list of the names of sections.
func (PostmortemTemplateRevision) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("template_id"),
		field.Int("number"),
		text("markdown"),
		field.JSON("required", json.RawMessage{}),
		text("revised_by"),
		stamp("created_at"),
	}
}

// Edges of a revision.
func (PostmortemTemplateRevision) Edges() []ent.Edge {
	return []ent.Edge{owned("template", PostmortemTemplate.Type, "template_id")}
}

// Indexes of revisions: numbered within the template.
func (PostmortemTemplateRevision) Indexes() []ent.Index {
	return []ent.Index{index.Fields("template_id", "number").Unique()}
}
