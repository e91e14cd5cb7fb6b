package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// CompositeMember is an SLO as it counts in a revision of a composite.
type CompositeMember struct{ ent.Schema }

// Annotations of the table.
func (CompositeMember) Annotations() []schema.Annotation { return built("composite_members") }

// Fields of a member; weight is the decimal as it was written.
func (CompositeMember) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		ref("revision_id"),
		field.Int("position"),
		ref("slo_id"),
		text("weight"),
		text("missing"),
	}
}

// Edges of a member.
func (CompositeMember) Edges() []ent.Edge {
	return []ent.Edge{
		foreign("revision", CompositeRevision.Type, "revision_id"),
		foreign("slo", SLO.Type, "slo_id"),
	}
}

// Indexes of members: their order within the revision, and those that an SLO is.
func (CompositeMember) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("revision_id", "position").Unique(),
		index.Fields("slo_id"),
	}
}
