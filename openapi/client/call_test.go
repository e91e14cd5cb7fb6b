package client_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/openapi/client"
)

// scripted answers each request as the next step says, and keeps what came. A step is a status, with a
// Retry-After after a blank where there is one, or "lost".
type scripted struct {
	steps []string
	mu    sync.Mutex
	came  []*http.Request
}

func (s *scripted) all() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.came)
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.came = append(s.came, r)
	step := s.steps[min(len(s.came), len(s.steps))-1]
	s.mu.Unlock()
	status, after, _ := strings.Cut(step, " ")
	if after != "" {
		w.Header().Set("Retry-After", after)
	}
	w.Header().Set("Content-Type", "application/json")
	switch status {
	case "lost":
		panic(http.ErrAbortHandler)
	case "key_in_use":
		w.WriteHeader(http.StatusConflict)
		_, _ = w.Write([]byte(`{"code":"key_in_use","detail":"the first attempt is at work","requestId":"r"}`))
	case "200":
		_, _ = w.Write([]byte(`{"items":[]}`))
	case "204":
		w.WriteHeader(http.StatusNoContent)
	default:
		code := map[string]int{"409": 409, "412": 412, "429": 429, "500": 500, "502": 502, "503": 503, "504": 504, "507": 507}[status]
		w.WriteHeader(code)
	}
}

// What may be sent twice follows from RFC 9110, section 9.2.2 (idempotent methods), and from the
// promise of Idempotency-Key.
func TestOnlyWhatIsSafeIsSentAgain(t *testing.T) {
	t.Parallel()
	get := func(ctx context.Context, c *client.Client) error {
		_, err := c.ListServicesPage(ctx, nil)
		return err
	}
	keyed := func(ctx context.Context, c *client.Client) error {
		_, err := c.CreateTeam(ctx, nil, client.TeamInput{Slug: "a", Name: "A"})
		return err
	}
	keyless := func(ctx context.Context, c *client.Client) error {
		_, err := c.PlanManifests(ctx, client.ManifestInput{})
		return err
	}
	put := func(ctx context.Context, c *client.Client) error {
		_, err := c.UpdateTeam(ctx, "a", &client.UpdateTeamParams{IfMatch: client.ETag(3)}, client.TeamInput{Slug: "a", Name: "A"})
		return err
	}
	remove := func(ctx context.Context, c *client.Client) error {
		return c.DeleteTeam(ctx, "a", &client.DeleteTeamParams{IfMatch: client.ETag(3)})
	}
	for name, test := range map[string]struct {
		call     func(context.Context, *client.Client) error
		steps    string
		requests int
		fails    error
	}{
		"a GET":                         {get, "503,502,504,lost,429,200", 6, nil},
		"a GET that cannot be answered": {get, "503", quick.Attempts, client.ErrUnavailable},
		"a GET that failed":             {get, "500,200", 1, client.ErrInternal},
		"a GET without room":            {get, "507,200", 1, client.ErrUnavailable},
		"a GET, with a wait":            {get, "503 0,200", 2, nil},
		"a GET, with a wait until a date that is past":  {get, "503 Wed, 21 Oct 2015 07:28:00 GMT,200", 2, nil},
		"a GET, with a wait that is longer than we do":  {get, "503 3600,200", 1, client.ErrUnavailable},
		"a PUT with If-Match":                           {put, "lost,503,200", 3, nil},
		"a PUT whose lost answer was yes":               {put, "lost,412", 2, client.ErrPreconditionFailed},
		"a DELETE":                                      {remove, "502,lost,204", 3, nil},
		"a POST that has a key":                         {keyed, "lost,502,503,200", 4, nil},
		"a POST whose first attempt is still at work":   {keyed, "lost,key_in_use,200", 3, nil},
		"a POST that the state of things forbids":       {keyed, "409,200", 1, client.ErrConflict},
		"a POST without a key that cannot be answered":  {keyless, "503,200", 1, client.ErrUnavailable},
		"a POST without a key whose quota was used up":  {keyless, "429,200", 2, nil},
		"a POST that the caller says may be sent twice": {func(ctx context.Context, c *client.Client) error { return keyless(client.Repeatable(ctx), c) }, "503,lost,200", 3, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &scripted{steps: strings.Split(strings.ReplaceAll(test.steps, "Wed, ", "Wed% "), ",")}
			for i := range s.steps {
				s.steps[i] = strings.ReplaceAll(s.steps[i], "Wed% ", "Wed, ")
			}
			server := httptest.NewServer(s)
			defer server.Close()
			c := is[*client.Client](t)(client.New(server.URL, client.WithToken("t"), client.WithRetries(quick)))
			err := test.call(t.Context(), c)
			if test.fails == nil && err != nil || test.fails != nil && !errors.Is(err, test.fails) {
				t.Errorf("got %v, want %v", err, test.fails)
			}
			if len(s.all()) != test.requests {
				t.Errorf("%d requests, want %d", len(s.all()), test.requests)
			}
			if test.fails != nil && refusal(t, err).Attempts != test.requests {
				t.Errorf("%d attempts are told of, want %d", refusal(t, err).Attempts, test.requests)
			}
			keys := map[string]bool{}
			for _, r := range s.all() {
				keys[r.Header.Get("Idempotency-Key")] = true
			}
			if len(keys) != 1 {
				t.Errorf("the attempts have the keys %v, want the same", keys)
			}
		})
	}
}

func TestAPostWithoutAnswerIsNotSentAgain(t *testing.T) {
	t.Parallel()
	s := &scripted{steps: []string{"lost", "200"}}
	server := httptest.NewServer(s)
	defer server.Close()
	c := is[*client.Client](t)(client.New(server.URL, client.WithToken("t"), client.WithRetries(quick)))
	if _, err := c.PlanManifests(t.Context(), client.ManifestInput{}); err == nil || len(s.all()) != 1 {
		t.Errorf("%v after %d requests, want an error after one", err, len(s.all()))
	}
	server.Close() // nobody is there: nothing can have had an effect
	began := len(s.all())
	if _, err := c.PlanManifests(t.Context(), client.ManifestInput{}); err == nil || len(s.all()) != began {
		t.Errorf("%v", err)
	}
}

func TestWhatIsSentNamesWhoCallsAndEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	s := &scripted{steps: []string{"200"}}
	server := httptest.NewServer(s)
	defer server.Close()
	c := is[*client.Client](t)(client.New(server.URL+"/", client.WithToken("secret"), client.WithUserAgent("deploy/1.4"), client.WithRetries(quick)))
	tier, retired, when := int64(2), true, time.Date(2026, 11, 28, 22, 0, 0, 5000, time.FixedZone("", 3600))
	is[*client.ServiceList](t)(c.ListServicesPage(t.Context(), &client.ListServicesParams{Tier: &tier, IncludeRetired: &retired, Query: new("a&b ü")}))
	is[*client.IncidentList](t)(c.ListIncidentsPage(t.Context(), &client.ListIncidentsParams{From: &when}))
	got := s.all()[0]
	if got.URL.RequestURI() != "/v1/services?includeRetired=true&query=a%26b+%C3%BC&tier=2" {
		t.Errorf("the address is %s", got.URL.RequestURI())
	}
	if at := s.all()[1].URL.Query().Get("from"); at != "2026-11-28T22:00:00.000005+01:00" { // RFC 3339
		t.Errorf("the time is %s", at)
	}
	if got.Header.Get("Authorization") != "Bearer secret" || got.UserAgent() != "deploy/1.4 evenkeel-client-go" {
		t.Errorf("the headers are %v", got.Header)
	}
	for _, name := range []string{"", ".", ".."} {
		if _, err := c.GetService(t.Context(), name, nil); err == nil || len(s.all()) != 2 {
			t.Errorf("a service named %q is asked for", name)
		}
	}
	if _, err := c.GetService(t.Context(), "a/b?c", nil); err != nil || s.all()[2].URL.RequestURI() != "/v1/services/a%2Fb%3Fc" {
		t.Errorf("the address is %s (%v)", s.all()[2].URL.RequestURI(), err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("the pipeline was stopped")
	cancel(why)
	if _, err := c.GetMe(ctx); !errors.Is(err, why) || len(s.all()) != 3 {
		t.Errorf("after %d requests: %v", len(s.all()), err)
	}
}

func TestRepliesAreBoundedAndMayBeAnybodys(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		serve func(http.ResponseWriter)
		want  []string
	}{
		"a reply that is too long": {func(w http.ResponseWriter) { _, _ = w.Write(make([]byte, 1025)) }, []string{"more than 1024 bytes"}},
		"a reply that is no JSON":  {func(w http.ResponseWriter) { _, _ = w.Write([]byte("<html>")) }, []string{"not understood"}},
		"a refusal of a proxy":     {func(w http.ResponseWriter) { http.Error(w, "<h1>no</h1>", http.StatusForbidden) }, []string{"403 Forbidden"}},
		"a refusal that says a rule": {func(w http.ResponseWriter) {
			w.WriteHeader(422)
			_, _ = w.Write([]byte(`{"code":"invalid_input","detail":"the request breaks 2 rules","requestId":"01J","errors":[{"pointer":"/tier","message":"must be 1 to 4"}],"moreErrors":1}`))
		}, []string{"422", "the request breaks 2 rules", "/tier: must be 1 to 4", "1 more", "01J"}},
	} {
		var requests atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { requests.Add(1); test.serve(w) }))
		c := is[*client.Client](t)(client.New(server.URL, client.WithToken("t"), client.WithRetries(quick), client.WithMaxReply(1024)))
		_, err := c.GetMe(t.Context())
		if err == nil || slices.ContainsFunc(test.want, func(part string) bool { return !strings.Contains(err.Error(), part) }) || requests.Load() != 1 {
			t.Errorf("%s: %v after %d requests, want %q after one", name, err, requests.Load(), test.want)
		}
		server.Close()
	}
}

func TestAClientThatCannotWorkIsNotMade(t *testing.T) {
	t.Parallel()
	for _, server := range []string{"", "evenkeel.example.org", "ftp://evenkeel.example.org", "http://", "%"} {
		if _, err := client.New(server); err == nil {
			t.Errorf("a client of %q is made", server)
		}
	}
	if _, err := client.New("http://127.0.0.1:1", client.WithRetries(client.Retries{})); err == nil {
		t.Error("a client of no attempts is made")
	}
	c := is[*client.Client](t)(client.New("http://127.0.0.1:1", client.WithTokenFile("/nowhere/token")))
	if _, err := c.GetMe(t.Context()); err == nil || !strings.Contains(err.Error(), "/nowhere/token") {
		t.Errorf("without its token file: %v", err)
	}
}
