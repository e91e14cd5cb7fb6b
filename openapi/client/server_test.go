package client_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/access"
)

// creates is how many incidents are declared through a connection that loses answers.
func creates(t *testing.T) int {
	if os.Getenv("EVENKEEL_TEST_EVERYTHING") != "" {
		return 10_000
	}
	t.Log("200 creates of 10,000; EVENKEEL_TEST_EVERYTHING=1 runs them all")
	return 200
}

// losing serves a request and then, as the dice say, loses its answer in one of the ways in which proxies
// and networks do, or refuses the request before it is served.
func losing(dice *rand.Rand, keyless bool) func(http.ResponseWriter, *http.Request, http.Handler) {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request, serve http.Handler) {
		mu.Lock()
		fate := dice.IntN(10)
		mu.Unlock()
		if keyless {
			r.Header.Del("Idempotency-Key")
		}
		if r.Method != http.MethodPost {
			fate = 9
		}
		switch fate {
		case 0: // the connection is lost after the effect, before the answer
			serve.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		case 1: // a proxy lost it
			serve.ServeHTTP(httptest.NewRecorder(), r)
			w.WriteHeader(http.StatusBadGateway)
		case 2: // the answer ends in its middle
			got := httptest.NewRecorder()
			serve.ServeHTTP(got, r)
			w.Header().Set("Content-Length", fmt.Sprint(got.Body.Len()))
			w.WriteHeader(got.Code)
			_, _ = w.Write(got.Body.Bytes()[:got.Body.Len()/2])
			panic(http.ErrAbortHandler)
		case 3: // it was never served
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
		case 4:
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
		default:
			serve.ServeHTTP(w, r)
		}
	}
}

// An incident has no name that has to be its own, so that nothing but the key keeps a second one away:
// the same without keys makes more than were asked for.
func TestNothingIsMadeTwiceWhenAnswersAreLost(t *testing.T) {
	t.Parallel()
	i, c := installed(t)
	ctx := t.Context()
	is[*client.Team](t)(c.CreateTeam(ctx, nil, client.TeamInput{Slug: "payments", Name: "Payments"}))
	is[*client.Service](t)(c.CreateService(ctx, nil, client.ServiceCreate{Slug: "checkout", Name: "Checkout", Team: "payments", Kind: "http", Tier: 2}))
	declare := func(title string) error {
		_, err := c.DeclareIncident(ctx, nil, client.IncidentCreate{
			Title: title, Severity: "sev3", ImpactStart: time.Now().Add(-time.Hour).UTC().Truncate(time.Second),
			Services: []client.IncidentServiceInput{{Service: "checkout", Role: client.IncidentServiceInputRoleAffected}},
		})
		return err
	}
	count := func() map[string]int {
		i.before.Store(nil)
		titles := map[string]int{}
		limit := int64(100)
		for one, err := range c.ListIncidents(ctx, &client.ListIncidentsParams{Limit: &limit}) {
			if err != nil {
				t.Fatal(err)
			}
			titles[one.Title]++
		}
		return titles
	}
	const seed = 14
	lossy := losing(rand.New(rand.NewPCG(seed, seed)), false)
	i.before.Store(&lossy)
	const side = 4
	n := creates(t)
	errs := make([]error, side)
	var all sync.WaitGroup
	for w := range side {
		all.Go(func() {
			for k := w; k < n; k += side {
				errs[w] = errors.Join(errs[w], declare(fmt.Sprintf("with key %d", k)))
			}
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	titles := count()
	if len(titles) != n {
		t.Errorf("%d incidents, want %d", len(titles), n)
	}
	for title, times := range titles {
		if times != 1 {
			t.Errorf("%q is there %d times", title, times)
		}
	}

	keyless := losing(rand.New(rand.NewPCG(seed, seed)), true)
	i.before.Store(&keyless)
	for k := range 40 { // that all forty answers come through has the chance 0.7^40, and the dice are the same each time
		if err := declare(fmt.Sprintf("without key %d", k)); err != nil {
			t.Fatal(err)
		}
	}
	twice := 0
	for title, times := range count() {
		if times > 1 {
			twice++
			t.Logf("%q is there %d times", title, times)
		}
	}
	if twice == 0 {
		t.Error("without keys nothing was made twice: this does not test what it should")
	}
}

func TestPagesAreAskedForWhenTheyAreReached(t *testing.T) {
	t.Parallel()
	i, c := installed(t)
	ctx := t.Context()
	for n := range 5 {
		is[*client.Team](t)(c.CreateTeam(ctx, nil, client.TeamInput{Slug: fmt.Sprintf("team-%d", n), Name: "Team"}))
	}
	limit, query := int64(2), "team-"
	params := &client.ListTeamsParams{Limit: &limit, Query: &query}
	for _, stop := range []struct{ after, requests int }{{1, 1}, {2, 1}, {3, 2}, {5, 3}, {99, 3}} { // pages of 2, 2 and 1
		before, got := i.served.Load(), 0
		list := c.ListTeams(ctx, params)
		if i.served.Load() != before {
			t.Fatal("a page is asked for before any is wanted")
		}
		for team, err := range list {
			if err != nil {
				t.Fatal(err)
			}
			if want := fmt.Sprintf("team-%d", got); team.Slug != want {
				t.Errorf("team %d is %s, want %s", got, team.Slug, want)
			}
			if got++; got == stop.after {
				break
			}
		}
		if requests := i.served.Load() - before; got != min(stop.after, 5) || requests != int64(stop.requests) {
			t.Errorf("until %d: %d teams by %d requests, want %d", stop.after, got, requests, stop.requests)
		}
	}
	if params.After != nil {
		t.Error("the caller's parameters were changed")
	}
	errs := 0
	for _, err := range c.ListTeams(ctx, &client.ListTeamsParams{After: new("no cursor")}) {
		if !errors.Is(err, client.ErrInvalid) {
			t.Errorf("%v is not of the kind invalid", err)
		}
		errs++
	}
	if errs != 1 {
		t.Errorf("a list that fails yields %d times, want once", errs)
	}
}

func counting(c *client.Client) (get func(context.Context) (*client.Team, error), change func(*client.Team) (client.TeamInput, error), put func(context.Context, *client.Team, client.TeamInput) (*client.Team, error)) {
	return func(ctx context.Context) (*client.Team, error) { return c.GetTeam(ctx, "payments", nil) },
		func(current *client.Team) (client.TeamInput, error) {
			longer := current.Description + "|"
			return client.TeamInput{Slug: current.Slug, Name: current.Name, Description: &longer}, nil
		},
		func(ctx context.Context, current *client.Team, in client.TeamInput) (*client.Team, error) {
			return c.UpdateTeam(ctx, current.Slug, &client.UpdateTeamParams{IfMatch: client.ETag(current.Version)}, in)
		}
}

// Who is told that somebody else wrote was preceded by one of the others' writes, of which there are
// fewer than tries: each gets its turn.
func TestNoUpdateIsLostBetweenSeveral(t *testing.T) {
	t.Parallel()
	_, c := installed(t)
	is[*client.Team](t)(c.CreateTeam(t.Context(), nil, client.TeamInput{Slug: "payments", Name: "Payments"}))
	const writers, each = 4, 3
	get, change, put := counting(c)
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				if _, err := client.Update(t.Context(), get, change, put); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	got := is[*client.Team](t)(get(t.Context()))
	if len(got.Description) != writers*each || got.Version != 1+writers*each {
		t.Errorf("%d changes in version %d, want %d", len(got.Description), got.Version, writers*each)
	}
}

func TestAnUpdateGivesUpWhenOthersAlwaysComeBetween(t *testing.T) {
	t.Parallel()
	_, c := installed(t)
	is[*client.Team](t)(c.CreateTeam(t.Context(), nil, client.TeamInput{Slug: "payments", Name: "Payments"}))
	get, change, put := counting(c)
	tries := 0
	_, err := client.Update(t.Context(), get, change, func(ctx context.Context, current *client.Team, in client.TeamInput) (*client.Team, error) {
		tries++
		if _, err := put(ctx, current, in); err != nil { // somebody else's
			t.Error(err)
		}
		return put(ctx, current, in)
	})
	if !errors.Is(err, client.ErrPreconditionFailed) || tries != client.UpdateTries {
		t.Errorf("after %d tries: %v", tries, err)
	}
	ours := errors.New("ours")
	if _, err := client.Update(t.Context(), get, func(*client.Team) (client.TeamInput, error) { return client.TeamInput{}, ours }, put); !errors.Is(err, ours) {
		t.Errorf("an error of change ends it with %v", err)
	}
}

func TestATokenThatIsNotTakenIsReadAgain(t *testing.T) {
	t.Parallel()
	i, admin := installed(t)
	as := access.WithCaller(t.Context(), access.System("test"))
	person := is[*client.Me](t)(admin.GetMe(t.Context())).Person
	if person == nil {
		t.Fatal("the administrator is no person")
	}
	file := filepath.Join(t.TempDir(), "token")
	issue := func(name string) string {
		text, err := i.app.IssueAdministratorToken(as, access.TokenInput{Name: name, Kind: access.PersonalToken, Scopes: []access.Scope{access.ScopeRead}})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return text
	}
	issue("first")
	c := is[*client.Client](t)(client.New(i.base, client.WithTokenFile(file)))
	is[*client.Me](t)(c.GetMe(t.Context()))
	for token, err := range admin.ListTokens(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if token.Name == "first" {
			if err := admin.RevokeToken(t.Context(), token.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	before := i.served.Load()
	if _, err := c.GetMe(t.Context()); !errors.Is(err, client.ErrUnauthenticated) || i.served.Load()-before != 1 {
		t.Errorf("the file holds the same: %v after %d requests, want one", err, i.served.Load()-before)
	}
	issue("second")
	before = i.served.Load()
	if _, err := c.GetMe(t.Context()); err != nil || i.served.Load()-before != 2 {
		t.Errorf("the file holds another: %v after %d requests, want two", err, i.served.Load()-before)
	}
}
