package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
)

// SegmentChange notes that a segment was written. It is a note and no part of
// the segment, hence without a foreign key: it is removed by who read it.
type SegmentChange struct{ ent.Schema }

// Annotations of the table.
func (SegmentChange) Annotations() []schema.Annotation { return table("segment_changes") }

// Fields of a change.
func (SegmentChange) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		ref("series_id"),
		field.Int64("span_s"),
		field.Int64("start_s"),
	}
}
