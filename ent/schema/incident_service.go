package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// IncidentService is a service with its part in an incident; position is its place among them.
type IncidentService struct{ ent.Schema }

// Annotations of the table.
func (IncidentService) Annotations() []schema.Annotation { return table("incident_services") }

// Fields of a part.
func (IncidentService) Fields() []ent.Field {
	return []ent.Field{rowID(), ref("incident_id"), ref("service_id"), text("part"), field.Int("position")}
}

// Edges of a part.
func (IncidentService) Edges() []ent.Edge {
	return []ent.Edge{owned("incident", Incident.Type, "incident_id"), foreign("service", Service.Type, "service_id")}
}

// Indexes of parts: each service is once in an incident; and the incidents of a service.
func (IncidentService) Indexes() []ent.Index {
	return []ent.Index{index.Fields("incident_id", "service_id").Unique(), index.Fields("service_id")}
}
