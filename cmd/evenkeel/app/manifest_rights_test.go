package app_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/manifest"
	"github.com/evenkeel/evenkeel/services/registry"
)

const hd = "apiVersion: evenkeel/v1\nkind: "

// catalogKeeps has the catalog keep fields of a service.
func (h *house) catalogKeeps(service string, fields ...string) {
	s, err := h.app.Registry.ServiceFor(h.system(), service)
	if err != nil {
		h.t.Fatal(err)
	}
	ctx := managed.Acting(h.system(), managed.By{Manager: managed.Catalog, Entity: "component:default/" + service, Fields: fields})
	if _, err := h.app.Registry.UpdateService(ctx, service, s.Version, registry.ServiceInput{Slug: s.Slug, System: s.SystemSlug, Profile: s.Profile}); err != nil {
		h.t.Fatal(err)
	}
}

func TestASetTakesOnlyWhatItsPeopleMayChange(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		// That nothing of it differs is no reason to have another team's service.
		h.catalogKeeps("checkout", "slug", "name")
		squat := with(bringing("squat", false, "a.yaml", hd+"Service\nslug: checkout\n"), `"team":"search"`)
		if got := problems(h.must(409, call{as: "bob", method: "POST", path: "/v1/manifest-applications", body: squat})); !strings.Contains(got, "only members of the owning team") {
			t.Errorf("bob is told %s", got)
		}
		h.must(404, call{as: "bob", method: "GET", path: "/v1/manifest-sets/squat"})

		// A thing is in one set, and the other is told which file has it.
		h.apply("ada", with(bringing("one", false, "a.yaml", hd+"Service\nslug: ledger\nonCall: rota\n"), `"team":"payments"`))
		two := h.plan("ada", with(bringing("two", false, "b.yaml", hd+"Service\nslug: ledger\nrunbook: https://example.org/r\n"), `"team":"payments"`))
		if two.object()["refused"] != 1.0 || !strings.Contains(string(two.body), "is in another set of manifests already, in its file a.yaml") {
			t.Errorf("the plan of the second is %s", two.body)
		}

		// What the catalog keeps that there is ends there: the set lets go of what it said of it.
		h.apply("ada", with(bringing("pay", false, "a.yaml", hd+"Service\nslug: checkout\nonCall: rota\n"), `"team":"payments"`))
		left := h.apply("ada", with(bringing("pay", true), `"team":"payments"`))
		if got := steps(left); got != "leave Service checkout" || !strings.Contains(string(left.body), "the catalog keeps it") {
			t.Errorf("said no more: %s", left.body)
		}
		service := h.must(200, call{as: "ada", method: "GET", path: "/v1/services/checkout"})
		if service.object()["retiredAt"] != nil || strings.Contains(fmt.Sprint(service.object()["managed"]), "set:pay") {
			t.Errorf("the service is %s", service.body)
		}
	})
}

// reading does something else while manifests are read.
type reading struct {
	manifest.Reader
	meanwhile func()
}

func (r *reading) Read(files []manifest.File) ([]manifest.Manifest, []manifest.Note, error) {
	if do := r.meanwhile; do != nil {
		r.meanwhile = nil
		do()
	}
	return r.Reader.Read(files)
}

func TestASetThatIsGivenAwayMeanwhileStaysGivenAway(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		body := with(bringing("shared", false, "a.yaml", hd+"System\nslug: box\nteam: search\n"), `"team":"search"`)
		h.apply("bob", body)
		parts := h.app.Manifests.Parts
		parts.Reader = &reading{parts.Reader, func() {
			h.apply("administrator", with(bringing("shared", false, "a.yaml", hd+"System\nslug: box\nteam: search\ndescription: A box.\n"), `"team":"payments"`))
		}}
		bob := access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: registryTeam(t, h, "search"), Name: "stranger", Scopes: access.Scopes})
		if _, err := manifest.NewDesk(parts).Apply(bob, manifest.Input{Set: "shared", Files: []manifest.File{{Path: "a.yaml", Text: hd + "System\nslug: box\nteam: search\ndescription: Another.\n"}}}); err == nil || !strings.Contains(err.Error(), "only members of the owning team") {
			t.Errorf("bob's program applies: %v", err)
		}
		if got := h.must(200, call{as: "ada", method: "GET", path: "/v1/manifest-sets/shared"}).object()["team"].(map[string]any)["slug"]; got != "payments" {
			t.Errorf("the set is of %v", got)
		}
	})
}

func registryTeam(t *testing.T, h *house, slug string) id.ID {
	t.Helper()
	team, err := h.app.Registry.TeamFor(h.system(), slug)
	if err != nil {
		t.Fatal(err)
	}
	return team.ID
}

func TestWhatIsReleasedWhileASetIsComparedStaysReleased(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.apply("ada", with(bringing("pay", true, "a.yaml", wallet), `"team":"payments"`))
		set, err := h.app.Manifests.Get(h.system(), "pay")
		if err != nil {
			t.Fatal(err)
		}
		items, err := h.app.Manifests.Items(h.system(), manifest.ItemFilter{Set: set.ID}, page.Request{})
		if err != nil {
			t.Fatal(err)
		}
		item := items.Items[0].ID
		s, err := h.app.Registry.ServiceFor(h.system(), "wallet")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.app.Registry.Retire(managed.Acting(h.system(), managed.By{Manager: "set:pay"}), "wallet", s.Version, ""); err != nil {
			t.Fatal(err)
		}
		parts := h.app.Manifests.Parts
		var released error
		parts.Reader = &reading{parts.Reader, func() { _, released = h.app.Manifests.Release(h.system(), "pay", item, "It pages.") }}
		if _, err := manifest.NewDesk(parts).CheckOnce(h.system()); err != nil || released != nil {
			t.Fatal(err, released)
		}
		after, err := h.app.Manifests.Item(h.system(), "pay", item)
		if err != nil || after.Released == nil {
			t.Errorf("it is %+v, %v", after, err)
		}
	})
}

func TestAnSLOWhoseServiceWasRenamedIsLetGo(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.apply("ada", with(bringing("pay", false, "a.yaml", strings.NewReplacer("OBJECTIVE", "99.9%", "service: wallet", "service: ledger").Replace(walletSLO)), `"team":"payments"`))
		h.rename("ada", "/v1/services/ledger", "book")
		h.apply("ada", with(bringing("pay", true), `"team":"payments"`))
		if got := h.must(200, call{as: "ada", method: "GET", path: "/v1/services/book/slos/availability"}); got.object()["manager"] != nil {
			t.Errorf("the SLO is %s", got.body)
		}
	})
}

func TestWhatIsNamedByIdentifierOrWrittenInBlocksIsTheSameAgain(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		team := h.ids["team payments"]
		for name, f := range map[string]string{
			"service team id":  hd + "Service\nslug: a1\ntype: http\ntier: 1\nteam: " + team + "\n",
			"system team id":   hd + "System\nslug: a2\nteam: " + team + "\n",
			"team parent id":   hd + "Team\nslug: a3\nparent: " + team + "\n",
			"block text":       hd + "Service\nslug: a4\ntype: http\ntier: 1\nteam: payments\ndescription: |\n  two\n  lines\n",
			"slo block":        hd + "SLO\nservice: checkout\nslug: a5\nname: x\nobjective: 99%\ndescription: |\n  two\nrationale: |\n  two\nindicator:\n  category: availability\n  description: |\n    x\n",
			"empty label":      hd + "Service\nslug: a6\ntype: http\ntier: 1\nteam: payments\nlabels: {a: ''}\n",
			"card block":       hd + "Scorecard\nslug: a7\nname: X\nowner: " + team + "\ndescription: |\n  two\nlevels: [{name: Bronze}]\nappliesTo: |\n  tier < 3\nchecks: [{id: d, title: D, category: docs, level: Bronze, passes: \"hasDocs\\n\"}]\n---\n" + hd + "Campaign\nname: Camp\nwhy: |\n  because\nscorecard: a7\nteam: payments\nchecks: [d]\nstartsOn: 2027-01-01\ndueOn: 2027-02-01\n",
			"policy block":     hd + "ErrorBudgetPolicy\nslug: a8\nname: P\ndescription: |\n  x\nclauses:\n  - name: spent\n    when: |\n      consumed > 1.0\n    freeze: {allow: [config]}\n",
			"policy attach id": hd + "ErrorBudgetPolicy\nslug: a9\nname: P\nclauses:\n  - {name: spent, when: consumed > 1.0, freeze: {}}\nattachments: [{target: service, service: " + h.ids["service checkout"] + ", mode: warn}]\n",
			"dep id":           hd + "Service\nslug: b1\ntype: http\ntier: 1\nteam: payments\ndependsOn: [{service: " + h.ids["service checkout"] + ", criticality: hard}]\n",
			"mixed slo off":    hd + "SLO\nservice: checkout\nslug: b2\nname: x\nobjective: 99%\nalerts: {off: [ticket, page]}\nindicator: {category: availability}\n",
		} {
			set := strings.ReplaceAll(name, " ", "-")
			h.apply("administrator", bringing(set, false, "a.yaml", f))
			if again := h.apply("administrator", bringing(set, false, "a.yaml", f)); again.object()["changed"] != 0.0 {
				t.Errorf("%s: again it does %s", name, again.body)
			}
		}
		if c := h.compareManifests(); c["drifted"] != 0 {
			t.Errorf("there is drift: %v", c)
		}
		for name, f := range map[string]string{
			"nul slug":    hd + "Service\nslug: \"a\\0b\"\n",
			"nul service": hd + "SLO\nservice: \"a\\0b\"\nslug: x\nindicator: {category: availability}\n",
			"nul name":    hd + "Campaign\nname: \"a\\0b\"\nwhy: x\nscorecard: \"a\\0b\"\nteam: \"a\\0b\"\nchecks: [a]\nstartsOn: 2027-01-01\ndueOn: 2027-02-01\n",
			"nul policy":  hd + "ErrorBudgetPolicy\nslug: \"a\\0b\"\nname: P\nclauses:\n  - {name: spent, when: consumed > 1.0, freeze: {}}\n",
			"nul card":    hd + "Scorecard\nslug: \"a\\0b\"\nname: X\nlevels: [{name: Bronze}]\nchecks: [{id: d, title: D, category: docs, level: Bronze, passes: hasDocs}]\n",
			"nul raw":     hd + "Service\nslug: x\nname: a\u0000b\n",
			"nan":         hd + "ErrorBudgetPolicy\nslug: p1\nname: P\nreserve: .nan\nclauses:\n  - {name: spent, when: consumed > 1.0, freeze: {}}\n",
			"inf":         hd + "ErrorBudgetPolicy\nslug: p1\nname: P\nreserve: .inf\nclauses:\n  - {name: spent, when: consumed > 1.0, freeze: {}}\n",
			"bad date":    hd + "Campaign\nname: c\nwhy: x\nscorecard: a\nteam: b\nchecks: [a]\nstartsOn: 2027-02-30\ndueOn: 2027-13-01\n",
			"huge int":    hd + "Service\nslug: x\ntier: 99999999999999999999999\n",
			"float int":   hd + "SLO\nservice: checkout\nslug: x\nminEvents: 1e30\nindicator: {category: availability}\n",
			"huge float":  hd + "ErrorBudgetPolicy\nslug: p1\nname: P\nreserve: 1e999\nclauses:\n  - {name: spent, when: consumed > 1.0, freeze: {}}\n",
			"source":      hd + "SLO\nservice: checkout\nslug: x\nname: y\nobjective: 99%\nindicator: {category: availability, source: {dataSource: \"a\\0b\", good: x, total: y}}\n",
			"owner nul":   hd + "Scorecard\nslug: q\nname: X\nowner: \"a\\0b\"\nlevels: [{name: Bronze}]\nchecks: [{id: d, title: D, category: docs, level: Bronze, passes: hasDocs}]\n",
		} {
			for _, set := range []string{"hostile", ""} {
				if a := h.do(call{as: "administrator", method: "POST", path: "/v1/manifest-plans", body: bringing(set, false, "a.yaml", f)}); a.status >= 500 {
					t.Errorf("%s (%s): %d %s", name, set, a.status, a.body)
				}
			}
		}
	})
}

func TestWhatIsSaidIsKeptAndGivenAwayLast(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		// By hand checkout depends on ledger already; that it is said has the set keep it.
		needing := func(more string) string {
			return with(bringing("pay", false, "a.yaml", hd+"Service\nslug: checkout\ndependsOn:\n  - {service: ledger, criticality: hard}\n"+more), `"team":"payments"`)
		}
		h.apply("ada", with(bringing("pay", false, "a.yaml", hd+"Service\nslug: checkout\nonCall: rota\n"), `"team":"payments"`))
		h.apply("ada", needing(""))
		needs, err := h.app.Registry.Dependencies(h.system(), "checkout")
		if err != nil || len(needs) != 1 || needs[0].Manager != "set:pay" {
			t.Errorf("it depends on %+v, %v", needs, err)
		}
		if got := problems(h.must(409, call{as: "ada", method: "POST", path: "/v1/manifest-applications", body: needing("  - {service: ledger, criticality: soft}\n")})); !strings.Contains(got, "/dependsOn/1/service: is said in /dependsOn/0 already") {
			t.Errorf("said twice: %s", got)
		}
		// Who owns it may give it away, though they are not of the team that gets it.
		if got := steps(h.apply("ada", bringing("", false, "a.yaml", hd+"Service\nslug: ledger\nteam: search\n"))); got != "update Service ledger /team" {
			t.Errorf("given away: %s", got)
		}
	})
}
