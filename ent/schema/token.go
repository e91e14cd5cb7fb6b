package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Token is a bearer credential, as its hash.
type Token struct{ ent.Schema }

// Annotations of the table.
func (Token) Annotations() []schema.Annotation { return built("tokens") }

// Fields of a token.
func (Token) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("kind"),
		text("name"),
		optionalRef("person_id"),
		optionalRef("team_id"),
		field.JSON("scopes", []string{}),
		field.Bytes("hash").Sensitive(),
		stamp("created_at"),
		stamp("expires_at"),
		optionalStamp("last_used_at"),
		optionalStamp("revoked_at"),
		version(),
	}
}

// Edges of a token.
func (Token) Edges() []ent.Edge {
	return []ent.Edge{
		optionalForeign("person", Person.Type, "person_id"),
		optionalForeign("team", Team.Type, "team_id"),
	}
}

// Indexes of tokens: their list, narrowed by owner.
func (Token) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("person_id", "id"),
		index.Fields("team_id", "id"),
	}
}
