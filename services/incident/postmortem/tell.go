package postmortem

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/incident"
)

// about is the event of something that happened to the postmortem, for the team of the incident.
func about(now time.Time, i incident.Incident, t event.Type) event.Event {
	return event.Event{
		Type: t, Key: "postmortem/" + string(i.ID) + "/" + string(t), At: now, Team: i.Team,
		Subject: i.Title, Link: "/incidents/" + string(i.ID) + "/postmortem",
		Figures: []event.Figure{{Name: "severity", Value: string(i.Severity)}},
	}
}

// tell tells, within the transaction of what happened. Of a restricted incident nothing is told:
// events are read by the organisation.
func (s *Service) tell(ctx context.Context, i incident.Incident, events ...event.Event) error {
	if s.Teller == nil || i.Restricted {
		return nil
	}
	if err := s.Teller.Tell(ctx, events...); err != nil {
		return fmt.Errorf("tell what happened to a postmortem: %w", err)
	}
	return nil
}

var becauseOf = map[Reason]string{
	BySeverity: "its severity", ByDataLoss: "data was lost", ByOnCall: "somebody on call had to act",
	ByPolicy: "a policy asks for it", ByPerson: "somebody asks for it",
}

func (s *Service) tellRequested(ctx context.Context, now time.Time, i incident.Incident, p Postmortem, made []Request) error {
	e := about(now, i, event.PostmortemRequested)
	e.Key += "/" + string(made[0].ID)
	var why []string
	for _, r := range made {
		reason := becauseOf[r.Reason]
		if r.Reason == ByPerson || r.Reason == ByPolicy {
			reason += " (" + r.By + ": " + r.Text + ")"
		}
		why = append(why, reason)
	}
	e.Title = "A postmortem is asked for: " + i.Title
	e.Text = "Why: " + strings.Join(why, "; ") + "."
	if p.DueAt != nil {
		e.Text += " Its review is due on " + minute(*p.DueAt) + "."
	}
	return s.tell(ctx, i, e)
}

// tellReviewers tells each of them.
func (s *Service) tellReviewers(ctx context.Context, now time.Time, i incident.Incident, p Postmortem) error {
	events := make([]event.Event, 0, len(p.Review.Reviewers))
	for _, reviewer := range p.Review.Reviewers {
		person, err := s.People.Person(ctx, reviewer)
		if err != nil {
			return fmt.Errorf("read a reviewer: %w", err)
		}
		e := about(now, i, event.PostmortemInReview)
		e.Key += fmt.Sprintf("/%d/%s", p.Version, reviewer)
		e.Person = reviewer
		e.Title = person.DisplayName + " is asked to review the postmortem: " + i.Title
		e.Text = fmt.Sprintf("Version %d is to be read. Approve it, or say what is to be changed.", p.Text)
		events = append(events, e)
	}
	return s.tell(ctx, i, events...)
}

func (s *Service) tellPublished(ctx context.Context, now time.Time, i incident.Incident, p Postmortem) error {
	e := about(now, i, event.PostmortemPublished)
	e.Key += fmt.Sprintf("/%d", p.Version)
	e.Title, e.Text = "A postmortem is published: "+i.Title, "Read what was learned."
	if p.Link != nil {
		e.Text = "It was written elsewhere: " + p.Link.Title
	}
	return s.tell(ctx, i, e)
}

// tellOverdue tells the team that the review is missing; above says it is the team above.
func (s *Service) tellOverdue(ctx context.Context, now time.Time, i incident.Incident, p Postmortem, team id.ID, above bool) error {
	e := about(now, i, event.PostmortemOverdue)
	e.Team = team
	e.Key += "/" + p.DueAt.UTC().Format("20060102T1504")
	e.Title = "The review of a postmortem is overdue: " + i.Title
	e.Text = fmt.Sprintf("It was due on %s, and the postmortem is %q.", minute(*p.DueAt), p.Status)
	if above {
		e.Key += "/above"
		e.Text += fmt.Sprintf(" The team that owns the incident was told %d working days ago.", escalateAfter)
	}
	return s.tell(ctx, i, e)
}
