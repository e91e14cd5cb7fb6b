package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ToilTicket is an issue on the tracker that is labelled as toil and was closed, which is proposed to the
// people of a team as toil that they log.
type ToilTicket struct{ ent.Schema }

// Annotations of the table.
func (ToilTicket) Annotations() []schema.Annotation { return table("toil_tickets") }

// Fields of a ticket; service_id is null where several services share the repository, and
// assignees are logins in lower case with commas between them.
func (ToilTicket) Fields() []ent.Field {
	return []ent.Field{
		ulid(), text("repository"), field.Int64("number"), ref("team_id"), optionalRef("service_id"), text("title"), text("link"), text("assignees"), stamp("closed_at"),
	}
}

// Edges of a ticket.
func (ToilTicket) Edges() []ent.Edge {
	return []ent.Edge{owned("team", Team.Type, "team_id"), optionalForeign("service", Service.Type, "service_id")}
}

// Indexes of tickets: what is there of an issue, those of a team by when they were closed, and what is to be pruned.
func (ToilTicket) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("repository", "number", "team_id").Unique(),
		index.Fields("team_id", "closed_at"),
		index.Fields("closed_at"),
		index.Fields("service_id"),
	}
}
