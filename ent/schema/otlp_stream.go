package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// OTLPStream is how far a stream of OpenTelemetry points was counted for an
// indicator. Times of points are nanoseconds since 1970, as they are sent; counts
// are thousandths of an event since the start, and 0 where deltas are sent.
type OTLPStream struct{ ent.Schema }

// Annotations of the table.
func (OTLPStream) Annotations() []schema.Annotation { return table("otlp_streams") }

// Fields of a stream; root is the stream that stands for all of a metric of one
// process, stream itself where it is the root, or where deltas are sent.
func (OTLPStream) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		ref("indicator_id"),
		field.Bytes("stream"),
		field.Bytes("root"),
		field.Int64("start_ns"),
		field.Int64("last_ns"),
		field.Int64("good"),
		field.Int64("total"),
		stamp("seen_at"),
	}
}

// Edges of a stream.
func (OTLPStream) Edges() []ent.Edge {
	return []ent.Edge{owned("indicator", Indicator.Type, "indicator_id")}
}

// Indexes of streams: their key, and the order in which they are forgotten.
func (OTLPStream) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("indicator_id", "stream").Unique(),
		index.Fields("seen_at"),
	}
}
