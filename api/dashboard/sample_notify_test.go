package dashboard

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/notify"
)

// post is what the sample's teams are told of, and where: of the first team, something of
// every kind and in every state; of the others nothing.
type post struct{ *sample }

func (p post) first() id.ID {
	if len(p.teams) == 0 {
		return ""
	}
	return p.teams[0].ID
}

func (p post) Targets(_ context.Context, f notify.TargetFilter, r page.Request) (page.Page[notify.TargetView], error) {
	var out []notify.TargetView
	if f.Team == p.first() {
		long, lately := p.now.Add(-50*time.Hour), p.now.Add(-3*time.Minute)
		hours := &notify.Hours{Zone: "America/Argentina/ComodRivadavia", Days: []time.Weekday{1, 2, 3, 4, 5}, From: 9 * 60, To: 17*60 + 30}
		out = []notify.TargetView{
			{Target: notify.Target{ID: "01JD3Z0Q8RC6W4N1M2V5K7T9X1", Name: "On call", Kind: notify.PagerDuty, Least: event.Interrupt, Enabled: true}, Health: notify.Health{SucceededAt: &lately}},
			{Target: notify.Target{ID: "01JD3Z0Q8RC6W4N1M2V5K7T9X2", Name: "A receiver with a name that goes on for as long as a name may, to see where its line breaks, or not", Kind: notify.Webhook, Address: "https://a-rather-long-host-name.in-some-department.example.org/and/a/path/that/goes/on", Least: event.Soon, Types: []event.Type{event.ViolationOpened, event.ViolationEnded}, Hours: hours, Enabled: true},
				Health: notify.Health{FailingSince: &long, FailedAt: &lately, Failure: "It answered 503: it, or what stands before it, fails."}, Waiting: 12, Dead: 3},
			{Target: notify.Target{ID: "01JD3Z0Q8RC6W4N1M2V5K7T9X3", Name: "Channel", Kind: notify.Slack, Least: event.Weekly, Enabled: true}},
			{Target: notify.Target{ID: "01JD3Z0Q8RC6W4N1M2V5K7T9X4", Name: "Mail", Kind: notify.Email, Address: "team@example.org", Least: event.Weekly}},
		}
	}
	return pageOf(out, r), p.fail
}

func (p post) all() []notify.Told {
	var out []notify.Told
	for i, outcome := range append([]notify.Outgoing{""}, notify.Outgoings...) {
		out = append(out, notify.Told{
			ID: id.ID("01JD3Z0Q8RC6W4N1M2V5K7T9Y" + string(rune('0'+i))), ToldAt: p.now.Add(-time.Duration(i) * time.Hour), Outcome: outcome, Note: "CheckoutErrorBudgetBurn",
			Event: event.Event{Type: event.Kinds[i].Type, Team: p.first(), Title: "checkout/availability consumed 118.64 % of its <error> budget", Link: "/violations"},
		})
	}
	return out
}

func (p post) Events(_ context.Context, f notify.EventFilter, r page.Request) (page.Page[notify.Told], error) {
	var out []notify.Told
	if f.Team == p.first() {
		out = p.all()
	}
	return pageOf(out, r), p.fail
}

func (p post) EventsByID(context.Context, []id.ID) (map[id.ID]notify.Told, error) {
	out := map[id.ID]notify.Told{}
	for _, t := range p.all() {
		out[t.ID] = t
	}
	return out, p.fail
}

func (p post) Notifications(_ context.Context, f notify.NotificationFilter, r page.Request) (page.Page[notify.Notification], error) {
	var out []notify.Notification
	if f.Team == p.first() && f.State == notify.Dead {
		for i, e := range p.all()[:3] {
			out = append(out, notify.Notification{
				ID: id.ID("01JD3Z0Q8RC6W4N1M2V5K7T9Z" + string(rune('0'+i))), Event: e.ID, Target: "01JD3Z0Q8RC6W4N1M2V5K7T9X2", State: notify.Dead, Reason: "It answered 404: it does not take this.", MadeAt: e.ToldAt,
			})
		}
	}
	return pageOf(out, r), p.fail
}
