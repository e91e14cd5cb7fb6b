package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Issue is what is wanted on a tracker.
type Issue struct{ ent.Schema }

// Annotations of the table.
func (Issue) Annotations() []schema.Annotation { return table("issues") }

// Fields of an issue.
func (Issue) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("kind"),
		text("fingerprint"),
		ref("service_id"),
		text("subject"),
		text("episode"),
		text("repository"),
		text("title"),
		text("body"),
		field.JSON("labels", []string{}),
		field.JSON("comments", json.RawMessage{}),
		field.Bool("open"),
		text("state"),
		stamp("created_at"),
		stamp("updated_at"),
		version(),
	}
}

// Edges of an issue.
func (Issue) Edges() []ent.Edge {
	return []ent.Edge{foreign("service", Service.Type, "service_id")}
}

// Indexes of issues: one for each fingerprint, and those of a service, of a subject, of
// an episode and that are wanted open, the newest first.
func (Issue) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("fingerprint").Unique(),
		index.Fields("service_id", "id"),
		index.Fields("subject", "id"),
		index.Fields("episode"),
		index.Fields("id").StorageKey("issue_open").Annotations(entsql.IndexWhere("open")),
	}
}
