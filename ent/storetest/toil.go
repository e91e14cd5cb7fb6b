package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/toil"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

func testToil(t *testing.T, open opener) {
	type world struct {
		toil.Store
		team, other, service, ada, bob id.ID
	}
	begin := func(t *testing.T, s *store.Store) world {
		t.Helper()
		w := world{Store: s.Toil(), team: Team(t, s, "payments").ID, other: Team(t, s, "search").ID, ada: Person(t, s, "ada").ID, bob: Person(t, s, "bob").ID}
		w.service = Service(t, s, w.team, "checkout").ID
		return w
	}
	answer := func(team, subject id.ID, week share.Week, percent int) toil.Answer {
		return toil.Answer{ID: newID(), Team: team, Subject: subject, Week: week, AnswerInput: toil.AnswerInput{Percent: percent, Category: toil.Migrations, Away: 1, Note: "Größer"}, CreatedAt: Start, UpdatedAt: Start, Version: 1}
	}
	entry := func(team, subject, service id.ID, day clock.Date, minutes int, origin string) toil.Entry {
		return toil.Entry{
			ID: newID(), Team: team, Subject: subject, Origin: origin, CreatedAt: Start, UpdatedAt: Start, Version: 1,
			EntryInput: toil.EntryInput{Day: day, Minutes: minutes, Category: toil.Migrations, Service: service, Traits: toil.Traits{Manual: true, Automatable: true, Grows: true}, Link: "https://example.org", Note: "n"},
		}
	}

	each(t, open, "settings are written over, and those of nobody are not there", func(t *testing.T, s *store.Store) {
		w := begin(t, s)
		same(t, must(w.Settings(t.Context(), []id.ID{w.team, w.other}))(t), map[id.ID]toil.Settings{})
		first := toil.Settings{Team: w.team, SettingsInput: toil.SettingsInput{WeekMinutes: 2400, WeekDays: 5, Overhead: 20, Cap: 50, Asks: true, Incidents: true}, UpdatedAt: Start, UpdatedBy: "ada", Version: 2}
		ok(t, w.PutSettings(t.Context(), first))
		second := first
		second.WeekMinutes, second.WeekDays, second.Asks, second.Incidents, second.Version = 2100, 4, false, false, 3
		ok(t, w.PutSettings(t.Context(), second))
		same(t, must(w.Settings(t.Context(), []id.ID{w.team, w.other}))(t), map[id.ID]toil.Settings{w.team: second})
	})

	each(t, open, "an answer is one a person, team and week, and is updated by one", func(t *testing.T, s *store.Store) {
		w := begin(t, s)
		made := answer(w.team, w.ada, "2026-W10", 50)
		ok(t, w.CreateAnswer(t.Context(), made))
		same(t, must(w.Answer(t.Context(), w.team, w.ada, "2026-W10"))(t), made)
		if err := s.InTx(t.Context(), func(ctx context.Context) error { return w.CreateAnswer(ctx, answer(w.team, w.ada, "2026-W10", 25)) }); err == nil {
			t.Error("a second answer about one week was written")
		}
		changed := made
		changed.Percent, changed.Category, changed.Away, changed.Note, changed.UpdatedAt = 0, "", 5, "", Start.Add(time.Hour)
		ok(t, w.UpdateAnswer(t.Context(), changed))
		refused(t, w.UpdateAnswer(t.Context(), changed), fault.Precondition, "version_mismatch")
		changed.Version = 2
		same(t, must(w.Answer(t.Context(), w.team, w.ada, "2026-W10"))(t), changed)
		none := changed
		none.ID = newID()
		refused(t, w.UpdateAnswer(t.Context(), none), fault.NotFound, "toil_answer_not_found")
		_, err := w.Answer(t.Context(), w.other, w.ada, "2026-W10")
		refused(t, err, fault.NotFound, "toil_answer_not_found")
	})

	each(t, open, "answers are listed of one subject, and read of many teams since a week", func(t *testing.T, s *store.Store) {
		w := begin(t, s)
		var own []share.Week
		for week := share.Week("2026-W05"); week <= "2026-W10"; week = week.Plus(1) {
			ok(t, w.CreateAnswer(t.Context(), answer(w.team, w.ada, week, 25)))
			own = append([]share.Week{week}, own...)
		}
		ok(t, w.CreateAnswer(t.Context(), answer(w.team, w.bob, "2026-W10", 75)))
		ok(t, w.CreateAnswer(t.Context(), answer(w.other, w.ada, "2026-W10", 100)))
		for limit := 1; limit <= 7; limit++ {
			var got []share.Week
			for r := (page.Request{Limit: limit}); ; {
				found := must(w.AnswersBy(t.Context(), w.ada, w.team, r))(t)
				for _, a := range found.Items {
					got = append(got, a.Week)
				}
				if r.After = found.Next; r.After == "" {
					break
				}
			}
			same(t, got, own)
		}
		_, err := w.AnswersBy(t.Context(), w.ada, w.team, page.Request{After: "forged"})
		refused(t, err, fault.Invalid, "invalid_input")
		since := must(w.Answers(t.Context(), []id.ID{w.team, w.other}, "2026-W09"))(t)
		total := 0
		for _, a := range since {
			total += a.Percent
		}
		same(t, []int{len(since), total}, []int{4, 25 + 25 + 75 + 100}) // ada twice and bob in payments, ada in search
		same(t, len(must(w.Answers(t.Context(), nil, "2026-W09"))(t)), 0)
	})

	each(t, open, "tickets of an issue are replaced, and pruned by when they were closed", func(t *testing.T, s *store.Store) {
		w := begin(t, s)
		of := func(team, service id.ID, closed time.Duration, assignees ...string) toil.Ticket {
			return toil.Ticket{ID: newID(), Repository: "acme/shop", Number: 7, Team: team, Service: service, Title: "„ü“", Link: "https://x.example.org", Assignees: assignees, ClosedAt: Start.Add(closed)}
		}
		first, other := of(w.team, w.service, 0, "ada", "bob"), of(w.other, "", time.Hour)
		ok(t, w.PutTickets(t.Context(), "acme/shop", 7, []toil.Ticket{first, other}))
		same(t, must(w.Tickets(t.Context(), w.team, Start))(t), []toil.Ticket{first})
		same(t, must(w.Tickets(t.Context(), w.other, Start.Add(time.Hour)))(t), []toil.Ticket{other})
		same(t, len(must(w.Tickets(t.Context(), w.other, Start.Add(time.Hour+1000)))(t)), 0)
		again := of(w.team, "", 2*time.Hour)
		ok(t, w.PutTickets(t.Context(), "acme/shop", 7, []toil.Ticket{again}))
		again.ID = first.ID
		same(t, must(w.Tickets(t.Context(), w.team, Start))(t), []toil.Ticket{again})
		same(t, len(must(w.Tickets(t.Context(), w.other, Start))(t)), 0)
		ok(t, w.PutTickets(t.Context(), "acme/shop", 8, nil))
		same(t, must(w.PruneTickets(t.Context(), Start.Add(2*time.Hour), 10))(t), 0)
		ok(t, w.PutTickets(t.Context(), "acme/shop", 7, nil))
		same(t, len(must(w.Tickets(t.Context(), w.team, Start))(t)), 0)
		ok(t, w.PutTickets(t.Context(), "acme/shop", 7, []toil.Ticket{first}))
		same(t, must(w.PruneTickets(t.Context(), Start.Add(time.Hour), 10))(t), 1)
	})

	each(t, open, "an entry comes back as written, is updated by one, and removed by one", func(t *testing.T, s *store.Store) {
		w := begin(t, s)
		made, bare := entry(w.team, w.ada, w.service, "2026-03-10", 30, "alert/1"), entry(w.team, w.ada, "", "2026-03-10", 31, "")
		bare.Traits, bare.Link, bare.Note = toil.Traits{Repetitive: true, Tactical: true, NoEnduringValue: true}, "", ""
		same(t, must(w.CreateEntries(t.Context(), []toil.Entry{made, bare}))(t), 2)
		same(t, must(w.Entry(t.Context(), made.ID))(t), made)
		same(t, must(w.Entry(t.Context(), bare.ID))(t), bare)
		again, hers, another := entry(w.team, w.ada, w.service, "2026-03-10", 30, "alert/1"), entry(w.team, w.bob, w.service, "2026-03-10", 30, "alert/1"), entry(w.team, w.ada, "", "2026-03-10", 1, "")
		same(t, must(w.CreateEntries(t.Context(), []toil.Entry{again, hers, another}))(t), 2) // but for what its subject has already
		changed := made
		changed.EntryInput = toil.EntryInput{Day: "2026-03-11", Minutes: 5, Category: toil.CostAndCapacity, Traits: toil.Traits{Tactical: true}}
		changed.UpdatedAt = Start.Add(time.Hour)
		ok(t, w.UpdateEntry(t.Context(), changed))
		refused(t, w.UpdateEntry(t.Context(), changed), fault.Precondition, "version_mismatch")
		refused(t, w.DeleteEntry(t.Context(), changed), fault.Precondition, "version_mismatch")
		changed.Version = 2
		same(t, must(w.Entry(t.Context(), made.ID))(t), changed)
		ok(t, w.DeleteEntry(t.Context(), changed))
		refused(t, w.DeleteEntry(t.Context(), changed), fault.NotFound, "toil_entry_not_found")
		refused(t, w.UpdateEntry(t.Context(), changed), fault.NotFound, "toil_entry_not_found")
		_, err := w.Entry(t.Context(), made.ID)
		refused(t, err, fault.NotFound, "toil_entry_not_found")
		stray := entry(w.team, w.ada, newID(), "2026-03-10", 1, "")
		err = s.InTx(t.Context(), func(ctx context.Context) error { _, err := w.CreateEntries(ctx, []toil.Entry{stray}); return err })
		refused(t, err, fault.Conflict, "reference_missing")
	})

	each(t, open, "entries are listed the latest day first, and summed up", func(t *testing.T, s *store.Store) {
		w := begin(t, s)
		made := []toil.Entry{
			entry(w.team, w.ada, w.service, "2026-03-10", 30, "a"), entry(w.team, w.ada, w.service, "2026-03-10", 40, "b"), entry(w.team, w.ada, "", "2026-03-09", 50, "c"),
			entry(w.other, w.ada, "", "2026-03-10", 60, "d"), entry(w.team, w.bob, w.service, "2026-03-11", 70, "e"), entry(w.team, w.bob, w.service, "2026-03-01", 80, "f"),
		}
		same(t, must(w.CreateEntries(t.Context(), made))(t), 6)
		list := func(f toil.EntryFilter, limit int) (got []int) {
			for r := (page.Request{Limit: limit}); ; {
				found := must(w.Entries(t.Context(), f, r))(t)
				for _, e := range found.Items {
					got = append(got, e.Minutes)
				}
				if r.After = found.Next; r.After == "" {
					return got
				}
			}
		}
		for limit := 1; limit <= 5; limit++ {
			same(t, list(toil.EntryFilter{Subject: w.ada}, limit), []int{60, 40, 30, 50})
			same(t, list(toil.EntryFilter{Subject: w.ada, Team: w.team}, limit), []int{40, 30, 50})
			same(t, list(toil.EntryFilter{Subject: w.ada, From: "2026-03-09", To: "2026-03-09"}, limit), []int{50})
		}
		// 30 + 40 in payments, 60 in search: a day has one sum over all teams.
		same(t, must(w.MinutesOn(t.Context(), w.ada, []clock.Date{"2026-03-09", "2026-03-10", "2026-03-12"}))(t), map[clock.Date]int{"2026-03-09": 50, "2026-03-10": 130})
		same(t, must(w.Origins(t.Context(), w.ada, []string{"a", "e", "x"}))(t), map[string]bool{"a": true})
		ok(t, w.Dismiss(t.Context(), newID(), w.ada, "x", Start))
		ok(t, w.Dismiss(t.Context(), newID(), w.ada, "x", Start.Add(time.Hour)))
		same(t, must(w.Origins(t.Context(), w.ada, []string{"a", "e", "x"}))(t), map[string]bool{"a": true, "x": true})
		same(t, must(w.PruneDismissals(t.Context(), Start, 10))(t), 0)
		same(t, must(w.PruneDismissals(t.Context(), Start.Add(time.Minute), 10))(t), 1)

		same(t, must(w.Logged(t.Context(), []id.ID{w.team}, "2026-03-09", "2026-03-11"))(t), []toil.Logged{
			{Team: w.team, Subject: w.ada, Day: "2026-03-09", Category: toil.Migrations, Minutes: 50, Entries: 1}, {Team: w.team, Subject: w.ada, Day: "2026-03-10", Category: toil.Migrations, Service: w.service, Minutes: 70, Entries: 2},
			{Team: w.team, Subject: w.bob, Day: "2026-03-11", Category: toil.Migrations, Service: w.service, Minutes: 70, Entries: 1},
		})
		// Of the service 30 + 40 and 70 minutes; of another kind nothing, though the team logged something on
		// those days; on other days nothing at all.
		same(t, must(w.Spanned(t.Context(), w.team, []toil.Span{
			{Category: toil.Migrations, Service: w.service, From: "2026-03-09", To: "2026-03-11"}, {Category: toil.CostAndCapacity, Service: w.service, From: "2026-03-10", To: "2026-03-11"},
			{Category: toil.Migrations, Service: w.service, From: "2026-03-02", To: "2026-03-08"},
		}))(t), []toil.Spanned{{First: "2026-03-09", Minutes: 140, Entries: 3, Persons: 2}, {First: "2026-03-10"}, {}})
		sums := map[toil.Sum]bool{}
		for _, one := range must(w.Sums(t.Context(), []id.ID{w.team, w.other}, "2026-03-09", "2026-03-11"))(t) {
			sums[one] = true
		}
		same(t, sums, map[toil.Sum]bool{
			{Team: w.team, Category: toil.Migrations, Service: w.service, Minutes: 30 + 40 + 70, Entries: 3, Persons: 2}: true, {Team: w.team, Category: toil.Migrations, Service: "", Minutes: 50, Entries: 1, Persons: 1}: true, {Team: w.other, Category: toil.Migrations, Service: "", Minutes: 60, Entries: 1, Persons: 1}: true,
		})
		late := answer(w.other, w.bob, "2026-W11", 25)
		late.UpdatedAt = Start.Add(time.Hour)
		ok(t, w.CreateAnswer(t.Context(), late))
		same(t, must(w.Reported(t.Context(), []id.ID{w.team, w.other, newID()}))(t), map[id.ID]clock.Date{w.team: "2026-03-11", w.other: "2026-03-15"}) // of an entry, and the Sunday of week 11
	})

	each(t, open, "a team is asked once about a week", func(t *testing.T, s *store.Store) {
		w := begin(t, s)
		ask := func(team id.ID, week share.Week, members int) toil.Asking {
			return toil.Asking{ID: newID(), Team: team, Week: week, Members: members, At: Start}
		}
		first, second, old := ask(w.team, "2026-W10", 4), ask(w.other, "2026-W10", 2), ask(w.team, "2026-W09", 3)
		for _, a := range []toil.Asking{first, second, old} {
			same(t, must(w.CreateAsking(t.Context(), a))(t), true)
		}
		same(t, must(w.CreateAsking(t.Context(), ask(w.team, "2026-W10", 9)))(t), false)
		same(t, must(w.Askings(t.Context(), []id.ID{w.team}, "2026-W09"))(t), []toil.Asking{old, first})
		same(t, must(w.Askings(t.Context(), []id.ID{w.team}, "2026-W10"))(t), []toil.Asking{first})
		same(t, must(w.TeamsAsked(t.Context(), "2026-W09", "", 1))(t), []id.ID{w.team})
		same(t, must(w.TeamsAsked(t.Context(), "2026-W09", w.team, 5))(t), []id.ID{w.other})
		same(t, len(must(w.TeamsAsked(t.Context(), "2026-W11", "", 5))(t)), 0)
	})

	each(t, open, "one candidate of a service and category is not settled", func(t *testing.T, s *store.Store) {
		w := begin(t, s)
		of := func(category toil.Category) toil.Candidate {
			return toil.Candidate{
				ID: newID(), Team: w.team, Service: w.service, Category: category, Estimate: toil.Estimate{Title: "T", BuildMinutes: 600}, State: toil.Estimated,
				CreatedAt: Start, CreatedBy: "ada", UpdatedAt: Start, UpdatedBy: "ada", Version: 1,
			}
		}
		made, other := of(toil.Migrations), of(toil.CostAndCapacity)
		ok(t, w.CreateCandidate(t.Context(), made))
		ok(t, w.CreateCandidate(t.Context(), other))
		taken := func() error {
			return s.InTx(t.Context(), func(ctx context.Context) error { return w.CreateCandidate(ctx, of(toil.Migrations)) })
		}
		refused(t, taken(), fault.Conflict, "candidate_taken")
		at := Start.Add(time.Hour)
		made.State, made.WantedAt, made.SettledAt, made.Title, made.BuildMinutes, made.UpdatedBy = toil.Done, &at, &at, "U", 5, "bob"
		ok(t, w.UpdateCandidate(t.Context(), made))
		refused(t, w.UpdateCandidate(t.Context(), made), fault.Precondition, "version_mismatch")
		made.Version = 2
		same(t, must(w.Candidate(t.Context(), made.ID))(t), made)
		ok(t, taken()) // the settled one does not stand in its way
		same(t, must(w.Candidates(t.Context(), []id.ID{w.team, w.other}, at))(t)[:2], []toil.Candidate{made, other})
		for _, c := range must(w.Candidates(t.Context(), []id.ID{w.team}, at.Add(time.Second)))(t) {
			same(t, c.Live(), true)
		}
		same(t, must(w.Settled(t.Context(), w.team, "", 5))(t), []toil.Candidate{made})
		same(t, len(must(w.Settled(t.Context(), w.team, made.ID, 5))(t)), 0)
		_, err := w.Candidate(t.Context(), newID())
		refused(t, err, fault.NotFound, "toil_candidate_not_found")
	})

	each(t, open, "what automation did is listed and summed up", func(t *testing.T, s *store.Store) {
		w := begin(t, s)
		did := func(name string, service id.ID, day clock.Date, times, seconds int) toil.Automation {
			a := toil.Automation{ID: newID(), Team: w.team, CreatedAt: Start, CreatedBy: "bot", AutomationInput: toil.AutomationInput{Name: name, Category: toil.ProductionInterrupts, Service: service, Day: day, Times: times, SecondsEach: seconds}}
			ok(t, w.CreateAutomation(t.Context(), a))
			return a
		}
		first, second, third := did("restart", w.service, "2026-03-10", 4, 90), did("restart", w.service, "2026-03-11", 1, 60), did("drain", "", "2026-03-11", 2, 600)
		same(t, must(w.Automation(t.Context(), first.ID))(t), first)
		got := must(w.Automations(t.Context(), w.team, page.Request{Limit: 2}))(t)
		same(t, got.Items, []toil.Automation{third, second})
		same(t, must(w.Automations(t.Context(), w.team, page.Request{Limit: 2, After: got.Next}))(t).Items, []toil.Automation{first})
		// drain: 2 × 600; restart: 4 × 90 + 1 × 60
		same(t, must(w.Credits(t.Context(), w.team, "2026-03-10", "2026-03-11"))(t), []toil.Credit{
			{Name: "drain", Category: toil.ProductionInterrupts, Service: "", Times: 2, Seconds: 1200}, {Name: "restart", Category: toil.ProductionInterrupts, Service: w.service, Times: 5, Seconds: 420},
		})
		ok(t, w.DeleteAutomation(t.Context(), third.ID))
		refused(t, w.DeleteAutomation(t.Context(), third.ID), fault.NotFound, "toil_automation_not_found")
		_, err := w.Automation(t.Context(), newID())
		refused(t, err, fault.NotFound, "toil_automation_not_found")
	})

	each(t, open, "a person is parted from what they said, and nobody else is", func(t *testing.T, s *store.Store) {
		w := begin(t, s)
		survey := toil.SurveyAnswer{ID: newID(), Team: w.team, Subject: w.ada, Quarter: "2026-Q1", SurveyInput: toil.SurveyInput{Percent: 40, Category: toil.Migrations, Wish: "all", Course: toil.Worse, OnCall: toil.Heavy}, CreatedAt: Start, UpdatedAt: Start, Version: 1}
		ok(t, w.CreateSurvey(t.Context(), survey))
		survey.Percent = 30
		ok(t, w.UpdateSurvey(t.Context(), survey))
		refused(t, w.UpdateSurvey(t.Context(), survey), fault.Precondition, "version_mismatch")
		survey.Version = 2
		same(t, must(w.Survey(t.Context(), w.team, w.ada, "2026-Q1"))(t), survey)
		said, hers := answer(w.team, w.ada, "2026-W10", 50), answer(w.team, w.bob, "2026-W10", 25)
		ok(t, w.CreateAnswer(t.Context(), said))
		ok(t, w.CreateAnswer(t.Context(), hers))
		logged := entry(w.team, w.ada, w.service, "2026-03-10", 30, "alert/1")
		same(t, must(w.CreateEntries(t.Context(), []toil.Entry{logged}))(t), 1)
		same(t, must(w.AllOf(t.Context(), w.ada))(t), toil.Export{Answers: []toil.Answer{said}, Entries: []toil.Entry{logged}, Surveys: []toil.SurveyAnswer{survey}})

		same(t, must(w.LastSurvey(t.Context(), w.ada))(t), share.Quarter("2026-Q1"))
		same(t, must(w.LastSurvey(t.Context(), w.bob))(t), "")
		same(t, must(w.Own(t.Context(), w.ada, []id.ID{logged.ID, newID()}))(t), map[id.ID]bool{logged.ID: true})
		same(t, must(w.Own(t.Context(), w.bob, []id.ID{logged.ID}))(t), map[id.ID]bool{})
		same(t, must(w.Parting(t.Context(), w.ada))(t), toil.Parting{})
		parting := toil.Parting{Subject: w.ada, Week: "2026-W10", At: Start}
		ok(t, w.Part(t.Context(), newID(), parting))
		parting.Week, parting.Quarter, parting.At = "2026-W11", "2026-Q1", Start.Add(time.Hour)
		ok(t, w.Part(t.Context(), newID(), parting))
		same(t, must(w.Parting(t.Context(), w.ada))(t), parting)
		same(t, must(w.PrunePartings(t.Context(), Start.Add(time.Hour), 10))(t), 0)
		same(t, must(w.PrunePartings(t.Context(), Start.Add(2*time.Hour), 10))(t), 1)

		pseudonym := newID()
		same(t, must(w.Pseudonymise(t.Context(), w.ada, pseudonym))(t), 3)
		same(t, must(w.AllOf(t.Context(), w.ada))(t), toil.Export{Answers: []toil.Answer{}, Entries: []toil.Entry{}, Surveys: []toil.SurveyAnswer{}})
		said.Subject, said.Note = pseudonym, ""
		logged.Subject, logged.Note, logged.Link, logged.Origin = pseudonym, "", "", ""
		survey.Subject, survey.Wish = pseudonym, ""
		same(t, must(w.AllOf(t.Context(), pseudonym))(t), toil.Export{Answers: []toil.Answer{said}, Entries: []toil.Entry{logged}, Surveys: []toil.SurveyAnswer{survey}})
		same(t, must(w.Surveys(t.Context(), w.team, "2026-Q1"))(t), []toil.SurveyAnswer{survey})
		same(t, must(w.Answer(t.Context(), w.team, w.bob, "2026-W10"))(t), hers)
		_, err := w.Survey(t.Context(), w.team, w.ada, "2026-Q1")
		refused(t, err, fault.NotFound, "toil_survey_not_found")
		ok(t, s.InTx(t.Context(), func(ctx context.Context) error { return w.HoldPerson(ctx, w.ada) }))
		refused(t, w.HoldPerson(t.Context(), newID()), fault.NotFound, "person_not_found")
	})

	each(t, open, "toil goes with its team", func(t *testing.T, s *store.Store) {
		w := begin(t, s)
		ok(t, w.CreateAnswer(t.Context(), answer(w.other, w.ada, "2026-W10", 50)))
		ok(t, s.Registry().DeleteTeam(t.Context(), w.other, 1))
		same(t, len(must(w.AllOf(t.Context(), w.ada))(t).Answers), 0)
	})
}
