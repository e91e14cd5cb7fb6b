package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Campaign asks services to pass some checks of a scorecard by a day.
type Campaign struct{ ent.Schema }

// Annotations of the table.
func (Campaign) Annotations() []schema.Annotation { return table("campaigns") }

// Fields of a campaign; ended_at is null until somebody ended it, or its time was over.
func (Campaign) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("name"),
		text("why"),
		ref("scorecard_id"),
		field.JSON("checks", json.RawMessage{}),
		text("applies_to"),
		ref("team_id"),
		text("starts_on"),
		text("due_on"),
		field.Int("grace_days"),
		field.Bool("issues"),
		field.Int("told"),
		text("told_for"),
		stamp("created_at"),
		text("created_by"),
		stamp("updated_at"),
		optionalStamp("ended_at"),
		text("ended_by"),
		text("ended_for"),
		manager(),
		version(),
	}
}

// Edges of a campaign.
func (Campaign) Edges() []ent.Edge {
	return []ent.Edge{
		foreign("scorecard", Scorecard.Type, "scorecard_id"),
		foreign("team", Team.Type, "team_id"),
	}
}

// Indexes of campaigns: those that are not ended, for the job; and all of a scorecard, and of a team.
func (Campaign) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("id").StorageKey("campaign_open").Annotations(entsql.IndexWhere("ended_at IS NULL")),
		index.Fields("scorecard_id", "id"),
		index.Fields("team_id", "id"),
	}
}
