package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SignInCode is the one-time code of a link that begins a session.
type SignInCode struct{ ent.Schema }

// Annotations of the table.
func (SignInCode) Annotations() []schema.Annotation { return built("sign_in_codes") }

// Fields of a sign-in code.
func (SignInCode) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("person_id"),
		field.Bytes("hash").Sensitive(),
		stamp("created_at"),
		stamp("expires_at"),
		optionalStamp("used_at"),
	}
}

// Edges of a sign-in code.
func (SignInCode) Edges() []ent.Edge {
	return []ent.Edge{owned("person", Person.Type, "person_id")}
}

// Indexes of sign-in codes: found by hash, pruned by expiry.
func (SignInCode) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("hash").Unique(),
		index.Fields("expires_at"),
		index.Fields("person_id"),
	}
}
