package issues

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// CheckFailure is what a scorecard found of a service, of which an issue is wanted: one check, or
// all that fail.
type CheckFailure struct {
	ID        id.ID // of the failure, from its beginning to its end
	Service   id.ID
	Scorecard string // its name
	Slug      string
	Grouped   bool
	Level     string // on which the service is
	NextLevel string // empty on the highest
	Checks    []FailedCheck
}

// FailedCheck is a check that fails. Why and Fix are Markdown of whoever keeps the scorecard.
type FailedCheck struct {
	Title, Why, Fix, Level string
	Since                  time.Time
}

// cardSheet is what the templates of a failure say.
type cardSheet struct {
	CheckFailure
	ServiceName string
	Ended       string // why
	Link        string
	Close       bool
	Fingerprint string
}

// CheckFails wants an issue about the failure, or has it say what fails now. One that was closed
// is wanted open again.
func (s *Service) CheckFails(ctx context.Context, f CheckFailure, now time.Time) error {
	issue, err := s.of(ctx, f.ID)
	if err != nil {
		return err
	}
	fresh := issue == nil
	if fresh {
		issue = &Issue{
			ID: id.New(now), Kind: KindScorecard, Fingerprint: Fingerprint(KindScorecard, f.Service, f.ID, "", f.ID), Service: f.Service, Subject: f.ID, Episode: f.ID,
			Comments: []Comment{}, CreatedAt: now, UpdatedAt: now, Version: 1,
		}
	}
	before := *issue
	again := !fresh && !issue.Open
	issue.Open, issue.Ending = true, ""
	sheet, err := s.writeCard(ctx, issue, f)
	if err != nil {
		return err
	}
	if fresh {
		if _, err := s.store.CreateIssue(ctx, *issue); err != nil {
			return fmt.Errorf("want an issue about failure %s: %w", f.ID, err)
		}
		return s.deliver(ctx, *issue)
	}
	if !again && issue.Title == before.Title && issue.Body == before.Body && issue.Repository == before.Repository {
		return nil
	}
	if again {
		if err := s.comment(issue, "again", sheet, false, now); err != nil {
			return err
		}
	}
	return s.update(ctx, *issue, occasion{again: again}, now)
}

// CheckEnded wants the issue about the failure closed, and says why.
func (s *Service) CheckEnded(ctx context.Context, f CheckFailure, why string, now time.Time) error {
	issue, err := s.of(ctx, f.ID)
	if err != nil || issue == nil || !issue.Open {
		return err
	}
	issue.Open = false
	sheet := cardSheet{CheckFailure: f, Ended: why, Close: s.closes(KindScorecard)}
	if err := s.comment(issue, "ended", sheet, false, now); err != nil {
		return err
	}
	return s.update(ctx, *issue, occasion{}, now)
}

// writeCard renders the failure into the issue.
func (s *Service) writeCard(ctx context.Context, issue *Issue, f CheckFailure) (cardSheet, error) {
	service, err := s.services.Service(ctx, f.Service)
	if err != nil {
		return cardSheet{}, fmt.Errorf("read the service of a failure: %w", err)
	}
	team, err := s.services.Team(ctx, service.Team)
	if err != nil {
		return cardSheet{}, fmt.Errorf("read the team of a failure: %w", err)
	}
	sheet := cardSheet{
		CheckFailure: f, ServiceName: service.Name, Link: s.publicURL + "/services/" + service.Slug + "/scorecards/" + f.Slug, Close: s.closes(KindScorecard), Fingerprint: issue.Fingerprint,
	}
	if issue.Title, err = render(issue.Kind, "title", sheet); err != nil {
		return sheet, err
	}
	if issue.Body, err = render(issue.Kind, "body", sheet); err != nil {
		return sheet, err
	}
	issue.Body, issue.Repository, issue.Labels, issue.Assignees = fit(issue.Body, issue.Fingerprint), service.Repository, []string{"scorecard"}, []id.ID{}
	if team.IssueAssignee != "" {
		issue.Assignees = []id.ID{team.IssueAssignee}
	}
	return sheet, nil
}
