package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"
)

// PostmortemRequest is why a postmortem is asked for.
type PostmortemRequest struct{ ent.Schema }

// Annotations of the table.
func (PostmortemRequest) Annotations() []schema.Annotation { return table("postmortem_requests") }

// Fields of a request; subject is what the reason is about, such as a violation, and may be empty.
func (PostmortemRequest) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("postmortem_id"),
		text("reason"),
		text("subject"),
		text("text"),
		stamp("at"),
		text("asked_by"),
		optionalStamp("waived_at"),
		text("waived_by"),
		text("waived_because"),
	}
}

// Edges of a request.
func (PostmortemRequest) Edges() []ent.Edge {
	return []ent.Edge{owned("postmortem", Postmortem.Type, "postmortem_id")}
}

// Indexes of requests: of each subject of a reason there is one; and those of a subject, such as a violation.
func (PostmortemRequest) Indexes() []ent.Index {
	return []ent.Index{index.Fields("postmortem_id", "reason", "subject").Unique(), index.Fields("subject")}
}
