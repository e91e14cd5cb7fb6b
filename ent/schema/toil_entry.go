package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ToilEntry is toil that a person logged.
type ToilEntry struct{ ent.Schema }

// Annotations of the table.
func (ToilEntry) Annotations() []schema.Annotation { return table("toil_entries") }

// Fields of an entry; subject is as in ToilAnswer, traits has a bit for each attribute, and origin
// names what proposed it, null where nothing did.
func (ToilEntry) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("team_id"),
		ref("subject"),
		optionalRef("service_id"),
		text("day"),
		field.Int64("minutes"),
		text("category"),
		field.Int64("traits"),
		text("link"),
		text("note"),
		field.String("origin").SchemaType(textType).Optional().Nillable(),
		stamp("created_at"),
		stamp("updated_at"),
		version(),
	}
}

// Edges of an entry.
func (ToilEntry) Edges() []ent.Edge {
	return []ent.Edge{owned("team", Team.Type, "team_id"), optionalForeign("service", Service.Type, "service_id")}
}

// Indexes of entries: those of a person, the latest first; those of a team by day; those of a service; and
// each proposal once a person.
func (ToilEntry) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("subject", "day", "id"),
		index.Fields("team_id", "day", "subject"),
		index.Fields("service_id", "day"),
		index.Fields("subject", "origin").Unique(),
	}
}
