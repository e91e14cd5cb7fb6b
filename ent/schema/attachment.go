package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Attachment puts a policy into force for a service, a tier or all. TargetKey
// spells which one, for nulls are never equal in a unique index.
type Attachment struct{ ent.Schema }

// Annotations of the table.
func (Attachment) Annotations() []schema.Annotation { return built("policy_attachments") }

// Fields of an attachment.
func (Attachment) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("policy_id"),
		text("target"),
		text("target_key"),
		optionalRef("service_id"),
		field.Int("tier"),
		text("mode"),
		stamp("created_at"),
		stamp("updated_at"),
		text("created_by"),
		manager(),
		version(),
	}
}

// Edges of an attachment.
func (Attachment) Edges() []ent.Edge {
	return []ent.Edge{
		foreign("policy", BudgetPolicy.Type, "policy_id"),
		optionalForeign("service", Service.Type, "service_id"),
	}
}

// Indexes of attachments: a policy is attached to a target once, and what is attached to a target is
// found.
func (Attachment) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("policy_id", "target", "target_key").Unique(),
		index.Fields("target", "target_key"),
		index.Fields("service_id"),
	}
}
