package store

import (
	"bytes"
	"encoding/json"
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
	of map[id.ID]decodedTerms
}

type decodedTerms struct {
	raw   []byte
	terms policy.Terms
}

// read reads the terms of a revision, whose other columns are there.
func (t *readTerms) read(raw []byte, into *policy.Revision) error {
	t.mu.RLock()
	known, there := t.of[into.ID]
	t.mu.RUnlock()
	if there && bytes.Equal(known.raw, raw) {
		into.Terms = known.terms
		return nil
	}
	if err := json.Unmarshal(raw, &into.Terms); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of == nil || len(t.of) >= mostTerms {
		t.of = map[id.ID]decodedTerms{}
	}
	t.of[into.ID] = decodedTerms{bytes.Clone(raw), into.Terms}
	return nil
}
