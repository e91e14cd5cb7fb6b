package drift_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/scorecards/drift"
)

// forge is a tracker at forge.example.org that tells what the test chose.
type forge struct {
	asked []string
	fail  map[string]error
}

// Named implements drift.Tracker.
func (f *forge) Named(address string) (name, directory string, ok bool) {
	name, ok = strings.CutPrefix(address, "https://forge.example.org/")
	return name, "", ok
}

// Look implements drift.Tracker.
func (f *forge) Look(_ context.Context, known drift.Seen) (drift.Seen, error) {
	f.asked = append(f.asked, known.Name)
	return drift.Seen{Owners: drift.OwnersFile{Path: "CODEOWNERS", Text: "* @a\x00\xff"}}, f.fail[known.Name]
}

func TestRepositoriesAreLookedAtSomeAtATimeTheOldestFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f := &forge{fail: map[string]error{}}
	h.Tracker = f
	var all []string
	for n := range drift.LooksAtOnce + 5 {
		name := fmt.Sprintf("acme/r%02d", n)
		one := storetest.Service(t, h.store, h.payments.ID, fmt.Sprintf("s%02d", n))
		one.Repository = "https://forge.example.org/" + name
		must(t, h.store.Registry().UpdateService(t.Context(), one))
		all = append(all, name)
	}
	looks := func(want []string, seen, waiting, forgotten int64) {
		t.Helper()
		f.asked = nil
		counts, err := h.LookOnce(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(f.asked, want) || counts["seen"] != seen || counts["waiting"] != waiting || counts["forgotten"] != forgotten {
			t.Errorf("asked for %q and did %v, want %q, and %d, %d and %d", f.asked, counts, want, seen, waiting, forgotten)
		}
	}
	// What the tracker does not show is asked for again a day later; what it cannot tell now, in the next run.
	f.fail["acme/r01"] = &drift.Trouble{Reason: "It is not shown."}
	f.fail["acme/r03"] = &drift.Trouble{Wait: true, Reason: "Too many requests."}
	looks(all[:4], 3, int64(len(all)-3), 0)
	delete(f.fail, "acme/r03")
	h.clock.Advance(time.Hour)
	looks(all[3:3+drift.LooksAtOnce], drift.LooksAtOnce, 2, 0)
	h.clock.Advance(time.Hour)
	looks(all[3+drift.LooksAtOnce:], 2, 0, 0)
	looks(nil, 0, 0, 0)
	h.clock.Advance(22 * time.Hour)
	looks(all[:3], 3, 0, 0)

	found, err := h.store.Drifts().Seen(t.Context(), all[:2])
	if err != nil || found["acme/r00"].Owners.Text != "* @a\uFFFD\uFFFD" || found["acme/r01"].Problem != "It is not shown." || found["acme/r01"].Owners != (drift.OwnersFile{}) {
		t.Errorf("seen is %+v (%v)", found, err)
	}
	if err := h.store.Drifts().PutSeen(t.Context(), drift.Seen{Name: "acme/nobodys", At: h.clock.Now()}); err != nil {
		t.Fatal(err)
	}
	looks(nil, 0, 0, 1)
	h.clock.Advance(48 * time.Hour)
	f.fail["acme/r03"] = errors.New("the disk is full")
	if _, err := h.LookOnce(t.Context()); err == nil || !strings.Contains(err.Error(), "acme/r03") {
		t.Errorf("what is no trouble of the tracker's: %v", err)
	}
}
