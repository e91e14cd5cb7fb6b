package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// TrackerPlace is a repository of a tracker by its name in lower case: until when what
// changed there was listed, how often the tracker told that it changed itself, and when it
// is next asked whether it takes again what it did not.
type TrackerPlace struct{ ent.Schema }

// Annotations of the table.
func (TrackerPlace) Annotations() []schema.Annotation { return table("tracker_places") }

// Fields of a place.
func (TrackerPlace) Fields() []ent.Field {
	return []ent.Field{rowID(), text("name"), optionalStamp("listed_at"), field.Int64("changes"), optionalStamp("ask_at")}
}

// Indexes of places.
func (TrackerPlace) Indexes() []ent.Index {
	return []ent.Index{index.Fields("name").Unique()}
}
