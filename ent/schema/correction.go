package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Correction is a time, or times that come again, whose events do not count as they were
// measured.
type Correction struct{ ent.Schema }

// Annotations of the table.
func (Correction) Annotations() []schema.Annotation { return built("corrections") }

// Fields of a correction; rule is empty for one that is once, ends_at beyond all times that
// are asked for where there is no end, and proposal_id the proposal that it came of, if any.
func (Correction) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("slo_id"),
		text("effect"),
		text("kind"),
		text("reason"),
		stamp("begins_at"),
		stamp("ends_at"),
		text("start"),
		text("zone"),
		text("rule"),
		field.Int64("duration").Comment("seconds of each time of the rule"),
		stamp("created_at"),
		text("created_by"),
		stamp("approved_at"),
		text("approved_by"),
		optionalRef("proposal_id"),
		optionalStamp("removed_at"),
		text("removed_by"),
		text("removed_for"),
	}
}

// Edges of a correction.
func (Correction) Edges() []ent.Edge {
	return []ent.Edge{
		foreign("slo", SLO.Type, "slo_id"),
		optionalForeign("proposal", Proposal.Type, "proposal_id"),
	}
}

// Indexes of corrections: those in force by their end, those of an SLO by when they begin,
// and that of a proposal.
func (Correction) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("ends_at").StorageKey("correction_live").Annotations(entsql.IndexWhere("removed_at IS NULL")),
		index.Fields("slo_id", "begins_at", "id"),
		index.Fields("proposal_id"),
	}
}
