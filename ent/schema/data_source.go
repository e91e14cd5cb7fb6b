package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/index"
)

// DataSource is a place that measurements are read from. Its secrets are named,
// not kept. The columns from succeeded_at on are how it last answered; they change
// without the version.
type DataSource struct{ ent.Schema }

// Annotations of the table.
func (DataSource) Annotations() []schema.Annotation { return built("data_sources") }

// Fields of a data source; settings is JSON of what is only read with the whole.
func (DataSource) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("slug"),
		text("name"),
		text("description"),
		text("kind"),
		text("address"),
		text("settings"),
		stamp("created_at"),
		stamp("updated_at"),
		optionalStamp("retired_at"),
		version(),
		optionalStamp("succeeded_at"),
		optionalStamp("failed_at"),
		optionalStamp("failing_since"),
		text("failure"),
	}
}

// Indexes of data sources.
func (DataSource) Indexes() []ent.Index {
	return []ent.Index{index.Fields("slug").Unique()}
}
