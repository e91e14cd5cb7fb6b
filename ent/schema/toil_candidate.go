package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ToilCandidate is toil of a service that a team may automate.
type ToilCandidate struct{ ent.Schema }

// Annotations of the table.
func (ToilCandidate) Annotations() []schema.Annotation { return table("toil_candidates") }

// Fields of a candidate; live_key is service and category while it is not settled, and null then.
func (ToilCandidate) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("team_id"),
		ref("service_id"),
		text("category"),
		text("title"),
		field.Int64("build_minutes"),
		text("state"),
		field.String("live_key").SchemaType(textType).Optional().Nillable(),
		optionalStamp("wanted_at"),
		optionalStamp("settled_at"),
		stamp("created_at"),
		text("created_by"),
		stamp("updated_at"),
		text("updated_by"),
		version(),
	}
}

// Edges of a candidate.
func (ToilCandidate) Edges() []ent.Edge {
	return []ent.Edge{owned("team", Team.Type, "team_id"), foreign("service", Service.Type, "service_id")}
}

// Indexes of candidates: those of a team; one a service and category that is not settled.
func (ToilCandidate) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("team_id", "id"),
		index.Fields("team_id", "live_key").Unique(),
		index.Fields("service_id"),
	}
}
