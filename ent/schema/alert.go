package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Alert is one episode in which an SLO burned its budget too fast, or was not measured.
type Alert struct{ ent.Schema }

// Annotations of the table.
func (Alert) Annotations() []schema.Annotation { return table("alerts") }

// Fields of an alert; revision_id is of the SLO's revision that last judged it, and the
// peak is in thousandths of an event.
func (Alert) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("slo_id"),
		ref("service_id"),
		ref("revision_id"),
		text("kind"),
		text("severity"),
		stamp("started_at"),
		field.JSON("evidence", json.RawMessage{}),
		field.Int64("peak_good"),
		field.Int64("peak_total"),
		optionalStamp("quiet_since"),
		optionalStamp("ended_at"),
		text("ending"),
		optionalStamp("acknowledged_at"),
		text("acknowledged_by"),
		text("note"),
	}
}

// Edges of an alert.
func (Alert) Edges() []ent.Edge {
	return []ent.Edge{
		foreign("slo", SLO.Type, "slo_id"),
		foreign("service", Service.Type, "service_id"),
		foreign("revision", SLORevision.Type, "revision_id"),
	}
}

// Indexes of alerts: at most one lasts for each SLO and kind; the newest are listed first,
// whole and narrowed; what lasts is found beside any number that ended, and what ended long ago.
func (Alert) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("slo_id", "kind").Unique().
			StorageKey("alert_one_open").Annotations(entsql.IndexWhere("ended_at IS NULL")),
		index.Fields("started_at", "id").StorageKey("alert_open").Annotations(entsql.IndexWhere("ended_at IS NULL")),
		index.Fields("started_at", "id"),
		index.Fields("service_id", "started_at", "id"),
		index.Fields("slo_id", "started_at", "id"),
		index.Fields("revision_id"),
		index.Fields("ended_at"),
	}
}
