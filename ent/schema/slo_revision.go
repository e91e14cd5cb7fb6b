package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SLORevision is what an SLO said from one change to the next.
type SLORevision struct{ ent.Schema }

// Annotations of the table.
func (SLORevision) Annotations() []schema.Annotation { return built("slo_revisions") }

// Fields of a revision; objective and confidence are decimals as they were written.
// The time window is as slo.TimeWindow writes it; further objectives and the budgeting
// are JSON, empty where there are none and where events are counted.
func (SLORevision) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("slo_id"),
		field.Int("number"),
		ref("indicator_id"),
		text("objective"),
		text("time_window"),
		text("further"),
		text("budgeting"),
		field.Int64("min_events"),
		text("confidence"),
		text("alerts_off"),
		field.Int64("min_bad_events"),
		text("enforcement"),
		text("rationale"),
		text("reviewer"),
		optionalStamp("review_by"),
		stamp("created_at"),
		text("created_by"),
	}
}

// Edges of a revision.
func (SLORevision) Edges() []ent.Edge {
	return []ent.Edge{
		foreign("slo", SLO.Type, "slo_id"),
		foreign("indicator", Indicator.Type, "indicator_id"),
	}
}

// Indexes of revisions: numbered within the SLO.
func (SLORevision) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("slo_id", "number").Unique(),
		index.Fields("indicator_id"),
	}
}
