package dashboard

import (
	"context"

	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards/drift"
)

// Drifts tells which services nobody may look after any more; see drift.Service, which is one.
type Drifts interface {
	List(ctx context.Context, f drift.Filter, r page.Request) (page.Page[drift.View], error)
}

const driftPath = "/ownership-drift"

type driftPage struct {
	Filters []entry
	Rows    []driftRow
	Pager   pager
	Empty   empty
}

// driftRow is a service, and why nobody may look after it.
type driftRow struct {
	Service, Team link
	Reason        badge
	Detail        string
	Found         moment
	Escalated     moment // no text until the team above was told
}

// driftReasons are how reasons are told, in the order of the filters.
var driftReasons = []struct {
	Reason drift.Reason
	Word   string
}{
	{drift.EmptyTeam, "Empty team"},
	{drift.DepartedOnCall, "On call left"},
	{drift.Repository, "Repository refuses"},
	{drift.CodeOwners, "Code owned by others"},
}

// drifts lists them, the oldest first.
func (d *Dashboard) drifts(v *visit) (screen, error) {
	reason := drift.Reason(v.URL.Query().Get("reason"))
	found, err := d.sources.Drifts.List(v.ctx, drift.Filter{Reason: reason}, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p := driftPage{
		Filters: []entry{{URL: driftPath, Text: "All", Current: reason == ""}},
		Pager:   pagerOf(v, found.Next),
		Empty:   empty{Title: "None", Text: "Each service has a team with somebody in it, nobody on call left, and no repository is known to take no issues. The job watch-ownership looks every hour."},
	}
	words := map[drift.Reason]string{}
	for _, r := range driftReasons {
		words[r.Reason] = r.Word
		p.Filters = append(p.Filters, entry{URL: driftPath + "?reason=" + string(r.Reason), Text: r.Word, Current: reason == r.Reason})
	}
	if reason != "" {
		p.Empty = empty{Title: "None", Text: "There is no service of which that is known."}
	}
	for _, one := range found.Items {
		row := driftRow{
			Service: link{URL: serviceURL(one.Of.Slug), Text: one.Of.Name}, Team: link{URL: teamURL(one.Of.TeamSlug), Text: one.Of.TeamSlug},
			Reason: badge{"risk", words[one.Reason]}, Detail: one.Detail, Found: ago(v.now, one.FoundAt),
		}
		if one.EscalatedAt != nil {
			row.Escalated = ago(v.now, *one.EscalatedAt)
		}
		p.Rows = append(p.Rows, row)
	}
	return screen{template: "drift", title: "Ownership drift", section: driftPath, page: p}, nil
}
