package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"
)

// IncidentPerson is somebody with a role in an incident, or who may read it. The role of a reader
// is empty.
type IncidentPerson struct{ ent.Schema }

// Annotations of the table.
func (IncidentPerson) Annotations() []schema.Annotation { return table("incident_people") }

// Fields of it.
func (IncidentPerson) Fields() []ent.Field {
	return []ent.Field{rowID(), ref("incident_id"), ref("person_id"), text("role")}
}

// Edges of it.
func (IncidentPerson) Edges() []ent.Edge {
	return []ent.Edge{owned("incident", Incident.Type, "incident_id"), foreign("person", Person.Type, "person_id")}
}

// Indexes of them: by incident and person, which is asked for each restricted incident.
func (IncidentPerson) Indexes() []ent.Index {
	return []ent.Index{index.Fields("incident_id", "person_id", "role").Unique(), index.Fields("person_id")}
}
