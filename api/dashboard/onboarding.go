package dashboard

import (
	"context"
	"fmt"
	"html/template"
	"net/url"
	"slices"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/onboarding"
)

// Onboarding tells what may become a service and how far teams are, and brings services in waves; see
// onboarding.Service, which is one.
type Onboarding interface {
	Standing(ctx context.Context, wave string) (onboarding.Standing, error)
	Repositories(ctx context.Context, f onboarding.RepositoryFilter, r page.Request) (page.Page[onboarding.Repository], error)
	Repository(ctx context.Context, of id.ID) (onboarding.Repository, error)
	Decide(ctx context.Context, of id.ID, version int64, d onboarding.Decision) (onboarding.Repository, error)
	Services(ctx context.Context, f onboarding.ServiceFilter, r page.Request) (page.Page[onboarding.ServiceStage], error)
	Waves(ctx context.Context, r page.Request) (page.Page[onboarding.Wave], error)
	Wave(ctx context.Context, name string) (onboarding.Wave, error)
	CreateWave(ctx context.Context, d onboarding.Draft) (onboarding.Wave, error)
	Members(ctx context.Context, wave string, f onboarding.MemberFilter, r page.Request) (page.Page[onboarding.Member], error)
	Add(ctx context.Context, wave string, p onboarding.Pick) (onboarding.Picked, error)
	Remove(ctx context.Context, wave string, member id.ID) error
	Preview(ctx context.Context, wave string, r page.Request) (page.Page[onboarding.Outcome], error)
	Start(ctx context.Context, wave string, retry bool) (onboarding.Progress, error)
}

const (
	onboardingPath     = "/onboarding"
	repositoriesPath   = onboardingPath + "/repositories"
	stagesPath         = onboardingPath + "/services"
	newWavePath        = onboardingPath + "/new-wave" // apart from the waves, one of which may be called "new"
	wavePattern        = onboardingPath + "/waves/{wave}"
	wavePreviewPattern = wavePattern + "/preview"
)

func repositoryURL(of id.ID) string     { return repositoriesPath + "/" + url.PathEscape(string(of)) }
func waveURL(slug string) string        { return onboardingPath + "/waves/" + url.PathEscape(slug) }
func wavePreviewURL(slug string) string { return waveURL(slug) + "/preview" }

// waveTeamsURL is where it is shown how far the teams of a wave are.
func waveTeamsURL(slug string) string { return onboardingPath + "?wave=" + url.QueryEscape(slug) }

func (d *Dashboard) addOnboarding() {
	d.page(onboardingPath, onboardingPath, d.onboarding)
	d.page(repositoriesPath, repositoriesPath, d.repositories)
	d.page(repositoriesPath+"/{repository}", repositoriesPath+"/{repository}", d.repository)
	d.filledForm(repositoriesPath+"/{repository}", d.decideRepository)
	d.filledForm(repositoriesPath+"/{repository}/dismiss", d.dismissRepository)
	d.page(stagesPath, stagesPath, d.stages)
	d.page(newWavePath, newWavePath, d.newWave)
	d.filledForm(newWavePath, d.createWave)
	d.page(wavePattern, wavePattern, d.wave)
	d.page(wavePreviewPattern, wavePreviewPattern, d.previewWave)
	d.filledForm(wavePattern+"/members", d.addMembers)
	d.filledForm(wavePattern+"/members/{member}/remove", d.removeMember)
	d.filledForm(wavePattern+"/start", d.startWave)
}

// stageMark is how a stage is told, and the class that paints it.
type stageMark struct {
	Stage             onboarding.Stage
	Class, Word, Note string
	Tone              string // of its badge
}

// stageMarks are those of the stages, in order. The classes differ in lightness, too.
var stageMarks = []stageMark{
	{onboarding.StageFound, "below", "Found", "a repository that no service names", "none"},
	{onboarding.StageRegistered, "lv1", "Registered", "a service without an SLO", "none"},
	{onboarding.StageDeclared, "lv2", "Declared", "with an SLO, and no data yet", "info"},
	{onboarding.StageMeasured, "lv3", "Measured", "with an SLO that has data", "ok"},
}

// countsOf are how many there are at each stage, in the order of stageMarks.
func countsOf(c onboarding.Count) [4]int {
	return [4]int{c.Found, c.Registered, c.Declared, c.Measured}
}

func stageBar(c onboarding.Count) template.HTML {
	parts := make([]chart.Part, len(stageMarks))
	for i, n := range countsOf(c) {
		parts[i] = chart.Part{Tone: stageMarks[i].Class, Count: n}
	}
	return chart.Parts(parts)
}

func stageShare(c onboarding.Count) string {
	share, any := c.Share()
	if !any {
		return "nothing yet"
	}
	return fmt.Sprintf("%d %%", share)
}

type onboardingPage struct {
	Plan     string     // where a wave is planned; empty for who may not
	Narrowed *removable // to a wave
	Counts   []stageCount
	Bar      template.HTML
	Share    string
	Rows     []standingRow
	Empty    empty
	Waves    []waveRow
	Pager    pager // of waves
	NoWaves  empty
}

// stageCount is how many there are at a stage, and where they are listed.
type stageCount struct {
	stageMark
	Count int
	URL   string // empty where there are none, or no list is of them
}

// standingRow is how far what a team has is.
type standingRow struct {
	Team   link
	Bar    template.HTML
	Counts []stageCount
	Share  string
}

// waveRow is a wave in a list.
type waveRow struct {
	Wave, Teams link
	State       badge
	Due         string
	Bar         template.HTML
	Done        string
}

// shownWaves is how many waves are on the page.
const shownWaves = 10

// onboarding shows how far all teams are.
func (d *Dashboard) onboarding(v *visit) (screen, error) {
	wave := v.URL.Query().Get("wave")
	standing, err := d.sources.Onboarding.Standing(v.ctx, wave)
	if err != nil {
		return screen{}, err
	}
	waves, err := d.sources.Onboarding.Waves(v.ctx, following(v, shownWaves))
	if err != nil {
		return screen{}, err
	}
	p := onboardingPage{
		Counts: stageCounts(standing.Total, "", false, wave), Bar: stageBar(standing.Total), Pager: pagerOf(v, waves.Next),
		Empty:   empty{Title: "Nothing was found or registered yet", Text: "Connect GitHub, and the job discover-repositories finds what may become a service; or have services imported from a catalog; or register one.", Call: "POST /v1/services"},
		NoWaves: empty{Title: "No wave yet", Text: "A wave brings many services in one go: it registers those that are not yet, and declares the same SLOs for each. Administrators plan it."},
	}
	if standing.Total.All() > 0 {
		p.Share = fmt.Sprintf("%s measured: %d of %s", stageShare(standing.Total), standing.Total.Measured, plural(standing.Total.All(), "service or repository", "services and repositories"))
	}
	if wave != "" {
		p.Narrowed = &removable{"only what is in the wave " + wave, onboardingPath}
		p.Empty = empty{Title: "Nothing is in this wave", Text: "Put services and repositories into it, on its page."}
	}
	if v.caller.Administers() {
		p.Plan = newWavePath
	}
	if p.Rows, err = d.standingRows(v, standing.Teams, wave); err != nil {
		return screen{}, err
	}
	for _, w := range waves.Items {
		p.Waves = append(p.Waves, waveRowOf(v, w))
	}
	return screen{template: "onboarding", title: "Onboarding", section: onboardingPath, page: p}, nil
}

func (d *Dashboard) standingRows(v *visit, of []onboarding.TeamCount, wave string) ([]standingRow, error) {
	var ids []id.ID
	for _, t := range of {
		if t.Team != "" {
			ids = append(ids, t.Team)
		}
	}
	teams, err := d.sources.Registry.TeamsByID(v.ctx, ids)
	if err != nil {
		return nil, err
	}
	var rows []standingRow
	for _, t := range of {
		row := standingRow{Team: link{Text: "Team not known"}, Bar: stageBar(t.Count), Counts: stageCounts(t.Count, t.TeamSlug, t.Team == "", wave), Share: stageShare(t.Count)}
		if t.Team != "" {
			row.Team = link{URL: teamURL(t.TeamSlug), Text: teams[t.Team].Name}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// stageCounts are how many there are at each stage, of a team, of none that is known, or of all, with
// links to them.
func stageCounts(c onboarding.Count, team string, nobodys bool, wave string) []stageCount {
	var out []stageCount
	for i, n := range countsOf(c) {
		one := stageCount{stageMark: stageMarks[i], Count: n}
		query := url.Values{}
		switch {
		case nobodys:
			query.Set("team", nobody)
		case team != "":
			query.Set("team", team)
		}
		switch {
		case n == 0:
		case one.Stage != onboarding.StageFound:
			query.Set("stage", string(one.Stage))
			if wave != "" {
				query.Set("wave", wave)
			}
			one.URL = stagesPath + "?" + query.Encode()
		case wave == "":
			query.Set("state", string(onboarding.Found))
			one.URL = repositoriesPath + "?" + query.Encode()
		case !nobodys: // the wave's own page lists what is in it, by team
			one.URL = waveURL(wave)
			if len(query) > 0 {
				one.URL += "?" + query.Encode()
			}
		}
		out = append(out, one)
	}
	return out
}

// waveState is how far a wave is.
func waveState(w onboarding.Wave) badge {
	switch w.State() {
	case onboarding.Planned:
		return badge{"none", "Planned"}
	case onboarding.Started:
		return badge{"info", "Started"}
	}
	return badge{"ok", "Done"}
}

func waveBar(t onboarding.Tally) template.HTML {
	return chart.Parts([]chart.Part{{Tone: "ok", Count: t.Brought}, {Tone: "bad", Count: t.Failed}, {Tone: "below", Count: t.Waiting}})
}

func waveDone(t onboarding.Tally) string {
	switch {
	case t.All() == 0:
		return "nothing is in it yet"
	case t.Failed > 0:
		return fmt.Sprintf("%d of %d brought, %d failed", t.Brought, t.All(), t.Failed)
	}
	return fmt.Sprintf("%d of %d brought", t.Brought, t.All())
}

// waveDue is by when a wave is due, and how late it is where it is not done.
func waveDue(v *visit, w onboarding.Wave) string {
	if w.DueOn == "" {
		return ""
	}
	due := "due " + day(w.DueOn.Time()).Text
	if w.DueOn.Past(v.now) && waveState(w).Word != "Done" {
		due += ", " + plural(int(v.now.Sub(w.DueOn.Time()).Hours()/24), "day", "days") + " late"
	}
	return due
}

func waveRowOf(v *visit, w onboarding.Wave) waveRow {
	return waveRow{
		Wave: link{URL: waveURL(w.Slug), Text: w.Name}, Teams: link{URL: waveTeamsURL(w.Slug), Text: "by team"},
		State: waveState(w), Due: waveDue(v, w), Bar: waveBar(w.Tally), Done: waveDone(w.Tally),
	}
}

// oneOf is what the query says of a name, which has to be one of those that there are; empty without it.
func oneOf[T ~string](v *visit, name string, all []T) (T, error) {
	is := T(v.URL.Query().Get(name))
	var check fault.Check
	check.Require(is == "" || slices.Contains(all, is), "query."+name, is, "must be one of %s", fault.Or(all))
	return is, check.Err()
}
