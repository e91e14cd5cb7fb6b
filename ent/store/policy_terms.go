package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"sync"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/policy"
)

// mostTerms is of how many revisions of policies the terms are remembered.
const mostTerms = 1000

// readTerms are terms of policies as they were read: a revision never changes, and each decision of
// the gate reads those in force. Whoever gets them shares them, and changes nothing in them.
type readTerms struct {
	mu sync.RWMutex
	of map[id.ID]policy.Terms
}

// recall fills in the terms of revisions, and returns of which they are not known.
func (t *readTerms) recall(views []policy.View) (unknown []id.ID) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for i := range views {
		r := &views[i].Revision
		terms, there := t.of[r.ID]
		if !there {
			unknown = append(unknown, r.ID)
		}
		r.Terms = terms
	}
	return unknown
}

func (t *readTerms) remember(terms map[id.ID]policy.Terms) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of == nil || len(t.of)+len(terms) > mostTerms {
		t.of = map[id.ID]policy.Terms{}
	}
	maps.Copy(t.of, terms)
}

// terms fills in the terms of the policies, and reads those that are not known.
func (p Policy) terms(ctx context.Context, views []policy.View) error {
	unknown := p.s.terms.recall(views)
	if len(unknown) == 0 {
		return nil
	}
	read := make(map[id.ID]policy.Terms, len(unknown))
	err := p.s.queryAll(ctx, "SELECT id, terms FROM policy_revisions WHERE id IN "+values(1, len(unknown)), idArguments(unknown), func(rows *sql.Rows) error {
		var of id.ID
		var raw []byte
		if err := rows.Scan(&of, &raw); err != nil {
			return err
		}
		var terms policy.Terms
		err := json.Unmarshal(raw, &terms)
		read[of] = terms
		return err
	})
	if err != nil {
		return err
	}
	for i := range views {
		if terms, there := read[views[i].Revision.ID]; there {
			views[i].Revision.Terms = terms
		}
	}
	p.s.terms.remember(read)
	return nil
}
