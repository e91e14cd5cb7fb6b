package notify_test

import (
	"context"
	"testing"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/registry"
)

func TestAnEventIsHeardByTheFirstTargetThatTakesIt(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	top := storetest.Team(t, s, "engineering")
	below := registry.Team{ID: "01KKP3FDG0K6APHD8G902RTRJG", Slug: "payments", Name: "Payments", Parent: top.ID, CreatedAt: storetest.Start, UpdatedAt: storetest.Start, Version: 1}
	lone := storetest.Team(t, s, "lone")
	if err := s.Registry().CreateTeam(t.Context(), below); err != nil {
		t.Fatal(err)
	}
	target := func(team id.ID, name string, do ...func(*notify.Target)) notify.Target {
		t.Helper()
		v := storetest.ATarget(team, name)
		for _, change := range do {
			change(&v)
		}
		if err := s.Notify().CreateTarget(t.Context(), v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	hears := func(settings notify.Settings, team id.ID) map[event.Type]bool {
		t.Helper()
		a := notify.Audience{Targets: s.Notify(), Teams: s.Registry(), Settings: settings}
		found, err := a.Hears(t.Context(), []id.ID{top.ID, below.ID, lone.ID}, event.AlertPaged, event.AlertTicketed)
		if err != nil {
			t.Fatal(err)
		}
		return found[team]
	}
	holds := func(when string, settings notify.Settings, team id.ID, page, ticket bool) {
		t.Helper()
		if got := hears(settings, team); got[event.AlertPaged] != page || got[event.AlertTicketed] != ticket {
			t.Errorf("%s: %v, want %v of pages and %v of tickets", when, got, page, ticket)
		}
	}
	on := notify.Settings{Mode: notify.On}
	holds("without targets", on, below.ID, false, false)
	target(lone.ID, "of another")
	holds("of another team", on, below.ID, false, false)
	above := target(top.ID, "above", func(v *notify.Target) { v.Least = event.Interrupt })
	holds("of the team above", on, below.ID, true, false)
	holds("of the team itself", on, top.ID, true, false)
	target(below.ID, "mail", func(v *notify.Target) {
		v.Kind, v.Address, v.Types = notify.Email, "payments@example.org", []event.Type{event.AlertPaged}
	})
	holds("the first is a mailbox, and there is no server", on, below.ID, false, false)
	holds("there is one", notify.Settings{Mode: notify.On, Mails: true}, below.ID, true, false)
	target("", "platform")
	holds("of the platform", on, below.ID, false, true)
	holds("what is sent is only written down", notify.Settings{Mode: notify.Observe, Mails: true}, lone.ID, false, false)
	above.Enabled, above.Version = false, 1
	if err := s.Notify().UpdateTarget(t.Context(), above); err != nil {
		t.Fatal(err)
	}
	holds("that of the team is switched off", on, top.ID, true, true) // the platform's is left
	if got := hears(notify.Settings{Mode: notify.Off}, lone.ID); got[event.AlertPaged] {
		t.Error("notifications are off, and somebody hears")
	}
}

// deep is a tree of teams, one below the other, that counts how often it is asked.
type deep struct{ asked int }

func (d *deep) LiveTargets(context.Context) ([]notify.Target, error) { return nil, nil }

func (d *deep) TeamsByID(_ context.Context, teams []id.ID) (map[id.ID]registry.Team, error) {
	d.asked++
	out := map[id.ID]registry.Team{}
	for _, team := range teams {
		out[team] = registry.Team{ID: team, Parent: team + "x"}
	}
	return out, nil
}

func TestATreeOfTeamsWithoutAnEndIsLeftAfterSoManyLevels(t *testing.T) {
	t.Parallel()
	d := &deep{}
	a := notify.Audience{Targets: d, Teams: d, Settings: notify.Settings{Mode: notify.On}}
	if _, err := a.Hears(t.Context(), []id.ID{"a", "b"}, event.AlertPaged); err != nil || d.asked > 32 {
		t.Errorf("asked %d times (%v)", d.asked, err)
	}
}
