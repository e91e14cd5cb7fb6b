package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SuppliedFact is what people said of an SLO, so that conditions can be judged on it.
type SuppliedFact struct{ ent.Schema }

// Annotations of the table.
func (SuppliedFact) Annotations() []schema.Annotation { return built("supplied_facts") }

// Fields of a fact; it says something until "until".
func (SuppliedFact) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("slo_id"),
		text("name"),
		field.JSON("value", json.RawMessage{}),
		text("note"),
		text("link"),
		stamp("said_at"),
		stamp("until"),
		text("said_by"),
		text("person_id"),
		version(),
	}
}

// Edges of a fact.
func (SuppliedFact) Edges() []ent.Edge {
	return []ent.Edge{foreign("slo", SLO.Type, "slo_id")}
}

// Indexes of facts: each of an SLO is said once.
func (SuppliedFact) Indexes() []ent.Index {
	return []ent.Index{index.Fields("slo_id", "name").Unique()}
}
