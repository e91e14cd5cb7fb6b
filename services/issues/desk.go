package issues

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

const (
	// quiet is how long after a comment an SLO that goes back and forth writes no other.
	quiet = 24 * time.Hour
)

var _ policy.Desk = (*Service)(nil)

// ViolationOpened wants an issue for the violation. An SLO that was in violation
// of the same clause until at most ten days ago goes on in that issue, which is
// wanted open again, unless it was found to be none: at no time are two wanted open for one clause and SLO. Told a
// second time of a violation, it does nothing.
func (s *Service) ViolationOpened(ctx context.Context, v policy.Violation, c policy.Clause, about slo.View, now time.Time) error {
	if known, err := s.of(ctx, v.ID); err != nil || known != nil {
		return err
	}
	earlier, before, err := s.earlier(ctx, v)
	switch {
	case err != nil:
		return err
	case earlier == nil:
		return s.draft(ctx, v, nil, c, about, now)
	case v.OpenedAt.Sub(*before.EndedAt) <= policy.TakeUp:
		return s.again(ctx, *earlier, v, c, about, now)
	}
	if earlier.Open {
		earlier.Open = false
		if err := s.comment(earlier, "followed", sheet{}, false, now); err != nil {
			return err
		}
		if err := s.update(ctx, *earlier, occasion{}, now); err != nil {
			return err
		}
	}
	return s.draft(ctx, v, earlier, c, about, now)
}

// ViolationModeChanged writes the new mode into the issue, and wants one when the
// violation had none because it was only observed.
func (s *Service) ViolationModeChanged(ctx context.Context, v policy.Violation, was policy.Mode, c policy.Clause, about slo.View, now time.Time) error {
	issue, err := s.of(ctx, v.ID)
	switch {
	case err != nil:
		return err
	case issue == nil && v.Mode == policy.Observe:
		return nil
	case issue == nil:
		return s.ViolationOpened(ctx, v, c, about, now)
	}
	sheet, err := s.write(ctx, issue, v, nil, c, about)
	if err != nil {
		return err
	}
	sheet.Was = was
	if err := s.comment(issue, "mode", sheet, true, now); err != nil {
		return err
	}
	return s.update(ctx, *issue, occasion{}, now)
}

// ViolationEnded says on the issue that the violation ended, and how; the label
// LabelRecovered is for recovery only. The issue is wanted closed when closeIssue
// is set. A violation without issue is left alone.
func (s *Service) ViolationEnded(ctx context.Context, v policy.Violation, at *policy.Evidence, closeIssue bool, now time.Time) error {
	issue, err := s.of(ctx, v.ID)
	if err != nil || issue == nil {
		return err
	}
	if v.Ending == policy.Recovered && !slices.Contains(issue.Labels, LabelRecovered) {
		issue.Labels = append(slices.Clone(issue.Labels), LabelRecovered)
	}
	issue.Ending = v.Ending
	if closeIssue {
		issue.Open = false
	}
	if err := s.comment(issue, string(v.Ending), sheet{Now: at, Close: closeIssue && s.closes(issue.Kind), Ruling: ruling(v)}, flapped(*issue, v), now); err != nil {
		return err
	}
	return s.update(ctx, *issue, occasion{}, now)
}

// ruling is why a void violation is void.
func ruling(v policy.Violation) string {
	if d := v.Handling.Dispute; v.Ending == policy.Void && d != nil && d.Ruling != nil {
		return d.Ruling.Note
	}
	return ""
}

// draft wants a new issue.
func (s *Service) draft(ctx context.Context, v policy.Violation, earlier *Issue, c policy.Clause, about slo.View, now time.Time) error {
	issue := Issue{
		ID: id.New(now), Kind: KindBudgetViolation,
		Fingerprint: Fingerprint(KindBudgetViolation, v.Service, v.SLO, v.Clause, v.ID),
		Service:     v.Service, Subject: v.SLO,
		Comments: []Comment{}, Open: true, CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	if _, err := s.write(ctx, &issue, v, earlier, c, about); err != nil {
		return err
	}
	if _, err := s.store.CreateIssue(ctx, issue); err != nil {
		return fmt.Errorf("want an issue for violation %s: %w", v.ID, err)
	}
	return s.deliver(ctx, issue)
}

func (s *Service) deliver(ctx context.Context, issue Issue) error {
	if s.deliverer == nil {
		return nil
	}
	return s.deliverer.Wanted(ctx, issue)
}

// closes reports whether issues that are wanted closed will be. Those that nobody
// delivers read as they would where everything is done.
func (s *Service) closes(kind Kind) bool { return s.deliverer == nil || s.deliverer.Closes(kind) }

// again goes on in an issue with another episode.
func (s *Service) again(ctx context.Context, issue Issue, v policy.Violation, c policy.Clause, about slo.View, now time.Time) error {
	sheet, err := s.write(ctx, &issue, v, nil, c, about)
	if err != nil {
		return err
	}
	issue.Open = true
	issue.Ending = ""
	if err := s.comment(&issue, "again", sheet, true, now); err != nil {
		return err
	}
	return s.update(ctx, issue, occasion{again: true}, now)
}

// write renders the violation into the issue.
func (s *Service) write(ctx context.Context, issue *Issue, v policy.Violation, earlier *Issue, c policy.Clause, about slo.View) (sheet, error) {
	service, err := s.services.Service(ctx, v.Service)
	if err != nil {
		return sheet{}, fmt.Errorf("read the service of violation %s: %w", v.ID, err)
	}
	team, err := s.services.Team(ctx, service.Team)
	if err != nil {
		return sheet{}, fmt.Errorf("read the team of violation %s: %w", v.ID, err)
	}
	sheet := s.sheet(service, about, v, c)
	sheet.Close = c.Issue != nil && c.Issue.CloseOnRecovery && s.closes(issue.Kind)
	sheet.Fingerprint = issue.Fingerprint
	if earlier != nil {
		sheet.Earlier = s.publicURL + "/issues/" + string(earlier.ID)
	}
	title, err := render(issue.Kind, "title", sheet)
	if err != nil {
		return sheet, err
	}
	body, err := render(issue.Kind, "body", sheet)
	if err != nil {
		return sheet, err
	}
	issue.Title, issue.Body = title, fit(body, issue.Fingerprint)
	issue.Episode, issue.Repository, issue.Labels = v.ID, service.Repository, labelsOf(c)
	if issue.Assignees = []id.ID{}; team.IssueAssignee != "" {
		issue.Assignees = []id.ID{team.IssueAssignee}
	}
	return sheet, nil
}

func (s *Service) sheet(service registry.Service, about slo.View, v policy.Violation, c policy.Clause) sheet {
	return sheet{
		Service: service.Name, SLO: about.SLO.Name, Path: service.Slug + "/" + about.SLO.Slug,
		Runbook: service.Runbook, Clause: c, Mode: v.Mode, Evidence: v.Evidence,
		Link: s.publicURL + "/services/" + service.Slug + "/slos/" + about.SLO.Slug, Violation: s.publicURL + "/violations/" + string(v.ID),
	}
}

// comment wants a comment on the issue. One that may wait is left out within a
// day after another: labels and description say it anyway.
func (s *Service) comment(issue *Issue, part string, sheet any, mayWait bool, now time.Time) error {
	if n := len(issue.Comments); mayWait && n > 0 && now.Sub(issue.Comments[n-1].At) < quiet {
		return nil
	}
	body, err := render(issue.Kind, part, sheet)
	if err != nil {
		return err
	}
	issue.Comments = append(slices.Clone(issue.Comments), Comment{At: now, Body: body})
	return nil
}

// update wants the issue otherwise, on an occasion that counts for its group.
func (s *Service) update(ctx context.Context, issue Issue, on occasion, now time.Time) error {
	issue.UpdatedAt = now
	if err := s.store.UpdateIssue(ctx, issue); err != nil {
		return fmt.Errorf("change issue %s: %w", issue.ID, err)
	}
	if issue.Group != "" {
		return s.regroup(ctx, issue.Group, on, now)
	}
	return s.deliver(ctx, issue)
}

// of returns the issue of the episode, nil when there is none.
func (s *Service) of(ctx context.Context, episode id.ID) (*Issue, error) {
	found, err := s.store.Issues(ctx, Filter{Episodes: []id.ID{episode}}, page.Request{Limit: 1})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, fmt.Errorf("look for the issue of violation %s: %w", episode, err)
	}
	if len(found.Items) == 0 {
		return nil, nil
	}
	return &found.Items[0], nil
}

// earlier returns the latest issue of an earlier violation of the same clause by
// the same SLO, and that violation; nil when there is none. One that was only observed
// had no issue, and that of a void one is settled.
func (s *Service) earlier(ctx context.Context, v policy.Violation) (*Issue, policy.Violation, error) {
	issue, err := s.store.IssueBefore(ctx, v)
	if err != nil || issue == nil {
		return nil, policy.Violation{}, err
	}
	before, err := s.episodes.Violation(ctx, issue.Episode)
	if err != nil {
		return nil, policy.Violation{}, fmt.Errorf("read the violation of issue %s: %w", issue.ID, err)
	}
	return issue, before, nil
}

// flapped reports whether the violation is not the first in its issue.
func flapped(issue Issue, v policy.Violation) bool {
	return issue.Fingerprint != Fingerprint(issue.Kind, v.Service, v.SLO, v.Clause, v.ID)
}
