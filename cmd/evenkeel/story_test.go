package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/app"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// story is the whole program behind a listener, at a time that the test sets. It begins on a
// Friday evening.
type story struct {
	*testing.T
	app     *app.App
	clock   *clock.Manual
	base    string
	tokens  map[string]string
	session string // of who is signed in in a browser
}

func newStory(t *testing.T, change ...func(*app.Options)) *story {
	t.Helper()
	loaded, err := config.Load(config.Sources{Hostname: "test"})
	if err != nil {
		t.Fatal(err)
	}
	c := loaded.Config
	c.DataDir, c.Limits.RequestsPerSecond = t.TempDir(), 0
	f := &story{T: t, clock: clock.NewManual(time.Date(2026, 11, 27, 19, 0, 0, 0, time.UTC)), tokens: map[string]string{}}
	server := httptest.NewUnstartedServer(nil)
	f.base = "http://" + server.Listener.Addr().String()
	o := app.Options{Config: c, BaseURL: f.base, Version: "test", Clock: f.clock.Now, Logger: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(&o)
	}
	f.app, err = app.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.app.Close(context.Background()); err != nil { // the test's is over
			t.Error(err)
		}
	})
	if err := f.app.FirstStart(t.Context()); err != nil {
		t.Fatal(err)
	}
	token := ok[[]byte](t)(os.ReadFile(f.app.TokenPath()))
	f.tokens["administrator"] = strings.TrimSpace(string(token))
	server.Config.Handler = f.app.Handler()
	server.Start()
	t.Cleanup(server.Close)
	return f
}

func ok[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// join adds a person, with a token.
func (f *story) join(name string, scopes ...access.Scope) access.Person {
	f.Helper()
	system := access.WithCaller(f.Context(), access.System("test"))
	p := ok[access.Person](f.T)(f.app.Access.CreatePerson(system, access.PersonInput{DisplayName: name, Provider: access.ProviderLocal, Issuer: "test", Subject: name}))
	_, text, err := f.app.Access.IssueToken(system, access.TokenInput{Name: name, Kind: access.PersonalToken, Person: p.ID, Scopes: scopes})
	f.tokens[name] = ok[string](f.T)(text, err)
	return p
}

// call asks the API, and requires the status.
func (f *story) call(as string, status int, method, path, body string, header ...string) map[string]any {
	f.Helper()
	r := ok[*http.Request](f.T)(http.NewRequestWithContext(f.Context(), method, f.base+path, strings.NewReader(body)))
	r.Header.Set("Authorization", "Bearer "+f.tokens[as])
	r.Header.Set("Content-Type", "application/json")
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	resp := ok[*http.Response](f.T)(http.DefaultClient.Do(r))
	defer resp.Body.Close()
	text := ok[[]byte](f.T)(io.ReadAll(resp.Body))
	if resp.StatusCode != status {
		f.Fatalf("%s %s as %s: %d %s, want %d", method, path, as, resp.StatusCode, text, status)
	}
	out := map[string]any{}
	if len(bytes.TrimSpace(text)) > 0 {
		if err := json.Unmarshal(text, &out); err != nil {
			f.Fatal(err)
		}
	}
	return out
}

// signIn opens a link in a browser.
func (f *story) signIn(person id.ID) {
	f.Helper()
	code, _, err := f.app.Access.NewSignInCode(access.WithCaller(f.Context(), access.System("test")), person)
	code = ok[string](f.T)(code, err)
	session, _, err := f.app.Access.SignIn(f.Context(), code)
	f.session = ok[string](f.T)(session, err)
}

// page is what is seen in the browser.
func (f *story) page(path string) string {
	f.Helper()
	r := ok[*http.Request](f.T)(http.NewRequestWithContext(f.Context(), http.MethodGet, f.base+path, nil))
	r.AddCookie(&http.Cookie{Name: "evenkeel_session", Value: f.session})
	resp := ok[*http.Response](f.T)(http.DefaultTransport.RoundTrip(r)) // and not where it leads
	defer resp.Body.Close()
	text := string(ok[[]byte](f.T)(io.ReadAll(resp.Body)))
	if resp.StatusCode != http.StatusOK {
		f.Fatalf("%s: %d %s", path, resp.StatusCode, text)
	}
	return text
}

// pipeline runs evenkeel gate as a pipeline does, and requires its code and what it says.
func (f *story) pipeline(code int, says string, args ...string) {
	f.Helper()
	got, stdout, stderr := evenkeel(f.T, []string{"EVENKEEL_TOKEN=" + f.tokens["pipeline"], "EVENKEEL_SERVER=" + f.base}, append([]string{"gate", "checkout", "--version", "v2.14.0"}, args...)...)
	if got != code || !strings.HasPrefix(stdout, says) || stderr != "" {
		f.Errorf("evenkeel gate %v ends with %d, want %d and %q: %s%s", args, got, code, says, stdout, stderr)
	}
}
