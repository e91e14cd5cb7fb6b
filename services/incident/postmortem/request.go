package postmortem

import (
	"context"
	"fmt"
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

// Reason is why a postmortem is asked for.
type Reason string

// The reasons.
const (
	BySeverity Reason = "severity"
	ByDataLoss Reason = "data_loss"
	ByOnCall   Reason = "on_call_intervention"
	ByPolicy   Reason = "policy" // a violation asks for it, which is the request's subject
	ByPerson   Reason = "person" // who is the request's subject
)

// Reasons lists every reason.
var Reasons = []Reason{BySeverity, ByDataLoss, ByOnCall, ByPolicy, ByPerson}

// Request asks for a postmortem. There is one for each reason and subject.
type Request struct {
	ID         id.ID
	Postmortem id.ID
	Reason     Reason
	Subject    id.ID
	Text       string
	At         time.Time
	By         string

	// WaivedAt is nil unless it was waived.
	WaivedAt      *time.Time
	WaivedBy      string
	WaivedBecause string
}

// standing are the requests that were not waived.
func standing(of []Request) []Request {
	return slices.DeleteFunc(slices.Clone(of), func(r Request) bool { return r.WaivedAt != nil })
}

// Ask asks for a postmortem, with a reason. Whoever may read the incident can; asked again by the
// same person, their request stays as it was.
//
// It is due once the incident is resolved.
//
// Faults: NotFound; Forbidden to workloads; Invalid.
func (s *Service) Ask(ctx context.Context, of id.ID, why string) (Request, error) {
	now := clock.Round(s.Clock())
	var made Request
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		i, err := s.Incidents.Get(ctx, of)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, access.Create, access.Object{Kind: access.KindPostmortemRequest, ID: i.ID, Label: i.Title, Team: i.Team}); err != nil {
			return err
		}
		var check fault.Check
		check.Require(strings.TrimSpace(why) != "", "/reason", nil, "must say why a postmortem is worth writing")
		registry.CheckText(&check, "/reason", why, registry.MaxReason)
		if err := check.Err(); err != nil {
			return err
		}
		c := access.CallerFrom(ctx)
		wanted := Request{Reason: ByPerson, Subject: c.Person, Text: strings.TrimSpace(why), By: c.Name}
		asked, err := s.ask(ctx, now, i.ID, []Request{wanted})
		if err != nil {
			return err
		}
		n := slices.IndexFunc(asked.requests, func(r Request) bool { return r.Reason == ByPerson && r.Subject == c.Person })
		made = asked.requests[n]
		if len(asked.made) == 0 {
			return nil
		}
		return s.Recorder.RecordDiff(ctx, access.Update, object(i), made.Text, nil, asked.record())
	})
	if err != nil {
		return Request{}, fmt.Errorf("ask for a postmortem: %w", err)
	}
	return made, nil
}

// Request returns one; NotFound.
func (s *Service) Request(ctx context.Context, of, request id.ID) (Request, error) {
	v, err := s.Get(ctx, of)
	if err != nil {
		return Request{}, err
	}
	for _, r := range v.Requests {
		if r.ID == request {
			return r, nil
		}
	}
	return Request{}, fault.Missing("postmortem_request", string(request))
}

// Waive takes a request back, with a reason. Administrators can, and members of the parent team of
// that which owns the incident; not who writes the text.
//
// Faults: NotFound; Forbidden; Conflict "request_waived", "own_postmortem"; Invalid.
func (s *Service) Waive(ctx context.Context, of, request id.ID, because string) (Request, error) {
	now := clock.Round(s.Clock())
	var waived Request
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		i, p, err := s.hold(ctx, of)
		if err != nil {
			return err
		}
		parent, err := s.parent(ctx, i.Team)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, access.Update, access.Object{Kind: access.KindPostmortemRequest, ID: i.ID, Label: i.Title, Team: parent}); err != nil {
			return err
		}
		all, err := s.Store.Requests(ctx, []id.ID{p.ID})
		if err != nil {
			return err
		}
		n := slices.IndexFunc(all, func(r Request) bool { return r.ID == request })
		if n < 0 {
			return fault.Missing("postmortem_request", string(request))
		}
		if all[n].WaivedAt != nil {
			return fault.New(fault.Conflict, "request_waived", "%s waived the request already, at %s", all[n].WaivedBy, all[n].WaivedAt.Format(time.RFC3339))
		}
		c := access.CallerFrom(ctx)
		if own, err := s.wrote(ctx, p, c.Person); err != nil || own && !c.Administers() {
			if err == nil {
				err = fault.New(fault.Conflict, "own_postmortem", "who writes the postmortem cannot waive what asks for it; another person can")
			}
			return err
		}
		var check fault.Check
		check.Require(strings.TrimSpace(because) != "", "/reason", nil, "must say why no postmortem is needed for this")
		registry.CheckText(&check, "/reason", because, registry.MaxReason)
		if err := check.Err(); err != nil {
			return err
		}
		all[n].WaivedAt, all[n].WaivedBy, all[n].WaivedBecause = &now, c.Name, strings.TrimSpace(because)
		waived = all[n]
		if err := s.Store.Waive(ctx, waived); err != nil {
			return err
		}
		before := p
		if err := s.settle(ctx, now, i, &p, all); err != nil {
			return err
		}
		if err := s.act(ctx, now, p, ActWaived, string(waived.Reason)+": "+waived.WaivedBecause); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Update, object(i), waived.WaivedBecause, before.record(), waivedRecord{p.record(), waived.Reason})
	})
	if err != nil {
		return Request{}, fmt.Errorf("waive a request for a postmortem: %w", err)
	}
	return waived, nil
}

// waivedRecord is what the audit log keeps of a waiver.
type waivedRecord struct {
	record
	Waived Reason
}

// settle writes the status and the due time that follow from the requests, where they changed.
func (s *Service) settle(ctx context.Context, now time.Time, i incident.Incident, p *Postmortem, requests []Request) error {
	status, due := p.Status, (*time.Time)(nil)
	owing := len(standing(requests)) > 0
	if owing {
		due = s.Rules.Due(i)
		if due != nil && p.DueAt != nil && status.Begun() && p.DueAt.After(*due) {
			due = p.DueAt // it was reopened, and its time began anew
		}
	}
	if !status.Begun() {
		status = Waived
		if owing {
			status = Requested
		}
	}
	if status == p.Status && same(due, p.DueAt) {
		return nil
	}
	p.Status, p.DueAt = status, due
	return s.write(ctx, now, p)
}

// asked is what came of asking.
type asked struct {
	Postmortem
	requests []Request // all
	made     []Request // of them, those that are new
}

// askedRecord is what the audit log keeps of asking.
type askedRecord struct {
	record
	Asked []Reason
}

func (a asked) record() askedRecord {
	r := askedRecord{record: a.Postmortem.record()}
	for _, one := range a.made {
		r.Asked = append(r.Asked, one.Reason)
	}
	return r
}

// ask has the incident have a postmortem with the requests, within a transaction, and tells of those
// that are new.
func (s *Service) ask(ctx context.Context, now time.Time, of id.ID, wanted []Request) (asked, error) {
	i, err := s.Kept.HoldIncident(ctx, of)
	if err != nil {
		return asked{}, err
	}
	author, _ := access.AuthorFrom(ctx)
	fresh := Postmortem{
		ID: id.New(now), Incident: i.ID, Status: Requested, Review: noReview(), DueAt: s.Rules.Due(i),
		CreatedAt: now, CreatedBy: author.Name, UpdatedAt: now, UpdatedBy: author.Name, Version: 1,
	}
	if _, err := s.Store.CreatePostmortem(ctx, fresh); err != nil {
		return asked{}, err
	}
	p, err := s.Store.HoldPostmortem(ctx, of)
	if err != nil {
		return asked{}, err
	}
	out := asked{}
	for _, r := range wanted {
		r.ID, r.Postmortem, r.At = id.New(now), p.ID, now
		first, err := s.Store.CreateRequest(ctx, r)
		if err != nil {
			return asked{}, err
		}
		if !first {
			continue
		}
		out.made = append(out.made, r)
		if err := s.act(ctx, now, p, ActAsked, string(r.Reason)+": "+r.Text); err != nil {
			return asked{}, err
		}
	}
	if out.requests, err = s.Store.Requests(ctx, []id.ID{p.ID}); err != nil {
		return asked{}, err
	}
	if err := s.settle(ctx, now, i, &p, out.requests); err != nil {
		return asked{}, err
	}
	out.Postmortem = p
	if len(out.made) > 0 && p.Status.Owed() {
		return out, s.tellRequested(ctx, now, i, p, out.made)
	}
	return out, nil
}

func noReview() Review { return Review{Reviewers: []id.ID{}, Approvals: []Signature{}} }
