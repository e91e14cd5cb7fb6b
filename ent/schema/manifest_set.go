package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ManifestSet is a set of manifests that was brought here; without a team it is the platform's.
type ManifestSet struct{ ent.Schema }

// Annotations of the table.
func (ManifestSet) Annotations() []schema.Annotation { return built("manifest_sets") }

// Fields of a set.
func (ManifestSet) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("slug"),
		optionalRef("team_id"),
		field.String("source").SchemaType(textType).Comment("the address where its files are; empty where nobody said"),
		stamp("created_at"),
		stamp("applied_at"),
		text("applied_by"),
		text("digest"),
		field.Time("checked_at").SchemaType(stampType).Optional().Nillable().Comment("when it was last compared with what there is"),
		field.Int("drifted").Comment("of how many of its things what there is differed then"),
		field.Time("drifted_since").SchemaType(stampType).Optional().Nillable().Comment("since when something of it differs without a break; null where nothing does"),
		version(),
	}
}

// Edges of a set.
func (ManifestSet) Edges() []ent.Edge {
	return []ent.Edge{optionalForeign("team", Team.Type, "team_id")}
}

// Indexes of sets.
func (ManifestSet) Indexes() []ent.Index {
	return []ent.Index{index.Fields("slug").Unique(), index.Fields("team_id", "slug")}
}
