package postmortem

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/registry"
)

const (
	maxReviewers = 10
	maxRemarks   = 4_000
)

// wrongStatus is the fault of an act that is not for the status.
func (p Postmortem) wrongStatus(doing string, right ...Status) error {
	return fault.New(fault.Conflict, "postmortem_status", "it cannot be %s while it is %q; that is for one that is %s", doing, p.Status, fault.Or(right))
}

// Submit asks people to review the text. Where it is in review, others can be named. Reviewers are
// people, 1 to 10, who are neither the caller nor who wrote the latest version, and may read the
// incident.
//
// Faults: NotFound; Forbidden; Precondition; Conflict "postmortem_status"; Invalid.
func (s *Service) Submit(ctx context.Context, of id.ID, version int64, reviewers []id.ID) (View, error) {
	v, err := s.change(ctx, of, version, s.mayWrite, func(ctx context.Context, now time.Time, i incident.Incident, p *Postmortem) error {
		if p.Status != Draft && p.Status != InReview {
			return p.wrongStatus("submitted", Draft, InReview)
		}
		if err := s.checkReviewers(ctx, i, *p, reviewers); err != nil {
			return err
		}
		c := access.CallerFrom(ctx)
		p.Status = InReview
		p.Review = Review{
			Reviewers: slices.Clone(reviewers), Approvals: []Signature{},
			Submitted: &Signature{Person: c.Person, Name: c.Name, At: now, Text: p.Text},
		}
		if err := s.write(ctx, now, p); err != nil {
			return err
		}
		if err := s.act(ctx, now, *p, ActSubmitted, ""); err != nil {
			return err
		}
		return s.tellReviewers(ctx, now, i, *p)
	})
	if err != nil {
		return View{}, fmt.Errorf("submit a postmortem: %w", err)
	}
	return v, nil
}

func (s *Service) checkReviewers(ctx context.Context, i incident.Incident, p Postmortem, reviewers []id.ID) error {
	var check fault.Check
	check.Require(len(reviewers) >= 1 && len(reviewers) <= maxReviewers, "/reviewers", len(reviewers), "must be 1 to %d people", maxReviewers)
	caller := access.CallerFrom(ctx).Person
	latest, err := s.Store.Text(ctx, p.ID, p.Text)
	if err != nil {
		return err
	}
	for n, reviewer := range reviewers[:min(len(reviewers), maxReviewers)] {
		at := fmt.Sprintf("/reviewers/%d", n)
		if slices.Index(reviewers, reviewer) != n {
			check.Fail(at, string(reviewer), "is named twice; once is enough")
			continue
		}
		person, err := s.People.Person(ctx, reviewer)
		switch {
		case fault.Is(err, fault.NotFound):
			check.Fail(at, string(reviewer), "names nobody who exists; give the identifier of a person")
		case err != nil:
			return fmt.Errorf("read a reviewer: %w", err)
		case person.DeactivatedAt != nil:
			check.Fail(at, string(reviewer), "left; name somebody who can sign in")
		case reviewer == caller || reviewer == latest.Person:
			check.Fail(at, string(reviewer), "is who submits it or wrote its latest version; somebody else reviews it")
		case !i.ReadBy(person):
			check.Fail(at, string(reviewer), "may not read the incident, which is restricted; make them a reader of it first")
		}
	}
	return check.Err()
}

// Verdict is what a reviewer says of the text.
type Verdict struct {
	Approve bool
	Text    string // needed where changes are asked for
}

// Review says what a named reviewer found: it is approved, or goes back to be a draft with what is
// to be changed. Who submitted it or wrote its latest version approves nothing.
//
// Faults: NotFound; Forbidden to whoever was not named; Precondition; Conflict
// "postmortem_status", "own_postmortem", and "sections_missing", which names them; Invalid.
func (s *Service) Review(ctx context.Context, of id.ID, version int64, verdict Verdict) (View, error) {
	may := func(ctx context.Context, i incident.Incident) error {
		return s.Authorizer.Authorize(ctx, access.Create, access.Object{Kind: access.KindPostmortemReview, ID: i.ID, Label: i.Title, Team: i.Team})
	}
	v, err := s.change(ctx, of, version, may, func(ctx context.Context, now time.Time, i incident.Incident, p *Postmortem) error {
		if p.Status != InReview {
			return p.wrongStatus("reviewed", InReview)
		}
		c := access.CallerFrom(ctx)
		if own, err := s.wrote(ctx, *p, c.Person); err != nil {
			return err
		} else if own && verdict.Approve {
			return fault.New(fault.Conflict, "own_postmortem", "who submitted it or wrote a version of it cannot approve it; another reviewer can")
		}
		if c.Kind != access.ByPerson || !slices.Contains(p.Review.Reviewers, c.Person) {
			return fault.New(fault.Forbidden, "not_a_reviewer", "only the people who were asked to review it can; whoever writes it can name others")
		}
		var check fault.Check
		check.Require(verdict.Approve || strings.TrimSpace(verdict.Text) != "", "/text", nil, "must say what is to be changed")
		registry.CheckText(&check, "/text", verdict.Text, maxRemarks)
		if err := check.Err(); err != nil {
			return err
		}
		said := Signature{Person: c.Person, Name: c.Name, At: now, Text: p.Text, Note: strings.TrimSpace(verdict.Text)}
		if !verdict.Approve {
			p.Status, p.Review.Returned, p.Review.Approvals = Draft, &said, []Signature{}
			if err := s.write(ctx, now, p); err != nil {
				return err
			}
			return s.act(ctx, now, *p, ActReturned, said.Note)
		}
		if err := s.complete(ctx, *p); err != nil {
			return err
		}
		p.Status, p.Review.Returned, p.Review.Approvals = Approved, nil, append(p.Review.Approvals, said)
		if err := s.write(ctx, now, p); err != nil {
			return err
		}
		return s.act(ctx, now, *p, ActApproved, said.Note)
	})
	if err != nil {
		return View{}, fmt.Errorf("review a postmortem: %w", err)
	}
	return v, nil
}

// complete refuses a text of which required sections are not written.
func (s *Service) complete(ctx context.Context, p Postmortem) error {
	t, err := s.Store.Text(ctx, p.ID, p.Text)
	if err != nil {
		return err
	}
	missing := p.Template.Document.Missing(t.Text)
	if len(missing) == 0 {
		return nil
	}
	names := make([]string, len(missing))
	for n, m := range missing {
		names[n] = fmt.Sprintf("%q", m.Section)
	}
	return fault.New(fault.Conflict, "sections_missing", "these sections are required and not written yet: %s", strings.Join(names, ", "))
}

// Publish publishes an approved text.
//
// Faults: NotFound; Forbidden; Precondition; Conflict "postmortem_status".
func (s *Service) Publish(ctx context.Context, of id.ID, version int64) (View, error) {
	v, err := s.change(ctx, of, version, s.mayWrite, func(ctx context.Context, now time.Time, i incident.Incident, p *Postmortem) error {
		if p.Status != Approved {
			return p.wrongStatus("published", Approved)
		}
		p.Status = Published
		if err := s.write(ctx, now, p); err != nil {
			return err
		}
		if err := s.act(ctx, now, *p, ActPublished, ""); err != nil {
			return err
		}
		return s.tellPublished(ctx, now, i, *p)
	})
	if err != nil {
		return View{}, fmt.Errorf("publish a postmortem: %w", err)
	}
	return v, nil
}

// Reopen makes one that is approved or published a draft again, with a reason. In place of a link it
// begins a text, where there is none.
//
// Faults: NotFound; Forbidden; Precondition; Conflict "postmortem_status"; Invalid.
func (s *Service) Reopen(ctx context.Context, of id.ID, version int64, reason string) (View, error) {
	v, err := s.change(ctx, of, version, s.mayWrite, func(ctx context.Context, now time.Time, i incident.Incident, p *Postmortem) error {
		if p.Status != Approved && p.Status != Published {
			return p.wrongStatus("reopened", Approved, Published)
		}
		var check fault.Check
		check.Require(strings.TrimSpace(reason) != "", "/reason", nil, "must say why it is reopened")
		registry.CheckText(&check, "/reason", reason, registry.MaxReason)
		if err := check.Err(); err != nil {
			return err
		}
		if err := s.act(ctx, now, *p, ActReopened, strings.TrimSpace(reason)); err != nil {
			return err
		}
		if p.Text == 0 {
			return s.compose(ctx, now, i, p, "")
		}
		p.Status, p.Review, p.Link = Draft, noReview(), nil
		if p.DueAt != nil { // the time begins anew
			due := s.Rules.From(i.Severity, now)
			p.DueAt = &due
		}
		return s.write(ctx, now, p)
	})
	if err != nil {
		return View{}, fmt.Errorf("reopen a postmortem: %w", err)
	}
	return v, nil
}

// LinkInput is a postmortem that was written elsewhere.
type LinkInput struct{ URL, Title string }

func (in LinkInput) check(check *fault.Check) {
	access.CheckLine(check, "/title", in.Title, 1, maxNote)
	registry.CheckURL(check, "/url", in.URL)
	u, err := url.Parse(in.URL)
	check.Require(in.URL != "" && (err != nil || u.Scheme != "http"), "/url", nil, "must be an https address such as https://example.org/postmortem")
}

// Elsewhere says that the postmortem was written and published elsewhere, in place of a text that is
// not in review. The version of an incident that has none yet is 0.
//
// Faults: NotFound; Forbidden; Precondition; Conflict "postmortem_status"; Invalid.
func (s *Service) Elsewhere(ctx context.Context, of id.ID, version int64, in LinkInput) (View, error) {
	var v View
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		seen, err := s.orFirst(ctx, of, version)
		if err != nil {
			return err
		}
		v, err = s.change(ctx, of, seen, s.mayWrite, func(ctx context.Context, now time.Time, i incident.Incident, p *Postmortem) error {
			if p.Status == InReview || p.Status == Approved || p.Status == Published && p.Link == nil {
				return p.wrongStatus("linked elsewhere", Requested, Waived, Draft)
			}
			var check fault.Check
			in.check(&check)
			if err := check.Err(); err != nil {
				return err
			}
			p.Status, p.Link = Published, &Link{URL: in.URL, Title: in.Title, By: access.CallerFrom(ctx).Name, At: now}
			if err := s.write(ctx, now, p); err != nil {
				return err
			}
			if err := s.act(ctx, now, *p, ActLinked, in.Title); err != nil {
				return err
			}
			return s.tellPublished(ctx, now, i, *p)
		})
		return err
	})
	if err != nil {
		return View{}, fmt.Errorf("link a postmortem elsewhere: %w", err)
	}
	return v, nil
}

// orFirst is the version to change of who saw this one: of who saw none, that which is entered now.
func (s *Service) orFirst(ctx context.Context, of id.ID, seen int64) (int64, error) {
	if seen != 0 {
		return seen, nil
	}
	i, err := s.About(ctx, of)
	if err != nil {
		return 0, err
	}
	if err := s.mayWrite(ctx, i); err != nil {
		return 0, err
	}
	if _, err := s.Store.Postmortem(ctx, of); err == nil {
		return 0, nil // somebody else was first, and it is stale
	} else if !fault.Is(err, fault.NotFound) {
		return 0, err
	}
	p, err := s.enter(ctx, clock.Round(s.Clock()), i)
	if err != nil {
		return 0, err
	}
	return p.Version, nil
}

// parent is the team above, empty where there is none.
func (s *Service) parent(ctx context.Context, team id.ID) (id.ID, error) {
	found, err := s.Registry.TeamsByID(ctx, []id.ID{team})
	if err != nil {
		return "", fmt.Errorf("read team %s: %w", team, err)
	}
	return found[team].Parent, nil
}
