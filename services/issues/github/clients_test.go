package github_test

import (
	"context"
	"crypto/rsa"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gogithub "github.com/google/go-github/v60/github"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// gate is an Enterprise on this machine, which is where a stand-in is, with the
// organisation acme and its private repository acme/shop, Ole who administers it, and
// the App evenkeel, which is installed nowhere yet.
type gate struct {
	*standin.GitHub
	t      *testing.T
	clock  *clock.Manual
	script *standin.Script
	app    *standin.App
	ahead  atomic.Int64 // of the machine's clock, that by which tokens expire, in nanoseconds
}

// atTheGate has tokens expire by the machine's clock, which ghinstallation reads.
func atTheGate(t *testing.T) *gate {
	t.Helper()
	g := &gate{t: t, clock: clock.NewManual(start), script: standin.NewScript()}
	g.GitHub = standin.New(t, standin.Options{
		Now: g.clock.Now, Enterprise: true, Plan: g.script,
		TokenClock: func() time.Time { return time.Now().Add(time.Duration(g.ahead.Load())) },
		Advance:    func(d time.Duration) { g.clock.Advance(d) },
	})
	g.Organization("acme")
	g.User("ole")
	g.Private("acme/shop")
	g.Collaborator("acme/shop", "ole", standin.Admin)
	g.app = g.App("acme", "evenkeel")
	return g
}

func (g *gate) options() github.Options {
	return github.Options{BaseURL: strings.TrimSuffix(g.URL, "/api/v3"), AllowLoopback: true, Clock: g.clock.Now}
}

func (g *gate) key() *rsa.PrivateKey { return must(github.ParseKey(string(g.app.PEM())))(g.t) }

// asApp are the App's credentials, and asToken those of a token.
func (g *gate) asApp() *github.Credentials {
	o := g.options()
	o.AppID, o.Key = g.app.ID, g.key()
	return g.with(o)
}

func (g *gate) asToken(token string) *github.Credentials {
	o := g.options()
	o.Token = token
	return g.with(o)
}

func (g *gate) with(o github.Options) *github.Credentials {
	g.t.Helper()
	c := must(github.NewCredentials(o))(g.t)
	g.t.Cleanup(c.Close)
	return c
}

// open opens an issue as whoever has the credentials.
func (g *gate) open(c *github.Credentials, title string) error {
	g.t.Helper()
	client, _, _, err := c.For(g.t.Context(), "acme")
	if err != nil {
		return err
	}
	_, _, err = client.Issues.Create(g.t.Context(), "acme", "shop", &gogithub.IssueRequest{Title: &title})
	return err
}

// asked counts the requests of an operation.
func (g *gate) asked(operation string) int {
	n := 0
	for _, r := range g.Requests() {
		if r.Operation == operation {
			n++
		}
	}
	return n
}

func troubled(t *testing.T, name string, err error, want delivery.Trouble, says string) {
	t.Helper()
	e := delivery.AsError(err)
	if e == nil || e.Trouble != want || !strings.Contains(e.Reason, says) {
		t.Errorf("%s: %v, want %s and %q", name, err, want, says)
	}
}

func TestAnAppFindsItsInstallationForEachOwner(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	id := g.Install(g.app, "acme", standin.Permissions{"issues": "write"})
	mine := g.Install(g.app, "ole", standin.Permissions{"issues": "write"})
	c := g.asApp()
	for _, test := range []struct {
		owner string
		id    int64
	}{{"acme", id}, {"Acme", id}, {"ole", mine}} {
		_, lane, login, err := c.For(t.Context(), test.owner)
		if err != nil || lane != fmt.Sprint("installation:", test.id) || login != "evenkeel[bot]" {
			t.Errorf("%s: %s as %s, and %v", test.owner, lane, login, err)
		}
	}
	if err := g.open(c, "by the app"); err != nil {
		t.Fatal(err)
	}
	if made := g.Issues("acme/shop"); len(made) != 1 || made[0].Creator != "evenkeel[bot]" {
		t.Errorf("made: %+v", made)
	}
	// One question about acme, and two about ole, who is no organisation.
	if orgs, users := g.asked("apps/get-org-installation"), g.asked("apps/get-user-installation"); orgs != 2 || users != 1 {
		t.Errorf("asked %d times of organisations and %d of people", orgs, users)
	}
}

func TestATokenIsOneLaneForAllOwners(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	token := g.Token("ole")
	c := g.asToken(token)
	for _, owner := range []string{"acme", "ole"} {
		_, lane, login, err := c.For(t.Context(), owner)
		if err != nil || login != "ole" || !strings.HasPrefix(lane, "token:") || strings.Contains(lane, token[4:10]) {
			t.Errorf("%s: %s as %s, and %v", owner, lane, login, err)
		}
	}
	if err := g.open(c, "by ole"); err != nil {
		t.Fatal(err)
	}
	if n := g.asked("users/get-authenticated"); n != 1 {
		t.Errorf("asked %d times whose it is, want once", n)
	}
	g.Revoke(token)
	if err := g.open(c, "by nobody"); err == nil {
		t.Fatal("a revoked token opens an issue")
	}
	_, lane, _, err := c.For(t.Context(), "acme")
	troubled(t, "revoked", err, delivery.Barred, "does not take the credentials")
	if !strings.HasPrefix(lane, "token:") {
		t.Errorf("the lane that is barred is %q", lane)
	}
}

func TestAnInstallationThatIsNoMoreIsFoundAnew(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	first := g.Install(g.app, "acme", standin.Permissions{"issues": "write"})
	c := g.asApp()
	if err := g.open(c, "one"); err != nil {
		t.Fatal(err)
	}
	g.Person("ole").Uninstall(first)
	second := g.Install(g.app, "acme", standin.Permissions{"issues": "write"})
	// The token of old is refused once; then the new installation is found.
	if err := g.open(c, "two"); err == nil {
		t.Error("an installation that is no more opens an issue")
	}
	if err := g.open(c, "three"); err != nil {
		t.Fatal(err)
	}
	if _, lane, _, err := c.For(t.Context(), "acme"); err != nil || lane != fmt.Sprint("installation:", second) {
		t.Errorf("%s and %v, want the second", lane, err)
	}
	g.Person("ole").Uninstall(second)
	if err := g.open(c, "four"); err == nil {
		t.Error("an installation that is no more opens an issue")
	}
	_, lane, _, err := c.For(t.Context(), "acme")
	troubled(t, "installed nowhere", err, delivery.Refused, "is not installed on acme")
	if lane != fmt.Sprint("app:", g.app.ID) {
		t.Errorf("the lane of the question is %q", lane)
	}
}

func TestAnInstallationThatIsNoMoreBeforeItsFirstTokenIsFoundAnew(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	first := g.Install(g.app, "acme", standin.Permissions{"issues": "write"})
	c := g.asApp()
	if _, _, _, err := c.For(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	g.Person("ole").Uninstall(first)
	g.Install(g.app, "acme", standin.Permissions{"issues": "write"})
	troubled(t, "no token", g.open(c, "one"), delivery.Unavailable, "is no more")
	if err := g.open(c, "two"); err != nil || len(g.Issues("acme/shop")) != 1 {
		t.Errorf("%v, and there are %d issues", err, len(g.Issues("acme/shop")))
	}
}

func TestATokenThatGitHubTakesNoMoreIsMadeAnew(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	id := g.Install(g.app, "acme", standin.Permissions{"issues": "write"})
	c := g.asApp()
	for title, want := range map[string]int{"one": 1, "two": 1} {
		if err := g.open(c, title); err != nil || g.asked("apps/create-installation-access-token") != want {
			t.Fatalf("%s: %v, with %d tokens", title, err, g.asked("apps/create-installation-access-token"))
		}
	}
	g.ahead.Store(int64(2 * time.Hour)) // tokens live for one
	if err := g.open(c, "three"); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("with an expired token: %v", err)
	}
	g.ahead.Store(0)
	if err := g.open(c, "four"); err != nil || g.asked("apps/create-installation-access-token") != 2 {
		t.Errorf("%v, with %d tokens, want the second", err, g.asked("apps/create-installation-access-token"))
	}
	if _, lane, _, err := c.For(t.Context(), "acme"); err != nil || lane != fmt.Sprint("installation:", id) {
		t.Errorf("%s and %v: the installation is the same, and so is its lane", lane, err)
	}
}

func TestASuspendedInstallationSaysWhoCanHelp(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	id := g.Install(g.app, "acme", standin.Permissions{"issues": "write"})
	c := g.asApp()
	if err := g.open(c, "one"); err != nil {
		t.Fatal(err)
	}
	g.Person("ole").Suspend(id)
	if err := g.open(c, "two"); err == nil || !strings.Contains(err.Error(), "suspended") {
		t.Errorf("%v, want that it is suspended", err)
	}
	_, _, _, err := c.For(t.Context(), "acme")
	troubled(t, "suspended", err, delivery.Barred, "an owner of it can unsuspend it at https://")
	g.Person("ole").Unsuspend(id)
	if err := g.open(c, "three"); err != nil {
		t.Errorf("unsuspended: %v", err)
	}
	// Suspended between the question and the first token.
	again := g.asApp()
	if _, _, _, err := again.For(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	g.Person("ole").Suspend(id)
	troubled(t, "no token", g.open(again, "four"), delivery.Barred, "suspended")
}

func TestAKeyOfAnotherAppIsToldAsSuch(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	o := g.options()
	o.AppID, o.Key = g.app.ID+1_000, g.key()
	_, _, _, err := g.with(o).For(t.Context(), "acme")
	troubled(t, "another app", err, delivery.Barred, "does not take the credentials")
}

// What the tracker hears of limits and failures of a token's making is what it would
// hear of the request itself, but that nothing of it happened.
func TestNoTokenMeansThatNothingHappened(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind  standin.Kind
		want  delivery.Trouble
		until time.Duration
	}{
		{standin.SecondaryRetryAfter, delivery.Limited, 90 * time.Second},
		{standin.TooManyRequests, delivery.Limited, 90 * time.Second},
		{standin.PrimaryExhausted, delivery.Limited, 90 * time.Second},
		{standin.BadGateway, delivery.Unavailable, 0},
		{standin.LostReply, delivery.Unavailable, 0},
	} {
		g := atTheGate(t)
		g.Install(g.app, "acme", standin.Permissions{"issues": "write"})
		c := g.asApp()
		g.script.Add(standin.Step{Operation: "apps/create-installation-access-token", Fault: standin.Fault{Kind: test.kind, Wait: 90 * time.Second}})
		err := g.open(c, "one")
		troubled(t, string(test.kind), err, test.want, "")
		if e := delivery.AsError(err); e != nil && test.until > 0 && !e.Until.Equal(start.Add(test.until)) {
			t.Errorf("%s: until %s", test.kind, e.Until)
		}
		if n := g.asked("issues/create"); n != 0 {
			t.Errorf("%s: an issue was made without a token", test.kind)
		}
	}
}

// Questions about ourselves have limits too, which are the App's or the token's. Where
// GitHub does not say for how long, it is a minute ("Rate limits for the REST API").
func TestAQuestionAboutOurselvesIsNotAskedBeforeItsDeadline(t *testing.T) {
	t.Parallel()
	for kind, wait := range map[standin.Kind]time.Duration{
		standin.PrimaryExhausted: 7 * time.Minute, standin.SecondaryRetryAfter: 7 * time.Minute, standin.SecondarySilent: time.Minute,
	} {
		g := atTheGate(t)
		g.Install(g.app, "acme", standin.Permissions{"issues": "write"})
		c := g.asApp()
		g.script.Add(standin.Step{Operation: "apps/get-org-installation", Fault: standin.Fault{Kind: kind, Wait: wait}})
		for _, owner := range []string{"acme", "acme", "ole"} {
			_, _, _, err := c.For(t.Context(), owner)
			troubled(t, string(kind), err, delivery.Limited, "wait")
			if e := delivery.AsError(err); e != nil && !e.Until.Equal(start.Add(wait)) {
				t.Errorf("%s: until %s, want in %s", kind, e.Until, wait)
			}
			g.clock.Advance(time.Second)
		}
		g.clock.Advance(wait - 4*time.Second)
		_, _, _, err := c.For(t.Context(), "acme")
		troubled(t, string(kind), err, delivery.Limited, "wait")
		if n := g.asked("apps/get-org-installation"); n != 1 {
			t.Errorf("%s: it was asked %d times before the deadline, want once", kind, n)
		}
		g.clock.Advance(2 * time.Second)
		if _, _, _, err := c.For(t.Context(), "acme"); err != nil {
			t.Errorf("%s: after the deadline: %v", kind, err)
		}
	}
	// Credentials that are not taken are not shown again and again.
	g := atTheGate(t)
	o := g.options()
	o.AppID, o.Key = g.app.ID+1_000, g.key()
	c := g.with(o)
	for range 3 {
		_, _, _, err := c.For(t.Context(), "acme")
		troubled(t, "another app", err, delivery.Barred, "does not take the credentials")
		g.clock.Advance(time.Minute)
	}
	if n := len(g.Requests()); n != 1 {
		t.Errorf("credentials that are not taken were shown %d times in three minutes, want once", n)
	}
}

// What is due after a restart may be due too early for GitHub: the lane says so, and is
// named without a question.
func TestATokensLaneIsNamedWithoutAQuestion(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	lane, err := github.NewTracker(g.asToken(g.Token("ole")), g.clock.Now).Lane(t.Context(), "acme/shop")
	if err != nil || !strings.HasPrefix(lane, "token:") || len(g.Requests()) != 0 {
		t.Errorf("%q, %v, after %d requests", lane, err, len(g.Requests()))
	}
}

func TestALookForAnInstallationIsAskedOnceByMany(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	g.Install(g.app, "acme", standin.Permissions{"issues": "write"})
	g.Install(g.app, "ole", standin.Permissions{"issues": "write"})
	gate, held := make(chan struct{}), make(chan struct{}, 1)
	g.script.Add(standin.Step{Operation: "apps/get-org-installation", Fault: standin.Fault{Kind: standin.Slow, Gate: gate, Held: held}})
	c := g.asApp()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, _, _, err := c.For(t.Context(), "acme"); err != nil {
				t.Error(err)
			}
		})
	}
	<-held
	// Another owner does not wait, and who gives up does not either.
	if _, _, _, err := c.For(t.Context(), "ole"); err != nil {
		t.Error(err)
	}
	gaveUp, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, _, err := c.For(gaveUp, "acme"); err == nil {
		t.Error("somebody who gave up was answered")
	}
	// Whose time is over while it waits was not refused, and ends no run of others.
	late, cancelLate := context.WithDeadline(t.Context(), time.Now())
	defer cancelLate()
	_, _, _, err := c.For(late, "acme")
	troubled(t, "somebody who waited too long", err, delivery.Unavailable, "did not say in time")
	close(gate)
	all.Wait()
	if n := g.asked("apps/get-org-installation"); n != 2 {
		t.Errorf("asked %d times, want once for each owner", n)
	}
}

// Each installation has a breaker of its own: one that is refused holds up no other.
func TestAnInstallationThatFailsHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	g.Install(g.app, "acme", standin.Permissions{"issues": "write"})
	g.Install(g.app, "ole", standin.Permissions{"issues": "write"})
	g.Private("ole/notes")
	c := g.asApp()
	for _, owner := range []string{"acme", "ole"} {
		if _, _, _, err := c.For(t.Context(), owner); err != nil {
			t.Fatal(err)
		}
	}
	g.script.Add(standin.Step{Operation: "issues/create", Times: 40, Fault: standin.Fault{Kind: standin.BadGateway}})
	away := 0 // turned away here, which is by chance at first
	for range 40 {
		if e := delivery.AsError(g.open(c, "never")); e != nil && e.Trouble == delivery.Unavailable && strings.HasPrefix(e.Reason, "github acme: it ") {
			away++
		}
	}
	if away == 0 {
		t.Error("40 failures in a row kept nothing away from acme")
	}
	client, _, _, err := c.For(t.Context(), "ole")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := client.Repositories.Get(t.Context(), "ole", "notes"); err != nil {
		t.Errorf("ole: %v", err)
	}
}

func TestOnlyAnEnterpriseMayBeInAPrivateNetwork(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	for name, test := range map[string]struct {
		change func(*github.Options)
		says   string
	}{
		"loopback that nobody allowed": {func(o *github.Options) { o.AllowLoopback = false }, "this machine's own"},
		"metadata of a cloud":          {func(o *github.Options) { o.BaseURL = "https://169.254.169.254" }, "link-local"},
	} {
		o := g.options()
		o.Token = "ghp_x"
		test.change(&o)
		_, _, _, err := g.with(o).For(t.Context(), "acme")
		troubled(t, name, err, delivery.Unavailable, test.says)
	}
	o := g.options()
	o.CAFile = "/nowhere.pem"
	if _, err := github.NewCredentials(o); err == nil || !strings.Contains(err.Error(), "/tls/caFile") {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestGitHubIsAtItsAddress(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"":                              "https://api.github.com/",
		"https://github.example.com":    "https://github.example.com/api/v3/",
		"https://github.example.com/":   "https://github.example.com/api/v3/",
		"https://api.example.ghe.com":   "https://api.example.ghe.com/",
		"https://github.example.com:84": "https://github.example.com:84/api/v3/",
	} {
		c := must(github.NewCredentials(github.Options{BaseURL: base, Token: "ghp_x", Clock: clock.System}))(t)
		if got := c.Address(); got != want {
			t.Errorf("%q: %s, want %s", base, got, want)
		}
		c.Close()
	}
}

// A plain HTTP server that is not GitHub answers 404 to all.
func TestWhatIsNotGitHubIsToldAsSuch(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	o := g.options()
	o.BaseURL, o.Token = server.URL, "ghp_x"
	_, _, _, err := g.with(o).For(t.Context(), "acme")
	troubled(t, "another server", err, delivery.Unavailable, "is not GitHub's API: look at github.baseURL")
}

// RFC 9110, section 15.5: of these the request itself is the cause, so that it does not
// help to send it again; of 408 and of 5xx it is not.
func TestWhatTheRequestItselfIsTheCauseOfIsRefused(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]delivery.Trouble{
		http.StatusUnavailableForLegalReasons: delivery.Gone, http.StatusRequestEntityTooLarge: delivery.Refused, http.StatusMethodNotAllowed: delivery.Refused,
		http.StatusRequestTimeout: delivery.Lost, http.StatusInternalServerError: delivery.Lost,
	} {
		g := atTheGate(t)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/user") {
				fmt.Fprint(w, `{"login":"ole"}`)
				return
			}
			http.Error(w, `{"message":"No."}`, status)
		}))
		t.Cleanup(server.Close)
		o := g.options()
		o.BaseURL, o.Token = server.URL, "ghp_x"
		_, err := github.NewTracker(g.with(o), g.clock.Now).Create(t.Context(), "acme/shop", delivery.Made{Title: "x"})
		troubled(t, fmt.Sprint(status), err, want, "")
	}
}

func TestNoSecretIsInAnError(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	o := g.options()
	o.Token = "ghp_verysecret"
	o.Metrics = outbound.NewMetrics(nil)
	_, _, _, err := g.with(o).For(t.Context(), "acme")
	if err == nil || strings.Contains(fmt.Sprintf("%+v", err), "verysecret") {
		t.Errorf("%+v", err)
	}
	if slices.ContainsFunc(g.Requests(), func(r standin.Request) bool { return strings.Contains(r.Path, "verysecret") }) {
		t.Error("the token is in a path")
	}
}
