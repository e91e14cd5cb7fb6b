package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// CatalogEntity is an entity of a portal's catalog, and what it is here.
type CatalogEntity struct{ ent.Schema }

// Annotations of the table.
func (CatalogEntity) Annotations() []schema.Annotation { return table("catalog_entities") }

// Fields of an entity. A gone one keeps its resource, to which it comes back.
func (CatalogEntity) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("portal"),
		text("kind"),
		text("ref"),
		text("uid"),
		text("title"),
		text("origin"),
		text("state"),
		optionalRef("resource_id"),
		field.JSON("told", json.RawMessage{}).Comment("the entity as the portal told it last"),
		field.JSON("faults", json.RawMessage{}).Optional().Comment("why it was not taken as it was told"),
		field.Bool("pending").Comment("something that it names was not known yet"),
		stamp("first_seen_at"),
		stamp("seen_at"),
		optionalStamp("gone_at"),
	}
}

// Indexes of entities: their list, whole and narrowed; a living reference is one entity, a
// resource is told by one living entity.
func (CatalogEntity) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("portal", "uid").Unique(),
		index.Fields("portal", "ref").Unique().StorageKey("catalogentity_living_ref").Annotations(entsql.IndexWhere("gone_at IS NULL")),
		index.Fields("resource_id").Unique().StorageKey("catalogentity_living_resource").Annotations(entsql.IndexWhere("gone_at IS NULL AND resource_id IS NOT NULL")),
		index.Fields("resource_id").StorageKey("catalogentity_resource"),
		index.Fields("ref", "id"),
		index.Fields("portal", "kind", "seen_at"),
	}
}
