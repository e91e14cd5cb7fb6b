package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Segment is the packed slots of a series in an hour or a day. Its start is in
// seconds since 1970, so that overlaps are sums of integers. Data is null from
// the moment a segment is locked for the first time until it is written.
type Segment struct{ ent.Schema }

// Annotations of the table.
func (Segment) Annotations() []schema.Annotation { return table("segments") }

// Fields of a segment.
func (Segment) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		ref("series_id"),
		field.Int64("span_s"),
		field.Int64("start_s"),
		field.Bytes("data").Optional().Nillable(),
	}
}

// Edges of a segment.
func (Segment) Edges() []ent.Edge {
	return []ent.Edge{owned("series", Series.Type, "series_id")}
}

// Indexes of segments: their key, and the order in which they grow old.
func (Segment) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("series_id", "span_s", "start_s").Unique(),
		index.Fields("span_s", "start_s"),
	}
}
