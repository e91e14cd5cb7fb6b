package source_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/source"
)

func TestADataSourceIsTheAdministrators(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := ok(h.Create(h.root, valid()))(t)
	in := valid()
	in.Slug = "another"
	_, err := h.Create(h.ada, in)
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.Update(h.ada, "prometheus-eu", 1, in)
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.Retire(h.ada, "prometheus-eu", 1, "", true)
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.Restore(h.ada, "prometheus-eu", 1, "")
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.Check(h.ada, "prometheus-eu")
	if e := refused(t, err, fault.Forbidden, "forbidden"); len(h.prober.asked) > 0 || e.Message != `only administrators, with a token of the scope "admin", may check a data source` {
		t.Errorf("%q, and asked %d", e.Message, len(h.prober.asked))
	}
	for _, name := range []string{"prometheus-eu", string(v.Source.ID)} {
		if read := ok(h.Find(h.ada, name))(t); read.Source.Address != "https://prometheus.example.org" {
			t.Errorf("ada reads %+v", read)
		}
	}
	if found := ok(h.ByID(h.ada, []id.ID{v.Source.ID}))(t); found[v.Source.ID].Slug != "prometheus-eu" {
		t.Errorf("found %v", found)
	}
	if p := ok(h.List(h.ada, source.Filter{}, page.Request{}))(t); len(p.Items) != 1 {
		t.Errorf("listed %+v", p)
	}
	_, err = h.Find(h.nobody, "prometheus-eu")
	refused(t, err, fault.Unauthenticated, "unauthenticated")
	_, err = h.List(h.nobody, source.Filter{}, page.Request{})
	refused(t, err, fault.Unauthenticated, "unauthenticated")
}

func TestWhatIsLeftOutOfADataSourceHasItsDefault(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := valid()
	in.Auth = source.Auth{}
	s := ok(h.Create(h.root, in))(t).Source
	if s.Auth.Scheme != source.Anonymous || s.Timeout != 15*time.Second || s.Concurrency != 8 || s.Delay != time.Minute {
		t.Errorf("made %+v", s)
	}
}

func TestADataSourceIsRenamedAndChanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	made := ok(h.Create(h.root, valid()))(t)
	in := valid()
	in.Slug, in.Address = "prometheus-us", "https://us.example.org"
	in.Matchers = []source.MatcherInput{{Team: "payments", Label: "namespace", Op: "=", Value: "$team"}, {Label: "cluster", Op: "=", Value: "us"}}
	v := ok(h.Update(h.root, "prometheus-eu", 1, in))(t)
	if s := v.Source; s.Version != 2 || s.Slug != "prometheus-us" || s.Matchers[0].Team != h.payments.ID || s.Matchers[1].Team != "" {
		t.Errorf("changed to %+v", s)
	}
	_, err := h.Find(h.ada, "prometheus-eu")
	if e := refused(t, err, fault.Moved, "data_source_renamed"); e.Now != "prometheus-us" || !strings.Contains(e.Message, "the data source") {
		t.Errorf("leads to %q: %s", e.Now, e.Message)
	}
	_, err = h.Create(h.root, valid())
	if e := refused(t, err, fault.Conflict, "slug_taken"); !strings.Contains(e.Message, "another data source") {
		t.Errorf("says %q", e.Message)
	}
	_, err = h.Update(h.root, "prometheus-us", 1, in)
	refused(t, err, fault.Precondition, "version_mismatch")
	in.Kind, in.Matchers = source.Adapter, nil
	_, err = h.Update(h.root, "prometheus-us", 2, in)
	if e := refused(t, err, fault.Invalid, "invalid_input"); e.Violations[0].Pointer != "/kind" {
		t.Errorf("got %v", e)
	}
	if got := h.actions(t, made.Source.ID); !slices.Equal(got, []string{"data_source.create by root", "data_source.update by root"}) {
		t.Errorf("the log has %v", got)
	}
	entries := ok(h.log.List(h.root, audit.Filter{ObjectID: made.Source.ID}, page.Request{}))(t).Items
	if changes := string(entries[0].Changes); !strings.Contains(changes, "us.example.org") || strings.Contains(changes, "description") {
		t.Errorf("the log says %s", changes)
	}
}

func TestADataSourceThatIsReadFromIsRetiredWithForceOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := ok(h.Create(h.root, valid()))(t)
	h.slos(t, v.Source.ID, "a", "b", "c", "d", "e", "f", "g")
	_, err := h.Retire(h.root, "prometheus-eu", 1, "", false)
	e := refused(t, err, fault.Conflict, "data_source_in_use")
	if want := `7 SLOs are read from the data source "prometheus-eu": checkout/a, checkout/b, checkout/c, checkout/d, checkout/e and 2 more; `; !strings.HasPrefix(e.Message, want) {
		t.Errorf("says %s", e.Message)
	}
	reads := 0
	ticking := source.NewService(h.store.Sources(), h.store.Registry(), h.store, h.prober, access.NewAuthorizer(h.store.Access()), h.log, func() time.Time {
		reads++
		return storetest.Start.Add(time.Duration(reads-1) * time.Second)
	})
	gone := ok(ticking.Retire(h.root, "prometheus-eu", 1, "it lies", true))(t)
	if reads != 1 || !gone.Source.RetiredAt.Equal(gone.Source.UpdatedAt) {
		t.Errorf("the clock was read %d times: retired at %s, changed at %s", reads, gone.Source.RetiredAt, gone.Source.UpdatedAt)
	}
	if gone.Source.RetiredAt == nil || !gone.Source.RetiredAt.Equal(storetest.Start) || gone.SLOs != 7 || gone.Source.Version != 2 {
		t.Errorf("retired to %+v", gone)
	}
	_, err = h.Update(h.root, "prometheus-eu", 2, valid())
	refused(t, err, fault.Conflict, "data_source_retired")
	_, err = h.Retire(h.root, "prometheus-eu", 2, "", true)
	refused(t, err, fault.Conflict, "data_source_retired")
	_, err = h.Check(h.root, "prometheus-eu")
	refused(t, err, fault.Conflict, "data_source_retired")
	if p := ok(h.List(h.ada, source.Filter{}, page.Request{}))(t); len(p.Items) != 0 {
		t.Errorf("a retired one is listed: %+v", p)
	}
	_, err = h.Restore(h.root, "prometheus-eu", 2, strings.Repeat("x", 1001))
	refused(t, err, fault.Invalid, "invalid_input")
	if back := ok(h.Restore(h.root, "prometheus-eu", 2, "it does not"))(t); back.Source.RetiredAt != nil || back.Source.Version != 3 {
		t.Errorf("restored to %+v", back)
	}
	_, err = h.Restore(h.root, "prometheus-eu", 3, "")
	refused(t, err, fault.Conflict, "data_source_not_retired")
}

func TestAnUnusedDataSourceIsRetired(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ok(h.Create(h.root, valid()))(t)
	if gone := ok(h.Retire(h.root, "prometheus-eu", 1, "", false))(t); gone.Source.RetiredAt == nil {
		t.Errorf("retired to %+v", gone)
	}
}

func TestACheckIsBoundedAndWritesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := ok(h.Create(h.root, valid()))(t)
	h.prober.finding = source.Finding{Problem: source.NotAllowed, Message: "401", Took: time.Second}
	if f := ok(h.Check(h.root, "prometheus-eu"))(t); f != h.prober.finding || f.OK() {
		t.Errorf("found %+v", f)
	}
	if after := ok(h.Find(h.root, "prometheus-eu"))(t); after.Health != (source.Health{}) || after.Source.Version != 1 {
		t.Errorf("the check changed it to %+v", after)
	}
	if got := h.actions(t, v.Source.ID); len(got) != 1 {
		t.Errorf("the log has %v", got)
	}
	_, err := h.Check(h.root, "nowhere")
	refused(t, err, fault.NotFound, "data_source_not_found")
}

func TestATeamHasTheMatchersOfAllAndItsOwn(t *testing.T) {
	t.Parallel()
	all, own, others := source.Matcher{Label: "cluster"}, source.Matcher{Team: "mine", Label: "namespace"}, source.Matcher{Team: "theirs", Label: "namespace"}
	s := source.Source{Matchers: []source.Matcher{all, own, others}}
	if got := s.MatchersOf("mine"); !slices.Equal(got, []source.Matcher{all, own}) || len(s.Matchers) != 3 {
		t.Errorf("got %v", got)
	}
	s.MatchersRequired = true
	if !s.Admits("mine") || !s.Admits("a third") {
		t.Error("who has the matcher of all is not admitted")
	}
	if s.Matchers = s.Matchers[1:]; s.Admits("a third") || !s.Admits("mine") {
		t.Error("who has no matcher is admitted, or who has one is not")
	}
}
