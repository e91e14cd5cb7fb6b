package supply

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// Store keeps what was said.
type Store interface {
	// Said returns what was said of the SLOs that exist; of one of which nothing was, it has none.
	Said(ctx context.Context, slos []id.ID) (map[id.ID][]Fact, error)
	// Known returns of the SLOs that exist what was said of them, and the incidents of their
	// services that are not restricted and of which a part of the impact is after the time.
	Known(ctx context.Context, slos []id.ID, since time.Time) (map[id.ID]Known, error)
	CreateFact(ctx context.Context, f Fact) error
	// UpdateFact writes all of it, conditional on Version.
	UpdateFact(ctx context.Context, f Fact) error
}

// Policies know who may excuse a team.
type Policies interface {
	// Approves reports whether the context's caller may excuse the team of the service.
	Approves(ctx context.Context, service registry.Service) (bool, error)
}

// Parts are what a Service is made of.
type Parts struct {
	Store    Store
	Policies Policies
	Services interface {
		Service(ctx context.Context, service id.ID) (registry.Service, error)
	}
	SLOs interface {
		ViewsByID(ctx context.Context, slos []id.ID) ([]slo.View, error)
	}
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Recorder   access.Recorder
	Clock      clock.Clock
}

// Service keeps what people say. Every method authorises the context's caller; every change is
// audited in its own transaction.
type Service struct{ Parts }

// NewService returns a service of the parts.
func NewService(p Parts) *Service { return &Service{p} }

// Facts returns what is said of the SLO now, of every name. Faults: NotFound.
func (s *Service) Facts(ctx context.Context, of id.ID) ([]Fact, error) {
	if err := s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindSuppliedFact}); err != nil {
		return nil, err
	}
	said, err := s.Store.Said(ctx, []id.ID{of})
	if err != nil {
		return nil, fmt.Errorf("read what was said of SLO %s: %w", of, err)
	}
	facts, exists := said[of]
	if !exists {
		return nil, fault.Missing("slo", string(of))
	}
	now := s.Clock()
	out := make([]Fact, len(Names))
	for i, name := range Names {
		out[i] = find(facts, of, name)
		if !out[i].holds(now) {
			version := out[i].Version
			out[i] = unsaid(of, name)
			out[i].Version = version
		}
	}
	return out, nil
}

// Fact returns what is said of the SLO now. Faults: NotFound for the SLO or the name.
func (s *Service) Fact(ctx context.Context, of id.ID, name string) (Fact, error) {
	facts, err := s.Facts(ctx, of)
	if err != nil {
		return Fact{}, err
	}
	for _, f := range facts {
		if f.Name == name {
			return f, nil
		}
	}
	return Fact{}, missing(name)
}

func missing(name string) error {
	e := fault.Missing("supplied_fact", name)
	return fmt.Errorf("there are %v: %w", Names, e)
}

// find is the fact of that name.
func find(facts []Fact, of id.ID, name string) Fact {
	if i := slices.IndexFunc(facts, func(f Fact) bool { return f.Name == name }); i >= 0 {
		return facts[i]
	}
	return unsaid(of, name)
}

// Say says it of the SLO until a time, in place of what was said before, given the version that
// the caller saw. Members of the team; a cause that excuses the team: whoever approved a policy
// in force there, and administrators.
//
// Faults: NotFound; Forbidden, "excusing_cause"; Precondition; Conflict "slo_retired"; Invalid.
func (s *Service) Say(ctx context.Context, of id.ID, name string, version int64, in Input) (Fact, error) {
	now := clock.Round(s.Clock())
	in.Note = strings.TrimSpace(in.Note)
	if in.Until.IsZero() {
		in.Until = now.Add(longest)
	}
	return s.change(ctx, of, name, version, access.Update, func(ctx context.Context, before Fact, service registry.Service) (Fact, error) {
		var check fault.Check
		in.check(&check, name, now)
		if err := check.Err(); err != nil {
			return Fact{}, err
		}
		c := access.CallerFrom(ctx)
		if slices.Contains(Excusing, in.Value.Text) && !c.Administers() {
			approves, err := s.Policies.Approves(ctx, service)
			if err != nil {
				return Fact{}, err
			}
			if !approves {
				return Fact{}, access.Refused(ctx, access.Update, object(service, name, ""), "excusing_cause",
					fmt.Sprintf("%q excuses the team: only whoever approved the policies that act on %s by a cause, and administrators, say that", in.Value.Text, service.Slug))
			}
		}
		after := before
		after.Value, after.Note, after.Link, after.At, after.Until, after.By, after.Person = in.Value, in.Note, in.Link, now, clock.Round(in.Until), c.Name, c.Person
		return after, nil
	})
}

// Withdraw says it no more, given the version that the caller saw. Who may say it may. Faults: NotFound; Forbidden;
// Precondition; Conflict "not_said", "slo_retired".
func (s *Service) Withdraw(ctx context.Context, of id.ID, name string, version int64) error {
	now := clock.Round(s.Clock())
	_, err := s.change(ctx, of, name, version, access.Delete, func(_ context.Context, before Fact, _ registry.Service) (Fact, error) {
		if !before.holds(now) {
			return Fact{}, fault.New(fault.Conflict, "not_said", "nobody says anything of it now")
		}
		after := before
		after.Until = now
		return after, nil
	})
	return err
}

func (s *Service) change(ctx context.Context, of id.ID, name string, version int64, verb access.Verb, do func(context.Context, Fact, registry.Service) (Fact, error)) (Fact, error) {
	if err := s.Authorizer.Permit(ctx, access.Rule{Verb: verb, Kind: access.KindSuppliedFact}); err != nil {
		return Fact{}, err
	}
	if !slices.Contains(Names, name) {
		return Fact{}, missing(name)
	}
	var after Fact
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		views, err := s.SLOs.ViewsByID(ctx, []id.ID{of})
		if err != nil {
			return err
		}
		if len(views) == 0 {
			return fault.Missing("slo", string(of))
		}
		service, err := s.Services.Service(ctx, views[0].SLO.Service)
		if err != nil {
			return err
		}
		if err := s.authorize(ctx, verb, service, name, views[0].SLO.Slug); err != nil {
			return err
		}
		if views[0].SLO.RetiredAt != nil || service.RetiredAt != nil {
			return fault.New(fault.Conflict, "slo_retired", "the SLO is retired: nothing is judged of it")
		}
		said, err := s.Store.Said(ctx, []id.ID{of})
		if err != nil {
			return err
		}
		before := find(said[of], of, name)
		if before.Version != version {
			return fault.Stale("supplied fact")
		}
		if after, err = do(ctx, before, service); err != nil {
			return err
		}
		if before.ID == "" {
			after.ID, after.Version = id.New(after.At), 2
			err = s.Store.CreateFact(ctx, after)
		} else {
			err = s.Store.UpdateFact(ctx, after)
			after.Version++
		}
		if err != nil {
			return err
		}
		o := object(service, name, views[0].SLO.Slug)
		o.ID = after.ID
		return s.Recorder.RecordDiff(ctx, verb, o, after.Note, recorded(before), recorded(after))
	})
	if err != nil {
		return Fact{}, fmt.Errorf("say %s of SLO %s: %w", name, of, err)
	}
	return after, nil
}

// authorize lets members of the team, and whoever approved a policy in force there.
func (s *Service) authorize(ctx context.Context, verb access.Verb, service registry.Service, name, slo string) error {
	refused := s.Authorizer.Authorize(ctx, verb, object(service, name, slo))
	if !fault.Is(refused, fault.Forbidden) {
		return refused
	}
	approves, err := s.Policies.Approves(ctx, service)
	if err != nil {
		return err
	}
	if approves {
		return nil
	}
	return refused
}

func object(service registry.Service, name, slo string) access.Object {
	return access.Object{Kind: access.KindSuppliedFact, Label: fmt.Sprintf("%s of %s/%s", name, service.Slug, slo), Team: service.Team}
}

// recorded is what the audit log compares.
func recorded(f Fact) any {
	if f.ID == "" && f.At.IsZero() {
		return nil
	}
	return struct {
		Value      Value
		Note, Link string
		Until      time.Time
	}{f.Value, f.Note, f.Link, f.Until}
}
