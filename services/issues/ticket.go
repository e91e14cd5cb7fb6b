package issues

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil"
)

// Toil keeps what issues propose. *toil.Service is one.
type Toil interface {
	Track(ctx context.Context, repository string, number int, tickets []toil.Ticket) error
}

// Tickets makes of issues that people labelled as toil and closed what is proposed to the teams of the
// services whose repository it is.
type Tickets struct {
	services Repositories
	toil     Toil
	host     string
	label    string
}

// NewTickets returns what looks for the label, in whatever case, on issues of repositories on the host. Without
// a label nothing is proposed.
func NewTickets(services Repositories, toil Toil, host, label string) *Tickets {
	return &Tickets{services, toil, host, label}
}

// Ticket takes in how an issue is. Where it has the label of a service, it is of that service alone; else it
// is proposed to each team that has services of the repository, and is of a service where the team has one.
func (t *Tickets) Ticket(ctx context.Context, at inbox.Issue, is inbox.IssueState) error {
	owner, name, _ := strings.Cut(at.Repository.Name, "/")
	where := Repository{Owner: owner, Name: name}
	toils := t.label != "" && slices.ContainsFunc(is.Labels, func(l string) bool { return strings.EqualFold(l, t.label) })
	if is.Closed.IsZero() || !toils {
		return t.toil.Track(ctx, where.String(), at.Number, nil)
	}
	found, err := t.services.ServicesLike(ctx, at.Repository.Name)
	if err != nil {
		return fmt.Errorf("find the services of %s: %w", at.Repository.Name, err)
	}
	found = slices.DeleteFunc(found, func(s registry.Service) bool {
		in, ok := ParseRepository(s.Repository, t.host)
		return !ok || !in.Is(where)
	})
	labelled := slices.DeleteFunc(slices.Clone(found), func(s registry.Service) bool { return !slices.Contains(is.Labels, ServiceLabel(s.Slug)) })
	if len(labelled) > 0 {
		found = labelled
	}
	of := map[id.ID]int{}
	var tickets []toil.Ticket
	for _, s := range found {
		i, there := of[s.Team]
		if there {
			tickets[i].Service = ""
			continue
		}
		of[s.Team] = len(tickets)
		tickets = append(tickets, toil.Ticket{
			Team: s.Team, Service: s.ID, Title: is.Title, Link: fmt.Sprintf("https://%s/%s/issues/%d", t.host, where, at.Number), Assignees: slices.Clone(is.Assignees), ClosedAt: is.Closed,
		})
	}
	return t.toil.Track(ctx, where.String(), at.Number, tickets)
}
