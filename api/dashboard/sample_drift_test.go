package dashboard

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards/drift"
)

// drifter finds a reason of each kind of the sample's services.
type drifter struct{ *sample }

var _ Drifts = drifter{}

func (d drifter) all() []drift.View {
	if len(d.services) < 2 {
		return nil
	}
	told := d.now.AddDate(0, 0, -3)
	of := func(n int, reason drift.Reason, detail string, ago time.Duration, escalated *time.Time) drift.View {
		s := d.services[n]
		for _, t := range d.teams {
			if t.ID == s.Team {
				s.TeamSlug = t.Slug
			}
		}
		return drift.View{Of: s, Drift: drift.Drift{ID: id.New(d.now), Service: s.ID, Reason: reason, Detail: detail, FoundAt: d.now.Add(-ago), EscalatedAt: escalated}}
	}
	return []drift.View{
		of(0, drift.EmptyTeam, "Nobody is in the team shop who was not deactivated.", 10*24*time.Hour, &told),
		of(1, drift.DepartedOnCall, "On call is "+hostile+", who was deactivated on 2026-11-20.", 26*time.Hour, nil),
		of(1, drift.Repository, "The repository https://git.example.org/"+strings.Repeat("long", 40)+" takes no issues: It was archived.", time.Hour, nil),
	}
}

func (d drifter) List(_ context.Context, f drift.Filter, r page.Request) (page.Page[drift.View], error) {
	found := slices.DeleteFunc(d.all(), func(v drift.View) bool { return f.Reason != "" && v.Reason != f.Reason })
	out := page.Page[drift.View]{Items: found}
	if r.After == "" && f.Reason == "" && len(found) > 0 {
		out.Next = "next-cursor"
	}
	return out, d.fail
}

func TestOwnershipDriftIsListedWithWhyAndSinceWhen(t *testing.T) {
	t.Parallel()
	s := newSample()
	doc, text := visiting(t, s).read(driftPath)
	says(t, words(within(t, doc, "main")), s.services[0].Name, "Empty team", "Nobody is in the team shop who was not deactivated.", "10 days ago", "3 days ago",
		"On call left", "On call is <script", "Repository refuses", "It was archived.", "not yet")
	if strings.Contains(text, "<script src") {
		t.Error("what somebody is called is a script")
	}
	if !strings.Contains(text, `href="`+serviceURL(s.services[0].Slug)+`"`) || !strings.Contains(text, "next-cursor") {
		t.Error("it leads neither to the service nor to the next page")
	}
	doc, _ = visiting(t, s).read(driftPath + "?reason=on_call_departed")
	if text := words(within(t, doc, "main")); strings.Contains(text, "Nobody is in the team") || !strings.Contains(text, "On call is") {
		t.Errorf("narrowed it says %s", text)
	}
	doc, _ = visiting(t, &sample{now: sampleNow}).read(driftPath)
	says(t, words(within(t, doc, "main")), "None", "watch-ownership")
}

func TestTheOverviewLeadsToOwnershipDrift(t *testing.T) {
	t.Parallel()
	if _, text := visiting(t, newSample()).read("/"); !strings.Contains(text, `href="`+driftPath+`"`) {
		t.Error("it does not")
	}
}
