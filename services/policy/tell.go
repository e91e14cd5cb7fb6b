package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

// news is what is told of a violation.
type news struct {
	violation Violation
	policy    View
	service   registry.Service
	slo       string // its slug
}

func (n news) path() string { return n.service.Slug + "/" + n.slo }

// tell says it to the audiences; the team is told where none is named.
func (s *Service) tell(ctx context.Context, n news, t event.Type, to []Audience, title, text string, over bool, now time.Time) error {
	e := event.Event{
		Type: t, Key: "violation/" + string(n.violation.ID), Over: over, At: now, Team: n.service.Team, Service: n.service.ID,
		Subject: n.path(), Title: title, Text: text, Link: "/violations/" + string(n.violation.ID),
		Figures: []event.Figure{{Name: "policy", Value: n.policy.Policy.Slug}, {Name: "clause", Value: n.violation.Clause}, {Name: "mode", Value: string(n.violation.Mode)}},
	}
	if consumed := n.violation.Evidence.ConsumedPercent; consumed != "" {
		e.Figures = append(e.Figures, event.Figure{Name: "consumedWhenOpened", Value: consumed + " %"})
	}
	if !lasts(t) {
		e.Key += "/" + string(t) // what ends is told where it began, whatever was said meanwhile
	}
	if len(to) == 0 {
		to = []Audience{TheTeam}
	}
	// One event to a team, whoever is meant there.
	var events []event.Event
	of := func(team id.ID) *event.Event {
		if i := slices.IndexFunc(events, func(e event.Event) bool { return e.Team == team }); i >= 0 {
			return &events[i]
		}
		told := e
		if told.Team = team; team != n.service.Team {
			told.Key += "/" + string(team)
		}
		events = append(events, told)
		return &events[len(events)-1]
	}
	for _, audience := range to {
		switch audience {
		case ParentTeam:
			parent, err := s.parent(ctx, n.service.Team)
			if err != nil {
				return err
			}
			of(parent)
		case Approver:
			of(n.service.Team).Person = n.policy.Revision.Approval.Approver
		default:
			of(n.service.Team)
		}
	}
	return s.announce(ctx, events...)
}

// lasts reports whether events of the type begin or end what the violation asks for.
func lasts(t event.Type) bool {
	return slices.Contains([]event.Type{event.ViolationOpened, event.ViolationEnded, event.ViolationVoided, event.FreezeBegan, event.FreezeEnded}, t)
}

// announce tells, within the transaction of what happened.
func (s *Service) announce(ctx context.Context, events ...event.Event) error {
	if s.teller == nil {
		return nil
	}
	if err := s.teller.Tell(ctx, events...); err != nil {
		return fmt.Errorf("tell what happened: %w", err)
	}
	return nil
}

// parent is the team above, or the team itself where there is none.
func (s *Service) parent(ctx context.Context, team id.ID) (id.ID, error) {
	t, err := s.services.Team(ctx, team)
	if err != nil {
		return "", fmt.Errorf("read team %s: %w", team, err)
	}
	if t.Parent == "" {
		return team, nil
	}
	return t.Parent, nil
}

// freezes reports whether the violation of the clause has changes wait.
func (v Violation) freezes(c Clause) bool {
	return v.Mode == Enforce && c.Freeze != nil && v.Handling.EarlyExit == nil
}

// began tells that what the clause asks for is asked from now on.
func (s *Service) began(ctx context.Context, n news, c Clause, now time.Time) error {
	v := n.violation
	to := v.audiences(c)
	switch {
	case len(to) == 0:
		return nil
	case v.freezes(c):
		return s.tell(ctx, n, event.FreezeBegan, to, fmt.Sprintf("Changes of %s wait: %s", n.service.Slug, what(n, c)),
			fmt.Sprintf("The clause %s of the policy %s holds of the SLO %s: %s. Work on what spends the budget goes on, and so do urgent fixes, security fixes and rollbacks. Where the numbers are wrong, or the clause does not fit, dispute it.",
				c.Name, n.policy.Policy.Slug, n.path(), v.Evidence.When), false, now)
	}
	return s.tell(ctx, n, event.ViolationOpened, to, what(n, c),
		fmt.Sprintf("The clause %s of the policy %s holds of the SLO %s: %s.", c.Name, n.policy.Policy.Slug, n.path(), v.Evidence.When), false, now)
}

// ceased tells that nothing is asked for any more, as far as was told that it is.
func (s *Service) ceased(ctx context.Context, n news, c Clause, why string, now time.Time) error {
	v := n.violation
	ended := event.ViolationEnded
	if v.Ending == Void {
		ended = event.ViolationVoided
	}
	to := v.audiences(c)
	switch {
	case len(to) == 0:
		return nil
	case v.freezes(c):
		if ended == event.ViolationEnded {
			ended = event.FreezeEnded
		}
		return s.tell(ctx, n, ended, to, fmt.Sprintf("Changes of %s do not wait for %s any more", n.service.Slug, c.Name), Sentence(why), true, now)
	}
	return s.tell(ctx, n, ended, to, fmt.Sprintf("%s: the clause %s asks for nothing any more", n.path(), c.Name), Sentence(why), true, now)
}

// audiences are who is told when what the clause asks for because of the violation begins and
// ends: of a freeze the team first in any case; none where it is only observed.
func (v Violation) audiences(c Clause) []Audience {
	var to []Audience
	if v.Mode == Observe {
		return to
	}
	if v.freezes(c) {
		to = append(to, TheTeam)
	}
	if c.Notify != nil {
		for _, audience := range c.Notify.To {
			if !slices.Contains(to, audience) {
				to = append(to, audience)
			}
		}
	}
	return to
}

// Told is how many teams are told of a violation of the clause in the mode that nobody handles:
// each time, when it begins and when it ends, and when it is escalated. above says whether there
// is a team above the service's.
func (c Clause) Told(mode Mode, above bool) (each, escalated int) {
	if mode == Observe {
		return 0, 0
	}
	if c.Escalate != nil {
		escalated = 1
	}
	own, others := 0, 0
	for _, audience := range (Violation{Mode: mode}).audiences(c) {
		if audience == ParentTeam && above {
			others = 1
		} else {
			own = 1 // where its people, its approver's too, are told
		}
	}
	return own + others, escalated
}

// what holds of the SLO, in one line.
func what(n news, c Clause) string {
	if consumed := n.violation.Evidence.ConsumedPercent; consumed != "" {
		return fmt.Sprintf("%s: %s, %s %% of the error budget of 28 days is consumed", n.path(), c.Name, consumed)
	}
	return fmt.Sprintf("%s: %s", n.path(), c.Name)
}

// Minute spells a time to the minute, for people.
func Minute(at time.Time) string { return at.UTC().Format("2006-01-02 15:04 UTC") }

// Sentence makes one of what somebody typed.
func Sentence(text string) string {
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + strings.TrimRight(text[size:], ".!? ") + "."
}
