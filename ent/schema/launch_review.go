package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// LaunchReview is the review of a service before its launch, by what it came to on a scorecard when
// it was asked for.
type LaunchReview struct{ ent.Schema }

// Annotations of the table.
func (LaunchReview) Annotations() []schema.Annotation { return table("launch_reviews") }

// Fields of a review; decided_at is null while nobody decided, until unless it was signed off, and
// tell_at where nothing will be told of it any more.
func (LaunchReview) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("service_id"),
		ref("scorecard_id"),
		ref("revision_id"),
		text("level"),
		text("planned_on"),
		text("note"),
		field.JSON("evidence", json.RawMessage{}),
		stamp("asked_at"),
		ref("person_id"),
		text("asked_by"),
		text("decision"),
		optionalStamp("decided_at"),
		optionalRef("decider_id"),
		text("decided_by"),
		text("decided_for"),
		optionalStamp("until"),
		field.JSON("conditions", json.RawMessage{}),
		optionalStamp("tell_at"),
		version(),
	}
}

// Edges of a review.
func (LaunchReview) Edges() []ent.Edge {
	return []ent.Edge{
		foreign("service", Service.Type, "service_id"),
		foreign("scorecard", Scorecard.Type, "scorecard_id"),
		foreign("revision", ScorecardRevision.Type, "revision_id"),
		foreign("person", Person.Type, "person_id"),
		optionalForeign("decider", Person.Type, "decider_id"),
	}
}

// Indexes of reviews: one of a service and scorecard waits at most; all that wait, of a service and
// of a scorecard, the newest first; and those of which something is to be told, by when.
func (LaunchReview) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("service_id", "scorecard_id").Unique().StorageKey("launchreview_waiting").Annotations(entsql.IndexWhere("decided_at IS NULL")),
		index.Fields("id").StorageKey("launchreview_waits").Annotations(entsql.IndexWhere("decided_at IS NULL")),
		index.Fields("tell_at", "id").StorageKey("launchreview_tells").Annotations(entsql.IndexWhere("tell_at IS NOT NULL")),
		index.Fields("service_id", "id"),
		index.Fields("scorecard_id", "id"),
		index.Fields("revision_id"),
		index.Fields("person_id"),
		index.Fields("decider_id"),
	}
}
