package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// GateOverride lifts the freezes of a service for some time.
type GateOverride struct{ ent.Schema }

// Annotations of the table.
func (GateOverride) Annotations() []schema.Annotation { return built("gate_overrides") }

// Fields of an override; review is empty until somebody reviewed it.
func (GateOverride) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("service_id"),
		text("reason"),
		stamp("made_at"),
		stamp("until"),
		text("made_by"),
		text("person_id"),
		field.JSON("review", json.RawMessage{}).Optional(),
		optionalStamp("reviewed_at"),
		optionalStamp("chased_at"),
		version(),
	}
}

// Edges of an override.
func (GateOverride) Edges() []ent.Edge {
	return []ent.Edge{foreign("service", Service.Type, "service_id")}
}

// Indexes of overrides: by their end, also of a service, as they were made, and those to be
// reviewed.
func (GateOverride) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("service_id", "until"),
		index.Fields("until"),
		index.Fields("made_at", "id"),
		index.Fields("service_id", "made_at", "id"),
		index.Fields("made_at", "id").StorageKey("gateoverride_unreviewed").Annotations(entsql.IndexWhere("reviewed_at IS NULL")),
	}
}
