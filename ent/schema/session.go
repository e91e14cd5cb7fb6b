package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Session is a signed-in browser.
type Session struct{ ent.Schema }

// Annotations of the table.
func (Session) Annotations() []schema.Annotation { return built("sessions") }

// Fields of a session.
func (Session) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("person_id"),
		field.Bytes("hash").Sensitive(),
		stamp("created_at"),
		stamp("expires_at"),
	}
}

// Edges of a session.
func (Session) Edges() []ent.Edge {
	return []ent.Edge{owned("person", Person.Type, "person_id")}
}

// Indexes of sessions: found by hash, pruned by expiry.
func (Session) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("hash").Unique(),
		index.Fields("expires_at"),
		index.Fields("person_id"),
	}
}
