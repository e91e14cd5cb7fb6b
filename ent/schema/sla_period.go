package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SLAPeriod is a closed period of an SLA; rows are only added.
type SLAPeriod struct{ ent.Schema }

// Annotations of the table.
func (SLAPeriod) Annotations() []schema.Annotation { return table("sla_periods") }

// Fields of a period; revision_id is of the SLA's, whose terms it was judged by.
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
		stamp("closed_at"),
	}
}

// Edges of a period.
func (SLAPeriod) Edges() []ent.Edge {
	return []ent.Edge{
		foreign("sla", SLA.Type, "sla_id"),
		foreign("revision", SLARevision.Type, "revision_id"),
	}
}

// Indexes of periods: each is closed once.
func (SLAPeriod) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("sla_id", "start_at").Unique(),
		index.Fields("revision_id"),
	}
}
