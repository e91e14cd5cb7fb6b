package app_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestAPlanIsOfTheSetTooAndOnlyWhatWasPlannedIsApplied(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		bring := func(text string, more ...string) string {
			return with(bringing("shared", false, "a.yaml", text), more...)
		}
		application := func(body string) call {
			return call{as: "administrator", method: "POST", path: "/v1/manifest-applications", body: body}
		}
		const box = hd + "System\nslug: box\nteam: search\n"
		digest := func(body string) string { return h.plan("administrator", body).text("digest") }
		planned := func(digest string) string { return fmt.Sprintf(`"digest":%q`, digest) }

		// The same files for another team, or from another source, are another plan.
		searched := bring(box, `"team":"search"`)
		of := digest(searched)
		for _, other := range []string{bring(box, `"team":"payments"`), bring(box, `"team":"search"`, `"source":"https://example.org/r"`)} {
			if digest(other) == of {
				t.Errorf("%s has the digest of %s", other, searched)
			}
			if got := h.must(409, application(with(other, planned(of)))).text("code"); got != "plan_changed" {
				t.Errorf("%s by the digest of %s: %s", other, searched, got)
			}
		}
		h.must(200, application(with(searched, planned(of))))

		// Whoever did not hear the answer asks again; another plan than was applied is not done because nothing is.
		if again := h.must(200, application(with(searched, planned(of)))); again.object()["changed"] != 0.0 {
			t.Errorf("again it does %s", steps(again))
		}
		for _, old := range []string{digest(bring(box+"description: A box.\n", `"team":"search"`)), strings.Repeat("0", 64)} {
			if got := h.must(409, application(with(searched, planned(old)))).text("code"); got != "plan_changed" {
				t.Errorf("by the digest %s: %s", old, got)
			}
		}
		if got := h.must(409, application(with(bringing("", false, "a.yaml", box), planned(of)))).text("code"); got != "plan_changed" {
			t.Errorf("without a set: %s", got)
		}

		// Whose it is and where its files are is told like all that changes.
		moved := bring(box, `"team":"payments"`, `"source":"https://example.org/r"`)
		if plan := h.plan("administrator", moved); steps(plan) != "update ManifestSet shared /source,/team" || plan.object()["changed"] != 1.0 || !strings.Contains(string(plan.body), `{"name":"/team","before":"search","after":"payments"}`) {
			t.Errorf("planned is %s", plan.body)
		}
		h.must(200, application(with(moved, planned(digest(moved)))))
		if set := h.must(200, call{as: "rita", method: "GET", path: "/v1/manifest-sets/shared"}); set.object()["team"].(map[string]any)["slug"] != "payments" || set.text("source") != "https://example.org/r" {
			t.Errorf("the set is %s", set.body)
		}
		// What was planned while it was another's is not applied now.
		if got := h.must(409, application(with(searched, planned(of)))).text("code"); got != "plan_changed" {
			t.Errorf("by the digest of before: %s", got)
		}
	})
}

// With the API a label is there whose value is empty, and so it is with a manifest of the same labels.
func TestALabelWithoutAValueIsALabel(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("administrator", "service coins", "/v1/services", service(`"slug":"coins"`, `"labels":{"a":"","b":"x"}`))
		labels := func(slug string) string {
			t.Helper()
			return fmt.Sprint(h.must(200, call{as: "ada", method: "GET", path: "/v1/services/" + slug}).object()["labels"])
		}
		want := labels("coins")
		if want != "map[a: b:x]" {
			t.Fatalf("by the API the labels are %s", want)
		}
		said := func(slug, labels string) string {
			return bringing("wallets", false, "a.yaml", strings.Replace(wallet, "wallet", slug, 1)+"labels: "+labels+"\n")
		}
		if got := steps(h.apply("administrator", said("wallet", `{a: "", b: x}`))); !strings.Contains(got, "/labels") || labels("wallet") != want {
			t.Errorf("made is %s with the labels %s", got, labels("wallet"))
		}
		for _, one := range []struct{ say, does, is string }{
			{`{a: "", b: x}`, "", want},
			{`{b: x}`, "update Service wallet /labels/a", "map[b:x]"},
			{`{a: "", b: x}`, "update Service wallet /labels/a", want},
			{`{a: x, b: x}`, "update Service wallet /labels/a", "map[a:x b:x]"},
			{`{}`, "update Service wallet /labels/a,/labels/b", "map[]"},
			{`{a: ""}`, "update Service wallet /labels/a", "map[a:]"},
		} {
			if got := steps(h.apply("administrator", said("wallet", one.say))); got != one.does || labels("wallet") != one.is {
				t.Errorf("of %s is applied %q, and the labels are %s", one.say, got, labels("wallet"))
			}
		}
		if counts := h.compareManifests(); counts["drifted"] != 0 {
			t.Errorf("compared are %v", counts)
		}
		// null is no text, as the API says too.
		h.must(422, call{as: "administrator", method: "POST", path: "/v1/manifest-plans", body: said("wallet", "{a: null}")})
		h.must(422, call{as: "administrator", method: "POST", path: "/v1/services", body: service(`"slug":"more"`, `"labels":{"a":null}`)})
		h.make("administrator", "service plain", "/v1/services", service(`"slug":"plain"`, `"labels":{"a":""}`))
		if got := string(h.must(200, call{as: "ada", method: "GET", path: "/v1/manifests?service=plain"}).body); !strings.Contains(got, `a: ""`) {
			t.Errorf("exported is %s", got)
		}
	})
}
