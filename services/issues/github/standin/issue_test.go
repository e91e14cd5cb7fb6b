package standin_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

func TestAnIssueIsMadeReadChangedAndClosed(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	made := w.mustCreate("Budget spent", "slo", "quiet")
	if made.GetNumber() != 1 || made.GetState() != "open" || made.GetUser().GetLogin() != "wanda" || len(made.Labels) != 2 {
		t.Errorf("made: %v", made)
	}
	w.clock.Advance(time.Minute)
	changed := must[*github.Issue](t)(w.client.Issues.Edit(t.Context(), "acme", "api", 1, &github.IssueRequest{
		Title: ptr("Budget nearly spent"), Body: ptr("98 %"), Assignees: &[]string{"wanda"}, Labels: &[]string{"slo"},
	}))
	if changed.GetTitle() != "Budget nearly spent" || changed.GetBody() != "98 %" || len(changed.Labels) != 1 || changed.Assignees[0].GetLogin() != "wanda" {
		t.Errorf("changed: %v", changed)
	}
	if got := changed.GetUpdatedAt().Sub(changed.GetCreatedAt().Time); got != time.Minute {
		t.Errorf("it was updated %s after it was made, want 1m", got)
	}
	closed := must[*github.Issue](t)(w.client.Issues.Edit(t.Context(), "acme", "api", 1, &github.IssueRequest{State: ptr("closed"), StateReason: ptr("not_planned")}))
	if closed.GetState() != "closed" || closed.GetStateReason() != "not_planned" || closed.GetClosedBy().GetLogin() != "wanda" {
		t.Errorf("closed: %v", closed)
	}
	open := must[*github.Issue](t)(w.client.Issues.Edit(t.Context(), "acme", "api", 1, &github.IssueRequest{State: ptr("open")}))
	if open.GetState() != "open" || open.GetStateReason() != "reopened" || open.ClosedAt != nil {
		t.Errorf("opened again: %v", open)
	}
	read := must[*github.Issue](t)(w.client.Issues.Get(t.Context(), "acme", "api", 1))
	if read.GetNodeID() != made.GetNodeID() || read.GetID() != made.GetID() {
		t.Errorf("read: %v, made: %v", read, made)
	}
}

func TestListsAreFilteredAndHavePullRequests(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	w.mustCreate("by wanda", "slo")
	w.clock.Advance(time.Hour)
	w.Person("adam").Open("acme/api", "by adam", "")
	w.Person("adam").OpenPullRequest("acme/api", "a pull request")
	w.Person("adam").Close("acme/api", 2, "completed")
	for _, c := range []struct {
		name    string
		options github.IssueListByRepoOptions
		want    []int
	}{
		{"open ones, the newest first", github.IssueListByRepoOptions{}, []int{3, 1}},
		{"all, the oldest first", github.IssueListByRepoOptions{State: "all", Sort: "created", Direction: "asc"}, []int{1, 2, 3}},
		{"closed ones", github.IssueListByRepoOptions{State: "closed"}, []int{2}},
		{"by creator, in any case", github.IssueListByRepoOptions{State: "all", Creator: "WANDA"}, []int{1}},
		{"by label", github.IssueListByRepoOptions{State: "all", Labels: []string{"SLO"}}, []int{1}},
		{"since", github.IssueListByRepoOptions{State: "all", Since: start.Add(time.Hour)}, []int{3, 2}},
	} {
		var got []int
		for _, i := range must[[]*github.Issue](t)(w.client.Issues.ListByRepo(t.Context(), "acme", "api", &c.options)) {
			got = append(got, i.GetNumber())
			if i.IsPullRequest() != (i.GetNumber() == 3) {
				t.Errorf("%s: whether #%d is a pull request: %t", c.name, i.GetNumber(), i.IsPullRequest())
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestPagesAreLinked(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	for range 7 {
		w.Person("adam").Open("acme/api", "one of seven", "")
	}
	options := &github.IssueListByRepoOptions{ListOptions: github.ListOptions{PerPage: 3}}
	var numbers []int
	for pages := 1; ; pages++ {
		page, response, err := w.client.Issues.ListByRepo(t.Context(), "acme", "api", options)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range page {
			numbers = append(numbers, i.GetNumber())
		}
		if pages == 1 && response.LastPage != 3 {
			t.Errorf("the last page is %d, want 3", response.LastPage)
		}
		if options.Page = response.NextPage; options.Page == 0 {
			break
		}
	}
	if want := []int{7, 6, 5, 4, 3, 2, 1}; !slices.Equal(numbers, want) {
		t.Errorf("%v, want %v", numbers, want)
	}
}

// A program that follows links instead of counting pages gets to the end too, and
// from a name of old.
func TestLinksOfARenamedRepositoryLeadOn(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	for range 3 {
		w.Person("adam").Open("acme/api", "one of three", "")
	}
	w.Person("adam").RenameRepository("acme/api", "gateway")
	next, numbers := w.URL+"/repos/acme/api/issues?per_page=1&state=all", []int{}
	for next != "" {
		request, err := w.client.NewRequest("GET", next, nil)
		if err != nil {
			t.Fatal(err)
		}
		var page []*github.Issue
		response, err := w.client.Do(t.Context(), request, &page)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range page {
			numbers = append(numbers, i.GetNumber())
		}
		next = ""
		for link := range strings.SplitSeq(response.Header.Get("Link"), ", ") {
			if target, ok := strings.CutSuffix(link, `>; rel="next"`); ok {
				next = strings.TrimPrefix(target, "<")
			}
		}
	}
	if want := []int{3, 2, 1}; !slices.Equal(numbers, want) {
		t.Errorf("%v, want %v", numbers, want)
	}
}

func TestCommentsLabelsAssigneesAndTheLock(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	ctx, issues := t.Context(), w.client.Issues
	w.mustCreate("x")
	comment := must[*github.IssueComment](t)(issues.CreateComment(ctx, "acme", "api", 1, &github.IssueComment{Body: ptr("It recovered.")}))
	must[*github.IssueComment](t)(issues.EditComment(ctx, "acme", "api", comment.GetID(), &github.IssueComment{Body: ptr("It did.")}))
	comments := must[[]*github.IssueComment](t)(issues.ListComments(ctx, "acme", "api", 1, nil))
	if len(comments) != 1 || comments[0].GetBody() != "It did." || comments[0].GetUser().GetLogin() != "wanda" {
		t.Errorf("comments: %v", comments)
	}
	must[*github.Label](t)(issues.CreateLabel(ctx, "acme", "api", &github.Label{Name: ptr("burns: fast/slow"), Color: ptr("ff0000")}))
	if labels := must[[]*github.Label](t)(issues.AddLabelsToIssue(ctx, "acme", "api", 1, []string{"burns: fast/slow", "new"})); len(labels) != 2 {
		t.Errorf("labels: %v", labels)
	}
	if l := must[*github.Label](t)(issues.GetLabel(ctx, "acme", "api", "NEW")); l.GetColor() != "ededed" {
		t.Errorf("a label that was made by being added: %v", l)
	}
	if _, err := issues.RemoveLabelForIssue(ctx, "acme", "api", 1, "new"); err != nil {
		t.Error(err)
	}
	if response, err := issues.RemoveLabelForIssue(ctx, "acme", "api", 1, "new"); err == nil || response.StatusCode != http.StatusNotFound {
		t.Errorf("removed twice: %v", err)
	}
	if issue := must[*github.Issue](t)(issues.AddAssignees(ctx, "acme", "api", 1, []string{"wanda", "ole"})); len(issue.Assignees) != 1 {
		t.Errorf("who cannot be assigned is left out: %v", issue.Assignees)
	}
	if can := must[bool](t)(issues.IsAssignee(ctx, "acme", "api", "ole")); can {
		t.Error("Ole is no collaborator and can be assigned")
	}
	if _, err := issues.Lock(ctx, "acme", "api", 1, &github.LockIssueOptions{LockReason: "resolved"}); err != nil {
		t.Error(err)
	}
	if _, _, err := w.as(w.Token("ole")).Issues.CreateComment(ctx, "acme", "api", 1, &github.IssueComment{Body: ptr("Me too")}); !strings.Contains(errText(err), "locked") {
		t.Errorf("a comment on what is locked: %v", err)
	}
	if got := w.Issue("acme/api", 1); !got.Locked || got.LockReason != "resolved" || !slices.Equal(got.Labels, []string{"burns: fast/slow"}) {
		t.Errorf("in the end: %+v", got)
	}
}

func TestSubIssuesAreAddedByID(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	w.mustCreate("campaign")
	part := w.mustCreate("one service of it")
	add := func() (*http.Response, error) {
		request, err := w.client.NewRequest("POST", "repos/acme/api/issues/1/sub_issues", map[string]int64{"sub_issue_id": part.GetID()})
		if err != nil {
			t.Fatal(err)
		}
		response, err := w.client.Do(t.Context(), request, nil)
		return response.Response, err
	}
	if _, err := add(); err != nil {
		t.Fatal(err)
	}
	if response, err := add(); err == nil || response.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a second parent: %v", err)
	}
	request, err := w.client.NewRequest("GET", "repos/acme/api/issues/1/sub_issues", nil)
	if err != nil {
		t.Fatal(err)
	}
	var parts []*github.Issue
	if _, err := w.client.Do(t.Context(), request, &parts); err != nil || len(parts) != 1 || parts[0].GetNumber() != 2 {
		t.Errorf("sub-issues: %v, %v", parts, err)
	}
}

// "Only users with push access can set labels for new issues. Labels are silently
// dropped otherwise" (Create an issue).
func TestWithoutPushAccessLabelsAssigneesAndMilestonesAreDropped(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	milestone := w.Milestone("acme/api", "Q2")
	request := &github.IssueRequest{Title: ptr("x"), Labels: &[]string{"slo"}, Assignees: &[]string{"wanda"}, Milestone: &milestone}
	dropped := must[*github.Issue](t)(w.as(w.Token("ole")).Issues.Create(t.Context(), "acme", "api", request))
	if len(dropped.Labels)+len(dropped.Assignees) > 0 || dropped.Milestone != nil {
		t.Errorf("Ole may not push: %v", dropped)
	}
	kept := must[*github.Issue](t)(w.client.Issues.Create(t.Context(), "acme", "api", request))
	if len(kept.Labels) != 1 || len(kept.Assignees) != 1 || kept.GetMilestone().GetTitle() != "Q2" {
		t.Errorf("Wanda may: %v", kept)
	}
	if _, response, err := w.as(w.Token("ole")).Issues.Edit(t.Context(), "acme", "api", 2, &github.IssueRequest{State: ptr("closed")}); err == nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("Ole closes what is Wanda's: %v", err)
	}
}

func TestWhatGitHubDoesNotTakeIsRefused(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	for name, request := range map[string]*github.IssueRequest{
		"no title":                    {Title: ptr(" ")},
		"a title of 257 characters":   {Title: ptr(strings.Repeat("x", 257))},
		"a body of 65,537 characters": {Title: ptr("x"), Body: ptr(strings.Repeat("é", 65537))},
		"an assignee who cannot be":   {Title: ptr("x"), Assignees: &[]string{"ole"}},
		"a label of 51 characters":    {Title: ptr("x"), Labels: &[]string{strings.Repeat("l", 51)}},
		"a milestone that is not":     {Title: ptr("x"), Milestone: ptr(9)},
	} {
		_, response, err := w.client.Issues.Create(t.Context(), "acme", "api", request)
		if err == nil || response.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %v, want 422", name, err)
		}
	}
	if got := w.Issues("acme/api"); len(got) > 0 {
		t.Errorf("made all the same: %+v", got)
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
