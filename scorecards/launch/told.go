package launch

import (
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
)

// told is the event that tells of a review.
func (a about) told(news event.Type, r Review, now time.Time) event.Event {
	out := event.Event{
		Type: news, Key: "launch-review/" + string(r.ID), At: now, Team: a.service.Team, Service: a.service.ID, Person: r.Person,
		Subject: a.service.Slug + "/" + a.card.Scorecard.Slug, Link: "/launch-reviews/" + string(r.ID),
		Figures: []event.Figure{{Name: "scorecard", Value: a.card.Scorecard.Slug}, {Name: "level", Value: r.Level}, {Name: "planned", Value: string(r.PlannedOn)}},
	}
	if news == event.LaunchReviewAsked {
		out.Team, out.Person = a.card.Scorecard.Owner, ""
		if out.Team == "" { // an affair of the platform is administrators'
			out.Service = ""
		}
		out.Title = fmt.Sprintf("%s asks for a review of %s before its launch on %s", r.AskedBy, a.service.Slug, r.PlannedOn)
		out.Text = fmt.Sprintf("The service is to reach %s. Another person than who asked signs off or rejects it. %s", r.Level, r.Note)
		return out
	}
	d := r.Decision
	switch {
	case news == event.LaunchReviewExpiring:
		out.Title = fmt.Sprintf("The sign-off of the launch of %s holds until %s", a.service.Slug, d.Until.Format("2 January 2006, 15:04 UTC"))
		out.Text = "Where the service goes on, ask for another review before that."
		return out
	case news == event.LaunchReviewExpired:
		out.Title = fmt.Sprintf("The sign-off of the launch of %s does not hold any more, since %s", a.service.Slug, d.Until.Format("2 January 2006, 15:04 UTC"))
		out.Text = strings.TrimSpace("Where the service goes on, ask for another review. " + owed(r.Conditions))
		return out
	case d.How == Rejected:
		out.Title, out.Text = fmt.Sprintf("%s rejected the launch of %s", d.By, a.service.Slug), "The reason: "+d.Reason
		return out
	}
	out.Title = fmt.Sprintf("%s signed off the launch of %s until %s", d.By, a.service.Slug, d.Until.Format("2 January 2006, 15:04 UTC"))
	out.Text = d.Reason
	for _, c := range r.Conditions {
		out.Text += fmt.Sprintf("\nTo be done by %s: %s", c.DueOn, c.Text)
	}
	out.Text = strings.TrimSpace(out.Text)
	return out
}

// late are the events that tell of conditions that are overdue: to the team of the service, and to those
// who signed it off on these conditions, where they are others.
func (a about) late(r Review, late []Condition, now time.Time) []event.Event {
	out := a.told(event.LaunchConditionOverdue, r, now)
	out.Title = fmt.Sprintf("%d conditions on which the launch of %s was signed off are overdue", len(late), a.service.Slug)
	if len(late) == 1 {
		out.Title = fmt.Sprintf("A condition on which the launch of %s was signed off is overdue", a.service.Slug)
	}
	out.Text = owed(late) + "\nThe sign-off holds all the same. Who did it says where that is seen."
	keeper := a.card.Scorecard.Owner
	if keeper == a.service.Team {
		return []event.Event{out}
	}
	other := out
	other.Key += "/decided"
	if other.Team, other.Person = keeper, r.Decision.Person; keeper == "" { // an affair of the platform is administrators'
		other.Service = ""
	}
	return []event.Event{out, other}
}

// owed says which of the conditions are not done.
func owed(conditions []Condition) string {
	var lines []string
	for _, c := range conditions {
		if c.Done == nil {
			lines = append(lines, fmt.Sprintf("Was to be done by %s: %s", c.DueOn, c.Text))
		}
	}
	return strings.Join(lines, "\n")
}
