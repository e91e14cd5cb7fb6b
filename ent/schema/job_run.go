package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// JobRun is one run of a job.
type JobRun struct{ ent.Schema }

// Annotations of the table.
func (JobRun) Annotations() []schema.Annotation { return built("job_runs") }

// Fields of a run.
func (JobRun) Fields() []ent.Field {
	return []ent.Field{
		ulid(),
		text("job"),
		stamp("scheduled_at"),
		stamp("started_at"),
		optionalStamp("finished_at"),
		text("trigger"),
		text("started_by"),
		text("replica"),
		field.Int64("epoch"),
		text("state"),
		field.JSON("result", map[string]int64{}),
		text("error"),
	}
}

// Indexes of runs: one for each scheduled time; the newest first, whole and
// narrowed, by which those under way are found as well; those that have no end or
// ended long ago, and among them the routine ones, which go first.
func (JobRun) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("job", "scheduled_at").Unique(),
		index.Fields("job", "started_at", "id"),
		index.Fields("job", "state", "started_at", "id"),
		index.Fields("finished_at"),
		index.Fields("finished_at").StorageKey("jobrun_routine").
			Annotations(entsql.IndexWhere("state = 'succeeded' AND trigger = 'schedule'")),
	}
}
