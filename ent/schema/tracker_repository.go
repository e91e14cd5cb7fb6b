package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// TrackerRepository is a repository that a service names, by its name in lower case, as the tracker told of
// it: whether it is archived, and who owns its code.
type TrackerRepository struct{ ent.Schema }

// Annotations of the table.
func (TrackerRepository) Annotations() []schema.Annotation { return table("tracker_repositories") }

// Fields of a repository; file, owners and etag are of its file of code owners, empty where it has none,
// and problem is why it could not be asked for, empty where it could.
func (TrackerRepository) Fields() []ent.Field {
	return []ent.Field{
		rowID(), text("name"), stamp("seen_at"), field.Bool("archived"), text("file"), text("owners"), text("etag"), text("problem"),
	}
}

// Indexes of repositories.
func (TrackerRepository) Indexes() []ent.Index {
	return []ent.Index{index.Fields("name").Unique()}
}
