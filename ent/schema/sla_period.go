package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SLAPeriod is a closed period of an SLA; rows are added, and restated.
type SLAPeriod struct{ ent.Schema }

// Annotations of the table.
func (SLAPeriod) Annotations() []schema.Annotation { return built("sla_periods") }

// Fields of a period; revision_id is of the SLA's, whose terms it is judged by. What begins
// with closed is what it came to when it was closed.
func (SLAPeriod) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("sla_id"),
		ref("revision_id"),
		stamp("start_at"),
		stamp("end_at"),
		field.Int64("good").Comment("thousandths of an event"),
		field.Int64("total"),
		text("verdict"),
		text("credit"),
		field.Int64("closed_good"),
		field.Int64("closed_total"),
		text("closed_verdict"),
		text("closed_credit"),
		stamp("closed_at"),
		optionalStamp("restated_at"),
		text("restated_before"), // as JSON
		optionalStamp("review_at"),
	}
}

// Edges of a period.
func (SLAPeriod) Edges() []ent.Edge {
	return []ent.Edge{
		foreign("sla", SLA.Type, "sla_id"),
		foreign("revision", SLARevision.Type, "revision_id"),
	}
}

// Indexes of periods: each is closed once; and those that are to be summed up again.
func (SLAPeriod) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("sla_id", "start_at").Unique(),
		index.Fields("revision_id"),
		index.Fields("review_at"),
	}
}
