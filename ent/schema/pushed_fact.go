package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// PushedFact is what a program, or a member of the team, said last of a service.
type PushedFact struct{ ent.Schema }

// Annotations of the table.
func (PushedFact) Annotations() []schema.Annotation { return table("pushed_facts") }

// Fields of a pushed fact; it holds until "until", lapsed_at is null until its service was noted as due
// for that it holds no more, and a withdrawn one keeps its version.
func (PushedFact) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("service_id"),
		text("name"),
		field.JSON("value", json.RawMessage{}),
		text("source"),
		text("link"),
		stamp("observed_at"),
		stamp("until"),
		stamp("pushed_at"),
		text("pushed_by"),
		optionalStamp("lapsed_at"),
		version(),
	}
}

// Edges of a pushed fact.
func (PushedFact) Edges() []ent.Edge {
	return []ent.Edge{foreign("service", Service.Type, "service_id")}
}

// Indexes of pushed facts: each once for a service; all of a name, which go with their declaration; and
// those that lapse, by when.
func (PushedFact) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("service_id", "name").Unique(),
		index.Fields("name"),
		index.Fields("until", "id").StorageKey("pushedfact_expiry").Annotations(entsql.IndexWhere("lapsed_at IS NULL")),
	}
}
