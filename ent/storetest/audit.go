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
	"github.com/evenkeel/evenkeel/services/incident"
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

	each(t, open, "what is about a restricted incident is for its readers, also from before it was restricted", func(t *testing.T, s *store.Store) {
		team := Team(t, s, "payments").ID
		service := Service(t, s, team, "checkout").ID
		ada, bob, eve := Person(t, s, "ada").ID, Person(t, s, "bob").ID, Person(t, s, "eve").ID
		about := func(restricted bool, readers []id.ID, roles map[incident.Role]id.ID) audit.Entry {
			i := incident.Incident{
				ID: newID(), Status: incident.Declared, CreatedAt: Start, UpdatedAt: Start, Version: 1,
				Terms: incident.Terms{
					Title: "x", Severity: "sev1", Services: []incident.Involved{{Service: service, Part: incident.Affected}}, ImpactStart: Start, Team: team,
					Restricted: restricted, Readers: readers, Roles: roles, Causes: []string{}, Tags: []string{}, Links: []incident.Link{},
				},
			}
			same(t, must(s.Incidents().CreateIncident(t.Context(), i))(t), true)
			e := entry(Start)
			e.ObjectKind, e.ObjectID, e.Team = access.KindIncident, i.ID, team
			ok(t, s.Audit().AppendEntry(t.Context(), e))
			return e
		}
		open := about(false, nil, nil)
		adas := about(true, []id.ID{ada}, nil)
		bobs := about(true, nil, map[incident.Role]id.ID{"commander": bob})
		// What has the identifier of a restricted incident, and is of another kind, is no incident; and
		// what is about an incident that is no more is about none that is restricted.
		other, gone := entry(Start), entry(Start)
		other.ObjectID, other.Team = adas.ObjectID, team
		gone.ObjectKind, gone.Team = access.KindIncident, team
		ok(t, s.Audit().AppendEntry(t.Context(), other))
		ok(t, s.Audit().AppendEntry(t.Context(), gone))
		for name, c := range map[string]struct {
			as   audit.Reader
			want []audit.Entry // the newest first
		}{
			"ada":           {audit.Reader{Person: ada}, []audit.Entry{gone, other, adas, open}},
			"bob":           {audit.Reader{Person: bob}, []audit.Entry{gone, other, bobs, open}},
			"eve":           {audit.Reader{Person: eve}, []audit.Entry{gone, other, open}},
			"nobody":        {audit.Reader{}, []audit.Entry{gone, other, open}},
			"administrator": {audit.Reader{All: true}, []audit.Entry{gone, other, bobs, adas, open}},
		} {
			// Page by page: what is left out leaves no gap.
			for _, f := range []audit.Filter{{Reader: c.as}, {Reader: c.as, Team: team}} {
				var got []audit.Entry
				for r := (page.Request{Limit: 1}); ; {
					p := must(s.Audit().Entries(t.Context(), f, r))(t)
					if got = append(got, p.Items...); p.Next == "" {
						break
					}
					r.After = p.Next
				}
				if len(got) != len(c.want) {
					t.Fatalf("%s reads %d entries, want %d", name, len(got), len(c.want))
				}
				for n := range got {
					same(t, got[n], c.want[n])
				}
			}
			of := must(s.Audit().Entries(t.Context(), audit.Filter{Reader: c.as, ObjectKind: access.KindIncident, ObjectID: adas.ObjectID}, page.Request{}))(t).Items
			may := c.as.All || c.as.Person == ada
			if (len(of) == 1) != may {
				t.Errorf("%s finds %d entries about Ada's", name, len(of))
			}
			_, err := s.Audit().Entry(t.Context(), adas.ID, c.as)
			if may {
				ok(t, err)
			} else {
				refused(t, err, fault.NotFound, "audit_entry_not_found")
			}
		}
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
