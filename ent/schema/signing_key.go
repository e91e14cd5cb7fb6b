package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SigningKey is a key of the installation, the same for every replica.
type SigningKey struct{ ent.Schema }

// Annotations of the table.
func (SigningKey) Annotations() []schema.Annotation { return built("signing_keys") }

// Fields of a key; seed is the private half of Ed25519, encrypted under the key of the
// configuration that key_id names.
func (SigningKey) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("purpose"),
		field.Bytes("seed").Sensitive(),
		text("key_id"),
		stamp("created_at"),
	}
}

// Indexes of keys: one for each purpose.
func (SigningKey) Indexes() []ent.Index { return []ent.Index{index.Fields("purpose").Unique()} }
