package store_test

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil"
)

var placeholder = regexp.MustCompile(`\$(\d+)`)

// Whatever lists, sums, jobs and facts of toil ask, they find it by an index: no table of toil is looked
// at wholly.
func TestSQLiteFindsToilByIndexes(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	a, ctx := s.Toil(), t.Context()
	teams, none := []id.ID{"a", "b"}, id.ID("none")
	for name, ask := range map[string]func() error{
		"settings":    func() error { _, err := a.Settings(ctx, teams); return err },
		"answers":     func() error { _, err := a.Answers(ctx, teams, "2026-W01"); return err },
		"answers by":  func() error { _, err := a.AnswersBy(ctx, none, none, page.Request{}); return err },
		"askings":     func() error { _, err := a.Askings(ctx, teams, "2026-W01"); return err },
		"teams asked": func() error { _, err := a.TeamsAsked(ctx, "2026-W01", "", 10); return err },
		"reported":    func() error { _, err := a.Reported(ctx, teams); return err },
		"entries": func() error {
			_, err := a.Entries(ctx, toil.EntryFilter{Subject: none, Team: none, From: "2026-01-01", To: "2026-02-01"}, page.Request{})
			return err
		},
		"minutes":     func() error { _, err := a.MinutesOn(ctx, none, []clock.Date{"2026-01-01"}); return err },
		"origins":     func() error { _, err := a.Origins(ctx, none, []string{"x"}); return err },
		"tickets":     func() error { _, err := a.Tickets(ctx, none, storetest.Start); return err },
		"logged":      func() error { _, err := a.Logged(ctx, teams, "2026-01-01", "2026-02-01"); return err },
		"sums":        func() error { _, err := a.Sums(ctx, teams, "2026-01-01", "2026-02-01"); return err },
		"candidates":  func() error { _, err := a.Candidates(ctx, teams, storetest.Start); return err },
		"settled":     func() error { _, err := a.Settled(ctx, none, "", 10); return err },
		"spanned":     func() error { _, err := a.Spanned(ctx, none, []toil.Span{{}, {}}); return err },
		"automations": func() error { _, err := a.Automations(ctx, none, page.Request{}); return err },
		"credits":     func() error { _, err := a.Credits(ctx, none, "2026-01-01", "2026-02-01"); return err },
		"surveys":     func() error { _, err := a.Surveys(ctx, none, "2026-Q1"); return err },
		"all of":      func() error { _, err := a.AllOf(ctx, none); return err },
		"pruning": func() error {
			return s.InTx(ctx, func(ctx context.Context) error {
				_, err := a.PruneDismissals(ctx, storetest.Start, 10)
				return err
			})
		},
		"partings": func() error {
			return s.InTx(ctx, func(ctx context.Context) error {
				_, err := a.PrunePartings(ctx, storetest.Start, 10)
				return err
			})
		},
		"parting":     func() error { _, err := a.Parting(ctx, none); return err },
		"last survey": func() error { _, err := a.LastSurvey(ctx, none); return err },
		"own":         func() error { _, err := a.Own(ctx, none, teams); return err },
		"pseudonyms": func() error {
			return s.InTx(ctx, func(ctx context.Context) error { _, err := a.Pseudonymise(ctx, none, none); return err })
		},
	} {
		if err := ask(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	texts, err := s.Kept(ctx)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, text := range texts {
		if !strings.Contains(text, "toil_") {
			continue
		}
		seen++
		most := 0
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			n, err := strconv.Atoi(m[1])
			if err != nil {
				t.Fatal(err)
			}
			most = max(most, n)
		}
		args := make([]any, most)
		for i := range args {
			args[i] = "1"
		}
		for _, line := range (lookup{text: text, args: args}).plan(t, s) {
			if strings.HasPrefix(line, "SCAN toil_") {
				t.Errorf("%s has all looked at: %q", text, line)
			}
		}
	}
	if seen < 20 { // two of what was reported, of origins, and four of pseudonyms
		t.Errorf("only %d statements were seen", seen)
	}
}

// Facts of services are asked in bulk: of 200 teams they follow from as many statements as of two, which
// are seven: what is answered, asked about and decided for shares; two for ages, and who is in the teams; and
// sums. What nobody logged has no services and candidates, which are read in one statement each.
func TestFactsOfToilTakeAsManyStatementsOfManyTeamsAsOfFew(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	var mu sync.Mutex
	asked := 0
	watched, pool, err := s.Watched(func(string, []any) {
		mu.Lock()
		defer mu.Unlock()
		asked++
	})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	facts := toil.NewService(toil.Parts{Store: watched.Toil(), Registry: watched.Registry(), Clock: func() time.Time { return storetest.Start }})
	for _, teams := range []int{2, 200} {
		var services []registry.Service
		for n := range teams {
			of := id.ID(fmt.Sprintf("%026d", n))
			services = append(services, registry.Service{ID: of, Team: of}, registry.Service{ID: of + "x", Team: of})
		}
		asked = 0
		found, err := facts.FactsOf(t.Context(), services)
		if err != nil || len(found) != 2*teams {
			t.Fatalf("%d facts, %v", len(found), err)
		}
		if asked != 7 { // 3 of shares, 3 of ages, 1 of candidates
			t.Errorf("%d teams take %d statements", teams, asked)
		}
	}
}
