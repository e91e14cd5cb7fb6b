package scorecards

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
)

// chunk is how many services are read, evaluated and written at a time.
const chunk = 500

// Counts is what a pass did: "scorecards" and "services" that it evaluated, standings that
// "changed", those of them of another "level", "errors": checks that could not be judged, and services
// that were "overtaken": another pass evaluated them meanwhile, and they are due again.
type Counts map[string]int64

func newCounts() Counts {
	return Counts{"scorecards": 0, "services": 0, "changed": 0, "level": 0, "errors": 0, "overtaken": 0}
}

// EvaluateOnce evaluates all scorecards for all services, and sums up the day. Services are read
// and evaluated outside any transaction and written five hundred at a time, so that a crash leaves
// whole chunks and a repeat changes nothing.
func (s *Service) EvaluateOnce(ctx context.Context) (map[string]int64, error) {
	counts := newCounts()
	if err := s.leave(ctx); err != nil {
		return counts, err
	}
	p, err := s.newPass(ctx, counts)
	if err != nil || len(p.cards) == 0 {
		return counts, err
	}
	for after := id.ID(""); ; {
		services, err := s.Fleet.LiveServicesAfter(ctx, after, chunk)
		if err != nil {
			return counts, fmt.Errorf("read services: %w", err)
		}
		if len(services) == 0 {
			break
		}
		if err := p.evaluate(ctx, services); err != nil {
			return counts, err
		}
		after = services[len(services)-1].ID
	}
	return counts, s.tally(ctx, p.views)
}

// leave removes what is kept of services that are retired; the day on which they were ends their past.
func (s *Service) leave(ctx context.Context) error {
	for {
		found := 0
		err := s.Runner.InTx(ctx, func(ctx context.Context) error {
			if _, err := s.Store.HoldStandings(ctx, nil); err != nil {
				return err
			}
			gone, err := s.Store.RetiredStandings(ctx, chunk)
			if err != nil {
				return err
			}
			found = len(gone)
			of := map[id.ID][]id.ID{}
			for _, day := range gone {
				of[day.Scorecard] = append(of[day.Scorecard], day.Service)
			}
			for _, card := range slices.Sorted(maps.Keys(of)) {
				if err := s.Store.RemoveStandings(ctx, card, of[card]); err != nil {
					return err
				}
			}
			return s.Store.WriteDays(ctx, gone)
		})
		if err != nil {
			return fmt.Errorf("end the past of services that are retired: %w", err)
		}
		if found < chunk {
			return nil
		}
	}
}

// EvaluateDue evaluates all scorecards for the services of which something changed.
func (s *Service) EvaluateDue(ctx context.Context) (map[string]int64, error) {
	counts := newCounts()
	notes, err := s.Store.Dues(ctx, maxDues)
	if err != nil {
		return counts, fmt.Errorf("read what is due: %w", err)
	}
	if len(notes) == 0 {
		return counts, nil
	}
	services, teams := subjects(notes)
	due, err := s.Fleet.LiveServicesOf(ctx, services, teams)
	if err != nil {
		return counts, fmt.Errorf("read the services that are due: %w", err)
	}
	p, err := s.newPass(ctx, counts)
	if err != nil {
		return counts, err
	}
	for some := range slices.Chunk(due, chunk) {
		if err := p.evaluate(ctx, some); err != nil {
			return counts, err
		}
	}
	// What was noted meanwhile is there still.
	err = s.Store.ForgetDues(ctx, each(notes, func(d Due) id.ID { return d.ID }))
	return counts, err
}

// Evaluate evaluates all scorecards for one service now, for somebody of its team who does not
// want to wait. Faults: NotFound, Moved, Forbidden, Conflict "service_retired".
func (s *Service) Evaluate(ctx context.Context, name string) (registry.Service, error) {
	if err := s.Authorizer.Permit(ctx, access.Rule{Verb: access.Check, Kind: access.KindScorecard}); err != nil {
		return registry.Service{}, err
	}
	service, err := s.Services.ServiceFor(ctx, name)
	if err != nil {
		return registry.Service{}, err
	}
	if err := s.Authorizer.Authorize(ctx, access.Check, evaluated(service)); err != nil {
		return registry.Service{}, err
	}
	if err := service.Live(); err != nil {
		return registry.Service{}, err
	}
	p, err := s.newPass(ctx, newCounts())
	if err != nil {
		return registry.Service{}, err
	}
	for before := int64(-1); before < p.counts["overtaken"] && p.counts["overtaken"] < mostOvertaken; {
		before = p.counts["overtaken"]
		if err := p.evaluate(ctx, []registry.Service{service}); err != nil {
			return registry.Service{}, err
		}
	}
	return service, nil
}

// mostOvertaken is how often one who evaluates a service now tries again where another pass was
// faster; after that the service is due like others.
const mostOvertaken = 3

// MayEvaluate reports whether the context's caller may have the service evaluated now.
func (s *Service) MayEvaluate(ctx context.Context, service registry.Service) (bool, error) {
	if service.RetiredAt != nil {
		return false, nil
	}
	return allowed(s.Authorizer.Authorize(ctx, access.Check, evaluated(service)))
}

// evaluated is the service as it is evaluated.
func evaluated(service registry.Service) access.Object {
	return access.Object{Kind: access.KindScorecard, ID: service.ID, Label: service.Slug, Team: service.Team}
}

// pass evaluates some scorecards.
type pass struct {
	*Service
	views  []View
	cards  []*compiled // of the views
	reads  []string
	counts Counts
	past   map[id.ID]Revision // others than the current ones, of standings
}

func (s *Service) newPass(ctx context.Context, counts Counts) (*pass, error) {
	views, err := s.Store.LiveScorecards(ctx)
	if err != nil {
		return nil, fmt.Errorf("read scorecards: %w", err)
	}
	language, err := s.languages.now(ctx)
	if err != nil {
		return nil, err
	}
	p := &pass{Service: s, views: views, counts: counts, past: map[id.ID]Revision{}}
	counts["scorecards"] = int64(len(views))
	reads := map[string]bool{}
	for _, v := range views {
		card := s.languages.of(language, v.Revision)
		p.cards = append(p.cards, card)
		for _, name := range card.reads {
			reads[name] = true
		}
	}
	p.reads = slices.Sorted(maps.Keys(reads))
	return p, nil
}

// evaluate evaluates the services, at most a chunk, and writes what changed.
func (p *pass) evaluate(ctx context.Context, services []registry.Service) error {
	if len(services) == 0 || len(p.cards) == 0 {
		return nil
	}
	now := clock.Round(p.Clock())
	ids := each(services, func(s registry.Service) id.ID { return s.ID })
	// First of all, so that whoever evaluates meanwhile, on facts that are newer, is noticed.
	before, err := p.Store.Standings(ctx, ids)
	if err != nil {
		return fmt.Errorf("read what %d services came to: %w", len(services), err)
	}
	known, err := p.Facts.Told(ctx, services, p.reads)
	if err != nil {
		return fmt.Errorf("read the facts of %d services: %w", len(services), err)
	}
	exempt, err := p.exempt(ctx, ids, now)
	if err != nil {
		return err
	}
	b := batch{services: ids, before: before, at: now}
	for _, service := range services {
		p.counts["services"]++
		for i, v := range p.views {
			if err := p.judge(ctx, &b, i, service, known[service.ID], exempt[service.ID][v.Scorecard.ID], find(before[service.ID], v.Scorecard.ID), now); err != nil {
				return err
			}
		}
	}
	return p.write(ctx, b)
}

func (p *pass) judge(ctx context.Context, b *batch, i int, service registry.Service, known Knowledge, exempt []string, before *Standing, now time.Time) error {
	v, card := p.views[i], p.cards[i]
	sheet := card.Evaluate(known.Facts, string(clock.DateOf(now)), v.Revision.exempting(exempt))
	for _, r := range sheet.Results {
		if r.Outcome == rules.Error {
			p.counts["errors"]++
		}
	}
	if sheet.Applies == expr.Fails {
		if before != nil {
			if b.gone == nil {
				b.gone = map[id.ID][]id.ID{}
			}
			b.gone[v.Scorecard.ID] = append(b.gone[v.Scorecard.ID], service.ID)
			b.days = append(b.days, left(*before, clock.DateOf(now)))
			p.counts["changed"]++
		}
		return nil
	}
	checksBefore := v.Revision.Checks
	if before != nil && before.Revision != v.Revision.ID {
		r, err := p.revision(ctx, before.Revision)
		if err != nil {
			return err
		}
		checksBefore = r.Checks
	}
	s := standing(v, card, service.ID, sheet, known, now)
	if !s.follow(before, v.Revision.Checks, checksBefore) {
		return nil
	}
	p.counts["changed"]++
	b.standings = append(b.standings, s)
	if s.moved(before) {
		b.days = append(b.days, s.day(now))
	}
	if before != nil && before.Level != s.Level {
		p.counts["level"]++
	}
	return nil
}

// revision is one that is not the current one any more.
func (p *pass) revision(ctx context.Context, of id.ID) (Revision, error) {
	if r, known := p.past[of]; known {
		return r, nil
	}
	r, err := p.Store.ScorecardRevision(ctx, of)
	if err != nil {
		return Revision{}, fmt.Errorf("read a past revision: %w", err)
	}
	p.past[of] = r
	return r, nil
}

func (s *Service) exempt(ctx context.Context, services []id.ID, now time.Time) (map[id.ID]map[id.ID][]string, error) {
	if s.Exemptions == nil {
		return nil, nil
	}
	exempt, err := s.Exemptions.Exempt(ctx, services, now)
	if err != nil {
		return nil, fmt.Errorf("read exemptions of %d services: %w", len(services), err)
	}
	return exempt, nil
}

// exempting tells of checks by their numbers whether they are among these; nil without any.
func (t Terms) exempting(checks []string) func(int) bool {
	if len(checks) == 0 {
		return nil
	}
	return func(i int) bool { return slices.Contains(checks, t.Checks[i].ID) }
}

func find(standings []Standing, scorecard id.ID) *Standing {
	for i := range standings {
		if standings[i].Scorecard == scorecard {
			return &standings[i]
		}
	}
	return nil
}

func each[A, B any](of []A, what func(A) B) []B {
	out := make([]B, len(of))
	for i, a := range of {
		out[i] = what(a)
	}
	return out
}

// missing reports that the service has no standing by the scorecard.
func missing(scorecard, service string) error {
	return fault.New(fault.NotFound, "not_scored", "the scorecard %q is not for the service %q, or it was not evaluated yet", scorecard, service)
}
