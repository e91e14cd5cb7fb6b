package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"
)

// OwnershipDrift is a reason why nobody may look after a service any more, while it lasts.
type OwnershipDrift struct{ ent.Schema }

// Annotations of the table.
func (OwnershipDrift) Annotations() []schema.Annotation { return table("ownership_drifts") }

// Fields of a drift; escalated_at is null until the team above was told.
func (OwnershipDrift) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("service_id"),
		text("reason"),
		text("detail"),
		stamp("found_at"),
		optionalStamp("escalated_at"),
	}
}

// Edges of a drift.
func (OwnershipDrift) Edges() []ent.Edge {
	return []ent.Edge{owned("service", Service.Type, "service_id")}
}

// Indexes of drifts: one for each service and reason, and those of which the team above was not
// told, by when they were found.
func (OwnershipDrift) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("service_id", "reason").Unique(),
		index.Fields("found_at", "id").StorageKey("ownershipdrift_untold").Annotations(entsql.IndexWhere("escalated_at IS NULL")),
	}
}
