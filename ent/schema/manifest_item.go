package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ManifestItem is a thing that a set of manifests says there is, and the manifest that says it.
type ManifestItem struct{ ent.Schema }

// Annotations of the table.
func (ManifestItem) Annotations() []schema.Annotation { return table("manifest_items") }

// Fields of an item. The resource is of the kind's table, and so no foreign key.
func (ManifestItem) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("set_id"),
		text("kind"),
		text("name"),
		ref("resource_id"),
		field.String("path").SchemaType(textType).Comment("the file in which it was said"),
		field.String("document").SchemaType(textType).Comment("as it was brought last"),
		stamp("applied_at"),
		field.Time("released_at").SchemaType(stampType).Optional().Nillable().Comment("since when the set keeps it no more"),
		text("released_by"),
		text("released_for"),
		field.JSON("drift", json.RawMessage{}).Optional().Comment("how what there is differs, and since when that is known; null where it does not"),
	}
}

// Edges of an item.
func (ManifestItem) Edges() []ent.Edge {
	return []ent.Edge{owned("set", ManifestSet.Type, "set_id")}
}

// Indexes of items: their list, and a thing is in one set.
func (ManifestItem) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("set_id", "kind", "name").Unique(),
		index.Fields("kind", "resource_id").Unique(),
	}
}
