package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SearchDocument is a text about an incident that is searched: of the incident itself, or of
// something that hangs on it.
type SearchDocument struct{ ent.Schema }

// Annotations of the table.
func (SearchDocument) Annotations() []schema.Annotation { return table("search_documents") }

// Fields of a document; subject is what the text is of. On PostgreSQL words has its words with
// their places; SQLite has those in the table search_index, which a migration made by hand adds.
func (SearchDocument) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		text("kind"),
		ref("subject_id"),
		ref("incident_id"),
		text("title"),
		text("text"),
		field.String("words").SchemaType(map[string]string{dialect.Postgres: "tsvector", dialect.SQLite: "text"}),
		stamp("updated_at"),
	}
}

// Edges of a document.
func (SearchDocument) Edges() []ent.Edge {
	return []ent.Edge{owned("incident", Incident.Type, "incident_id")}
}

// Indexes of documents: one of each subject; and those of an incident.
func (SearchDocument) Indexes() []ent.Index {
	return []ent.Index{index.Fields("kind", "subject_id").Unique(), index.Fields("incident_id")}
}
