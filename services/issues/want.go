package issues

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
)

// matter is what an issue is wanted about that no policy judges, from its beginning to its end.
type matter struct {
	kind        Kind
	subject     id.ID
	episode     id.ID
	fingerprint string
	service     registry.Service // in whose repository it is
	team        registry.Team    // who is assigned it
	label       string
	sheet       any // what its templates say
}

// owners are the service and its team, as they are now.
func (s *Service) owners(ctx context.Context, service id.ID) (registry.Service, registry.Team, error) {
	of, err := s.services.Service(ctx, service)
	if err != nil {
		return registry.Service{}, registry.Team{}, fmt.Errorf("read the service of an issue: %w", err)
	}
	team, err := s.services.Team(ctx, of.Team)
	if err != nil {
		return registry.Service{}, registry.Team{}, fmt.Errorf("read the team of an issue: %w", err)
	}
	return of, team, nil
}

// write renders the matter into the issue.
func (m matter) write(issue *Issue) error {
	var err error
	if issue.Title, err = render(m.kind, "title", m.sheet); err != nil {
		return err
	}
	if issue.Body, err = render(m.kind, "body", m.sheet); err != nil {
		return err
	}
	issue.Body, issue.Repository, issue.Labels, issue.Assignees = fit(issue.Body, issue.Fingerprint), m.service.Repository, []string{m.label}, []id.ID{}
	if m.team.IssueAssignee != "" {
		issue.Assignees = []id.ID{m.team.IssueAssignee}
	}
	return nil
}

// wantAbout wants an issue about the matter where there is none, and else has it say what is so now. One that
// was closed is wanted open again, with a comment; one that says it all is left as it is.
func (s *Service) wantAbout(ctx context.Context, issue *Issue, m matter, now time.Time) error {
	if issue == nil {
		return s.wantNew(ctx, m, now)
	}
	before := *issue
	if err := m.write(issue); err != nil {
		return err
	}
	again := !before.Open
	if !again && issue.Title == before.Title && issue.Body == before.Body && issue.Repository == before.Repository && slices.Equal(issue.Assignees, before.Assignees) {
		return nil
	}
	if again {
		issue.Open, issue.Ending = true, ""
		if err := s.comment(issue, "again", m.sheet, false, now); err != nil {
			return err
		}
	}
	return s.update(ctx, *issue, occasion{again: again}, now)
}

func (s *Service) wantNew(ctx context.Context, m matter, now time.Time) error {
	issue := Issue{
		ID: id.New(now), Kind: m.kind, Fingerprint: m.fingerprint, Service: m.service.ID, Subject: m.subject, Episode: m.episode,
		Comments: []Comment{}, Open: true, CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	if err := m.write(&issue); err != nil {
		return err
	}
	if _, err := s.store.CreateIssue(ctx, issue); err != nil {
		return fmt.Errorf("want an issue of the kind %s about %s: %w", m.kind, m.subject, err)
	}
	return s.deliver(ctx, issue)
}

// settle wants an issue closed that is wanted open, with what a template says; nil is none.
func (s *Service) settle(ctx context.Context, issue *Issue, ending policy.Ending, part string, sheet any, now time.Time) error {
	if issue == nil || !issue.Open {
		return nil
	}
	issue.Open, issue.Ending = false, ending
	if err := s.comment(issue, part, sheet, false, now); err != nil {
		return err
	}
	return s.update(ctx, *issue, occasion{}, now)
}
