// Package claim tells what a violation of an error-budget policy asks for after the incidents that
// consumed the budget, and what came of it: a postmortem of each, with so many action items of the
// priority P0 on a root cause, which are done. That follows from what postmortems and action items
// say; nothing is kept here.
package claim

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
)

// Claim is what a violation asks for, and what came of it.
type Claim struct {
	// Asked is whether its clause asks for postmortems, with at least PriorityActions P0s on a root
	// cause each.
	Asked           bool
	PriorityActions int
	// Owed are the postmortems that it asks for, but for those that the caller may not read.
	Owed []Owed
}

// Owed is a postmortem that is asked for.
type Owed struct {
	Incident incident.Incident
	Status   postmortem.Status
	// Waived is whether somebody said that the violation needs none of this incident.
	Waived bool
	// Planned are the action items of the priority P0 on a root cause, and Done how many of them are
	// done, or waived with a reason.
	Planned []action.Item
	Done    int
}

// Lacks are the sentences about what is still to be done; none where nothing is.
func (c Claim) Lacks() []string {
	out := []string{}
	if c.Asked && len(c.Owed) == 0 {
		out = append(out, "No postmortem is asked for yet: that is done once an incident that took so much is resolved.")
	}
	for _, o := range c.Owed {
		if o.Waived {
			continue
		}
		if o.Status != postmortem.Published {
			out = append(out, fmt.Sprintf("The postmortem of “%s” is not published.", o.Incident.Title))
		}
		switch {
		case len(o.Planned) < c.PriorityActions:
			out = append(out, fmt.Sprintf("“%s” has %d of %d action items of the priority P0 on a root cause.", o.Incident.Title, len(o.Planned), c.PriorityActions))
		case o.Done < c.PriorityActions:
			out = append(out, fmt.Sprintf("Of “%s” %d of %d action items of the priority P0 on a root cause are done.", o.Incident.Title, o.Done, c.PriorityActions))
		}
	}
	return out
}

// Satisfied reports whether the violation asks for something, and all of it is there.
func (c Claim) Satisfied() bool { return c.Asked && len(c.Lacks()) == 0 }

// Clauses say what the clauses of violations ask for.
type Clauses interface {
	// PriorityActions is how many P0s a postmortem has at least; false where none is asked for. Faults:
	// NotFound.
	PriorityActions(ctx context.Context, violation id.ID) (int, bool, error)
}

// Postmortems gives those that a violation asks for; a postmortem.Service does.
type Postmortems interface {
	AskedBy(ctx context.Context, violation id.ID) ([]postmortem.View, error)
}

// Actions gives the action items of an incident; an action.Service does.
type Actions interface {
	OfIncident(ctx context.Context, incident id.ID) ([]action.Item, error)
}

// Service tells of claims. What it reads from authorises the context's caller.
type Service struct {
	Clauses     Clauses
	Postmortems Postmortems
	Actions     Actions
}

// Of is what the violation asks for; NotFound.
func (s Service) Of(ctx context.Context, violation id.ID) (Claim, error) {
	var c Claim
	var err error
	if c.PriorityActions, c.Asked, err = s.Clauses.PriorityActions(ctx, violation); err != nil || !c.Asked {
		return c, err
	}
	asked, err := s.Postmortems.AskedBy(ctx, violation)
	if err != nil {
		return Claim{}, err
	}
	for _, v := range asked {
		o := Owed{Incident: v.Incident, Status: v.Status, Waived: true}
		for _, r := range v.Owing() {
			if r.Reason == postmortem.ByPolicy && r.Subject == violation {
				o.Waived = false
			}
		}
		items, err := s.Actions.OfIncident(ctx, v.Incident.ID)
		if err != nil {
			return Claim{}, err
		}
		for _, i := range items {
			if !i.Asked() {
				continue
			}
			o.Planned = append(o.Planned, i)
			if i.Satisfies() {
				o.Done++
			}
		}
		c.Owed = append(c.Owed, o)
	}
	return c, nil
}
