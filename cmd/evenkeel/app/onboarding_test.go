package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// Repositories are found on GitHub, looked into, decided on, put into a wave and become services with SLOs
// whose teams are told how far they are.
func TestRepositoriesOnGitHubBecomeServicesWithSLOs(t *testing.T) {
	t.Parallel()
	h, hub, base := onboarded(t)
	h.runs("discover-repositories")
	found := map[string]map[string]any{}
	for _, r := range h.must(200, call{as: "rita", method: "GET", path: "/v1/onboarding/repositories"}).items() {
		found[r["fullName"].(string)] = r
	}
	// As they were put there: whose by which word, what each would become.
	for name, want := range map[string]string{
		"acme/orders":  "found payments codeowners orders",
		"acme/catalog": "found search catalog_info lens",
		"acme/topic":   "found payments topic topic",
		"acme/ledger":  "registered ledger ",
		"acme/attic":   "idle",
		"acme/evil":    "found",
	} {
		r := found[name]
		got := fmt.Sprint(r["state"])
		switch r["state"] {
		case "registered":
			got += " " + r["service"].(map[string]any)["slug"].(string) + " "
		case "found":
			if team, is := r["team"].(map[string]any); is {
				got += fmt.Sprintf(" %s %s %s", team["slug"], r["teamBy"], r["proposed"].(map[string]any)["slug"])
			}
		}
		if got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	// A name in YAML may be spelled with what PostgreSQL keeps in no text.
	if problem := fmt.Sprint(found["acme/evil"]["problem"]); !strings.Contains(problem, "catalog-info.yaml") || strings.ContainsRune(problem, 0) {
		t.Errorf("of a file that is not right is told %q", problem)
	}
	if owners := found["acme/evil"]["codeOwners"].([]any); len(owners) != 20 {
		t.Errorf("of 5,000 code owners %d are kept, want 20", len(owners))
	}
	// Nothing is written anew where nothing changed.
	h.clock.Advance(time.Hour)
	h.runs("discover-repositories")
	for _, r := range h.must(200, call{as: "rita", method: "GET", path: "/v1/onboarding/repositories"}).items() {
		if was := found[r["fullName"].(string)]; was["version"] != r["version"] {
			t.Errorf("%s is version %v, was %v", r["fullName"], r["version"], was["version"])
		}
	}

	evil := found["acme/evil"]
	path := "/v1/onboarding/repositories/" + evil["id"].(string)
	tag := h.must(200, call{as: "administrator", method: "GET", path: path}).header.Get("ETag")
	h.must(403, call{as: "ada", method: "PUT", path: path, header: []string{"If-Match: " + tag}, body: `{"dismissed":"docs"}`})
	h.must(428, call{as: "administrator", method: "PUT", path: path, body: `{"dismissed":"docs"}`})
	h.must(200, call{as: "administrator", method: "PUT", path: path, header: []string{"If-Match: " + tag}, body: `{"dismissed":"It holds documents alone."}`})
	h.must(412, call{as: "administrator", method: "PUT", path: path, header: []string{"If-Match: " + tag}, body: `{}`})

	h.must(201, call{as: "administrator", method: "POST", path: "/v1/onboarding/waves", body: waving("first")})
	if picked := h.must(200, call{as: "administrator", method: "POST", path: "/v1/onboarding/waves/first/members", body: `{"match":{"of":"repositories"}}`}).object(); picked["added"] != 3.0 {
		t.Errorf("put in were %v, want orders, catalog and topic", picked)
	}
	outcomes := h.must(200, call{as: "administrator", method: "GET", path: "/v1/onboarding/waves/first/preview"}).items()
	for _, o := range outcomes {
		if o["registers"] != true || len(o["slos"].([]any)) != 1 || len(o["problems"].([]any)) != 0 {
			t.Errorf("foreseen is %v", o)
		}
	}
	started := h.must(200, call{as: "administrator", method: "POST", path: "/v1/onboarding/waves/first/start", body: `{}`}).object()
	if wave := started["wave"].(map[string]any); wave["state"] != "done" || wave["brought"] != 3.0 || len(outcomes) != 3 {
		t.Errorf("the wave is %v after %d were foreseen", wave, len(outcomes))
	}
	lens := h.must(200, call{as: "rita", method: "GET", path: "/v1/services/lens"}).object()
	if lens["repository"] != "https://"+strings.TrimPrefix(base, "http://")+"/acme/catalog" || lens["tier"] != 1.0 || lens["team"].(map[string]any)["slug"] != "search" {
		t.Errorf("the service is %v", lens)
	}
	slo := h.must(200, call{as: "rita", method: "GET", path: "/v1/services/lens/slos/availability"}).object()
	if slo["name"] != "The lens answers" || slo["objective"] != "99.5%" {
		t.Errorf("its SLO is %v", slo)
	}
	// By hand: payments has orders and topic, search lens, each with an SLO that nothing was pushed to.
	progress := h.must(200, call{as: "rita", method: "GET", path: "/v1/onboarding/progress?wave=first"}).object()
	var got []string
	for _, one := range progress["teams"].([]any) {
		team := one.(map[string]any)
		got = append(got, fmt.Sprintln(team["team"].(map[string]any)["slug"], team["found"], team["registered"], team["declared"], team["measured"], team["share"]))
	}
	if strings.Join(got, ", ") != "payments 0 0 2 0 0\n, search 0 0 1 0 0\n" {
		t.Errorf("the teams are so far: %v", got)
	}

	// One that is called otherwise is the same; one that is gone is told so, and what became a service is not.
	hub.Person("ole").RenameRepository("acme/topic", "other")
	hub.Person("ole").DeleteRepository("acme/evil")
	for range 2 { // a list that leaves something out once takes nothing away
		h.clock.Advance(time.Hour)
		h.runs("discover-repositories")
	}
	if other := h.must(200, call{as: "rita", method: "GET", path: "/v1/onboarding/repositories?query=other"}).items(); len(other) != 1 || other[0]["id"] != found["acme/topic"]["id"] {
		t.Errorf("under another name there is %v", other)
	}
	if gone := h.must(200, call{as: "rita", method: "GET", path: "/v1/onboarding/repositories?state=gone"}).items(); len(gone) != 1 || gone[0]["fullName"] != "acme/evil" {
		t.Errorf("gone are %v", gone)
	}
}

// onboarded is a house that may see repositories of acme on GitHub: Ole's, of which ledger is a service.
func onboarded(t *testing.T) (*house, *standin.GitHub, string) {
	t.Helper()
	hub := standin.New(t, standin.Options{Now: time.Now, Enterprise: true})
	hub.Organization("acme")
	for _, login := range []string{"evenkeel", "ole"} {
		hub.User(login)
	}
	for name, files := range map[string]map[string]string{
		"acme/orders":  {"CODEOWNERS": "* @ole @acme/payments\n/docs @acme/search\n"},
		"acme/catalog": {"catalog-info.yaml": "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: lens\n  title: The lens\n  annotations: {evenkeel.dev/tier: \"1\"}\nspec: {type: service, lifecycle: production, owner: group:default/search}\n"},
		"acme/topic":   {"README.md": "It has a topic."},
		"acme/ledger":  {"README.md": "A service names it."},
		"acme/attic":   {"README.md": "Nobody needs it."},
		"acme/evil":    {"catalog-info.yaml": "\"x\\0\": {a: 1, a: 2}\n\x00", "CODEOWNERS": "* " + strings.Repeat("@acme/nobody-here ", 5_000) + "\n"},
	} {
		hub.Private(name)
		hub.Collaborator(name, "evenkeel", standin.Write)
		hub.Collaborator(name, "ole", standin.Admin)
		for path, text := range files {
			hub.File(name, path, text)
		}
	}
	hub.Describe("acme/topic", standin.About{Topics: []string{"go", "team-payments"}})
	hub.Person("ole").Archive("acme/attic")
	base := strings.TrimSuffix(hub.URL, "/api/v3")
	h := open(t, "", func(c *config.Config) {
		c.GitHub.BaseURL, c.GitHub.Token, c.GitHub.Owners = base, config.NewSecret(hub.Token("evenkeel")), config.List{"Acme"}
	})
	h.secrets = append(h.secrets, hub.Token("evenkeel"))
	h.furnish()
	version := h.must(200, call{as: "ada", method: "GET", path: "/v1/services/ledger"}).header.Get("ETag")
	h.must(200, call{as: "ada", method: "PUT", path: "/v1/services/ledger", header: []string{"If-Match: " + version}, body: `{"slug":"ledger","name":"Ledger","kind":"http","tier":2,"repository":"` + base + `/Acme/Ledger.git"}`})
	return h, hub, base
}

// waving is a wave whose services get an SLO.
func waving(slug string) string {
	return `{"slug":"` + slug + `","name":"First","dueOn":"2099-01-01","templates":[{"kinds":["http"],"slo":{"slug":"availability","name":"${service.name} answers","objective":"99.5%","indicator":{"category":"availability"}}}]}`
}
