package dashboard

import (
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

type objectivesPage struct {
	Note    string
	Filters []entry
	SLOs    objectives
}

// objectivesOnPage is how many SLOs a page of the list has.
const objectivesOnPage = 50

// slos lists every SLO, the least budget first, of one state when asked.
func (d *Dashboard) slos(v *visit) (screen, error) {
	state := budget.State(v.URL.Query().Get("state"))
	found, err := d.sources.SLOs.Views(v.ctx, slo.Filter{State: state, Order: slo.ByRemaining}, following(v, objectivesOnPage))
	if err != nil {
		return screen{}, err
	}
	rows, err := d.rows(v, found.Items, false)
	if err != nil {
		return screen{}, err
	}
	p := objectivesPage{
		Note: "Sorted by the budget that remains, the least first.",
		SLOs: objectives{Caption: "Objectives, the least budget first", Rows: rows, Pager: pagerOf(v, found.Next), Empty: noObjectives},
	}
	p.Filters = append(p.Filters, entry{URL: "/slos", Text: "All", Current: state == ""})
	for _, b := range stateBadges {
		p.Filters = append(p.Filters, entry{URL: stateURL(b.State), Text: b.Word, Current: state == b.State})
	}
	if state != "" {
		p.SLOs.Empty = empty{Title: "None at present", Text: "No objective is in this state."}
	}
	return screen{template: "slos", title: "Objectives", section: "/slos", page: p}, nil
}

func stateURL(s budget.State) string { return "/slos?state=" + string(s) }

var noObjectives = empty{
	Title: "Nothing is promised yet",
	Text:  "An objective says how many of a service’s events should be good, such as 99.9\u00a0% of requests over 28 days. Declare the first one.",
	Call:  "POST /v1/services/{service}/slos",
}
