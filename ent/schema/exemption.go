package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Exemption excuses a service from a check of a scorecard for a time, or was asked for.
type Exemption struct{ ent.Schema }

// Annotations of the table.
func (Exemption) Annotations() []schema.Annotation { return table("exemptions") }

// Fields of an exemption; approved_at is null while nobody approved it, ended_at until somebody or
// something ended it, or that it expired was told.
func (Exemption) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("service_id"),
		ref("scorecard_id"),
		text("name"), // the check's
		text("reason"),
		text("link"),
		stamp("until"),
		stamp("asked_at"),
		ref("person_id"),
		text("asked_by"),
		optionalStamp("approved_at"),
		optionalRef("approver_id"),
		text("approved_by"),
		text("approved_for"),
		field.Bool("warned"),
		optionalStamp("ended_at"),
		text("ending"),
		text("ended_by"),
		text("ended_for"),
		version(),
	}
}

// Edges of an exemption.
func (Exemption) Edges() []ent.Edge {
	return []ent.Edge{
		foreign("service", Service.Type, "service_id"),
		foreign("scorecard", Scorecard.Type, "scorecard_id"),
		foreign("person", Person.Type, "person_id"),
		optionalForeign("approver", Person.Type, "approver_id"),
	}
}

// Indexes of exemptions: one of a service and check is open at most; those that are open by when they
// expire, also those that wait apart from the others; and all of a service and of a scorecard, the
// newest first.
func (Exemption) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("service_id", "scorecard_id", "name").Unique().StorageKey("exemption_open").Annotations(entsql.IndexWhere("ended_at IS NULL")),
		index.Fields("until", "id").StorageKey("exemption_expiry").Annotations(entsql.IndexWhere("ended_at IS NULL")),
		index.Fields("until", "id").StorageKey("exemption_waiting").Annotations(entsql.IndexWhere("ended_at IS NULL AND approved_at IS NULL")),
		index.Fields("service_id", "id"),
		index.Fields("scorecard_id", "id"),
		index.Fields("person_id"),
		index.Fields("approver_id"),
	}
}
