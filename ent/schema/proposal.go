package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Proposal is a relaxing act that waits for a second person, or waited for one.
type Proposal struct{ ent.Schema }

// Annotations of the table.
func (Proposal) Annotations() []schema.Annotation { return built("proposals") }

// Fields of a proposal; input is the act, document the same as its author wrote it, and
// made what came of it.
func (Proposal) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("act"),
		ref("service_id"),
		optionalRef("slo_id"),
		field.Int64("of_version").Comment("of the SLO or service that it was made for"),
		field.JSON("input", json.RawMessage{}),
		field.JSON("document", json.RawMessage{}),
		text("summary"),
		text("reason"),
		ref("proposer_id"),
		text("proposed_by"),
		stamp("created_at"),
		stamp("expires_at"),
		text("decision"),
		optionalStamp("decided_at"),
		text("decided_by"),
		text("decided_for"),
		optionalRef("made_id"),
	}
}

// Edges of a proposal.
func (Proposal) Edges() []ent.Edge {
	return []ent.Edge{
		foreign("service", Service.Type, "service_id"),
		optionalForeign("slo", SLO.Type, "slo_id"),
		foreign("proposer", Person.Type, "proposer_id"),
	}
}

// Indexes of proposals: the newest are listed first, whole, of an SLO and of a service;
// those that are not decided by themselves.
func (Proposal) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("slo_id", "id"),
		index.Fields("service_id", "id"),
		index.Fields("proposer_id"),
		index.Fields("id").StorageKey("proposal_open").Annotations(entsql.IndexWhere("decided_at IS NULL")),
	}
}
