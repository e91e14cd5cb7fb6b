package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ToilAutomation is what automation did instead of a person, as it reported.
type ToilAutomation struct{ ent.Schema }

// Annotations of the table.
func (ToilAutomation) Annotations() []schema.Annotation { return table("toil_automations") }

// Fields of a report: count times it was done, each of which saved so many seconds.
func (ToilAutomation) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("team_id"),
		optionalRef("service_id"),
		text("name"),
		text("category"),
		text("day"),
		field.Int64("times"),
		field.Int64("seconds_each"),
		stamp("created_at"),
		text("created_by"),
	}
}

// Edges of a report.
func (ToilAutomation) Edges() []ent.Edge {
	return []ent.Edge{owned("team", Team.Type, "team_id"), optionalForeign("service", Service.Type, "service_id")}
}

// Indexes of reports: those of a team, the latest first.
func (ToilAutomation) Indexes() []ent.Index {
	return []ent.Index{index.Fields("team_id", "day", "id"), index.Fields("service_id")}
}
