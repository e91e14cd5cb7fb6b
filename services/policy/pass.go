package policy

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// chunk is the number of SLOs that are read at a time.
const chunk = 500

// Counts is what a pass did: "assessed" SLOs, violations "opened", "ended" and
// "mode_changed", void ones that are over ("unmuted"), and SLOs whose change "failed" and is left to the next pass.
type Counts map[string]int64

// ApplyOnce brings violations and what is wanted because of them into agreement
// with the budgets and the policies in force. SLOs are assessed outside any
// transaction; each that needs a change is read again and changed in one of its
// own, with its issue and its audit entry. So a crash leaves nothing half done, a
// repeat changes nothing, and two passes at once do what one does. An SLO that
// fails does not hold the others up: the errors are returned joined.
func (s *Service) ApplyOnce(ctx context.Context) (map[string]int64, error) {
	p := &pass{Service: s, counts: Counts{"assessed": 0, "opened": 0, "ended": 0, "mode_changed": 0, "unmuted": 0, "failed": 0}, seen: make(map[id.ID]bool)}
	err := p.active(ctx)
	if err == nil {
		err = p.left(ctx)
	}
	return p.counts, errors.Join(append(p.failures, err)...)
}

type pass struct {
	*Service
	counts   Counts
	seen     map[id.ID]bool // SLOs that were assessed
	failures []error        // the first few
}

const maxFailures = 10

// active assesses every SLO that is not retired.
func (p *pass) active(ctx context.Context) error {
	for after := id.ID(""); ; {
		views, err := p.budgets.ActiveViews(ctx, after, chunk)
		if err != nil {
			return fmt.Errorf("read SLOs: %w", err)
		}
		if len(views) == 0 {
			return nil
		}
		if err := p.assess(ctx, views); err != nil {
			return err
		}
		after = views[len(views)-1].SLO.ID
	}
}

// left assesses the SLOs of violations that are open, or void and keep others from opening,
// where the SLOs are not active any more.
func (p *pass) left(ctx context.Context) error {
	for after := id.ID(""); ; {
		live, err := p.store.LiveViolationsAfter(ctx, after, chunk)
		if err != nil {
			return fmt.Errorf("read violations that matter: %w", err)
		}
		if len(live) == 0 {
			return nil
		}
		var missing []id.ID
		for _, v := range live {
			if !p.seen[v.SLO] {
				missing = append(missing, v.SLO)
				p.seen[v.SLO] = true
			}
		}
		if len(missing) > 0 {
			views, err := p.budgets.ViewsByID(ctx, missing)
			if err != nil {
				return fmt.Errorf("read SLOs: %w", err)
			}
			if err := p.assess(ctx, views); err != nil {
				return err
			}
		}
		after = live[len(live)-1].ID
	}
}

// assess finds the SLOs that need a change, and changes them.
func (p *pass) assess(ctx context.Context, views []slo.View) error {
	found, err := p.gather(ctx, views)
	if err != nil {
		return err
	}
	now := clock.Round(p.now())
	for _, v := range views {
		p.seen[v.SLO.ID] = true
		p.counts["assessed"]++
		if len(found.steps(v, now)) == 0 {
			continue
		}
		counts, err := p.change(ctx, v, found.facts[v.SLO.ID])
		if err == nil {
			for name, n := range counts {
				p.counts[name] += n
			}
			continue
		}
		if ctx.Err() != nil || tx.IsLeaseLost(err) {
			return fmt.Errorf("apply policies: %w", err)
		}
		if fault.Is(err, fault.Precondition) { // somebody else changed the violation meanwhile
			continue
		}
		p.counts["failed"]++
		p.log.WarnContext(ctx, "policies could not be applied to an slo", "slo", v.SLO.ID, "error", err)
		if len(p.failures) < maxFailures {
			p.failures = append(p.failures, fmt.Errorf("apply policies to SLO %s: %w", v.SLO.ID, err))
		}
	}
	return nil
}

// situation is what decisions about some SLOs are made from.
type situation struct {
	services map[id.ID]registry.Service
	facts    map[id.ID]fact.Set // by SLO
	rules    func(registry.Service) []Rule
	live     map[id.ID][]Violation // by SLO: open ones, and void ones that keep others from opening
}

// gather reads all that decisions about the SLOs are made from.
func (s *Service) gather(ctx context.Context, views []slo.View) (situation, error) {
	services, err := s.servicesOf(ctx, views)
	if err != nil {
		return situation{}, err
	}
	found, err := s.around(ctx, services, views)
	if err != nil {
		return situation{}, err
	}
	return found, s.inform(ctx, &found, views, found.reads(every))
}

func (s *Service) servicesOf(ctx context.Context, views []slo.View) (map[id.ID]registry.Service, error) {
	wanted := make(map[id.ID]bool)
	for _, v := range views {
		wanted[v.SLO.Service] = true
	}
	services, err := s.services.ServicesByID(ctx, slices.Sorted(maps.Keys(wanted)))
	if err != nil {
		return nil, fmt.Errorf("read services: %w", err)
	}
	return services, nil
}

// gatherOf is gather where the services of the SLOs are known, with the facts that such clauses
// need to be decided: what has to be read is read only of SLOs of which no clause fails without.
func (s *Service) gatherOf(ctx context.Context, services map[id.ID]registry.Service, views []slo.View, which func(*Clause) bool) (situation, error) {
	found, err := s.around(ctx, services, views)
	if err != nil {
		return situation{}, err
	}
	reads := found.reads(which)
	held := s.held(reads)
	if len(held) == 0 || len(held) == len(reads) {
		return found, s.inform(ctx, &found, views, reads)
	}
	if err := s.inform(ctx, &found, views, held); err != nil {
		return situation{}, err
	}
	var open []slo.View
	for _, v := range views {
		if !found.fails(v, which) {
			open = append(open, v)
		}
	}
	return found, s.inform(ctx, &found, open, reads)
}

// inform reads facts of these names about SLOs.
func (s *Service) inform(ctx context.Context, into *situation, views []slo.View, names []string) error {
	if len(names) == 0 || len(views) == 0 {
		return nil
	}
	facts, err := s.facts.FactsOf(ctx, views, names...)
	if err != nil {
		return fmt.Errorf("read the facts of %d SLOs: %w", len(views), err)
	}
	if into.facts == nil {
		into.facts = facts
		return nil
	}
	maps.Copy(into.facts, facts)
	return nil
}

// held are those of the facts for which nothing has to be read.
func (s *Service) held(names []string) []string {
	var held []string
	for _, d := range s.facts.Facts() {
		if d.Held && slices.Contains(names, d.Name) {
			held = append(held, d.Name)
		}
	}
	return held
}

// fails reports whether no such clause in force applies to the SLO, by what is known of it: what
// else there is to know changes nothing.
func (f situation) fails(v slo.View, which func(*Clause) bool) bool {
	of := f.of(v)
	for _, rule := range f.rules(of.service) {
		under := of.under(rule.Revision)
		for n := range rule.Revision.Clauses {
			clause := &rule.Revision.Clauses[n]
			if !which(clause) {
				continue
			}
			if outcome, _ := under.judge(*clause, rule.Conditions[n]); outcome != expr.Fails {
				return false
			}
		}
	}
	return true
}

// around reads all of it but the facts.
func (s *Service) around(ctx context.Context, services map[id.ID]registry.Service, views []slo.View) (situation, error) {
	found := situation{services: services, live: make(map[id.ID][]Violation)}
	var attached Attached
	var err error
	if len(services) == 1 {
		for _, service := range services {
			attached, err = s.store.AttachedTo(ctx, service)
		}
	} else {
		attached.Attachments, attached.Policies, err = s.store.AllAttachments(ctx)
	}
	if err != nil {
		return situation{}, fmt.Errorf("read attachments: %w", err)
	}
	found.rules = s.inForce(attached.Attachments, attached.Policies)
	if attached.Quiet {
		return found, nil
	}
	live, err := s.store.LiveViolationsOf(ctx, each(views, func(v slo.View) id.ID { return v.SLO.ID }))
	if err != nil {
		return situation{}, fmt.Errorf("read violations: %w", err)
	}
	for _, v := range live {
		found.live[v.SLO] = append(found.live[v.SLO], v)
	}
	return found, nil
}

func each[A, B any](of []A, what func(A) B) []B {
	out := make([]B, len(of))
	for i, a := range of {
		out[i] = what(a)
	}
	return out
}

// reads are the facts that the conditions of such clauses in force for the services depend on.
func (f situation) reads(which func(*Clause) bool) []string {
	names := make(map[string]bool)
	for _, service := range f.services {
		for _, rule := range f.rules(service) {
			for n, condition := range rule.Conditions {
				if condition == nil || !which(&rule.Revision.Clauses[n]) {
					continue
				}
				for _, name := range condition.Reads() {
					names[name] = true
				}
			}
		}
	}
	delete(names, reserve) // the policies' own
	return slices.Sorted(maps.Keys(names))
}

// of is what is known of an SLO.
func (f situation) of(v slo.View) subject {
	return subject{View: v, service: f.services[v.SLO.Service], facts: f.facts[v.SLO.ID]}
}

func (f situation) steps(v slo.View, now time.Time) []step {
	of := f.of(v)
	return decide(of, f.rules(of.service), f.live[v.SLO.ID], now)
}

// change reads the SLO again, and takes the steps that it needs then. The facts are those
// that the pass read, for reading them takes long and the transaction is to be short; where
// the status is another by now, the next pass decides.
func (s *Service) change(ctx context.Context, read slo.View, facts fact.Set) (Counts, error) {
	var counts Counts
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		counts = make(Counts)
		now := clock.Round(s.now())
		views, err := s.budgets.ViewsByID(ctx, []id.ID{read.SLO.ID})
		if err != nil {
			return fmt.Errorf("read the SLO: %w", err)
		}
		services, err := s.servicesOf(ctx, views)
		if err != nil {
			return err
		}
		found, err := s.around(ctx, services, views)
		if err != nil {
			return err
		}
		found.facts = map[id.ID]fact.Set{read.SLO.ID: facts}
		for _, v := range views {
			if v.Revision.ID != read.Revision.ID || !v.Status.End.Equal(read.Status.End) || v.Status.Sums.Policy != read.Status.Sums.Policy {
				continue
			}
			for _, step := range found.steps(v, now) {
				if err := s.take(ctx, step, now, found.of(v), counts); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return counts, err
}

// asPolicy has the context's audit entries name the policy that decided.
func asPolicy(ctx context.Context, p Policy) context.Context {
	return access.WithCaller(ctx, access.System("policy "+p.Slug))
}
