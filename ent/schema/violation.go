package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Violation is one episode in which an SLO broke a clause of a policy.
type Violation struct{ ent.Schema }

// Annotations of the table.
func (Violation) Annotations() []schema.Annotation { return built("violations") }

// Fields of a violation.
func (Violation) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("policy_id"),
		ref("revision_id"),
		text("clause"),
		text("attachment_id"), // no foreign key: what was attached can be detached
		ref("slo_id"),
		ref("service_id"),
		text("mode"),
		stamp("opened_at"),
		field.JSON("evidence", json.RawMessage{}),
		field.JSON("handling", json.RawMessage{}),
		optionalStamp("ended_at"),
		text("ending"),
		optionalStamp("muted_until"),
		version(),
	}
}

// Edges of a violation.
func (Violation) Edges() []ent.Edge {
	return []ent.Edge{
		foreign("policy", BudgetPolicy.Type, "policy_id"),
		foreign("revision", PolicyRevision.Type, "revision_id"),
		foreign("slo", SLO.Type, "slo_id"),
		foreign("service", Service.Type, "service_id"),
	}
}

// Indexes of violations: at most one is open for each clause and SLO; the newest
// are listed first, whole and narrowed; those that are open or mute others, of all and of SLOs.
func (Violation) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("policy_id", "clause", "slo_id").Unique().
			StorageKey("violation_one_open").Annotations(entsql.IndexWhere("ended_at IS NULL")),
		index.Fields("id").StorageKey("violation_open").Annotations(entsql.IndexWhere("ended_at IS NULL")),
		index.Fields("id").StorageKey("violation_live_id").Annotations(entsql.IndexWhere("ended_at IS NULL OR muted_until IS NOT NULL")),
		index.Fields("slo_id").StorageKey("violation_live").Annotations(entsql.IndexWhere("ended_at IS NULL OR muted_until IS NOT NULL")),
		index.Fields("opened_at", "id"),
		index.Fields("ended_at"),
		index.Fields("service_id", "opened_at", "id"),
		index.Fields("slo_id", "opened_at", "id"),
		index.Fields("policy_id", "opened_at", "id"),
		index.Fields("revision_id"),
	}
}
