package bench

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/builtin"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
)

// The goals for a scorecard of forty checks over ten thousand services.
const (
	goalJudging = time.Second           // from facts in memory
	goalCards   = 5 * time.Second       // with facts read, and one row a service written
	goalOneCard = 20 * time.Millisecond // of one service after a fact changed
	goalPreview = 2 * time.Second       // of another revision, compared with the one in force
	scored      = 10_000
)

// techInsights is what the peer takes for the same work on PostgreSQL, without keeping the
// results: 42 queries for each of the services. It was measured on a machine like this one; it is
// not measured again here, and its figure does not travel.
const techInsights = "156–182 s, 420,000 queries (Tech Insights 3.1)"

// forty are the checks that ship and two of one's own.
func forty(b *testing.B) scorecards.Draft {
	b.Helper()
	all, err := builtin.All()
	check(b, err)
	d := all[0]
	d.Checks = append(d.Checks,
		scorecards.Check{ID: "in-go", Title: "Written in Go", Category: "Ours", Level: "Gold", Weight: 1, Passes: "labels[?'language'].orValue('') == 'go'"},
		scorecards.Check{ID: "mature", Title: "Registered for a while", Category: "Ours", Level: "Gold", Weight: 1, Passes: "serviceAge >= parameters.days", Parameters: map[string]float64{"days": 30}},
	)
	return d
}

// BenchmarkScorecards evaluates forty checks for ten thousand services, on both databases.
func BenchmarkScorecards(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { cards(b, newHouse(b, location{dir: b.TempDir()}, 1)) })
	b.Run("PostgreSQL", func(b *testing.B) { cards(b, onPostgres(b, 1)) })
}

func cards(b *testing.B, h *house) {
	register10000(b, h)
	for {
		page, err := h.Store.Scorecards().LiveScorecards(h.system)
		check(b, err)
		if len(page) == 0 {
			break
		}
		_, err = h.Scorecards.Retire(h.system, page[0].Scorecard.Slug, page[0].Scorecard.Version, "")
		check(b, err)
	}
	d := forty(b)
	d.Slug = "forty"
	made, err := h.Scorecards.Create(h.system, d)
	check(b, err)
	on := h.database.name()

	var passes []float64
	var statements int64
	for i := range 3 {
		if i > 0 { // so that each service has to be written again
			check(b, h.Store.Scorecards().RemoveStandings(h.system, made.Scorecard.ID, everybody(b, h)))
		}
		before, began := h.Store.Statements(), time.Now()
		counts, err := h.Scorecards.EvaluateOnce(h.system)
		passes = append(passes, time.Since(began).Seconds())
		statements = h.Store.Statements() - before
		check(b, err)
		if counts["services"] != scored || counts["changed"] != scored || counts["errors"] != 0 {
			b.Fatalf("a pass did %v", counts)
		}
	}
	goal(b, "forty checks over 10,000 services, facts read and a row each written, "+on, median(passes), goalCards, techInsights, fmt.Sprintf("the median of three; %d statements in all", statements))
	if statements > scored {
		b.Errorf("a pass over %d services sent %d statements: one for each is none in bulk", scored, statements)
	}

	began := time.Now()
	counts, err := h.Scorecards.EvaluateOnce(h.system)
	idle := time.Since(began).Seconds()
	check(b, err)
	if counts["changed"] > 1 { // the budget of the one service with objectives moves with the clock
		b.Fatalf("a pass over what did not change did %v", counts)
	}
	goal(b, "the same where nothing changed, "+on, idle, goalCards, "", "")

	var ones []float64
	for i := range 21 {
		slug := fmt.Sprintf("scored-%05d", i*397)
		service, err := h.Registry.ServiceFor(h.system, slug)
		check(b, err)
		// So that it is written again, as after a fact changed.
		check(b, h.Store.Scorecards().RemoveStandings(h.system, made.Scorecard.ID, []id.ID{service.ID}))
		began := time.Now()
		_, err = h.Scorecards.Evaluate(h.system, slug)
		ones = append(ones, time.Since(began).Seconds())
		check(b, err)
	}
	goal(b, "one service after a fact changed, "+on, median(ones), goalOneCard, "", "the median of 21")

	harder := d
	harder.Checks = slices.Clone(d.Checks)
	harder.Checks[3].Passes = "slos >= 2"
	began = time.Now()
	p, err := h.Scorecards.Preview(h.system, made.Scorecard.Slug, harder)
	preview := time.Since(began).Seconds()
	check(b, err)
	if p.Services != scored {
		b.Fatalf("the preview is of %d services", p.Services)
	}
	goal(b, "dry run of a revision over 10,000 services, "+on, preview, goalPreview, "", "both revisions are evaluated")

	judgeAlone(b, h, d, on)
	b.ReportMetric(median(passes), "s/pass")
	b.ReportMetric(0, "ns/op")
}

// everybody are the services.
func everybody(b *testing.B, h *house) []id.ID {
	b.Helper()
	found, err := h.Store.Fleet().LiveServicesAfter(h.system, "", 2*scored)
	check(b, err)
	out := make([]id.ID, len(found))
	for i, s := range found {
		out[i] = s.ID
	}
	return out
}

// judgeAlone is the judging of facts that are in memory, on one core.
func judgeAlone(b *testing.B, h *house, d scorecards.Draft, on string) {
	b.Helper()
	book := scorecards.Book{Domains: h.ServiceFacts, Given: h.Given}
	declared, err := book.Declared(h.system)
	check(b, err)
	language, err := expr.New(declared)
	check(b, err)
	card, err := scorecards.Compile(language, d.Terms)
	check(b, err)
	some, err := h.Store.Fleet().LiveServicesAfter(h.system, "", 500)
	check(b, err)
	names := make([]string, len(declared))
	for i, one := range declared {
		names[i] = one.Name
	}
	known, err := book.Told(h.system, some, names)
	check(b, err)
	for _, s := range some {
		tellAll(known[s.ID].Facts, declared)
	}
	began := time.Now()
	judged := 0
	for range scored / len(some) {
		for _, s := range some {
			sheet := card.Evaluate(known[s.ID].Facts, "2026-11-27", nil)
			judged += len(sheet.Results)
			if sheet.Results[0].Outcome == rules.Error {
				b.Fatal("a check cannot be judged")
			}
		}
	}
	if judged != scored*len(d.Checks) {
		b.Fatalf("%d results", judged)
	}
	goal(b, "forty checks over 10,000 services from facts in memory, "+on, time.Since(began).Seconds(), goalJudging, "13–18 s (its rules engine alone)", "on one core")
}

// tellAll adds some value of every fact that is not known, so that no check ends early for want of
// one.
func tellAll(facts fact.Set, declared []fact.Declaration) {
	for _, d := range declared {
		if _, there := facts[d.Name]; there {
			continue
		}
		switch d.Type {
		case fact.Number, fact.Age:
			facts[d.Name] = 10.0
		case fact.Text:
			facts[d.Name] = "some"
		case fact.Truth:
			facts[d.Name] = true
		case fact.Numbers:
			facts[d.Name] = map[string]float64{}
		case fact.Texts:
			facts[d.Name] = map[string]string{}
		}
	}
}

// goal writes a figure with what was wanted.
func goal(b *testing.B, name string, took float64, want time.Duration, peer, note string) {
	b.Helper()
	results.add(figure{name: name, this: inUnits(took), goal: "≤ " + inUnits(want.Seconds()), met: took <= want.Seconds(), peer: peer, note: note})
}

// register10000 fills the fleet up.
func register10000(b *testing.B, h *house) {
	b.Helper()
	now := clock.Round(h.clock.Now())
	team, err := h.Registry.TeamFor(h.system, teamSlug(0))
	check(b, err)
	there, err := h.Store.Fleet().LiveServicesAfter(h.system, "", scored)
	check(b, err)
	missing := scored - len(there)
	for from := 0; from < missing; from += 500 {
		check(b, h.Store.InTx(h.system, func(ctx context.Context) error {
			for i := from; i < min(from+500, missing); i++ {
				v := registry.Service{ID: id.New(now), Slug: fmt.Sprintf("scored-%05d", i), Team: team.ID, CreatedAt: now, UpdatedAt: now, Version: 1, Profile: profile(i)}
				if err := h.Store.Registry().CreateService(ctx, v); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}
