package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ToldEvent is something that happened, of which people are to be told. What it is about
// is named and not held: an event outlives it.
type ToldEvent struct{ ent.Schema }

// Annotations of the table.
func (ToldEvent) Annotations() []schema.Annotation { return table("told_events") }

// Fields of an event; matter is its key, once what it may be told once of, and outcome
// empty until it was decided where it goes. The slugs are those of that time.
func (ToldEvent) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("type"),
		text("matter"),
		field.Bool("is_end"),
		stamp("happened_at"),
		optionalRef("team_id"),
		optionalRef("service_id"),
		optionalRef("slo_id"),
		optionalRef("person_id"),
		text("subject"),
		text("title"),
		text("text"),
		text("link"),
		field.JSON("figures", json.RawMessage{}),
		field.String("once").SchemaType(textType).Optional().Nillable(),
		text("outcome"),
		text("note"),
		text("team_slug"),
		text("service_slug"),
		optionalStamp("routed_at"),
		stamp("told_at"),
	}
}

// Indexes of events: those that are to be routed, in the order in which they were told;
// those that were left for a digest and the digests themselves, few of all; the newest
// first, of all and of a team; those of one matter.
func (ToldEvent) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("id").StorageKey("toldevent_unrouted").Annotations(entsql.IndexWhere("outcome = ''")),
		index.Fields("routed_at", "id").StorageKey("toldevent_digest").Annotations(entsql.IndexWhere("outcome = 'digest'")),
		index.Fields("team_id", "told_at").StorageKey("toldevent_digests").Annotations(entsql.IndexWhere("type = 'digest.weekly'")),
		index.Fields("told_at", "id"),
		index.Fields("team_id", "told_at", "id"),
		index.Fields("matter", "id"),
		index.Fields("once").Unique(),
	}
}
