package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Service is something that a team runs for users.
type Service struct{ ent.Schema }

// Annotations of the table.
func (Service) Annotations() []schema.Annotation { return built("services") }

// Fields of a service.
func (Service) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("slug"),
		text("name"),
		text("description"),
		text("kind"),
		field.Int("tier"),
		text("lifecycle"),
		text("repository"),
		text("on_call"),
		text("runbook"),
		text("dashboard"),
		text("docs"),
		text("contact"),
		field.JSON("labels", map[string]string{}),
		field.JSON("annotations", map[string]string{}),
		ref("team_id"),
		optionalRef("system_id"),
		stamp("created_at"),
		stamp("updated_at"),
		optionalStamp("retired_at"),
		managed(),
		version(),
	}
}

// Edges of a service.
func (Service) Edges() []ent.Edge {
	return []ent.Edge{
		foreign("team", Team.Type, "team_id"),
		optionalForeign("system", System.Type, "system_id"),
	}
}

// Indexes of services: the order of their list, whole and narrowed.
func (Service) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("slug").Unique(),
		index.Fields("team_id", "slug"),
		index.Fields("system_id", "slug"),
		index.Fields("tier", "slug"),
	}
}
