package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// GitHub is asked for repositories that services name, though no issue was ever to go there: whether they are archived,
// and who owns the code.
func TestARepositoryThatIsArchivedOrOwnedByOthersIsDriftThoughNoIssueWentThere(t *testing.T) {
	t.Parallel()
	asked := map[string]int{}
	hub := standin.New(t, standin.Options{Now: time.Now, Enterprise: true, Plan: standin.PlanFunc(func(r standin.Request) standin.Fault {
		asked[r.Operation]++
		return standin.Fault{}
	})})
	hub.Organization("acme")
	for _, login := range []string{"evenkeel", "ole"} {
		hub.User(login)
	}
	for _, name := range []string{"acme/mono", "acme/ledger"} {
		hub.Private(name)
		hub.Collaborator(name, "evenkeel", standin.Write)
		hub.Collaborator(name, "ole", standin.Admin)
	}
	base := strings.TrimSuffix(hub.URL, "/api/v3")
	h := open(t, "", func(c *config.Config) {
		c.GitHub.BaseURL, c.GitHub.Token = base, config.NewSecret(hub.Token("evenkeel"))
	})
	h.secrets = append(h.secrets, hub.Token("evenkeel"))
	h.furnish()
	for person, login := range map[string]string{"ada": "ada", "bob": "bob"} {
		path := "/v1/people/" + h.ids[person]
		tag := h.must(200, call{as: "administrator", method: "GET", path: path}).header.Get("ETag")
		h.must(200, call{as: "administrator", method: "PUT", path: path, header: []string{"If-Match: " + tag}, body: `{"displayName":"` + person + `","githubLogin":"` + login + `"}`})
	}
	update := func(slug, repository string) {
		t.Helper()
		version := h.must(200, call{as: "ada", method: "GET", path: "/v1/services/" + slug}).header.Get("ETag")
		h.must(200, call{as: "ada", method: "PUT", path: "/v1/services/" + slug, header: []string{"If-Match: " + version}, body: `{"slug":"` + slug + `","name":"S","kind":"http","tier":2,"repository":"` + repository + `"}`})
	}
	update("checkout", base+"/acme/Mono/tree/main/services/checkout")
	update("ledger", base+"/acme/ledger")
	h.runs("watch-ownership")
	drifts := func(when string, want ...string) {
		t.Helper()
		var got []string
		for _, one := range h.must(200, call{as: "rita", method: "GET", path: "/v1/ownership-drift?team=payments"}).items() {
			got = append(got, one["service"].(map[string]any)["slug"].(string)+" "+one["reason"].(string)+": "+one["detail"].(string))
		}
		slices.Sort(got)
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s drift %q, want %q", when, got, want)
		}
	}
	drifts("without a file of owners")
	// Each was asked for once, and for its file in three places.
	if asked["repos/get"] != 2 || asked["repos/get-content"] != 6 {
		t.Errorf("asked were %v", asked)
	}
	hub.File("acme/mono", "CODEOWNERS", "* @ada\n/services/checkout/ @bob @acme/search\n")
	hub.Person("ole").Archive("acme/ledger")
	h.runs("watch-ownership")
	drifts("within a day")
	h.clock.Advance(25 * time.Hour)
	h.runs("watch-ownership")
	others := "checkout codeowners_disagree: By CODEOWNERS the code in acme/mono/services/checkout is owned by @bob, @acme/search, and by nobody of the team payments."
	drifts("after a day", others, "ledger repository_refuses: The repository "+base+"/acme/ledger is archived.")

	hub.File("acme/mono", ".github/CODEOWNERS", "* @bob\n/services/ @acme/payments\n")
	h.clock.Advance(25 * time.Hour)
	h.runs("watch-ownership")
	drifts("once the team is in the file that goes first", "ledger repository_refuses: The repository "+base+"/acme/ledger is archived.")
	if got := h.must(200, call{as: "rita", method: "GET", path: "/v1/ownership-drift?reason=codeowners_disagree"}).items(); len(got) != 0 {
		t.Errorf("others own the code still: %v", got)
	}
}
