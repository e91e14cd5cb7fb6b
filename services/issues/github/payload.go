package github

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/services/issues/inbox"
)

// The events that tell something; a hook may send more.
const (
	eventIssues                   = "issues"
	eventIssueComment             = "issue_comment"
	eventRepository               = "repository"
	eventInstallation             = "installation"
	eventInstallationRepositories = "installation_repositories"
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
	case eventIssueComment:
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
}

type hookRepository struct {
	ID       int64
	Name     string
	FullName string `json:"full_name"`
	Owner    hookAccount
}

type hookIssue struct {
	Number      int
	NodeID      string    `json:"node_id"`
	PullRequest *struct{} `json:"pull_request"`
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
	return h, nil
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
