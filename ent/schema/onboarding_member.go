package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// OnboardingMember is a service, or a repository that is to become one, in a wave.
type OnboardingMember struct{ ent.Schema }

// Annotations of the table.
func (OnboardingMember) Annotations() []schema.Annotation { return table("onboarding_members") }

// Fields of a member: it has a service, a repository, or both once the repository's was registered.
func (OnboardingMember) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("wave_id"),
		optionalRef("service_id"),
		optionalRef("repository_id"),
		text("state"),
		field.JSON("slos", json.RawMessage{}),
		field.JSON("faults", json.RawMessage{}),
		stamp("created_at"),
		optionalStamp("tried_at"),
	}
}

// Edges of a member.
func (OnboardingMember) Edges() []ent.Edge {
	return []ent.Edge{
		owned("wave", OnboardingWave.Type, "wave_id"),
		optionalForeign("service", Service.Type, "service_id"),
		optionalForeign("repository", OnboardingRepository.Type, "repository_id"),
	}
}

// Indexes of members: each thing is in one wave, and the order of their list.
func (OnboardingMember) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("service_id").Unique(),
		index.Fields("repository_id").Unique(),
		index.Fields("wave_id", "id"),
		index.Fields("wave_id", "state", "id"),
	}
}
