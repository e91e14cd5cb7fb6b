package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// AuditAnchor is a head of the chain over the audit log as it was signed, to be put outside.
type AuditAnchor struct{ ent.Schema }

// Annotations of the table.
func (AuditAnchor) Annotations() []schema.Annotation { return built("audit_anchors") }

// Fields of an anchor; written_at and posted_at are when it came to the file and to the URL.
func (AuditAnchor) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").StorageKey("number"),
		text("hash"),
		stamp("at"),
		text("public_key"),
		text("signature"),
		optionalStamp("written_at"),
		optionalStamp("posted_at"),
	}
}

// Indexes of anchors: the few that are not everywhere yet.
func (AuditAnchor) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("id").StorageKey("auditanchor_unwritten").Annotations(entsql.IndexWhere("written_at IS NULL")),
		index.Fields("id").StorageKey("auditanchor_unposted").Annotations(entsql.IndexWhere("posted_at IS NULL")),
	}
}
