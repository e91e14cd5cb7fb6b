package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ScorecardFailure is that a check of a service failed for longer than the scorecard bears, and
// that an issue is wanted about it; without a check it is of all that fail.
type ScorecardFailure struct{ ent.Schema }

// Annotations of the table.
func (ScorecardFailure) Annotations() []schema.Annotation { return table("scorecard_failures") }

// Fields of a failure; checks is JSON of the IDs that it is of, with a digest of
// what its issue says.
func (ScorecardFailure) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("scorecard_id"),
		ref("service_id"),
		text("check_id"),
		field.JSON("checks", json.RawMessage{}),
		stamp("opened_at"),
		optionalStamp("ended_at"),
		version(),
	}
}

// Edges of a failure.
func (ScorecardFailure) Edges() []ent.Edge {
	return []ent.Edge{foreign("scorecard", Scorecard.Type, "scorecard_id"), foreign("service", Service.Type, "service_id")}
}

// Indexes of failures: one is open for each, and the last is found again.
func (ScorecardFailure) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("scorecard_id", "service_id", "check_id").Unique().StorageKey("scorecardfailure_open").Annotations(entsql.IndexWhere("ended_at IS NULL")),
		index.Fields("service_id", "scorecard_id", "check_id", "opened_at"),
	}
}
