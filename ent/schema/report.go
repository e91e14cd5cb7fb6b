package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Report is a published report, as it was: nothing of it changes but when it is looked at
// again.
type Report struct{ ent.Schema }

// Annotations of the table.
func (Report) Annotations() []schema.Annotation { return built("reports") }

// Fields of a report; scope_id is empty of the organisation, and no foreign key: a report
// outlives what it is of.
func (Report) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		field.Int64("number"),
		text("scope"),
		text("scope_id"),
		text("scope_slug"),
		text("scope_name"),
		text("team_id"),
		stamp("from_at"),
		stamp("to_at"),
		text("period"),
		text("occasion"),
		stamp("published_at"),
		text("published_by"),
		text("sha256"),
		field.Bytes("content"),
		optionalStamp("review_at"),
	}
}

// Indexes of reports: numbers are unique, one of each occasion, the newest first, and those
// that are to be looked at again.
func (Report) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("number").Unique(),
		index.Fields("scope", "scope_id", "from_at", "to_at", "occasion").Unique().
			StorageKey("report_one_of_an_occasion").Annotations(entsql.IndexWhere("occasion <> ''")),
		index.Fields("scope", "scope_id", "number"),
		index.Fields("review_at"),
	}
}
