package storetest

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/slo/score"
	"github.com/evenkeel/evenkeel/services/stats"
)

func testScores(t *testing.T, open opener) {
	day := func(n int) time.Time { return Start.Add(time.Duration(n) * 24 * time.Hour) }
	made := func(slo id.ID, h score.Horizon, from, until int, p float64) score.Forecast {
		return score.Forecast{SLO: slo, Revision: 1, Horizon: h, From: day(from), Until: day(until), Probability: p}
	}
	pair := func(t *testing.T, s *store.Store) (id.ID, id.ID) {
		service := Service(t, s, Team(t, s, "payments").ID, "checkout").ID
		return SLO(t, s, service, "availability").SLO.ID, SLO(t, s, service, "latency").SLO.ID
	}
	nameless := func(of []score.Forecast) []score.Forecast {
		for i := range of {
			if of[i].ID == 0 {
				t.Errorf("%+v has no identifier", of[i])
			}
			of[i].ID = 0
		}
		return of
	}

	each(t, open, "forecasts come back as made, those that are over and the last ones", func(t *testing.T, s *store.Store) {
		a := s.Scores()
		one, two := pair(t, s)
		first, second := made(one, score.Week, 0, 7, 0.0025), made(one, score.Week, 1, 8, 1)
		long, other := made(one, score.Window, 0, 28, 0.5), made(two, score.Window, 0, 5, 0)
		ok(t, a.Keep(t.Context(), []score.Forecast{second, other, first, long}))
		again := first
		again.Probability = 0.9
		ok(t, a.Keep(t.Context(), []score.Forecast{again}))
		same(t, nameless(must(a.Latest(t.Context(), []id.ID{one}))(t)), []score.Forecast{second, long})
		same(t, nameless(must(a.Latest(t.Context(), []id.ID{two, newID()}))(t)), []score.Forecast{other})
		same(t, must(a.Due(t.Context(), other.Until, 10))(t), nil)
		same(t, nameless(must(a.Due(t.Context(), day(7).Add(time.Second), 10))(t)), []score.Forecast{first, other})
		same(t, nameless(must(a.Due(t.Context(), day(30), 1))(t)), []score.Forecast{second})
		later := made(two, score.Window, 1, 6, 0)
		later.Revision = 2 // than the SLO has
		ok(t, a.Keep(t.Context(), []score.Forecast{later}))
		same(t, must(a.Latest(t.Context(), []id.ID{two}))(t), nil)
		refused(t, a.Keep(t.Context(), []score.Forecast{made(newID(), score.Week, 0, 7, 0)}), fault.Conflict, "reference_missing")
	})

	// Worked by hand: 0.2 is 2,000 parts of 10,000, its square 4,000,000.
	each(t, open, "what came of forecasts is counted in their bins and they are removed", func(t *testing.T, s *store.Store) {
		a := s.Scores()
		one, two := pair(t, s)
		ok(t, a.Keep(t.Context(), []score.Forecast{
			made(one, score.Week, 0, 7, 0.2), made(one, score.Week, 1, 8, 0.25), made(one, score.Week, 2, 9, 0.25),
			made(one, score.Window, 0, 28, 1), made(one, score.Week, 3, 10, 0.1), made(two, score.Week, 0, 7, 0.2),
		}))
		settle := func(before int, of func(f score.Forecast) score.Settled) {
			t.Helper()
			var settled []score.Settled
			for _, f := range must(a.Due(t.Context(), day(before), 10))(t) {
				settled = append(settled, of(f))
			}
			ok(t, a.Settle(t.Context(), settled))
		}
		settle(8, func(f score.Forecast) score.Settled { return score.Settled{Forecast: f, Happened: f.SLO == one} })
		settle(10, func(f score.Forecast) score.Settled {
			return score.Settled{Forecast: f, Void: f.From.Equal(day(2))}
		})
		account := func(h score.Horizon, void, open int64, bins map[int]stats.Bin) score.Account {
			out := score.Account{Horizon: h, Tally: make(stats.Tally, score.Bins), Void: void, Open: open}
			for i, b := range bins {
				out.Tally[i] = b
			}
			return out
		}
		same(t, must(a.Accounts(t.Context(), one))(t), []score.Account{
			account(score.Week, 1, 1, map[int]stats.Bin{2: {N: 2, Happened: 1, Said: 4500, Squares: 4_000_000 + 6_250_000, Hit: 2000}}),
			account(score.Window, 0, 1, nil),
		})
		same(t, must(a.Accounts(t.Context(), ""))(t), []score.Account{
			account(score.Week, 1, 1, map[int]stats.Bin{2: {N: 3, Happened: 1, Said: 6500, Squares: 8_000_000 + 6_250_000, Hit: 2000}}),
			account(score.Window, 0, 1, nil),
		})
		same(t, must(a.Accounts(t.Context(), newID()))(t)[0], account(score.Week, 0, 0, nil))
	})
}
