package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// driftTold are the events of drift, the oldest first: each its matter, whether it is over, and title and text.
func (h *house) driftTold() (matters []string, over []bool, texts []string) {
	h.t.Helper()
	events := h.must(200, call{as: "administrator", method: "GET", path: "/v1/events?type=manifests.drifted&limit=50"}).items()
	for i := len(events) - 1; i >= 0; i-- {
		e := events[i]
		if team, _ := e["team"].(map[string]any); team["slug"] != "payments" || e["link"] != "/manifests/wallets" {
			h.t.Errorf("it is told to another, or leads elsewhere: %v", e)
		}
		is, _ := e["over"].(bool)
		matters, over, texts = append(matters, e["matter"].(string)), append(over, is), append(texts, fmt.Sprintf("%s\n%s", e["title"], e["text"]))
	}
	return matters, over, texts
}

func TestTheTeamOfASetIsToldOnceWhenItDriftedAndOnceWhenItIsInLineAgain(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		body := with(bringing("wallets", false, "slo.yaml", strings.Replace(walletSLO, "OBJECTIVE", "99.9%", 1), "wallet.yaml", wallet), `"team":"payments"`)
		h.apply("ada", body)
		const slo = "/v1/services/wallet/slos/availability"
		release := func() {
			t.Helper()
			item := h.must(200, call{as: "rita", method: "GET", path: "/v1/manifest-sets/wallets/manifests?kind=SLO"}).items()[0]["id"].(string)
			h.must(200, call{as: "ada", method: "POST", path: "/v1/manifest-sets/wallets/manifests/" + item + "/release", body: `{"reason":"It pages."}`})
		}
		revise := func(objective, name string) {
			t.Helper()
			version := h.must(200, call{as: "ada", method: "GET", path: slo}).header.Get("ETag")
			h.must(200, call{as: "ada", method: "PUT", path: slo, header: []string{"If-Match: " + version}, body: fmt.Sprintf(`{"slug":"availability","name":%q,"objective":%q,"indicator":{"category":"availability"}}`, name, objective)})
		}
		told := func(after string, want int) (string, string) {
			t.Helper()
			h.clock.Advance(15 * time.Minute)
			h.compareManifests()
			h.compareManifests() // what is known is not told again
			matters, _, texts := h.driftTold()
			if len(matters) != want {
				t.Fatalf("%s: %d are told, want %d: %q", after, len(matters), want, texts)
			}
			if want == 0 {
				return "", ""
			}
			return matters[want-1], texts[want-1]
		}
		told("as it was applied", 0)

		release()
		first, text := told("released", 1)
		if want := "The set of manifests wallets drifted in one thing\nWhat there is differs from what its files said last:\n- SLO \"wallet/availability\" is as they say, and was released by ada: It pages."; !strings.HasPrefix(text, want) {
			t.Errorf("told is\n%s\nwant\n%s", text, want)
		}
		revise("99%", "Wallet availability")
		matter, text := told("changed by hand", 2)
		if matter != first || !strings.Contains(text, `- SLO "wallet/availability" differs in /objective`) {
			t.Errorf("of the matter %s, which is %s, is told %s", matter, first, text)
		}
		revise("99%", "Wallet")
		if _, text = told("changed otherwise", 3); !strings.Contains(text, `differs in /name, /objective`) {
			t.Errorf("told is %s", text)
		}
		if since := h.must(200, call{as: "rita", method: "GET", path: "/v1/manifest-sets/wallets"}).text("driftedSince"); since == "" {
			t.Error("it is not said since when it drifted")
		}

		h.apply("ada", body)
		matter, text = told("applied again", 4)
		if _, over, _ := h.driftTold(); matter != first || !over[3] || text != "The set of manifests wallets is in line again\nada applied the set." {
			t.Errorf("of the matter %s, which is %s, is told, over is %t: %s", matter, first, over[3], text)
		}
		if got := h.must(200, call{as: "rita", method: "GET", path: "/v1/manifest-sets/wallets"}); got.object()["driftedSince"] != nil {
			t.Errorf("then the set is %s", got.body)
		}

		// What was read when it was brought, and is not understood any more.
		items, err := h.app.Store.Manifests().Items(t.Context(), h.setID("wallets"))
		if err != nil {
			t.Fatal(err)
		}
		whole := items[1].Document
		items[1].Document = "kind: ["
		if err := h.app.Store.Manifests().WriteItems(t.Context(), items[1:]); err != nil {
			t.Fatal(err)
		}
		second, text := told("not understood", 5)
		if second == first || !strings.Contains(text, `- Service "wallet" cannot be compared any more: its manifest is not understood any more`) {
			t.Errorf("of the matter %s, after %s, is told %s", second, first, text)
		}
		drifted := h.must(200, call{as: "rita", method: "GET", path: "/v1/manifest-sets/wallets/manifests?drifted=true"}).items()
		if drift := fmt.Sprint(drifted[0]["drift"]); len(drifted) != 1 || !strings.Contains(drift, "action:none") || !strings.Contains(drift, "problem:its manifest is not understood") {
			t.Errorf("drifted are %v", drifted)
		}
		items[1].Document = whole
		if err := h.app.Store.Manifests().WriteItems(t.Context(), items[1:]); err != nil {
			t.Fatal(err)
		}
		if matter, text = told("understood again", 6); matter != second || !strings.HasSuffix(text, "What there is is as its files say again.") {
			t.Errorf("of the matter %s, which is %s, is told %s", matter, second, text)
		}

		// A set that is removed while it drifted is no matter any more.
		release()
		third, _ := told("released again", 7)
		version := h.must(200, call{as: "ada", method: "GET", path: "/v1/manifest-sets/wallets"}).header.Get("ETag")
		h.must(204, call{as: "ada", method: "DELETE", path: "/v1/manifest-sets/wallets", header: []string{"If-Match: " + version}})
		if matter, text = told("removed", 8); matter != third || !strings.Contains(text, "ada removed the set") {
			t.Errorf("of the matter %s, which is %s, is told %s", matter, third, text)
		}
	})
}

// setID is the identifier of a set.
func (h *house) setID(slug string) id.ID {
	h.t.Helper()
	s, err := h.app.Manifests.Get(access.WithCaller(h.t.Context(), access.System("test")), slug)
	if err != nil {
		h.t.Fatal(err)
	}
	return s.ID
}
