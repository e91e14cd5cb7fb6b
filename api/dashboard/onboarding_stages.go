package dashboard

import (
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/onboarding"
)

type stagesPage struct {
	Crumbs   []link
	Filters  []entry
	Stage    string
	Wave     string
	Narrowed *removable // to a wave
	Teams    []choice
	Rows     []stageRow
	Pager    pager
	Empty    empty
}

// stageRow is a service, and how far it is.
type stageRow struct {
	Service, Team, Wave link
	Slug                string
	Stage               badge
	Tier                int
	SLOs                int
}

// stages lists how far services are.
func (d *Dashboard) stages(v *visit) (screen, error) {
	query := v.URL.Query()
	stage, err := oneOf(v, "stage", onboarding.Stages[1:]) // what was found only is no service
	if err != nil {
		return screen{}, err
	}
	f := onboarding.ServiceFilter{Stage: stage}
	if team := query.Get("team"); team != "" {
		is, err := d.sources.Registry.TeamFor(v.ctx, team)
		if err != nil {
			return screen{}, err
		}
		f.Team = is.ID
	}
	p := stagesPage{
		Crumbs: []link{{URL: onboardingPath, Text: "Onboarding"}, {Text: "Services"}}, Stage: string(stage), Wave: query.Get("wave"),
		Filters: []entry{{URL: fromFirst(v.URL.Path, query, "stage", ""), Text: "All", Current: stage == ""}},
		Empty:   empty{Title: "No service yet", Text: "Register one, or bring what was found in a wave.", Call: "POST /v1/services"},
	}
	if p.Wave != "" {
		w, err := d.sources.Onboarding.Wave(v.ctx, p.Wave)
		if err != nil {
			return screen{}, err
		}
		f.Wave = w.ID
		p.Narrowed = &removable{"only what is in the wave " + w.Name, fromFirst(v.URL.Path, query, "wave", "")}
	}
	found, err := d.sources.Onboarding.Services(v.ctx, f, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p.Pager = pagerOf(v, found.Next)
	if f != (onboarding.ServiceFilter{}) {
		p.Empty = empty{Title: "None is so", Text: "No service is at this stage, of this team and in this wave."}
	}
	badges := map[onboarding.Stage]badge{}
	for _, m := range stageMarks {
		badges[m.Stage] = badge{m.Tone, m.Word}
		if m.Stage != onboarding.StageFound {
			p.Filters = append(p.Filters, entry{URL: fromFirst(v.URL.Path, query, "stage", string(m.Stage)), Text: m.Word, Current: m.Stage == stage})
		}
	}
	if p.Teams, err = d.teamsToNarrow(v, query.Get("team"), false); err != nil {
		return screen{}, err
	}
	for _, s := range found.Items {
		row := stageRow{Service: link{URL: serviceURL(s.Slug), Text: s.Name}, Slug: s.Slug, Team: teamOf(s.TeamSlug), Stage: badges[s.Stage], Tier: s.Tier, SLOs: s.SLOs}
		if s.Wave != "" {
			row.Wave = link{URL: waveURL(s.Wave), Text: s.Wave}
		}
		p.Rows = append(p.Rows, row)
	}
	return screen{template: "stages", title: "How far services are", section: onboardingPath, page: p}, nil
}
