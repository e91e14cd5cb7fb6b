package github

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/services/change"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
)

// The events that tell something; a hook may send more.
const (
	eventIssues                   = "issues"
	eventIssueComment             = "issue_comment"
	eventRepository               = "repository"
	eventInstallation             = "installation"
	eventInstallationRepositories = "installation_repositories"
	eventDeployment               = "deployment"
	eventDeploymentStatus         = "deployment_status"
)

// tells reports whether an event with that action tells something. Of a comment
// only its writing counts: whoever may edit the comments of others would speak for
// them. What is edited of a repository, its description or branch, changes nothing
// for its issues; that they were enabled is told by no event. What an installation lost
// is met where something is asked for next.
func tells(event, action string) bool {
	switch event {
	case eventIssues:
		return true
	case eventInstallation:
		return action == "created" || action == "unsuspend" || action == "new_permissions_accepted"
	case eventInstallationRepositories:
		return action == "added"
	case eventIssueComment, eventDeployment, eventDeploymentStatus:
		return action == "created"
	case eventRepository:
		return action != "created" && action != "edited"
	}
	return false
}

// hookPayload is what is read of what GitHub sends. go-github's types are not used: they
// leave out where an issue was transferred to.
type hookPayload struct {
	Action       string
	Repository   hookRepository
	Installation struct{ Account hookAccount }
	// Added are the repositories that an installation has from now on.
	Added   []hookRepository `json:"repositories_added"`
	Sender  hookAccount
	Issue   hookIssue
	Comment struct {
		ID      int64
		Body    string
		HTMLURL string `json:"html_url"`
	}
	Changes struct {
		NewIssue      *hookIssue      `json:"new_issue"`
		NewRepository *hookRepository `json:"new_repository"`
		// Repository is of a renamed one, Owner of one that another owner has now.
		Repository struct {
			Name struct{ From string }
		}
		Owner struct {
			From struct{ User, Organization *hookAccount }
		}
	}
	Deployment hookDeployment
	// Status is of a deployment that came to it.
	Status *struct {
		State     string
		CreatedAt time.Time `json:"created_at"`
	} `json:"deployment_status"`
	// Run is of GitHub's Actions, where they deploy.
	Run *struct {
		HTMLURL string `json:"html_url"`
	} `json:"workflow_run"`
}

type hookDeployment struct {
	ID          int64
	SHA         string
	Ref         string
	Task        string
	Environment string
	Production  bool `json:"production_environment"`
	Description string
	Creator     hookAccount
	CreatedAt   time.Time `json:"created_at"`
}

type hookRepository struct {
	ID       int64
	Name     string
	FullName string `json:"full_name"`
	HTMLURL  string `json:"html_url"`
	Owner    hookAccount
}

type hookIssue struct {
	Number      int
	NodeID      string    `json:"node_id"`
	PullRequest *struct{} `json:"pull_request"`
	Title       string
	ClosedAt    *time.Time `json:"closed_at"`
	Labels      []struct{ Name string }
	Assignees   []hookAccount
}

type hookAccount struct{ Login, Type string }

// Payloads reads what deliveries of GitHub's tell. It is an inbox.Reader.
type Payloads struct {
	clients Clients
}

// NewPayloads returns a reader that knows Evenkeel's own App by the clients, which may
// be nil where there are none.
func NewPayloads(clients Clients) *Payloads { return &Payloads{clients} }

// isSelf reports whether the sender is Evenkeel's own App. Whose a token is also does
// things by hand, which are theirs. Where it cannot be told now it is not: what it did is
// read once more.
func (p *Payloads) isSelf(ctx context.Context, in hookPayload) bool {
	if p.clients == nil || !in.Sender.isBot() || in.Repository.Owner.Login == "" {
		return false
	}
	_, _, login, err := p.clients.For(ctx, in.Repository.Owner.Login)
	return err == nil && strings.EqualFold(login, in.Sender.Login)
}

// Read says what a delivery tells.
func (p *Payloads) Read(ctx context.Context, d inbox.Delivery) (inbox.Happening, error) {
	var in hookPayload
	if err := json.Unmarshal(d.Payload, &in); err != nil {
		return inbox.Happening{}, fmt.Errorf("read the payload of %s %s: %w", d.Event, d.Action, err)
	}
	h := inbox.Happening{
		Repository: inbox.Repository{ID: in.Repository.ID, Name: in.Repository.FullName},
		Sender:     inbox.Sender{Login: in.Sender.Login, Bot: in.Sender.isBot(), Self: p.isSelf(ctx, in)},
	}
	switch {
	case !tells(d.Event, d.Action):
		return inbox.Happening{}, nil
	case d.Event == eventRepository:
		h.Kind, h.Former, h.Back = inbox.RepositoryChanged, in.former(), d.Action != "archived" && d.Action != "deleted"
		return h, names(d, h.Repository.ID != 0 && h.Repository.Name != "", "a repository")
	case d.Event == eventInstallation || d.Event == eventInstallationRepositories:
		h.Kind, h.Owner = inbox.PlacesBack, in.Installation.Account.Login
		for _, r := range in.Added {
			h.Names = append(h.Names, r.FullName)
		}
		return h, names(d, h.Owner != "", "whose installation it is")
	case d.Event == eventDeployment || d.Event == eventDeploymentStatus:
		var known bool
		h.Kind = inbox.Deployed
		h.Deployment, known = in.deployment()
		if !known { // a state that came since
			return inbox.Happening{}, nil
		}
		whole := h.Deployment.ID != "0" && !h.Deployment.Created.IsZero() && !h.Deployment.At.IsZero() && h.Repository.Name != ""
		return h, names(d, whole && (d.Event == eventDeployment || in.Status != nil), "a deployment in a repository with its times")
	case in.Issue.PullRequest != nil:
		return inbox.Happening{}, nil
	}
	h.Kind, h.Issue = inbox.IssueChanged, in.Issue.at(in.Repository)
	if err := names(d, h.Issue.Number > 0 && h.Repository.ID != 0 && h.Repository.Name != "", "an issue in a repository"); err != nil {
		return inbox.Happening{}, err
	}
	switch {
	case d.Event == eventIssueComment:
		h.Kind = inbox.Commented
		h.Comment = inbox.Comment{ID: in.Comment.ID, Body: in.Comment.Body, URL: in.Comment.HTMLURL}
		return h, names(d, h.Comment.ID != 0 && h.Sender.Login != "", "a comment with its author")
	case d.Action == "transferred":
		h.Kind = inbox.IssueMoved
		if in.Changes.NewIssue != nil && in.Changes.NewRepository != nil {
			h.MovedTo = in.Changes.NewIssue.at(*in.Changes.NewRepository)
		}
		return h, names(d, h.MovedTo.Number > 0 && h.MovedTo.Repository.Name != "", "where the issue was transferred to")
	}
	if d.Action != "deleted" {
		h.State = in.Issue.state()
	}
	return h, nil
}

// state is how the issue was.
func (i hookIssue) state() inbox.IssueState {
	is := inbox.IssueState{Title: i.Title}
	if i.ClosedAt != nil {
		is.Closed = *i.ClosedAt
	}
	for _, l := range i.Labels {
		is.Labels = append(is.Labels, l.Name)
	}
	for _, a := range i.Assignees {
		is.Assignees = append(is.Assignees, a.Login)
	}
	return is
}

// states are those of GitHub's deployments. What waits or is queued is not worked on yet.
var states = map[string]change.State{
	"pending": change.Made, "queued": change.Made, "waiting": change.Made, "in_progress": change.Going,
	"success": change.Done, "failure": change.Broken, "error": change.Broken, "inactive": change.Superseded,
}

// deployment is what is told of one; false where it came to a state that is not known. What
// went out is looked at where it was made, which is the run of an Action, or else the commit.
func (p hookPayload) deployment() (change.Deployment, bool) {
	told := p.Deployment
	d := change.Deployment{
		Source: change.GitHub, ID: strconv.FormatInt(told.ID, 10), Environment: told.Environment, Production: told.Production,
		Kind: change.Deploy, Release: told.release(), Link: p.Repository.HTMLURL + "/commit/" + url.PathEscape(told.SHA), Author: told.Creator.Login, Note: told.Description,
		Created: told.CreatedAt, State: change.Made, At: told.CreatedAt,
	}
	if told.Task == "deploy:migrations" {
		d.Kind = change.Migration
	}
	if p.Run != nil && p.Run.HTMLURL != "" {
		d.Link = p.Run.HTMLURL
	}
	known := true
	if p.Status != nil {
		d.State, known = states[p.Status.State]
		d.At = p.Status.CreatedAt
	}
	return d, known
}

// shortSHA is how many digits of a commit people are shown.
const shortSHA = 7

// release is what goes out: the tag or branch with its commit, or a commit alone.
func (d hookDeployment) release() string {
	short := d.SHA[:min(shortSHA, len(d.SHA))]
	if d.Ref == "" || d.Ref == d.SHA {
		return short
	}
	return d.Ref + " (" + short + ")"
}

// former is what the repository was called before, empty when it is called as ever.
func (p hookPayload) former() string {
	owner, name := p.Repository.Owner.Login, p.Repository.Name
	switch from := p.Changes.Owner.From; {
	case p.Changes.Repository.Name.From != "":
		name = p.Changes.Repository.Name.From
	case from.User != nil:
		owner = from.User.Login
	case from.Organization != nil:
		owner = from.Organization.Login
	default:
		return ""
	}
	return owner + "/" + name
}

func (i hookIssue) at(r hookRepository) inbox.Issue {
	return inbox.Issue{Repository: inbox.Repository{ID: r.ID, Name: r.FullName}, Number: i.Number, NodeID: i.NodeID}
}

func (a hookAccount) isBot() bool { return a.Type != "User" || strings.HasSuffix(a.Login, "[bot]") }

// names makes an error of what a payload lacks.
func names(d inbox.Delivery, there bool, what string) error {
	if !there {
		return fmt.Errorf("the payload of %s %s does not name %s", d.Event, d.Action, what)
	}
	return nil
}
