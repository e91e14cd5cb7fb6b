package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Lease is the right of one replica to do a job; each taking raises its epoch.
type Lease struct{ ent.Schema }

// Annotations of the table.
func (Lease) Annotations() []schema.Annotation { return built("leases") }

// Fields of a lease.
func (Lease) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		text("name"),
		text("holder"),
		field.Int64("epoch"),
		stamp("expires_at"),
	}
}

// Indexes of leases.
func (Lease) Indexes() []ent.Index {
	return []ent.Index{index.Fields("name").Unique()}
}
