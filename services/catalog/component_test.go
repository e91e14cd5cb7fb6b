package catalog_test

import (
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/services/catalog"
)

func TestWhatIsHereByHandIsAdopted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	payments := storetest.Team(t, h.store, "payments")
	checkout := storetest.Service(t, h.store, payments.ID, "checkout")
	told := []catalog.Told{group("payments"), component("checkout", "payments")}
	results, _ := h.full(told...)
	is(t, "results", outcomes(results), "updated adopted, updated adopted")
	s := h.service("checkout")
	is(t, "service", s.ID, checkout.ID)
	is(t, "tier", s.Tier, 2) // as it was registered
	other := component("other", "payments")
	other.Slug = "checkout"
	results, _ = h.full(append(told, other)...)
	is(t, "results", outcomes(results), "unchanged, unchanged, refused /slug")
	if got := results[2].Faults[0].Message; !strings.Contains(got, `component:default/checkout of `+portal) {
		t.Errorf("it says %q", got)
	}
	is(t, "entities", h.states(catalog.Filter{State: catalog.Refused}), "component:default/other refused")

	// A retired service is told in vain, until it is restored.
	s = ok(h.registry.Retire(h.root, "checkout", s.Version, ""))(t)
	results, _ = h.full(told...)
	is(t, "results", outcomes(results), "unchanged, skipped ")
	ok(h.registry.Restore(h.root, "checkout", s.Version))(t)
	results, _ = h.full(told...)
	is(t, "results", outcomes(results), "unchanged, unchanged")
	is(t, "entities", h.states(catalog.Filter{}), "component:default/checkout linked, component:default/other gone, group:default/payments linked")
}

// Who is called as what another team has here gets it from that team, and not by the name.
func TestWhatIsHereByHandStaysItsTeams(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	payments := storetest.Team(t, h.store, "payments")
	storetest.Service(t, h.store, payments.ID, "checkout")
	storetest.System(t, h.store, payments.ID, "shop")
	told := []catalog.Told{group("payments"), group("others"), system("shop", "others"), component("checkout", "others")}
	annotated := component("till", "others")
	annotated.Slug = "checkout"
	nobodys := annotated
	nobodys.Ref, nobodys.UID, nobodys.Owner = "component:default/purse", "c-purse", ""
	for range 2 {
		results, _ := h.full(append(told, annotated, nobodys)...)
		is(t, "results", outcomes(results[2:]), "refused /ref, refused /ref, refused /slug, refused /owner")
		for _, r := range results[2:5] {
			if got := r.Faults[0].Message; !strings.Contains(got, "the team payments's: that team gives it to the owner in Evenkeel first") {
				t.Errorf("%s: it says %q", r.Ref, got)
			}
		}
		is(t, "team", h.service("checkout").Team, payments.ID)
		is(t, "managers", len(h.service("checkout").Managed), 0)
	}
	ok(h.registry.Transfer(h.root, "checkout", h.service("checkout").Version, "others", ""))(t)
	results, _ := h.full(told...)
	is(t, "results", outcomes(results[3:]), "updated adopted")
	// Its entity says whose it is from then on.
	told[3].Owner = told[0].Ref
	results, _ = h.full(told...)
	is(t, "results", outcomes(results[3:]), "updated")
	is(t, "team", h.service("checkout").Team, payments.ID)
}

// A name that a service gave up leads to it; who is called so now is told what to do.
func TestAFormerNameIsRefusedWithWhatToDo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	till, ledger := component("checkout", "payments"), component("ledger", "payments")
	h.full(group("payments"), till, ledger)
	till.Ref = "component:default/till"
	again, renamed, annotated := component("checkout", "payments"), ledger, component("purse", "payments")
	again.UID, renamed.Ref, annotated.Slug = "c-again", "component:other/checkout", "checkout"
	renamed.Slug = "checkout"
	results, _ := h.full(group("payments"), till, again, renamed, annotated)
	is(t, "results", outcomes(results[1:]), "updated, refused /ref, refused /slug, refused /slug")
	for _, r := range results[2:] {
		if got := r.Faults[0].Message; got != `was the short name of the service "till", and leads to it; name another by the annotation evenkeel.dev/service` {
			t.Errorf("%s: it says %q", r.Ref, got)
		}
	}
	is(t, "ledger", h.service("ledger").RetiredAt == nil, true)
	// The service itself may be called so again.
	till.Ref = "component:default/checkout"
	results, _ = h.full(group("payments"), till, renamed)
	is(t, "results", outcomes(results[1:2]), "updated")
	is(t, "service", h.service("checkout").Name, "Service checkout")
}
