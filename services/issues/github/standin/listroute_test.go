package standin_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-github/v60/github"

	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

func namesOf(list []*github.Repository) string {
	var names []string
	for _, r := range list {
		names = append(names, r.GetFullName())
	}
	return strings.Join(names, " ")
}

// The world has acme/api, which is public, and acme/vault, which Wanda may see and Ole may
// not; beside them each has a private one, and Ole a public one.
func TestListsOfRepositoriesHaveWhatTheirReaderMaySee(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	w.Private("wanda/notes")
	w.Private("ole/diary")
	w.Public("ole/blog")
	w.Collaborator("ole/diary", "wanda", standin.Read)
	ole := w.as(w.Token("ole"))
	byOrg := func(client *github.Client, name string) ([]*github.Repository, *github.Response, error) {
		return client.Repositories.ListByOrg(t.Context(), name, &github.RepositoryListByOrgOptions{Sort: "full_name"})
	}
	byUser := func(client *github.Client, name string) ([]*github.Repository, *github.Response, error) {
		return client.Repositories.ListByUser(t.Context(), name, nil)
	}
	own := func(options *github.RepositoryListByAuthenticatedUserOptions) ([]*github.Repository, *github.Response, error) {
		return w.client.Repositories.ListByAuthenticatedUser(t.Context(), options)
	}
	of := must[[]*github.Repository](t)
	for name, c := range map[string]struct{ got, want string }{
		"an organisation, for Wanda":         {namesOf(of(byOrg(w.client, "ACME"))), "acme/api acme/vault"},
		"an organisation, for Ole":           {namesOf(of(byOrg(ole, "acme"))), "acme/api"},
		"a person, for a reader of the rest": {namesOf(of(byUser(w.client, "ole"))), "ole/blog"},
		"a person, for that person":          {namesOf(of(byUser(ole, "ole"))), "ole/blog"},
		"all that somebody has":              {namesOf(of(own(nil))), "acme/api acme/vault ole/diary wanda/notes"},
		"as their owner":                     {namesOf(of(own(&github.RepositoryListByAuthenticatedUserOptions{Affiliation: "owner"}))), "wanda/notes"},
		"private ones of others": {namesOf(of(own(&github.RepositoryListByAuthenticatedUserOptions{
			Affiliation: "collaborator,organization_member", Visibility: "private",
		}))), "acme/vault ole/diary"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
	if _, response, err := byOrg(w.client, "ole"); response == nil || response.StatusCode != http.StatusNotFound {
		t.Errorf("a person as an organisation: %v", err)
	}
	if _, response, err := w.as("").Repositories.ListByAuthenticatedUser(t.Context(), nil); response == nil || response.StatusCode != http.StatusUnauthorized {
		t.Errorf("nobody's own: %v", err)
	}
}

func TestAListOfRepositoriesTellsWhatEachTellsOfItself(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	w.Describe("acme/vault", standin.About{
		Description: "Keys", Language: "Go", DefaultBranch: "trunk", Topics: []string{"tier-1"}, Internal: true, Fork: true, Template: true, Disabled: true,
		Properties: map[string]any{"team": "payments"},
	})
	w.File("acme/vault", "README.md", strings.Repeat("x", 1025))
	w.Person("adam").Archive("acme/vault")
	list := must[[]*github.Repository](t)(w.client.Repositories.ListByOrg(t.Context(), "acme", nil))
	got := list[slices.IndexFunc(list, func(r *github.Repository) bool { return r.GetName() == "vault" })]
	// 1025 bytes are two kilobytes, of 1024 each.
	if got.GetDescription() != "Keys" || got.GetLanguage() != "Go" || got.GetDefaultBranch() != "trunk" || !slices.Equal(got.Topics, []string{"tier-1"}) ||
		got.GetVisibility() != "internal" || !got.GetPrivate() || !got.GetFork() || !got.GetIsTemplate() || !got.GetDisabled() || !got.GetArchived() ||
		got.GetSize() != 2 || got.CustomProperties["team"] != "payments" {
		t.Errorf("it tells %v", got)
	}
	for n := range 3 {
		w.Public(fmt.Sprint("acme/more-", n))
	}
	page, response, err := w.client.Repositories.ListByOrg(t.Context(), "acme", &github.RepositoryListByOrgOptions{
		Sort: "full_name", Direction: "desc", ListOptions: github.ListOptions{Page: 2, PerPage: 2},
	})
	// vault, more-2 | more-1, more-0 | api
	if err != nil || namesOf(page) != "acme/more-1 acme/more-0" {
		t.Fatalf("the second page: %q, and %v", namesOf(page), err)
	}
	if response.NextPage != 3 || response.LastPage != 3 || response.PrevPage != 1 {
		t.Errorf("its links lead to %d, %d and %d", response.NextPage, response.LastPage, response.PrevPage)
	}
}

func TestATreeChangesWithWhatIsInIt(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	root := func() *github.Tree {
		t.Helper()
		return must[*github.Tree](t)(w.client.Git.GetTree(t.Context(), "acme", "vault", "HEAD", false))
	}
	if _, response, err := w.client.Git.GetTree(t.Context(), "acme", "vault", "HEAD", false); response == nil || response.StatusCode != http.StatusConflict {
		t.Errorf("an empty repository: %v", err)
	}
	w.File("acme/vault", "CODEOWNERS", "* @wanda\n")
	w.File("acme/vault", "docs/a/b.md", "b")
	before := root()
	var told []string
	for _, e := range before.Entries {
		told = append(told, e.GetType()+" "+e.GetPath())
	}
	if strings.Join(told, ", ") != "blob CODEOWNERS, tree docs" {
		t.Errorf("its root has %q", told)
	}
	if again := root(); again.GetSHA() != before.GetSHA() {
		t.Error("the same is another")
	}
	w.File("acme/vault", "docs/a/b.md", "c")
	after := root()
	if after.GetSHA() == before.GetSHA() || after.Entries[1].GetSHA() == before.Entries[1].GetSHA() || after.Entries[0].GetSHA() != before.Entries[0].GetSHA() {
		t.Errorf("what is deep in docs is another: %v, and was %v", after, before)
	}
	file, directory, _, err := w.client.Repositories.GetContents(t.Context(), "acme", "vault", "CODEOWNERS", nil)
	if err != nil || directory != nil || file.GetSHA() != after.Entries[0].GetSHA() {
		t.Errorf("the file is %v, and %v", file, err)
	}
	if _, directory, _, err = w.client.Repositories.GetContents(t.Context(), "acme", "vault", "docs", nil); err != nil || len(directory) != 1 || directory[0].GetType() != "dir" || directory[0].GetPath() != "docs/a" {
		t.Errorf("the directory has %v, and %v", directory, err)
	}
}

// GitHub tells an ETag for each token: the next one of an installation knows nothing.
func TestAnETagIsOfTheTokenThatAskedForIt(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	status := func(token, etag string) (int, string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL+"/repos/acme/vault", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("If-None-Match", etag)
		response, err := (&http.Client{Transport: w.transport()}).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if err := response.Body.Close(); err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, response.Header.Get("ETag")
	}
	first, second := w.Token("wanda"), w.Token("wanda")
	_, etag := status(first, "")
	if got, _ := status(first, etag); got != http.StatusNotModified {
		t.Errorf("with the same token: %d", got)
	}
	if got, _ := status(second, etag); got != http.StatusOK {
		t.Errorf("with another token: %d", got)
	}
}
