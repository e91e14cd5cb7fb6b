package onboarding_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/onboarding"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

func TestAPreviewDoesNothingAndSaysWhatStartingDoes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.repository(t, "acme/Search_API", onboarding.ByCodeOwners)
	nobodys := h.repository(t, "acme/nobodys", "")
	two := pushed()
	two.Slug, two.Objective = "latency", "95%"
	h.wave(t, onboarding.Pick{Services: []string{"checkout", "ledger"}, Repositories: []id.ID{r.ID, nobodys.ID}},
		onboarding.Template{SLO: pushed()}, onboarding.Template{Tiers: []int{1}, SLO: two})
	audited := h.entries(t)
	foreseen := h.preview(t)
	if n := h.entries(t); n != audited {
		t.Errorf("the preview left %d entries in the audit log", n-audited)
	}
	if all := ok(h.Services(h.root, onboarding.ServiceFilter{Stage: onboarding.StageDeclared}, page.Request{}))(t).Items; len(all) != 0 {
		t.Errorf("the preview declared SLOs: %+v", all)
	}
	if again := h.preview(t); !reflect.DeepEqual(again, foreseen) {
		t.Errorf("a second preview says\n%+v\nthe first said\n%+v", again, foreseen)
	}
	// By hand: checkout is of tier 1 and gets both, ledger one; the repository becomes a service of tier 3
	// by the name that its own makes, and the other has no team.
	type line struct {
		of, service, team string
		registers         bool
		slos              string
		problem           string
	}
	want := []line{
		{"checkout", "checkout", "payments", false, "availability=99.9%,latency=95%,", ""},
		{"ledger", "ledger", "payments", false, "availability=99.9%,", ""},
		{"acme/Search_API", "search-api", "payments", true, "availability=99.9%,", ""},
		{"acme/nobodys", "", "", false, "", "/team"},
	}
	var got []line
	for _, o := range foreseen {
		l := line{of: o.Member.Name, service: o.Service.Slug, team: o.Service.TeamSlug, registers: o.Registers}
		for _, s := range o.SLOs {
			l.slos += s.Slug + "=" + s.Objective + ","
			if s.ID != "" || s.Kept {
				t.Errorf("%s: the preview gives an SLO %+v", l.of, s)
			}
		}
		for _, p := range o.Problems {
			l.problem += p.Pointer
		}
		if o.Registers && o.Service.ID != "" {
			t.Errorf("%s: the preview gives a service %s", l.of, o.Service.ID)
		}
		got = append(got, l)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("foreseen is\n%+v\nwant\n%+v", got, want)
	}

	p := ok(h.Start(h.root, "first", false))(t)
	if len(p.Brought) != 3 || len(p.Failed) != 1 || p.Wave.Tally != (onboarding.Tally{Brought: 3, Failed: 1}) || p.Wave.StartedBy != "root" {
		t.Fatalf("brought are %+v, failed %+v of %+v", p.Brought, p.Failed, p.Wave)
	}
	for _, o := range h.preview(t) {
		l := line{of: o.Member.Name, service: o.Service.Slug, team: o.Service.TeamSlug, registers: o.Member.Repository != "" && o.Member.Service != ""}
		for _, s := range o.SLOs {
			l.slos += s.Slug + "=" + s.Objective + ","
			if !s.Kept || s.ID == "" {
				t.Errorf("%s: of what was declared is told %+v", l.of, s)
			}
		}
		for _, p := range o.Problems {
			l.problem += p.Pointer
		}
		got[0].of = l.of // that of a repository is its service's now
		if l != got[0] {
			t.Errorf("there is\n%+v\nforeseen was\n%+v", l, got[0])
		}
		got = got[1:]
	}
	var titles []string
	for _, e := range h.told {
		titles = append(titles, e.Title)
	}
	if want := []string{
		"checkout was given an SLO by the onboarding wave “First”", "ledger was given an SLO by the onboarding wave “First”", "search-api was registered by the onboarding wave “First”",
	}; !slices.Equal(titles, want) || !strings.Contains(h.told[0].Text, "availability (99.9%), latency (95%)") {
		t.Errorf("told is %q, want %q; first %q", titles, want, h.told[0].Text)
	}
	is := ok(h.registry.ServiceFor(h.root, "search-api"))(t)
	if is.Repository != "https://github.com/acme/Search_API" || is.Tier != 3 || is.Kind != registry.HTTP || is.Lifecycle != registry.Production || is.Description != "ü" {
		t.Errorf("the service is %+v", is)
	}
	if now := ok(h.Repository(h.root, r.ID))(t); now.State() != onboarding.Registered || now.ServiceSlug != "search-api" {
		t.Errorf("the repository is %+v", now)
	}
	// What was brought is the team's own: nobody keeps it.
	if _, err := h.registry.UpdateService(h.ada, "search-api", is.Version, registry.ServiceInput{Slug: "search-api", Team: "payments", Profile: is.Profile}); err != nil {
		t.Errorf("its team cannot change it: %v", err)
	}
}

// entries is how many there are in the audit log.
func (h *house) entries(t *testing.T) int {
	t.Helper()
	n := 0
	for after := ""; ; {
		found := ok(h.log.List(h.root, audit.Filter{}, page.Request{Limit: 500, After: after}))(t)
		if n += len(found.Items); found.Next == "" {
			return n
		}
		after = found.Next
	}
}

func TestStartingIsGoneOnWithAndTwiceIsNoChange(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	// 248 and the two that are there: 250 in calls of 100, 100 and 50.
	for i := range 248 {
		h.service(t, fmt.Sprintf("s-%03d", i), 2)
	}
	h.wave(t, onboarding.Pick{Match: &onboarding.Match{Team: "payments"}}, onboarding.Template{SLO: pushed()})
	for i, want := range []onboarding.Tally{{Waiting: 150, Brought: 100}, {Waiting: 50, Brought: 200}, {Brought: 250}, {Brought: 250}} {
		p := ok(h.Start(h.root, "first", false))(t)
		if p.Wave.Tally != want {
			t.Errorf("call %d: %+v, want %+v", i+1, p.Wave.Tally, want)
		}
		if i == 3 && len(p.Brought)+len(p.Failed) > 0 {
			t.Errorf("the last call brought %+v", p)
		}
	}
	count := onboarding.Count{Declared: 250}
	if got := ok(h.Standing(h.ada, "first"))(t); got.Total != count || len(got.Teams) != 1 || got.Teams[0].TeamSlug != "payments" {
		t.Errorf("teams are so far: %+v", got)
	}
}

func TestOneThatFailsKeepsNoOtherAndIsTriedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.repository(t, "acme/orders", "")
	h.wave(t, onboarding.Pick{Services: []string{"checkout"}, Repositories: []id.ID{r.ID}}, onboarding.Template{SLO: pushed()})
	p := ok(h.Start(h.root, "first", false))(t)
	if p.Wave.Tally != (onboarding.Tally{Brought: 1, Failed: 1}) || p.Failed[0].Faults[0].Pointer != "/team" || p.Failed[0].TriedAt == nil {
		t.Fatalf("brought are %+v, failed %+v", p.Brought, p.Failed)
	}
	// Nothing of it was left behind.
	if _, err := h.registry.ServiceFor(h.root, "orders"); err == nil {
		t.Error("its service is registered")
	}
	if p = ok(h.Start(h.root, "first", false))(t); len(p.Failed) != 0 || p.Wave.Tally.Failed != 1 {
		t.Errorf("without being asked it was tried again: %+v", p)
	}
	r = ok(h.Decide(h.root, r.ID, r.Version, onboarding.Decision{Choice: onboarding.Choice{Team: "payments", Slug: "order-service", Tier: 1}}))(t)
	if r.TeamBy != onboarding.ByChoice || r.TeamSlug != "payments" {
		t.Errorf("it is of %q by %q", r.TeamSlug, r.TeamBy)
	}
	if p = ok(h.Start(h.root, "first", true))(t); p.Wave.Tally != (onboarding.Tally{Brought: 2}) {
		t.Fatalf("it was tried again: %+v", p)
	}
	if is := ok(h.registry.ServiceFor(h.root, "order-service"))(t); is.Tier != 1 {
		t.Errorf("its tier is %d, want 1", is.Tier)
	}
	m := ok(h.Members(h.ada, "first", onboarding.MemberFilter{State: onboarding.Brought}, page.Request{}))(t).Items
	if len(m) != 2 || len(m[0].SLOs) != 1 || len(m[1].SLOs) != 1 || len(m[1].Faults) != 0 {
		t.Errorf("the members are %+v", m)
	}
}

func TestAnSLOOfTheTeamsOwnStaysAsItIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	checkout := ok(h.registry.ServiceFor(h.ada, "checkout"))(t)
	own := pushed()
	own.Name, own.Objective = "Ours", "90%"
	view, _, err := h.slos.Declare(h.ada, checkout.ID, own)
	if err != nil {
		t.Fatal(err)
	}
	h.wave(t, onboarding.Pick{Services: []string{"checkout"}}, onboarding.Template{SLO: pushed()})
	o := h.preview(t)[0]
	if len(o.SLOs) != 1 || !o.SLOs[0].Kept || o.SLOs[0].Objective != "90%" {
		t.Errorf("foreseen is %+v", o)
	}
	p := ok(h.Start(h.root, "first", false))(t)
	if len(p.Brought) != 1 || len(p.Brought[0].SLOs) != 0 {
		t.Errorf("brought are %+v", p.Brought)
	}
	is, _, err := h.slos.Find(h.root, slo.Name{Service: "checkout", SLO: "availability"})
	if err != nil || is.SLO.ID != view.SLO.ID || is.SLO.Version != view.SLO.Version {
		t.Errorf("it is %+v now (%v)", is.SLO, err)
	}
}

func TestAServiceThatNoTemplateIsForSaysSo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.wave(t, onboarding.Pick{Services: []string{"ledger"}}, onboarding.Template{Kinds: []registry.Kind{registry.Batch}, SLO: pushed()})
	p := ok(h.Start(h.root, "first", false))(t)
	if len(p.Failed) != 1 || p.Failed[0].Faults[0].Message != "are for other services: none is for one of kind http and tier 3" {
		t.Errorf("failed are %+v", p.Failed)
	}
}

func TestWavesAreTheAdministratorsAndReadByAll(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	w := h.wave(t, onboarding.Pick{Services: []string{"checkout"}}, onboarding.Template{SLO: pushed()})
	r := h.repository(t, "acme/orders", "")
	for what, do := range map[string]func() error{
		"create": func() error { _, err := h.CreateWave(h.ada, onboarding.Draft{Slug: "mine", Name: "Mine"}); return err },
		"update": func() error { _, err := h.UpdateWave(h.ada, "first", w.Version, w.Draft); return err },
		"delete": func() error { return h.DeleteWave(h.ada, "first", w.Version) },
		"add": func() error {
			_, err := h.Add(h.ada, "first", onboarding.Pick{Services: []string{"ledger"}})
			return err
		},
		"start":   func() error { _, err := h.Start(h.ada, "first", false); return err },
		"preview": func() error { _, err := h.Preview(h.ada, "first", page.Request{}); return err },
		"decide":  func() error { _, err := h.Decide(h.ada, r.ID, r.Version, onboarding.Decision{}); return err },
		"remove":  func() error { return h.Remove(h.ada, "first", "x") },
	} {
		t.Run(what, func(t *testing.T) { refused(t, do(), "forbidden", "") })
	}
	ok(h.Waves(h.ada, page.Request{}))(t)
	ok(h.Wave(h.ada, "first"))(t)
	ok(h.Members(h.ada, "first", onboarding.MemberFilter{}, page.Request{}))(t)
	ok(h.Repositories(h.ada, onboarding.RepositoryFilter{}, page.Request{}))(t)
	ok(h.Services(h.ada, onboarding.ServiceFilter{}, page.Request{}))(t)
}

func TestWhatIsPutIntoAWaveIsChecked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	w := h.wave(t, onboarding.Pick{Services: []string{"checkout"}})
	idle := h.repository(t, "acme/idle", "")
	idle.Facts.Archived = true
	if err := h.store.Onboarding().SeeRepository(t.Context(), idle, true); err != nil {
		t.Fatal(err)
	}
	for words, p := range map[string]onboarding.Pick{
		"must name services or repositories":                  {},
		"/services/1 ":                                        {Services: []string{"ledger", "nothing"}},
		"/repositories/0 must be the identifier":              {Repositories: []id.ID{"x"}},
		"/repositories/0 is idle: it becomes no service":      {Repositories: []id.ID{idle.ID}},
		"/match/team ":                                        {Match: &onboarding.Match{Team: "nobody"}},
		"/match/tier must be 1, the most critical, to 4":      {Match: &onboarding.Match{Tier: 9}},
		"/match/of must be one of services or repositories":   {Match: &onboarding.Match{Of: "teams"}},
		"/services must be, with repositories, at most 1000 ": {Services: make([]string, 1001)},
	} {
		_, err := h.Add(h.root, "first", p)
		refused(t, err, "invalid_input", words)
	}
	if n := ok(h.Members(h.root, "first", onboarding.MemberFilter{}, page.Request{}))(t).Items; len(n) != 1 {
		t.Errorf("of what was refused something was put in: %+v", n)
	}
	// Twice is once.
	if p := ok(h.Add(h.root, "first", onboarding.Pick{Services: []string{"checkout", "ledger", "ledger"}}))(t); p != (onboarding.Picked{Added: 1, Already: 1}) {
		t.Errorf("put in was %+v, want ledger alone", p)
	}
	ok(h.CreateWave(h.root, onboarding.Draft{Slug: "second", Name: "Second"}))(t)
	_, err := h.Add(h.root, "second", onboarding.Pick{Services: []string{"checkout"}})
	refused(t, err, "in_another_wave", `checkout is in the wave "first"`)
	m := ok(h.Members(h.root, "first", onboarding.MemberFilter{}, page.Request{}))(t).Items
	refused(t, h.Remove(h.root, "second", m[0].ID), "member_not_found", "")
	if err := h.Remove(h.root, "first", m[0].ID); err != nil {
		t.Fatal(err)
	}
	ok(h.Add(h.root, "second", onboarding.Pick{Services: []string{"checkout"}}))(t)
	_, err = h.Start(h.root, "third", false)
	refused(t, err, "wave_not_found", "third")
	ok(h.CreateWave(h.root, onboarding.Draft{Slug: "third", Name: "Third"}))(t)
	_, err = h.Start(h.root, "third", false)
	refused(t, err, "wave_empty", "put services or repositories into it first")
	_, err = h.UpdateWave(h.root, "first", w.Version+1, w.Draft)
	refused(t, err, "version_mismatch", "")
	if same := ok(h.UpdateWave(h.root, "first", w.Version, w.Draft))(t); same.Version != w.Version {
		t.Errorf("nothing changed, and it is version %d", same.Version)
	}
}

func TestOfTwoWhoStartAWaveEachMemberIsBroughtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 20 {
		h.service(t, fmt.Sprintf("s-%02d", i), 2)
	}
	h.wave(t, onboarding.Pick{Match: &onboarding.Match{}}, onboarding.Template{SLO: pushed()})
	done := make(chan error)
	for range 2 {
		go func() {
			_, err := h.Start(h.root, "first", false)
			done <- err
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if w := ok(h.Wave(h.root, "first"))(t); w.Tally != (onboarding.Tally{Brought: 22}) {
		t.Errorf("the members are %+v, want 22 that were brought", w.Tally)
	}
}

// What goes wrong with one and is no fault of it, such as of the database, leaves that one waiting, and keeps no
// other from being brought.
func TestWhatGoesWrongWithOneKeepsNoOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.fails = "checkout"
	h.wave(t, onboarding.Pick{Services: []string{"checkout", "ledger"}}, onboarding.Template{SLO: pushed()})
	if _, err := h.Start(h.root, "first", false); !errors.Is(err, errBoom) || !strings.Contains(err.Error(), "bring checkout") {
		t.Errorf("starting ends with %v", err)
	}
	if w := ok(h.Wave(h.root, "first"))(t); w.Tally != (onboarding.Tally{Waiting: 1, Brought: 1}) || w.State() != onboarding.Started {
		t.Errorf("the wave is %s with %+v", w.State(), w.Tally)
	}
	h.fails = ""
	if p := ok(h.Start(h.root, "first", false))(t); len(p.Brought) != 1 || p.Wave.State() != onboarding.Done {
		t.Errorf("then %+v", p)
	}
}
