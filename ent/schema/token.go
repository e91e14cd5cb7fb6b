package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
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
		// The token that it replaces and the one that replaces it: no foreign keys, for each is
		// written before the other is there.
		optionalRef("predecessor_id"),
		optionalRef("successor_id"),
		// Whether it was made in exchange for a token of a provider, and for a workload, by which identity.
		field.Bool("exchanged"),
		optionalRef("workload_identity_id"),
		version(),
	}
}

// Edges of a token.
func (Token) Edges() []ent.Edge {
	return []ent.Edge{
		optionalForeign("person", Person.Type, "person_id"),
		optionalForeign("team", Team.Type, "team_id"),
		// What an identity let in ends with it.
		edge.To("workload_identity", WorkloadIdentity.Type).Field("workload_identity_id").Unique().Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of tokens: their list, narrowed by owner; those that an identity let in, and those of
// exchanges, which are pruned.
func (Token) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("person_id", "id"),
		index.Fields("team_id", "id"),
		index.Fields("workload_identity_id"),
		index.Fields("expires_at").Annotations(entsql.IndexWhere("exchanged")),
	}
}
