package storetest

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

var violations = []issues.Kind{issues.KindBudgetViolation}

func testDelivery(t *testing.T, open opener) {
	// wanted is the delivery of an issue of the service.
	wanted := func(t *testing.T, s *store.Store, service id.ID) delivery.Delivery {
		t.Helper()
		i := issues.Issue{
			ID: newID(), Kind: issues.KindBudgetViolation, Service: service, Subject: newID(), Episode: newID(), Title: "t", Body: "b",
			Open: true, CreatedAt: Start, UpdatedAt: Start, Version: 1,
		}
		i.Fingerprint = string(i.ID)
		must(s.Issues().CreateIssue(t.Context(), i))(t)
		d := delivery.New(i, Start)
		ok(t, s.Delivery().Call(t.Context(), d))
		return d
	}
	shop := func(t *testing.T, s *store.Store) id.ID {
		t.Helper()
		return Service(t, s, Team(t, s, "payments").ID, "checkout").ID
	}

	each(t, open, "what is on the tracker is found by its place, and looked at by it", func(t *testing.T, s *store.Store) {
		service := shop(t, s)
		put := func(place delivery.Place, number int, state delivery.State) id.ID {
			d := wanted(t, s, service)
			d.Place, d.Number, d.State, d.DueAt = place, number, state, nil
			ok(t, s.Delivery().PutDelivery(t.Context(), d))
			return d.Issue
		}
		sent, pending := put("acme/shop", 7, delivery.Sent), put("acme/shop", 0, delivery.Pending)
		dead, other := put("acme/shop", 8, delivery.Dead), put("acme/api", 7, delivery.Unknown)
		same(t, must(s.Delivery().Places(t.Context(), violations))(t), []delivery.Place{"acme/api", "acme/shop"})
		same(t, must(s.Delivery().Places(t.Context(), []issues.Kind{"another"}))(t), nil)
		for number, want := range map[int]id.ID{7: sent, 8: dead, 9: ""} {
			got, found, err := s.Delivery().At(t.Context(), "acme/shop", number)
			ok(t, err)
			same(t, got, want)
			same(t, found, want != "")
		}
		later := Start.Add(time.Hour)
		same(t, must(s.Delivery().CallIn(t.Context(), "acme/shop", later))(t), 2)
		for of, want := range map[id.ID]*time.Time{sent: &later, pending: nil, dead: nil, other: nil} {
			same(t, must(s.Delivery().Delivery(t.Context(), of))(t).DueAt, want)
		}
	})

	each(t, open, "what is stopped is one row, and changed as it was read", func(t *testing.T, s *store.Store) {
		none := must(s.Delivery().Switch(t.Context()))(t)
		same(t, none, delivery.Switch{Version: 1})
		want := delivery.Switch{Version: 1, UpdatedAt: Start.Add(time.Microsecond), Stops: []delivery.Stop{
			{By: "Ada", Person: newID(), Reason: "\"нет\" & <no>", Since: Start}, {Kind: issues.KindBudgetViolation, By: "Bob", Reason: "r", Since: Start.Add(time.Microsecond)},
		}}
		ok(t, s.Delivery().PutSwitch(t.Context(), want))
		refused(t, s.Delivery().PutSwitch(t.Context(), want), fault.Precondition, "version_mismatch")
		want.Version = 2
		same(t, must(s.Delivery().Switch(t.Context()))(t), want)
		refused(t, s.Delivery().PutSwitch(t.Context(), delivery.Switch{Version: 3, UpdatedAt: Start}), fault.Precondition, "version_mismatch")
		want.Stops, want.UpdatedAt = nil, Start.Add(time.Hour)
		ok(t, s.Delivery().PutSwitch(t.Context(), want))
		want.Version = 3
		same(t, must(s.Delivery().Switch(t.Context()))(t), want)
	})

	each(t, open, "what is stopped at the same time is stopped once", func(t *testing.T, s *store.Store) {
		results := make(chan error, 4)
		for range 4 {
			go func() { results <- s.Delivery().PutSwitch(t.Context(), delivery.Switch{Version: 1, UpdatedAt: Start}) }()
		}
		done := 0
		for range 4 {
			switch err := <-results; {
			case err == nil:
				done++
			case !fault.Is(err, fault.Precondition):
				t.Error(err)
			}
		}
		same(t, done, 1)
		same(t, must(s.Delivery().Switch(t.Context()))(t).Version, int64(2))
	})

	each(t, open, "a delivery is one for its issue and is kept whole", func(t *testing.T, s *store.Store) {
		d := wanted(t, s, shop(t, s))
		same(t, must(s.Delivery().Delivery(t.Context(), d.Issue))(t), d)
		_, err := s.Delivery().Delivery(t.Context(), newID())
		refused(t, err, fault.NotFound, "delivery_not_found")
		stranger := d
		stranger.Issue = newID()
		refused(t, s.Delivery().Call(t.Context(), stranger), fault.Conflict, "reference_missing")

		due := Start.Add(time.Hour)
		d.State, d.Place, d.Number, d.URL, d.Outcome = delivery.Unknown, "acme/checkout", 7, "https://example.org/7", delivery.Waived
		d.Owner = delivery.Owner{Holder: "one", Epoch: 3}
		d.Intent = &delivery.Intent{Comment: "2", At: Start, LostAt: Start.Add(time.Second), Misses: 2}
		d.Written = delivery.Written{
			Title: delivery.Text{Wanted: "a", Seen: "b"}, Body: delivery.Text{Wanted: "c", Seen: "d"}, Labels: map[string]delivery.Whose{"slo": delivery.Ours, "ü,;": delivery.Theirs},
			People: map[id.ID]delivery.Assigned{newID(): {Login: "ada", Whose: delivery.Untaken}}, Under: newID(), Apart: "it is elsewhere",
			Settled: delivery.Settled{Episode: newID(), Open: true}, Told: newID(), Comments: 2, Why: newID(), AskWhy: newID(), ETag: `W/"x"`,
			From: []delivery.Place{"acme/shop", "acme/api"}, FirstAt: Start, SweepAt: due, Sweeps: 4,
		}
		d.Attempts, d.Failures, d.Problem, d.Because, d.OpenedAt, d.DueAt, d.UpdatedAt = 2, 3, "the repository is archived", delivery.BecausePlace, &due, &due, due
		ok(t, s.Delivery().PutDelivery(t.Context(), d))
		refused(t, s.Delivery().PutDelivery(t.Context(), d), fault.Precondition, "version_mismatch")
		d.Version = 2
		same(t, must(s.Delivery().Delivery(t.Context(), d.Issue))(t), d)
		d.Issue = newID()
		refused(t, s.Delivery().PutDelivery(t.Context(), d), fault.NotFound, "delivery_not_found")
	})

	each(t, open, "the parts of an issue are looked at, and an open group is found", func(t *testing.T, s *store.Store) {
		service := shop(t, s)
		parent := wanted(t, s, service)
		var parts []delivery.Delivery
		for _, number := range []int{7, 0} {
			d := wanted(t, s, service)
			part := must(s.Issues().Issue(t.Context(), d.Issue))(t)
			part.Parent = parent.Issue
			ok(t, s.Issues().UpdateIssue(t.Context(), part))
			d.State, d.Place, d.Number, d.DueAt = delivery.Sent, "acme/shop", number, nil
			ok(t, s.Delivery().PutDelivery(t.Context(), d))
			parts = append(parts, d)
		}
		later := Start.Add(time.Hour)
		ok(t, s.Delivery().CallParts(t.Context(), parent.Issue, later))
		for n, want := range []*time.Time{&later, nil} { // what is not there yet is not looked at
			same(t, must(s.Delivery().Delivery(t.Context(), parts[n].Issue))(t).DueAt, want)
		}

		find := func(place delivery.Place, since time.Time) (id.ID, bool) {
			t.Helper()
			found, there, err := s.Delivery().OpenGroup(t.Context(), issues.KindBudgetViolation, place, since)
			ok(t, err)
			return found, there
		}
		group := wanted(t, s, "")
		group.State, group.Place = delivery.Pending, "acme/shop"
		ok(t, s.Delivery().PutDelivery(t.Context(), group))
		for _, c := range []struct {
			place delivery.Place
			since time.Time
			want  bool
		}{{"acme/shop", Start, true}, {"Acme/Shop", Start, true}, {"acme/shop", later, false}, {"acme/api", Start, false}} {
			found, there := find(c.place, c.since)
			if there != c.want || there && found != group.Issue {
				t.Errorf("in %s since %s: %s, %v", c.place, c.since, found, there)
			}
		}
		newer := wanted(t, s, "")
		for version, c := range []struct {
			state delivery.State
			open  bool
			want  id.ID
		}{
			{delivery.Pending, true, newer.Issue}, {delivery.Sent, true, newer.Issue}, {delivery.Dead, true, group.Issue},
			{delivery.Dismissed, true, group.Issue}, {delivery.Sent, false, group.Issue},
		} {
			newer.State, newer.Place, newer.Version = c.state, "acme/shop", int64(version+1)
			ok(t, s.Delivery().PutDelivery(t.Context(), newer))
			issue := must(s.Issues().Issue(t.Context(), newer.Issue))(t)
			issue.Open = c.open
			ok(t, s.Issues().UpdateIssue(t.Context(), issue))
			if found, there := find("acme/shop", Start); !there || found != c.want {
				t.Errorf("while a newer one is %s, wanted open %t, %s is found, %t, want %s", c.state, c.open, found, there, c.want)
			}
		}
		group.Version, group.Outcome = 2, delivery.Done // by a person
		ok(t, s.Delivery().PutDelivery(t.Context(), group))
		if found, there := find("acme/shop", Start); there {
			t.Errorf("what a person closed is found: %s", found)
		}
	})

	each(t, open, "a call that comes while a delivery is worked on is not forgotten", func(t *testing.T, s *store.Store) {
		d := wanted(t, s, shop(t, s))
		d.State, d.Place, d.Number, d.DueAt = delivery.Sent, "acme/checkout", 7, nil
		ok(t, s.Delivery().PutDelivery(t.Context(), d))
		read := must(s.Delivery().Delivery(t.Context(), d.Issue))(t)
		called := delivery.New(issues.Issue{ID: d.Issue, Kind: d.Kind}, Start.Add(time.Minute))
		ok(t, s.Delivery().Call(t.Context(), called))
		read.UpdatedAt = Start.Add(2 * time.Minute)
		ok(t, s.Delivery().PutDelivery(t.Context(), read)) // it knows nothing of the call
		read.Version, read.Calls, read.DueAt = 3, 1, called.DueAt
		same(t, must(s.Delivery().Delivery(t.Context(), d.Issue))(t), read)

		later := Start.Add(time.Hour)
		read.DueAt = nil
		ok(t, s.Delivery().PutDelivery(t.Context(), read))
		same(t, must(s.Delivery().CallAt(t.Context(), "acme/checkout", 7, later))(t), 1)
		same(t, must(s.Delivery().CallAt(t.Context(), "acme/checkout", 8, later))(t), 0)
		same(t, must(s.Delivery().CallAt(t.Context(), "acme/search", 7, later))(t), 0)
		read.Version, read.Calls, read.DueAt = 4, 2, &later
		same(t, must(s.Delivery().Delivery(t.Context(), d.Issue))(t), read)
	})

	each(t, open, "what is dead or dismissed is not called back", func(t *testing.T, s *store.Store) {
		service := shop(t, s)
		for _, state := range []delivery.State{delivery.Dead, delivery.Dismissed} {
			d := wanted(t, s, service)
			d.State, d.Place, d.Number, d.DueAt = state, "acme/checkout", 7, nil
			ok(t, s.Delivery().PutDelivery(t.Context(), d))
			ok(t, s.Delivery().Call(t.Context(), delivery.New(issues.Issue{ID: d.Issue}, Start)))
			must(s.Delivery().CallAt(t.Context(), "acme/checkout", 7, Start))(t)
			if got := must(s.Delivery().Delivery(t.Context(), d.Issue))(t); got.DueAt != nil || got.State != state {
				t.Errorf("called back: %+v", got)
			}
		}
	})

	each(t, open, "what is due is found by its place, the longest first", func(t *testing.T, s *store.Store) {
		service := shop(t, s)
		put := func(place delivery.Place, due time.Duration) delivery.Delivery {
			d := wanted(t, s, service)
			d.Place, d.DueAt = place, nil
			if due >= 0 {
				at := Start.Add(due)
				d.DueAt = &at
			}
			ok(t, s.Delivery().PutDelivery(t.Context(), d))
			d.Version = 2
			return d
		}
		second, first, none := put("acme/b", 2*time.Second), put("acme/b", time.Second), put("", 0)
		later, _ := put("acme/a", time.Minute), put("acme/c", -1)
		at := func(d time.Duration) time.Time { return Start.Add(d) }
		same(t, must(s.Delivery().DuePlaces(t.Context(), violations, at(2*time.Second)))(t), []delivery.Place{"", "acme/b"})
		same(t, must(s.Delivery().DuePlaces(t.Context(), violations, at(time.Minute)))(t), []delivery.Place{"", "acme/a", "acme/b"})
		same(t, must(s.Delivery().DuePlaces(t.Context(), []issues.Kind{"other"}, at(time.Minute)))(t), nil)
		for _, c := range []struct {
			place delivery.Place
			at    time.Duration
			limit int
			want  []delivery.Delivery
		}{
			{"acme/b", 2 * time.Second, 9, []delivery.Delivery{first, second}},
			{"acme/b", 2 * time.Second, 1, []delivery.Delivery{first}},
			{"acme/b", time.Second, 9, []delivery.Delivery{first}},
			{"", 0, 9, []delivery.Delivery{none}},
			{"acme/a", time.Hour, 9, []delivery.Delivery{later}},
			{"acme/c", time.Hour, 9, nil},
		} {
			same(t, must(s.Delivery().Due(t.Context(), violations, c.place, at(c.at), c.limit))(t), c.want)
		}
		same(t, must(s.Delivery().Due(t.Context(), []issues.Kind{"other", "another"}, "acme/b", at(time.Hour), 9))(t), nil)
	})

	each(t, open, "what was opened lately is counted by team", func(t *testing.T, s *store.Store) {
		team, other := Team(t, s, "payments"), Team(t, s, "search")
		for i, of := range []registryTeam{{team.ID, "a"}, {team.ID, "b"}, {other.ID, "c"}} {
			d := wanted(t, s, Service(t, s, of.id, of.service).ID)
			at := Start.Add(time.Duration(i) * time.Minute)
			d.OpenedAt = &at
			ok(t, s.Delivery().PutDelivery(t.Context(), d))
		}
		wanted(t, s, Service(t, s, team.ID, "never").ID)
		for since, want := range map[time.Duration][2]int{-1: {2, 3}, 0: {1, 2}, time.Minute: {0, 1}, time.Hour: {0, 0}} {
			ofTeam, all, err := s.Delivery().Opened(t.Context(), team.ID, Start.Add(since))
			ok(t, err)
			same(t, [2]int{ofTeam, all}, want)
		}
	})

	testDeliveryLists(t, open, wanted)

	each(t, open, "when a place was listed is kept, and when its first issue was opened is found", func(t *testing.T, s *store.Store) {
		same(t, must(s.Delivery().Listed(t.Context()))(t), map[delivery.Place]time.Time{})
		ok(t, s.Delivery().PutListed(t.Context(), "acme/shop", Start))
		ok(t, s.Delivery().PutListed(t.Context(), "acme/api", Start))
		ok(t, s.Delivery().PutListed(t.Context(), "acme/shop", Start.Add(time.Hour)))
		same(t, must(s.Delivery().Listed(t.Context()))(t), map[delivery.Place]time.Time{"acme/shop": Start.Add(time.Hour), "acme/api": Start})

		service := shop(t, s)
		same(t, must(s.Delivery().FirstOpened(t.Context(), "acme/shop"))(t), time.Time{})
		for number, place := range []delivery.Place{"acme/shop", "acme/api", "acme/shop", "acme/shop"} { // the first has no number
			d, opened := wanted(t, s, service), Start.Add(-time.Duration(number)*time.Hour)
			d.Place, d.Number, d.State, d.OpenedAt = place, number, delivery.Sent, &opened
			ok(t, s.Delivery().PutDelivery(t.Context(), d))
		}
		same(t, must(s.Delivery().FirstOpened(t.Context(), "acme/shop"))(t), Start.Add(-3*time.Hour))
		same(t, must(s.Delivery().FirstOpened(t.Context(), "acme/api"))(t), Start.Add(-time.Hour))
	})

	each(t, open, "what is dead because of its place is found by it and by its owner", func(t *testing.T, s *store.Store) {
		service := shop(t, s)
		put := func(place delivery.Place, state delivery.State, because delivery.Cause) id.ID {
			d := wanted(t, s, service)
			d.Place, d.State, d.Because, d.DueAt = place, state, because, nil
			ok(t, s.Delivery().PutDelivery(t.Context(), d))
			return d.Issue
		}
		first, second := put("acme/shop", delivery.Dead, delivery.BecausePlace), put("Acme/Shop", delivery.Dead, delivery.BecausePlace)
		put("acme/shop", delivery.Dead, delivery.BecauseGone)
		put("acme/shop", delivery.Dead, delivery.BecauseText)
		put("acme/shop", delivery.Sent, "")
		api, other := put("acme/api", delivery.Dead, delivery.BecausePlace), put("acme-2/api", delivery.Dead, delivery.BecausePlace)
		for _, c := range []struct {
			in    delivery.Place
			limit int
			want  []id.ID
		}{
			{"ACME/shop", 9, []id.ID{first, second}}, {"acme/shop", 1, []id.ID{first}}, {"Acme/", 9, []id.ID{first, second, api}},
			{"acme-2/", 9, []id.ID{other}}, {"acme/sho", 9, nil}, {"acm/", 9, nil}, {"acme_2/", 9, nil}, {"%/", 9, nil},
		} {
			var got []id.ID
			for _, d := range must(s.Delivery().DeadIn(t.Context(), c.in, "", c.limit))(t) {
				got = append(got, d.Issue)
			}
			same(t, got, c.want)
		}
		next := must(s.Delivery().DeadIn(t.Context(), "acme/shop", first, 9))(t)
		if len(next) != 1 || next[0].Issue != second {
			t.Errorf("after the first come %+v, want the second", next)
		}

		dead := func(now time.Time, limit int) []delivery.Place {
			t.Helper()
			return must(s.Delivery().DeadPlaces(t.Context(), violations, now, limit))(t)
		}
		lower := func(places []delivery.Place) (out []delivery.Place) {
			for _, p := range places {
				out = append(out, p.Folded())
			}
			return out
		}
		same(t, lower(dead(Start, 9)), []delivery.Place{"acme-2/api", "acme/api", "acme/shop"})
		ok(t, s.Delivery().Changed(t.Context(), "acme/api")) // which says nothing of when it is asked
		ok(t, s.Delivery().PutAskAt(t.Context(), "acme-2/api", Start.Add(2*time.Hour)))
		ok(t, s.Delivery().PutAskAt(t.Context(), "Acme/Shop", Start.Add(3*time.Hour)))
		ok(t, s.Delivery().PutAskAt(t.Context(), "acme/shop", Start.Add(time.Hour)))
		same(t, dead(Start, 9), []delivery.Place{"acme/api"})
		same(t, lower(dead(Start.Add(2*time.Hour), 9)), []delivery.Place{"acme/api", "acme/shop", "acme-2/api"})
		same(t, lower(dead(Start.Add(2*time.Hour), 2)), []delivery.Place{"acme/api", "acme/shop"})
		same(t, must(s.Delivery().DeadPlaces(t.Context(), []issues.Kind{"another"}, Start, 9))(t), nil)
		same(t, must(s.Delivery().Listed(t.Context()))(t), map[delivery.Place]time.Time{})
	})

	each(t, open, "how often a place changed is counted, however it is spelled", func(t *testing.T, s *store.Store) {
		same(t, must(s.Delivery().Changes(t.Context(), "acme/shop"))(t), int64(0))
		ok(t, s.Delivery().PutListed(t.Context(), "acme/shop", Start))
		same(t, must(s.Delivery().Changes(t.Context(), "acme/shop"))(t), int64(0))
		for _, name := range []delivery.Place{"acme/shop", "Acme/Shop", "acme/api"} {
			ok(t, s.Delivery().Changed(t.Context(), name))
		}
		same(t, must(s.Delivery().Changes(t.Context(), "ACME/shop"))(t), int64(2))
		same(t, must(s.Delivery().Changes(t.Context(), "acme/api"))(t), int64(1))
		same(t, must(s.Delivery().Listed(t.Context()))(t), map[delivery.Place]time.Time{"acme/shop": Start})
		ok(t, s.Delivery().PutListed(t.Context(), "Acme/Shop", Start.Add(time.Hour)))
		same(t, must(s.Delivery().Changes(t.Context(), "acme/shop"))(t), int64(2))
		same(t, must(s.Delivery().Listed(t.Context()))(t), map[delivery.Place]time.Time{"acme/shop": Start.Add(time.Hour)})
	})

	each(t, open, "a lane is kept", func(t *testing.T, s *store.Store) {
		same(t, must(s.Delivery().Lane(t.Context(), "installation 7"))(t), delivery.Lane{Name: "installation 7"})
		l := delivery.Lane{
			Name: "installation 7", NotBefore: Start.Add(time.Minute), Reason: "told to wait", Doublings: 2, WroteAt: Start,
			Usage: []delivery.Usage{{Start: Start.Truncate(time.Second), Points: 6, Content: 1}},
		}
		ok(t, s.Delivery().PutLane(t.Context(), l))
		same(t, must(s.Delivery().Lane(t.Context(), l.Name))(t), l)
		l = delivery.Lane{Name: l.Name}
		ok(t, s.Delivery().PutLane(t.Context(), l))
		same(t, must(s.Delivery().Lane(t.Context(), l.Name))(t), l)
	})
}

// registryTeam is a team with a service that it is to have.
type registryTeam struct {
	id      id.ID
	service string
}
