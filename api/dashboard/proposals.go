package dashboard

import (
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy/proposal"
	"github.com/evenkeel/evenkeel/services/slo"
)

// shownProposals is how many open proposals the page of an objective lists.
const shownProposals = 10

type proposalsPage struct {
	Filters []entry
	Rows    []proposalRow
	Pager   pager
	Empty   empty
}

// proposalRow is a relaxing act that waits for a second person, or waited for one.
type proposalRow struct {
	ID, Act         string
	Service         link
	Summary, Reason string
	By              string
	At, Until       moment
	Ends            string // how Until is: "until", or that it is over
	State           badge
	Decided         string // by whom and why, empty while nobody decided
	API             string // below which it is decided on, empty where it cannot be any more
}

// proposals lists them, the newest first, open ones only unless asked.
func (d *Dashboard) proposals(v *visit) (screen, error) {
	all := v.URL.Query().Has("all")
	f := proposal.Filter{State: proposal.Open}
	if all {
		f.State = ""
	}
	found, err := d.sources.Proposals.List(v.ctx, f, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p := proposalsPage{
		Filters: []entry{{URL: "/proposals", Text: "Open", Current: !all}, {URL: "/proposals?all", Text: "All", Current: all}},
		Pager:   pagerOf(v, found.Next),
		Empty:   empty{Title: "None", Text: "Nothing waits for a second person.", Call: "POST /v1/proposals"},
	}
	if p.Rows, err = d.proposalRows(v, found.Items); err != nil {
		return screen{}, err
	}
	return screen{template: "proposals", title: "Proposals", section: "/violations", page: p}, nil
}

// openProposals are those of an objective that wait for a second person.
func (d *Dashboard) openProposals(v *visit, of slo.View) ([]proposalRow, error) {
	found, err := d.sources.Proposals.List(v.ctx, proposal.Filter{SLO: of.SLO.ID, State: proposal.Open}, page.Request{Limit: shownProposals})
	if err != nil {
		return nil, err
	}
	return d.proposalRows(v, found.Items)
}

func (d *Dashboard) proposalRows(v *visit, proposals []proposal.Proposal) ([]proposalRow, error) {
	var services []id.ID
	for _, p := range proposals {
		services = append(services, p.Service)
	}
	owners, err := d.sources.Registry.ServicesByID(v.ctx, services)
	if err != nil {
		return nil, err
	}
	var rows []proposalRow
	for _, p := range proposals {
		owner := owners[p.Service]
		row := proposalRow{
			ID: string(p.ID), Act: actText(p.Act), Service: link{URL: serviceURL(owner.Slug), Text: owner.Name}, Summary: sentence(p.Summary), Reason: p.Reason, By: p.ProposedBy,
			At: ago(v.now, p.CreatedAt), Until: at(p.ExpiresAt), Ends: "until", State: proposalBadge(p.State(v.now)),
		}
		switch p.State(v.now) {
		case proposal.Open:
			row.API = "/v1/proposals/" + string(p.ID)
		case proposal.Expired:
			row.Ends = "expired"
		default:
			row.Ends, row.Until, row.Decided = "decided", ago(v.now, *p.DecidedAt), "by "+p.DecidedBy
			if p.DecidedFor != "" {
				row.Decided += ": " + p.DecidedFor
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func actText(a proposal.Act) string {
	switch a {
	case proposal.ReviseSLO:
		return "Revise the objective"
	case proposal.DeclareCorrection:
		return "Correct the objective"
	case proposal.RemoveCorrection:
		return "Remove a correction"
	case proposal.RetireSLO:
		return "Retire the objective"
	case proposal.RetireService:
		return "Retire the service"
	}
	return "Update the service"
}

func proposalBadge(s proposal.State) badge {
	switch s {
	case proposal.Open:
		return badge{"risk", "Open"}
	case proposal.Approved:
		return badge{"ok", "Approved"}
	case proposal.Rejected:
		return badge{"none", "Rejected"}
	}
	return badge{"none", "Expired"}
}
