package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"
)

// AuditEntry is one decision. It refers to nothing by foreign key: it outlives
// what it tells of. Changes are text and not JSON, so that both databases give
// back the bytes that were written.
type AuditEntry struct{ ent.Schema }

// Annotations of the table.
func (AuditEntry) Annotations() []schema.Annotation { return built("audit_entries") }

// Fields of an entry.
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
	}
}

// Indexes of entries: newest first, whole and narrowed.
func (AuditEntry) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("at", "id"),
		index.Fields("team", "at", "id"),
		index.Fields("object_id", "at", "id"),
		index.Fields("actor_person", "at", "id"),
		index.Fields("actor_token", "at", "id"),
	}
}
