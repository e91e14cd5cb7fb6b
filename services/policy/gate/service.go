package gate

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// readWithin is how long the gate reads before it answers with what it knows.
const readWithin = 3 * time.Second

// Policies tell how the SLOs of a service stand to the clauses in force. policy.Service is one.
type Policies interface {
	StandingsOf(ctx context.Context, service registry.Service) ([]policy.SLOStanding, error)
}

// Registry gives services and teams.
type Registry interface {
	Service(ctx context.Context, service id.ID) (registry.Service, error)
	Team(ctx context.Context, team id.ID) (registry.Team, error)
}

// SLOs give the SLOs of services.
type SLOs interface {
	ViewsOf(ctx context.Context, services []id.ID) ([]slo.View, error)
}

// Parts are what a Service is made of.
type Parts struct {
	Store      Store
	Policies   Policies
	Registry   Registry
	SLOs       SLOs
	Teller     event.Teller // nil where nobody is told
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Recorder   access.Recorder
	Clock      clock.Clock
	Logger     *slog.Logger
}

// Service answers, records what it answered, and keeps overrides. Every method authorises the
// context's caller; overrides are audited.
type Service struct{ Parts }

// NewService returns the service.
func NewService(p Parts) *Service { return &Service{p} }

// Show tells what would be answered for each class of changes of a service; nothing is recorded.
func (s *Service) Show(ctx context.Context, of registry.Service) (Situation, map[policy.ChangeClass]Verdict, error) {
	if err := s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindGateDecision}); err != nil {
		return Situation{}, nil, err
	}
	situation, err := s.situation(ctx, of, s.Clock())
	if err != nil {
		return Situation{}, nil, fmt.Errorf("show the gate of %s: %w", of.Slug, err)
	}
	verdicts := make(map[policy.ChangeClass]Verdict, len(policy.ChangeClasses))
	for _, class := range policy.ChangeClasses {
		verdicts[class] = situation.Decide(class)
	}
	return situation, verdicts, nil
}

// Decide answers for a change; Record writes the answer down. What cannot be read in time
// is a reason that warns, which is why it is to be called outside of a transaction. The owning team and its workloads.
//
// Faults: Forbidden; Conflict "service_retired"; Invalid.
func (s *Service) Decide(ctx context.Context, of registry.Service, q Question) (Decision, error) {
	if err := s.Authorizer.Authorize(ctx, access.Create, access.Object{Kind: access.KindGateDecision, Team: of.Team, Label: "a change of " + of.Slug}); err != nil {
		return Decision{}, err
	}
	if err := of.Live(); err != nil {
		return Decision{}, err
	}
	var check fault.Check
	q.check(&check)
	if err := check.Err(); err != nil {
		return Decision{}, err
	}
	now := clock.Round(s.Clock())
	situation, err := s.situation(ctx, of, now)
	if err != nil {
		return Decision{}, fmt.Errorf("decide about a change of %s: %w", of.Slug, err)
	}
	return Decision{ID: id.New(now), Service: of.ID, Question: q, Verdict: situation.Decide(q.Class), At: now, By: access.CallerFrom(ctx).Name}, nil
}

// Record writes down what Decide answered.
func (s *Service) Record(ctx context.Context, d Decision) error {
	if err := s.Store.CreateDecision(ctx, d); err != nil {
		return fmt.Errorf("record decision %s: %w", d.ID, err)
	}
	return nil
}

// situation reads what answers follow from, within a time, and no further than to what cannot
// be read. That is said in it, and takes nothing from what was read: an open violation denies
// whatever became of the dependencies, but not where nobody knows whether a freeze was lifted.
// It fails only where the caller does not wait any more.
func (s *Service) situation(ctx context.Context, of registry.Service, now time.Time) (Situation, error) {
	within, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	out := Situation{At: now, Service: of}
	var around Surroundings
	for _, part := range []struct {
		what string
		read func() error
	}{
		{"the overrides of the service, and what it depends on", func() (err error) {
			around, err = s.Store.Surroundings(within, of.ID, now)
			out.Override = around.Override
			return err
		}},
		{"how the SLOs of the service stand to its policies", func() (err error) {
			out.Standings, err = s.Policies.StandingsOf(within, of)
			return err
		}},
		{"the SLOs of its hard dependencies", func() (err error) {
			out.Spent, err = s.spent(within, around.Hard, now)
			return err
		}},
	} {
		err := part.read()
		switch {
		case err == nil:
			continue
		case ctx.Err() != nil:
			return Situation{}, err
		}
		s.Logger.ErrorContext(ctx, "the gate answers without all that its answer follows from", slog.String("service_id", string(of.ID)), slog.String("part", part.what), slog.Any("error", err))
		out.Unreadable = append(out.Unreadable, unreadText(part.what))
		break
	}
	return out, nil
}

// spent are the SLOs of hard dependencies of which the budget is exhausted.
func (s *Service) spent(ctx context.Context, hard map[id.ID]string, now time.Time) ([]Spent, error) {
	if len(hard) == 0 {
		return nil, nil
	}
	views, err := s.SLOs.ViewsOf(ctx, slices.Sorted(maps.Keys(hard)))
	if err != nil {
		return nil, fmt.Errorf("read the SLOs of %d dependencies: %w", len(hard), err)
	}
	var out []Spent
	for _, v := range views {
		if v.Status.State == budget.Exhausted && v.Fresh(now) && v.Revision.Enforcement != slo.Observed {
			out = append(out, Spent{Service: hard[v.SLO.Service], SLO: v.SLO.Slug})
		}
	}
	return out, nil
}

// Decision returns one of the service; NotFound.
func (s *Service) Decision(ctx context.Context, service, decision id.ID) (Decision, error) {
	if err := s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindGateDecision}); err != nil {
		return Decision{}, err
	}
	d, err := s.Store.Decision(ctx, decision)
	if err == nil && d.Service != service {
		err = fault.Missing("gate_decision", string(decision))
	}
	if err != nil {
		return Decision{}, fmt.Errorf("read a decision: %w", err)
	}
	return d, nil
}

// Decisions lists them, the newest first.
func (s *Service) Decisions(ctx context.Context, f DecisionFilter, r page.Request) (page.Page[Decision], error) {
	if err := s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindGateDecision}); err != nil {
		return page.Page[Decision]{}, err
	}
	found, err := s.Store.Decisions(ctx, f, r)
	if err != nil {
		return page.Page[Decision]{}, fmt.Errorf("list decisions: %w", err)
	}
	return found, nil
}

// Break lifts the freezes of a service, by whoever is on call in its team, alone: it has a
// reason and an end, and another person reviews it within two working days. People of the team.
//
// Faults: NotFound; Forbidden; Conflict "service_retired"; Invalid.
func (s *Service) Break(ctx context.Context, service id.ID, in OverrideInput) (Override, error) {
	now := clock.Round(s.Clock())
	in.Reason = strings.TrimSpace(in.Reason)
	var made Override
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		of, err := s.Registry.Service(ctx, service)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, access.Create, Override{}.object(of)); err != nil {
			return err
		}
		if err := of.Live(); err != nil {
			return err
		}
		var check fault.Check
		in.check(&check, now)
		if err := check.Err(); err != nil {
			return err
		}
		c := access.CallerFrom(ctx)
		made = Override{ID: id.New(now), Service: service, Reason: in.Reason, At: now, Until: clock.Round(in.Until), By: c.Name, Person: c.Person, Version: 1}
		if err := s.Store.CreateOverride(ctx, made); err != nil {
			return err
		}
		if err := s.Recorder.RecordDiff(ctx, access.Create, made.object(of), made.Reason, nil, made); err != nil {
			return err
		}
		return s.tell(ctx, made, of, event.OverrideMade, of.Team, fmt.Sprintf("%s lifted the freezes of %s until %s", made.By, of.Slug, policy.Minute(made.Until)),
			fmt.Sprintf("The reason is: %s Another person of the team reviews it until %s.", policy.Sentence(made.Reason), policy.Minute(made.ReviewDue())), now)
	})
	if err != nil {
		return Override{}, fmt.Errorf("lift the freezes of a service: %w", err)
	}
	return made, nil
}

// End ends an override before its time.
//
// Faults: NotFound; Forbidden; Precondition; Conflict "override_over".
func (s *Service) End(ctx context.Context, service, override id.ID, version int64) (Override, error) {
	now := clock.Round(s.Clock())
	return s.change(ctx, service, override, version, "ended before its time", func(o *Override) error {
		if err := o.lasts(now); err != nil {
			return err
		}
		o.Until = now
		return nil
	})
}

// Judge records what another person found of an override.
//
// Faults: NotFound; Forbidden, "own_override" for whoever lifted the freeze; Precondition;
// Conflict "already_reviewed"; Invalid.
func (s *Service) Judge(ctx context.Context, service, override id.ID, version int64, in ReviewInput) (Override, error) {
	now := clock.Round(s.Clock())
	in.Note = strings.TrimSpace(in.Note)
	c := access.CallerFrom(ctx)
	return s.change(ctx, service, override, version, "reviewed", func(o *Override) error {
		if err := o.reviewable(c); err != nil {
			return err
		}
		var check fault.Check
		in.check(&check)
		if err := check.Err(); err != nil {
			return err
		}
		o.Review = &Review{At: now, By: c.Name, Person: c.Person, Justified: in.Justified, Note: in.Note}
		return nil
	})
}

func (s *Service) change(ctx context.Context, service, override id.ID, version int64, what string, do func(*Override) error) (Override, error) {
	var after Override
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		before, err := s.override(ctx, service, override)
		if err != nil {
			return err
		}
		of, err := s.Registry.Service(ctx, service)
		if err != nil {
			return err
		}
		if err := before.mayChange(ctx, s.Authorizer, of); err != nil {
			return err
		}
		if before.Version != version {
			return fault.Stale("gate_override")
		}
		after = before
		if err := do(&after); err != nil {
			return err
		}
		if err := s.Store.UpdateOverride(ctx, after); err != nil {
			return err
		}
		after.Version++
		return s.Recorder.RecordDiff(ctx, access.Update, before.object(of), what, before, after)
	})
	if err != nil {
		return Override{}, fmt.Errorf("change an override: %w", err)
	}
	return after, nil
}

func (s *Service) override(ctx context.Context, service, override id.ID) (Override, error) {
	o, err := s.Store.Override(ctx, override)
	if err == nil && o.Service != service {
		err = fault.Missing("gate_override", string(override))
	}
	return o, err
}

// Override returns one of the service; NotFound.
func (s *Service) Override(ctx context.Context, service, override id.ID) (Override, error) {
	if err := s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindOverride}); err != nil {
		return Override{}, err
	}
	o, err := s.override(ctx, service, override)
	if err != nil {
		return Override{}, fmt.Errorf("read an override: %w", err)
	}
	return o, nil
}

// Overrides lists them, the newest first.
func (s *Service) Overrides(ctx context.Context, f OverrideFilter, r page.Request) (page.Page[Override], error) {
	if err := s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindOverride}); err != nil {
		return page.Page[Override]{}, err
	}
	found, err := s.Store.Overrides(ctx, f, r)
	if err != nil {
		return page.Page[Override]{}, fmt.Errorf("list overrides: %w", err)
	}
	return found, nil
}
