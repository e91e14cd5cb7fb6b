package onboarding

import (
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
)

// told tells the team what the wave brought for one of its services.
func (o Outcome) told(w Wave, now time.Time) event.Event {
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
	does := "has what it is to have"
	switch {
	case o.Registers:
		does = "was registered"
	case len(declared) > 0:
		does = "was given an SLO"
	}
	e.Title = fmt.Sprintf("%s %s by the onboarding wave “%s”", o.Service.Slug, does, w.Name)
	var text strings.Builder
	if len(declared) > 0 {
		fmt.Fprintf(&text, "It has the SLOs %s from the wave's templates. ", strings.Join(declared, ", "))
	}
	text.WriteString("They are its team's: look whether the objective is what users need, whether data arrives, and change what is not right.")
	if w.DueOn != "" {
		fmt.Fprintf(&text, " The wave is to be measured by %s.", w.DueOn)
		e.Figures = append(e.Figures, event.Figure{Name: "due", Value: string(w.DueOn)})
	}
	e.Text = text.String()
	return e
}
