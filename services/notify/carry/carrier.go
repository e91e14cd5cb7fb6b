package carry

import (
	"context"
	"log/slog"
	"net"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/notify/message"
)

// Secrets gives secrets by their names, as they are now. Its errors hold no secret.
type Secrets interface {
	Secret(ctx context.Context, name string) (string, error)
}

// Parts is what a Carrier is made of.
type Parts struct {
	Secrets Secrets
	Reach   outbound.Reach // which addresses may be dialled
	// Source is where people reach Evenkeel, for links.
	Source string
	Mail   Mail // the mail server; the zero one for none
	// MailPassword gives the password as it is now, in place of that of Mail; it may be nil.
	MailPassword func() string
	Timeout      time.Duration // of one attempt; DefaultTimeout when zero
	Resolver     *net.Resolver // nil means the machine's
	Clock        clock.Clock
	Logger       *slog.Logger
}

// DefaultTimeout is for how long a receiver may take.
const DefaultTimeout = 10 * time.Second

// Carrier sends notifications.
type Carrier struct{ parts Parts }

var _ notify.Carrier = (*Carrier)(nil)

// New returns a carrier.
func New(p Parts) *Carrier {
	if p.Timeout <= 0 {
		p.Timeout = DefaultTimeout
	}
	return &Carrier{parts: p}
}

// Carry makes one attempt.
func (c *Carrier) Carry(ctx context.Context, p notify.Parcel) notify.Outcome {
	m := c.message(p)
	if p.Notification.Person != "" {
		return c.mail(ctx, m, p.Person.Email, string(p.Notification.ID))
	}
	if p.Target.Kind == notify.Email {
		return c.mail(ctx, m, p.Target.Address, string(p.Notification.ID))
	}
	return c.post(ctx, m, p.Target)
}

func (c *Carrier) message(p notify.Parcel) message.Message {
	m := message.Message{
		ID: string(p.Told.ID), Event: p.Told.Event, Urgency: p.Told.Urgency(), Lasts: p.Told.Lasts(),
		Begin: p.Told.Event, BeginID: string(p.Told.ID), BeginUrgency: p.Told.Urgency(), BeginTeam: p.Told.TeamSlug, BeginService: p.Told.ServiceSlug,
		Team: p.Told.TeamSlug, Service: p.Told.ServiceSlug, Source: c.parts.Source, Now: p.Now, Until: p.Until,
	}
	if p.Told.Type == event.Gathered || p.Told.Type == event.Digest {
		m.Urgency = p.Notification.Urgency
	}
	if p.Begin != nil {
		m.Begin, m.BeginID, m.BeginUrgency = p.Begin.Event, string(p.Begin.ID), p.Begin.Urgency()
		m.BeginTeam, m.BeginService = p.Begin.TeamSlug, p.Begin.ServiceSlug
	}
	return m
}

// missing is the outcome where a secret cannot be had; what is said of it names it.
func missing(err error) notify.Outcome {
	if e := fault.As(err); e != nil {
		return notify.Outcome{Reason: "It was not sent: " + e.Message + "."}
	}
	return notify.Outcome{Reason: "It was not sent: a secret could not be read."}
}
