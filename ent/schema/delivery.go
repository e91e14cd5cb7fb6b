package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Delivery is what is known of an issue on a tracker.
type Delivery struct{ ent.Schema }

// Annotations of the table.
func (Delivery) Annotations() []schema.Annotation { return table("deliveries") }

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

// Indexes of deliveries: one for each issue, what is due in all and in a repository,
// what an issue of a tracker is about, what was opened lately, and the few in a state.
func (Delivery) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("issue_id").Unique(),
		index.Fields("due_at"),
		index.Fields("repository", "due_at"),
		index.Fields("repository", "number"),
		index.Fields("opened_at"),
		index.Fields("state"),
	}
}
