package scorecards

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Preview is what would come of a draft, on what is known now: nothing of it is kept.
type Preview struct {
	Services int // that are not retired
	Applies  int // of which the draft is for
	// Levels are the services on each level of the draft, by its name; below the lowest by "".
	Levels map[string]int
	// Gained and Lost are services that would reach another level than by the scorecard as it is,
	// by the names of the levels; at most mostMoves of each, and how many there are.
	Gained, Lost           []Move
	GainedCount, LostCount int
	Checks                 []CheckFlips // of the draft, in its order
}

// Move is a service that would be on another level.
type Move struct {
	Service registry.Service
	Was     string // empty below the lowest, or where the scorecard is not for it
	Now     string
}

// CheckFlips is what a check of the draft would come to.
type CheckFlips struct {
	Check    string
	Outcomes map[string]int // services, by the outcome's name
	New      bool           // the scorecard as it is has no check of that ID
	// Flips are the services at another outcome than by the scorecard as it is, by both names:
	// "pass>fail".
	Flips   map[string]int
	Example *registry.Service // one of them, the first by ID
	// Why is of one that could not be judged.
	Why string
}

// mostMoves is how many services are named.
const mostMoves = 200

// Preview evaluates a draft for all services, and compares it with the scorecard of that name as
// it is, both on what is known now; with none where name is empty. Nothing is stored, so
// that whoever may read may do it. Faults: NotFound, Moved, Invalid.
func (s *Service) Preview(ctx context.Context, name string, d Draft) (Preview, error) {
	if err := s.read(ctx); err != nil {
		return Preview{}, err
	}
	var before View
	if name != "" {
		var err error
		if before, err = s.find(ctx, name); err != nil {
			return Preview{}, err
		}
	}
	if _, err := s.validate(ctx, d, func(registry.Team) error { return nil }); err != nil {
		return Preview{}, err
	}
	language, err := s.languages.now(ctx)
	if err != nil {
		return Preview{}, err
	}
	c := comparison{now: View{Scorecard: before.Scorecard, Revision: Revision{Terms: d.Complete()}}, card: compile(language, d.Complete()), out: Preview{Levels: map[string]int{}, Gained: []Move{}, Lost: []Move{}}}
	reads := c.card.reads
	if name != "" {
		c.was, c.wasCard = before, s.languages.of(language, before.Revision)
		reads = append(slices.Clone(reads), c.wasCard.reads...)
	}
	slices.Sort(reads)
	reads = slices.Compact(reads)
	c.begin()
	for after := id.ID(""); ; {
		services, err := s.Fleet.LiveServicesAfter(ctx, after, chunk)
		if err != nil {
			return Preview{}, fmt.Errorf("read services: %w", err)
		}
		if len(services) == 0 {
			return c.out, nil
		}
		now := clock.Round(s.Clock())
		ids := each(services, func(s registry.Service) id.ID { return s.ID })
		known, err := s.Facts.Told(ctx, services, reads)
		if err != nil {
			return Preview{}, fmt.Errorf("read the facts of %d services: %w", len(services), err)
		}
		exempt, err := s.exempt(ctx, ids, now)
		if err != nil {
			return Preview{}, err
		}
		for _, service := range services {
			c.add(service, known[service.ID], exempt[service.ID][before.Scorecard.ID], string(clock.DateOf(now)))
		}
		after = services[len(services)-1].ID
	}
}

// comparison sums up what two evaluations come to.
type comparison struct {
	was, now      View
	wasCard, card *compiled
	out           Preview
}

func (c *comparison) begin() {
	for _, check := range c.now.Revision.Checks {
		c.out.Checks = append(c.out.Checks, CheckFlips{Check: check.ID, Outcomes: map[string]int{}, Flips: map[string]int{}, New: c.was.Revision.check(check.ID) < 0})
	}
}

func (c *comparison) add(service registry.Service, known Knowledge, exempt []string, today string) {
	c.out.Services++
	sheet := c.card.Evaluate(known.Facts, today, c.now.Revision.exempting(exempt))
	before := rules.Sheet{Level: rules.NoLevel}
	was := ""
	if c.wasCard != nil {
		before = c.wasCard.Evaluate(known.Facts, today, c.was.Revision.exempting(exempt))
		was = c.was.Revision.levelName(before.Level)
	}
	now := c.now.Revision.levelName(sheet.Level)
	if sheet.Applies == expr.Holds {
		c.out.Applies++
		c.out.Levels[now]++
		c.count(service, sheet, before)
	}
	change := c.rise(before.Level, sheet.Level)
	if change == 0 {
		return
	}
	move := Move{Service: service, Was: was, Now: now}
	if change > 0 {
		if c.out.GainedCount++; len(c.out.Gained) < mostMoves {
			c.out.Gained = append(c.out.Gained, move)
		}
		return
	}
	if c.out.LostCount++; len(c.out.Lost) < mostMoves {
		c.out.Lost = append(c.out.Lost, move)
	}
}

// rise is above 0 where the level of the draft is higher than that of the scorecard as it is, and 0
// where it is the same: by their order in one of the two that has both names, else by their numbers,
// for then they were renamed.
func (c *comparison) rise(was, now int) int {
	if was < 0 || now < 0 {
		return cmp.Compare(now, was)
	}
	if as := c.now.Revision.level(c.was.Revision.levelName(was)); as >= 0 {
		return cmp.Compare(now, as)
	}
	if as := c.was.Revision.level(c.now.Revision.levelName(now)); as >= 0 {
		return cmp.Compare(as, was)
	}
	return cmp.Compare(now, was)
}

func (c *comparison) count(service registry.Service, sheet, before rules.Sheet) {
	for i, r := range sheet.Results {
		f := &c.out.Checks[i]
		f.Outcomes[r.Outcome.String()]++
		if r.Outcome == rules.Error && f.Why == "" {
			f.Why = r.Why
		}
		n := c.was.Revision.check(f.Check)
		if n < 0 || n >= len(before.Results) || before.Results[n].Outcome == r.Outcome {
			continue
		}
		f.Flips[before.Results[n].Outcome.String()+">"+r.Outcome.String()]++
		if f.Example == nil {
			f.Example = &service
		}
	}
}
