package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// OnboardingWave brings many services in one go, each with SLOs from templates.
type OnboardingWave struct{ ent.Schema }

// Annotations of the table.
func (OnboardingWave) Annotations() []schema.Annotation { return table("onboarding_waves") }

// Fields of a wave; started_at is null until somebody started it.
func (OnboardingWave) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("slug"),
		text("name"),
		text("description"),
		text("due_on"),
		field.JSON("templates", json.RawMessage{}),
		stamp("created_at"),
		text("created_by"),
		stamp("updated_at"),
		optionalStamp("started_at"),
		text("started_by"),
		version(),
	}
}

// Indexes of waves.
func (OnboardingWave) Indexes() []ent.Index {
	return []ent.Index{index.Fields("slug").Unique()}
}
