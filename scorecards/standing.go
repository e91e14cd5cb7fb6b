package scorecards

import (
	"maps"
	"math"
	"reflect"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Knowledge is what is known of a service, and where what was given is from.
type Knowledge struct {
	Facts fact.Set
	// From is by fact; what it has nothing of a domain told.
	From map[string]Origin
}

// Origin is where a fact is from that was given: by a program or a person.
type Origin struct {
	By     string     `json:"by"` // "pushed" or "attested"; of what a domain tells, its name
	Source string     `json:"source,omitempty"`
	Link   string     `json:"link,omitempty"`
	At     *time.Time `json:"at,omitempty"`    // when it was seen
	Until  *time.Time `json:"until,omitempty"` // it is known before that
}

// Evidence is a fact that a result depends on, as it was known.
type Evidence struct {
	fact.Known
	Origin
}

// Standing is what a scorecard came to for a service, as it is kept: one row, packed.
type Standing struct {
	Scorecard id.ID
	Service   id.ID
	Revision  id.ID
	// Applies is whether it is known that the scorecard is for the service; where it is not,
	// nothing else is known but why.
	Applies                     expr.Outcome
	Level                       int // rules.NoLevel below the lowest
	Passed, Counted             int
	PassedWeight, CountedWeight int
	Missing                     int    // for the next level
	Outcomes                    string // of each check, as rules.Spell writes them
	Details                     Details
	EvaluatedAt                 time.Time // last, whether or not anything changed
}

// Details is what is read of one service only.
type Details struct {
	Why string `json:"why,omitempty"` // of Applies
	// Whys are of checks that are unknown or could not be judged, by ID.
	Whys map[string]string `json:"whys,omitempty"`
	// Since is when each check came to its outcome, by ID.
	Since map[string]time.Time `json:"since,omitempty"`
	// Failing is since when each check fails that failed when it was judged last, by ID: what is unknown
	// meanwhile does not end it, so that a source that comes and goes does not put off what follows.
	Failing map[string]time.Time `json:"failing,omitempty"`
	// Evidence is each fact once that the scorecard depends on and that is known, by name.
	Evidence []Evidence `json:"evidence,omitempty"`
}

// standing is the sheet of a service as it is kept.
func standing(v View, c *compiled, service id.ID, s rules.Sheet, known Knowledge, now time.Time) Standing {
	out := Standing{
		Scorecard: v.Scorecard.ID, Service: service, Revision: v.Revision.ID, Applies: s.Applies, Level: s.Level,
		Passed: s.Passed, Counted: s.Counted, PassedWeight: s.PassedWeight, CountedWeight: s.CountedWeight, Missing: s.Missing,
		Outcomes: rules.Spell(s.Results), Details: Details{Why: s.Why}, EvaluatedAt: now,
	}
	for i, r := range s.Results {
		if r.Why != "" {
			if out.Details.Whys == nil {
				out.Details.Whys = map[string]string{}
			}
			out.Details.Whys[v.Revision.Checks[i].ID] = r.Why
		}
	}
	if s.Applies == expr.Holds {
		out.Details.Evidence = evidence(c, known)
	}
	return out
}

// evidence is what is known of the facts that the scorecard depends on. Ages are in whole days,
// so that what is kept changes once a day.
func evidence(c *compiled, known Knowledge) []Evidence {
	facts := make(fact.Set, len(c.reads))
	by := map[string]string{}
	for _, d := range c.declared {
		value, there := known.Facts[d.Name]
		if !there {
			continue
		}
		if days, ok := value.(float64); ok && d.Type == fact.Age {
			value = math.Floor(days)
		}
		facts[d.Name], by[d.Name] = value, d.By
	}
	var out []Evidence
	for _, k := range facts.Known(c.reads...) {
		e := Evidence{Known: k, Origin: known.From[k.Name]}
		if e.By == "" {
			e.By = by[k.Name]
		}
		out = append(out, e)
	}
	return out
}

// follow takes over from before since when checks are at their outcome, and reports whether
// anything of it is another.
func (s *Standing) follow(before *Standing, checks, checksBefore []Check) (changed bool) {
	s.Details.Since = make(map[string]time.Time, len(checks))
	s.fail(before, checks)
	was := map[string]byte{}
	if before != nil {
		for i, c := range checksBefore {
			if i < len(before.Outcomes) {
				was[c.ID] = before.Outcomes[i]
			}
		}
	}
	for i, c := range checks[:min(len(checks), len(s.Outcomes))] {
		s.Details.Since[c.ID] = s.EvaluatedAt
		if outcome, there := was[c.ID]; there && outcome == s.Outcomes[i] {
			if since, known := before.Details.Since[c.ID]; known {
				s.Details.Since[c.ID] = since
			}
		}
	}
	if before == nil {
		return true
	}
	b, n := *before, *s
	b.EvaluatedAt = n.EvaluatedAt
	return !same(b, n)
}

// fail takes over from before since when checks fail.
func (s *Standing) fail(before *Standing, checks []Check) {
	for i, c := range checks {
		outcome := rules.Unknown // as all are where it is not known whether the scorecard is for the service
		if i < len(s.Outcomes) {
			outcome = rules.Outcome(s.Outcomes[i])
		}
		at, failed := time.Time{}, false
		if before != nil {
			at, failed = before.Details.Failing[c.ID]
		}
		switch {
		case outcome == rules.Fail && !failed:
			at = s.EvaluatedAt
		case outcome == rules.Fail, failed && (outcome == rules.Unknown || outcome == rules.Error):
		default:
			continue
		}
		if s.Details.Failing == nil {
			s.Details.Failing = map[string]time.Time{}
		}
		s.Details.Failing[c.ID] = at
	}
}

// same compares two standings; times by the moment that they are.
func same(a, b Standing) bool {
	if !maps.EqualFunc(a.Details.Since, b.Details.Since, time.Time.Equal) || !maps.EqualFunc(a.Details.Failing, b.Details.Failing, time.Time.Equal) || !slices.EqualFunc(a.Details.Evidence, b.Details.Evidence, Evidence.same) {
		return false
	}
	a.Details.Since, b.Details.Since, a.Details.Failing, b.Details.Failing, a.Details.Evidence, b.Details.Evidence = nil, nil, nil, nil, nil, nil
	return reflect.DeepEqual(a, b)
}

func (e Evidence) same(o Evidence) bool {
	at := func(a, b *time.Time) bool { return a == b || a != nil && b != nil && a.Equal(*b) }
	return reflect.DeepEqual(e.Known, o.Known) && e.By == o.By && e.Source == o.Source && e.Link == o.Link && at(e.At, o.At) && at(e.Until, o.Until)
}

// moved reports whether the day is to be kept: the level or an outcome is another.
func (s Standing) moved(before *Standing) bool {
	return before == nil || before.Revision != s.Revision || before.Level != s.Level || before.Outcomes != s.Outcomes || before.Applies != s.Applies ||
		before.Counted != s.Counted || before.PassedWeight != s.PassedWeight || before.CountedWeight != s.CountedWeight
}

// Score is the weight of what passes, in percent of the weight of what counts, rounded down; nil
// where nothing counts.
func (s Standing) Score() *int {
	return rules.Sheet{PassedWeight: s.PassedWeight, CountedWeight: s.CountedWeight}.Score()
}

// Day is what a scorecard came to for a service at the end of a day. Of a day on which nothing
// changed there is none: the one before says it. On the day on which the scorecard was not for the
// service any more, or it was retired, nothing counts, and there are no outcomes; so it is of one on
// which it was not known whether the scorecard is for it.
type Day struct {
	Scorecard                   id.ID
	Service                     id.ID
	Day                         clock.Date
	Revision                    id.ID
	Level                       int
	Passed, Counted             int
	PassedWeight, CountedWeight int
	Outcomes                    string
}

func (s Standing) day(now time.Time) Day {
	return Day{
		Scorecard: s.Scorecard, Service: s.Service, Day: clock.DateOf(now), Revision: s.Revision, Level: s.Level,
		Passed: s.Passed, Counted: s.Counted, PassedWeight: s.PassedWeight, CountedWeight: s.CountedWeight, Outcomes: s.Outcomes,
	}
}

// left is the day on which the scorecard was not for the service any more.
func left(s Standing, day clock.Date) Day {
	return Day{Scorecard: s.Scorecard, Service: s.Service, Day: day, Revision: s.Revision, Level: rules.NoLevel}
}

// Score is that of the day; see Standing.Score.
func (d Day) Score() *int {
	return rules.Sheet{PassedWeight: d.PassedWeight, CountedWeight: d.CountedWeight}.Score()
}

// Position is where a service stands, for lists and sums: a standing without its details.
type Position struct {
	Service registry.Service // its identifier, slug, name, team, system, tier, kind and lifecycle
	Standing
}
