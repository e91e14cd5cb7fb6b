package trial

import (
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// tally gathers a Result, service by service.
type tally struct {
	Result
	missing []map[string]int // of each clause, at how many hours a fact was
	// Of the service that is gathered: what there is of it, and at which hours changes wait.
	service ServiceSums
	above   bool // whether there is a team above its own
	frozen  bool
	waits   map[policy.ChangeClass][]bool
}

func newTally(rule policy.Rule, from, to time.Time) *tally {
	t := &tally{Result: Result{Rule: rule, From: from, To: to, Frozen: noHours(), Affected: []ServiceSums{}, Episodes: []Episode{}, Basis: basis}}
	for i, c := range rule.Revision.Clauses {
		t.Clauses = append(t.Clauses, ClauseSums{Clause: c, Forgotten: rule.Conditions[i] == nil})
		t.missing = append(t.missing, map[string]int{})
	}
	return t
}

// waiting are the classes of changes that can have to wait.
func waiting() []policy.ChangeClass {
	return slices.DeleteFunc(slices.Clone(policy.ChangeClasses), func(c policy.ChangeClass) bool { return !c.Waits() })
}

func noHours() Hours {
	hours := Hours{}
	for _, class := range waiting() {
		hours[class] = 0
	}
	return hours
}

// begin begins a service, whose team is below another one where above is set; finish ends it.
func (t *tally) begin(service registry.Service, above bool) {
	t.Services++
	t.service, t.above, t.frozen, t.waits = ServiceSums{Service: service, Frozen: noHours()}, above, false, map[policy.ChangeClass][]bool{}
}

func (t *tally) finish() {
	for class, hours := range t.waits {
		for _, waits := range hours {
			if waits {
				t.service.Frozen[class]++
				t.Frozen[class]++
			}
		}
	}
	if t.frozen {
		t.FrozenServices++
	}
	if t.service.Violations > 0 {
		t.Affected = append(t.Affected, t.service)
	}
}

// add takes what became of an SLO of the service, on which the policy acts in the mode.
func (t *tally) add(of slo.SLO, mode policy.Mode, courses []course) {
	t.SLOs++
	for i, c := range courses {
		clause := &t.Clauses[i]
		clause.UnknownHours += c.unknown
		t.UnknownHours += c.unknown
		for name, hours := range c.missing {
			t.missing[i][name] += hours
		}
		for n, span := range c.spans {
			e := t.episode(of, clause.Clause, mode, span)
			if n > 0 && e.OpenedAt.Sub(at(t.From, c.spans[n-1].to)) <= policy.TakeUp {
				e.Issue = false
			}
			t.frozen = t.frozen || len(e.Waits) > 0 // though it may be for no hour yet
			t.count(e)
			clause.count(e)
			t.service.count(e)
			clause.OpenHours += e.Hours
			for _, class := range e.Waits {
				t.wait(class, span)
			}
			if len(t.Episodes) == MaxEpisodes {
				t.LeftOut++
				continue
			}
			t.Episodes = append(t.Episodes, e)
		}
	}
}

// episode is a violation of the clause, as it would have acted in the mode.
func (t *tally) episode(of slo.SLO, clause policy.Clause, mode policy.Mode, s span) Episode {
	e := Episode{
		Service: t.service.Service, SLO: of, Clause: clause.Name, Mode: mode, OpenedAt: at(t.From, s.from), Hours: s.to - s.from, PeakConsumed: s.peak,
		Issue: mode != policy.Observe && clause.Issue != nil, Postmortem: mode != policy.Observe && clause.Postmortem != nil, Waits: []policy.ChangeClass{},
	}
	if !s.open {
		ended := at(t.From, s.to)
		e.EndedAt = &ended
	}
	each, escalated := clause.Told(mode, t.above)
	e.Notifications = each
	if e.EndedAt != nil {
		e.Notifications += each
	}
	if escalated > 0 {
		// At an hour at which it ends it is not escalated any more: policies are applied first.
		due := e.OpenedAt.Add(clause.Escalate.After())
		if e.Escalated = s.open && !due.After(at(t.From, s.to)) || !s.open && due.Before(at(t.From, s.to)); e.Escalated {
			e.Notifications += escalated
		}
	}
	if mode == policy.Enforce && clause.Freeze != nil {
		e.Waits = slices.DeleteFunc(waiting(), func(c policy.ChangeClass) bool { return slices.Contains(clause.Freeze.Allow, c) })
	}
	return e
}

func (c *Counts) count(e Episode) {
	c.Violations++
	if e.Issue {
		c.Issues++
	}
	if e.Postmortem {
		c.Postmortems++
	}
	if e.Escalated {
		c.Escalations++
	}
	c.Notifications += e.Notifications
}

// wait notes that changes of the class wait from hour to hour: several freezes at once are one.
func (t *tally) wait(class policy.ChangeClass, s span) {
	if t.waits[class] == nil {
		t.waits[class] = make([]bool, t.To.Sub(t.From)/time.Hour)
	}
	for hour := s.from; hour < s.to; hour++ {
		t.waits[class][hour] = true
	}
}

// result is what was gathered.
func (t *tally) result() Result {
	known := slo.PastFacts()
	for i := range t.Clauses {
		t.Clauses[i].Missing = []Missing{}
		for _, name := range slices.Sorted(maps.Keys(t.missing[i])) {
			t.Clauses[i].Missing = append(t.Clauses[i].Missing, Missing{Fact: name, Hours: t.missing[i][name], Never: !slices.Contains(known, name)})
		}
	}
	return t.Result
}

// at is an hour of a time that begins then.
func at(from time.Time, hour int) time.Time { return from.Add(time.Duration(hour) * time.Hour) }
