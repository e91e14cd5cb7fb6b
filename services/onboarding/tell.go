package onboarding

import (
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
)

// told tells the team what the wave brought for one of its services; false where that is nothing.
func (o Outcome) told(w Wave, now time.Time) (event.Event, bool) {
	e := event.Event{
		Type: event.OnboardingBrought, Key: "onboarding/" + string(o.Member.ID), At: now, Team: o.Service.Team, Service: o.Service.ID,
		Subject: o.Service.Slug, Link: "/services/" + o.Service.Slug,
	}
	var declared []string
	for _, s := range o.SLOs {
		if !s.Kept {
			declared = append(declared, fmt.Sprintf("%s (%s)", s.Slug, s.Objective))
		}
	}
	switch {
	case o.Registers:
		e.Title = fmt.Sprintf("%s was registered by the onboarding wave “%s”", o.Service.Slug, w.Name)
		e.Text = "It is its team's: look whether what is said of it is right."
	case len(declared) > 0:
		e.Title = fmt.Sprintf("%s was given an SLO by the onboarding wave “%s”", o.Service.Slug, w.Name)
	default:
		return event.Event{}, false
	}
	if len(declared) > 0 {
		e.Text = strings.TrimSpace(e.Text + fmt.Sprintf(" It has by the wave's templates: %s. Look whether the objective is what users need, and whether data arrives; what is not right its team changes.", strings.Join(declared, ", ")))
	}
	return e, true
}
