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

// Issue is what is wanted on a tracker.
type Issue struct{ ent.Schema }

// Annotations of the table.
func (Issue) Annotations() []schema.Annotation { return built("issues") }

// Fields of an issue. One without service tells of others, which have it as their group.
func (Issue) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("kind"),
		text("fingerprint"),
		optionalRef("service_id"),
		optionalRef("group_id"),
		optionalRef("parent_id"),
		text("subject"),
		text("episode"),
		text("repository"),
		text("title"),
		text("body"),
		field.JSON("labels", []string{}),
		field.JSON("assignees", []string{}),
		field.JSON("comments", json.RawMessage{}),
		field.Bool("open"),
		text("ending"),
		stamp("created_at"),
		stamp("updated_at"),
		version(),
	}
}

// Edges of an issue: both ends are named, as those of teams are.
func (Issue) Edges() []ent.Edge {
	return []ent.Edge{
		optionalForeign("service", Service.Type, "service_id"),
		edge.To("members", Issue.Type).Annotations(entsql.OnDelete(entsql.Restrict)).
			From("group").Field("group_id").Unique(),
		edge.To("parts", Issue.Type).Annotations(entsql.OnDelete(entsql.Restrict)).
			From("parent").Field("parent_id").Unique(),
	}
}

// Indexes of issues: one for each fingerprint, and those of a service, of a subject, of
// an episode and that are wanted open, the newest first.
func (Issue) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("fingerprint").Unique(),
		index.Fields("service_id", "id"),
		index.Fields("subject", "id"),
		index.Fields("episode"),
		index.Fields("group_id"),
		index.Fields("parent_id"),
		index.Fields("id").StorageKey("issue_open").Annotations(entsql.IndexWhere("open")),
	}
}
