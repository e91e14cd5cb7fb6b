package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SLA is the head of a service level agreement.
type SLA struct{ ent.Schema }

// Annotations of the table.
func (SLA) Annotations() []schema.Annotation { return built("slas") }

// Fields of a head; revision is the number of the current one, start the date from
// which the calendar is counted, due when the next period is closed.
func (SLA) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("service_id"),
		text("slug"),
		text("name"),
		text("customer"),
		text("unit"),
		text("start"),
		text("zone"),
		stamp("valid_from"),
		optionalStamp("valid_until"),
		text("contact"),
		text("terms_url"),
		field.Int("revision"),
		optionalStamp("due_at"),
		optionalStamp("ended_at"),
		stamp("created_at"),
		stamp("updated_at"),
		version(),
	}
}

// Edges of a head.
func (SLA) Edges() []ent.Edge {
	return []ent.Edge{foreign("service", Service.Type, "service_id")}
}

// Indexes of heads: the name within the service, those of a customer, and those with a
// period to be closed.
func (SLA) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("service_id", "slug").Unique(),
		index.Fields("customer"),
		index.Fields("due_at"),
	}
}
