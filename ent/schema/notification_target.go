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

// NotificationTarget is where events are told: of a team, or of the platform where there
// is none. Its secret is named, not kept. The columns from succeeded_at on are how it last
// answered; they change without the version.
type NotificationTarget struct{ ent.Schema }

// Annotations of the table.
func (NotificationTarget) Annotations() []schema.Annotation { return table("notification_targets") }

// Fields of a target; settings is JSON of what is only read with the whole.
func (NotificationTarget) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		optionalRef("team_id"),
		text("name"),
		text("kind"),
		text("address"),
		text("secret"),
		field.Int64("rank"),
		field.Bool("enabled"),
		field.JSON("settings", json.RawMessage{}),
		stamp("created_at"),
		stamp("updated_at"),
		optionalStamp("removed_at"),
		version(),
		optionalStamp("succeeded_at"),
		optionalStamp("failed_at"),
		optionalStamp("failing_since"),
		text("failure"),
		field.Int64("failures"),
		optionalStamp("resume_at"),
	}
}

// Edges of a target: it goes with its team.
func (NotificationTarget) Edges() []ent.Edge {
	return []ent.Edge{edge.To("team", Team.Type).Field("team_id").Unique().Annotations(entsql.OnDelete(entsql.Cascade))}
}

// Indexes of targets: those of a team in the order in which they are asked.
func (NotificationTarget) Indexes() []ent.Index {
	return []ent.Index{index.Fields("team_id", "rank", "id")}
}
