package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Delivery is what is known of an issue on a tracker.
type Delivery struct{ ent.Schema }

// Annotations of the table.
func (Delivery) Annotations() []schema.Annotation { return built("deliveries") }

// Fields of a delivery. Due is null when nothing is to be done.
func (Delivery) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		ref("issue_id"),
		text("kind"),
		text("state"),
		text("repository"),
		field.Int64("number"),
		text("url"),
		text("outcome"),
		text("holder"),
		field.Int64("epoch"),
		field.JSON("intent", json.RawMessage{}),
		field.JSON("written", json.RawMessage{}),
		field.Int64("attempts"),
		field.Int64("failures"),
		text("problem"),
		text("because"),
		optionalStamp("opened_at"),
		optionalStamp("due_at"),
		field.Int64("calls"),
		stamp("created_at"),
		stamp("updated_at"),
		version(),
	}
}

// Edges of a delivery.
func (Delivery) Edges() []ent.Edge {
	return []ent.Edge{owned("issue", Issue.Type, "issue_id")}
}

// Indexes of deliveries: one for each issue, what is due, by its place, what an issue of
// a tracker is about and where issues are, what was opened lately, those in a state and in
// trouble, the newest first, what people closed, and what is dead because of its place. Of all that is tracked little is due: what finds it
// has nothing of the rest.
func (Delivery) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("issue_id").Unique(),
		index.Fields("repository", "due_at", "kind").StorageKey("delivery_due").Annotations(entsql.IndexWhere("due_at IS NOT NULL")),
		index.Fields("repository", "number", "state", "kind"),
		index.Fields("opened_at"),
		index.Fields("state", "issue_id"),
		index.Fields("issue_id").StorageKey("delivery_troubled").Annotations(entsql.IndexWhere("problem <> ''")),
		index.Fields("outcome").Annotations(entsql.IndexWhere("outcome <> ''")),
		index.Fields("repository", "kind").StorageKey("delivery_dead").Annotations(entsql.IndexWhere("because = 'place'")),
	}
}
