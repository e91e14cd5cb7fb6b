package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Attestation is what a person says of a service, with where it is seen.
type Attestation struct{ ent.Schema }

// Annotations of the table.
func (Attestation) Annotations() []schema.Annotation { return table("attestations") }

// Fields of an attestation; ended_at is null until somebody or something ended it, or that it
// expired was told.
func (Attestation) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("service_id"),
		text("name"),
		field.JSON("value", json.RawMessage{}),
		text("evidence"),
		text("note"),
		stamp("attested_at"),
		stamp("until"),
		ref("person_id"),
		text("attested_by"),
		field.Bool("warned"),
		optionalStamp("ended_at"),
		text("ending"),
		text("ended_by"),
		text("reason"),
		version(),
	}
}

// Edges of an attestation.
func (Attestation) Edges() []ent.Edge {
	return []ent.Edge{
		foreign("service", Service.Type, "service_id"),
		foreign("person", Person.Type, "person_id"),
	}
}

// Indexes of attestations: one of a fact is not ended for each service; those by when they expire,
// and of a name; and all of a service, and of a fact of it, the newest first.
func (Attestation) Indexes() []ent.Index {
	open := entsql.IndexWhere("ended_at IS NULL")
	return []ent.Index{
		index.Fields("service_id", "name").Unique().StorageKey("attestation_in_force").Annotations(open),
		index.Fields("until", "id").StorageKey("attestation_expiry").Annotations(open),
		index.Fields("name").StorageKey("attestation_name").Annotations(open),
		index.Fields("service_id", "id"),
		index.Fields("service_id", "name", "id"),
		index.Fields("person_id"),
	}
}
