package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ToilSetting is how a team measures its toil, where it decided something.
type ToilSetting struct{ ent.Schema }

// Annotations of the table.
func (ToilSetting) Annotations() []schema.Annotation { return table("toil_settings") }

// Fields of settings; shares are in percent.
func (ToilSetting) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("team_id"),
		field.Int64("week_minutes"),
		field.Int64("week_days"),
		field.Int64("overhead"),
		field.Int64("cap"),
		field.Bool("asks"),
		field.Bool("incidents"),
		stamp("updated_at"),
		text("updated_by"),
		version(),
	}
}

// Edges of settings.
func (ToilSetting) Edges() []ent.Edge { return []ent.Edge{owned("team", Team.Type, "team_id")} }

// Indexes of settings: one row a team.
func (ToilSetting) Indexes() []ent.Index { return []ent.Index{index.Fields("team_id").Unique()} }
