package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards/given"
)

func declaredFact(name string) given.Declaration {
	return given.Declaration{
		ID: newID(), Name: name, Terms: given.Terms{Type: fact.Text, Doc: "What „ü“ it is, <b>", Values: []string{"a", "ü\"'"}, Pushed: true, LongestDays: 30},
		CreatedAt: Start, CreatedBy: "Ada", UpdatedAt: Start, UpdatedBy: "Ada", Version: 1,
	}
}

func pushedFact(service id.ID, name string) given.Pushed {
	text := "ü \"'<"
	return given.Pushed{
		ID: newID(), Service: service, Fact: name, Value: given.Value{Text: &text}, Source: "ci", Link: "https://ci.example.org/?a=1&b=2",
		At: Start, Until: Start.Add(time.Hour), PushedAt: Start, PushedBy: "pipeline", Version: 2,
	}
}

func attested(service id.ID, name string, person id.ID) given.Attestation {
	at := Start.Add(-time.Hour)
	return given.Attestation{
		ID: newID(), Service: service, Fact: name, Value: given.Value{Time: &at}, Evidence: "https://wiki.example.org/1", Note: "„so“\n'it' was",
		At: Start, Until: Start.Add(30 * 24 * time.Hour), Person: person, By: "Ada", Version: 1,
	}
}

func testGiven(t *testing.T, open opener) {
	each(t, open, "declarations come back as written, once for each name", func(t *testing.T, s *store.Store) {
		g := s.Given()
		d, other := declaredFact("penetrationTest"), declaredFact("Zulu")
		other.Values = []string{}
		ok(t, g.CreateDeclaration(t.Context(), d))
		ok(t, g.CreateDeclaration(t.Context(), other))
		same(t, must(g.Declarations(t.Context()))(t), []given.Declaration{other, d}) // in the order of bytes
		same(t, must(g.Declaration(t.Context(), d.Name))(t), d)
		again := declaredFact(d.Name)
		refused(t, g.CreateDeclaration(t.Context(), again), fault.Conflict, "fact_declared")
		_, err := g.Declaration(t.Context(), "nothing")
		refused(t, err, fault.NotFound, "fact_not_found")
		d.Doc, d.Unit, d.Values, d.Attested, d.LongestDays, d.UpdatedAt, d.UpdatedBy = "Other", "u", []string{"b"}, true, 2, Start.Add(time.Hour), "Bob"
		ok(t, g.UpdateDeclaration(t.Context(), d))
		refused(t, g.UpdateDeclaration(t.Context(), d), fault.Precondition, "version_mismatch")
		d.Version = 2
		same(t, must(g.Declaration(t.Context(), d.Name))(t), d)
		ok(t, s.InTx(t.Context(), func(ctx context.Context) error {
			same(t, must(g.HoldDeclarations(ctx, []string{d.Name, "nothing"}))(t), []given.Declaration{d})
			return nil
		}))
		again.ID = newID()
		refused(t, g.UpdateDeclaration(t.Context(), again), fault.NotFound, "fact_not_found")
		refused(t, g.DeleteDeclaration(t.Context(), again, given.Ending{}), fault.NotFound, "fact_not_found")
	})

	each(t, open, "what is given of a fact goes with its declaration", func(t *testing.T, s *store.Store) {
		g := s.Given()
		d := declaredFact("penetrationTest")
		ok(t, g.CreateDeclaration(t.Context(), d))
		service, person := Service(t, s, Team(t, s, "payments").ID, "checkout").ID, Person(t, s, "ada").ID
		kept, gone := attested(service, "other", person), attested(service, d.Name, person)
		ok(t, g.CreateAttestation(t.Context(), kept))
		ok(t, g.CreateAttestation(t.Context(), gone))
		other := pushedFact(service, "other")
		ok(t, g.WritePushed(t.Context(), []given.Pushed{pushedFact(service, d.Name), other}))
		end := given.Ending{At: Start.Add(time.Minute), How: given.Removed, By: "root", Reason: "why"}
		d.Version = 7
		refused(t, g.DeleteDeclaration(t.Context(), d, end), fault.Precondition, "version_mismatch")
		d.Version = 1
		ok(t, g.DeleteDeclaration(t.Context(), d, end))
		same(t, must(g.Declarations(t.Context()))(t), []given.Declaration(nil))
		same(t, must(g.Holding(t.Context(), []id.ID{service}, Start))(t), map[id.ID]given.Said{service: {Pushed: []given.Pushed{other}, Attested: []given.Attestation{kept}}})
		gone.Ended, gone.Version = &end, 2
		same(t, must(g.Attestation(t.Context(), gone.ID))(t), gone)
	})

	each(t, open, "that a pushed fact holds no more is noted once, until it is pushed again", func(t *testing.T, s *store.Store) {
		g, team := s.Given(), Team(t, s, "payments").ID
		one, two := Service(t, s, team, "one").ID, Service(t, s, team, "two").ID
		first, second, late := pushedFact(one, "a"), pushedFact(two, "a"), pushedFact(two, "b")
		second.Until, late.Until = Start.Add(90*time.Minute), Start.Add(2*time.Hour)
		ok(t, g.WritePushed(t.Context(), []given.Pushed{late, first, second}))
		lapse := func(at time.Duration, most int) []id.ID {
			t.Helper()
			return must(g.LapsePushed(t.Context(), Start.Add(at), most))(t)
		}
		same(t, len(lapse(time.Hour-time.Microsecond, 9)), 0)
		same(t, lapse(100*time.Minute, 1), []id.ID{one})
		same(t, lapse(100*time.Minute, 9), []id.ID{two})
		same(t, len(lapse(100*time.Minute, 9)), 0)
		first.Until, first.Version = Start.Add(110*time.Minute), 3
		ok(t, g.WritePushed(t.Context(), []given.Pushed{first}))
		same(t, len(lapse(2*time.Hour, 9)), 2)
	})

	each(t, open, "a pushed fact takes the place of the one before", func(t *testing.T, s *store.Store) {
		g := s.Given()
		team := Team(t, s, "payments").ID
		one, two := Service(t, s, team, "one").ID, Service(t, s, team, "two").ID
		first, second := pushedFact(one, "loadTested"), pushedFact(two, "loadTested")
		ok(t, g.WritePushed(t.Context(), []given.Pushed{first, second}))
		key := given.Key{Service: one, Fact: "loadTested"}
		again := pushedFact(one, "loadTested")
		n := 0.1
		again.Value, again.Source, again.Link, again.At, again.Until, again.PushedAt, again.PushedBy, again.Version = given.Value{Number: &n}, "s", "", Start.Add(time.Minute), Start.Add(2*time.Hour), Start.Add(time.Second), "x", 3
		ok(t, g.WritePushed(t.Context(), []given.Pushed{again}))
		again.ID = first.ID // what there is keeps its own
		same(t, must(g.Pushed(t.Context(), []given.Key{key, {Service: two, Fact: "loadTested"}, {Service: two, Fact: "other"}}))(t), map[given.Key]given.Pushed{key: again, {Service: two, Fact: "loadTested"}: second})
		person := Person(t, s, "ada").ID
		ok(t, g.CreateAttestation(t.Context(), attested(two, "loadTested", person)))
		ok(t, g.CreateAttestation(t.Context(), attested(two, "restoreDrill", person)))
		same(t, must(g.ServicesOf(t.Context(), "loadTested"))(t), []id.ID{one, two})
		same(t, must(g.ServicesOf(t.Context(), "restoreDrill"))(t), []id.ID{two})
		same(t, len(must(g.ServicesOf(t.Context(), "other"))(t)), 0)
		// The second holds until an hour after the start, and not at that time.
		same(t, must(g.Holding(t.Context(), []id.ID{one}, Start.Add(time.Hour)))(t), map[id.ID]given.Said{one: {Pushed: []given.Pushed{again}}})
		same(t, len(must(g.Holding(t.Context(), []id.ID{two}, Start.Add(time.Hour)))(t)[two].Pushed), 0)
		lost := pushedFact(newID(), "loadTested")
		refused(t, g.WritePushed(t.Context(), []given.Pushed{lost}), fault.Conflict, "reference_missing")
	})

	each(t, open, "values of every type come back as written", func(t *testing.T, s *store.Store) {
		service := Service(t, s, Team(t, s, "payments").ID, "checkout").ID
		number, text, truth, at := -1.5e300, "", false, Start
		var all []given.Pushed
		for n, v := range []given.Value{
			{Number: &number}, {Text: &text}, {Truth: &truth}, {Time: &at},
			{Numbers: map[string]float64{"a.b/~c": 0, "ü": 1e-300}}, {Numbers: map[string]float64{}}, {Texts: map[string]string{"": "", "k": "„"}}, {Texts: map[string]string{}},
		} {
			p := pushedFact(service, fmt.Sprint("fact", n))
			p.Value = v
			all = append(all, p)
		}
		ok(t, s.Given().WritePushed(t.Context(), all))
		for _, p := range all {
			key := given.Key{Service: service, Fact: p.Fact}
			same(t, must(s.Given().Pushed(t.Context(), []given.Key{key}))(t)[key], p)
		}
	})

	each(t, open, "one attestation of a fact is open, and the others are its history", func(t *testing.T, s *store.Store) {
		g := s.Given()
		team, person := Team(t, s, "payments").ID, Person(t, s, "ada").ID
		one, two := Service(t, s, team, "one").ID, Service(t, s, team, "two").ID
		a, b, c := attested(one, "restoreDrill", person), attested(one, "incidentDrill", person), attested(two, "restoreDrill", person)
		for _, x := range []given.Attestation{a, b, c} {
			ok(t, g.CreateAttestation(t.Context(), x))
		}
		refused(t, g.CreateAttestation(t.Context(), attested(one, "restoreDrill", person)), fault.Precondition, "version_mismatch")
		lost := attested(newID(), "restoreDrill", person)
		refused(t, g.CreateAttestation(t.Context(), lost), fault.Conflict, "reference_missing")
		key := given.Key{Service: one, Fact: "restoreDrill"}
		same(t, must(g.OpenAttestation(t.Context(), key))(t), &a)
		a.Warned, a.Ended = true, &given.Ending{At: Start.Add(time.Minute), How: given.Replaced, By: "Bob", Reason: "„r“"}
		ok(t, g.UpdateAttestation(t.Context(), a))
		refused(t, g.UpdateAttestation(t.Context(), a), fault.Precondition, "version_mismatch")
		a.Version = 2
		same(t, must(g.Attestation(t.Context(), a.ID))(t), a)
		same(t, must(g.OpenAttestation(t.Context(), key))(t), nil)
		next := attested(one, "restoreDrill", person)
		ok(t, g.CreateAttestation(t.Context(), next))
		_, err := g.Attestation(t.Context(), newID())
		refused(t, err, fault.NotFound, "attestation_not_found")
		lost.ID = newID()
		refused(t, g.UpdateAttestation(t.Context(), lost), fault.NotFound, "attestation_not_found")

		list := func(f given.Filter, now time.Time, r page.Request) page.Page[given.Attestation] {
			t.Helper()
			return must(g.Attestations(t.Context(), f, now, r))(t)
		}
		same(t, list(given.Filter{Service: one}, Start, page.Request{}).Items, []given.Attestation{next, b, a})
		same(t, list(given.Filter{Service: one, Fact: "restoreDrill"}, Start, page.Request{}).Items, []given.Attestation{next, a})
		same(t, list(given.Filter{Service: one, InForce: true}, Start, page.Request{}).Items, []given.Attestation{next, b})
		same(t, len(list(given.Filter{Service: one, InForce: true}, next.Until, page.Request{}).Items), 0)
		first := list(given.Filter{Service: one}, Start, page.Request{Limit: 2})
		same(t, list(given.Filter{Service: one}, Start, page.Request{Limit: 2, After: first.Next}).Items, []given.Attestation{a})
		_, err = g.Attestations(t.Context(), given.Filter{}, Start, page.Request{After: first.Next})
		refused(t, err, fault.Invalid, "invalid_input")
		same(t, must(g.Holding(t.Context(), []id.ID{one, two, newID()}, next.Until.Add(-time.Second)))(t), map[id.ID]given.Said{two: {Attested: []given.Attestation{c}}, one: {Attested: []given.Attestation{b, next}}})
	})

	each(t, open, "open attestations are gone through by when they expire", func(t *testing.T, s *store.Store) {
		g := s.Given()
		service, person := Service(t, s, Team(t, s, "payments").ID, "checkout").ID, Person(t, s, "ada").ID
		var all []given.Attestation
		for n, days := range []int{3, 1, 2, 1, 9} {
			a := attested(service, fmt.Sprint("fact", n), person)
			a.Until = Start.AddDate(0, 0, days)
			ok(t, g.CreateAttestation(t.Context(), a))
			all = append(all, a)
		}
		ended := attested(service, "ended", person)
		ended.Until = Start.AddDate(0, 0, 1)
		ok(t, g.CreateAttestation(t.Context(), ended))
		ended.Ended = &given.Ending{At: Start, How: given.Withdrawn}
		ok(t, g.UpdateAttestation(t.Context(), ended))
		by := Start.AddDate(0, 0, 3)
		want := []given.Attestation{all[1], all[3], all[2], all[0]} // by Until, then by identifier
		same(t, must(g.Expiring(t.Context(), by, given.Attestation{}, 9))(t), want)
		same(t, must(g.Expiring(t.Context(), by, given.Attestation{}, 2))(t), want[:2])
		same(t, must(g.Expiring(t.Context(), by, want[1], 9))(t), want[2:])
	})

	each(t, open, "services are found by slug and identifier, and held in one order", func(t *testing.T, s *store.Store) {
		team := Team(t, s, "payments").ID
		one, two := Service(t, s, team, "one"), Service(t, s, team, "two")
		same(t, must(s.Given().ServicesNamed(t.Context(), []string{"one", string(two.ID), "nothing"}))(t), map[string]id.ID{"one": one.ID, string(two.ID): two.ID})
		// In opposite orders, many times at once: nobody waits for each other, and nothing is lost.
		var wait sync.WaitGroup
		errs := make([]error, 8)
		for n := range errs {
			services := []id.ID{one.ID, two.ID}
			if n%2 > 0 {
				services = []id.ID{two.ID, one.ID}
			}
			wait.Go(func() {
				errs[n] = s.InTx(t.Context(), func(ctx context.Context) error {
					if err := s.Given().HoldServices(ctx, services); err != nil {
						return err
					}
					key := given.Key{Service: one.ID, Fact: "loadTested"}
					found, err := s.Given().Pushed(ctx, []given.Key{key})
					if err != nil {
						return err
					}
					p := pushedFact(one.ID, "loadTested")
					p.Version = found[key].Version + 1
					return s.Given().WritePushed(ctx, []given.Pushed{p})
				})
			})
		}
		wait.Wait()
		for _, err := range errs {
			ok(t, err)
		}
		key := given.Key{Service: one.ID, Fact: "loadTested"}
		same(t, must(s.Given().Pushed(t.Context(), []given.Key{key}))(t)[key].Version, int64(len(errs)))
	})
}
