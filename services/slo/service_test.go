package slo_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

func TestADeclaredSLOReadsAsItWasWritten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	made, warnings, err := h.Declare(h.ada, h.checkout.ID, valid())
	if err != nil || len(warnings) != 0 {
		t.Fatalf("warnings %v, %v", warnings, err)
	}
	read, owner, err := h.Find(h.bob, name("availability"))
	if err != nil || owner.ID != h.checkout.ID {
		t.Fatalf("found of %s: %v", owner.Slug, err)
	}
	if made.Declared().Objective != "95%" || read.SLO.Version != 1 || read.Revision.CreatedBy != "ada" {
		t.Errorf("read %+v", read)
	}
	if got, want := read.Declared(), made.Declared(); !got.ReviewBy.Equal(*want.ReviewBy) || !sameButReview(got, want) {
		t.Errorf("read %+v, made %+v", got, want)
	}
	if read.Status.State != budget.NoData || !read.Status.Stale || read.Status.Evaluated() || !read.Current() {
		t.Errorf("status %+v", read.Status)
	}
	if got := h.actions(t, made.SLO.ID); !slices.Equal(got, []string{"slo.create by ada"}) {
		t.Errorf("the log has %v", got)
	}
}

func sameButReview(a, b slo.Declaration) bool {
	a.ReviewBy, b.ReviewBy = nil, nil
	return reflect.DeepEqual(a, b)
}

func TestOnlyTheOwnersTeamAndAdministratorsDeclare(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, _, err := h.Declare(h.bob, h.checkout.ID, valid())
	refused(t, err, fault.Forbidden, "forbidden")
	_, _, err = h.Declare(h.bot, h.checkout.ID, valid()) // it may only push
	refused(t, err, fault.Forbidden, "forbidden")
	_, _, err = h.Declare(t.Context(), h.checkout.ID, valid())
	refused(t, err, fault.Unauthenticated, "unauthenticated")
	if _, _, err = h.Declare(h.root, h.checkout.ID, valid()); err != nil {
		t.Errorf("an administrator: %v", err)
	}
}

func TestANameIsTakenOnceInAService(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.declare(t, "availability", "99%")
	_, _, err := h.Declare(h.ada, h.checkout.ID, valid())
	refused(t, err, fault.Conflict, "slug_taken")
	other := h.service(t, h.ada, "payments", "ledger")
	if _, _, err := h.Declare(h.ada, other.ID, valid()); err != nil {
		t.Errorf("in another service: %v", err)
	}
}

func TestNothingIsDeclaredOfARetiredService(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, "availability", "99%")
	retired := ok(h.registry.Retire(h.ada, "checkout", h.checkout.Version, "gone"))(t)
	d := valid()
	d.Slug = "latency"
	_, _, err := h.Declare(h.ada, h.checkout.ID, d)
	refused(t, err, fault.Conflict, "service_retired")
	_, _, err = h.Revise(h.ada, v.SLO.ID, v.SLO.Version, d)
	refused(t, err, fault.Conflict, "service_retired")
	_, err = h.Push(h.bot, slo.Report{Name: name("availability"), Slots: []slo.Slot{h.at(time.Minute, 1, 1)}})
	refused(t, err, fault.Conflict, "service_retired")
	if subjects := ok(h.Subjects(t.Context()))(t); len(subjects) != 0 {
		t.Errorf("still evaluated: %+v", subjects)
	}
	ok(h.registry.Restore(h.ada, "checkout", retired.Version))(t)
	if subjects := ok(h.Subjects(t.Context()))(t); len(subjects) != 1 {
		t.Errorf("not evaluated again: %+v", subjects)
	}
}

func TestARevisionIsNewAndTheOldOneStands(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, "availability", "99%")
	h.clock.Advance(time.Hour)
	d := v.Declared()
	d.Objective, d.Name = "99.5%", "Availability of the checkout"
	revised, warnings, err := h.Revise(h.ada, v.SLO.ID, v.SLO.Version, d)
	if err != nil || len(warnings) != 0 {
		t.Fatalf("%v, %v", warnings, err)
	}
	if revised.SLO.Version != 2 || revised.Revision.Number != 2 || revised.Indicator.ID != v.Indicator.ID {
		t.Errorf("revised to %+v", revised)
	}
	read := ok(h.View(h.ada, v.SLO.ID))(t)
	if read.Revision.ID != revised.Revision.ID || read.SLO.Name != d.Name || read.SLO.Version != 2 || read.Current() {
		t.Errorf("read %+v", read)
	}
	all := ok(h.Revisions(h.bob, v.SLO.ID, page.Request{}))(t).Items
	if len(all) != 2 || all[0].Revision.Number != 2 || all[1].Revision.Objective.String() != "99%" {
		t.Errorf("revisions are %+v", all)
	}
	first := ok(h.Revision(h.bob, v.SLO.ID, 1))(t)
	if first.Revision.ID != v.Revision.ID || first.Indicator.Description != v.Indicator.Description {
		t.Errorf("the first is %+v", first)
	}
	_, err = h.Revision(h.bob, v.SLO.ID, 3)
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("a third: %v", err)
	}
	// The version that the first change was made from is gone.
	_, _, err = h.Revise(h.ada, v.SLO.ID, v.SLO.Version, d)
	refused(t, err, fault.Precondition, "version_mismatch")
	_, _, err = h.Revise(h.bob, v.SLO.ID, v.SLO.Version, d)
	refused(t, err, fault.Forbidden, "forbidden")
	// Saying the same again changes nothing, and is not in the log.
	again, _, err := h.Revise(h.ada, v.SLO.ID, 2, d)
	if err != nil || again.SLO.Version != 2 || again.Revision.ID != revised.Revision.ID {
		t.Errorf("the same again: %+v, %v", again.SLO, err)
	}
	if got := h.actions(t, v.SLO.ID); !slices.Equal(got, []string{"slo.create by ada", "slo.update by ada"}) {
		t.Errorf("the log has %v", got)
	}
}

func TestWordsAreBetteredInPlace(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, "availability", "99%")
	d := v.Declared()
	d.Description, d.GoodEvent, d.Category = "Better", "a request that was answered", slo.Correctness
	if _, _, err := h.Revise(h.ada, v.SLO.ID, 1, d); err != nil {
		t.Fatal(err)
	}
	read := ok(h.View(h.ada, v.SLO.ID))(t)
	if read.SLO.Revision != 1 || read.Revision.ID != v.Revision.ID || read.Indicator.ID != v.Indicator.ID || read.SLO.Version != 2 {
		t.Errorf("read %+v", read)
	}
	if got := read.Declared(); got.Description != "Better" || got.GoodEvent != d.GoodEvent || got.Category != slo.Correctness {
		t.Errorf("read %+v", got)
	}
}

func TestARenamedSLOIsFoundByItsFormerName(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, "availability", "99%")
	d := v.Declared()
	d.Slug = "uptime"
	renamed, _, err := h.Revise(h.ada, v.SLO.ID, 1, d)
	if err != nil || renamed.SLO.Revision != 1 {
		t.Fatalf("%+v, %v", renamed.SLO, err)
	}
	_, _, err = h.Find(h.bob, name("availability"))
	if e := refused(t, err, fault.Moved, "slo_renamed"); e.Was != "availability" || e.Now != "uptime" {
		t.Errorf("moved from %q to %q", e.Was, e.Now)
	}
	for _, found := range []string{"uptime", string(v.SLO.ID)} {
		if got, _, err := h.Find(h.bob, name(found)); err != nil || got.SLO.ID != v.SLO.ID {
			t.Errorf("by %q: %v", found, err)
		}
	}
	_, _, err = h.Declare(h.ada, h.checkout.ID, valid()) // the former name stays reserved
	refused(t, err, fault.Conflict, "slug_taken")
	d.Slug = "availability" // and may be taken back
	if _, _, err := h.Revise(h.ada, v.SLO.ID, 2, d); err != nil {
		t.Errorf("back again: %v", err)
	}
	_, _, err = h.Find(h.bob, name("uptime"))
	refused(t, err, fault.Moved, "slo_renamed")
	_, _, err = h.Find(h.bob, name("nothing"))
	refused(t, err, fault.NotFound, "slo_not_found")
	_, _, err = h.Find(h.bob, slo.Name{Service: "nowhere", SLO: "availability"})
	refused(t, err, fault.NotFound, "service_not_found")
	other := h.service(t, h.ada, "payments", "ledger")
	_, _, err = h.Find(h.bob, slo.Name{Service: other.Slug, SLO: string(v.SLO.ID)})
	refused(t, err, fault.NotFound, "slo_not_found")
}

func TestARetiredSLOIsLeftAloneUntilItIsRestored(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, "availability", "99%")
	h.push(t, "availability", h.at(time.Minute, 1, 1))
	h.evaluate(t, v)
	_, err := h.Retire(h.bob, v.SLO.ID, 1, "")
	refused(t, err, fault.Forbidden, "forbidden")
	retired := ok(h.Retire(h.ada, v.SLO.ID, 1, "replaced"))(t)
	if retired.SLO.RetiredAt == nil || !retired.SLO.RetiredAt.Equal(start) || retired.SLO.Version != 2 {
		t.Errorf("retired as %+v", retired.SLO)
	}
	_, err = h.Retire(h.ada, v.SLO.ID, 2, "")
	refused(t, err, fault.Conflict, "slo_retired")
	_, _, err = h.Revise(h.ada, v.SLO.ID, 2, valid())
	refused(t, err, fault.Conflict, "slo_retired")
	_, err = h.Push(h.bot, slo.Report{Name: name("availability"), Slots: []slo.Slot{h.at(time.Minute, 1, 1)}})
	refused(t, err, fault.Conflict, "slo_retired")
	if views := ok(h.Views(h.bob, slo.Filter{}, page.Request{}))(t); len(views.Items) != 0 {
		t.Errorf("still listed: %+v", views.Items)
	}
	if views := ok(h.Views(h.bob, slo.Filter{IncludeRetired: true}, page.Request{}))(t); len(views.Items) != 1 {
		t.Errorf("not listed: %+v", views.Items)
	}
	if subjects := ok(h.Subjects(t.Context()))(t); len(subjects) != 0 {
		t.Errorf("still evaluated: %+v", subjects)
	}
	h.clock.Advance(registry.RestorePeriod)
	restored := ok(h.Restore(h.ada, v.SLO.ID, 2, "not yet"))(t)
	if restored.SLO.RetiredAt != nil || restored.SLO.Version != 3 {
		t.Errorf("restored as %+v", restored.SLO)
	}
	revised, _, err := h.Revise(h.ada, v.SLO.ID, 3, v.Declared())
	if err != nil || !restored.Status.Stale || !revised.Status.Stale {
		t.Errorf("what was measured thirty days ago counts as fresh: %+v, %+v, %v", restored.Status, revised.Status, err)
	}
	_, err = h.Restore(h.ada, v.SLO.ID, 3, "")
	refused(t, err, fault.Conflict, "slo_not_retired")
	ok(h.Retire(h.ada, v.SLO.ID, 3, ""))(t)
	h.clock.Advance(registry.RestorePeriod + time.Microsecond)
	_, err = h.Restore(h.ada, v.SLO.ID, 4, "")
	refused(t, err, fault.Conflict, "restore_expired")
}

func TestAListIsFilteredAndCounted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	good := h.declare(t, "availability", "95%")
	h.declare(t, "latency", "95%")
	h.declare(t, "silent", "95%")
	h.push(t, "availability", h.at(time.Minute, 100, 100))
	h.push(t, "latency", h.at(time.Minute, 90, 100))
	h.evaluate(t, good)
	slugs := func(f slo.Filter) string {
		var out []string
		for _, v := range ok(h.Views(h.bob, f, page.Request{}))(t).Items {
			out = append(out, v.SLO.Slug)
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct {
		f    slo.Filter
		want string
	}{
		{slo.Filter{}, "availability latency silent"},
		{slo.Filter{Order: slo.ByRemaining}, "latency availability silent"},
		{slo.Filter{State: budget.Exhausted}, "latency"},
		{slo.Filter{State: budget.NoData}, "silent"},
		{slo.Filter{Query: "laten"}, "latency"},
		{slo.Filter{Team: h.payments.ID, Service: h.checkout.ID}, "availability latency silent"},
	} {
		if got := slugs(c.f); got != c.want {
			t.Errorf("%+v lists %q, want %q", c.f, got, c.want)
		}
	}
	_, err := h.Views(h.bob, slo.Filter{State: "burning", Order: "random", Query: "\x00"}, page.Request{})
	if e := refused(t, err, fault.Invalid, "invalid_input"); len(e.Violations) != 3 {
		t.Errorf("faults are %+v", e.Violations)
	}
	tally := ok(h.Tally(h.bob, h.payments.ID))(t)
	if tally.Total != 3 || tally.Stale != 1 || tally.States[budget.OK] != 1 || tally.States[budget.Exhausted] != 1 || tally.States[budget.NoData] != 1 {
		t.Errorf("tally %+v", tally)
	}
	if all := ok(h.Tally(h.bob, ""))(t); !reflect.DeepEqual(all, tally) {
		t.Errorf("of all teams it is %+v, of the only one %+v", all, tally)
	}
	if other := ok(h.Tally(h.bob, "another"))(t); other.Total != 0 || other.Stale != 0 {
		t.Errorf("another team's is %+v", other)
	}
	preview := ok(h.registry.PreviewRetire(h.ada, "checkout"))(t)
	if !slices.Contains(preview.Holdings, registry.Holding{Noun: "slo", Count: 3}) {
		t.Errorf("the preview has %+v", preview.Holdings)
	}
}

func TestReadingTakesACaller(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, "availability", "95%")
	nobody := t.Context()
	pushOnly := access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: h.payments.ID, Scopes: []access.Scope{access.ScopePush}})
	for name, read := range map[string]func(ctx context.Context) error{
		"view": func(ctx context.Context) error { _, err := h.View(ctx, v.SLO.ID); return err },
		"find": func(ctx context.Context) error {
			_, _, err := h.Find(ctx, slo.Name{Service: "checkout", SLO: "availability"})
			return err
		},
		"views":     func(ctx context.Context) error { _, err := h.Views(ctx, slo.Filter{}, page.Request{}); return err },
		"revisions": func(ctx context.Context) error { _, err := h.Revisions(ctx, v.SLO.ID, page.Request{}); return err },
		"revision":  func(ctx context.Context) error { _, err := h.Revision(ctx, v.SLO.ID, 1); return err },
		"tally":     func(ctx context.Context) error { _, err := h.Tally(ctx, ""); return err },
		"explain":   func(ctx context.Context) error { _, err := h.Explain(ctx, v.SLO.ID, ""); return err },
		"history": func(ctx context.Context) error {
			_, err := h.History(ctx, v.SLO.ID, "", time.Time{}, time.Time{}, 0)
			return err
		},
		"measurements": func(ctx context.Context) error {
			_, err := h.Measurements(ctx, v.SLO.ID, "", time.Time{}, time.Time{})
			return err
		},
	} {
		if err := read(nobody); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%s by nobody: %v", name, err)
		}
		if err := read(pushOnly); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s by a token that may only push: %v", name, err)
		}
		if err := read(h.bob); err != nil {
			t.Errorf("%s by a colleague: %v", name, err)
		}
	}
}
