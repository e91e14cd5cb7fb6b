package registry_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

func TestAServiceIsReadBackAsItWasDeclared(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouseOn(t, s)
		shop := ok(h.CreateSystem(h.bot, registry.SystemInput{Slug: "shop", Name: "Shop", Team: "payments"}))(t)
		in := registry.ServiceInput{Slug: "checkout", Team: "payments", System: "shop", Profile: registry.Profile{
			Name: "Checkout", Description: "Takes orders.", Kind: registry.LLM, Tier: 3, Lifecycle: registry.Experimental,
			Repository: "https://github.com/example/checkout", OnCall: "Payments primary", Runbook: "https://example.org/r",
			Dashboard: "https://example.org/d", Docs: "https://example.org/docs", Contact: "#payments",
			Labels: map[string]string{"example.org/cost": "42"}, Annotations: map[string]string{"note": "a\nb"},
		}}
		made := ok(h.CreateService(h.bot, in))(t)
		want := registry.Service{
			ID: made.ID, Slug: "checkout", Profile: in.Profile, Team: h.payments.ID, TeamSlug: "payments", System: shop.ID, SystemSlug: "shop",
			CreatedAt: storetest.Start, UpdatedAt: storetest.Start, Version: 1,
		}
		for _, name := range []string{"checkout", string(made.ID)} {
			if got := ok(h.ServiceFor(h.bob, name))(t); !reflect.DeepEqual(got, want) {
				t.Errorf("%s is\n%+v, want\n%+v", name, got, want)
			}
		}
		h.clock.Advance(time.Hour)
		in.Team, in.System, in.Tier, in.Labels, in.Annotations = "", "", 1, nil, nil
		got := ok(h.UpdateService(h.bot, "checkout", 1, in))(t)
		want.System, want.SystemSlug, want.Tier, want.Labels, want.Annotations = "", "", 1, map[string]string{}, map[string]string{}
		want.UpdatedAt, want.Version = storetest.Start.Add(time.Hour), 2
		if stored := ok(h.ServiceFor(h.bob, "checkout"))(t); !reflect.DeepEqual(got, want) || !reflect.DeepEqual(stored, want) {
			t.Errorf("returned\n%+v, stored\n%+v, want\n%+v", got, stored, want)
		}
	})
}

func TestServicesAreDeclaredByTheTeamThatOwnsThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, err := h.CreateService(h.bob, valid())
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.CreateService(t.Context(), registry.ServiceInput{})
	refused(t, err, fault.Unauthenticated, "unauthenticated")
	h.service(t, "checkout")
	_, err = h.CreateService(h.root, valid())
	refused(t, err, fault.Conflict, "slug_taken")
	_, err = h.UpdateService(h.bob, "checkout", 1, valid())
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.UpdateService(h.ada, "checkout", 2, valid())
	refused(t, err, fault.Precondition, "version_mismatch")
	_, err = h.UpdateService(h.ada, "nothing", 1, valid())
	refused(t, err, fault.NotFound, "service_not_found")

	// What a body names is a fault of the body; a former name too.
	ok(h.CreateTeam(h.bob, registry.TeamInput{Slug: "old", Name: "Old"}))(t)
	ok(h.UpdateTeam(h.bob, "old", 1, registry.TeamInput{Slug: "young", Name: "Young"}))(t)
	for _, team := range []string{"", "nobody", "old"} {
		in := valid()
		in.Slug, in.Team, in.System = "x", team, "nothing"
		_, err = h.CreateService(h.ada, in)
		if got := pointers(err); !slices.Equal(got, []string{"/team", "/system"}) {
			t.Errorf("team %q: violations at %q", team, got)
		}
	}
	in := valid()
	in.Team = "young"
	_, err = h.UpdateService(h.ada, "checkout", 1, in)
	violates(t, err, "/team")
}

func TestARenamedServiceIsFoundUnderItsOldName(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.service(t, "checkout")
	in := valid()
	in.Slug = "till"
	ok(h.UpdateService(h.ada, "checkout", 1, in))(t)
	_, err := h.ServiceFor(h.bob, "checkout")
	if e := fault.As(err); e == nil || e.Kind != fault.Moved || e.Now != "till" || e.Code != "service_renamed" {
		t.Errorf("the old name: %v", err)
	}
	_, err = h.CreateService(h.ada, valid())
	refused(t, err, fault.Conflict, "slug_taken")
	other := h.service(t, "other")
	in.Slug = "checkout"
	_, err = h.UpdateService(h.ada, "other", other.Version, in)
	refused(t, err, fault.Conflict, "slug_taken")
}

func TestSystemsAreGivenAwayByPeopleOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ok(h.CreateTeam(h.bob, registry.TeamInput{Slug: "search", Name: "Search"}))(t)
	shop := registry.SystemInput{Slug: "shop", Name: "Shop", Team: "payments"}
	ok(h.CreateSystem(h.ada, shop))(t)
	_, err := h.CreateSystem(h.bob, registry.SystemInput{Slug: "shop2", Name: "Shop", Team: "payments"})
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.CreateSystem(h.ada, registry.SystemInput{Slug: "S", Description: "\x00"})
	if got, want := pointers(err), []string{"/slug", "/name", "/description", "/team"}; !slices.Equal(got, want) {
		t.Errorf("violations at %q, want %q", got, want)
	}
	shop.Slug = "web-shop"
	ok(h.UpdateSystem(h.bot, "shop", 1, shop))(t)
	shop.Team = "search"
	_, err = h.UpdateSystem(h.bot, "web-shop", 2, shop)
	refused(t, err, fault.Forbidden, "forbidden")
	ok(h.UpdateSystem(h.ada, "web-shop", 2, shop))(t)
	_, err = h.UpdateSystem(h.ada, "web-shop", 3, shop)
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.SystemFor(h.ada, "shop")
	if e := fault.As(err); e == nil || e.Code != "system_renamed" {
		t.Errorf("the old name: %v", err)
	}

	in := valid()
	in.System = "web-shop" // systems hold services of several teams
	service := ok(h.CreateService(h.ada, in))(t)
	refused(t, h.DeleteSystem(h.bob, "web-shop", 3), fault.Conflict, "system_in_use")
	in.System = ""
	ok(h.UpdateService(h.ada, "checkout", service.Version, in))(t)
	refused(t, h.DeleteSystem(h.bob, "web-shop", 1), fault.Precondition, "version_mismatch")
	if err := h.DeleteSystem(h.bob, "web-shop", 3); err != nil {
		t.Error(err)
	}
	if got := ok(h.Systems(h.ada, registry.SystemFilter{}, page.Request{}))(t).Items; len(got) != 0 {
		t.Errorf("systems %+v", got)
	}
}

// hanging is another domain: it counts, and follows retirements.
type hanging struct {
	registry *registry.Registry
	told     []string
	err      error
}

func (g *hanging) Holdings(context.Context, id.ID) ([]registry.Holding, error) {
	return []registry.Holding{{Noun: "slo", Count: 3}, {Noun: "open_violation", Count: 1}}, nil
}

func (g *hanging) ServiceRetired(ctx context.Context, s registry.Service, at time.Time) error {
	g.told = append(g.told, "retired "+s.Slug+" "+at.Format("15:04"))
	stored, err := g.registry.ServiceFor(ctx, s.Slug) // sees the change, within its transaction
	if err == nil && stored.RetiredAt == nil {
		err = errors.New("it is not retired yet")
	}
	return errors.Join(err, g.err)
}

func (g *hanging) ServiceRestored(_ context.Context, s registry.Service, at time.Time) error {
	g.told = append(g.told, "restored "+s.Slug+" "+at.Format("15:04"))
	return nil
}

func TestAServiceMovesWithAllThatHangsOnIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.CountHoldings(&hanging{})
	search := ok(h.CreateTeam(h.bob, registry.TeamInput{Slug: "search", Name: "Search"}))(t)
	service := h.service(t, "checkout")
	h.service(t, "cart")
	ok(h.CreateDependency(h.ada, "cart", "checkout", registry.DependencyTerms{Criticality: registry.Hard}))(t)

	p := ok(h.PreviewTransfer(h.ada, "checkout", "search"))(t)
	if p.Service.ID != service.ID || p.From.ID != h.payments.ID || p.To.ID != search.ID || len(p.Holdings) != 2 || p.Holdings[0].Count != 3 ||
		len(p.Dependents.First) != 1 || p.Dependents.More != 0 || p.Dependents.First[0].Service.Slug != "cart" || p.Dependents.First[0].Dependency.Criticality != registry.Hard {
		t.Errorf("preview %+v", p)
	}
	_, err := h.PreviewTransfer(h.ada, "checkout", "payments")
	violates(t, err, "query.team")

	_, err = h.Transfer(h.bob, "checkout", 1, "search", "mine now") // the receiving team cannot take
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.Transfer(h.bot, "checkout", 1, "search", "")
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.Transfer(h.ada, "checkout", 1, "payments", "\x00")
	if got := pointers(err); !slices.Equal(got, []string{"/reason", "/team"}) {
		t.Errorf("violations at %q", got)
	}
	_, err = h.Transfer(h.ada, "checkout", 2, "search", "")
	refused(t, err, fault.Precondition, "version_mismatch")

	got := ok(h.Transfer(h.ada, "checkout", 1, "search", "they know it better"))(t)
	if got.Team != search.ID || got.Version != 2 {
		t.Errorf("it is %+v", got)
	}
	_, err = h.UpdateService(h.ada, "checkout", 2, valid())
	refused(t, err, fault.Forbidden, "forbidden")
	in := valid()
	in.Team = "search"
	if same := ok(h.UpdateService(h.bob, "checkout", 2, in))(t); same.Version != 2 {
		t.Errorf("what was declared again as it is has version %d", same.Version)
	}
	in.Name = "Till"
	ok(h.UpdateService(h.bob, "checkout", 2, in))(t)
	if got, want := h.actions(t, service.ID), []string{"service.create", "service.transfer", "service.update"}; !slices.Equal(got, want) {
		t.Errorf("the log has %q, want %q", got, want)
	}
}

func TestARetiredServiceEndsAndCanBeRestoredForThirtyDays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := &hanging{registry: h.Registry}
	h.CountHoldings(g)
	h.OnRetirement(g)
	h.service(t, "checkout")
	h.service(t, "cart")
	d := ok(h.CreateDependency(h.ada, "checkout", "cart", registry.DependencyTerms{Criticality: registry.Soft}))(t)
	ok(h.CreateDependency(h.ada, "cart", "checkout", registry.DependencyTerms{Criticality: registry.Soft}))(t)
	p := ok(h.PreviewRetire(h.bob, "checkout"))(t)
	if len(p.Dependents.First) != 1 || len(p.Holdings) != 2 || !p.RestorableUntil.Equal(storetest.Start.Add(720*time.Hour)) {
		t.Errorf("preview %+v", p)
	}

	_, err := h.Retire(h.bot, "checkout", 1, "")
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.Retire(h.bob, "checkout", 1, "")
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.Restore(h.ada, "checkout", 1)
	refused(t, err, fault.Conflict, "service_not_retired")

	// When another domain cannot follow, nothing happened.
	g.err = errors.New("broken")
	if _, err = h.Retire(h.ada, "checkout", 1, ""); !errors.Is(err, g.err) {
		t.Errorf("got %v", err)
	}
	if s := ok(h.ServiceFor(h.ada, "checkout"))(t); s.RetiredAt != nil || s.Version != 1 {
		t.Errorf("it is %+v", s)
	}
	g.err, g.told = nil, nil

	retired := ok(h.Retire(h.ada, "checkout", 1, "replaced"))(t)
	if retired.RetiredAt == nil || !retired.RetiredAt.Equal(storetest.Start) {
		t.Errorf("it is %+v", retired)
	}
	in, terms := valid(), registry.DependencyTerms{Criticality: registry.Hard}
	in.Name = "Till"
	_, err = h.UpdateService(h.ada, "checkout", 2, in)
	refused(t, err, fault.Conflict, "service_retired")
	_, err = h.Retire(h.ada, "checkout", 2, "")
	refused(t, err, fault.Conflict, "service_retired")
	_, err = h.CreateDependency(h.ada, "checkout", "cart", terms)
	refused(t, err, fault.Conflict, "service_retired")
	_, err = h.UpdateDependency(h.ada, "checkout", d.ID, 1, terms)
	refused(t, err, fault.Conflict, "service_retired")
	refused(t, h.DeleteDependency(h.ada, "checkout", d.ID, 1), fault.Conflict, "service_retired")
	h.service(t, "third")
	_, err = h.CreateDependency(h.ada, "third", "checkout", terms)
	violates(t, err, "/on")
	if got := ok(h.PreviewRetire(h.ada, "cart"))(t).Dependents; len(got.First)+got.More != 0 {
		t.Errorf("a retired service is a dependent: %+v", got)
	}
	if got := ok(h.Services(h.bob, registry.ServiceFilter{}, page.Request{}))(t).Items; len(got) != 2 {
		t.Errorf("living services: %d", len(got))
	}
	if got := ok(h.Services(h.bob, registry.ServiceFilter{IncludeRetired: true}, page.Request{}))(t).Items; len(got) != 3 {
		t.Errorf("all services: %d", len(got))
	}

	// The last moment, and one microsecond later.
	h.clock.Advance(30 * 24 * time.Hour)
	restored := ok(h.Restore(h.ada, "checkout", 2))(t)
	if restored.RetiredAt != nil || restored.Version != 3 {
		t.Errorf("it is %+v", restored)
	}
	if want := []string{"retired checkout 15:09", "restored checkout 15:09"}; !slices.Equal(g.told, want) {
		t.Errorf("told %q, want %q", g.told, want)
	}
	ok(h.Retire(h.ada, "checkout", 3, ""))(t)
	h.clock.Advance(30*24*time.Hour + time.Microsecond)
	_, err = h.Restore(h.ada, "checkout", 4)
	refused(t, err, fault.Conflict, "restore_expired")
}

func TestARetiredServiceHoldsNeitherItsTeamNorItsSystemForEver(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ok(h.CreateSystem(h.ada, registry.SystemInput{Slug: "shop", Name: "Shop", Team: "payments"}))(t)
	in := valid()
	in.Slug, in.System = "till", "shop"
	ok(h.CreateService(h.ada, in))(t)
	ok(h.Retire(h.ada, "till", 1, ""))(t)
	h.clock.Advance(31 * 24 * time.Hour)
	in.System = ""
	if got := ok(h.UpdateService(h.ada, "till", 2, in))(t); got.System != "" || got.RetiredAt == nil {
		t.Errorf("it is %+v", got)
	}
	if err := h.DeleteSystem(h.ada, "shop", 1); err != nil {
		t.Error(err)
	}
	search := storetest.Team(t, h.store, "archive")
	if got := ok(h.Transfer(h.ada, "till", 3, "archive", ""))(t); got.Team != search.ID {
		t.Errorf("it is %+v", got)
	}
	if err := h.DeleteTeam(h.ada, "payments", 1); err != nil {
		t.Error(err)
	}
}

func TestDependenciesAreDeclaredOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.service(t, "checkout")
	h.service(t, "ledger")
	terms := registry.DependencyTerms{
		Criticality: registry.Soft, FailureMode: "Receipts come late.", Timeout: 1500 * time.Millisecond,
		Retry: "twice", Breaker: "opens at 50 %", Bulkhead: "20 calls",
	}
	_, err := h.CreateDependency(h.bob, "checkout", "ledger", terms)
	refused(t, err, fault.Forbidden, "forbidden")
	for _, on := range []string{"checkout", "nothing", ""} {
		_, err = h.CreateDependency(h.bot, "checkout", on, terms)
		violates(t, err, "/on")
	}
	d := ok(h.CreateDependency(h.bot, "checkout", "ledger", terms))(t)
	if got := ok(h.Dependencies(h.bob, "checkout"))(t); len(got) != 1 || got[0] != d || got[0].OnSlug != "ledger" {
		t.Errorf("stored %+v, returned %+v", got, d)
	}
	_, err = h.CreateDependency(h.ada, "checkout", "ledger", terms)
	refused(t, err, fault.Conflict, "dependency_exists")

	// A dependency is its service's.
	_, err = h.Dependency(h.bob, "ledger", d.ID)
	refused(t, err, fault.NotFound, "dependency_not_found")
	_, err = h.UpdateDependency(h.ada, "ledger", d.ID, 1, terms)
	refused(t, err, fault.NotFound, "dependency_not_found")
	_, err = h.UpdateDependency(h.bob, "checkout", d.ID, 1, terms)
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.UpdateDependency(h.ada, "checkout", d.ID, 9, terms)
	refused(t, err, fault.Precondition, "version_mismatch")
	_, err = h.UpdateDependency(h.ada, "checkout", d.ID, 1, registry.DependencyTerms{})
	violates(t, err, "/criticality")
	terms.Timeout = 0
	updated := ok(h.UpdateDependency(h.ada, "checkout", d.ID, 1, terms))(t)
	if got := ok(h.Dependency(h.bob, "checkout", d.ID))(t); got != updated || got.Timeout != 0 || got.Version != 2 {
		t.Errorf("stored %+v, returned %+v", got, updated)
	}
	if got := ok(h.Dependents(h.bob, "ledger", page.Request{}))(t).Items; len(got) != 1 || got[0].Service.Slug != "checkout" {
		t.Errorf("dependents %+v", got)
	}
	refused(t, h.DeleteDependency(h.ada, "checkout", d.ID, 1), fault.Precondition, "version_mismatch")
	if err := h.DeleteDependency(h.bot, "checkout", d.ID, 2); err != nil {
		t.Error(err)
	}
	if got, want := h.actions(t, d.ID), []string{"dependency.create", "dependency.delete", "dependency.update"}; !slices.Equal(got, want) {
		t.Errorf("the log has %q, want %q", got, want)
	}
}

func TestDependentsAreListedByPagesAndAPreviewCountsTheRest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.service(t, "ledger")
	var want []string
	for n := range page.DefaultLimit + 3 {
		slug := fmt.Sprintf("user-%02d", n)
		h.service(t, slug)
		ok(h.CreateDependency(h.ada, slug, "ledger", registry.DependencyTerms{Criticality: registry.Hard}))(t)
		want = append(want, slug)
	}
	preview := ok(h.PreviewRetire(h.ada, "ledger"))(t).Dependents
	if len(preview.First) != page.DefaultLimit || preview.More != 3 || preview.First[0].Service.Slug != "user-00" {
		t.Errorf("the preview has %d, and %d more: %v", len(preview.First), preview.More, preview.First[0])
	}
	ok(h.Retire(h.ada, "user-01", 1, ""))(t) // and counts no more
	want = slices.Delete(want, 1, 2)
	var got []string
	for r := (page.Request{Limit: 20}); ; {
		p := ok(h.Dependents(h.bob, "ledger", r))(t)
		if len(p.Items) > 20 {
			t.Fatalf("a page has %d", len(p.Items))
		}
		for _, d := range p.Items {
			got = append(got, d.Service.Slug)
		}
		if r.After = p.Next; r.After == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("listed are %q, want %q", got, want)
	}
	if more := ok(h.PreviewRetire(h.ada, "ledger"))(t).Dependents.More; more != 2 {
		t.Errorf("%d more, want 2", more)
	}
}

// So a service is retired at the moment from which its team is told of the change.
func TestAnOperationReadsTheClockOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.service(t, "checkout")
	ok(h.CreateTeam(h.ada, registry.TeamInput{Slug: "search", Name: "Search"}))(t)
	reads := 0
	r := registry.New(h.store.Registry(), h.store.Access(), h.store, access.NewAuthorizer(h.store.Access()), h.log, func() time.Time {
		reads++
		return h.clock.Advance(time.Second)
	})
	once := func(name string) {
		t.Helper()
		if reads != 1 {
			t.Errorf("to %s it read the clock %d times", name, reads)
		}
		reads = 0
	}
	retired := ok(r.Retire(h.ada, "checkout", 1, ""))(t)
	once("retire")
	if !retired.RetiredAt.Equal(retired.UpdatedAt) {
		t.Errorf("retired at %s, and changed at %s", retired.RetiredAt, retired.UpdatedAt)
	}
	ok(r.Restore(h.ada, "checkout", 2))(t)
	once("restore")
	ok(r.Transfer(h.ada, "checkout", 3, "search", ""))(t)
	once("transfer")
}
