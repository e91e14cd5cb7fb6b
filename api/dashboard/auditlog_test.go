package dashboard

import (
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

func TestTheAuditLogShowsWhatWasDecidedAndHowFarItIsSealed(t *testing.T) {
	t.Parallel()
	h := tow(t)
	v := h.visitor()
	doc, text := v.read(auditPath)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Nothing of the audit log is sealed yet", "team.create", "Labs", "not yet")

	if _, err := h.seals.SealOnce(access.WithCaller(t.Context(), access.System("test"))); err != nil {
		t.Fatal(err)
	}
	ada, _ := h.visitorAs("Ada")
	_, err := h.registry.CreateTeam(h.admin, registry.TeamInput{Slug: "late", Name: "Late " + hostile[:40]})
	h.must(err)
	doc, text = v.read(auditPath)
	checkPage(t, doc, text)
	main := words(within(t, doc, "main"))
	says(t, main, "Sealed up to ", "are not sealed yet", "No head was put outside yet", "Late ", "2 fields")
	if strings.Contains(text, "<script src") {
		t.Error("a name is a script")
	}
	doc, text = v.read(auditPath + "?outcome=refused")
	checkPage(t, doc, text)
	if strings.Contains(words(within(t, doc, "main")), "team.create") {
		t.Error("what was done is among what was refused")
	}
	// Of a team that owns nothing yet there is its own making alone.
	doc, _ = v.read(auditPath + "?team=late")
	says(t, words(within(t, doc, "main")), "Late ")
	v.readStatus(auditPath+"?outcome=some", 400)
	v.readStatus(auditPath+"?team=none", 404)

	ada.readStatus(auditPath, 403)
	if doc, _ := ada.read("/jobs"); strings.Contains(words(doc), "Audit log") {
		t.Error("who is no administrator is led to what they may not see")
	}
}
