package api

import "time"

// NotificationTarget is where events are told. It names its secret, and holds none.
type NotificationTarget struct {
	ID           string             `json:"id" doc:"Identifier (ULID)."`
	Team         *Ref               `json:"team,omitempty" doc:"The team whose events are told; absent for the platform's target, which gets what no team's takes."`
	Name         string             `json:"name" example:"Payments, on call"`
	Kind         string             `json:"kind" enum:"webhook,alertmanager,pagerduty,slack,email" doc:"What it speaks."`
	Address      string             `json:"address" doc:"URL or e-mail address; empty where the secret is the URL."`
	Secret       string             `json:"secret" doc:"Name of the secret; empty when it needs none."`
	Rank         int                `json:"rank" doc:"An event goes to the first target of the team that takes it, by rank, the lowest first."`
	Types        []string           `json:"types" doc:"Types of the events that it takes; all where empty."`
	LeastUrgency string             `json:"leastUrgency" enum:"interrupt,soon,weekly" doc:"The least urgency that it takes. weekly is all, with the weekly digest."`
	WorkingHours *WorkingHours      `json:"workingHours,omitempty" doc:"When people look at it; absent for always."`
	Enabled      bool               `json:"enabled" doc:"Whether events are sent there. What waits for it is sent when it is enabled again."`
	Health       NotificationHealth `json:"health"`
	Waiting      int                `json:"waiting" doc:"How many notifications wait to be sent there."`
	Dead         int                `json:"dead" doc:"How many could not be sent."`
	CreatedAt    time.Time          `json:"createdAt"`
	UpdatedAt    time.Time          `json:"updatedAt"`
	Version      int64              `json:"version" doc:"Grows with each change of what was declared; also the ETag. Health changes without it."`
}

// NotificationHealth is how a target last answered.
type NotificationHealth struct {
	State        string     `json:"state" enum:"unknown,ok,failing" doc:"unknown until something is first sent."`
	SucceededAt  *time.Time `json:"succeededAt" nullable:"true" doc:"When it last took something."`
	FailedAt     *time.Time `json:"failedAt" nullable:"true" doc:"When it last did not."`
	FailingSince *time.Time `json:"failingSince" nullable:"true" doc:"Since when it fails; null while it does not."`
	Failure      string     `json:"failure" doc:"Why, while it fails."`
	ResumeAt     *time.Time `json:"resumeAt" nullable:"true" doc:"Until when it is left alone."`
}

// WorkingHours are when people are at work, on the clock of a place.
type WorkingHours struct {
	TimeZone string   `json:"timeZone" doc:"Of the IANA database." example:"Europe/Berlin"`
	Days     []string `json:"days" enum:"monday,tuesday,wednesday,thursday,friday,saturday,sunday" minItems:"1" maxItems:"7" example:"[\"monday\",\"tuesday\"]"`
	From     string   `json:"from" doc:"Time of day on that clock, as HH:MM." example:"09:00"`
	To       string   `json:"to" doc:"Time of day, at least 15 minutes later than from; 24:00 is the end of the day." example:"17:00"`
}

// NotificationTargetInput is what is declared of a target.
type NotificationTargetInput struct {
	Team         string        `json:"team,omitempty" doc:"Slug or identifier of the team whose events are told; leave it out for the platform's, which administrators add. It cannot be changed." example:"payments"`
	Name         string        `json:"name" doc:"At most 100 characters." example:"Payments, on call"`
	Kind         string        `json:"kind" enum:"webhook,alertmanager,pagerduty,slack,email" doc:"What it speaks: webhook is signed CloudEvents 1.0, pagerduty Events API v2, slack an incoming webhook of Slack or of what takes the same." example:"email"`
	Address      string        `json:"address,omitempty" doc:"URL of a webhook or an Alertmanager, or an e-mail address. Left out for slack, whose URL is the secret, and for PagerDuty in the United States; elsewhere the URL of PagerDuty that ends in /v2/enqueue." example:"team@example.org"`
	Secret       string        `json:"secret,omitempty" doc:"Name of a secret, by which a file in secretsDir, or a variable EVENKEEL_SECRET_…, is looked up; never the secret itself. Of webhook the key that signs, of pagerduty the routing key, of slack the URL. Members of a team name those of the team: notify-, its slug, - and a word." example:""`
	Rank         int           `json:"rank,omitempty" minimum:"0" maximum:"1000" default:"0" doc:"The lowest first."`
	Types        []string      `json:"types,omitempty" maxItems:"50" doc:"Types of the events that it takes, see listEventTypes; all when left out. PagerDuty takes only those that last."`
	LeastUrgency string        `json:"leastUrgency,omitempty" enum:"interrupt,soon,weekly" default:"weekly" doc:"The least urgency that it takes."`
	WorkingHours *WorkingHours `json:"workingHours,omitempty" doc:"When people look at it; always when left out." example:"{\"timeZone\":\"Europe/Berlin\",\"days\":[\"monday\"],\"from\":\"09:00\",\"to\":\"17:00\"}"`
	Enabled      *bool         `json:"enabled,omitempty" default:"true" doc:"Whether events are sent there."`
}

// Notification is one event on its way to one target or person.
type Notification struct {
	ID          string     `json:"id" doc:"Identifier (ULID)."`
	Event       Event      `json:"event"`
	Target      string     `json:"target,omitempty" doc:"Identifier of the target; absent where it goes to a person."`
	Person      string     `json:"person,omitempty" doc:"Identifier of the person to whom it goes by e-mail."`
	State       string     `json:"state" enum:"pending,sending,sent,dead,recorded,gathered" doc:"dead: it could not be sent, and is not tried again unless it is replayed. recorded: it would have been sent, but for notifications.mode. gathered: another one told of it."`
	MadeAt      time.Time  `json:"madeAt"`
	DueAt       time.Time  `json:"dueAt" doc:"It is not sent before."`
	Attempts    int        `json:"attempts"`
	AttemptedAt *time.Time `json:"attemptedAt" nullable:"true"`
	SentAt      *time.Time `json:"sentAt" nullable:"true" doc:"When the receiver took it."`
	Status      int        `json:"status" doc:"What the receiver answered with last; 0 where it did not."`
	Reason      string     `json:"reason" doc:"Why it was not taken; empty when it was."`
	Gathered    string     `json:"gathered,omitempty" doc:"Identifier of the notification that told of it."`
}

// Event is something that happened, of which people are told.
type Event struct {
	ID      string        `json:"id" doc:"Identifier (ULID), by which receivers know what they have."`
	Type    string        `json:"type" example:"violation.opened"`
	Urgency string        `json:"urgency" enum:"interrupt,soon,weekly"`
	Matter  string        `json:"matter" doc:"Names the matter, from its beginning to its end." example:"violation/01JD3Z0Q8RC6W4N1M2V5K7T9XY"`
	Over    bool          `json:"over" doc:"Whether the matter ended with it."`
	At      time.Time     `json:"at" doc:"When it happened."`
	ToldAt  time.Time     `json:"toldAt"`
	Team    *Ref          `json:"team,omitempty" doc:"Whose it is; absent for the platform's."`
	Service *Ref          `json:"service,omitempty"`
	Subject string        `json:"subject" example:"checkout/availability"`
	Title   string        `json:"title"`
	Text    string        `json:"text"`
	Link    string        `json:"link" doc:"Path of the page that shows it."`
	Figures []EventFigure `json:"figures"`
	Outcome string        `json:"outcome" enum:"waiting,routed,nobody,digest,prometheus,off,nothing" doc:"waiting: it is not decided yet. routed: see its notifications. nobody: no target takes it. digest: it is told with the next digest. prometheus: a rule that is installed there tells of it. off: notifications were off. nothing: a digest of a week with nothing to do."`
	Note    string        `json:"note" doc:"What is to be said of the outcome, such as the name of the rule."`
}

// EventFigure is a number or a name that belongs to an event.
type EventFigure struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// EventType is a kind of events.
type EventType struct {
	Type       string `json:"type" example:"violation.opened"`
	CloudEvent string `json:"cloudEvent" doc:"Its type as a CloudEvent." example:"com.github.evenkeel.violation.opened.v1"`
	Urgency    string `json:"urgency" enum:"interrupt,soon,weekly" doc:"interrupt: at once, at any hour. soon: at once within working hours. weekly: in the digest."`
	Lasts      bool   `json:"lasts" doc:"Whether another event will end what begins with it."`
	Doc        string `json:"doc"`
}

// EventTypes lists the kinds of events.
type EventTypes struct {
	Items []EventType `json:"items"`
}

// NotificationReplay is what came of sending again what is dead.
type NotificationReplay struct {
	Replayed int `json:"replayed" doc:"How many notifications are sent again."`
	Over     int `json:"over" doc:"How many stay dead, because what they told of is over."`
}
