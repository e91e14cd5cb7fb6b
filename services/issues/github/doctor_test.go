package github_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/issues/github"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

var shop = github.Subject{Owner: "acme", Name: "shop"}

// examine returns what is missing, and what is to be noted, by what it is about.
func (g *gate) examine(c *github.Credentials, subject github.Subject) (missing, notes, works []string) {
	g.t.Helper()
	before := len(g.Requests())
	for _, f := range c.Examine(g.t.Context(), subject) {
		line := f.About + ": " + f.Says
		switch f.Health {
		case github.Missing:
			missing = append(missing, line+" → "+f.Help)
		case github.Note:
			notes = append(notes, line+" → "+f.Help)
		default:
			works = append(works, line)
		}
	}
	if slices.ContainsFunc(g.Requests()[before:], standin.Request.IsWrite) {
		g.t.Error("a look changes something")
	}
	return missing, notes, works
}

// lookingApp and lookingToken look by the clock of the stand-in, by which it tells the date.
func (g *gate) lookingApp(change func(*github.Options)) *github.Credentials {
	o := g.options()
	o.Clock, o.AppID, o.Key = g.clock.Now, g.app.ID, g.key()
	if change != nil {
		change(&o)
	}
	return g.with(o)
}

func (g *gate) lookingToken(token string) *github.Credentials {
	o := g.options()
	o.Clock, o.Token = g.clock.Now, token
	return g.with(o)
}

func exactly(t *testing.T, name string, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %q, want %q", name, got, want)
		return
	}
	for i := range want {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("%s: %q, want %q", name, got[i], want[i])
		}
	}
}

func TestNothingIsMissingWhereIssuesCanBeOpened(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	g.Install(g.app, "acme", standin.Permissions{"issues": "write"}, "acme/shop")
	missing, notes, works := g.examine(g.lookingApp(nil), shop)
	exactly(t, "missing", missing)
	exactly(t, "notes", notes)
	exactly(t, "works", works, "address: http://127.0.0.1", "clock: it agrees", `credential: the App "evenkeel"`, "on acme, for selected repositories",
		"permission: issues: write on acme", "permission: metadata: read on acme", "repository: acme/shop is there", "limits: 49")
	// It can be, as it says.
	if err := g.open(g.asApp(), "one"); err != nil {
		t.Error(err)
	}
}

func TestEachMissingPermissionIsNamedWithWhereToClick(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	id := g.Install(g.app, "acme", standin.Permissions{"issues": "read", "contents": "write"})
	missing, notes, _ := g.examine(g.lookingApp(nil), shop)
	exactly(t, "read alone", missing, "permission: issues: read on acme, where write is needed → If the App asks for it, an owner of acme can accept it at https://github.com/organizations/acme/settings/installations/")
	exactly(t, "read alone", notes, "permission: not needed on acme: contents: write")
	if err := g.open(g.asApp(), "one"); err == nil {
		t.Error("an issue is opened without the permission")
	}

	g.Grant(id, standin.Permissions{"contents": "read", "deployments": "read", "actions": "read"})
	_, notes, _ = g.examine(g.lookingApp(nil), github.Subject{Owner: "acme"})
	exactly(t, "what is of use to read", notes, "permission: not needed on acme: actions: read →")

	g.Grant(id, nil)
	missing, _, _ = g.examine(g.lookingApp(nil), github.Subject{Owner: "acme"})
	exactly(t, "none", missing, "permission: issues: none on acme")

	g.Declare(g.app, standin.Permissions{"contents": "read"}, "issues")
	missing, notes, _ = g.examine(g.lookingApp(nil), github.Subject{})
	exactly(t, "not asked for", missing, "App's permissions: the App asks for issues: none, and needs issues: write → In the App's settings, under Permissions & events", "permission: issues: none")
	exactly(t, "not asked for", notes, "App's events: without webhooks of issue_comment, repository")
}

func TestAnInstallationThatIsNotThereIsMissing(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	g.Private("acme/vault")
	g.Public("acme/site")
	missing, _, _ := g.examine(g.lookingApp(nil), github.Subject{})
	exactly(t, "anywhere", missing, "installation: the App is installed nowhere → In the App's settings, under Install App")
	missing, _, _ = g.examine(g.lookingApp(nil), shop)
	exactly(t, "on acme", missing, "installation: the App is not installed on acme")
	id := g.Install(g.app, "acme", standin.Permissions{"issues": "write"}, "acme/shop")
	for _, name := range []string{"vault", "site", "none"} {
		missing, _, _ = g.examine(g.lookingApp(nil), github.Subject{Owner: "acme", Name: name})
		exactly(t, name, missing, "repository: the installation does not have acme/"+name)
	}
	g.Person("ole").Suspend(id)
	for _, subject := range []github.Subject{{}, shop} {
		missing, _, _ = g.examine(g.lookingApp(nil), subject)
		exactly(t, "suspended", missing, "installation: that on acme is suspended since 2026-03-02 → An owner of acme can unsuspend it at https://")
	}
}

func TestARepositoryThatTakesNoIssuesIsMissing(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	g.Public("acme/site")
	g.Install(g.app, "acme", standin.Permissions{"issues": "write"})
	g.Person("ole").DisableIssues("acme/shop")
	missing, _, _ := g.examine(g.lookingApp(nil), shop)
	exactly(t, "disabled", missing, "issues: acme/shop has issues disabled → Tick Issues in its settings")
	missing, notes, _ := g.examine(g.lookingApp(nil), github.Subject{Owner: "acme", Name: "site"})
	exactly(t, "public", missing)
	exactly(t, "public", notes, "visibility: acme/site is public")
	g.Person("ole").Archive("acme/site")
	missing, _, _ = g.examine(g.lookingApp(nil), github.Subject{Owner: "acme", Name: "site"})
	exactly(t, "archived", missing, "repository: acme/site is archived")
}

func TestATokenIsLookedAtAsItsPerson(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	g.User("pia")
	g.User("rita")
	g.Collaborator("acme/shop", "rita", standin.Read)
	missing, notes, works := g.examine(g.lookingToken(g.Token("ole")), shop)
	exactly(t, "ole", missing)
	exactly(t, "ole", notes, "GitHub does not tell what a token may do")
	exactly(t, "ole", works, "address", "clock", "credential: the token of ole", "repository: acme/shop is there", "limits")
	missing, _, _ = g.examine(g.lookingToken(g.Token("pia")), shop)
	exactly(t, "pia", missing, "repository: there is no acme/shop, or it is not shown to us")
	missing, _, _ = g.examine(g.lookingToken(g.Token("rita")), shop)
	exactly(t, "rita", missing, "permission: whose token it is may not label or close issues in acme/shop")
	missing, _, _ = g.examine(g.lookingToken("ghp_unknown"), shop)
	exactly(t, "nobody's", missing, "credential: GitHub does not take the token, which expired or was revoked: Bad credentials")
}

func TestCredentialsAndClockAndAddressAreLookedAt(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	g.Install(g.app, "acme", standin.Permissions{"issues": "write"})
	missing, _, _ := g.examine(g.lookingApp(func(o *github.Options) { o.AppID++ }), shop)
	exactly(t, "another App's key", missing, "credential: GitHub does not take the key for the App with the number")
	for _, test := range []struct {
		by   time.Duration
		says string
	}{{5 * time.Minute, "ahead of GitHub's"}, {-time.Hour, "behind GitHub's"}} {
		c := g.lookingApp(func(o *github.Options) { o.Clock = func() time.Time { return g.clock.Now().Add(test.by) } })
		missing, _, _ = g.examine(c, shop)
		exactly(t, test.by.String(), missing, test.says)
	}
	missing, _, _ = g.examine(g.lookingApp(func(o *github.Options) { o.BaseURL = "http://127.0.0.1:1" }), shop)
	exactly(t, "nobody there", missing, "address: GitHub cannot be reached: github: it cannot be reached")
}

func TestLimitsThatAreUsedUpAreMissing(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	c := g.lookingToken(g.Token("ole"))
	if _, _, _, err := c.For(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	g.script.Add(standin.Step{Operation: "repos/get", Fault: standin.Fault{Kind: standin.PrimaryExhausted, Wait: 20 * time.Minute}})
	missing, _, _ := g.examine(c, shop)
	exactly(t, "used up", missing, "repository: GitHub asks to wait", "limits: none of 5000 requests is left until 09:20:00")
}
