package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"
)

// Activity is that a person, or a team's workloads, used Evenkeel on a day. It refers to nothing by
// foreign key: it is written behind a request's back, and forgotten by itself.
type Activity struct{ ent.Schema }

// Annotations of the table.
func (Activity) Annotations() []schema.Annotation { return table("activities") }

// Fields of an activity; either person_id or team_id is empty, and week is the Monday of the day.
func (Activity) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		text("day"),
		text("week"),
		ref("person_id"),
		ref("team_id"),
		text("way"),
	}
}

// Indexes of activities: each once, by day and by who it was.
func (Activity) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("day", "person_id", "team_id", "way").Unique(),
		index.Fields("week", "person_id"),
		index.Fields("person_id", "day"),
		index.Fields("team_id", "day"),
	}
}
