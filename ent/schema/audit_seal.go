package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// AuditSeal is one link of the chain over the audit log. It refers to its entry by no foreign
// key: when the entry is gone, the chain still shows that it was there.
type AuditSeal struct{ ent.Schema }

// Annotations of the table.
func (AuditSeal) Annotations() []schema.Annotation { return built("audit_seals") }

// Fields of a seal: consecutive numbers from 1, and SHA-256 in hexadecimal.
func (AuditSeal) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").StorageKey("number"),
		ref("entry_id"),
		text("digest"),
		text("hash"),
	}
}

// Indexes of seals: one for each entry.
func (AuditSeal) Indexes() []ent.Index { return []ent.Index{index.Fields("entry_id").Unique()} }
