package dashboard

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// toilOfMine adds what is the visitor's own: the question, entries, and proposals.
func (d *Dashboard) toilOfMine(v *visit, team registry.Team, p *toilPage, s sent) error {
	week := share.WeekOf(v.now).Plus(-1)
	answer, err := d.sources.Toil.Mine(v.ctx, team.ID, week)
	switch {
	case err == nil:
		p.Question = questionOf(week, answer, s.of("answer"))
		p.Question.Answered = fmt.Sprintf("You answered %d %%", answer.Percent)
		if answer.Category != "" {
			p.Question.Answered += ", mostly " + lower(answer.Category.Words())
		}
	case fault.Is(err, fault.NotFound):
		p.Question = questionOf(week, toil.Answer{}, s.of("answer"))
	default:
		return err
	}
	entries, err := d.sources.Toil.Entries(v.ctx, toil.EntryFilter{Team: team.ID}, following(v, 20))
	if err != nil {
		return err
	}
	p.Pager = pagerOf(v, entries.Next)
	services, err := d.sources.Registry.Services(v.ctx, registry.ServiceFilter{Team: team.ID}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return err
	}
	proposals, err := d.sources.Toil.Proposals(v.ctx, team.ID)
	if err != nil {
		return err
	}
	var ids []id.ID
	for _, e := range entries.Items {
		ids = append(ids, e.Service)
	}
	for _, one := range proposals {
		ids = append(ids, one.Service)
	}
	named, err := d.sources.Registry.ServicesByID(v.ctx, slices.DeleteFunc(ids, func(one id.ID) bool { return one == "" }))
	if err != nil {
		return err
	}
	for _, e := range entries.Items {
		row := entryRow{ID: string(e.ID), Change: toilEntryURL(team.Slug, e.ID), Version: e.Version, Day: day(e.Day.Time()), What: fmt.Sprintf("%s of %s, score %d of 6", timeText(e.Minutes), lower(e.Category.Words()), e.Score()), Note: e.Note}
		if service, there := named[e.Service]; there {
			row.What += ", for " + service.Name
		}
		if e.Link != "" {
			row.Link = outside(e.Link)
		}
		p.Entries = append(p.Entries, row)
	}
	p.Log, p.Logging = toilFields(toil.Entry{EntryInput: toil.EntryInput{Day: clock.DateOf(v.now), Category: toil.Categories[0]}}, services.Items, s.of("log")), s.act == "log"
	for _, one := range proposals {
		p.Proposals = append(p.Proposals, toilProposal{ID: string(one.ID), Title: one.Title, Day: day(one.Day.Time()), Service: link{URL: serviceURL(named[one.Service].Slug), Text: named[one.Service].Name}, Fields: takeFields(string(one.ID), s.of("take"))})
	}
	return nil
}

func lower(words string) string {
	if words == "" {
		return words
	}
	return string(words[0]|0x20) + words[1:] // words of the program, in ASCII
}

// early is for how long after its end the quarter that is over is asked about.
const early = 14 * 24 * time.Hour

// toilSurvey adds the survey of the quarter.
func (d *Dashboard) toilSurvey(v *visit, team registry.Team, p *toilPage, in *filled) error {
	q := share.QuarterOf(v.now.Add(-early))
	s, err := d.sources.Toil.Surveyed(v.ctx, team.ID, q)
	if err != nil {
		return err
	}
	p.Survey = surveyCard{Quarter: string(q), Fields: surveyFields(in), Sent: in.Values != nil}
	if p.Inside {
		_, err := d.sources.Toil.MySurvey(v.ctx, team.ID, q)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		p.Survey.Answered = err == nil
	}
	if !s.Told {
		p.Survey.Summary = []string{"The answers are told from " + s.Closes.Format("2 January") + " on, where four people or more gave some, without who gave them."}
		if p.Inside {
			p.Survey.Summary = append(p.Survey.Summary, plural(s.Answers, "person", "people")+" answered.")
		}
		return nil
	}
	largest, most := toil.Category(""), 0
	for _, c := range toil.Categories {
		if s.Categories[c] > most {
			largest, most = c, s.Categories[c]
		}
	}
	p.Survey.Summary = []string{
		fmt.Sprintf("%d people say that %.0f %% of the quarter was toil, the middle one %.0f %%.", s.Answers, s.Mean*100, s.Median*100),
		fmt.Sprintf("Largest source: %s, for %d of them.", cmp.Or(lower(largest.Words()), "none"), most),
		fmt.Sprintf("It is getting better for %d, stays the same for %d, and is getting worse for %d.", s.Courses[toil.Better], s.Courses[toil.Same], s.Courses[toil.Worse]),
		fmt.Sprintf("Being on call was heavy for %d, fair for %d and light for %d; %d were not.", s.OnCall[toil.Heavy], s.OnCall[toil.Fair], s.OnCall[toil.Light], s.OnCall[toil.NotOnCall]),
	}
	p.Survey.Wishes = s.Wishes
	return nil
}
