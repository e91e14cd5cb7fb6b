package app_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestPeopleAreNamedByEmailOrIdentifierAndExportedSoThatPeopleReadThem(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		person := func(name, email string) string {
			t.Helper()
			h.make("administrator", name, "/v1/people", fmt.Sprintf(`{"displayName":%q,"email":%q,"subject":%q}`, name, email, name))
			return h.ids[name]
		}
		grace := person("Grace", "Grace@example.org")
		said := func(who, approver string) string {
			return bringing("locks", false,
				"team.yaml", hd+"Team\nslug: locks\nname: Locks\nissueAssignee: "+who+"\n",
				"policy.yaml", hd+"ErrorBudgetPolicy\nslug: locks\nname: Locks\nclauses:\n  - name: spent\n    when: consumed > 1\n    freeze:\n      allow: [reliability]\napproval:\n  approver: "+approver+"\n")
		}
		assigned := func() (string, string) {
			t.Helper()
			policy := h.must(200, call{as: "rita", method: "GET", path: "/v1/budget-policies/locks"})
			return h.must(200, call{as: "rita", method: "GET", path: "/v1/teams/locks"}).text("issueAssigneeId"), policy.object()["approval"].(map[string]any)["approver"].(string)
		}
		applied := h.apply("administrator", said("grace@example.org", "Grace@example.org"))
		if assignee, approver := assigned(); assignee != grace || approver != grace || !strings.Contains(string(applied.body), `{"name":"/issueAssignee","before":null,"after":"Grace@example.org"}`) {
			t.Errorf("issues are assigned to %s and the policy is approved by %s by %s", assignee, approver, applied.body)
		}
		// Whichever way they are named it is the same, and what is exported names them for people.
		for _, way := range []string{grace, "GRACE@EXAMPLE.ORG"} {
			if again := h.plan("administrator", said(way, way)); again.object()["changed"] != 0.0 || again.object()["refused"] != 0.0 {
				t.Errorf("named %s: %s", way, again.body)
			}
		}
		exported := h.exported("rita", "?set=locks")
		plain := func(yaml string) string { return strings.ReplaceAll(yaml, `"`, "") }
		if !strings.Contains(plain(exported), "issueAssignee: Grace@example.org\n") || !strings.Contains(plain(exported), "approver: Grace@example.org\n") || strings.Contains(exported, grace) {
			t.Errorf("exported is\n%s", exported)
		}
		if again := h.plan("administrator", bringing("locks", false, "all.yaml", exported)); again.object()["changed"] != 0.0 || again.object()["refused"] != 0.0 {
			t.Errorf("what was exported is planned as %s", again.body)
		}

		// Nobody's e-mail, and one of two people, are refused at their lines; by identifier each of them can be named.
		refused := func(body string, want ...string) {
			t.Helper()
			got := problems(h.must(409, call{as: "administrator", method: "POST", path: "/v1/manifest-applications", body: body}))
			for _, one := range want {
				if !strings.Contains(got, one) {
					t.Errorf("%q is not among\n%s", one, got)
				}
			}
		}
		refused(said("nobody@example.org", "nobody@example.org"),
			`/files/0 team.yaml:5:16: Team "locks": /issueAssignee: is nobody's e-mail here: it must be the e-mail or the identifier of a person`,
			`/files/1 policy.yaml:11:13: ErrorBudgetPolicy "locks": /approval/approver: is nobody's e-mail here`)
		refused(said("01JD3Z0Q8RC6W4N1M2V5K7T9XY", grace), `team.yaml:5:16: Team "locks": /issueAssignee: names nobody`)
		namesake := person("Grace M.", "grace@example.org")
		refused(said("grace@example.org", grace), `/issueAssignee: is the e-mail of 2 people: say the identifier of one of them`)
		if exported := plain(h.exported("rita", "?set=locks")); !strings.Contains(exported, "issueAssignee: "+grace+"\n") || !strings.Contains(exported, "approver: "+grace+"\n") {
			t.Errorf("while two have the e-mail exported is\n%s", exported)
		}
		if counts := h.compareManifests(); counts["drifted"] != 2 {
			t.Errorf("it is not told that it is not known any more who is meant: %v", counts)
		}
		if got := h.must(200, call{as: "rita", method: "GET", path: "/v1/manifest-sets/locks/manifests?kind=Team"}).items()[0]["drift"]; !strings.Contains(fmt.Sprint(got), "action:none") || !strings.Contains(fmt.Sprint(got), "problem:/issueAssignee is the e-mail of 2 people") {
			t.Errorf("the drift is %v", got)
		}

		// Who left is meant only where nobody else is.
		leave := func(who string) {
			t.Helper()
			version := h.must(200, call{as: "administrator", method: "GET", path: "/v1/people/" + who}).header.Get("ETag")
			h.must(200, call{as: "administrator", method: "POST", path: "/v1/people/" + who + "/deactivate", header: []string{"If-Match: " + version}})
		}
		leave(grace)
		h.apply("administrator", said("grace@example.org", "grace@example.org"))
		if assignee, approver := assigned(); assignee != namesake || approver != namesake {
			t.Errorf("issues are assigned to %s and the policy is approved by %s", assignee, approver)
		}
		hopper := person("Hopper", "hopper@example.org")
		h.apply("administrator", said("hopper@example.org", hopper))
		leave(hopper)
		if again := h.plan("administrator", said("hopper@example.org", "hopper@example.org")); again.object()["changed"] != 0.0 || again.object()["refused"] != 0.0 {
			t.Errorf("after somebody left is planned %s", again.body)
		}
		h.must(422, call{as: "administrator", method: "POST", path: "/v1/manifest-plans", body: strings.Replace(said("a@b", "a@b"), "issueAssignee", "issueAssigneeId", 1)})
	})
}
