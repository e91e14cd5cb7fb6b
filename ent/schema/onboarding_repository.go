package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// OnboardingRepository is a repository that was found at a code host, and may be of a service.
type OnboardingRepository struct{ ent.Schema }

// Annotations of the table.
func (OnboardingRepository) Annotations() []schema.Annotation {
	return table("onboarding_repositories")
}

// Fields of a repository; host_id is the host's own for it, which survives another name. team_id is who
// it is taken to be of, service_id the service that names it.
func (OnboardingRepository) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("host_id"),
		text("full_name"),
		text("address"),
		field.JSON("facts", json.RawMessage{}),
		field.JSON("look", json.RawMessage{}),
		field.JSON("choice", json.RawMessage{}),
		field.Bool("idle"),
		optionalRef("team_id"),
		text("team_by"),
		optionalRef("service_id"),
		optionalStamp("pushed_at"),
		stamp("seen_at"),
		optionalStamp("looked_at"),
		optionalStamp("gone_at"),
		optionalStamp("dismissed_at"),
		text("dismissed_by"),
		text("dismissed_for"),
		stamp("created_at"),
		version(),
	}
}

// Edges of a repository. Whose it is taken to be is a guess, which keeps no team from being removed.
func (OnboardingRepository) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("team", Team.Type).Field("team_id").Unique().Annotations(entsql.OnDelete(entsql.SetNull)),
		optionalForeign("service", Service.Type, "service_id"),
	}
}

// Indexes of repositories: one for each of the host, the order of their list, whole and of a team, and
// those of a service.
func (OnboardingRepository) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("host_id").Unique(),
		index.Fields("full_name", "id"),
		index.Fields("team_id", "full_name", "id"),
		index.Fields("service_id"),
	}
}
