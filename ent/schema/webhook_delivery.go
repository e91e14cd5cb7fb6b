package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// WebhookDelivery is one webhook of a tracker. Its payload is null once it was
// worked off; it is due while there is something to do.
type WebhookDelivery struct{ ent.Schema }

// Annotations of the table.
func (WebhookDelivery) Annotations() []schema.Annotation { return built("webhook_deliveries") }

// Fields of a delivery.
func (WebhookDelivery) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		text("delivery"),
		text("event"),
		text("action"),
		text("repository"),
		field.Bytes("payload").Optional().Nillable(),
		stamp("received_at"),
		optionalStamp("worked_at"),
		optionalStamp("due_at"),
		field.Int64("attempts"),
		text("error"),
	}
}

// Indexes of deliveries: their key, the order in which they are worked off, the one
// in which they are listed and forgotten, and the few that were given up.
func (WebhookDelivery) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("delivery").Unique(),
		index.Fields("due_at", "id").StorageKey("webhookdelivery_due").Annotations(entsql.IndexWhere("due_at IS NOT NULL")),
		index.Fields("received_at", "id"),
		index.Fields("received_at", "id").StorageKey("webhookdelivery_given_up").Annotations(entsql.IndexWhere("worked_at IS NULL AND due_at IS NULL")),
	}
}
