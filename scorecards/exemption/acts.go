package exemption

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// What can be done to an exemption.
const (
	ActApprove = "approve"
	ActReject  = "reject"
	ActEnd     = "end"
)

// Acts tells what the context's caller may do to each of the exemptions as it is now, of services and
// scorecards that are given by their identifiers, by the rules by which it is done.
func (s *Service) Acts(ctx context.Context, exemptions []Exemption, services map[id.ID]registry.Service, cards map[id.ID]scorecards.View) ([]access.Acts, error) {
	now, by := clock.Round(s.Clock()), s.Authorizer.ForMany()
	out := make([]access.Acts, len(exemptions))
	for i, e := range exemptions {
		a := about{services[e.Service], cards[e.Scorecard]}
		decides, waits := func() error { return a.mayDecide(ctx, by, e) }, func() error { return e.waits(now) }
		if err := out[i].Ask(ActApprove, decides, waits, func() error { return a.approvable(e) }); err != nil {
			return nil, err
		}
		if err := out[i].Ask(ActReject, decides, waits); err != nil {
			return nil, err
		}
		if err := out[i].Ask(ActEnd, func() error { return a.mayEnd(ctx, by, e, now) }, func() error { return e.lasts(now) }); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// mayDecide authorises to decide on it: a person of the team that keeps the scorecard, or an
// administrator, who is another than who asked. Forbidden; Conflict "own_exemption".
func (a about) mayDecide(ctx context.Context, by *access.Authorizer, e Exemption) error {
	o := a.decided(e)
	if err := by.Authorize(ctx, access.Update, o); err != nil {
		return err
	}
	c := access.CallerFrom(ctx)
	if c.Kind != access.ByPerson || c.Person == "" {
		return access.Refused(ctx, access.Update, o, "forbidden", "only a person may decide on an exemption")
	}
	if c.Person == e.Person {
		return fault.New(fault.Conflict, "own_exemption", "who asked for an exemption cannot decide on it; another person who keeps the scorecard can. To take it back, end it")
	}
	return nil
}

// waits is nil where it waits for a decision; Conflict "exemption_over", "exemption_decided".
func (e Exemption) waits(now time.Time) error {
	switch state := e.State(now); state {
	case Waiting:
		return nil
	case Lapsed:
		return fault.New(fault.Conflict, "exemption_over", "it was asked for until %s, which is over; ask anew", e.Until.Format(time.RFC3339))
	default:
		return fault.New(fault.Conflict, "exemption_decided", "the exemption does not wait any more: it is %s", words(state))
	}
}

// approvable is nil where there is something to excuse; Conflict "check_gone", "service_retired".
func (a about) approvable(e Exemption) error {
	if !has(a.card, e.Check) {
		return fault.New(fault.Conflict, "check_gone", "the scorecard %q does not ask for the check %q any more", a.card.Scorecard.Slug, e.Check)
	}
	return a.service.Live()
}

// mayEnd authorises to end it: members of the service's team, and of one in force also who may decide
// on exemptions of the scorecard. Forbidden.
func (a about) mayEnd(ctx context.Context, by *access.Authorizer, e Exemption, now time.Time) error {
	refused := by.Authorize(ctx, access.Delete, a.asked(e))
	if refused == nil || !fault.Is(refused, fault.Forbidden) || e.State(now) == Waiting { // which they reject
		return refused
	}
	err := by.Authorize(ctx, access.Update, a.decided(e))
	if fault.Is(err, fault.Forbidden) {
		return refused
	}
	return err
}

// lasts is nil where there is something to end; Conflict "exemption_over".
func (e Exemption) lasts(now time.Time) error {
	if state := e.State(now); state != Waiting && state != InForce {
		return fault.New(fault.Conflict, "exemption_over", "the exemption is %s already", words(state))
	}
	return nil
}
