package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// Clients gives the client for the repositories of an owner.
type Clients interface {
	// Lane names the lane alone, which may be known before the rest is.
	Lane(ctx context.Context, owner string) (string, error)
	// For returns the client, the lane that it shares limits with, and the login under
	// which it makes issues. A *delivery.Error says why there is none.
	For(ctx context.Context, owner string) (client *github.Client, lane string, login string, err error)
}

// Tracker is GitHub.
type Tracker struct {
	clients Clients
	now     clock.Clock
}

var _ delivery.Tracker = (*Tracker)(nil)

// NewTracker returns GitHub as the clients reach it. Waits that GitHub tells as a
// span are counted by the clock.
func NewTracker(clients Clients, now clock.Clock) *Tracker { return &Tracker{clients, now} }

// perPage is the most that GitHub gives on a page.
const perPage = 100

// to is who asks, and of which repository.
type to struct {
	*Tracker
	client *github.Client
	login  string
	place  delivery.Place
}

// at returns who asks for one request.
func (t *Tracker) at(ctx context.Context, place delivery.Place) (to, error) {
	client, _, login, err := t.clients.For(ctx, place.Owner())
	if err != nil {
		return to{}, err
	}
	return to{t, straight(client), login, place}, nil
}

// straight is the client for one request: it follows no redirect, and remembers no limit.
func straight(client *github.Client) *github.Client {
	plain := client.Client() // a copy
	plain.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	fresh := github.NewClient(plain)
	fresh.BaseURL, fresh.UserAgent = client.BaseURL, client.UserAgent
	return fresh
}

// Lane names what shares the limits with the place.
func (t *Tracker) Lane(ctx context.Context, place delivery.Place) (string, error) {
	return t.clients.Lane(ctx, place.Owner())
}

// Facts returns what is known of the repository.
func (t *Tracker) Facts(ctx context.Context, place delivery.Place) (delivery.Facts, error) {
	at, err := t.at(ctx, place)
	if err != nil {
		return delivery.Facts{}, err
	}
	r, response, err := askOf(ctx, at.client, place.Owner(), place.Name())
	if err != nil {
		return delivery.Facts{}, at.trouble(ctx, response, err)
	}
	return delivery.Facts{Place: delivery.Place(r.FullName), Public: !r.Private, Archived: r.Archived, Issues: r.HasIssues}, nil
}

// Create makes an issue.
func (t *Tracker) Create(ctx context.Context, place delivery.Place, d delivery.Made) (delivery.Remote, error) {
	at, err := t.at(ctx, place)
	if err != nil {
		return delivery.Remote{}, err
	}
	request := &github.IssueRequest{Title: &d.Title, Body: &d.Body}
	if len(d.Labels) > 0 {
		request.Labels = &d.Labels
	}
	issue, response, err := at.client.Issues.Create(ctx, place.Owner(), place.Name(), request)
	if err != nil {
		return delivery.Remote{}, at.trouble(ctx, response, err)
	}
	made := at.remote(issue, response)
	if made.Number == 0 || made.Title != d.Title {
		return made, lost("GitHub's answer tells of another issue than the one that was to be made", nil)
	}
	return made, nil
}

// Read returns the issue, if it is not as it was with the ETag.
func (t *Tracker) Read(ctx context.Context, place delivery.Place, number int, etag string) (delivery.Remote, bool, error) {
	at, err := t.at(ctx, place)
	if err != nil {
		return delivery.Remote{}, false, err
	}
	request, err := at.client.NewRequest(http.MethodGet, issuePath(place, number), nil)
	if err != nil {
		return delivery.Remote{}, false, fmt.Errorf("make a request for %s: %w", issuePath(place, number), err)
	}
	if etag != "" {
		request.Header.Set("If-None-Match", etag)
	}
	var issue struct {
		github.Issue
		Parent string `json:"parent_issue_url"` // which go-github does not know
	}
	response, err := at.client.Do(ctx, request, &issue)
	switch {
	case err != nil && response != nil && response.StatusCode == http.StatusNotModified:
		return delivery.Remote{}, false, nil
	case err != nil:
		return delivery.Remote{}, false, at.trouble(ctx, response, err)
	}
	read := at.remote(&issue.Issue, response)
	read.Under = numberedOf(issue.Parent)
	return read, true, nil
}

// Find returns a page of what was made under the client's login.
func (t *Tracker) Find(ctx context.Context, place delivery.Place, since time.Time, page int) ([]delivery.Remote, int, error) {
	at, err := t.at(ctx, place)
	if err != nil {
		return nil, 0, err
	}
	list, response, err := at.client.Issues.ListByRepo(ctx, place.Owner(), place.Name(), &github.IssueListByRepoOptions{
		State: "all", Creator: at.login, Since: since.UTC().Truncate(time.Second), Sort: "created", Direction: "asc",
		ListOptions: github.ListOptions{Page: page, PerPage: perPage},
	})
	if err != nil {
		return nil, 0, at.trouble(ctx, response, err)
	}
	found := make([]delivery.Remote, 0, len(list))
	for _, issue := range list {
		if !issue.IsPullRequest() {
			found = append(found, at.remote(issue, nil))
		}
	}
	return found, response.NextPage, nil
}

// Edit changes the issue.
func (t *Tracker) Edit(ctx context.Context, place delivery.Place, number int, e delivery.Edit) (delivery.Remote, error) {
	at, err := t.at(ctx, place)
	if err != nil {
		return delivery.Remote{}, err
	}
	request := &github.IssueRequest{Title: e.Title, Body: e.Body}
	if e.Open != nil {
		state := "closed"
		if *e.Open {
			state = "open"
		} else {
			request.StateReason = &e.Reason
		}
		request.State = &state
	}
	issue, response, err := at.client.Issues.Edit(ctx, place.Owner(), place.Name(), number, request)
	if err != nil {
		return delivery.Remote{}, at.trouble(ctx, response, err)
	}
	edited := at.remote(issue, response)
	if edited.Number != number || e.Open != nil && edited.Open != *e.Open || e.Title != nil && edited.Title != *e.Title {
		return edited, refused("GitHub answered that it changed the issue, and it did not", nil)
	}
	return edited, nil
}

// AddLabels adds to the labels of the issue.
func (t *Tracker) AddLabels(ctx context.Context, place delivery.Place, number int, labels []string) ([]string, error) {
	at, err := t.at(ctx, place)
	if err != nil {
		return nil, err
	}
	now, response, err := at.client.Issues.AddLabelsToIssue(ctx, place.Owner(), place.Name(), number, labels)
	if err != nil {
		return nil, at.trouble(ctx, response, err)
	}
	return labelNames(now), nil
}

// RemoveLabel takes a label from the issue.
func (t *Tracker) RemoveLabel(ctx context.Context, place delivery.Place, number int, label string) error {
	at, err := t.at(ctx, place)
	if err != nil {
		return err
	}
	response, err := at.client.Issues.RemoveLabelForIssue(ctx, place.Owner(), place.Name(), number, url.PathEscape(label))
	if err != nil && response != nil && response.StatusCode == http.StatusNotFound && strings.Contains(err.Error(), "Label does not exist") {
		return nil
	}
	return at.trouble(ctx, response, err)
}

// Assign adds to the assignees of the issue.
func (t *Tracker) Assign(ctx context.Context, place delivery.Place, number int, people []string) ([]string, error) {
	at, err := t.at(ctx, place)
	if err != nil {
		return nil, err
	}
	issue, response, err := at.client.Issues.AddAssignees(ctx, place.Owner(), place.Name(), number, people)
	if err != nil {
		return nil, at.trouble(ctx, response, err)
	}
	return at.remote(issue, response).Assignees, nil
}

// Unassign takes people from the assignees of the issue.
func (t *Tracker) Unassign(ctx context.Context, place delivery.Place, number int, people []string) error {
	at, err := t.at(ctx, place)
	if err != nil {
		return err
	}
	_, response, err := at.client.Issues.RemoveAssignees(ctx, place.Owner(), place.Name(), number, people)
	return at.trouble(ctx, response, err)
}

// Comment comments on the issue.
func (t *Tracker) Comment(ctx context.Context, place delivery.Place, number int, body string) error {
	at, err := t.at(ctx, place)
	if err != nil {
		return err
	}
	comment, response, err := at.client.Issues.CreateComment(ctx, place.Owner(), place.Name(), number, &github.IssueComment{Body: &body})
	if err != nil {
		return at.trouble(ctx, response, err)
	}
	if comment.GetID() == 0 || !strings.HasSuffix(comment.GetIssueURL(), fmt.Sprintf("/issues/%d", number)) {
		return lost("GitHub's answer tells of another comment than the one that was to be made", nil)
	}
	return nil
}

// Comments returns a page of comments.
func (t *Tracker) Comments(ctx context.Context, place delivery.Place, number int, since time.Time, page int) ([]string, int, error) {
	at, err := t.at(ctx, place)
	if err != nil {
		return nil, 0, err
	}
	since = since.UTC().Truncate(time.Second)
	list, response, err := at.client.Issues.ListComments(ctx, place.Owner(), place.Name(), number, &github.IssueListCommentsOptions{
		Since: &since, ListOptions: github.ListOptions{Page: page, PerPage: perPage},
	})
	if err != nil {
		return nil, 0, at.trouble(ctx, response, err)
	}
	bodies := make([]string, len(list))
	for i, comment := range list {
		bodies[i] = comment.GetBody()
	}
	return bodies, response.NextPage, nil
}

// AddPart makes an issue a sub-issue, which go-github does not know.
func (t *Tracker) AddPart(ctx context.Context, place delivery.Place, number int, part int64) error {
	at, err := t.at(ctx, place)
	if err != nil {
		return err
	}
	request, err := at.client.NewRequest(http.MethodPost, issuePath(place, number)+"/sub_issues", map[string]int64{"sub_issue_id": part})
	if err != nil {
		return fmt.Errorf("make a request for the parts of %s: %w", issuePath(place, number), err)
	}
	var parent github.Issue
	response, err := at.client.Do(ctx, request, &parent)
	if err != nil {
		return at.trouble(ctx, response, err)
	}
	if parent.GetNumber() != number {
		return refused("GitHub answered that it added a sub-issue, and to another issue", nil)
	}
	return nil
}

func issuePath(place delivery.Place, number int) string {
	return fmt.Sprintf("repos/%s/%s/issues/%d", url.PathEscape(place.Owner()), url.PathEscape(place.Name()), number)
}

// remote turns an issue of go-github into delivery's.
func (t to) remote(i *github.Issue, response *github.Response) delivery.Remote {
	r := delivery.Remote{
		ID: i.GetID(), Place: placeOf(i.GetRepositoryURL()), Number: i.GetNumber(), URL: i.GetHTMLURL(), Title: i.GetTitle(), Body: i.GetBody(),
		Open: i.GetState() == "open", Reason: i.GetStateReason(), Locked: i.GetLocked(), Labels: []string{}, Assignees: []string{},
	}
	r.ByPerson = !r.Open && !strings.EqualFold(i.GetClosedBy().GetLogin(), t.login)
	for _, label := range i.Labels {
		r.Labels = append(r.Labels, label.GetName())
	}
	for _, person := range i.Assignees {
		r.Assignees = append(r.Assignees, person.GetLogin())
	}
	if response != nil {
		r.ETag = response.Header.Get("ETag")
	}
	return r
}

func labelNames(labels []*github.Label) []string {
	names := make([]string, len(labels))
	for i, label := range labels {
		names[i] = label.GetName()
	}
	return names
}

// placeOf is the repository of an address such as "https://api.github.com/repos/acme/api".
func placeOf(address string) delivery.Place {
	_, name, found := strings.Cut(address, "/repos/")
	if !found {
		return ""
	}
	parts := strings.SplitN(name, "/", 3)
	if len(parts) < 2 {
		return ""
	}
	return delivery.Place(parts[0] + "/" + parts[1])
}

// numberedOf is the issue of an address such as
// "https://api.github.com/repos/acme/api/issues/12", as "acme/api#12".
func numberedOf(address string) string {
	at := strings.LastIndexByte(address, '/')
	place := placeOf(address)
	if place == "" {
		return ""
	}
	return string(place) + "#" + address[at+1:]
}
