package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ScorecardRevision is what a scorecard asked from one change to the next.
type ScorecardRevision struct{ ent.Schema }

// Annotations of the table.
func (ScorecardRevision) Annotations() []schema.Annotation { return built("scorecard_revisions") }

// Fields of a revision.
func (ScorecardRevision) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("scorecard_id"),
		field.Int("number"),
		field.JSON("terms", json.RawMessage{}),
		text("revised_by"),
		stamp("created_at"),
	}
}

// Edges of a revision.
func (ScorecardRevision) Edges() []ent.Edge {
	return []ent.Edge{foreign("scorecard", Scorecard.Type, "scorecard_id")}
}

// Indexes of revisions: numbered within the scorecard.
func (ScorecardRevision) Indexes() []ent.Index {
	return []ent.Index{index.Fields("scorecard_id", "number").Unique()}
}
