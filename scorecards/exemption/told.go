package exemption

import (
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/scorecards"
)

// told is the event that tells it of an exemption.
func (a about) told(news event.Type, e Exemption, now time.Time) event.Event {
	title := checkTitle(a.card, e.Check)
	until := e.Until.Format("2 January 2006, 15:04 UTC")
	out := event.Event{
		Type: news, Key: "exemption/" + string(e.ID), At: now, Team: a.service.Team, Service: a.service.ID, Person: e.Person,
		Subject: a.service.Slug + "/" + e.Check, Link: "/exemptions/" + string(e.ID),
		Figures: []event.Figure{
			{Name: "scorecard", Value: a.card.Scorecard.Slug}, {Name: "check", Value: e.Check}, {Name: "until", Value: e.Until.Format(time.RFC3339)},
		},
	}
	switch news {
	case event.ExemptionAsked:
		// Who decides is told. A scorecard of the platform has no team: it is told to administrators,
		// and as an affair of the platform.
		out.Team, out.Person = a.card.Scorecard.Owner, ""
		if out.Team == "" {
			out.Service = ""
		}
		out.Title = fmt.Sprintf("%s asks to excuse %s from “%s” until %s", e.AskedBy, a.service.Slug, title, until)
		out.Text = "The reason: " + e.Reason + " Another person than who asked approves or rejects it."
	case event.ExemptionDecided:
		out.Title, out.Text = a.decision(e, title, until)
	case event.ExemptionExpiring:
		out.Title = fmt.Sprintf("%s is excused from “%s” until %s", a.service.Slug, title, until)
		out.Text = "From then on the check counts again. Have the service pass it by then; where that takes longer, end the exemption and ask for another one."
	case event.ExemptionExpired:
		out.Title = fmt.Sprintf("%s is not excused from “%s” any more, since %s", a.service.Slug, title, until)
		out.Text = "The check counts again. Where the service does not pass it, ask for another exemption, or mend it."
	}
	return out
}

func (a about) decision(e Exemption, title, until string) (headline, text string) {
	switch {
	case e.Ended == nil:
		text = "The check does not count until then."
		if e.Approval.Reason != "" {
			text += " " + e.Approval.By + " says: " + e.Approval.Reason
		}
		return fmt.Sprintf("%s lets %s be excused from “%s” until %s", e.Approval.By, a.service.Slug, title, until), text
	case e.Ended.How == Rejected:
		return fmt.Sprintf("%s rejected to excuse %s from “%s”", e.Ended.By, a.service.Slug, title), "The reason: " + e.Ended.Reason
	}
	return fmt.Sprintf("%s ended that %s is excused from “%s”", e.Ended.By, a.service.Slug, title), "The check counts again. The reason: " + e.Ended.Reason
}

// checkTitle is the check's title; its ID where it is gone.
func checkTitle(v scorecards.View, check string) string {
	for _, c := range v.Revision.Checks {
		if c.ID == check {
			return c.Title
		}
	}
	return check
}
