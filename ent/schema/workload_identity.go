package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// WorkloadIdentity is by which tokens of others the workloads of a team are let in.
type WorkloadIdentity struct{ ent.Schema }

// Annotations of the table.
func (WorkloadIdentity) Annotations() []schema.Annotation { return table("workload_identities") }

// Fields of an identity; claims is JSON of what is only read with the whole.
func (WorkloadIdentity) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("team_id"),
		text("name"),
		text("issuer"),
		text("audience"),
		field.JSON("claims", json.RawMessage{}),
		field.JSON("scopes", []string{}),
		stamp("created_at"),
		stamp("updated_at"),
		optionalStamp("last_used_at"),
		version(),
	}
}

// Edges of an identity: it goes with its team.
func (WorkloadIdentity) Edges() []ent.Edge {
	return []ent.Edge{owned("team", Team.Type, "team_id")}
}

// Indexes of identities: their list, narrowed by team, and those that may match a token.
func (WorkloadIdentity) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("team_id", "id"),
		index.Fields("issuer", "audience"),
	}
}
