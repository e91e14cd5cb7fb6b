package policy

import (
	"log/slog"
	"sync"

	"github.com/evenkeel/evenkeel/services/expr"
)

// conditions are those of revisions, each compiled once: a revision never changes.
type conditions struct {
	language *expr.Environment
	log      *slog.Logger
	made     sync.Map // by the revision's identifier, []*expr.Condition
}

// of are the conditions of the revision's clauses, in their order; nil one that was taken
// once and is not understood any more, because a fact is not told any more.
func (c *conditions) of(r Revision) []*expr.Condition {
	if made, ok := c.made.Load(r.ID); ok {
		return made.([]*expr.Condition)
	}
	made := make([]*expr.Condition, len(r.Clauses))
	for i, clause := range r.Clauses {
		condition, err := c.language.Compile(clause.When)
		if err != nil {
			c.log.Error("a condition is not understood any more", slog.String("revision_id", string(r.ID)), slog.String("clause", clause.Name), slog.Any("error", err))
			continue
		}
		made[i] = condition
	}
	kept, _ := c.made.LoadOrStore(r.ID, made)
	return kept.([]*expr.Condition)
}
