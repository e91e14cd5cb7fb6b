package dashboard

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/notify"
)

type notificationsPage struct {
	Crumbs       []link
	Name         string
	Targets      []targetRow
	TargetsEmpty empty
	Dead         []notificationRow
	DeadMore     bool
	Events       []toldRow
	EventsEmpty  empty
	Pager        pager
}

// targetRow is where events are told.
type targetRow struct {
	ID, Name, Kind, Address, Takes, Hours, Failure string
	State                                          badge
	Answered, Failing                              moment
	Waiting                                        string
}

// notificationRow is an event that could not be sent.
type notificationRow struct {
	ID, Title, Target, Reason string
	At                        moment
}

// toldRow is an event, and where it went.
type toldRow struct {
	ID, Type string
	Title    link
	Went     badge
	Detail   string
	At       moment
}

// notifications shows where a team is told, what could not be sent, and what it was told of.
func (d *Dashboard) notifications(v *visit) (screen, error) {
	t, err := d.sources.Registry.TeamFor(v.ctx, v.PathValue("team"))
	if err != nil {
		return screen{}, err
	}
	p := notificationsPage{
		Crumbs:       []link{{URL: "/", Text: "Overview"}, {URL: teamURL(t.Slug), Text: t.Name}, {Text: "Notifications"}},
		Name:         t.Name,
		TargetsEmpty: empty{Title: "No target of its own", Text: "What happens is told to the targets of the teams above, or to the platform's. Add one.", Call: "POST /v1/notification-targets"},
		EventsEmpty:  empty{Title: "Nothing yet", Text: "Nothing happened of which this team is to be told."},
	}
	targets, err := d.sources.Notifications.Targets(v.ctx, notify.TargetFilter{Team: t.ID}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return screen{}, err
	}
	names := map[id.ID]string{}
	for _, one := range targets.Items {
		names[one.ID] = one.Name
		p.Targets = append(p.Targets, describeTarget(v, one))
	}
	dead, err := d.sources.Notifications.Notifications(v.ctx, notify.NotificationFilter{Team: t.ID, State: notify.Dead}, page.Request{Limit: page.DefaultLimit})
	if err != nil {
		return screen{}, err
	}
	about, err := d.sources.Notifications.EventsByID(v.ctx, eventsOf(dead.Items))
	if err != nil {
		return screen{}, err
	}
	for _, n := range dead.Items {
		p.Dead = append(p.Dead, notificationRow{
			ID: string(n.ID), Title: about[n.Event].Title, Target: cmp.Or(names[n.Target], "another target"), Reason: n.Reason, At: ago(v.now, n.MadeAt),
		})
	}
	p.DeadMore = dead.Next != ""
	events, err := d.sources.Notifications.Events(v.ctx, notify.EventFilter{Team: t.ID}, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p.Pager = pagerOf(v, events.Next)
	for _, e := range events.Items {
		p.Events = append(p.Events, describeTold(v, e))
	}
	return screen{template: "notifications", title: t.Name + ": notifications", section: "/", page: p}, nil
}

func eventsOf(many []notify.Notification) []id.ID {
	out := make([]id.ID, len(many))
	for i, n := range many {
		out[i] = n.Event
	}
	return out
}

var targetKinds = map[notify.Kind]string{
	notify.Webhook: "Webhook, signed CloudEvents", notify.Alertmanager: "Alertmanager", notify.PagerDuty: "PagerDuty", notify.Slack: "Slack, or what is like it", notify.Email: "E-mail",
}

func describeTarget(v *visit, one notify.TargetView) targetRow {
	r := targetRow{ID: string(one.ID), Name: one.Name, Kind: targetKinds[one.Kind], Address: one.Address, Takes: "all events", State: badge{"none", "Not used yet"}}
	switch {
	case !one.Enabled:
		r.State = badge{"none", "Off"}
	case one.Health.FailingSince != nil:
		r.State, r.Failure, r.Failing = badge{"bad", "Failing"}, one.Health.Failure, ago(v.now, *one.Health.FailingSince)
	case one.Health.SucceededAt != nil:
		r.State, r.Answered = badge{"ok", "OK"}, ago(v.now, *one.Health.SucceededAt)
	}
	if len(one.Types) > 0 {
		r.Takes = plural(len(one.Types), "type of events", "types of events")
	}
	switch one.Least {
	case event.Interrupt:
		r.Takes += " that interrupt"
	case event.Soon:
		r.Takes += ", no weekly digest"
	}
	if h := one.Hours; h != nil {
		days := make([]string, len(h.Days))
		for i, day := range h.Days {
			days[i] = day.String()[:3]
		}
		r.Hours = fmt.Sprintf("%s, %02d:%02d to %02d:%02d in %s", strings.Join(days, " "), h.From/60, h.From%60, h.To/60, h.To%60, h.Zone)
	}
	var left []string
	if one.Waiting > 0 {
		left = append(left, plural(one.Waiting, "message waits", "messages wait"))
	}
	if one.Dead > 0 {
		left = append(left, plural(one.Dead, "could not be sent", "could not be sent"))
	}
	r.Waiting = strings.Join(left, ", ")
	return r
}

// outgoings say where an event went.
var outgoings = map[notify.Outgoing]badge{
	"":                  {"none", "Waiting"},
	notify.Routed:       {"ok", "Told"},
	notify.ToNobody:     {"risk", "Nobody"},
	notify.InDigest:     {"none", "Digest"},
	notify.ByPrometheus: {"ok", "Prometheus"},
	notify.SwitchedOff:  {"none", "Off"},
	notify.Nothing:      {"none", "Nothing to do"},
}

func describeTold(v *visit, e notify.Told) toldRow {
	r := toldRow{ID: string(e.ID), Type: string(e.Type), Title: link{URL: e.Link, Text: e.Title}, Went: outgoings[e.Outcome], At: ago(v.now, e.ToldAt)}
	switch e.Outcome {
	case notify.ToNobody:
		r.Detail = "no target takes it"
	case notify.InDigest:
		r.Detail = "with the next weekly digest"
	case notify.ByPrometheus:
		r.Detail = "the rule " + e.Note + " there tells of it"
	case notify.SwitchedOff:
		r.Detail = "notifications were off"
	}
	return r
}
