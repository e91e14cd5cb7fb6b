package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"
)

// ToilDismissal is that a person does not take a proposed entry.
type ToilDismissal struct{ ent.Schema }

// Annotations of the table.
func (ToilDismissal) Annotations() []schema.Annotation { return table("toil_dismissals") }

// Fields of a dismissal.
func (ToilDismissal) Fields() []ent.Field {
	return []ent.Field{ulid(), ref("subject"), text("origin"), stamp("dismissed_at")}
}

// Indexes of dismissals: each proposal once a person; and the oldest, which are forgotten.
func (ToilDismissal) Indexes() []ent.Index {
	return []ent.Index{index.Fields("subject", "origin").Unique(), index.Fields("dismissed_at")}
}
