package storetest

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards/drift"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/registry"
)

// ADrift of the service that was found so many days from Start, and was not written.
func ADrift(service id.ID, reason drift.Reason, days int) drift.Drift {
	return drift.Drift{ID: newID(), Service: service, Reason: reason, Detail: "„ü“\nNobody.", FoundAt: Start.AddDate(0, 0, days)}
}

func testDrifts(t *testing.T, open opener) {
	each(t, open, "a drift is there once for a service and a reason, and keeps since when", func(t *testing.T, s *store.Store) {
		d := s.Drifts()
		one, two := Team(t, s, "one").ID, Team(t, s, "two").ID
		checkout, ledger := Service(t, s, one, "checkout").ID, Service(t, s, two, "ledger").ID
		all := []drift.Drift{ADrift(checkout, drift.EmptyTeam, -9), ADrift(ledger, drift.EmptyTeam, -8), ADrift(checkout, drift.Repository, -1)}
		ok(t, d.PutDrifts(t.Context(), all))
		ok(t, d.PutDrifts(t.Context(), nil))
		again := ADrift(checkout, drift.EmptyTeam, 0)
		again.Detail = "Still nobody."
		ok(t, d.PutDrifts(t.Context(), []drift.Drift{again}))
		all[0].Detail = again.Detail
		list := func(f drift.Filter) []drift.Drift {
			var out []drift.Drift
			for r := (page.Request{Limit: 1}); ; {
				found := must(d.Drifts(t.Context(), f, r))(t)
				out = append(out, found.Items...)
				if r.After = found.Next; r.After == "" {
					return out
				}
			}
		}
		same(t, list(drift.Filter{}), all)
		same(t, list(drift.Filter{Team: two}), all[1:2])
		same(t, list(drift.Filter{Service: checkout}), []drift.Drift{all[0], all[2]})
		same(t, list(drift.Filter{Reason: drift.Repository}), all[2:])
		of := must(d.DriftsOf(t.Context(), []id.ID{ledger, newID()}))(t)
		same(t, of, all[1:2])
		refused(t, d.PutDrifts(t.Context(), []drift.Drift{ADrift(newID(), drift.EmptyTeam, 0)}), fault.Conflict, "reference_missing")

		ok(t, d.RemoveDrifts(t.Context(), []id.ID{all[2].ID, newID()}))
		same(t, list(drift.Filter{}), all[:2])
		retired := must(s.Registry().Service(t.Context(), checkout))(t)
		now := Start
		retired.RetiredAt = &now
		ok(t, s.Registry().UpdateService(t.Context(), retired))
		same(t, list(drift.Filter{}), all[1:2])
		same(t, must(d.RemoveOfRetired(t.Context(), 9))(t), 1)
		same(t, must(d.RemoveOfRetired(t.Context(), 9))(t), 0)
	})

	each(t, open, "a drift is escalated once, the oldest first", func(t *testing.T, s *store.Store) {
		d, team := s.Drifts(), Team(t, s, "payments").ID
		checkout, ledger := Service(t, s, team, "checkout").ID, Service(t, s, team, "ledger").ID
		all := []drift.Drift{ADrift(checkout, drift.EmptyTeam, -9), ADrift(ledger, drift.EmptyTeam, -8), ADrift(checkout, drift.Repository, -7)}
		ok(t, d.PutDrifts(t.Context(), all))
		before := Start.AddDate(0, 0, -7)
		same(t, must(d.Untold(t.Context(), before, drift.Drift{}, 9))(t), all[:2])
		same(t, must(d.Untold(t.Context(), before, drift.Drift{}, 1))(t), all[:1])
		same(t, must(d.Untold(t.Context(), before, all[0], 9))(t), all[1:2])
		ok(t, d.Escalated(t.Context(), all[0].ID, Start))
		refused(t, d.Escalated(t.Context(), all[0].ID, Start), fault.Precondition, "version_mismatch")
		refused(t, d.Escalated(t.Context(), newID(), Start), fault.Precondition, "version_mismatch")
		same(t, must(d.Untold(t.Context(), before, drift.Drift{}, 9))(t), all[1:2])
		at := Start
		all[0].EscalatedAt = &at
		same(t, must(d.Drifts(t.Context(), drift.Filter{}, page.Request{}))(t).Items, all)
	})

	each(t, open, "what was seen of a repository is replaced, and forgotten", func(t *testing.T, s *store.Store) {
		d := s.Drifts()
		one := drift.Seen{Name: "acme/one", At: Start, Archived: true, Problem: "GitHub knows no such repository."}
		two := drift.Seen{Name: "acme/two", At: Start.Add(-time.Hour), Owners: drift.OwnersFile{Path: "CODEOWNERS", Text: "* @„ü“\n", ETag: `W/"1"`}}
		for _, v := range []drift.Seen{two, two, one} {
			ok(t, d.PutSeen(t.Context(), v))
		}
		same(t, must(d.SeenAt(t.Context()))(t), map[string]time.Time{"acme/one": one.At, "acme/two": two.At})
		same(t, must(d.Seen(t.Context(), []string{"acme/two", "acme/three"}))(t), map[string]drift.Seen{"acme/two": two})
		two.At, two.Owners = Start, drift.OwnersFile{}
		ok(t, d.PutSeen(t.Context(), two))
		ok(t, d.ForgetSeen(t.Context(), []string{"acme/one", "acme/three"}))
		ok(t, d.ForgetSeen(t.Context(), nil))
		same(t, must(d.Seen(t.Context(), []string{"acme/one", "acme/two"}))(t), map[string]drift.Seen{"acme/two": two})
	})

	each(t, open, "everybody is read, and who is in teams, and what the tracker said of repositories", func(t *testing.T, s *store.Store) {
		ada, bob := Person(t, s, "ada"), Person(t, s, "bob")
		left := Start.Add(time.Hour)
		bob.DeactivatedAt = &left
		ok(t, s.Access().UpdatePerson(t.Context(), bob))
		bob.Version++
		everybody := must(s.Access().Everybody(t.Context()))(t)
		same(t, sorted(everybody, func(p access.Person) string { return string(p.ID) }), []access.Person{ada, bob})
		team := Team(t, s, "people").ID
		ok(t, s.Registry().AddMember(t.Context(), registry.Member{Team: team, Person: bob.ID, JoinedAt: Start}))
		same(t, must(s.Registry().MembersOf(t.Context(), []id.ID{team, newID()}))(t), map[id.ID][]id.ID{team: {bob.ID}})

		service := Service(t, s, Team(t, s, "payments").ID, "checkout")
		same(t, must(s.Delivery().Refusing(t.Context()))(t), map[delivery.Place]string{})
		for place, change := range map[delivery.Place]func(*delivery.Delivery){
			"Acme/Checkout": func(d *delivery.Delivery) {
				d.State, d.Because, d.Problem = delivery.Dead, delivery.BecausePlace, "It is archived."
			},
			"acme/ledger": func(d *delivery.Delivery) {
				d.State, d.Because, d.Problem = delivery.Dead, delivery.BecauseText, "It is too long."
			},
			"acme/mail": func(d *delivery.Delivery) { d.State, d.Number = delivery.Sent, 1 },
		} {
			i := issues.Issue{
				ID: newID(), Kind: issues.KindBudgetViolation, Service: service.ID, Subject: newID(), Episode: newID(), Title: "t", Body: "b",
				Open: true, CreatedAt: Start, UpdatedAt: Start, Version: 1,
			}
			i.Fingerprint = string(i.ID)
			must(s.Issues().CreateIssue(t.Context(), i))(t)
			d := delivery.New(i, Start)
			ok(t, s.Delivery().Call(t.Context(), d))
			d.Place, d.DueAt = place, nil
			change(&d)
			ok(t, s.Delivery().PutDelivery(t.Context(), d))
		}
		same(t, must(s.Delivery().Refusing(t.Context()))(t), map[delivery.Place]string{"acme/checkout": "It is archived."})
	})
}
