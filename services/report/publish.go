package report

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// PublishInput is what is published.
type PublishInput struct {
	ScopeInput
	PeriodInput
}

// The bounds of decisions.
const (
	maxDeciders  = 20
	maxDecisions = 200 // of a report
)

// Draft is a report that was drawn up to be published.
type Draft struct {
	content  Content
	occasion Occasion
	now      time.Time
}

// Draw draws up a report of a period that is over; Publish keeps it. It reads much, and is to
// be called outside of a transaction.
//
// Faults: Forbidden; Invalid.
func (s *Service) Draw(ctx context.Context, in PublishInput) (Draft, error) {
	if err := s.Authorizer.Permit(ctx, access.Rule{Verb: access.Create, Kind: access.KindReport}); err != nil {
		return Draft{}, err
	}
	now := clock.Round(s.Clock())
	var check fault.Check
	scope, err := s.check(ctx, &check, "/", in.ScopeInput)
	if err != nil {
		return Draft{}, err
	}
	period := in.PeriodInput.check(&check, "/")
	if invalid := check.Err(); invalid != nil && scope.Kind == "" {
		return Draft{}, invalid // there is nothing yet on which to authorise
	}
	if err := s.Authorizer.Authorize(ctx, access.Create, scope.object("")); err != nil {
		return Draft{}, err
	}
	if check.Err() == nil {
		pointer := "/to"
		if period.Name != "" {
			pointer = "/period"
		}
		check.Require(!period.To.After(now), pointer, period.String(), "must be over: it ends at %s, and now is %s; preview what there is so far", period.To.Format(time.RFC3339), now.Format(time.RFC3339))
	}
	if err := check.Err(); err != nil {
		return Draft{}, err
	}
	return s.draft(ctx, scope, period, "", now)
}

func (s *Service) draft(ctx context.Context, scope Scope, p Period, occasion Occasion, now time.Time) (Draft, error) {
	of, err := s.subjectOf(ctx, scope)
	if err != nil {
		return Draft{}, fmt.Errorf("draw up a report: %w", err)
	}
	content, err := s.draw(ctx, scope, p, of, now, nil)
	if err != nil {
		return Draft{}, fmt.Errorf("draw up a report: %w", err)
	}
	return Draft{content, occasion, now}, nil
}

// Publish keeps what Draw drew up for the caller, as it is.
func (s *Service) Publish(ctx context.Context, d Draft) (Report, error) {
	made, _, err := s.publish(ctx, d)
	return made, err
}

// publish keeps a draft; false where there is a report of its occasion.
func (s *Service) publish(ctx context.Context, d Draft) (Report, bool, error) {
	if d.now.IsZero() {
		return Report{}, false, errors.New("publish a report: nothing was drawn up")
	}
	scope := d.content.Scope
	made, err := Report{
		ID: id.New(d.now), Occasion: d.occasion, PublishedAt: d.now, PublishedBy: access.CallerFrom(ctx).Name, ReviewAt: reviewAfter(d.content.Period.To, d.now),
	}.Of(d.content)
	if err != nil {
		return Report{}, false, err
	}
	done := false
	err = s.Runner.InTx(ctx, func(ctx context.Context) error {
		if made.Number, done, err = s.Store.CreateReport(ctx, made); err != nil || !done {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Create, scope.object(made.ID), "", nil, made.record())
	})
	if err != nil {
		return Report{}, false, fmt.Errorf("publish a report: %w", err)
	}
	return made, done, nil
}

// Get returns a report with its document; NotFound.
func (s *Service) Get(ctx context.Context, report id.ID) (Report, error) {
	if err := s.mayRead(ctx); err != nil {
		return Report{}, err
	}
	r, err := s.Store.Report(ctx, report)
	if err != nil {
		return Report{}, fmt.Errorf("read a report: %w", err)
	}
	return r, nil
}

// Filter narrows a list of reports; zero fields do not.
type Filter struct {
	Kind    Kind
	ScopeID id.ID
}

// List lists reports without their documents, the newest first.
func (s *Service) List(ctx context.Context, f Filter, r page.Request) (page.Page[Report], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Report]{}, err
	}
	found, err := s.Store.Reports(ctx, f, r)
	if err != nil {
		return page.Page[Report]{}, fmt.Errorf("list reports: %w", err)
	}
	return found, nil
}

// Named returns the identifier of the scope of that kind and name, to list its reports by.
// NotFound; Moved.
func (s *Service) Named(ctx context.Context, kind Kind, name string) (id.ID, error) {
	if err := s.mayRead(ctx); err != nil {
		return "", err
	}
	scope, err := s.scopeOf(ctx, kind, name)
	return scope.ID, err
}

// Restatements lists those of a report, the newest first; NotFound.
func (s *Service) Restatements(ctx context.Context, report id.ID) ([]Restatement, error) {
	if _, err := s.Get(ctx, report); err != nil {
		return nil, err
	}
	found, err := s.Store.Restatements(ctx, report)
	if err != nil {
		return nil, fmt.Errorf("read the restatements of a report: %w", err)
	}
	return found, nil
}

// Decisions lists those of a report, the oldest first; NotFound.
func (s *Service) Decisions(ctx context.Context, report id.ID) ([]Decision, error) {
	if _, err := s.Get(ctx, report); err != nil {
		return nil, err
	}
	return s.decisions(ctx, report)
}

// Decision returns one of the report; NotFound.
func (s *Service) Decision(ctx context.Context, report, decision id.ID) (Decision, error) {
	found, err := s.Decisions(ctx, report)
	if err != nil {
		return Decision{}, err
	}
	for _, d := range found {
		if d.ID == decision {
			return d, nil
		}
	}
	return Decision{}, fault.Missing("report_decision", string(decision))
}

func (s *Service) decisions(ctx context.Context, report id.ID) ([]Decision, error) {
	found, err := s.Store.Decisions(ctx, report)
	if err != nil {
		return nil, fmt.Errorf("read the decisions of a report: %w", err)
	}
	for i, d := range found {
		by := slices.IndexFunc(found, func(later Decision) bool { return later.Replaces == d.ID })
		if by >= 0 {
			found[i].ReplacedBy = found[by].ID
		}
	}
	return found, nil
}

// Decide records what a review of the report decided. People of the team that the report is
// of; of the organisation's, administrators.
//
// Faults: NotFound; Forbidden; Conflict "decision_replaced" and "too_many_decisions"; Invalid.
func (s *Service) Decide(ctx context.Context, report id.ID, in DecisionInput) (Decision, error) {
	now := clock.Round(s.Clock())
	in.Text = strings.TrimSpace(in.Text)
	var made Decision
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		r, err := s.Store.Report(ctx, report)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, access.Update, r.Scope.object(r.ID)); err != nil {
			return err
		}
		there, err := s.decisions(ctx, report)
		if err != nil {
			return err
		}
		var check fault.Check
		in.check(&check, there)
		if err := check.Err(); err != nil {
			return err
		}
		for _, d := range there {
			if d.ID == in.Replaces && d.ReplacedBy != "" {
				return replaced(in.Replaces)
			}
		}
		if len(there) >= maxDecisions {
			return fault.New(fault.Conflict, "too_many_decisions", "the report has %d decisions, which is as many as it may", len(there))
		}
		made = Decision{ID: id.New(now), Report: report, DecisionInput: in, RecordedAt: now, RecordedBy: access.CallerFrom(ctx).Name}
		if err := s.Store.AddDecision(ctx, made); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Update, r.Scope.object(r.ID), "", nil, in)
	})
	if err != nil {
		return Decision{}, fmt.Errorf("record a decision: %w", err)
	}
	return made, nil
}

func replaced(decision id.ID) error {
	return fault.New(fault.Conflict, "decision_replaced", "the decision %s was replaced by another one already; replace that", decision)
}

func (in DecisionInput) check(check *fault.Check, there []Decision) {
	check.Require(in.Text != "", "/text", nil, "must say what was decided")
	registry.CheckText(check, "/text", in.Text, registry.MaxReason)
	check.Require(len(in.DecidedBy) >= 1 && len(in.DecidedBy) <= maxDeciders, "/decidedBy", len(in.DecidedBy), "must be 1 to %d people", maxDeciders)
	for i, name := range in.DecidedBy {
		access.CheckLine(check, fmt.Sprintf("/decidedBy/%d", i), name, 1, registry.MaxName)
	}
	if in.DueOn != "" {
		_, err := time.Parse(time.DateOnly, in.DueOn)
		check.Require(err == nil, "/dueOn", in.DueOn, "must be a date such as 2026-01-31")
	}
	registry.CheckURL(check, "/link", in.Link)
	if in.Replaces != "" {
		known := slices.ContainsFunc(there, func(d Decision) bool { return d.ID == in.Replaces })
		check.Require(known, "/replaces", in.Replaces, "must be an earlier decision of this report")
	}
}
