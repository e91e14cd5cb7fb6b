package standin

import (
	"fmt"
	"slices"
	"time"
)

// Issue is an issue or a pull request.
type Issue struct {
	Repository  string // the full name
	Number      int
	ID          int64
	NodeID      string
	Title       string
	Body        string
	State       string // "open", "closed"
	StateReason string // "completed", "not_planned", "duplicate", "reopened", or none
	Labels      []string
	Assignees   []string
	Milestone   int
	Locked      bool
	LockReason  string
	Creator     string
	ClosedBy    string
	Comments    []Comment
	Parent      int64   // the id of the issue of which this is a part
	Parts       []int64 // the ids of its sub-issues
	PullRequest bool
	Deleted     bool
	MovedTo     string // "owner/name#5", once it was transferred
	CreatedAt   time.Time
	UpdatedAt   time.Time
	ClosedAt    time.Time

	repository *repository
	moved      *Issue
}

// Comment is a comment on an issue.
type Comment struct {
	ID        int64
	Author    string
	Body      string
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Issue is a copy of an issue as it is.
func (g *GitHub) Issue(repository string, number int) Issue {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.issue(repository, number).copy()
}

// Issues are copies of all issues that the repository has or had, deleted and
// transferred ones too, pull requests apart.
func (g *GitHub) Issues(repository string) []Issue {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []Issue
	for _, i := range g.repository(repository).issues {
		if !i.PullRequest {
			all = append(all, i.copy())
		}
	}
	return all
}

// isHere reports whether the issue is neither deleted nor elsewhere.
func (i *Issue) isHere() bool { return !i.Deleted && i.moved == nil && !i.repository.deleted }

func (i *Issue) copy() Issue {
	c := *i
	c.Repository = i.repository.fullName()
	c.Labels, c.Assignees, c.Comments, c.Parts = slices.Clone(i.Labels), slices.Clone(i.Assignees), slices.Clone(i.Comments), slices.Clone(i.Parts)
	if i.moved != nil {
		c.MovedTo = fmt.Sprintf("%s#%d", i.moved.repository.fullName(), i.moved.Number)
	}
	c.repository, c.moved = nil, nil
	return c
}

// issue is one that has to be there.
func (g *GitHub) issue(repository string, number int) *Issue {
	r := g.repository(repository)
	if number < 1 || number > len(r.issues) {
		g.t.Fatal(fmt.Sprintf("there is no issue %s#%d", repository, number))
	}
	return r.issues[number-1]
}

// issueByID finds an issue by its id, which is another number than its number.
func (g *GitHub) issueByID(id int64) *Issue {
	for _, r := range g.repositories {
		for _, i := range r.issues {
			if i.ID == id && i.isHere() {
				return i
			}
		}
	}
	return nil
}

// addIssue gives an issue its number and its place.
func (g *GitHub) addIssue(r *repository, i Issue) *Issue {
	now := g.now()
	i.ID, i.Number, i.repository = g.newID(), len(r.issues)+1, r
	i.NodeID = nodeID("I", i.ID)
	i.UpdatedAt = now
	if i.CreatedAt.IsZero() {
		i.CreatedAt, i.State = now, "open"
	}
	r.issues = append(r.issues, &i)
	return &i
}

func (g *GitHub) issueURL(i *Issue) string {
	return fmt.Sprintf("%s/issues/%d", g.repositoryURL(i.repository), i.Number)
}

func (i *Issue) htmlURL() string {
	kind := "issues"
	if i.PullRequest {
		kind = "pull"
	}
	return fmt.Sprintf("https://github.com/%s/%s/%d", i.repository.fullName(), kind, i.Number)
}

// renderIssue is the description's issue.
func (g *GitHub) renderIssue(i *Issue) object {
	r, url := i.repository, g.issueURL(i)
	labels, assignees := []any{}, []any{}
	for _, name := range i.Labels {
		labels = append(labels, g.renderLabel(r, r.label(name)))
	}
	for _, login := range i.Assignees {
		assignees = append(assignees, g.renderAccount(g.account(login)))
	}
	var assignee, milestone any
	if len(assignees) > 0 {
		assignee = assignees[0]
	}
	if i.Milestone > 0 {
		milestone = g.renderMilestone(r, r.milestones[i.Milestone-1])
	}
	result := object{
		"id": i.ID, "node_id": i.NodeID, "number": i.Number, "title": i.Title, "body": orNull(i.Body), "user": g.renderLogin(i.Creator),
		"url": url, "repository_url": g.repositoryURL(r), "html_url": i.htmlURL(), "labels_url": url + "/labels{/name}",
		"comments_url": url + "/comments", "events_url": url + "/events", "timeline_url": url + "/timeline",
		"state": i.State, "state_reason": orNull(i.StateReason), "labels": labels, "assignee": assignee, "assignees": assignees, "milestone": milestone,
		"locked": i.Locked, "active_lock_reason": orNull(i.LockReason), "comments": len(i.Comments),
		"created_at": stamp(i.CreatedAt), "updated_at": stamp(i.UpdatedAt), "closed_at": stamp(i.ClosedAt), "closed_by": g.renderLogin(i.ClosedBy),
		"author_association": g.association(r, i.Creator), "reactions": renderReactions(url), "sub_issues_summary": g.summarize(i),
		"performed_via_github_app": nil,
	}
	if app := g.account(i.Creator).app; app != nil {
		result["performed_via_github_app"] = g.renderApp(app)
	}
	if i.PullRequest {
		pull := fmt.Sprintf("%s/pulls/%d", g.repositoryURL(r), i.Number)
		result["draft"] = false
		result["pull_request"] = object{"url": pull, "html_url": i.htmlURL(), "diff_url": i.htmlURL() + ".diff", "patch_url": i.htmlURL() + ".patch", "merged_at": nil}
	}
	if parent := g.issueByID(i.Parent); parent != nil {
		result["parent_issue_url"] = g.issueURL(parent)
	}
	return result
}

func (g *GitHub) renderComment(i *Issue, c Comment) object {
	url := fmt.Sprintf("%s/issues/comments/%d", g.repositoryURL(i.repository), c.ID)
	result := object{
		"id": c.ID, "node_id": nodeID("IC", c.ID), "url": url, "issue_url": g.issueURL(i), "body": c.Body, "user": g.renderLogin(c.Author),
		"html_url":   fmt.Sprintf("%s#issuecomment-%d", i.htmlURL(), c.ID),
		"created_at": stamp(c.CreatedAt), "updated_at": stamp(c.UpdatedAt),
		"author_association": g.association(i.repository, c.Author), "reactions": renderReactions(url), "performed_via_github_app": nil,
	}
	if app := g.account(c.Author).app; app != nil {
		result["performed_via_github_app"] = g.renderApp(app)
	}
	return result
}

func (g *GitHub) renderLogin(login string) any {
	if login == "" {
		return nil
	}
	return g.renderAccount(g.account(login))
}

func (g *GitHub) association(r *repository, login string) string {
	a := g.account(login)
	switch {
	case r.owner == a:
		return "OWNER"
	case r.roles[a] > None:
		return "COLLABORATOR"
	default:
		return "NONE"
	}
}

func (g *GitHub) summarize(i *Issue) object {
	completed := 0
	for _, id := range i.Parts {
		if part := g.issueByID(id); part != nil && part.State == "closed" {
			completed++
		}
	}
	percent := 0
	if len(i.Parts) > 0 {
		percent = 100 * completed / len(i.Parts)
	}
	return object{"total": len(i.Parts), "completed": completed, "percent_completed": percent}
}

func renderReactions(url string) object {
	result := object{"url": url + "/reactions", "total_count": 0}
	for _, reaction := range []string{"+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"} {
		result[reaction] = 0
	}
	return result
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
