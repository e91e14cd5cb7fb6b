package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"
)

// TrackerPlace is a repository of a tracker, and until when what changed there was listed.
type TrackerPlace struct{ ent.Schema }

// Annotations of the table.
func (TrackerPlace) Annotations() []schema.Annotation { return table("tracker_places") }

// Fields of a place.
func (TrackerPlace) Fields() []ent.Field {
	return []ent.Field{rowID(), text("name"), stamp("listed_at")}
}

// Indexes of places.
func (TrackerPlace) Indexes() []ent.Index {
	return []ent.Index{index.Fields("name").Unique()}
}
