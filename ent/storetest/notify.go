package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/notify"
)

// ATarget returns a webhook of the team that was not written.
func ATarget(team id.ID, name string) notify.Target {
	return notify.Target{
		ID: newID(), Team: team, Name: name, Kind: notify.Webhook, Address: "https://hooks.example.org/a", Secret: "notify-a-b",
		Least: event.Weekly, Enabled: true, CreatedAt: Start, UpdatedAt: Start, Version: 1,
	}
}

// ATold returns an event of the team that was not written.
func ATold(team id.ID, matter string) notify.Told {
	at := newID()
	return notify.Told{ID: at, ToldAt: Start, Event: event.Event{
		Type: event.ViolationOpened, Key: matter, At: Start.Add(-time.Second), Team: team, Subject: "checkout/availability",
		Title: "\"<b>\" & 'ü'", Text: "several\nlines", Link: "/violations/x",
		Figures: []event.Figure{{Name: "consumed", Value: "118.64 %"}, {Name: "a", Value: ""}},
	}}
}

func aNotification(of notify.Told, target id.ID, due time.Time) notify.Notification {
	return notify.Notification{
		ID: newID(), Event: of.ID, Target: target, Matter: of.Key, Over: of.Over, Urgency: event.Soon, State: notify.Pending, MadeAt: Start, DueAt: due,
	}
}

func testNotify(t *testing.T, open opener) {
	each(t, open, "a target comes back as written, is changed by version, and goes with its team", func(t *testing.T, s *store.Store) {
		n := s.Notify()
		team := Team(t, s, "payments")
		of, platform := ATarget(team.ID, "hook"), ATarget("", "all")
		of.Types, of.Least = []event.Type{event.FreezeBegan}, event.Interrupt
		of.Hours = &notify.Hours{Zone: "Europe/Berlin", Days: []time.Weekday{time.Monday, time.Sunday}, From: 540, To: 1020}
		ok(t, n.CreateTarget(t.Context(), of))
		ok(t, n.CreateTarget(t.Context(), platform))
		same(t, must(n.Target(t.Context(), of.ID))(t), of)
		same(t, must(n.Target(t.Context(), platform.ID))(t), platform)
		same(t, must(n.TargetView(t.Context(), of.ID))(t), notify.TargetView{Target: of})

		changed := of
		changed.Name, changed.Hours, changed.Types, changed.Enabled, changed.Rank = "other", nil, nil, false, 7
		ok(t, n.UpdateTarget(t.Context(), changed))
		refused(t, n.UpdateTarget(t.Context(), changed), fault.Precondition, "version_mismatch")
		changed.Version = 2
		same(t, must(n.Target(t.Context(), of.ID))(t), changed)
		same(t, must(n.LiveTargets(t.Context()))(t), []notify.Target{platform})

		h := notify.Health{SucceededAt: &Start, FailedAt: &Start, FailingSince: &Start, Failure: "why", Failures: 3, ResumeAt: &Start}
		ok(t, n.WriteHealth(t.Context(), of.ID, h))
		same(t, must(n.Health(t.Context(), of.ID))(t), h)
		same(t, must(n.TargetView(t.Context(), of.ID))(t).Health, h)
		_, err := n.Target(t.Context(), newID())
		refused(t, err, fault.NotFound, "notification_target_not_found")
		_, err = n.Health(t.Context(), newID())
		refused(t, err, fault.NotFound, "notification_target_not_found")
		refused(t, n.UpdateTarget(t.Context(), ATarget("", "none")), fault.NotFound, "notification_target_not_found")
		refused(t, n.CreateTarget(t.Context(), ATarget(newID(), "none")), fault.Conflict, "reference_missing")

		ok(t, s.Registry().DeleteTeam(t.Context(), team.ID, 1))
		_, err = n.Target(t.Context(), of.ID)
		refused(t, err, fault.NotFound, "notification_target_not_found")
	})

	each(t, open, "targets are listed by team, rank and age", func(t *testing.T, s *store.Store) {
		n := s.Notify()
		a, b := Team(t, s, "a"), Team(t, s, "b")
		first, second, third, all, gone := ATarget(a.ID, "first"), ATarget(a.ID, "second"), ATarget(b.ID, "third"), ATarget("", "all"), ATarget("", "gone")
		first.Rank, second.Rank, second.Kind, gone.RemovedAt = 10, 9, notify.Email, &Start
		for _, target := range []notify.Target{first, second, third, all, gone} {
			ok(t, n.CreateTarget(t.Context(), target))
		}
		for name, x := range map[string]struct {
			f    notify.TargetFilter
			want []string
		}{
			"all":      {notify.TargetFilter{}, []string{"all", "second", "first", "third"}},
			"team":     {notify.TargetFilter{Team: a.ID}, []string{"second", "first"}},
			"platform": {notify.TargetFilter{Platform: true}, []string{"all"}},
			"kind":     {notify.TargetFilter{Kind: notify.Email}, []string{"second"}},
		} {
			var got []string
			for r := (page.Request{Limit: 1}); ; {
				p := must(n.Targets(t.Context(), x.f, r))(t)
				for _, v := range p.Items {
					got = append(got, v.Name)
				}
				if r.After = p.Next; r.After == "" {
					break
				}
			}
			if !slices.Equal(got, x.want) {
				t.Errorf("%s: listed %v, want %v", name, got, x.want)
			}
		}
	})

	each(t, open, "an event comes back as told, once, and is routed once", func(t *testing.T, s *store.Store) {
		n := s.Notify()
		team := Team(t, s, "payments")
		a, end, other := ATold(team.ID, "violation/1"), ATold(team.ID, "violation/1"), ATold("", "violation/2")
		a.Service, a.SLO, a.Person = newID(), newID(), newID()
		end.Over, other.Figures = true, nil
		ok(t, n.Tell(t.Context(), nil))
		ok(t, n.Tell(t.Context(), []notify.Told{a, end, other}))
		same(t, must(n.Event(t.Context(), a.ID))(t), a)
		same(t, must(n.Unrouted(t.Context(), 10))(t), []notify.Told{a, end, other})
		a.Outcome, a.Note, a.TeamSlug, a.ServiceSlug, a.RoutedAt = notify.ByPrometheus, "rule", "payments", "checkout", &Start
		same(t, must(n.Route(t.Context(), a))(t), true)
		same(t, must(n.Route(t.Context(), notify.Told{ID: a.ID, Outcome: notify.ToNobody}))(t), false)
		same(t, must(n.Beginning(t.Context(), "violation/1"))(t), a)
		same(t, must(n.Ending(t.Context(), "violation/1", a.ID))(t), end)
		_, err := n.Ending(t.Context(), "violation/1", end.ID)
		refused(t, err, fault.NotFound, "event_not_found")
		same(t, must(n.Unrouted(t.Context(), 1))(t), []notify.Told{end})
		_, err = n.Beginning(t.Context(), "violation/3")
		refused(t, err, fault.NotFound, "event_not_found")
		same(t, must(n.EventsByID(t.Context(), []id.ID{other.ID, newID()}))(t), map[id.ID]notify.Told{other.ID: other})

		once := ATold(team.ID, "digest/1")
		once.Once = "digest/1"
		again := once
		again.ID = newID()
		same(t, must(n.TellOnce(t.Context(), once))(t), true)
		same(t, must(n.TellOnce(t.Context(), again))(t), false)
		same(t, must(n.ToldOnce(t.Context(), "digest/1"))(t), true)
		same(t, must(n.ToldOnce(t.Context(), "digest/2"))(t), false)

		for name, x := range map[string]struct {
			f    notify.EventFilter
			want []notify.Told
		}{
			"all":     {notify.EventFilter{}, []notify.Told{once, other, end, a}},
			"team":    {notify.EventFilter{Team: team.ID}, []notify.Told{once, end, a}},
			"type":    {notify.EventFilter{Type: event.FreezeBegan}, nil},
			"matter":  {notify.EventFilter{Matter: "violation/1"}, []notify.Told{end, a}},
			"outcome": {notify.EventFilter{Outcome: notify.ByPrometheus}, []notify.Told{a}},
		} {
			var got []notify.Told
			for r := (page.Request{Limit: 1}); ; {
				p := must(n.Events(t.Context(), x.f, r))(t)
				got = append(got, p.Items...)
				if r.After = p.Next; r.After == "" {
					break
				}
			}
			t.Log(name)
			same(t, got, x.want)
		}
	})

	each(t, open, "what was left for the digest is there until its matter ends", func(t *testing.T, s *store.Store) {
		n := s.Notify()
		team := Team(t, s, "payments")
		open, ended, end, old := ATold(team.ID, "a"), ATold(team.ID, "b"), ATold(team.ID, "b"), ATold("", "c")
		long := Start.AddDate(0, 0, -8)
		for _, e := range []*notify.Told{&open, &ended, &end, &old} {
			e.Outcome, e.RoutedAt = notify.InDigest, &Start
		}
		end.Over, old.RoutedAt = true, &long
		ok(t, n.Tell(t.Context(), []notify.Told{open, ended, end, old}))
		after := Start.Add(time.Second)
		same(t, must(n.Undone(t.Context(), team.ID, Start, after))(t), []notify.Told{open})
		same(t, must(n.Undone(t.Context(), team.ID, long, Start))(t), nil)
		same(t, must(n.Undone(t.Context(), newID(), long, after))(t), nil)
		same(t, must(n.Undone(t.Context(), "", long, after))(t), []notify.Told{open, old})

		same(t, must(n.LastDigest(t.Context(), team.ID))(t), nil)
		for i, of := range []id.ID{team.ID, team.ID, ""} {
			digest := ATold(of, "digest")
			digest.Type, digest.ToldAt = event.Digest, Start.AddDate(0, 0, 7*i)
			ok(t, n.Tell(t.Context(), []notify.Told{digest}))
		}
		for of, weeks := range map[id.ID]int{team.ID: 1, "": 2} {
			want := Start.AddDate(0, 0, 7*weeks)
			same(t, must(n.LastDigest(t.Context(), of))(t), &want)
		}
	})

	each(t, open, "notifications wait for their time, in the order of their matter", func(t *testing.T, s *store.Store) {
		n := s.Notify()
		team := Team(t, s, "payments")
		target, other := ATarget(team.ID, "a"), ATarget(team.ID, "b")
		ok(t, n.CreateTarget(t.Context(), target))
		ok(t, n.CreateTarget(t.Context(), other))
		begin, end, apart, personal := ATold(team.ID, "m"), ATold(team.ID, "m"), ATold(team.ID, "n"), ATold(team.ID, "p")
		ok(t, n.Tell(t.Context(), []notify.Told{begin, end, apart, personal}))
		first, last, elsewhere := aNotification(begin, target.ID, Start.Add(time.Minute)), aNotification(end, target.ID, Start), aNotification(apart, other.ID, Start.Add(time.Hour))
		last.Begin, last.Over = begin.ID, true
		mail := aNotification(personal, "", Start)
		mail.Person = newID()
		ok(t, n.AddNotifications(t.Context(), []notify.Notification{first, last, elsewhere, mail}))
		same(t, must(n.Notification(t.Context(), last.ID))(t), last)
		same(t, must(n.LastOf(t.Context(), "m"))(t), last)
		_, err := n.LastOf(t.Context(), "p")
		refused(t, err, fault.NotFound, "notification_not_found")

		same(t, must(n.Lanes(t.Context(), Start))(t), []id.ID{target.ID, ""})
		same(t, must(n.Due(t.Context(), target.ID, Start, 10))(t), nil) // the end waits for the beginning
		same(t, must(n.Due(t.Context(), "", Start, 10))(t), []notify.Notification{mail})
		at := Start.Add(time.Minute)
		same(t, must(n.Due(t.Context(), target.ID, at, 10))(t), []notify.Notification{first})
		was := first
		first.State, first.AttemptedAt, first.Attempts = notify.Sending, &at, 1
		ok(t, n.UpdateNotification(t.Context(), was, first))
		refused(t, n.UpdateNotification(t.Context(), was, first), fault.Conflict, notify.CodeChanged)
		same(t, must(n.Due(t.Context(), target.ID, at, 10))(t), nil)
		same(t, must(n.Requeue(t.Context(), at))(t), 0)
		same(t, must(n.Requeue(t.Context(), at.Add(time.Second)))(t), 1)
		same(t, must(n.Due(t.Context(), target.ID, at, 10))(t)[0].ID, first.ID)
		again := Start.Add(3 * time.Minute)
		was = first
		was.State = notify.Pending
		first.State, first.SentAt, first.Status, first.RepeatAt = notify.Sent, &at, 200, &again
		ok(t, n.UpdateNotification(t.Context(), was, first))
		// What was repeated, tried or ended meanwhile is not written over.
		for _, stale := range []notify.Notification{
			func() notify.Notification { n := first; n.State = notify.Pending; return n }(),
			func() notify.Notification { n := first; n.Attempts = 2; return n }(),
			func() notify.Notification { n := first; n.AttemptedAt = nil; return n }(),
			func() notify.Notification { n := first; n.AttemptedAt = &again; return n }(),
			func() notify.Notification { n := first; n.RepeatAt = nil; return n }(),
			func() notify.Notification { n := first; n.RepeatAt = &at; return n }(),
		} {
			refused(t, n.UpdateNotification(t.Context(), stale, notify.Notification{ID: first.ID}), fault.Conflict, notify.CodeChanged)
		}
		same(t, must(n.Notification(t.Context(), first.ID))(t), first)
		same(t, must(n.Due(t.Context(), target.ID, at, 10))(t), []notify.Notification{last})

		count, when, err := n.SentSince(t.Context(), target.ID, Start)
		ok(t, err)
		same(t, count, 1)
		same(t, when, at)
		count, _, err = n.SentSince(t.Context(), target.ID, at)
		ok(t, err)
		same(t, count, 0)

		same(t, must(n.Repeated(t.Context(), target.ID, at, 10))(t), nil)
		same(t, must(n.Repeated(t.Context(), target.ID, again, 10))(t), []notify.Notification{first})
		ok(t, n.EndRepeats(t.Context(), "m"))
		same(t, must(n.Repeated(t.Context(), target.ID, again, 10))(t), nil)

		later := Start.Add(time.Hour)
		ok(t, n.WriteHealth(t.Context(), target.ID, notify.Health{Failures: 1, ResumeAt: &later}))
		same(t, must(n.Lanes(t.Context(), at))(t), []id.ID{""})
		same(t, len(must(n.Lanes(t.Context(), later))(t)), 3)
		refused(t, n.UpdateNotification(t.Context(), notify.Notification{}, notify.Notification{ID: newID()}), fault.NotFound, "notification_not_found")
		stray := aNotification(begin, target.ID, Start)
		stray.Event = newID()
		refused(t, n.AddNotifications(t.Context(), []notify.Notification{stray}), fault.Conflict, "reference_missing")
	})

	each(t, open, "what ends or interrupts is sent before the rest, and each the longest due first", func(t *testing.T, s *store.Store) {
		n := s.Notify()
		team := Team(t, s, "payments")
		target := ATarget(team.ID, "a")
		ok(t, n.CreateTarget(t.Context(), target))
		var told []notify.Told
		var made []notify.Notification
		for i := range 6 {
			e := ATold(team.ID, string(rune('a'+i)))
			v := aNotification(e, target.ID, Start.Add(-time.Duration(i)*time.Minute))
			told, made = append(told, e), append(made, v)
		}
		made[1].Over, made[2].Urgency, made[3].Urgency = true, event.Interrupt, event.Weekly
		made[4].Urgency, made[4].DueAt = event.Interrupt, Start.Add(time.Minute) // not yet
		ok(t, n.Tell(t.Context(), told))
		ok(t, n.AddNotifications(t.Context(), made))
		same(t, must(n.Due(t.Context(), target.ID, Start, 10))(t), []notify.Notification{made[2], made[1], made[5], made[3], made[0]})
		same(t, must(n.Due(t.Context(), target.ID, Start, 2))(t), []notify.Notification{made[2], made[1]})
		for _, v := range made[:4] {
			was := v
			v.State = notify.Sent
			ok(t, n.UpdateNotification(t.Context(), was, v))
		}
		same(t, must(n.Lanes(t.Context(), Start))(t), []id.ID{target.ID}) // the last that can wait
		was := made[5]
		made[5].State = notify.Sent
		ok(t, n.UpdateNotification(t.Context(), was, made[5]))
		same(t, must(n.Lanes(t.Context(), Start))(t), nil)
		same(t, must(n.Lanes(t.Context(), Start.Add(time.Minute)))(t), []id.ID{target.ID})
	})

	each(t, open, "what is for a removed target is dead, and what is dead is revived", func(t *testing.T, s *store.Store) {
		n := s.Notify()
		team := Team(t, s, "payments")
		target, kept := ATarget(team.ID, "a"), ATarget(team.ID, "b")
		ok(t, n.CreateTarget(t.Context(), target))
		ok(t, n.CreateTarget(t.Context(), kept))
		e := ATold(team.ID, "m")
		ok(t, n.Tell(t.Context(), []notify.Told{e}))
		a, b := aNotification(e, target.ID, Start), aNotification(e, kept.ID, Start)
		b.State, b.Attempts, b.Reason, b.Status = notify.Dead, 3, "why", 404
		ok(t, n.AddNotifications(t.Context(), []notify.Notification{a, b}))
		same(t, must(n.Bury(t.Context(), "gone"))(t), 0)
		target.RemovedAt, target.Enabled = &Start, false
		ok(t, n.UpdateTarget(t.Context(), target))
		same(t, must(n.Bury(t.Context(), "gone"))(t), 1)
		a.State, a.Reason = notify.Dead, "gone"
		same(t, must(n.Notification(t.Context(), a.ID))(t), a)
		same(t, must(n.TargetView(t.Context(), kept.ID))(t).Dead, 1)
		over, end := ATold(team.ID, "over"), ATold(team.ID, "over")
		end.Over = true
		ok(t, n.Tell(t.Context(), []notify.Told{over, end}))
		begun, ended := aNotification(over, kept.ID, Start), aNotification(end, kept.ID, Start)
		begun.State, ended.State = notify.Dead, notify.Dead
		trial := ATold(team.ID, "test/b")
		trial.Type = event.Test
		ok(t, n.Tell(t.Context(), []notify.Told{trial}))
		tried, under, other := aNotification(trial, kept.ID, Start), aNotification(trial, kept.ID, Start), aNotification(e, kept.ID, Start)
		tried.State, under.State, other.State, under.AttemptedAt, other.AttemptedAt = notify.Dead, notify.Sending, notify.Sending, &Start, &Start
		under.MadeAt = Start.Add(time.Second)
		ok(t, n.AddNotifications(t.Context(), []notify.Notification{begun, ended, tried, under, other}))
		same(t, must(n.MadeSince(t.Context(), kept.ID, "test/b", Start.Add(-time.Second)))(t), []time.Time{Start, under.MadeAt})
		same(t, must(n.MadeSince(t.Context(), kept.ID, "test/b", Start))(t), []time.Time{under.MadeAt})
		same(t, must(n.BuryTests(t.Context(), Start, "gone"))(t), 0)
		same(t, must(n.BuryTests(t.Context(), Start.Add(time.Second), "gone"))(t), 1)
		under.State, under.Reason = notify.Dead, "gone"
		same(t, must(n.Notification(t.Context(), under.ID))(t), under)
		same(t, must(n.Notification(t.Context(), other.ID))(t), other)
		revived, left, err := n.Revive(t.Context(), kept.ID, Start.Add(time.Hour))
		ok(t, err)
		same(t, []int{revived, left}, []int{2, 1})
		same(t, must(n.Notification(t.Context(), begun.ID))(t), begun)
		same(t, must(n.Notification(t.Context(), ended.ID))(t).State, notify.Pending)
		b.State, b.Attempts, b.Reason, b.Status, b.DueAt = notify.Pending, 0, "", 0, Start.Add(time.Hour)
		same(t, must(n.Notification(t.Context(), b.ID))(t), b)
		same(t, must(n.TargetView(t.Context(), kept.ID))(t).Waiting, 2)
	})

	each(t, open, "notifications are listed newest first, and go with their event", func(t *testing.T, s *store.Store) {
		n := s.Notify()
		team := Team(t, s, "payments")
		target := ATarget(team.ID, "a")
		ok(t, n.CreateTarget(t.Context(), target))
		old, late := ATold(team.ID, "m"), ATold("", "n")
		old.ToldAt = Start.Add(-time.Hour)
		ok(t, n.Tell(t.Context(), []notify.Told{old, late}))
		a, b := aNotification(old, target.ID, Start), aNotification(late, newID(), Start)
		b.State = notify.Recorded
		ok(t, n.AddNotifications(t.Context(), []notify.Notification{a, b}))
		for name, x := range map[string]struct {
			f    notify.NotificationFilter
			want []notify.Notification
		}{
			"all":    {notify.NotificationFilter{}, []notify.Notification{b, a}},
			"target": {notify.NotificationFilter{Target: target.ID}, []notify.Notification{a}},
			"team":   {notify.NotificationFilter{Team: team.ID}, []notify.Notification{a}},
			"event":  {notify.NotificationFilter{Event: late.ID}, []notify.Notification{b}},
			"state":  {notify.NotificationFilter{State: notify.Recorded}, []notify.Notification{b}},
		} {
			var got []notify.Notification
			for r := (page.Request{Limit: 1}); ; {
				p := must(n.Notifications(t.Context(), x.f, r))(t)
				got = append(got, p.Items...)
				if r.After = p.Next; r.After == "" {
					break
				}
			}
			t.Log(name)
			same(t, got, x.want)
		}
		same(t, must(n.Prune(t.Context(), old.ToldAt, 10))(t), 0)
		same(t, must(n.Prune(t.Context(), Start, 10))(t), 1)
		_, err := n.Notification(t.Context(), a.ID)
		refused(t, err, fault.NotFound, "notification_not_found")
		same(t, must(n.Notification(t.Context(), b.ID))(t), b)
	})
}
