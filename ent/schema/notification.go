package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Notification is one event on its way to one target, or to one person.
type Notification struct{ ent.Schema }

// Annotations of the table.
func (Notification) Annotations() []schema.Annotation { return table("notifications") }

// Fields of a notification; matter and is_end are its event's, turn is whether it comes
// before others that are due, begin_id the event with which the matter began, and
// gathered_into the notification that told of it.
func (Notification) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("event_id"),
		optionalRef("begin_id"),
		optionalRef("target_id"),
		optionalRef("person_id"),
		text("matter"),
		field.Bool("is_end"),
		text("urgency"),
		field.Int64("turn"),
		text("state"),
		stamp("made_at"),
		stamp("due_at"),
		field.Int64("attempts"),
		optionalStamp("attempted_at"),
		optionalStamp("sent_at"),
		text("reason"),
		field.Int64("status"),
		optionalRef("gathered_into"),
		optionalStamp("repeat_at"),
	}
}

// Edges of a notification.
func (Notification) Edges() []ent.Edge {
	return []ent.Edge{owned("event", ToldEvent.Type, "event_id")}
}

// Indexes of notifications: of all that were sent little is due, in the order in which it is
// sent, under way, dead or repeated;
// the newest first, of all, of a target and in a state; those of one matter; what a target
// was sent lately; and those of an event, which go with it.
func (Notification) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("target_id", "turn", "due_at", "id").StorageKey("notification_due").Annotations(entsql.IndexWhere("state = 'pending'")),
		index.Fields("attempted_at").StorageKey("notification_sending").Annotations(entsql.IndexWhere("state = 'sending'")),
		index.Fields("target_id").StorageKey("notification_dead").Annotations(entsql.IndexWhere("state = 'dead'")),
		index.Fields("target_id", "repeat_at").StorageKey("notification_repeated").Annotations(entsql.IndexWhere("repeat_at IS NOT NULL")),
		index.Fields("made_at", "id"),
		index.Fields("target_id", "made_at", "id"),
		index.Fields("state", "made_at", "id"),
		index.Fields("target_id", "sent_at"),
		index.Fields("matter", "id"),
		index.Fields("event_id"),
	}
}
