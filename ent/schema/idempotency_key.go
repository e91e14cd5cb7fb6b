package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// IdempotencyKey remembers what a retried request made.
type IdempotencyKey struct{ ent.Schema }

// Annotations of the table.
func (IdempotencyKey) Annotations() []schema.Annotation { return built("idempotency_keys") }

// Fields of a key.
func (IdempotencyKey) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		text("caller"),
		text("operation"),
		text("key"),
		field.Bytes("hash"),
		text("resource_id"),
		field.Int64("resource_version"),
		field.Int("status"),
		stamp("created_at"),
	}
}

// Indexes of keys: a caller's key for an operation is used once.
func (IdempotencyKey) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("caller", "operation", "key").Unique(),
		index.Fields("created_at"),
	}
}
