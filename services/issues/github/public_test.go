package github_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// publicizeAfter makes the repository public, of which a webhook tells, as soon as the
// next request of that method whose path ends so was answered, and nothing may be
// written there from then on.
func (o *office) publicizeAfter(t *testing.T, method, path string) {
	t.Helper()
	public := false
	o.moment = func(r *http.Request, over bool) {
		switch {
		case r == nil:
		case public && !over && r.Method != http.MethodGet && strings.Contains(r.URL.Path, "/acme/shop"):
			t.Errorf("%s %s goes to a repository that is public by now", r.Method, r.URL.Path)
		case !public && over && r.Method == method && strings.HasSuffix(r.URL.Path, path):
			public = true
			o.Person("ole").Publicize("acme/shop")
			o.hear(t)
		}
	}
	t.Cleanup(func() {
		if !public {
			t.Errorf("there was no %s …%s, after which the repository was to be made public", method, path)
		}
	})
}

// Each kind of write is the first that is left, after the repository was made public.
func TestNothingIsWrittenToARepositoryThatWasMadePublicMeanwhile(t *testing.T) {
	t.Parallel()
	const issue = "/acme/shop/issues/1"
	for name, c := range map[string]struct {
		want         func(*issues.Issue) // of an issue that is there; nil for one that is to be made
		method, path string
	}{
		"the creation": {nil, http.MethodGet, "/acme/shop"},
		"the text":     {func(i *issues.Issue) { i.Title = "Budget spent more" }, http.MethodGet, issue},
		"the closing":  {func(i *issues.Issue) { i.Open = false }, http.MethodGet, issue},
		"a label": {func(i *issues.Issue) {
			i.Title, i.Labels = "Budget spent more", append(i.Labels, issues.LabelRecovered)
		}, http.MethodPatch, issue},
		"a label that goes": {func(i *issues.Issue) { i.Title, i.Labels = "Budget spent more", nil }, http.MethodPatch, issue},
		"an assignee":       {func(i *issues.Issue) { i.Labels = append(i.Labels, "more") }, http.MethodPost, issue + "/labels"},
		"an assignee that goes": {func(i *issues.Issue) {
			i.Labels, i.Assignees = append(i.Labels, "more"), []id.ID{}
		}, http.MethodPost, issue + "/labels"},
		"a comment": {func(i *issues.Issue) {
			i.Title, i.Comments = "Budget spent more", append(i.Comments, issues.Comment{At: start, Body: "Recovered."})
		}, http.MethodPatch, issue},
		"a second comment": {func(i *issues.Issue) {
			i.Comments = append(i.Comments, issues.Comment{At: start, Body: "Recovered."}, issues.Comment{At: start, Body: "Again."})
		}, http.MethodPost, issue + "/comments"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := openTold(t, storetest.SQLite(t))
			ada := o.person("ada", "ole")
			i := o.want(func(i *issues.Issue) {
				if name == "an assignee that goes" {
					i.Assignees = []id.ID{ada}
				}
			})
			if c.want != nil {
				o.pass(time.Minute)
				o.alone("acme/shop")
				o.change(i.ID, c.want)
				if name == "an assignee" {
					o.change(i.ID, func(i *issues.Issue) { i.Assignees = []id.ID{ada} })
				}
			}
			o.publicizeAfter(t, c.method, c.path)
			o.pass(10 * time.Minute)
			if d := o.inState(i.ID, delivery.Dead); !strings.Contains(d.Problem, "public") {
				t.Errorf("the problem is %q", d.Problem)
			}
		})
	}
}

// What it is to be a part of is in a repository that was made public.
func TestNothingIsPutUnderAnIssueInARepositoryThatWasMadePublic(t *testing.T) {
	t.Parallel()
	o := openTold(t, storetest.SQLite(t))
	parent := o.want()
	o.run()
	o.inState(parent.ID, delivery.Sent)
	o.Person("ole").Publicize("acme/shop")
	o.hear(t)
	part := o.want(o.at("https://github.com/acme/vault"), func(i *issues.Issue) { i.Parent = parent.ID })
	o.pass(5 * time.Minute)
	if is := o.alone("acme/shop"); len(is.Parts) != 0 {
		t.Errorf("its parts are %v", is.Parts)
	}
	if d := o.inState(part.ID, delivery.Sent); !strings.Contains(d.Problem, "public") {
		t.Errorf("the problem is %q", d.Problem)
	}
}

// The list lags longer than the hold, so that there are two. The repository is made
// public before the second is found, or between the comment on it and its closing.
func TestADuplicateInARepositoryThatWasMadePublicIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	for name, after := range map[string][2]string{
		"before":  {http.MethodGet, "/acme/shop/issues/2/comments"},
		"between": {http.MethodPost, "/acme/shop/issues/2/comments"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := openTold(t, storetest.SQLite(t))
			o.LagLists(23 * time.Minute)
			o.fault("issues/create", standin.Fault{Kind: standin.LostReply})
			o.want()
			o.pass(8 * time.Minute)
			o.publicizeAfter(t, after[0], after[1])
			o.pass(50 * time.Minute)
			all := o.Issues("acme/shop")
			if len(all) != 2 || all[0].State != "open" || all[1].State != "open" || len(all[0].Comments) != 0 {
				t.Errorf("there are %+v", all)
			}
		})
	}
}
