package standin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/google/go-github/v60/github"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A model-based test can give the stand-in its own T.
var _ standin.Testing = (*rapid.T)(nil)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// world is a stand-in with the organization acme, its public repository acme/api
// and private acme/vault, Wanda who may write in both, Adam who administers them,
// and Ole who is nobody there.
type world struct {
	*standin.GitHub
	t      *testing.T
	clock  *clock.Manual
	client *github.Client // Wanda's
}

func build(t *testing.T, options standin.Options) *world {
	t.Helper()
	return buildFor(t, t, options)
}

// buildFor is a world whose faults are told to another than the test.
func buildFor(t *testing.T, told standin.Testing, options standin.Options) *world {
	t.Helper()
	w := &world{t: t, clock: clock.NewManual(start)}
	options.Now = w.clock.Now
	options.Advance = func(d time.Duration) { w.clock.Advance(d) }
	w.GitHub = standin.New(told, options)
	w.Organization("acme")
	for _, login := range []string{"wanda", "adam", "ole"} {
		w.User(login)
	}
	w.Public("acme/api")
	w.Private("acme/vault")
	for _, repository := range []string{"acme/api", "acme/vault"} {
		w.Collaborator(repository, "wanda", standin.Write)
		w.Collaborator(repository, "adam", standin.Admin)
	}
	w.client = w.as(w.Token("wanda"))
	return w
}

// as is a client with a token. Each has connections of its own, so that none is
// left open at the end.
func (w *world) as(token string) *github.Client {
	w.t.Helper()
	return w.over(w.transport(), token)
}

func (w *world) transport() *http.Transport {
	transport := &http.Transport{}
	w.t.Cleanup(transport.CloseIdleConnections)
	return transport
}

func (w *world) over(transport http.RoundTripper, token string) *github.Client {
	w.t.Helper()
	client := github.NewClient(&http.Client{Transport: transport})
	if token != "" {
		client = client.WithAuthToken(token)
	}
	base, err := url.Parse(w.URL + "/")
	if err != nil {
		w.t.Fatal(err)
	}
	client.BaseURL = base
	return client
}

func (w *world) mustCreate(title string, labels ...string) *github.Issue {
	w.t.Helper()
	request := &github.IssueRequest{Title: &title}
	if len(labels) > 0 {
		request.Labels = &labels
	}
	issue, _, err := w.client.Issues.Create(w.t.Context(), "acme", "api", request)
	if err != nil {
		w.t.Fatal(err)
	}
	return issue
}

// verdicts collects what the stand-in would fail a test with.
type verdicts struct {
	*testing.T
	mu   sync.Mutex
	said []string
}

func (v *verdicts) Errorf(format string, args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.said = append(v.said, fmt.Sprintf(format, args...))
}

func (v *verdicts) take() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	said := v.said
	v.said = nil
	return said
}

// awaitHeld waits until a reply is held; one that comes instead is a fault.
func awaitHeld(t *testing.T, held <-chan struct{}, done <-chan error) {
	t.Helper()
	select {
	case <-held:
	case err := <-done:
		t.Fatalf("the reply did not wait: %v", err)
	}
}

func ptr[T any](value T) *T { return &value }

func must[T any](t *testing.T) func(T, *github.Response, error) T {
	return func(value T, _ *github.Response, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}
