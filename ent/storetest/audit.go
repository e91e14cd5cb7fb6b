package storetest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
)

func testAudit(t *testing.T, open opener) {
	entry := func(at time.Time) audit.Entry {
		return audit.Entry{
			ID: newID(), At: at, Outcome: audit.Done, ActorKind: access.ByPerson, ActorPerson: newID(), ActorToken: newID(),
			ActorName: "Ada", Action: "slo.create", ObjectKind: access.KindSLO, ObjectID: newID(), ObjectLabel: "checkout/latency",
			Team: newID(), Reason: "we promised it", Changes: json.RawMessage(`{"name":{"to":"ž 😀"},  "b":{"from":1}}`),
		}
	}

	each(t, open, "an entry comes back byte for byte", func(t *testing.T, s *store.Store) {
		e := entry(Start)
		ok(t, s.Audit().AppendEntry(t.Context(), e))
		same(t, must(s.Audit().Entry(t.Context(), e.ID, audit.Reader{}))(t), e)
		bare := audit.Entry{ID: newID(), At: Start, Outcome: audit.Refused, ActorKind: access.Anonymous, Action: "slo.create", ObjectKind: access.KindSLO}
		ok(t, s.Audit().AppendEntry(t.Context(), bare))
		same(t, must(s.Audit().Entry(t.Context(), bare.ID, audit.Reader{}))(t), bare)
		_, err := s.Audit().Entry(t.Context(), newID(), audit.Reader{})
		refused(t, err, fault.NotFound, "audit_entry_not_found")
	})

	each(t, open, "the newest comes first, also of those at one time, and pages follow one another", func(t *testing.T, s *store.Store) {
		var want []id.ID
		for i := range 7 {
			e := entry(Start.Add(time.Duration(i/3) * time.Microsecond))
			ok(t, s.Audit().AppendEntry(t.Context(), e))
			want = append([]id.ID{e.ID}, want...)
		}
		var got []id.ID
		r := page.Request{Limit: 2}
		for {
			p := must(s.Audit().Entries(t.Context(), audit.Filter{}, r))(t)
			for _, e := range p.Items {
				got = append(got, e.ID)
			}
			// Newer ones that come meanwhile are before the page and change nothing.
			ok(t, s.Audit().AppendEntry(t.Context(), entry(Start.Add(time.Hour))))
			if r.After = p.Next; r.After == "" {
				break
			}
		}
		same(t, got, want)
		_, err := s.Audit().Entries(t.Context(), audit.Filter{Team: "other"}, page.Request{After: must(s.Audit().Entries(t.Context(), audit.Filter{}, page.Request{Limit: 1}))(t).Next})
		refused(t, err, fault.Invalid, "")
	})

	each(t, open, "every filter narrows the list", func(t *testing.T, s *store.Store) {
		e, other := entry(Start), entry(Start.Add(time.Minute))
		other.Outcome, other.ObjectKind = audit.Refused, access.KindTeam
		ok(t, s.Audit().AppendEntry(t.Context(), e))
		ok(t, s.Audit().AppendEntry(t.Context(), other))
		for name, f := range map[string]audit.Filter{
			"person":  {Actor: e.ActorPerson},
			"token":   {Actor: e.ActorToken},
			"team":    {Team: e.Team},
			"kind":    {ObjectKind: access.KindSLO},
			"object":  {ObjectID: e.ObjectID},
			"outcome": {Outcome: audit.Done},
			"from to": {From: Start, To: Start.Add(time.Minute)},
		} {
			got := must(s.Audit().Entries(t.Context(), f, page.Request{}))(t).Items
			if len(got) != 1 || got[0].ID != e.ID {
				t.Errorf("by %s: got %d entries, want the one", name, len(got))
			}
		}
	})
}
