package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// AuditEntry is one decision. It refers to nothing by foreign key: it outlives
// what it tells of. Changes are text and not JSON, so that both databases give
// back the bytes that were written.
type AuditEntry struct{ ent.Schema }

// Annotations of the table.
func (AuditEntry) Annotations() []schema.Annotation { return built("audit_entries") }

// Fields of an entry. seal is the number under which it was sealed; proof has for each of its
// four texts the salt of its commitment, or the commitment alone where the text was redacted;
// redacted_by is the entry of the pseudonymisation that did.
func (AuditEntry) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		stamp("at"),
		text("outcome"),
		text("actor_kind"),
		text("actor_person"),
		text("actor_team"),
		text("actor_token"),
		text("actor_name"),
		text("action"),
		text("object_kind"),
		text("object_id"),
		text("object_label"),
		text("team"),
		text("reason"),
		text("changes"),
		field.Int64("seal").Optional().Nillable(),
		text("proof"),
		text("redacted_by"),
	}
}

// Indexes of entries: newest first, whole and narrowed; by the number of their seal, and the few
// that have none yet.
func (AuditEntry) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("at", "id"),
		index.Fields("team", "at", "id"),
		index.Fields("object_id", "at", "id"),
		index.Fields("actor_person", "at", "id"),
		index.Fields("actor_token", "at", "id"),
		index.Fields("seal"),
		index.Fields("at", "id").StorageKey("auditentry_unsealed").Annotations(entsql.IndexWhere("seal IS NULL")),
	}
}
