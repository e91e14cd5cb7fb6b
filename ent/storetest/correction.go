package storetest

import (
	"cmp"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy/proposal"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// Correction writes a correction of the SLO that is once.
func Correction(t testing.TB, s *store.Store, slo id.ID, effect correction.Effect, from, to time.Time) correction.Correction {
	t.Helper()
	c := correction.Correction{
		ID: newID(), SLO: slo, Effect: effect, Kind: correction.Maintenance, Reason: "the database moved", Begins: from, Ends: &to,
		CreatedAt: Start, CreatedBy: "Ada", ApprovedAt: Start, ApprovedBy: "Ada",
	}
	ok(t, s.Corrections().CreateCorrection(t.Context(), c))
	return c
}

func testCorrections(t *testing.T, open opener) {
	// weekly has no end unless it is given one.
	weekly := func(t *testing.T, slo id.ID, begins time.Time, ends *time.Time) correction.Correction {
		again := must(correction.ReadRecurrence("2026-03-15T02:00", "Europe/Berlin", "FREQ=WEEKLY", 3600))(t)
		return correction.Correction{
			ID: newID(), SLO: slo, Effect: correction.CountGood, Kind: correction.Other, Reason: "weekly\nöfter", Begins: begins, Ends: ends,
			Recurrence: &again, CreatedAt: Start, CreatedBy: "Ada", ApprovedAt: Start.Add(time.Minute), ApprovedBy: "Bob",
		}
	}
	pair := func(t *testing.T, s *store.Store) (id.ID, id.ID) {
		service := Service(t, s, Team(t, s, "payments").ID, "checkout").ID
		return SLO(t, s, service, "availability").SLO.ID, SLO(t, s, service, "latency").SLO.ID
	}

	each(t, open, "a correction comes back as written and is removed once", func(t *testing.T, s *store.Store) {
		a := s.Corrections()
		slo, _ := pair(t, s)
		came := proposal.Proposal{
			ID: newID(), Act: proposal.DeclareCorrection, Service: must(s.SLO().View(t.Context(), slo))(t).SLO.Service, SLO: slo, Version: 1, Document: json.RawMessage(`{}`),
			Proposer: Person(t, s, "Ada").ID, CreatedAt: Start, ExpiresAt: Start.Add(proposal.Lifetime),
		}
		ok(t, s.Proposals().CreateProposal(t.Context(), came))
		once, again := Correction(t, s, slo, correction.Exclude, Start, Start.Add(time.Hour)), weekly(t, slo, Start, nil)
		again.Proposal = came.ID
		ok(t, a.CreateCorrection(t.Context(), again))
		same(t, must(a.Correction(t.Context(), once.ID))(t), once)
		same(t, must(a.Correction(t.Context(), again.ID))(t), again)
		_, err := a.Correction(t.Context(), newID())
		refused(t, err, fault.NotFound, "correction_not_found")
		refused(t, a.CreateCorrection(t.Context(), weekly(t, newID(), Start, nil)), fault.Conflict, "reference_missing")

		at := Start.Add(time.Hour)
		again.RemovedAt, again.RemovedBy, again.RemovedFor = &at, "Bob", "it is over"
		ok(t, a.RemoveCorrection(t.Context(), again))
		same(t, must(a.Correction(t.Context(), again.ID))(t), again)
		refused(t, a.RemoveCorrection(t.Context(), again), fault.Conflict, "correction_removed")
		again.ID = newID()
		refused(t, a.RemoveCorrection(t.Context(), again), fault.NotFound, "correction_not_found")
	})

	each(t, open, "those that can lie over a time are active", func(t *testing.T, s *store.Store) {
		a := s.Corrections()
		slo, other := pair(t, s)
		hour := func(n int) time.Time { return Start.Add(time.Duration(n) * time.Hour) }
		end := hour(8)
		once, open, ended := Correction(t, s, slo, correction.Exclude, hour(1), hour(2)), weekly(t, other, hour(5), nil), weekly(t, slo, hour(4), &end)
		ok(t, a.CreateCorrection(t.Context(), open))
		ok(t, a.CreateCorrection(t.Context(), ended))
		removed := Correction(t, s, slo, correction.Exclude, hour(0), hour(9))
		removed.RemovedAt, removed.RemovedBy = &Start, "Ada"
		ok(t, a.RemoveCorrection(t.Context(), removed))
		for _, row := range []struct {
			from, to int
			want     map[id.ID][]correction.Correction // by SLO
		}{
			{-1, 1, map[id.ID][]correction.Correction{}}, // it begins where that ends
			{1, 2, map[id.ID][]correction.Correction{slo: {once}}},
			{2, 4, map[id.ID][]correction.Correction{}},
			{0, 6, map[id.ID][]correction.Correction{slo: {once, ended}, other: {open}}},
			{8, 9, map[id.ID][]correction.Correction{other: {open}}},
			{9000, 9001, map[id.ID][]correction.Correction{other: {open}}},
		} {
			var want []correction.Active
			for _, of := range row.want {
				for _, c := range of {
					want = append(want, correction.Active{ID: c.ID, SLO: c.SLO, Begins: c.Begins, Ends: c.Ends})
				}
			}
			slices.SortFunc(want, func(a, b correction.Active) int { return cmp.Compare(a.ID, b.ID) })
			same(t, must(a.Active(t.Context(), hour(row.from), hour(row.to)))(t), want)
			for _, of := range []id.ID{slo, other} {
				same(t, must(a.ActiveOf(t.Context(), of, hour(row.from), hour(row.to)))(t), row.want[of])
			}
		}
		for after, want := range map[int]int{0: 2, 2: 1, 8: 0} {
			same(t, must(a.CountLive(t.Context(), slo, hour(after)))(t), want)
		}
		same(t, must(a.CountLive(t.Context(), other, hour(9000)))(t), 1)
	})

	each(t, open, "a correction that cannot be read keeps no other from being read", func(t *testing.T, s *store.Store) {
		a := s.Corrections()
		slo, other := pair(t, s)
		bent, read := weekly(t, slo, Start, nil), weekly(t, other, Start, nil)
		bent.Recurrence.Zone = "Mars/Olympus"
		ok(t, a.CreateCorrection(t.Context(), bent))
		ok(t, a.CreateCorrection(t.Context(), read))
		found, unread, err := a.CorrectionsByID(t.Context(), []id.ID{bent.ID, read.ID, newID()})
		ok(t, err)
		same(t, found, []correction.Correction{read})
		if len(unread) != 1 || unread[bent.ID] == nil {
			t.Errorf("unread is %v, want %s alone", unread, bent.ID)
		}
	})

	each(t, open, "corrections are listed by when they begin, the latest first", func(t *testing.T, s *store.Store) {
		a := s.Corrections()
		slo, other := pair(t, s)
		first, second := Correction(t, s, slo, correction.Exclude, Start, Start.Add(2*time.Hour)), Correction(t, s, slo, correction.CountGood, Start, Start.Add(time.Hour))
		later, elsewhere := Correction(t, s, slo, correction.Exclude, Start.Add(time.Hour), Start.Add(3*time.Hour)), weekly(t, other, Start, nil)
		ok(t, a.CreateCorrection(t.Context(), elsewhere))
		gone := Correction(t, s, slo, correction.Exclude, Start.Add(-time.Hour), Start)
		gone.RemovedAt = &Start
		ok(t, a.RemoveCorrection(t.Context(), gone))
		for _, row := range []struct {
			filter correction.Filter
			want   []correction.Correction
		}{
			{correction.Filter{SLO: slo}, []correction.Correction{later, second, first}},
			{correction.Filter{SLO: slo, IncludeRemoved: true}, []correction.Correction{later, second, first, gone}},
			{correction.Filter{SLO: slo, Effect: correction.CountGood}, []correction.Correction{second}},
			{correction.Filter{SLO: slo, At: Start.Add(time.Hour)}, []correction.Correction{later, first}},
			{correction.Filter{At: Start.Add(1000 * time.Hour)}, []correction.Correction{elsewhere}},
		} {
			var got []correction.Correction
			for r := (page.Request{Limit: 1}); ; {
				p := must(a.Corrections(t.Context(), row.filter, r))(t)
				got = append(got, p.Items...)
				if r.After = p.Next; r.After == "" {
					break
				}
			}
			same(t, got, row.want)
		}
		_, err := a.Corrections(t.Context(), correction.Filter{}, page.Request{After: "bent"})
		refused(t, err, fault.Invalid, "invalid_input")
	})
}
