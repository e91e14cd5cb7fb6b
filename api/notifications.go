package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/notify/message"
)

type NotificationTargetPath struct {
	Target string `path:"notificationTarget" maxLength:"26" doc:"Identifier of the target."`
}

func (a *API) addNotificationTargets(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindTarget}
	type query struct {
		Paging
		Team     string `query:"team" maxLength:"63" doc:"Only targets of this team, by slug or identifier."`
		Platform bool   `query:"platform" doc:"Only targets of no team."`
		Kind     string `query:"kind" enum:"webhook,alertmanager,pagerduty,slack,email" doc:"Only targets of this kind."`
	}
	register(a, operation{
		id: "listNotificationTargets", method: http.MethodGet, path: "/v1/notification-targets", tag: "Notifications",
		summary: "List notification targets", description: "By team and rank, those of the platform first.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[NotificationTarget], error) {
		f := notify.TargetFilter{Platform: in.Platform, Kind: notify.Kind(in.Kind)}
		var err error
		if _, f.Team, err = r.narrowed(ctx, "", in.Team); err != nil {
			return nil, err
		}
		found, err := r.Notifications.Targets(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		shown, err := r.notificationTargets(ctx, found.Items)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[NotificationTarget]{Items: shown, Next: found.Next}, itself[NotificationTarget]), nil
	})

	type post struct {
		Once
		Body NotificationTargetInput
	}
	register(a, operation{
		id: "createNotificationTarget", method: http.MethodPost, path: "/v1/notification-targets", tag: "Notifications", summary: "Add a notification target",
		description: "Members add targets for their team, administrators for any and for the platform. Nothing is sent yet; testNotificationTarget does.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindTarget},
	}, func(ctx context.Context, in *post) (*created[NotificationTarget], error) {
		return create(ctx, a, in.Once, creation[NotificationTarget, NotificationTarget]{
			make: func(ctx context.Context) (NotificationTarget, error) {
				input, err := fromNotificationTargetInput(in.Body)
				if err != nil {
					return NotificationTarget{}, err
				}
				v, err := r.Notifications.CreateTarget(ctx, input)
				return single(ctx, v, err, r.notificationTargets)
			},
			load: func(ctx context.Context, made id.ID) (NotificationTarget, error) {
				v, err := r.Notifications.Target(ctx, made)
				return single(ctx, v, err, r.notificationTargets)
			},
			name: func(t NotificationTarget) (id.ID, int64, string) {
				return id.ID(t.ID), t.Version, "/v1/notification-targets/" + t.ID
			},
			show: itself[NotificationTarget],
		})
	})

	shown := func(ctx context.Context, v notify.TargetView, err error) (*reply[NotificationTarget], error) {
		body, err := single(ctx, v, err, r.notificationTargets)
		if err != nil {
			return nil, err
		}
		return current(body.Version, body), nil
	}
	register(a, operation{
		id: "getNotificationTarget", method: http.MethodGet, path: "/v1/notification-targets/{notificationTarget}", tag: "Notifications", summary: "Get a notification target",
		description: "With how it last answered, and how much waits for it. Its ETag is of what was declared, so that there is no 304.", rule: read,
	}, func(ctx context.Context, in *NotificationTargetPath) (*reply[NotificationTarget], error) {
		v, err := r.Notifications.Target(ctx, id.ID(in.Target))
		return shown(ctx, v, err)
	})

	type put struct {
		NotificationTargetPath
		IfMatch
		Body NotificationTargetInput
	}
	register(a, operation{
		id: "updateNotificationTarget", method: http.MethodPut, path: "/v1/notification-targets/{notificationTarget}", tag: "Notifications", summary: "Update a notification target",
		description: "The body replaces what was declared; the team has to stay. What waits for the target is sent as it is declared then.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindTarget},
	}, func(ctx context.Context, in *put) (*reply[NotificationTarget], error) {
		input, err := fromNotificationTargetInput(in.Body)
		if err != nil {
			return nil, err
		}
		v, err := r.Notifications.UpdateTarget(ctx, id.ID(in.Target), in.Version(), input)
		return shown(ctx, v, err)
	})

	type del struct {
		NotificationTargetPath
		IfMatch
	}
	register(a, operation{
		id: "deleteNotificationTarget", method: http.MethodDelete, path: "/v1/notification-targets/{notificationTarget}", tag: "Notifications", summary: "Remove a notification target",
		description: "What waits for it is dead. What was sent there stays known.",
		rule:        access.Rule{Verb: access.Delete, Kind: access.KindTarget},
	}, func(ctx context.Context, in *del) (*nothing, error) {
		return nil, r.Notifications.RemoveTarget(ctx, id.ID(in.Target), in.Version())
	})

	type notificationReply struct{ Body Notification }
	register(a, operation{
		id: "testNotificationTarget", method: http.MethodPost, path: "/v1/notification-targets/{notificationTarget}/test", tag: "Notifications", summary: "Send a test message",
		description: "It is sent now, whatever the working hours, once, and what came of it is answered and kept. The answer is 200 either way: state is sent, or dead with the reason. A target is tried out ten times an hour at most (429).",
		rule:        access.Rule{Verb: access.Check, Kind: access.KindTarget}, status: http.StatusOK,
	}, func(ctx context.Context, in *NotificationTargetPath) (*notificationReply, error) {
		n, err := r.Notifications.TestTarget(ctx, id.ID(in.Target))
		body, err := single(ctx, n, err, r.notifications)
		if err != nil {
			return nil, err
		}
		return &notificationReply{Body: body}, nil
	})

	type replayReply struct{ Body NotificationReplay }
	register(a, operation{
		id: "replayNotificationTarget", method: http.MethodPost, path: "/v1/notification-targets/{notificationTarget}/replay", tag: "Notifications", summary: "Send again what is dead",
		description: "All that could not be sent to the target is tried again, from the first attempt on. What began something that is over stays dead: nothing would end it there.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindTarget}, status: http.StatusOK,
	}, func(ctx context.Context, in *NotificationTargetPath) (*replayReply, error) {
		replayed, over, err := r.Notifications.ReplayTarget(ctx, id.ID(in.Target))
		if err != nil {
			return nil, err
		}
		return &replayReply{Body: NotificationReplay{Replayed: replayed, Over: over}}, nil
	})
}

type NotificationPath struct {
	Notification string `path:"notification" maxLength:"26" doc:"Identifier of the notification."`
}

func (a *API) addNotifications(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindNotification}
	type query struct {
		Paging
		Target string `query:"target" maxLength:"26" doc:"Only notifications to the target with this identifier."`
		Event  string `query:"event" maxLength:"26" doc:"Only notifications of the event with this identifier."`
		Team   string `query:"team" maxLength:"63" doc:"Only notifications of events of this team, by slug or identifier."`
		State  string `query:"state" enum:"pending,sending,sent,dead,recorded,gathered" doc:"Only notifications in this state; dead are those that could not be sent."`
	}
	register(a, operation{
		id: "listNotifications", method: http.MethodGet, path: "/v1/notifications", tag: "Notifications",
		summary: "List notifications", description: "The newest first.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[Notification], error) {
		f := notify.NotificationFilter{Target: id.ID(in.Target), Event: id.ID(in.Event), State: notify.State(in.State)}
		var err error
		if _, f.Team, err = r.narrowed(ctx, "", in.Team); err != nil {
			return nil, err
		}
		found, err := r.Notifications.Notifications(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		shown, err := r.notifications(ctx, found.Items)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[Notification]{Items: shown, Next: found.Next}, itself[Notification]), nil
	})

	type notificationReply struct{ Body Notification }
	register(a, operation{
		id: "getNotification", method: http.MethodGet, path: "/v1/notifications/{notification}", tag: "Notifications",
		summary: "Get a notification", description: "With its event, and what became of it.", rule: read,
	}, func(ctx context.Context, in *NotificationPath) (*notificationReply, error) {
		n, err := r.Notifications.Notification(ctx, id.ID(in.Notification))
		body, err := single(ctx, n, err, r.notifications)
		if err != nil {
			return nil, err
		}
		return &notificationReply{Body: body}, nil
	})
	register(a, operation{
		id: "replayNotification", method: http.MethodPost, path: "/v1/notifications/{notification}/replay", tag: "Notifications",
		summary: "Send a notification again", description: "One that is dead, or that arrived and got lost there, but not the beginning of what is over (409). Its event keeps its identifier, by which a receiver knows what it has.",
		rule: access.Rule{Verb: access.Update, Kind: access.KindNotification}, status: http.StatusOK,
	}, func(ctx context.Context, in *NotificationPath) (*notificationReply, error) {
		n, err := r.Notifications.Replay(ctx, id.ID(in.Notification))
		body, err := single(ctx, n, err, r.notifications)
		if err != nil {
			return nil, err
		}
		return &notificationReply{Body: body}, nil
	})
}

func (a *API) addEvents(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindEvent}
	type query struct {
		Paging
		Team    string `query:"team" maxLength:"63" doc:"Only events of this team, by slug or identifier."`
		Type    string `query:"type" maxLength:"64" doc:"Only events of this type, such as violation.opened."`
		Matter  string `query:"matter" maxLength:"128" doc:"Only events of this matter, such as violation/01J…."`
		Outcome string `query:"outcome" enum:"routed,nobody,digest,prometheus,off,nothing" doc:"Only events that went there; nobody are those that no target takes."`
	}
	register(a, operation{
		id: "listEvents", method: http.MethodGet, path: "/v1/events", tag: "Notifications",
		summary: "List events", description: "What people are told of, whoever was told. The newest first.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[Event], error) {
		f := notify.EventFilter{Type: event.Type(in.Type), Matter: in.Matter, Outcome: notify.Outgoing(in.Outcome)}
		var err error
		if _, f.Team, err = r.narrowed(ctx, "", in.Team); err != nil {
			return nil, err
		}
		found, err := r.Notifications.Events(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		shown, err := r.events(ctx, found.Items)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[Event]{Items: shown, Next: found.Next}, itself[Event]), nil
	})

	type typesReply struct{ Body EventTypes }
	register(a, operation{
		id: "listEventTypes", method: http.MethodGet, path: "/v1/event-types", tag: "Notifications",
		summary: "List the types of events", description: "With what each means, and when people are told of it.", rule: read,
	}, func(context.Context, *struct{}) (*typesReply, error) {
		out := &typesReply{}
		for _, k := range event.Kinds {
			out.Body.Items = append(out.Body.Items, EventType{
				Type: string(k.Type), CloudEvent: message.TypePrefix + string(k.Type) + message.TypeVersion, Urgency: string(k.Urgency), Lasts: k.Lasts, Doc: k.Doc,
			})
		}
		return out, nil
	})
}

// notificationTargets shows targets with the names of their teams.
func (r Rooms) notificationTargets(ctx context.Context, targets []notify.TargetView) ([]NotificationTarget, error) {
	teams, err := r.teamNames(ctx, each(targets, func(t notify.TargetView) id.ID { return t.Team }))
	if err != nil {
		return nil, err
	}
	return each(targets, func(v notify.TargetView) NotificationTarget {
		out := NotificationTarget{
			ID: string(v.ID), Team: optionalRef(v.Team, teams[v.Team].Slug), Name: v.Name, Kind: string(v.Kind), Address: v.Address, Secret: v.Secret, Rank: v.Rank,
			Types: each(v.Types, func(t event.Type) string { return string(t) }), LeastUrgency: string(v.Least), WorkingHours: toWorkingHours(v.Hours), Enabled: v.Enabled,
			Health: toNotificationHealth(v.Health), Waiting: v.Waiting, Dead: v.Dead, CreatedAt: v.CreatedAt, UpdatedAt: v.UpdatedAt, Version: v.Version,
		}
		return out
	}), nil
}

func toNotificationHealth(h notify.Health) NotificationHealth {
	out := NotificationHealth{State: "unknown", SucceededAt: h.SucceededAt, FailedAt: h.FailedAt, FailingSince: h.FailingSince, Failure: h.Failure, ResumeAt: h.ResumeAt}
	switch {
	case h.FailingSince != nil:
		out.State = "failing"
	case h.SucceededAt != nil:
		out.State = "ok"
	}
	return out
}

// notifications shows notifications with their events.
func (r Rooms) notifications(ctx context.Context, many []notify.Notification) ([]Notification, error) {
	told, err := r.Notifications.EventsByID(ctx, distinct(each(many, func(n notify.Notification) id.ID { return n.Event })))
	if err != nil {
		return nil, err
	}
	shown, err := r.events(ctx, each(many, func(n notify.Notification) notify.Told { return told[n.Event] }))
	if err != nil {
		return nil, err
	}
	out := make([]Notification, len(many))
	for i, n := range many {
		out[i] = Notification{
			ID: string(n.ID), Event: shown[i], Target: string(n.Target), Person: string(n.Person), State: string(n.State), MadeAt: n.MadeAt, DueAt: n.DueAt,
			Attempts: n.Attempts, AttemptedAt: n.AttemptedAt, SentAt: n.SentAt, Status: n.Status, Reason: n.Reason, Gathered: string(n.Into),
		}
	}
	return out, nil
}

// events shows events with the names of what they are of.
func (r Rooms) events(ctx context.Context, events []notify.Told) ([]Event, error) {
	teams, err := r.teamNames(ctx, each(events, func(e notify.Told) id.ID { return e.Team }))
	if err != nil {
		return nil, err
	}
	services, err := r.serviceNames(ctx, each(events, func(e notify.Told) id.ID { return e.Service }))
	if err != nil {
		return nil, err
	}
	return each(events, func(e notify.Told) Event {
		out := Event{
			ID: string(e.ID), Type: string(e.Type), Urgency: string(e.Urgency()), Matter: e.Key, Over: e.Over, At: e.At, ToldAt: e.ToldAt,
			Team: optionalRef(e.Team, teams[e.Team].Slug), Service: optionalRef(e.Service, services[e.Service].Slug),
			Subject: e.Subject, Title: e.Title, Text: e.Text, Link: e.Link, Outcome: string(e.Outcome), Note: e.Note,
			Figures: each(e.Figures, func(f event.Figure) EventFigure { return EventFigure(f) }),
		}
		if out.Outcome == "" {
			out.Outcome = "waiting"
		}
		return out
	}), nil
}

// weekdays are the days of the week as they are written.
var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

func toWorkingHours(h *notify.Hours) *WorkingHours {
	if h == nil {
		return nil
	}
	clock := func(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }
	return &WorkingHours{TimeZone: h.Zone, Days: each(h.Days, func(d time.Weekday) string { return weekdays[d] }), From: clock(h.From), To: clock(h.To)}
}

// fromNotificationTargetInput reads what can be told from the text alone.
func fromNotificationTargetInput(in NotificationTargetInput) (notify.TargetInput, error) {
	out := notify.TargetInput{
		Team: in.Team, Name: in.Name, Kind: notify.Kind(in.Kind), Address: in.Address, Secret: in.Secret, Rank: in.Rank,
		Types: each(in.Types, func(t string) event.Type { return event.Type(t) }), Least: event.Urgency(in.LeastUrgency), Enabled: in.Enabled == nil || *in.Enabled,
	}
	if in.WorkingHours == nil {
		return out, nil
	}
	var check fault.Check
	h := notify.Hours{Zone: in.WorkingHours.TimeZone, From: clockTime(&check, "/workingHours/from", in.WorkingHours.From), To: clockTime(&check, "/workingHours/to", in.WorkingHours.To)}
	for _, day := range in.WorkingHours.Days {
		h.Days = append(h.Days, time.Weekday(slices.Index(weekdays, day)))
	}
	out.Hours = &h
	return out, check.Err()
}

// clockTime reads HH:MM as minutes after midnight.
func clockTime(check *fault.Check, pointer, text string) int {
	at, err := time.Parse("15:04", text)
	switch {
	case text == "24:00":
		return 24 * 60
	case err != nil || len(text) != len("15:04") || strings.ContainsAny(text, "+ "):
		check.Fail(pointer, text, "must be a time of day as HH:MM, such as 09:00")
		return 0
	}
	return at.Hour()*60 + at.Minute()
}
