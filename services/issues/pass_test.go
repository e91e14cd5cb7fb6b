package issues_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/slo"
)

// unreliable fails as often as it is told to, after the work was done.
type unreliable struct {
	policy.Desk
	fail *int
}

var errCrash = errors.New("crash")

func (u unreliable) crash(err error) error {
	if err == nil && *u.fail > 0 {
		*u.fail--
		return errCrash
	}
	return err
}

func (u unreliable) ViolationOpened(ctx context.Context, v policy.Violation, c policy.Clause, about slo.View, now time.Time) error {
	return u.crash(u.Desk.ViolationOpened(ctx, v, c, about, now))
}

func (u unreliable) ViolationModeChanged(ctx context.Context, v policy.Violation, was policy.Mode, c policy.Clause, about slo.View, now time.Time) error {
	return u.crash(u.Desk.ViolationModeChanged(ctx, v, was, c, about, now))
}

func (u unreliable) ViolationEnded(ctx context.Context, v policy.Violation, at *policy.Evidence, closeIssue bool, now time.Time) error {
	return u.crash(u.Desk.ViolationEnded(ctx, v, at, closeIssue, now))
}

func TestACrashLeavesNothingHalfDone(t *testing.T) {
	t.Parallel()
	var fail int
	h := build(t, func(d policy.Desk) policy.Desk { return unreliable{d, &fail} })
	crash := func() {
		t.Helper()
		fail = 1
		counts, err := h.policies.ApplyOnce(t.Context())
		if !errors.Is(err, errCrash) || counts["failed"] != 1 || counts["opened"]+counts["ended"]+counts["mode_changed"] != 0 {
			t.Fatalf("the pass did %v, %v", counts, err)
		}
	}
	a := h.attach(policy.Warn)
	h.spend(101)
	crash()
	if v, i := h.violations(), h.drafts(); len(v) != 0 || len(i) != 0 {
		t.Fatalf("after a crash while opening: %+v, %+v", v, i)
	}
	h.pass(1, 0, 0)
	v, issue := h.theIssue()

	_, err := h.policies.ChangeMode(h.admin(), a.ID, a.Version, policy.Enforce)
	h.must(err)
	crash()
	if same, unchanged := h.theIssue(); same.Mode != policy.Warn || unchanged.Version != issue.Version {
		t.Fatalf("after a crash while changing the mode: %+v, %+v", same, unchanged)
	}
	h.pass(0, 0, 1)

	h.spend(0)
	crash()
	if same, _ := h.theIssue(); same.ID != v.ID || same.EndedAt != nil {
		t.Fatalf("after a crash while ending: %+v", same)
	}
	h.pass(0, 1, 0)
	h.pass(0, 0, 0)
	entries, err := h.audit.List(h.admin(), audit.Filter{ObjectID: v.ID}, page.Request{})
	h.must(err)
	if len(entries.Items) != 2 {
		t.Errorf("%d audit entries of the violation, want two", len(entries.Items))
	}
}

// stubborn fails for one SLO.
type stubborn struct {
	policy.Desk
	slo *id.ID
	err error
}

func (s stubborn) ViolationOpened(ctx context.Context, v policy.Violation, c policy.Clause, about slo.View, now time.Time) error {
	if v.SLO == *s.slo {
		return s.err
	}
	return s.Desk.ViolationOpened(ctx, v, c, about, now)
}

func TestAnSLOThatFailsDoesNotHoldTheOthersUp(t *testing.T) {
	t.Parallel()
	for _, err := range []error{errCrash, fault.New(fault.Conflict, "reference_missing", "it is gone"), fault.New(fault.Invalid, "invalid_input", "it is wrong")} {
		t.Run(err.Error(), func(t *testing.T) {
			t.Parallel()
			othersGoOn(t, err)
		})
	}
}

func othersGoOn(t *testing.T, reason error) {
	var fails id.ID
	h := build(t, func(d policy.Desk) policy.Desk { return stubborn{d, &fails, reason} })
	h.attach(policy.Warn)
	fails = h.slo.SLO.ID
	second := h.declare(t.Context(), "latency")
	h.spend(200)
	h.spendOf(second, 200)
	counts, err := h.policies.ApplyOnce(t.Context())
	if !errors.Is(err, reason) || counts["failed"] != 1 || counts["opened"] != 1 || counts["assessed"] != 2 {
		t.Errorf("the pass did %v, %v", counts, err)
	}
	if v, _ := h.theIssue(); v.SLO != second.SLO.ID {
		t.Errorf("violation %+v", v)
	}
}

func TestTwoReplicasOpenAndEndOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, openAndEndOnce)
}

func openAndEndOnce(t *testing.T, s *store.Store) {
	h := buildOn(t, s)
	h.attach(policy.Warn)
	replicas := []*policy.Service{h.policies, h.another(h.issues), h.another(h.issues)}
	together := func(count string) {
		t.Helper()
		var all sync.WaitGroup
		var mu sync.Mutex
		var sum int64
		for _, r := range replicas {
			all.Go(func() {
				counts, err := r.ApplyOnce(t.Context())
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				sum += counts[count]
			})
		}
		all.Wait()
		if sum != 1 {
			t.Errorf("%d %s, want one", sum, count)
		}
	}
	for range 5 {
		h.spend(150)
		together("opened")
		h.spend(50)
		together("ended")
	}
	if drafts := h.drafts(); len(drafts) != 1 {
		t.Errorf("%d issues, want one", len(drafts))
	}
	if n := len(h.violations()); n != 5 {
		t.Errorf("%d violations, want five", n)
	}
}

func TestAPassReadsAllSLOsInChunks(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.attach(policy.Observe)
	// With the house's own the last of the first chunk, the first of the second, and
	// the last of all.
	var over []slo.View
	h.must(h.store.InTx(t.Context(), func(ctx context.Context) error {
		for i := range 502 {
			if v := h.declare(ctx, fmt.Sprintf("slo-%d", i)); i == 498 || i == 499 || i == 501 {
				over = append(over, v)
			}
		}
		return nil
	}))
	for _, v := range over {
		h.spendOf(v, 150)
	}
	h.pass(3, 0, 0)
	h.pass(0, 0, 0)
	counts, err := h.policies.ApplyOnce(t.Context())
	if err != nil || counts["assessed"] != 503 {
		t.Errorf("the pass did %v, %v", counts, err)
	}
}
