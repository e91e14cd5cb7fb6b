package issues

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/action"
)

var _ action.Desk = (*Service)(nil)

// followUp is what the templates of an incident and of an action item say.
type followUp struct {
	Title       string // of the incident
	Severity    incident.Severity
	Began       time.Time
	Item        action.Item // zero of the incident
	Link        string
	Fingerprint string
}

// FollowUps has the issues of an incident's items, and the one of which they are parts, be wanted as
// these now are: of what is open, and of what has one. None is wanted closed: that is for people. Of
// a restricted incident none is wanted anew, and those that are there say nothing of it any more.
func (s *Service) FollowUps(ctx context.Context, i incident.Incident, items []action.Item, now time.Time) error {
	known, err := s.followUps(ctx, i, items)
	if err != nil {
		return err
	}
	if len(items) > 0 && !i.Restricted && known[i.ID] == nil && slices.ContainsFunc(items, func(item action.Item) bool { return item.State == action.Open }) {
		whole := Issue{Kind: KindIncident, Fingerprint: Fingerprint(KindIncident, i.Services[0].Service, i.ID, "", i.ID), Service: i.Services[0].Service, Subject: i.ID, Episode: i.ID}
		if known[i.ID], err = s.want(ctx, whole, s.aboutIncident(i, whole.Fingerprint), i.Restricted, now); err != nil {
			return err
		}
	} else if whole := known[i.ID]; whole != nil {
		if err := s.rewrite(ctx, *whole, s.aboutIncident(i, whole.Fingerprint), i.Restricted, now); err != nil {
			return err
		}
	}
	for _, item := range items {
		is := known[item.ID]
		switch {
		case is == nil && (i.Restricted || item.State != action.Open):
		case is == nil:
			one := Issue{Kind: KindActionItem, Fingerprint: Fingerprint(KindActionItem, item.Service, item.ID, "", item.ID), Service: item.Service, Parent: known[i.ID].ID, Subject: item.ID, Episode: item.ID}
			if _, err := s.want(ctx, one, s.aboutItem(i, item, one.Fingerprint), false, now); err != nil {
				return err
			}
		default:
			if err := s.rewrite(ctx, *is, s.aboutItem(i, item, is.Fingerprint), i.Restricted, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// followUps are the issues that an incident and its items have, by what they are about.
func (s *Service) followUps(ctx context.Context, i incident.Incident, items []action.Item) (map[id.ID]*Issue, error) {
	about := []id.ID{i.ID}
	for _, item := range items {
		about = append(about, item.ID)
	}
	known := map[id.ID]*Issue{}
	for some := range slices.Chunk(about, page.MaxLimit) {
		found, err := s.store.Issues(ctx, Filter{Episodes: some}, page.Request{Limit: page.MaxLimit})
		if err != nil {
			return nil, fmt.Errorf("read the issues of incident %s: %w", i.ID, err)
		}
		for n := range found.Items {
			known[found.Items[n].Subject] = &found.Items[n]
		}
	}
	return known, nil
}

func (s *Service) aboutIncident(i incident.Incident, fingerprint string) followUp {
	return followUp{Title: i.Title, Severity: i.Severity, Began: i.ImpactStart, Link: s.publicURL + "/incidents/" + string(i.ID), Fingerprint: fingerprint}
}

func (s *Service) aboutItem(i incident.Incident, item action.Item, fingerprint string) followUp {
	f := s.aboutIncident(i, fingerprint)
	f.Item, f.Link = item, s.publicURL+"/action-items/"+string(item.ID)
	return f
}

// want wants a new issue.
func (s *Service) want(ctx context.Context, issue Issue, f followUp, restricted bool, now time.Time) (*Issue, error) {
	issue.ID, issue.Comments, issue.Open, issue.CreatedAt, issue.UpdatedAt, issue.Version = id.New(now), []Comment{}, true, now, now, 1
	if err := s.fill(ctx, &issue, f, restricted); err != nil {
		return nil, err
	}
	if _, err := s.store.CreateIssue(ctx, issue); err != nil {
		return nil, fmt.Errorf("want an issue about %s: %w", issue.Subject, err)
	}
	return &issue, s.deliver(ctx, issue)
}

// rewrite has an issue say what is so now, where it does not.
func (s *Service) rewrite(ctx context.Context, issue Issue, f followUp, restricted bool, now time.Time) error {
	before := issue
	if f.Item.ID != "" {
		issue.Service = f.Item.Service
	}
	if err := s.fill(ctx, &issue, f, restricted); err != nil {
		return err
	}
	if restricted {
		issue.Comments = closed(issue.Comments)
	}
	if issue.Title == before.Title && issue.Body == before.Body && issue.Service == before.Service && issue.Repository == before.Repository &&
		slices.Equal(issue.Labels, before.Labels) && slices.Equal(issue.Assignees, before.Assignees) && slices.Equal(issue.Comments, before.Comments) {
		return nil
	}
	return s.update(ctx, issue, occasion{}, now)
}

// closedComment stands for what was said before the incident was restricted.
const closedComment = "What is said here is restricted to named readers."

// closed are as many comments as before, for the tracker has them by their numbers, which say nothing.
// What is on the tracker already stays there.
func closed(comments []Comment) []Comment {
	out := slices.Clone(comments)
	for n := range out {
		out[n].Body = closedComment
	}
	return out
}

// fill writes what an issue says, and whose it is.
func (s *Service) fill(ctx context.Context, issue *Issue, f followUp, restricted bool) error {
	service, err := s.services.Service(ctx, issue.Service)
	if err != nil {
		return fmt.Errorf("read the service of an issue about %s: %w", issue.Subject, err)
	}
	title, body := "title", "body"
	if restricted {
		title, body = "restricted title", "restricted body"
	}
	if issue.Title, err = render(issue.Kind, title, f); err != nil {
		return err
	}
	if issue.Body, err = render(issue.Kind, body, f); err != nil {
		return err
	}
	issue.Body, issue.Repository = fit(issue.Body, issue.Fingerprint), service.Repository
	issue.Labels, issue.Assignees = []string{"incident-follow-up"}, []id.ID{}
	if issue.Kind == KindActionItem && !restricted {
		issue.Labels = append(issue.Labels, "priority/"+string(f.Item.Priority), "type/"+string(f.Item.Type))
		issue.Assignees = []id.ID{f.Item.Owner}
	}
	return nil
}

// Remark wants a comment on the issue of an item, where there is one. What is said of a restricted
// incident is not repeated there.
func (s *Service) Remark(ctx context.Context, i incident.Incident, item id.ID, text string, now time.Time) error {
	if i.Restricted {
		return nil
	}
	issue, err := s.of(ctx, item)
	if err != nil || issue == nil {
		return err
	}
	if err := s.comment(issue, "remark", text, false, now); err != nil {
		return err
	}
	return s.update(ctx, *issue, occasion{}, now)
}
