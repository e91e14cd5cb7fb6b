package onboarding

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// MaxBrought is how many members one call brings: each is a transaction of its own.
const MaxBrought = 100

// Outcome is what bringing a member does.
type Outcome struct {
	Member Member
	// Service is what it is then; its identifier is empty in a preview of one that is to be registered.
	Service registry.Service
	// Registers says that the service is to be registered, or was.
	Registers bool
	SLOs      []DeclaredSLO
	Problems  []Problem // why it cannot be brought; then nothing of it is done
}

// DeclaredSLO is an SLO that a member has by a template.
type DeclaredSLO struct {
	ID        id.ID // empty in a preview of one that is to be declared
	Slug      string
	Name      string
	Objective string
	// Kept says that the service had an SLO of that slug before, which stays as it is.
	Kept bool
	// Warnings are what should be known of it.
	Warnings []string
}

// errGivenUp ends the transaction of a preview.
var errGivenUp = errors.New("it was only a preview")

// Preview says what starting the wave would do with a page of its members, and does nothing. Those that
// were brought are shown as they were brought.
//
// Faults: Forbidden; NotFound.
func (s *Service) Preview(ctx context.Context, wave string, r page.Request) (page.Page[Outcome], error) {
	none := page.Page[Outcome]{}
	if err := s.Authorizer.Permit(ctx, access.Rule{Verb: access.Check, Kind: access.KindOnboarding}); err != nil {
		return none, err
	}
	w, err := s.wave(ctx, wave)
	if err != nil {
		return none, err
	}
	if err := s.Authorizer.Authorize(ctx, access.Check, w.object()); err != nil {
		return none, err
	}
	members, err := s.Store.Members(ctx, MemberFilter{Wave: w.ID}, r)
	if err != nil {
		return none, err
	}
	taken, err := s.slugs(ctx, w)
	if err != nil {
		return none, err
	}
	out := make([]Outcome, len(members.Items))
	for i, m := range members.Items {
		if out[i], err = s.foresee(ctx, w, m, taken); err != nil {
			return none, fmt.Errorf("preview a wave: %w", err)
		}
	}
	return page.Page[Outcome]{Items: out, Next: members.Next}, nil
}

// slugs are those that repositories of the wave would become, each with the first that would.
func (s *Service) slugs(ctx context.Context, w Wave) (map[string]Repository, error) {
	all, err := s.Store.RepositoriesOfWave(ctx, w.ID)
	if err != nil {
		return nil, err
	}
	out := map[string]Repository{}
	for _, r := range all {
		if _, is := out[r.proposed().Slug]; !is && r.Service == "" {
			out[r.proposed().Slug] = r
		}
	}
	return out, nil
}

// foresee does what bringing the member does, in a transaction of its own that is given up, so that nobody
// waits for long.
func (s *Service) foresee(ctx context.Context, w Wave, m Member, taken map[string]Repository) (Outcome, error) {
	var o Outcome
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		var err error
		if m.State == Brought {
			o, err = s.brought(ctx, m)
		} else {
			o, err = s.bring(ctx, w, m)
		}
		if err == nil {
			err = errGivenUp
		}
		return err
	})
	if !errors.Is(err, errGivenUp) {
		found, told := problems(err)
		if !told {
			return Outcome{}, err
		}
		return Outcome{Member: m, Problems: found}, nil
	}
	if first := taken[o.Service.Slug]; o.Registers && first.ID != m.Repository {
		return Outcome{Member: m, Problems: []Problem{{Pointer: "/slug", Value: o.Service.Slug, Message: "would be that of " + first.FullName + " of this wave too: decide on another for one of both"}}}, nil
	}
	return o.foreseen(), nil
}

// foreseen leaves out the identifiers of what is not there.
func (o Outcome) foreseen() Outcome {
	if o.Registers {
		o.Service.ID = ""
	}
	for i := range o.SLOs {
		if !o.SLOs[i].Kept {
			o.SLOs[i].ID = ""
		}
	}
	return o
}

// Progress is how far starting a wave is.
type Progress struct {
	Wave    Wave     // with its tally
	Brought []Member // by this call
	Failed  []Member // by this call, with why
}

// Start brings members of the wave that wait, at most MaxBrought: it is called again until none is left.
// What a member needs is done as the caller, all of it or nothing; one that cannot be brought says why,
// and does not keep others. Retry has those that failed before wait again: it is for the first call.
//
// Faults: Forbidden; NotFound; Conflict "wave_empty".
func (s *Service) Start(ctx context.Context, wave string, retry bool) (Progress, error) {
	if err := s.Authorizer.Permit(ctx, access.Rule{Verb: access.Update, Kind: access.KindOnboarding}); err != nil {
		return Progress{}, err
	}
	now := clock.Round(s.Clock())
	w, err := s.begin(ctx, wave, retry, now)
	if err != nil {
		return Progress{}, fmt.Errorf("start a wave: %w", err)
	}
	waiting, err := s.Store.NextMembers(ctx, w.ID, MaxBrought)
	if err != nil {
		return Progress{}, err
	}
	var p Progress
	var wrong error
	for _, m := range waiting {
		tried, err := s.try(ctx, w, m.ID, now)
		switch {
		case ctx.Err() != nil:
			return Progress{}, fmt.Errorf("bring %s: %w", m.Name, cmp.Or(err, ctx.Err()))
		case err != nil: // which is no fault of the member: it waits, and keeps no other
			wrong = errors.Join(wrong, fmt.Errorf("bring %s: %w", m.Name, err))
		}
		switch tried.State {
		case Brought:
			p.Brought = append(p.Brought, tried)
		case Failed:
			p.Failed = append(p.Failed, tried)
		}
	}
	if wrong != nil {
		return Progress{}, wrong
	}
	p.Wave, err = s.wave(ctx, wave)
	return p, err
}

// begin notes who started the wave, and has those that failed wait again where that is asked for.
func (s *Service) begin(ctx context.Context, wave string, retry bool, now time.Time) (Wave, error) {
	var w Wave
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		var err error
		if w, err = s.Store.HoldWave(ctx, wave); err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, access.Update, w.object()); err != nil {
			return err
		}
		if w.Tally.All() == 0 {
			return fault.New(fault.Conflict, "wave_empty", "the wave %q has no members: put services or repositories into it first", w.Slug)
		}
		if retry {
			if err := s.Store.WaitAgain(ctx, w.ID); err != nil {
				return err
			}
		}
		if w.StartedAt != nil {
			return nil
		}
		before := w
		w.StartedAt, w.StartedBy, w.UpdatedAt = &now, access.CallerFrom(ctx).Name, now
		if err := s.Store.UpdateWave(ctx, w); err != nil {
			return err
		}
		w.Version++
		return s.Recorder.RecordDiff(ctx, access.Update, w.object(), "", before.record(), w.record())
	})
	return w, err
}

// try brings a member in a transaction of its own, or writes why it cannot be brought. One that does not
// wait any more, or was taken out of the wave meanwhile, comes back without a state: it is another's work.
func (s *Service) try(ctx context.Context, w Wave, member id.ID, now time.Time) (Member, error) {
	var m Member
	waits := func(ctx context.Context) (bool, error) {
		var err error
		m, err = s.Store.HoldMember(ctx, member)
		if err == nil && m.State == Waiting {
			return true, nil
		}
		m = Member{}
		if fault.Is(err, fault.NotFound) {
			return false, nil
		}
		return false, err
	}
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		if is, err := waits(ctx); err != nil || !is {
			return err
		}
		o, err := s.bring(ctx, w, m)
		if err != nil {
			return err
		}
		m.State, m.Service, m.Faults, m.TriedAt = Brought, o.Service.ID, nil, &now
		for _, declared := range o.SLOs {
			if !declared.Kept {
				m.SLOs = append(m.SLOs, declared.ID)
			}
		}
		if err := s.Store.UpdateMember(ctx, m); err != nil {
			return err
		}
		if e, any := o.told(w, now); any {
			return s.Teller.Tell(ctx, e)
		}
		return nil
	})
	found, told := problems(err)
	if err == nil || !told {
		return m, err
	}
	err = s.Runner.InTx(ctx, func(ctx context.Context) error {
		if is, err := waits(ctx); err != nil || !is {
			return err
		}
		m.State, m.Faults, m.TriedAt = Failed, found, &now
		return s.Store.UpdateMember(ctx, m)
	})
	return m, err
}

// bring does what a member needs, within the context's transaction.
func (s *Service) bring(ctx context.Context, w Wave, m Member) (Outcome, error) {
	o := Outcome{Member: m}
	var err error
	if o.Service, o.Registers, err = s.serviceOf(ctx, m); err != nil {
		return o, err
	}
	if err := o.Service.Live(); err != nil {
		return o, err
	}
	fits := false
	for i, t := range w.Templates {
		if !t.For(o.Service) {
			continue
		}
		fits = true
		var check fault.Check
		d, err := t.fill(&check, fmt.Sprintf("/templates/%d/slo", i), o.Service)
		if err != nil {
			return o, err
		}
		if err := check.Err(); err != nil {
			return o, err
		}
		declared, err := s.declare(ctx, o.Service, d)
		if err != nil {
			return o, under(err, fmt.Sprintf("/templates/%d/slo", i))
		}
		o.SLOs = append(o.SLOs, declared)
	}
	if !fits && len(w.Templates) > 0 {
		var check fault.Check
		check.Fail("/templates", nil, "are for other services: none is for one of kind %s and tier %d", o.Service.Kind, o.Service.Tier)
		return o, check.Err()
	}
	return o, nil
}

// brought is a member that was brought, with those of the SLOs that it got that are still there.
func (s *Service) brought(ctx context.Context, m Member) (Outcome, error) {
	o := Outcome{Member: m}
	var err error
	if o.Service, err = s.Organisation.ServiceFor(ctx, string(m.Service)); err != nil {
		return o, err
	}
	for _, of := range m.SLOs {
		is, _, err := s.SLOs.Find(ctx, slo.Name{Service: string(m.Service), SLO: string(of)})
		switch {
		case fault.Is(err, fault.NotFound):
			continue
		case err != nil:
			return o, err
		}
		o.SLOs = append(o.SLOs, DeclaredSLO{ID: is.SLO.ID, Slug: is.SLO.Slug, Name: is.SLO.Name, Objective: is.Revision.Objective.String(), Kept: true})
	}
	return o, nil
}

// declare declares an SLO, unless the service has one of that slug.
func (s *Service) declare(ctx context.Context, of registry.Service, d slo.Declaration) (DeclaredSLO, error) {
	is, _, err := s.SLOs.Find(ctx, slo.Name{Service: string(of.ID), SLO: d.Slug})
	switch {
	case err == nil && is.SLO.RetiredAt == nil:
		return DeclaredSLO{ID: is.SLO.ID, Slug: is.SLO.Slug, Name: is.SLO.Name, Objective: is.Revision.Objective.String(), Kept: true}, nil
	case err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Moved):
		return DeclaredSLO{}, err
	}
	made, warnings, err := s.SLOs.Declare(ctx, of.ID, d)
	if err != nil {
		return DeclaredSLO{}, err
	}
	out := DeclaredSLO{ID: made.SLO.ID, Slug: made.SLO.Slug, Name: made.SLO.Name, Objective: made.Revision.Objective.String()}
	for _, w := range warnings {
		out.Warnings = append(out.Warnings, w.Message)
	}
	return out, nil
}

// serviceOf is the service of a member: that which it is, which names its repository, or one that is
// registered for it.
func (s *Service) serviceOf(ctx context.Context, m Member) (registry.Service, bool, error) {
	if m.Service != "" {
		is, err := s.Organisation.ServiceFor(ctx, string(m.Service))
		return is, false, err
	}
	r, err := s.Store.HoldRepository(ctx, m.Repository)
	if err != nil {
		return registry.Service{}, false, err
	}
	// What a discovery found may be an hour old.
	was := r.Service
	if r.Service, err = s.naming(ctx, r); err != nil {
		return registry.Service{}, false, err
	}
	if r.Service != "" {
		if r.Service != was {
			if err := s.Store.RelateRepository(ctx, r); err != nil {
				return registry.Service{}, false, err
			}
		}
		return s.registered(ctx, r)
	}
	var check fault.Check
	switch {
	case r.State() != Found:
		check.Fail("/repository", r.FullName, "is %s: it becomes no service", r.State())
	case r.Team == "":
		check.Fail("/team", nil, "is not known: say whose %s is, or name its team in its catalog-info.yaml, in CODEOWNERS or by a topic such as %spayments", r.FullName, topicOfTeam)
	}
	if err := check.Err(); err != nil {
		return registry.Service{}, false, err
	}
	in := r.proposed()
	if in.System, err = s.systemOf(ctx, r, in.System); err != nil {
		return registry.Service{}, false, err
	}
	is, err := s.Organisation.CreateService(ctx, in)
	if err != nil {
		return registry.Service{}, false, err
	}
	r.Service = is.ID
	return is, true, s.Store.RelateRepository(ctx, r)
}

// systemOf is the system as it is called now. One that is not there is passed over where its catalog-info
// file names it, as a team is that is not there.
func (s *Service) systemOf(ctx context.Context, r Repository, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	is, err := followed(ctx, name, s.Organisation.SystemFor)
	switch {
	case fault.Is(err, fault.NotFound) && r.Choice.System == "":
		return "", nil
	case fault.Is(err, fault.NotFound):
		return name, nil // of which the registry says what is wrong
	}
	return is.Slug, err
}

// registered is the service that names the repository, unless a wave has it by itself.
func (s *Service) registered(ctx context.Context, r Repository) (registry.Service, bool, error) {
	is, err := s.Organisation.ServiceFor(ctx, string(r.Service))
	if err != nil {
		return is, false, err
	}
	other, err := s.Store.WaveOfService(ctx, is.ID)
	if err != nil {
		return is, false, err
	}
	if other != "" {
		var check fault.Check
		check.Fail("/service", is.Slug, "names %s by now, and is in the wave %q by itself: take the repository out", r.FullName, other)
		return is, false, check.Err()
	}
	return is, false, nil
}
