package delivery

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Known is a desired issue with what is known of it on the tracker.
type Known struct {
	Issue    issues.Issue
	Delivery Delivery
}

// Version grows with each change of what is wanted, and of what is known.
func (k Known) Version() int64 { return k.Issue.Version + k.Delivery.Version }

// Filter narrows a list of issues; zero fields do not.
type Filter struct {
	issues.Filter
	State State
	// Troubled is whether there is a Problem.
	Troubled *bool
}

// Records are deliveries as people look at them, and change them; a store of
// deliveries is one.
type Records interface {
	// List lists issues, the newest first.
	List(ctx context.Context, f Filter, r page.Request) (page.Page[Known], error)
	Delivery(ctx context.Context, issue id.ID) (Delivery, error)
	PutDelivery(ctx context.Context, d Delivery) error
	// Tally counts the team's, or all where none is named.
	Tally(ctx context.Context, team id.ID, now time.Time) (Tally, error)
	// Switch returns what is stopped, of version 1 where nothing ever was.
	Switch(ctx context.Context) (Switch, error)
	// PutSwitch writes and raises the version; Precondition when another did meanwhile.
	PutSwitch(ctx context.Context, s Switch) error
}

// Services are the organisation's; a registry.Store is one.
type Services interface {
	Service(ctx context.Context, service id.ID) (registry.Service, error)
}

// ServiceParts is what a Service is made of.
type ServiceParts struct {
	Records    Records
	Issues     Issues
	Services   Services
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Recorder   access.Recorder
	Clock      clock.Clock
	// Settings, and whether there is a tracker, say what is sent at all.
	Settings   Settings
	HasTracker bool
}

// Service tells how far issues got, and does what people can do about one. It
// authorises the context's caller; every change is audited in its own transaction.
type Service struct{ ServiceParts }

// NewService returns a service.
func NewService(p ServiceParts) *Service { return &Service{p} }

// List lists issues with what is known of them, the newest first.
func (s *Service) List(ctx context.Context, f Filter, r page.Request) (page.Page[Known], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Known]{}, err
	}
	list, err := s.Records.List(ctx, f, r)
	if err != nil {
		return page.Page[Known]{}, fmt.Errorf("list issues with their deliveries: %w", err)
	}
	return list, nil
}

// Get returns an issue with what is known of it, or NotFound.
func (s *Service) Get(ctx context.Context, issue id.ID) (Known, error) {
	if err := s.mayRead(ctx); err != nil {
		return Known{}, err
	}
	i, err := s.Issues.Issue(ctx, issue)
	if err != nil {
		return Known{}, fmt.Errorf("read an issue: %w", err)
	}
	d, err := s.Records.Delivery(ctx, issue)
	if err != nil {
		return Known{}, fmt.Errorf("read the delivery of an issue: %w", err)
	}
	return Known{Issue: i, Delivery: d}, nil
}

// Retry has a dead or dismissed issue delivered again, and one that waits at once. A
// group is for administrators: its members may be of several teams.
//
// Faults: NotFound; Forbidden; Precondition when it is not at that version; Conflict
// "issue_on_its_way".
func (s *Service) Retry(ctx context.Context, issue id.ID, version int64) (Known, error) {
	return s.change(ctx, issue, version, "", func(d *Delivery, now time.Time) error { return d.Retry(now) })
}

// Retarget has an issue made anew in another repository; what was made before is left to
// people, and taken up again when it is sent back there.
//
// Faults: as Retry; Invalid with a pointer to /repository.
func (s *Service) Retarget(ctx context.Context, issue id.ID, version int64, to Place) (Known, error) {
	return s.change(ctx, issue, version, "", func(d *Delivery, now time.Time) error {
		if strings.EqualFold(string(to), string(d.Place)) {
			var check fault.Check
			check.Require(d.Number == 0, "/repository", string(to), "is where it is already, as number %d; retry it instead", d.Number)
			check.Require(d.Number > 0 || d.Attempts == 0, "/repository", string(to), "is where it was asked for already, and may be; retry it instead, which looks for it first")
			if err := check.Err(); err != nil {
				return err
			}
		}
		return d.Retarget(to, now)
	})
}

// MaxReason is the most characters of a reason.
const MaxReason = 500

// Dismiss has nothing more delivered of an issue, for a reason that is shown from
// then on. What is on the tracker is left to people.
//
// Faults: as Retry; Invalid with a pointer to /reason; Conflict "issue_dismissed".
func (s *Service) Dismiss(ctx context.Context, issue id.ID, version int64, reason string) (Known, error) {
	var check fault.Check
	access.CheckLine(&check, "/reason", reason, 1, MaxReason)
	if err := check.Err(); err != nil {
		return Known{}, err
	}
	by := access.CallerFrom(ctx).Name
	return s.change(ctx, issue, version, reason, func(d *Delivery, _ time.Time) error {
		if d.State == Dismissed {
			return fault.New(fault.Conflict, "issue_dismissed", "the issue is dismissed already")
		}
		if err := d.Dismiss(); err != nil {
			return err
		}
		d.Problem = fmt.Sprintf("%s dismissed it: %s", by, reason)
		return nil
	})
}

// record is what the audit log compares.
type record struct {
	State      State
	Repository Place
	Number     int
	Problem    string
	DueAt      *time.Time
}

func (d Delivery) record() record { return record{d.State, d.Place, d.Number, d.Problem, d.DueAt} }

// change does something to the delivery of an issue that is at the version.
func (s *Service) change(ctx context.Context, issue id.ID, version int64, reason string, do func(d *Delivery, now time.Time) error) (Known, error) {
	now := clock.Round(s.Clock())
	var k Known
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		i, err := s.Issues.Issue(ctx, issue)
		if err != nil {
			return fmt.Errorf("read an issue: %w", err)
		}
		object := access.Object{Kind: access.KindIssue, ID: issue, Label: i.Title}
		if !i.IsGroup() { // which is of no team
			service, err := s.Services.Service(ctx, i.Service)
			if err != nil {
				return fmt.Errorf("read the service of an issue: %w", err)
			}
			object.Team = service.Team
		}
		if err := s.Authorizer.Authorize(ctx, access.Update, object); err != nil {
			return err
		}
		d, err := s.Records.Delivery(ctx, issue)
		if err != nil {
			return fmt.Errorf("read the delivery of an issue: %w", err)
		}
		if k = (Known{i, d}); k.Version() != version {
			return fault.Stale("issue")
		}
		if err := do(&k.Delivery, now); err != nil {
			return err
		}
		k.Delivery.UpdatedAt = now
		if err := s.Records.PutDelivery(ctx, k.Delivery); err != nil {
			return fmt.Errorf("change the delivery of an issue: %w", err)
		}
		k.Delivery.Version++
		return s.Recorder.RecordDiff(ctx, access.Update, object, reason, d.record(), k.Delivery.record())
	})
	if err != nil {
		return Known{}, err
	}
	return k, nil
}

func (s *Service) mayRead(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindIssue})
}
