package given

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Outcome counts what became of facts that were pushed.
type Outcome struct {
	Written   int
	Unchanged int // what was said already, to the letter
	Older     int // what a newer observation stands against: it was not taken
}

// Push says a fact of the service. An observation that is older than what there is has no effect.
// Members and workloads of the team. It returns what is pushed of the fact then.
//
// Faults: NotFound for the service or the fact; Forbidden; Conflict "service_retired"; Invalid.
func (s *Service) Push(ctx context.Context, service id.ID, p Push) (Pushed, error) {
	var now Pushed
	_, err := s.pushOf(ctx, service, []entry{{at: "", name: "path.serviceFact", Push: p}}, func(is map[Key]Pushed) { now = is[Key{service, p.Fact}] })
	if err != nil {
		return Pushed{}, fmt.Errorf("push a fact: %w", err)
	}
	return now, nil
}

// PushAll says up to MaxPushed facts of the service, all or none; as Push.
func (s *Service) PushAll(ctx context.Context, service id.ID, facts []Push) (Outcome, error) {
	if err := checkCount(len(facts), MaxPushed); err != nil {
		return Outcome{}, err
	}
	out, err := s.pushOf(ctx, service, entries(facts), nil)
	if err != nil {
		return Outcome{}, fmt.Errorf("push facts: %w", err)
	}
	return out, nil
}

// PushBatch says up to MaxBatch facts of services that each names, all or none; as Push. One whose
// service there is not, or is retired, is Invalid.
func (s *Service) PushBatch(ctx context.Context, facts []Push) (Outcome, error) {
	if err := checkCount(len(facts), MaxBatch); err != nil {
		return Outcome{}, err
	}
	var out Outcome
	err := s.inTx(ctx, func(ctx context.Context, now time.Time) error {
		names := make([]string, len(facts))
		for n, f := range facts {
			names[n] = f.Service
		}
		slices.Sort(names)
		named, err := s.Store.ServicesNamed(ctx, slices.Compact(names))
		if err != nil {
			return err
		}
		var of []id.ID
		list := entries(facts)
		for n := range list {
			if list[n].service = named[facts[n].Service]; list[n].service != "" {
				of = append(of, list[n].service)
			}
		}
		slices.Sort(of)
		of = slices.Compact(of)
		if err := s.Store.HoldServices(ctx, of); err != nil {
			return err
		}
		services, err := s.Registry.ServicesByID(ctx, of)
		if err != nil {
			return err
		}
		if err := s.mayPush(ctx, list, services); err != nil {
			return err
		}
		var check fault.Check
		for _, e := range list {
			owner, exists := services[e.service]
			switch {
			case !exists:
				check.Fail(e.at+"/service", e.Service, "names no service, by its slug or identifier")
			case owner.RetiredAt != nil:
				check.Fail(e.at+"/service", e.Service, "was retired: nothing is said of it")
			}
		}
		out, err = s.push(ctx, list, services, check, now, nil)
		return err
	})
	if err != nil {
		return Outcome{}, fmt.Errorf("push facts of services: %w", err)
	}
	return out, nil
}

// entry is one fact that is pushed, with the pointers of its faults.
type entry struct {
	at   string // of its members
	name string // of its name
	Push
	service id.ID
}

func entries(facts []Push) []entry {
	out := make([]entry, len(facts))
	for n, f := range facts {
		at := place("/facts", n)
		out[n] = entry{at: at, name: at + "/fact", Push: f}
	}
	return out
}

func checkCount(n, most int) error {
	var check fault.Check
	check.Require(n >= 1 && n <= most, "/facts", nil, "must be 1 to %d, are %d", most, n)
	return check.Err()
}

// inTx does something in a transaction at one time.
func (s *Service) inTx(ctx context.Context, do func(ctx context.Context, now time.Time) error) error {
	now := clock.Round(s.Clock())
	if err := s.Authorizer.Permit(ctx, access.Rule{Verb: access.Push, Kind: access.KindServiceFact}); err != nil {
		return err
	}
	return s.Runner.InTx(ctx, func(ctx context.Context) error { return do(ctx, now) })
}

// mayPush asks once for each team.
func (s *Service) mayPush(ctx context.Context, list []entry, services map[id.ID]registry.Service) error {
	asked := map[id.ID]bool{}
	for _, e := range list {
		owner, exists := services[e.service]
		if !exists || asked[owner.Team] {
			continue
		}
		asked[owner.Team] = true
		err := s.Authorizer.Authorize(ctx, access.Push, pushedObject(owner))
		if refused, is := access.RefusalIn(err); is && refused.Reason != "" && fault.Is(err, fault.Forbidden) {
			return access.Refused(ctx, access.Push, pushedObject(owner), "forbidden", fmt.Sprintf("%s/service: facts of %q are pushed by members and workloads of its team, and administrators", e.at, owner.Slug))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// pushOf pushes facts of one service. see is told what is pushed of them then; it may be nil.
func (s *Service) pushOf(ctx context.Context, service id.ID, list []entry, see func(map[Key]Pushed)) (Outcome, error) {
	var out Outcome
	err := s.inTx(ctx, func(ctx context.Context, now time.Time) error {
		owner, err := s.one(ctx, service, access.Push, pushedObject)
		if err != nil {
			return err
		}
		for n := range list {
			list[n].service = service
		}
		out, err = s.push(ctx, list, map[id.ID]registry.Service{service: owner}, fault.Check{}, now, see)
		return err
	})
	return out, err
}

// push writes facts of services that the caller may push facts of, and that nobody else does
// meanwhile, after what check found already.
func (s *Service) push(ctx context.Context, list []entry, services map[id.ID]registry.Service, check fault.Check, now time.Time, see func(map[Key]Pushed)) (Outcome, error) {
	settled, err := s.judge(ctx, list, &check, now)
	if err != nil {
		return Outcome{}, err
	}
	keys := make([]Key, len(settled))
	for n, p := range settled {
		keys[n] = p.key()
	}
	standing, err := s.Store.Pushed(ctx, keys)
	if err != nil {
		return Outcome{}, err
	}
	var out Outcome
	var written []Pushed
	before, after := map[id.ID]pushedRecord{}, map[id.ID]pushedRecord{}
	for _, p := range settled {
		was, exists := standing[p.key()]
		switch {
		case exists && was.At.After(p.At):
			out.Older++
			continue
		case exists && was.same(p) && was.At.Equal(p.At) && was.Until.Equal(p.Until):
			out.Unchanged++
			continue
		case exists:
			p.ID, p.Version = was.ID, was.Version+1
		}
		out.Written++
		written = append(written, p)
		if standing[p.key()] = p; !exists || !was.same(p) || !was.Holds(now) {
			note(before, was, exists)
			note(after, p, true)
		}
	}
	if see != nil {
		see(standing)
	}
	if len(written) == 0 {
		return out, nil
	}
	if err := s.Store.WritePushed(ctx, written); err != nil {
		return Outcome{}, err
	}
	return out, s.pushedNow(ctx, written, services, before, after)
}

// pushedNow audits which facts changed, one entry for each service, and has services judged anew. That the same
// was observed again is a measurement, and no decision.
func (s *Service) pushedNow(ctx context.Context, written []Pushed, services map[id.ID]registry.Service, before, after map[id.ID]pushedRecord) error {
	var of []id.ID
	for _, p := range written {
		of = append(of, p.Service)
	}
	slices.Sort(of)
	of = slices.Compact(of)
	for _, service := range of {
		if record, changed := after[service]; changed {
			if err := s.Recorder.RecordDiff(ctx, access.Push, pushedObject(services[service]), "", before[service], record); err != nil {
				return err
			}
		}
	}
	return s.due(ctx, of...)
}

func note(in map[id.ID]pushedRecord, p Pushed, exists bool) {
	if !exists {
		return
	}
	if in[p.Service].Facts == nil {
		in[p.Service] = pushedRecord{Facts: map[string]pushedEntry{}}
	}
	in[p.Service].Facts[p.Fact] = p.entry()
}

// judge returns the facts as they would be kept; Invalid with every broken rule.
func (s *Service) judge(ctx context.Context, list []entry, check *fault.Check, now time.Time) ([]Pushed, error) {
	names := make([]string, len(list))
	for n, e := range list {
		names[n] = e.Fact
	}
	slices.Sort(names)
	declared, err := s.held(ctx, slices.Compact(names))
	if err != nil {
		return nil, err
	}
	by, first := access.CallerFrom(ctx).Name, map[Key]string{}
	out := make([]Pushed, 0, len(list))
	for _, e := range list {
		d, known := declared[e.Fact]
		switch {
		case !known && e.at == "":
			return nil, s.missing(e.Fact)
		case !known:
			check.Fail(e.name, e.Fact, "%s", s.unknown(e.Fact))
			continue
		case !d.Pushed:
			check.Fail(e.name, e.Fact, "is attested only, by a person with evidence, and not pushed")
			continue
		}
		p := e.Push.settled(d, now)
		p.check(check, e.at, d, now)
		fact := p.pushed(e.service, p.Value.settled(now), now, by)
		if at, twice := first[fact.key()]; twice && e.service != "" {
			check.Fail(e.name, e.Fact, "is said of this service at %s already", at)
		}
		first[fact.key()] = e.at
		out = append(out, fact)
	}
	return out, check.Err()
}

// PushedFact returns what was pushed last of a fact of the service: of what never was, nothing of the
// version 1. NotFound for the service or the fact.
func (s *Service) PushedFact(ctx context.Context, service id.ID, fact string) (Pushed, error) {
	if err := s.mayRead(ctx, access.KindServiceFact); err != nil {
		return Pushed{}, err
	}
	if _, err := s.Declaration(ctx, fact); err != nil {
		return Pushed{}, err
	}
	key := Key{service, fact}
	found, err := s.Store.Pushed(ctx, []Key{key})
	if err != nil {
		return Pushed{}, fmt.Errorf("read a pushed fact: %w", err)
	}
	p := found[key]
	p.Service, p.Fact, p.Version = service, fact, version(p)
	return p, nil
}

// Holds reports whether a pushed fact is known now.
func (s *Service) Holds(p Pushed) bool { return p.Holds(s.Clock()) }

// version is what callers see: what never was pushed has one too, so that it can be compared.
func version(p Pushed) int64 { return max(1, p.Version) }

// Withdraw says a pushed fact no more, given the version that the caller saw. An older observation
// does not bring it back. Members and workloads of the team.
//
// Faults: NotFound; Forbidden; Precondition; Conflict "not_pushed", "service_retired".
func (s *Service) Withdraw(ctx context.Context, service id.ID, fact string, seen int64) error {
	now := clock.Round(s.Clock())
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		declared, err := s.held(ctx, []string{fact})
		if err != nil {
			return err
		}
		owner, err := s.one(ctx, service, access.Delete, pushedObject)
		if err != nil {
			return err
		}
		if _, known := declared[fact]; !known {
			return s.missing(fact)
		}
		key := Key{service, fact}
		found, err := s.Store.Pushed(ctx, []Key{key})
		if err != nil {
			return err
		}
		before := found[key]
		if version(before) != seen {
			return fault.Stale("pushed fact")
		}
		if !before.Holds(now) {
			return fault.New(fault.Conflict, "not_pushed", "nothing that was pushed of %s holds", fact)
		}
		after := before
		after.At, after.Until, after.PushedAt, after.PushedBy, after.Version = now, now, now, access.CallerFrom(ctx).Name, before.Version+1
		if err := s.Store.WritePushed(ctx, []Pushed{after}); err != nil {
			return err
		}
		was, is := map[id.ID]pushedRecord{}, map[id.ID]pushedRecord{}
		note(was, before, true)
		note(is, after, true)
		if err := s.Recorder.RecordDiff(ctx, access.Delete, pushedObject(owner), "", was[service], is[service]); err != nil {
			return err
		}
		return s.due(ctx, service)
	})
	if err != nil {
		return fmt.Errorf("withdraw a pushed fact: %w", err)
	}
	return nil
}
