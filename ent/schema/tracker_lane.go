package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// TrackerLane is what shares the limits of a tracker, and until when it waits.
type TrackerLane struct{ ent.Schema }

// Annotations of the table.
func (TrackerLane) Annotations() []schema.Annotation { return table("tracker_lanes") }

// Fields of a lane.
func (TrackerLane) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		text("name"),
		optionalStamp("not_before"),
		text("reason"),
		field.Int64("doublings"),
		optionalStamp("wrote_at"),
		field.JSON("usage", json.RawMessage{}),
	}
}

// Indexes of lanes.
func (TrackerLane) Indexes() []ent.Index {
	return []ent.Index{index.Fields("name").Unique()}
}
