package github_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// haul is what was told of repositories.
type haul struct {
	parts []int
	by    map[delivery.Place]github.Repository
	found github.Found
}

// search looks for repositories, and has each of them told once.
func (g *gate) search(c *github.Credentials, owners ...string) (haul, error) {
	g.t.Helper()
	h := haul{by: map[delivery.Place]github.Repository{}}
	ids := map[int64]bool{}
	var err error
	h.found, err = c.Repositories(g.t.Context(), owners, func(part []github.Repository) error {
		h.parts = append(h.parts, len(part))
		for _, r := range part {
			if ids[r.ID] {
				g.t.Errorf("%s is told twice", r.Place)
			}
			ids[r.ID], h.by[r.Place] = true, r
		}
		return nil
	})
	if h.found.Told != len(h.by) {
		g.t.Errorf("%d were told, and it says %d", len(h.by), h.found.Told)
	}
	return h, err
}

// of are the names of those of an owner.
func (h haul) of(owner string) []string {
	var names []string
	for _, place := range slices.Sorted(maps.Keys(h.by)) {
		if place.Owner() == owner {
			names = append(names, place.Name())
		}
	}
	return names
}

// fleet gives acme 250 private repositories beside acme/shop, of which every tenth is public.
func (g *gate) fleet() {
	for n := range 250 {
		name := fmt.Sprintf("acme/app-%03d", n)
		if n%10 == 0 {
			g.Public(name)
			continue
		}
		g.Private(name)
	}
}

func TestAnAppFindsTheRepositoriesOfAllItsInstallations(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	g.fleet()
	for _, org := range []string{"umbrella", "initech", "globex"} {
		g.Organization(org)
		g.Private(org + "/lab")
		g.Private(org + "/office")
	}
	g.Public("globex/site") // where the App is not
	g.Private("ole/notes")
	g.Install(g.app, "acme", standin.Permissions{})
	g.Install(g.app, "umbrella", standin.Permissions{}, "umbrella/lab")
	g.Person("ole").Suspend(g.Install(g.app, "initech", standin.Permissions{}))
	g.Install(g.app, "ole", standin.Permissions{})
	c := g.asApp()

	got, err := g.search(c)
	if err != nil {
		t.Fatal(err)
	}
	// 251 of acme in three pages, one of umbrella, one of Ole.
	if want := []int{100, 100, 51, 1, 1}; !slices.Equal(got.parts, want) {
		t.Errorf("told in %v, want %v", got.parts, want)
	}
	if n := len(got.of("acme")); n != 251 || !slices.Equal(got.of("umbrella"), []string{"lab"}) || !slices.Equal(got.of("ole"), []string{"notes"}) {
		t.Errorf("%d of acme, of umbrella %q, of Ole %q", n, got.of("umbrella"), got.of("ole"))
	}
	if want := (github.Found{Told: 253, Suspended: []string{"initech"}}); !reflect.DeepEqual(got.found, want) {
		t.Errorf("found are %+v, want %+v", got.found, want)
	}
	// A question for the installations, a token for each of three, and 3 + 1 + 1 pages.
	if asked := len(g.Requests()); asked != 9 {
		t.Errorf("asked %d times, want 9", asked)
	}

	got, err = g.search(c, "UMBRELLA", "umbrella")
	if err != nil || got.found.Told != 1 || !slices.Equal(got.of("umbrella"), []string{"lab"}) {
		t.Errorf("of umbrella: %v, and %v", got.by, err)
	}
	got, err = g.search(c, "globex", "acme", "initech", "../acme")
	if got.found.Told != 251 {
		t.Errorf("beside owners that are not seen %d are told, want 251", got.found.Told)
	}
	for _, says := range []string{"not installed on globex", "installation of the GitHub App on initech is suspended", `"../acme" is no name`} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q in it", err, says)
		}
	}
	troubled(t, "the first, of those that pass by themselves", err, delivery.Barred, "initech")

	// What an installation has is asked anew.
	g.Person("ole").Uninstall(g.Install(g.app, "globex", standin.Permissions{}))
	second := g.Install(g.app, "globex", standin.Permissions{}, "globex/lab")
	g.Reach(second, "globex/office")
	if got, err = g.search(c, "Globex"); err != nil || !slices.Equal(got.of("globex"), []string{"lab", "office"}) {
		t.Errorf("of globex: %v, and %v", got.by, err)
	}
}

func TestAnInstallationThatWasMadeAnewIsFoundInTheList(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	first := g.Install(g.app, "acme", standin.Permissions{})
	c := g.asApp()
	if got, err := g.search(c); err != nil || got.found.Told != 1 {
		t.Fatalf("%+v, and %v", got.found, err)
	}
	g.Person("ole").Uninstall(first)
	g.Install(g.app, "acme", standin.Permissions{})
	if got, err := g.search(c); err != nil || got.found.Told != 1 {
		t.Errorf("after it was installed anew: %+v, and %v", got.found, err)
	}
}

func TestATokenFindsTheRepositoriesThatItsPersonMayRead(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	g.fleet()
	g.User("robo")
	for n := 1; n < 250; n += 2 { // 125, none of which is public
		g.Collaborator(fmt.Sprintf("acme/app-%03d", n), "robo", standin.Read)
	}
	g.Private("robo/notes")
	g.Public("robo/site")
	g.Public("ole/blog")
	g.Private("ole/diary")
	g.Private("ole/secret")
	g.Collaborator("ole/diary", "robo", standin.Read)
	g.User("pia")
	g.Private("pia/plans")
	g.Collaborator("pia/plans", "robo", standin.Read)
	c := g.asToken(g.Token("robo"))

	// All: 125 of acme, two of its own, one of Ole's and of Pia's; what is public of others is nobody's wish.
	got, err := g.search(c)
	if err != nil || got.found.Told != 129 || !slices.Equal(got.parts, []int{100, 29}) || len(got.of("acme")) != 125 ||
		!slices.Equal(got.of("robo"), []string{"notes", "site"}) || !slices.Equal(got.of("ole"), []string{"diary"}) {
		t.Errorf("of all: %v, %d of acme, %q and %q, and %v", got.parts, len(got.of("acme")), got.of("robo"), got.of("ole"), err)
	}

	// Of acme 125 and the 25 that are public; of itself both, of Ole what is public and where it works too.
	got, err = g.search(c, "Acme", "Robo", "ole")
	if err != nil || !slices.Equal(got.parts, []int{100, 50, 2, 1, 1}) || len(got.of("acme")) != 150 ||
		!slices.Equal(got.of("robo"), []string{"notes", "site"}) || !slices.Equal(got.of("ole"), []string{"blog", "diary"}) {
		t.Errorf("of three: %v, %d of acme, %q and %q, and %v", got.parts, len(got.of("acme")), got.of("robo"), got.of("ole"), err)
	}

	got, err = g.search(c, "nobody", "acme")
	if got.found.Told != 150 {
		t.Errorf("beside nobody %d are told, want 150", got.found.Told)
	}
	troubled(t, "nobody", err, delivery.Refused, "GitHub knows no nobody, or does not show it to us")
}

func TestARepositoryTellsOfItself(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	g.Describe("acme/shop", standin.About{
		Description: "  The shop\u202e,\nof\tall ", Language: "Go", DefaultBranch: "trunk", Topics: []string{"tier-1", "payments"}, Internal: true,
		Properties: map[string]any{"team": "payments", "regions": []string{"eu", "us"}, "none": nil},
	})
	g.clock.Advance(time.Hour)
	g.File("acme/shop", "README.md", strings.Repeat("x", 3000)) // 2.9 kB
	id := g.Public("acme/empty")
	g.Public("acme/old")
	g.Person("ole").Archive("acme/old")
	g.Public("acme/copy")
	g.Describe("acme/copy", standin.About{Fork: true, Template: true, Disabled: true})
	c := g.asToken(g.Token("ole"))
	got, err := g.search(c, "acme")
	if err != nil {
		t.Fatal(err)
	}
	shop := got.by["acme/shop"]
	want := github.Repository{
		ID: shop.ID, Place: "acme/shop", Description: "The shop, of all", Language: "Go", DefaultBranch: "trunk", Visibility: "internal",
		Topics: []string{"tier-1", "payments"}, Size: 3, PushedAt: start.Add(time.Hour), CreatedAt: start,
		Properties: map[string]string{"team": "payments", "regions": "eu, us"},
	}
	if !reflect.DeepEqual(shop, want) {
		t.Errorf("told is %+v,\nwant %+v", shop, want)
	}
	if empty := got.by["acme/empty"]; empty.ID != id || empty.Size != 0 || empty.Visibility != "public" || empty.DefaultBranch != "main" || empty.Properties != nil {
		t.Errorf("an empty one: %+v", empty)
	}
	if old, copied := got.by["acme/old"], got.by["acme/copy"]; !old.Archived || old.Fork || !copied.Fork || !copied.Template || !copied.Disabled || copied.Archived {
		t.Errorf("one that is archived: %+v, and a copy: %+v", old, copied)
	}

	// Under another name, and with another owner, it is the same.
	g.Organization("umbrella")
	g.Person("ole").RenameRepository("acme/shop", "store")
	g.Person("ole").TransferRepository("acme/copy", "umbrella")
	g.Person("ole").DeleteRepository("acme/old")
	after, err := g.search(c, "acme", "umbrella")
	if err != nil || !slices.Equal(after.of("acme"), []string{"empty", "store"}) || after.by["acme/store"].ID != shop.ID || after.by["umbrella/copy"].ID != got.by["acme/copy"].ID {
		t.Errorf("told are %v, and %v", after.by, err)
	}
}

// GitHub has the properties of an organisation's own in what it answers of a repository: one of several
// values is a list.
func TestARepositoryWithAPropertyOfSeveralValuesIsReadAsOthersAre(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.Describe("acme/shop", standin.About{Properties: map[string]any{"regions": []string{"eu", "us"}}})
	facts := must(h.tracker.Facts(t.Context(), "acme/shop"))(t)
	if want := (delivery.Facts{Place: "acme/shop", Issues: true}); facts != want {
		t.Errorf("%+v, want %+v", facts, want)
	}
	g := atTheGate(t)
	g.Describe("acme/shop", standin.About{Properties: map[string]any{"regions": []string{"eu", "us"}}})
	findings := g.asToken(g.Token("ole")).Examine(t.Context(), github.Subject{Owner: "acme", Name: "shop"})
	if at := slices.IndexFunc(findings, func(f github.Finding) bool { return f.About == "repository" }); at < 0 || findings[at].Health != github.Works {
		t.Errorf("found is %+v", findings)
	}
}

func TestALimitInTheMidstSaysUntilWhenAndHoldsUpNoOtherInstallation(t *testing.T) {
	t.Parallel()
	for _, kind := range []standin.Kind{
		standin.SecondaryRetryAfter, standin.SecondaryReset, standin.SecondarySilent, standin.TooManyRequests, standin.PrimaryExhausted,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			wait := 7 * time.Minute
			if kind == standin.SecondarySilent {
				wait = time.Minute // "wait for at least one minute before retrying"
			}
			g := atTheGate(t)
			for n := range 150 {
				g.Private(fmt.Sprintf("acme/app-%03d", n))
			}
			g.Organization("umbrella")
			g.Private("umbrella/lab")
			g.Install(g.app, "acme", standin.Permissions{})
			g.Install(g.app, "umbrella", standin.Permissions{})
			c := g.asApp()
			g.script.Add(standin.Step{Operation: "apps/list-repos-accessible-to-installation", Skip: 1, Fault: standin.Fault{Kind: kind, Wait: wait}})
			got, err := g.search(c, "acme", "nobody", "umbrella")
			troubled(t, "an App", err, delivery.Limited, "GitHub asks to wait")
			if e := delivery.AsError(err); e == nil || !e.Until.Equal(start.Add(wait)) || !strings.Contains(err.Error(), "acme") || !strings.Contains(err.Error(), "nobody") {
				t.Errorf("%v, want until %s", err, start.Add(wait))
			}
			if !slices.Equal(got.parts, []int{100, 1}) {
				t.Errorf("told are %v, want a page of acme and umbrella's one", got.parts)
			}
			g.clock.Advance(wait)
			if got, err = g.search(c); err != nil || got.found.Told != 152 {
				t.Errorf("after it: %+v, and %v", got.found, err)
			}
			if early := g.Early(); len(early) != 0 {
				t.Errorf("early are %+v", early)
			}

			// Of a token all share the limits.
			token := g.asToken(g.Token("ole"))
			g.User("pia")
			for n := range 150 {
				g.Public(fmt.Sprintf("pia/app-%03d", n))
			}
			told := g.clock.Now()
			g.script.Add(standin.Step{Operation: "repos/list-for-user", Skip: 1, Fault: standin.Fault{Kind: kind, Wait: wait}})
			got, err = g.search(token, "pia", "acme")
			if e := delivery.AsError(err); e == nil || e.Trouble != delivery.Limited || !e.Until.Equal(told.Add(wait)) || got.found.Told != 100 || strings.Contains(err.Error(), "acme:") {
				t.Errorf("a token: %+v, and %v", got.found, err)
			}
			asked := len(g.Requests())
			if _, err = g.search(token); delivery.AsError(err) == nil || !delivery.AsError(err).Until.Equal(told.Add(wait)) || len(g.Requests()) != asked {
				t.Errorf("before it is over: %v, and %d requests", err, len(g.Requests())-asked)
			}
			g.clock.Advance(wait)
			if got, err = g.search(token, "pia", "acme"); err != nil || got.found.Told != 151 { // acme/shop, of which Ole is the administrator
				t.Errorf("after it: %+v, and %v", got.found, err)
			}
			if early := g.Early(); len(early) != 0 {
				t.Errorf("early are %+v", early)
			}
		})
	}
}

func TestASearchEndsWithItsContextAndWithWhoIsTold(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	g.fleet()
	g.Organization("umbrella")
	g.Private("umbrella/lab")
	g.Install(g.app, "acme", standin.Permissions{})
	g.Install(g.app, "umbrella", standin.Permissions{})
	full := errors.New("there is no room")
	for name, c := range map[string]*github.Credentials{"an App": g.asApp(), "a token": g.asToken(g.Token("ole"))} {
		if name == "a token" {
			for n := range 250 {
				g.Collaborator(fmt.Sprintf("acme/app-%03d", n), "ole", standin.Read)
			}
		}
		lists := func() int {
			return g.asked("apps/list-repos-accessible-to-installation") + g.asked("repos/list-for-org")
		}
		before := lists()
		ctx, cancel := context.WithCancel(t.Context())
		found, err := c.Repositories(ctx, []string{"acme", "umbrella"}, func([]github.Repository) error {
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) || found.Told != 100 || lists() != before+1 {
			t.Errorf("%s that is cancelled after a page: %+v, %d pages, and %v", name, found, lists()-before, err)
		}
		before = lists()
		found, err = c.Repositories(t.Context(), []string{"acme", "umbrella"}, func([]github.Repository) error { return full })
		if !errors.Is(err, full) || found.Told != 100 || lists() != before+1 {
			t.Errorf("%s whose pages are not taken: %+v, %d pages, and %v", name, found, lists()-before, err)
		}
	}
}

// What GitHub does not answer of one owner is told of the others.
func TestAnAnswerThatFailsKeepsNoOtherOwnerFromBeingFound(t *testing.T) {
	t.Parallel()
	for _, kind := range []standin.Kind{standin.Cut, standin.BadGateway} {
		g := atTheGate(t)
		g.Organization("umbrella")
		g.Private("umbrella/lab")
		g.Install(g.app, "acme", standin.Permissions{})
		g.Install(g.app, "umbrella", standin.Permissions{})
		step := standin.Step{Operation: "apps/list-repos-accessible-to-installation", Fault: standin.Fault{Kind: kind}}
		if kind == standin.Cut {
			step.Times = 2 // net/http asks once more by itself where a connection that was used before is cut
		}
		g.script.Add(step)
		got, err := g.search(g.asApp())
		troubled(t, string(kind), err, delivery.Unavailable, "GitHub")
		if !strings.Contains(fmt.Sprint(err), "acme") || !slices.Equal(got.of("umbrella"), []string{"lab"}) {
			t.Errorf("%s: told are %v, and %v", kind, got.by, err)
		}
	}
	g := atTheGate(t)
	token := g.Token("ole")
	c := g.asToken(token)
	g.Revoke(token)
	_, err := g.search(c, "acme")
	troubled(t, "a token that was revoked", err, delivery.Barred, "does not take the credentials")
}
