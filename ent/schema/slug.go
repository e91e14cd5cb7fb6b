package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Slug is a name ever used: the current one of its target, or a former one that
// stays reserved and leads to it.
type Slug struct{ ent.Schema }

// Annotations of the table.
func (Slug) Annotations() []schema.Annotation { return built("slugs") }

// Fields of a slug.
func (Slug) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		text("noun"),
		text("scope"),
		text("slug"),
		ref("target_id"),
		field.Bool("current"),
	}
}

// Indexes of slugs: a name is one target's, a target has one current name.
func (Slug) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("noun", "scope", "slug").Unique(),
		index.Fields("target_id").Unique().StorageKey("slug_target_current").Annotations(entsql.IndexWhere("current")),
		index.Fields("target_id").StorageKey("slug_target"),
	}
}
