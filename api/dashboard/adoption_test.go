package dashboard

import (
	"fmt"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/adoption"
)

// Ada of the shop was here yesterday, somebody of a hostile name 40 days ago and the shop's workloads today.
func TestAdoptionShowsWhoUsesEvenkeelToAdministratorsAlone(t *testing.T) {
	t.Parallel()
	h := tow(t)
	h.firstWave()
	ada, person := h.visitorAs("Ada")
	shop, err := h.registry.TeamFor(h.admin, "shop")
	h.must(err)
	lost, err := h.access.CreatePerson(h.admin, access.PersonInput{DisplayName: hostile[:50], Provider: access.ProviderLocal, Issuer: "test", Subject: "lost"})
	h.must(err)
	for _, p := range []id.ID{person.ID, lost.ID} {
		_, err := h.registry.AddMember(h.admin, "shop", p)
		h.must(err)
	}
	used := func(days int, person, team id.ID, way adoption.Way) {
		h.must(h.store.Adoption().NoteActivity(t.Context(), adoption.Activity{Day: clock.DateOf(h.clock.Now().AddDate(0, 0, -days)), Person: person, Team: team, Way: way}))
	}
	used(1, person.ID, "", adoption.ByDashboard)
	used(40, lost.ID, "", adoption.ByPortal)
	used(41, lost.ID, "", adoption.ByPortal)
	used(0, "", shop.ID, adoption.ByWorkload)

	v := h.visitor()
	doc, text := v.read(adoptionPath)
	checkPage(t, doc, text)
	main := words(within(t, doc, "main"))
	says(t, main, "Active teams 1", "Active people 1", "1 for the first time", "Came back 0 %", "0 of 1 who had been here before", "Freezes overridden none", "Violations void none", "First", "on 2 days in all")
	says(t, words(within(t, doc, "tabs")), "Onboarding Adoption")
	if strings.Contains(text, "<script src") {
		t.Error("a name is a script")
	}
	// Within 90 days both are active.
	doc, text = v.read(adoptionPath + "?days=90")
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Active people 2", "Nobody Nobody was here before this time.")
	for path, want := range map[string]bool{"?teams=active": true, "?teams=quiet": false} {
		if doc, _ := v.read(adoptionPath + path); strings.Contains(words(within(t, doc, "main")), "Shop Active") != want {
			t.Errorf("%s shows the shop: %t, want %t", path, !want, want)
		}
	}
	v.readStatus(adoptionPath+"?teams=some", 400)
	ada.readStatus(adoptionPath, 403)
	if doc, _ := ada.read(onboardingPath); strings.Contains(words(within(t, doc, "tabs")), "Adoption") {
		t.Error("who is no administrator is led to what they may not see")
	}
}

func TestAdoptionOfNobodySaysSo(t *testing.T) {
	t.Parallel()
	doc, text := build(t).visitor().read(adoptionPath)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Active teams 0", "Came back none", "No wave yet", "Nobody's yet", fmt.Sprintf("%d days", adoption.DefaultDays))
}
