package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"
)

// Identity is how a provider knows a person.
type Identity struct{ ent.Schema }

// Annotations of the table.
func (Identity) Annotations() []schema.Annotation { return built("identities") }

// Fields of an identity.
func (Identity) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("person_id"),
		text("provider"),
		text("issuer"),
		text("subject"),
		stamp("created_at"),
	}
}

// Edges of an identity.
func (Identity) Edges() []ent.Edge {
	return []ent.Edge{foreign("person", Person.Type, "person_id")}
}

// Indexes of identities: a subject of an issuer is one person.
func (Identity) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("provider", "issuer", "subject").Unique(),
		index.Fields("person_id"),
	}
}
