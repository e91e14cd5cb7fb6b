package app_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestWhatASetNamesByAFormerNameIsStillThatThing(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		// A team, a system and two services that the set does not keep, and that it names.
		h.make("administrator", "team vaults", "/v1/teams", `{"slug":"vaults","name":"Vaults"}`)
		h.make("administrator", "system safe", "/v1/systems", `{"slug":"safe","name":"Safe","team":"vaults"}`)
		h.make("administrator", "service wallet", "/v1/services", service(`"slug":"wallet"`, `"team":"payments"`))
		h.make("administrator", "service coins", "/v1/services", service(`"slug":"coins"`, `"team":"payments"`))
		body := bringing("wallets", false,
			"a-slo.yaml", strings.Replace(walletSLO, "OBJECTIVE", "99.9%", 1),
			"b-purse.yaml", hd+"Service\nslug: purse\nteam: vaults\nsystem: safe\ntype: http\ntier: 2\ndependsOn:\n  - service: coins\n    criticality: hard\n",
			"c-policy.yaml", hd+"ErrorBudgetPolicy\nslug: purses\nname: Purses\nclauses:\n  - name: spent\n    when: consumed > 1\n    freeze:\n      allow: [reliability]\nattachments:\n  - target: service\n    service: coins\n    mode: observe\n",
			"d-below.yaml", hd+"Team\nslug: locks\nname: Locks\nparent: vaults\n",
		)
		h.apply("administrator", body)
		if again := h.apply("administrator", body); again.object()["changed"] != 0.0 {
			t.Fatalf("applied again it does %s", steps(again))
		}

		h.rename("administrator", "/v1/teams/vaults", "strongrooms")
		h.rename("administrator", "/v1/systems/safe", "strongbox")
		h.rename("administrator", "/v1/services/wallet", "pouch")
		h.rename("administrator", "/v1/services/coins", "money")
		if counts := h.compareManifests(); counts["drifted"] != 0 {
			t.Errorf("of what is only called otherwise there is drift: %v %s", counts, h.must(200, call{as: "rita", method: "GET", path: "/v1/manifest-sets/wallets/manifests?drifted=true"}).body)
		}
		plan := h.plan("administrator", body)
		if plan.object()["changed"] != 0.0 || plan.object()["refused"] != 0.0 {
			t.Errorf("planned is %s", plan.body)
		}
		var notes []string
		for _, n := range plan.object()["notes"].([]any) {
			note := n.(map[string]any)
			notes = append(notes, fmt.Sprintf("%s:%v: %s", note["path"], note["line"], note["message"]))
		}
		want := []string{
			`a-slo.yaml:3: the service "wallet" is called "pouch" now: name it so`,
			`b-purse.yaml:9: the service "coins" is called "money" now: name it so`,
			`b-purse.yaml:5: the system "safe" is called "strongbox" now: name it so`,
			`b-purse.yaml:4: the team "vaults" is called "strongrooms" now: name it so`,
			`c-policy.yaml:12: the service "coins" is called "money" now: name it so`,
			`d-below.yaml:5: the team "vaults" is called "strongrooms" now: name it so`,
		}
		for _, one := range want {
			if !strings.Contains(strings.Join(notes, "\n"), one) {
				t.Errorf("%q is not among\n%s", one, strings.Join(notes, "\n"))
			}
		}
		if len(notes) != len(want) {
			t.Errorf("noted is\n%s", strings.Join(notes, "\n"))
		}

		// What is changed under the former name is changed, and under the new one it is the same thing.
		other := strings.Replace(body, "99.9%", "99.5%", 1)
		if got := steps(h.apply("administrator", other)); got != "update SLO pouch/availability /objective" {
			t.Errorf("applied is %s", got)
		}
		slo := h.must(200, call{as: "ada", method: "GET", path: "/v1/services/pouch/slos/availability"})
		if slo.text("objective") != "99.5%" {
			t.Errorf("the SLO is %s", slo.body)
		}
		renamed := strings.NewReplacer("service: wallet", "service: pouch", "coins", "money", "vaults", "strongrooms", "system: safe", "system: strongbox").Replace(other)
		if got := h.apply("administrator", renamed); got.object()["refused"] != 0.0 || steps(got) != "" {
			t.Errorf("by the new names is applied %s", got.body)
		}
		if now := h.must(200, call{as: "ada", method: "GET", path: "/v1/services/pouch/slos/availability"}); now.text("id") != slo.text("id") || now.object()["retiredAt"] != nil {
			t.Errorf("the SLO is %s", now.body)
		}
		items := h.must(200, call{as: "rita", method: "GET", path: "/v1/manifest-sets/wallets/manifests"}).items()
		if len(items) != 4 || items[1]["name"] != "pouch/availability" {
			t.Errorf("the set has %v", items)
		}
		twice := bringing("wallets", false, "a.yaml", strings.Replace(walletSLO, "OBJECTIVE", "99.5%", 1), "b.yaml", strings.Replace(strings.Replace(walletSLO, "OBJECTIVE", "99.5%", 1), "wallet", "pouch", 1))
		if got := problems(h.must(422, call{as: "administrator", method: "POST", path: "/v1/manifest-applications", body: twice})); !strings.Contains(got, `SLO "pouch/availability" is said in a.yaml:1 already`) {
			t.Errorf("by both names: %s", got)
		}
	})
}
