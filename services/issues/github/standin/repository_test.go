package standin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

func TestARenamedRepositoryRedirectsReadsAndWrites(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	w.mustCreate("before")
	w.Person("adam").RenameRepository("acme/api", "gateway")
	// GitHub: 301 for reads, 307 for writes, both to the repository's id.
	if got := must[*github.Repository](t)(w.client.Repositories.Get(t.Context(), "acme", "api")); got.GetFullName() != "acme/gateway" {
		t.Errorf("the old name leads to %s", got.GetFullName())
	}
	made := w.mustCreate("after")
	if made.GetNumber() != 2 || !strings.Contains(made.GetURL(), "/repos/acme/gateway/issues/2") {
		t.Errorf("made under the old name: %s", made.GetURL())
	}
	if got := w.Issue("acme/gateway", 2).Title; got != "after" {
		t.Errorf("the issue is %q", got)
	}
	var followed []string
	for _, r := range w.Requests() {
		followed = append(followed, fmt.Sprintf("%s %s %d", r.Method, r.Operation, r.Status))
	}
	want := []string{"POST issues/create 201", "GET repos/get 301", "GET repos/get 200", "POST issues/create 307", "POST issues/create 201"}
	if strings.Join(followed, ", ") != strings.Join(want, ", ") {
		t.Errorf("requests: %v, want %v", followed, want)
	}
	// A new repository under the old name takes it over.
	w.Public("acme/api")
	if got := must[*github.Repository](t)(w.client.Repositories.Get(t.Context(), "acme", "api")); got.GetFullName() != "acme/api" {
		t.Errorf("the name that was taken over leads to %s", got.GetFullName())
	}
}

// The trap: net/http makes a GET of what follows a 301, and go-github v60 says
// nothing of it.
func TestA301TurnsAnEditIntoAReadWithoutAnError(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	w.Collaborator("acme/vault", "wanda", standin.Write)
	w.mustCreate("here")
	number := w.Person("adam").Transfer("acme/api", 1, "acme/vault")
	issue, _, err := w.client.Issues.Edit(t.Context(), "acme", "api", 1, &github.IssueRequest{State: ptr("closed")})
	if err != nil {
		t.Fatalf("go-github says %v: the trap is gone", err)
	}
	if issue.GetState() != "open" || w.Issue("acme/vault", number).State != "open" {
		t.Errorf("it was closed: %v", issue)
	}
	if got := w.Issue("acme/api", 1).MovedTo; got != fmt.Sprintf("acme/vault#%d", number) {
		t.Errorf("it went to %q", got)
	}
	// Who cannot read it there is told that there is none.
	if _, response, err := w.as(w.Token("ole")).Issues.Get(t.Context(), "acme", "api", 1); err == nil || response.StatusCode != http.StatusNotFound {
		t.Errorf("Ole is told %v", err)
	}
}

func TestWhatIsGoneSaysSo(t *testing.T) {
	t.Parallel()
	title := &github.IssueRequest{Title: ptr("x")}
	for _, c := range []struct {
		name   string
		happen func(w *world)
		do     func(w *world) (*github.Response, error)
		status int
		says   string
	}{
		{"a deleted issue", func(w *world) { w.Person("adam").Delete("acme/api", 1) }, func(w *world) (*github.Response, error) {
			_, r, err := w.client.Issues.Get(w.t.Context(), "acme", "api", 1)
			return r, err
		}, http.StatusGone, "deleted"},
		{"an issue that never was", func(*world) {}, func(w *world) (*github.Response, error) {
			_, r, err := w.client.Issues.Get(w.t.Context(), "acme", "api", 2)
			return r, err
		}, http.StatusNotFound, "Not Found"},
		{"issues that are disabled, to write", func(w *world) { w.Person("adam").DisableIssues("acme/api") }, func(w *world) (*github.Response, error) {
			_, r, err := w.client.Issues.Create(w.t.Context(), "acme", "api", title)
			return r, err
		}, http.StatusGone, "Issues are disabled for this repo"},
		{"issues that are disabled, to read", func(w *world) { w.Person("adam").DisableIssues("acme/api") }, func(w *world) (*github.Response, error) {
			_, r, err := w.client.Issues.Get(w.t.Context(), "acme", "api", 1)
			return r, err
		}, http.StatusGone, "Issues are disabled for this repo"},
		{"an archived repository", func(w *world) { w.Person("adam").Archive("acme/api") }, func(w *world) (*github.Response, error) {
			_, r, err := w.client.Issues.Edit(w.t.Context(), "acme", "api", 1, &github.IssueRequest{State: ptr("closed")})
			return r, err
		}, http.StatusForbidden, "archived"},
		{"a deleted repository", func(w *world) { w.Person("adam").DeleteRepository("acme/api") }, func(w *world) (*github.Response, error) {
			_, r, err := w.client.Issues.Create(w.t.Context(), "acme", "api", title)
			return r, err
		}, http.StatusNotFound, "Not Found"},
		{"a private repository of others", func(*world) {}, func(w *world) (*github.Response, error) {
			_, r, err := w.as(w.Token("ole")).Repositories.Get(w.t.Context(), "acme", "vault")
			return r, err
		}, http.StatusNotFound, "Not Found"},
		{"a token that was revoked", func(*world) {}, func(w *world) (*github.Response, error) {
			token := w.Token("wanda")
			w.Revoke(token)
			_, r, err := w.as(token).Repositories.Get(w.t.Context(), "acme", "api")
			return r, err
		}, http.StatusUnauthorized, "Bad credentials"},
		{"nobody who writes", func(*world) {}, func(w *world) (*github.Response, error) {
			_, r, err := w.as("").Issues.Create(w.t.Context(), "acme", "api", title)
			return r, err
		}, http.StatusUnauthorized, "Requires authentication"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := build(t, standin.Options{})
			w.mustCreate("x")
			c.happen(w)
			response, err := c.do(w)
			if response == nil || response.StatusCode != c.status || !strings.Contains(errText(err), c.says) {
				t.Errorf("%v, want %d and %q", err, c.status, c.says)
			}
			if got := w.Issues("acme/api"); len(got) != 1 || got[0].State != "open" {
				t.Errorf("the issues are %+v", got)
			}
		})
	}
}

func TestListsOfIssuesLagByTheClock(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	w.LagLists(2 * time.Minute)
	w.mustCreate("x")
	count := func() int {
		return len(must[[]*github.Issue](t)(w.client.Issues.ListByRepo(t.Context(), "acme", "api", &github.IssueListByRepoOptions{State: "all"})))
	}
	if got := count(); got != 0 {
		t.Errorf("at once the list has %d issues", got)
	}
	must[*github.Issue](t)(w.client.Issues.Get(t.Context(), "acme", "api", 1))
	w.clock.Advance(2 * time.Minute)
	if got := count(); got != 1 {
		t.Errorf("after two minutes the list has %d issues", got)
	}
}

func TestAnETagSparesARequest(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	w.mustCreate("x")
	get := func(etag string) (*github.Response, error) {
		request, err := w.client.NewRequest("GET", "repos/acme/api/issues/1", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("If-None-Match", etag)
		return w.client.Do(t.Context(), request, nil)
	}
	first, err := get("")
	if err != nil || first.Header.Get("ETag") == "" {
		t.Fatalf("%v, ETag %q", err, first.Header.Get("ETag"))
	}
	second, _ := get(first.Header.Get("ETag")) // go-github makes an error of 304
	if second.StatusCode != http.StatusNotModified || second.Rate.Remaining != first.Rate.Remaining {
		t.Errorf("unchanged: %d, %d requests left, want 304 and %d", second.StatusCode, second.Rate.Remaining, first.Rate.Remaining)
	}
	w.Person("adam").Comment("acme/api", 1, "Hello")
	third, err := get(first.Header.Get("ETag"))
	if err != nil || third.StatusCode != http.StatusOK || third.Rate.Remaining != first.Rate.Remaining-1 {
		t.Errorf("changed: %v, %d requests left", err, third.Rate.Remaining)
	}
}

func TestEnterpriseServesBelowAPath(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{Enterprise: true})
	client, err := github.NewClient(&http.Client{Transport: w.transport()}).WithAuthToken(w.Token("wanda")).WithEnterpriseURLs(strings.TrimSuffix(w.URL, "/api/v3"), w.URL)
	if err != nil {
		t.Fatal(err)
	}
	w.Person("adam").RenameRepository("acme/api", "gateway")
	if made := must[*github.Issue](t)(client.Issues.Create(t.Context(), "acme", "api", &github.IssueRequest{Title: ptr("x")})); !strings.HasPrefix(made.GetURL(), w.URL+"/repos/acme/gateway/") {
		t.Errorf("made: %s", made.GetURL())
	}
}

func TestRolesAreTold(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	for login, want := range map[string]string{"adam": "admin", "wanda": "write", "ole": "read"} {
		got := must[*github.RepositoryPermissionLevel](t)(w.client.Repositories.GetPermissionLevel(t.Context(), "acme", "api", login))
		if got.GetPermission() != want {
			t.Errorf("%s may %s, want %s", login, got.GetPermission(), want)
		}
	}
	if got := must[*github.User](t)(w.client.Users.Get(t.Context(), "")); got.GetLogin() != "wanda" {
		t.Errorf("the client is %s", got.GetLogin())
	}
	if got := must[*github.Repository](t)(w.client.Repositories.Get(t.Context(), "acme", "vault")); !got.GetPrivate() || !got.GetPermissions()["push"] || got.GetPermissions()["admin"] {
		t.Errorf("the private repository: private %t, %v", got.GetPrivate(), got.GetPermissions())
	}
}

func TestOnlyIssuesThatAreThereAreCounted(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	milestone := w.Milestone("acme/api", "Q2")
	for range 4 {
		must[*github.Issue](t)(w.client.Issues.Create(t.Context(), "acme", "api", &github.IssueRequest{Title: ptr("x"), Milestone: &milestone}))
	}
	adam := w.Person("adam")
	adam.Close("acme/api", 1, "completed")
	adam.Delete("acme/api", 2)
	adam.Transfer("acme/api", 3, "acme/vault")
	if got := must[*github.Repository](t)(w.client.Repositories.Get(t.Context(), "acme", "api")); got.GetOpenIssuesCount() != 1 {
		t.Errorf("%d open issues, want the fourth alone", got.GetOpenIssuesCount())
	}
	if got := must[[]*github.Milestone](t)(w.client.Issues.ListMilestones(t.Context(), "acme", "api", nil))[0]; got.GetOpenIssues() != 1 || got.GetClosedIssues() != 1 {
		t.Errorf("the milestone has %d open and %d closed issues, want one of each", got.GetOpenIssues(), got.GetClosedIssues())
	}
}
