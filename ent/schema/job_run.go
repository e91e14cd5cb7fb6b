package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// JobRun is one run of a job.
type JobRun struct{ ent.Schema }

// Annotations of the table.
func (JobRun) Annotations() []schema.Annotation { return table("job_runs") }

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

// Indexes of runs: one for each scheduled time, the newest first.
func (JobRun) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("job", "scheduled_at").Unique(),
		index.Fields("job", "started_at", "id"),
		index.Fields("finished_at"),
	}
}
