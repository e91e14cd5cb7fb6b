package github_test

import (
	"context"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	gogithub "github.com/google/go-github/v60/github"
	"go.uber.org/goleak"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// storetest keeps one connection pool to the PostgreSQL server of the tests.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"))
}

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// hub is a stand-in with the organisation acme, its public repository acme/api and
// its private acme/vault and acme/shop, the program robo that may write there, Ole
// who may too, and Pia who is nobody there.
type hub struct {
	*standin.GitHub
	t      standin.Testing
	clock  *clock.Manual
	script *standin.Script
	calmed atomic.Bool  // no fault happens
	ahead  atomic.Int64 // how far the clock of GitHub is, in nanoseconds
	// moment is told of each request of clients before it is made, and when it is over;
	// with no request it is told that somebody waits. Nil for nobody.
	moment  func(r *http.Request, over bool)
	tracker *github.Tracker
	clients tokens
}

func build(t standin.Testing) *hub {
	t.Helper()
	return buildAs(t, standin.Options{})
}

// buildAs makes the hub with further options of the stand-in.
func buildAs(t standin.Testing, o standin.Options) *hub {
	t.Helper()
	h := &hub{t: t, clock: clock.NewManual(start), script: standin.NewScript()}
	plan := standin.PlanFunc(func(r standin.Request) standin.Fault {
		if h.calmed.Load() {
			return standin.Fault{}
		}
		return h.script.Next(r)
	})
	o.Now, o.Advance, o.Plan = h.theirs, func(d time.Duration) { h.clock.Advance(d) }, plan
	h.GitHub = standin.New(t, o)
	h.Organization("acme")
	for _, login := range []string{"robo", "ole", "pia"} {
		h.User(login)
	}
	h.Public("acme/api")
	for _, name := range []string{"acme/vault", "acme/shop"} {
		h.Private(name)
	}
	for _, name := range []string{"acme/api", "acme/vault", "acme/shop"} {
		h.Collaborator(name, "robo", standin.Write)
		h.Collaborator(name, "ole", standin.Admin)
	}
	h.clients = tokens{"acme": h.client("robo")}
	h.tracker = github.NewTracker(h.clients, h.clock.Now)
	return h
}

// theirs is the time by the clock of GitHub.
func (h *hub) theirs() time.Time { return h.clock.Now().Add(time.Duration(h.ahead.Load())) }

// account is a client with its login, which is its lane too.
type account struct {
	client *gogithub.Client
	login  string
}

// tokens are the clients by owner.
type tokens map[string]account

func (c tokens) For(_ context.Context, owner string) (*gogithub.Client, string, string, error) {
	a, ok := c[owner]
	if !ok {
		return nil, "", "", &delivery.Error{Trouble: delivery.Refused, Reason: "nobody gave us access to " + owner}
	}
	return a.client, "token of " + a.login, a.login, nil
}

func (c tokens) Lane(ctx context.Context, owner string) (string, error) {
	_, lane, _, err := c.For(ctx, owner)
	return lane, err
}

func (h *hub) client(login string) account { return h.with(h.Token(login), login) }

func (h *hub) with(token, login string) account {
	transport := &http.Transport{}
	h.t.Cleanup(transport.CloseIdleConnections)
	client := gogithub.NewClient(&http.Client{Transport: spied{transport, h}}).WithAuthToken(token)
	base, err := url.Parse(h.URL + "/")
	if err != nil {
		h.t.Fatal(err)
	}
	client.BaseURL = base
	return account{client, login}
}

// spied tells the hub of requests.
type spied struct {
	http.RoundTripper
	h *hub
}

func (s spied) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.h.moment == nil {
		return s.RoundTripper.RoundTrip(r)
	}
	s.h.moment(r, false)
	defer s.h.moment(r, true)
	return s.RoundTripper.RoundTrip(r)
}

func (h *hub) fault(operation string, fault standin.Fault) {
	h.script.Add(standin.Step{Operation: operation, Fault: fault})
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
