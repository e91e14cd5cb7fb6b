package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// CampaignDay is how far the services of a team were in a campaign at the end of a day.
type CampaignDay struct{ ent.Schema }

// Annotations of the table.
func (CampaignDay) Annotations() []schema.Annotation { return table("campaign_days") }

// Fields of a day.
func (CampaignDay) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		ref("campaign_id"),
		ref("team_id"),
		text("day"),
		field.Int("services"),
		field.Int("done"),
		field.Int("failing"),
	}
}

// Edges of a day.
func (CampaignDay) Edges() []ent.Edge {
	return []ent.Edge{
		owned("campaign", Campaign.Type, "campaign_id"),
		owned("team", Team.Type, "team_id"),
	}
}

// Indexes of days: one for each team and day of a campaign, by day.
func (CampaignDay) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("campaign_id", "day", "team_id").Unique(),
		index.Fields("team_id"),
	}
}
