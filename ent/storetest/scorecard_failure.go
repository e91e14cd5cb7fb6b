package storetest

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
)

func testFailures(t *testing.T, open opener) {
	failing := func(card scorecards.View, service id.ID, check string, opened time.Duration) scorecards.Failure {
		return scorecards.Failure{ID: newID(), Scorecard: card.Scorecard.ID, Service: service, Check: check, Checks: []string{"one", "„ü“ <b>"}, OpenedAt: Start.Add(opened), Version: 1}
	}
	write := func(t *testing.T, s *store.Store, f scorecards.Failure, ended time.Duration) scorecards.Failure {
		t.Helper()
		ok(t, s.Scorecards().CreateFailure(t.Context(), f))
		if ended > 0 {
			at := Start.Add(ended)
			f.EndedAt = &at
			ok(t, s.Scorecards().UpdateFailure(t.Context(), f))
			f.Version++
		}
		return f
	}
	found := func(t *testing.T, list []scorecards.Failure) map[id.ID]scorecards.Failure {
		t.Helper()
		out := map[id.ID]scorecards.Failure{}
		for _, f := range list {
			out[f.ID] = f
		}
		same(t, len(out), len(list))
		return out
	}

	each(t, open, "one failure of a check is open, and the last that ended since is found", func(t *testing.T, s *store.Store) {
		x, card, other, team := s.Scorecards(), AScorecard("readiness"), AScorecard("other"), Team(t, s, "payments").ID
		ok(t, x.CreateScorecard(t.Context(), card))
		ok(t, x.CreateScorecard(t.Context(), other))
		one, two := Service(t, s, team, "one").ID, Service(t, s, team, "two").ID
		before := write(t, s, failing(card, one, "one", 0), time.Hour)
		last := write(t, s, failing(card, one, "one", 2*time.Hour), 3*time.Hour)
		again := failing(card, two, "one", 0)
		ok(t, x.CreateFailure(t.Context(), again))
		refused(t, x.CreateFailure(t.Context(), failing(card, two, "one", time.Hour)), fault.Precondition, "version_mismatch")
		whole := write(t, s, failing(card, two, "", 0), 0)
		write(t, s, failing(other, one, "one", 0), 0)
		refused(t, x.CreateFailure(t.Context(), failing(card, newID(), "one", 0)), fault.Conflict, "reference_missing")

		of := func(since time.Duration, services ...id.ID) map[id.ID]scorecards.Failure {
			t.Helper()
			return found(t, must(x.OpenFailures(t.Context(), card.Scorecard.ID, services, Start.Add(since)))(t))
		}
		same(t, of(3*time.Hour, one, two, newID()), map[id.ID]scorecards.Failure{last.ID: last, again.ID: again, whole.ID: whole})
		same(t, of(3*time.Hour+time.Microsecond, one, two), map[id.ID]scorecards.Failure{again.ID: again, whole.ID: whole})
		same(t, of(0, one), map[id.ID]scorecards.Failure{last.ID: last}) // and not the one before it
		same(t, len(of(0)), 0)

		// What ended is taken up again, unless another was opened meanwhile.
		last.EndedAt, last.Checks = nil, []string{"one"}
		ok(t, x.UpdateFailure(t.Context(), last))
		refused(t, x.UpdateFailure(t.Context(), last), fault.Precondition, "version_mismatch")
		last.Version++
		same(t, of(3*time.Hour, one), map[id.ID]scorecards.Failure{last.ID: last})
		before.EndedAt = nil
		refused(t, x.UpdateFailure(t.Context(), before), fault.Precondition, "version_mismatch")
	})

	each(t, open, "what nobody asks for any more is astray", func(t *testing.T, s *store.Store) {
		x, each, grouped, silent, team := s.Scorecards(), AScorecard("each"), AScorecard("grouped"), AScorecard("silent"), Team(t, s, "payments").ID
		for _, card := range []scorecards.View{each, grouped, silent} {
			ok(t, x.CreateScorecard(t.Context(), card))
		}
		live, retired := Service(t, s, team, "live").ID, Service(t, s, team, "retired")
		asked := write(t, s, failing(each, live, "one", 0), 0)
		askedWhole := write(t, s, failing(grouped, live, "", 0), 0)
		formBefore := write(t, s, failing(each, live, "", 0), 0)
		other := write(t, s, failing(grouped, live, "one", 0), 0)
		none := write(t, s, failing(silent, live, "one", 0), 0)
		write(t, s, failing(silent, live, "two", 0), time.Hour)
		gone := write(t, s, failing(each, retired.ID, "one", 0), 0)
		at := Start.Add(time.Hour)
		retired.RetiredAt = &at
		ok(t, s.Registry().UpdateService(t.Context(), retired))
		stray := func(limit int, of ...scorecards.Asked) map[id.ID]scorecards.Failure {
			t.Helper()
			return found(t, must(x.StrayFailures(t.Context(), of, limit))(t))
		}
		both := []scorecards.Asked{{Scorecard: each.Scorecard.ID, Mode: scorecards.EachOne}, {Scorecard: grouped.Scorecard.ID, Mode: scorecards.Grouped}}
		same(t, stray(9, both...), map[id.ID]scorecards.Failure{formBefore.ID: formBefore, other.ID: other, none.ID: none, gone.ID: gone})
		same(t, len(stray(2, both...)), 2)
		all := stray(9)
		same(t, len(all), 6)
		same(t, []scorecards.Failure{all[asked.ID], all[askedWhole.ID]}, []scorecards.Failure{asked, askedWhole})
	})
}
