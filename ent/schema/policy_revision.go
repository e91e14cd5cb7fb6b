package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// PolicyRevision is what a policy said from one change to the next.
type PolicyRevision struct{ ent.Schema }

// Annotations of the table.
func (PolicyRevision) Annotations() []schema.Annotation { return built("policy_revisions") }

// Fields of a revision.
func (PolicyRevision) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("policy_id"),
		field.Int("number"),
		field.JSON("terms", json.RawMessage{}),
		text("revised_by"),
		stamp("created_at"),
	}
}

// Edges of a revision.
func (PolicyRevision) Edges() []ent.Edge {
	return []ent.Edge{foreign("policy", BudgetPolicy.Type, "policy_id")}
}

// Indexes of revisions: numbered within the policy.
func (PolicyRevision) Indexes() []ent.Index {
	return []ent.Index{index.Fields("policy_id", "number").Unique()}
}
