package dashboard

import (
	"fmt"

	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/onboarding"
)

type previewPage struct {
	Crumbs []link
	Wave   link
	Rows   []outcomeRow
	Pager  pager
	Empty  empty
}

// outcomeRow is what starting would do with a member.
type outcomeRow struct {
	Name     link
	State    badge
	Does     []string
	Problems []string
	Warnings []string
}

// previewWave shows what starting the wave would do.
func (d *Dashboard) previewWave(v *visit) (screen, error) {
	w, err := d.sources.Onboarding.Wave(v.ctx, v.PathValue("wave"))
	if err != nil {
		return screen{}, err
	}
	found, err := d.sources.Onboarding.Preview(v.ctx, w.Slug, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p := previewPage{
		Crumbs: []link{{URL: onboardingPath, Text: "Onboarding"}, {URL: waveURL(w.Slug), Text: w.Name}, {Text: "Preview"}}, Wave: link{URL: waveURL(w.Slug), Text: w.Name}, Pager: pagerOf(v, found.Next),
		Empty: empty{Title: "Nothing is in it yet", Text: "Put something into the wave first."},
	}
	for _, o := range found.Items {
		p.Rows = append(p.Rows, outcomeRowOf(o))
	}
	return screen{template: "wavepreview", title: "Preview of " + w.Name, section: onboardingPath, page: p}, nil
}

func outcomeRowOf(o onboarding.Outcome) outcomeRow {
	row := outcomeRow{Name: memberLink(o.Member), State: badge{"info", "Would be brought"}}
	if len(o.Problems) > 0 {
		row.State = badge{"bad", "Would fail"}
		for _, p := range o.Problems {
			row.Problems = append(row.Problems, problemText(p))
		}
		return row
	}
	if o.Member.State == onboarding.Failed {
		row.State = badge{"info", "Would be brought by a retry"}
	}
	brought := o.Member.State == onboarding.Brought
	if brought {
		row.State = memberBadges[onboarding.Brought]
	}
	if s := o.Service; o.Registers {
		row.Does = append(row.Does, fmt.Sprintf("Registers the service %s for %s: %s, tier %d, %s.", s.Slug, s.TeamSlug, s.Kind, s.Tier, s.Lifecycle))
	}
	for _, declared := range o.SLOs {
		named := "“" + declared.Name + "” (" + declared.Slug + "), " + declared.Objective
		switch {
		case brought:
			row.Does = append(row.Does, "Has "+named+".")
		case declared.Kept:
			row.Does = append(row.Does, "Has "+named+", which stays as it is.")
		default:
			row.Does = append(row.Does, "Declares "+named+".")
		}
		for _, w := range declared.Warnings {
			row.Warnings = append(row.Warnings, sentence("of "+declared.Slug+": "+w))
		}
	}
	if len(row.Does) == 0 {
		row.Does = []string{"Nothing is to be done: it is registered, and no SLO is to be declared."}
	}
	return row
}
