package github_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// operations are what was asked since, with what was answered.
func operations(g *standin.GitHub) string {
	var all []string
	for _, r := range g.Requests() {
		what := strings.TrimPrefix(r.Operation, "repos/get-")
		if r.Operation == "repos/get-content" {
			what = r.Parameters["path"]
		}
		all = append(all, fmt.Sprint(what, " ", r.Status))
	}
	g.ForgetRequests()
	return strings.Join(all, ", ")
}

func TestALookSeesWhoOwnsARepositoryAndWhatItTellsACatalog(t *testing.T) {
	t.Parallel()
	h := build(t)
	known := github.Look{}
	look := func(when, asks string) {
		t.Helper()
		h.ForgetRequests()
		known = must(h.tracker.Look(t.Context(), "acme/shop", known))(t)
		if got := operations(h.GitHub); got != asks {
			t.Errorf("%s: asked %s, want %s", when, got, asks)
		}
	}
	look("of an empty repository", "git/get-tree 409")
	if known.ETag != "" || known.Owners() != nil {
		t.Errorf("an empty one: %+v", known)
	}
	h.File("acme/shop", "README.md", "# Shop")
	look("with nothing of interest", "git/get-tree 200")
	look("again", "git/get-tree 304")
	h.File("acme/shop", "docs/CODEOWNERS", "* @acme/docs\n")
	h.File("acme/shop", "catalog-info.yml", "kind: Component\n")
	look("with files", "git/get-tree 200, docs/CODEOWNERS 200, catalog-info.yml 200")
	if !slices.Equal(known.Owners(), []string{"@acme/docs"}) || known.Owned.Path != "docs/CODEOWNERS" || known.Catalog.Text != "kind: Component\n" || known.Catalog.Path != "catalog-info.yml" {
		t.Errorf("read is %+v", known)
	}
	look("again", "git/get-tree 304")
	if known.Catalog.Text != "kind: Component\n" || !slices.Equal(known.Owners(), []string{"@acme/docs"}) {
		t.Errorf("kept is %+v", known)
	}
	h.File("acme/shop", "main.go", "package main")
	look("when other files changed", "git/get-tree 200, docs/CODEOWNERS 304")
	h.File("acme/shop", "catalog-info.yaml", "kind: API\n")
	h.File("acme/shop", ".github/workflows/ci.yaml", "on: push")
	h.File("acme/shop", "CODEOWNERS", "/docs/ @acme/docs\n* @ole @acme/shop\n/api/ @pia\n")
	look("with those that come before", "git/get-tree 200, .github/CODEOWNERS 404, CODEOWNERS 200, catalog-info.yaml 200")
	if !slices.Equal(known.Owners(), []string{"@ole", "@acme/shop"}) || known.Catalog.Text != "kind: API\n" {
		t.Errorf("read is %+v", known)
	}
	h.File("acme/shop", "CODEOWNERS", "")
	h.File("acme/shop", "CODEOWNERS/README.md", "This is a directory.")
	h.File("acme/shop", ".github/CODEOWNERS/README.md", "This too.")
	h.File("acme/shop", "docs/CODEOWNERS", "")
	h.File("acme/shop", "catalog-info.yaml", "")
	h.File("acme/shop", "catalog-info.yml", "")
	look("with directories of those names", "git/get-tree 200, .github/CODEOWNERS 200")
	if known.Owned != (github.File{}) || known.Catalog != (github.File{}) {
		t.Errorf("read is %+v", known)
	}
	h.File("acme/shop", "catalog-info.yaml", strings.Repeat("#", github.MaxFile+1))
	_, err := h.tracker.Look(t.Context(), "acme/shop", known)
	troubled(t, "a large file", err, delivery.Refused, "catalog-info.yaml has 131073 bytes, and at most 131072 are read")
}

func TestALookSaysWhatKeepsItFromSeeing(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.Private("acme/secret")
	h.File("acme/shop", "CODEOWNERS", "* @ole\n")
	_, err := h.tracker.Look(t.Context(), "acme/secret", github.Look{})
	troubled(t, "one that is not shown", err, delivery.Gone, "knows no such repository")
	for _, kind := range []standin.Kind{standin.SecondaryReset, standin.PrimaryExhausted} {
		h.fault("git/get-tree", standin.Fault{Kind: kind, Wait: 7 * time.Minute})
		_, err = h.tracker.Look(t.Context(), "acme/shop", github.Look{})
		if e := delivery.AsError(err); e == nil || e.Trouble != delivery.Limited || !e.Until.Equal(h.clock.Now().Add(7*time.Minute)) {
			t.Errorf("%s: %v", kind, err)
		}
		h.clock.Advance(7 * time.Minute)
	}
	h.script.Add(standin.Step{Operation: "repos/get-content", Times: 2, Fault: standin.Fault{Kind: standin.Cut}})
	_, err = h.tracker.Look(t.Context(), "acme/shop", github.Look{})
	troubled(t, "no answer", err, delivery.Unavailable, "did not answer")

	h.Person("ole").RenameRepository("acme/shop", "store")
	_, err = h.tracker.Look(t.Context(), "acme/shop", github.Look{})
	troubled(t, "one that is called otherwise now", err, delivery.Moved, "it is in acme/store now")
	if e := delivery.AsError(err); e != nil && e.To != "acme/store" {
		t.Errorf("it is in %q", e.To)
	}
	_, err = h.tracker.FirstOf(t.Context(), "acme/shop", []string{"CODEOWNERS"}, github.File{})
	troubled(t, "a file of it", err, delivery.Moved, "it is in acme/store now")
	if got := must(h.tracker.Look(t.Context(), "acme/store", github.Look{}))(t); !slices.Equal(got.Owners(), []string{"@ole"}) {
		t.Errorf("under its name: %+v", got)
	}
}

// An App's token is another each hour, to which the ETag of the one before says nothing.
func TestAnAppLooksAtFilesAnewOnlyWhereTheyChanged(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	id := g.Install(g.app, "acme", standin.Permissions{})
	g.File("acme/shop", ".github/CODEOWNERS", "* @ole\n")
	g.File("acme/shop", "catalog-info.yaml", "kind: Component\n")
	tracker := github.NewTracker(g.asApp(), g.clock.Now)
	_, err := tracker.Look(t.Context(), "acme/shop", github.Look{})
	troubled(t, "without leave", err, delivery.Refused, "lacks the permission contents=read")
	g.Grant(id, standin.Permissions{"contents": "read"})
	tracker = github.NewTracker(g.asApp(), g.clock.Now) // whose token has it
	g.ForgetRequests()
	known := must(tracker.Look(t.Context(), "acme/shop", github.Look{}))(t)
	if got := operations(g.GitHub); !strings.HasSuffix(got, "git/get-tree 200, .github/CODEOWNERS 200, catalog-info.yaml 200") {
		t.Errorf("asked %s", got)
	}
	again := must(tracker.Look(t.Context(), "acme/shop", known))(t)
	if got := operations(g.GitHub); got != "git/get-tree 304" || again != known {
		t.Errorf("again it asked %s, and has %+v", got, again)
	}
	tracker = github.NewTracker(g.asApp(), g.clock.Now) // whose token is another
	g.ForgetRequests()
	again = must(tracker.Look(t.Context(), "acme/shop", known))(t)
	if got := operations(g.GitHub); !strings.HasSuffix(got, "git/get-tree 200") || again.ETag == known.ETag || again.Root != known.Root || again.Owned != known.Owned || again.Catalog != known.Catalog {
		t.Errorf("with another token it asked %s, and has %+v", got, again)
	}
	g.File("acme/shop", "catalog-info.yaml", "kind: API\n")
	g.ForgetRequests()
	again = must(tracker.Look(t.Context(), "acme/shop", again))(t)
	if got := operations(g.GitHub); got != "git/get-tree 200, .github/CODEOWNERS 200, catalog-info.yaml 200" || again.Catalog.Text != "kind: API\n" || again.Owned.Text != known.Owned.Text {
		t.Errorf("of what changed it asked %s, and has %+v", got, again)
	}
}

// Of a root with very many files GitHub tells the first ("truncated").
func TestALookAsksForWhatTheRootDoesNotTell(t *testing.T) {
	t.Parallel()
	g := atTheGate(t)
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v3/user", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"login":"ole"}`) })
	mux.HandleFunc("/api/v3/repos/acme/shop/git/trees/HEAD", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"sha":"a","truncated":true,"tree":[{"path":"CODEOWNERS","mode":"120000","type":"blob","sha":"b"}]}`)
	})
	mux.HandleFunc("/api/v3/repos/acme/shop/contents/catalog-info.yaml", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"type":"file","encoding":"base64","content":"YTogMQo=","size":5,"sha":"c"}`) // a: 1
	})
	mux.HandleFunc("/api/v3/repos/acme/shop/contents/CODEOWNERS", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"type":"symlink","target":"/etc/passwd","size":11,"sha":"b"}`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	o := g.options()
	o.BaseURL, o.Token = server.URL, "ghp_x"
	known := github.Look{Owned: github.File{Path: "CODEOWNERS", SHA: "b", Text: "* @ole"}}
	got := must(github.NewTracker(g.with(o), g.clock.Now).Look(t.Context(), "acme/shop", known))(t)
	if want := (github.Look{Root: "a", Catalog: github.File{Path: "catalog-info.yaml", Text: "a: 1\n", SHA: "c"}}); got != want {
		t.Errorf("read is %+v, want %+v", got, want)
	}
}
