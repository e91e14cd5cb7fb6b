package toil_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// What others see of a team does not change with whatever up to three persons say of weeks, kinds and services
// of which no more than three said anything then: no field comes or goes, and no figure moves.
func TestOthersSeeTheSameWhateverFewPersonsSay(t *testing.T) {
	t.Parallel()
	type grain struct {
		week     share.Week
		category toil.Category
		service  bool
	}
	h := newHouse(t)
	h.asked(3, nil)
	h.closing(lastWeek.Plus(2))
	weeks := []share.Week{lastWeek, lastWeek.Plus(1), lastWeek.Plus(2)}
	people := make([]id.ID, 7)
	for i := range people {
		people[i] = id.New(start)
	}
	rapid.Check(t, func(rt *rapid.T) {
		// Each case is a team of its own, which nobody is of.
		h.clock.Advance(1)
		slug := "t" + fmt.Sprint(h.clock.Now().UnixNano())
		team := ok(h.rooms.CreateTeam(h.as["root"], registry.TeamInput{Slug: slug, Name: slug}))(t).ID
		for _, w := range weeks {
			ok(h.store.Toil().CreateAsking(t.Context(), toil.Asking{ID: id.New(start), Team: team, Week: w, Members: len(people), At: start}))(t)
		}
		said, logged := map[share.Week]map[id.ID]bool{}, map[grain]map[id.ID]bool{}
		say := func(who id.ID, few bool, label string) {
			w := rapid.SampledFrom(weeks).Draw(rt, label+" week")
			a := toil.AnswerInput{Percent: rapid.SampledFrom(toil.Percents).Draw(rt, label+" share"), Away: rapid.IntRange(0, 4).Draw(rt, label+" away")}
			if a.Percent > 0 {
				a.Category = rapid.SampledFrom(toil.Categories).Draw(rt, label+" largest")
			}
			if said[w] == nil {
				said[w] = map[id.ID]bool{}
			}
			if !said[w][who] && (!few || len(said[w]) < toil.Crowd-1) {
				said[w][who] = true
				done(t, h.store.Toil().CreateAnswer(t.Context(), toil.Answer{ID: id.New(start), Team: team, Subject: who, Week: w, AnswerInput: a, CreatedAt: start, UpdatedAt: start, Version: 1}))
			}
			g := grain{w, rapid.SampledFrom(toil.Categories[:2]).Draw(rt, label+" category"), rapid.Bool().Draw(rt, label+" service")}
			e := toil.EntryInput{Day: clock.DateOf(w.Monday().AddDate(0, 0, rapid.IntRange(0, 6).Draw(rt, label+" day"))), Category: g.category, Minutes: rapid.IntRange(1, 1440).Draw(rt, label+" minutes")}
			if g.service {
				e.Service = h.service
			}
			if logged[g] == nil {
				logged[g] = map[id.ID]bool{}
			}
			if !few || len(logged[g]) < toil.Crowd-1 || logged[g][who] && len(logged[g]) < toil.Crowd {
				logged[g][who] = true
				ok(h.store.Toil().CreateEntries(t.Context(), []toil.Entry{{ID: id.New(start), Team: team, Subject: who, EntryInput: e, CreatedAt: start, UpdatedAt: start, Version: 1}}))(t)
			}
		}
		seen := func() string {
			var out []any
			for _, q := range []share.Quarter{"2026-Q4", "2026-Q3"} {
				out = append(out, ok(h.Measure(h.as["olga"], team, q))(t))
			}
			out = append(out, ok(h.Candidates(h.as["olga"], team, page.Request{}))(t))
			return string(ok(json.Marshal(out))(t))
		}
		for i := range rapid.IntRange(0, 30).Draw(rt, "said by all") {
			say(rapid.SampledFrom(people).Draw(rt, "who"), false, fmt.Sprint("all ", i))
		}
		before := seen()
		for i := range rapid.IntRange(1, 8).Draw(rt, "said by few") {
			say(rapid.SampledFrom(people[:toil.Crowd-1]).Draw(rt, "who of few"), true, fmt.Sprint("few ", i))
		}
		if after := seen(); after != before {
			rt.Fatalf("others saw\n%s\nand see\n%s", before, after)
		}
	})
}
