package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"
)

// IncidentEntryRevision is what an entry of a timeline said before it was edited; rows are only
// added.
type IncidentEntryRevision struct{ ent.Schema }

// Annotations of the table.
func (IncidentEntryRevision) Annotations() []schema.Annotation {
	return table("incident_entry_revisions")
}

// Fields of a revision.
func (IncidentEntryRevision) Fields() []ent.Field {
	return []ent.Field{ulid(), ref("entry_id"), stamp("at"), text("text"), text("link"), stamp("replaced_at"), text("replaced_by")}
}

// Edges of a revision.
func (IncidentEntryRevision) Edges() []ent.Edge {
	return []ent.Edge{owned("entry", IncidentEntry.Type, "entry_id")}
}

// Indexes of revisions: of an entry in their order.
func (IncidentEntryRevision) Indexes() []ent.Index {
	return []ent.Index{index.Fields("entry_id", "id")}
}
