package dashboard

import (
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// toilsPage is how much toil teams have.
type toilsPage struct {
	Rows  []toilRow
	Pager pager
	Empty empty
}

// toilRow is a team.
type toilRow struct {
	Team            link
	Yours           bool
	Share, Response figure
	State           badge
}

// shownTeams is how many teams are on a page; of each it is worked out how much toil it has.
const shownTeams = 20

// toils lists teams, by name, with the share of the last 90 days as far as it is told to the visitor.
func (d *Dashboard) toils(v *visit) (screen, error) {
	teams, err := d.sources.Registry.Teams(v.ctx, registry.TeamFilter{}, following(v, shownTeams))
	if err != nil {
		return screen{}, err
	}
	p := toilsPage{Pager: pagerOf(v, teams.Next), Empty: empty{Title: "No team yet", Text: "Once there is a team with members, each is asked on Mondays how much of the week was toil.", Call: "POST /v1/teams"}}
	for _, t := range teams.Items {
		m, err := d.sources.Toil.Measure(v.ctx, t.ID, "")
		if err != nil {
			return screen{}, err
		}
		row := toilRow{Team: link{URL: toilURL(t.Slug), Text: t.Name}, Yours: m.Inside, Response: percentFigure(m.Rolling.Rate), State: toilBadge(m)}
		if f := m.Rolling.Answers; f != nil {
			shown := f.Whole
			if f.Median != nil {
				shown = *f.Median
			}
			row.Share = percentFigure(&shown)
		}
		p.Rows = append(p.Rows, row)
	}
	return screen{template: "toils", title: "Toil", section: toilPath, page: p}, nil
}

// toilBadge is how a team stands to its cap.
func toilBadge(m toil.Measured) badge {
	switch r := m.Rolling; {
	case r.State == share.NoData:
		return badge{"none", "Nobody answered"}
	case r.State == share.Insufficient:
		return badge{"stale", "Too few answered"}
	case r.State == toil.TooFew:
		return badge{"none", "Told to the team alone"}
	case r.Above == nil:
		return badge{"none", "Not known"}
	case *r.Above:
		return badge{"bad", "Above the cap"}
	}
	return badge{"ok", "Within the cap"}
}
