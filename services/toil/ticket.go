package toil

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Ticket is an issue on the tracker that people labelled as toil and closed. It is proposed to a team, and
// nothing of it is counted until somebody logs it.
type Ticket struct {
	ID         id.ID
	Repository string // "owner/name", in lower case
	Number     int
	Team       id.ID
	Service    id.ID // empty where it may be of several
	Title      string
	Link       string   // the address of the issue
	Assignees  []string // logins, in lower case
	ClosedAt   time.Time
}

// origin names the ticket where entries and dismissals name what proposed them.
func (t Ticket) origin() string { return fmt.Sprintf("issue/%s#%d", t.Repository, t.Number) }

// Track keeps the tickets of an issue, one for each team that it may be of, in place of those that there were; none
// where it is open, or not labelled any more. It authorises nobody.
func (s *Service) Track(ctx context.Context, repository string, number int, tickets []Ticket) error {
	now := clock.Round(s.Clock())
	repository = strings.ToLower(repository)
	for i := range tickets {
		t := &tickets[i]
		t.ID, t.Repository, t.Number, t.ClosedAt = id.New(now), repository, number, clock.Round(t.ClosedAt)
		t.Title = oneLine(t.Title)
		for j, login := range t.Assignees {
			t.Assignees[j] = strings.ToLower(login)
		}
	}
	err := s.Runner.InTx(ctx, func(ctx context.Context) error { return s.Store.PutTickets(ctx, repository, number, tickets) })
	if err != nil {
		return fmt.Errorf("keep what %s#%d proposes: %w", repository, number, err)
	}
	return nil
}

// oneLine is a text as it is shown in a line: of characters that every database takes, and not too long.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")), " ")
	runes := []rune(text)
	return string(runes[:min(len(runes), registry.MaxLine)])
}

// ticketed are what the tickets of a team propose: to those of its people whom an issue is assigned to, and to all
// of them where it is to none.
func (s *Service) ticketed(ctx context.Context, team id.ID, since time.Time) ([]Proposal, error) {
	tickets, err := s.Store.Tickets(ctx, team, since)
	if err != nil || len(tickets) == 0 {
		return nil, err
	}
	people, err := s.logins(ctx, team)
	if err != nil {
		return nil, err
	}
	out := make([]Proposal, len(tickets))
	for i, t := range tickets {
		out[i] = Proposal{ID: t.ID, Kind: OfIssue, Origin: t.origin(), Service: t.Service, Day: clock.DateOf(t.ClosedAt), Title: t.Title, Link: t.Link}
		for _, login := range t.Assignees {
			if person := people[login]; person != "" {
				out[i].To = append(out[i].To, person)
			}
		}
	}
	return out, nil
}

// logins are the people of the team, by what the tracker knows them by, in lower case.
func (s *Service) logins(ctx context.Context, team id.ID) (map[string]id.ID, error) {
	var members []id.ID
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		found, err := s.Registry.Members(ctx, team, r)
		if err != nil {
			return nil, fmt.Errorf("read who is in the team of tickets: %w", err)
		}
		for _, m := range found.Items {
			members = append(members, m.Person)
		}
		if r.After = found.Next; r.After == "" {
			break
		}
	}
	people, err := s.People.PeopleByID(ctx, slices.Compact(members))
	if err != nil {
		return nil, fmt.Errorf("read whom tickets are assigned to: %w", err)
	}
	out := map[string]id.ID{}
	for _, p := range people {
		if p.GitHubLogin != "" {
			out[strings.ToLower(p.GitHubLogin)] = p.ID
		}
	}
	return out, nil
}
