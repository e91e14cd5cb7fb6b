package replicas

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/access"
)

// bearer is somebody who has a token and a session.
type bearer struct {
	person        string
	token, cookie string
}

// arm gives a person a token, which is written beside the program for only they could make it, and a session.
func (f *fleet) arm(s *store.Store, p *process.Process, person string) bearer {
	f.t.Helper()
	secret, now := access.NewSecret(), time.Now().UTC().Truncate(time.Microsecond)
	token := access.Token{
		ID: id.Unordered(now), Kind: access.PersonalToken, Name: "laptop", Person: id.ID(person), Scopes: []access.Scope{access.ScopeWrite},
		Hash: secret.Hash(), CreatedAt: now, ExpiresAt: now.Add(time.Hour), Version: 1,
	}
	if err := s.Access().CreateToken(f.t.Context(), token); err != nil {
		f.t.Fatal(err)
	}
	link := must[client.SignInLink](f, p, 201, "POST", "/v1/people/"+person+"/sign-in-links", nil)
	res := f.visit(http.MethodGet, link.URL, "")
	if len(res.Cookies()) != 1 {
		f.t.Fatalf("the link is answered %s with %q", res.Status, res.Header.Values("Set-Cookie"))
	}
	return bearer{person, access.FormatToken(token.ID, secret), res.Cookies()[0].String()}
}

// visit asks as a browser does, and follows no redirect.
func (f *fleet) visit(method, address, cookie string) *http.Response {
	f.t.Helper()
	request, err := http.NewRequestWithContext(f.t.Context(), method, address, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	if cookie != "" {
		request.Header.Set("Cookie", strings.SplitN(cookie, ";", 2)[0])
		request.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	browser := &http.Client{Timeout: patience, Transport: f.http.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := browser.Do(request)
	if err != nil {
		f.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res
}

// knows requires that every replica takes, or that none takes, what somebody holds: each is asked once.
func (f *fleet) knows(what string, b bearer, token, session bool) {
	f.t.Helper()
	for name, p := range f.replicas {
		got, err := f.try(p, http.MethodGet, "/v1/me", nil, "Authorization: Bearer "+b.token)
		if err != nil || (got.status == 200) != token || !token && got.status != 401 {
			f.t.Errorf("%s: the token at %s is answered %d %s, %v", what, name, got.status, got.body, err)
		}
		if res := f.visit(http.MethodGet, p.Base()+"/", b.cookie); (res.StatusCode == 200) != session || !session && res.Header.Get("Location") != "/signin" {
			f.t.Errorf("%s: the session at %s is answered %s", what, name, res.Status)
		}
	}
}

// What one replica revokes, the next request to the other is refused for: nothing of it is kept in memory.
func TestWhatOneReplicaRevokesNoOtherTakes(t *testing.T) {
	t.Parallel()
	f := open(t, append([]string{"--portal-leavers", "deactivate"}, seldom...), "a", "b")
	s, _ := f.look()
	a, b := f.replicas["a"], f.replicas["b"]
	person := func(name string) string {
		t.Helper()
		return must[client.Person](f, a, 201, "POST", "/v1/people", client.PersonCreate{DisplayName: name, Subject: name}).ID
	}

	grace := f.arm(s, a, person("grace"))
	f.knows("at first", grace, true, true)
	tokens := must[client.TokenList](f, a, 200, "GET", "/v1/tokens?person="+grace.person, nil)
	must[any](f, a, 204, "DELETE", "/v1/tokens/"+tokens.Items[0].ID, nil)
	f.knows("with the token revoked by a", grace, false, true)
	if res := f.visit(http.MethodPost, b.Base()+"/signout", grace.cookie); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("signing out is answered %s", res.Status)
	}
	f.knows("signed out by b", grace, false, false)

	edsger := f.arm(s, b, person("edsger"))
	f.knows("at first", edsger, true, true)
	must[client.Person](f, b, 200, "POST", "/v1/people/"+edsger.person+"/deactivate", nil, `If-Match: "1"`)
	f.knows("deactivated by b", edsger, false, false)

	// Whom the catalog tells no more.
	const portal = "https://portal.example.org"
	sync := func(users ...string) {
		t.Helper()
		at := must[client.CatalogSync](f, a, 201, "POST", "/v1/catalog/syncs", map[string]any{"portal": portal, "full": true}).ID
		var told []any
		for _, user := range users {
			told = append(told, map[string]any{"kind": "user", "ref": "user:default/" + user, "uid": "uid of " + user, "title": user})
		}
		must[any](f, a, 200, "POST", "/v1/catalog/syncs/"+at+"/entities", map[string]any{"entities": told})
		must[any](f, a, 200, "POST", "/v1/catalog/syncs/"+at+"/complete", map[string]any{"acceptShrink": true})
	}
	sync("ken", "dennis")
	var both []bearer
	for _, name := range []string{"ken", "dennis"} {
		found := must[client.PersonList](f, a, 200, "GET", "/v1/people?query="+name, nil).Items
		if len(found) != 1 {
			t.Fatalf("the catalog's %s is %+v", name, found)
		}
		both = append(both, f.arm(s, a, found[0].ID))
		f.knows("told by the catalog", both[len(both)-1], true, true)
	}
	sync("ken")
	f.knows("whom the catalog still tells", both[0], true, true)
	f.knows("whom the catalog tells no more", both[1], false, false)
}
