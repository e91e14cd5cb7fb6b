package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Backfill is a past range of slots that is read from a data source, the newest
// first. cursor_at is the start of the oldest slot that was read; it begins at
// to_at and is done at from_at. Progress changes without the version.
type Backfill struct{ ent.Schema }

// Annotations of the table.
func (Backfill) Annotations() []schema.Annotation { return table("backfills") }

// Fields of a backfill.
func (Backfill) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("slo_id"),
		ref("indicator_id"),
		ref("data_source_id"),
		text("cause"),
		stamp("from_at"),
		stamp("to_at"),
		stamp("cursor_at"),
		text("state"),
		field.Int64("found"),
		field.JSON("missing", map[string]int64{}),
		field.Int("attempts"),
		stamp("next_at"),
		text("failure_kind"),
		text("failure"),
		stamp("created_at"),
		text("created_by"),
		optionalStamp("started_at"),
		optionalStamp("finished_at"),
		version(),
	}
}

// Edges of a backfill.
func (Backfill) Edges() []ent.Edge {
	return []ent.Edge{
		foreign("slo", SLO.Type, "slo_id"),
		foreign("indicator", Indicator.Type, "indicator_id"),
		foreign("data_source", DataSource.Type, "data_source_id"),
	}
}

// Indexes of backfills: what is to be worked off by data source, the newest are
// listed first.
func (Backfill) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("data_source_id", "id").StorageKey("backfill_open").Annotations(entsql.IndexWhere("finished_at IS NULL")),
		index.Fields("created_at", "id"),
		index.Fields("slo_id", "created_at", "id"),
		index.Fields("indicator_id"),
	}
}
