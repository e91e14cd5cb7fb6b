package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// CatalogSync is one telling of a portal's catalog.
type CatalogSync struct{ ent.Schema }

// Annotations of the table.
func (CatalogSync) Annotations() []schema.Annotation { return built("catalog_syncs") }

// Fields of a sync: what it came to, by outcome.
func (CatalogSync) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("portal"),
		field.Bool("full"),
		text("state"),
		text("started_by"),
		stamp("started_at"),
		optionalStamp("ended_at"),
		field.Int("created"),
		field.Int("updated"),
		field.Int("unchanged"),
		field.Int("refused"),
		field.Int("skipped"),
		field.Int("deferred"),
		field.Int("gone"),
	}
}

// Indexes of syncs: a portal has one open full sync.
func (CatalogSync) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("portal").Unique().StorageKey("catalogsync_open").Annotations(entsql.IndexWhere("\"full\" AND state = 'open'")),
	}
}
