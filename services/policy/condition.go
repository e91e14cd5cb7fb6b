package policy

import (
	"sync"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/expr"
)

// conditions are those of revisions, each compiled once: a revision never changes.
type conditions struct {
	language *expr.Environment

	mu   sync.Mutex
	made map[id.ID][]*expr.Condition
}

func newConditions(language *expr.Environment) *conditions {
	return &conditions{language: language, made: make(map[id.ID][]*expr.Condition)}
}

// of are the conditions of the revision's clauses, in their order; nil one that was taken
// once and is not understood any more, because a fact is not told any more.
func (c *conditions) of(r Revision) []*expr.Condition {
	c.mu.Lock()
	defer c.mu.Unlock()
	if made, ok := c.made[r.ID]; ok {
		return made
	}
	made := make([]*expr.Condition, len(r.Clauses))
	for i, clause := range r.Clauses {
		if condition, err := c.language.Compile(clause.When); err == nil {
			made[i] = condition
		}
	}
	c.made[r.ID] = made
	return made
}
