package dashboard

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"strings"

	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/onboarding"
)

// nobody stands in a query for what is of no team that is known: no team has such a slug.
const nobody = "-"

type repositoriesPage struct {
	Crumbs  []link
	Filters []entry
	State   string
	Query   string
	Teams   []choice
	Rows    []repositoryRow
	Pager   pager
	Empty   empty
}

// repositoryRow is a repository in a list.
type repositoryRow struct {
	Repository  link
	Description string
	State       badge
	Becomes     link // what it would become, or the service that names it
	Detail      string
	Team        link
	By          string // whose word it is that it is the team's
	Wave        link
}

var repositoryBadges = map[onboarding.State]badge{
	onboarding.Found: {"info", "Found"}, onboarding.Registered: {"ok", "Registered"}, onboarding.Dismissed: {"none", "Dismissed"}, onboarding.Idle: {"stale", "Idle"}, onboarding.Gone: {"none", "Gone"},
}

// repositoryStates say what each state means.
var repositoryStates = map[onboarding.State]string{
	onboarding.Found:      "It may become a service.",
	onboarding.Registered: "A service names it.",
	onboarding.Dismissed:  "Somebody said that it is no service.",
	onboarding.Idle:       "It is archived, empty, a fork or a template, and nobody decided on it.",
	onboarding.Gone:       "The code host does not tell of it any more.",
}

// teamWords say by whose word a repository is a team's.
var teamWords = map[onboarding.TeamBy]string{
	onboarding.ByChoice: "decided here", onboarding.ByComponent: "by its catalog-info.yaml", onboarding.ByCodeOwners: "by its CODEOWNERS", onboarding.ByTopic: "by its topic",
}

// repositories lists what was found.
func (d *Dashboard) repositories(v *visit) (screen, error) {
	query := v.URL.Query()
	state, err := oneOf(v, "state", onboarding.States)
	if err != nil {
		return screen{}, err
	}
	f := onboarding.RepositoryFilter{State: state, Query: strings.TrimSpace(query.Get("q")), NoTeam: query.Get("team") == nobody}
	team := query.Get("team")
	if team != "" && !f.NoTeam {
		is, err := d.sources.Registry.TeamFor(v.ctx, team)
		if err != nil {
			return screen{}, err
		}
		f.Team = is.ID
	}
	found, err := d.sources.Onboarding.Repositories(v.ctx, f, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p := repositoriesPage{
		Crumbs: []link{{URL: onboardingPath, Text: "Onboarding"}, {Text: "Repositories"}}, State: string(state), Query: f.Query, Pager: pagerOf(v, found.Next),
		Filters: []entry{{URL: fromFirst(v.URL.Path, query, "state", ""), Text: "All", Current: state == ""}},
		Empty:   empty{Title: "No repository was found yet", Text: "Where GitHub is connected, the job discover-repositories reads which there are."},
	}
	if f != (onboarding.RepositoryFilter{}) {
		p.Empty = empty{Title: "None is so", Text: "No repository is in this state, of this team and of this name. Ask for less of it."}
	}
	for _, s := range onboarding.States {
		p.Filters = append(p.Filters, entry{URL: fromFirst(v.URL.Path, query, "state", string(s)), Text: repositoryBadges[s].Word, Current: s == state})
	}
	if p.Teams, err = d.teamsToNarrow(v, team, true); err != nil {
		return screen{}, err
	}
	for _, r := range found.Items {
		p.Rows = append(p.Rows, repositoryRowOf(r))
	}
	return screen{template: "repositories", title: "Repositories", section: onboardingPath, page: p}, nil
}

// fromFirst is the address of a list with one parameter of its query changed, from its first page on.
func fromFirst(path string, query url.Values, name, value string) string {
	changed := maps.Clone(query)
	changed.Del("after")
	changed.Del(name)
	if value != "" {
		changed.Set(name, value)
	}
	return strings.TrimSuffix(path+"?"+changed.Encode(), "?")
}

// teamsToNarrow are teams to narrow a list to.
func (d *Dashboard) teamsToNarrow(v *visit, chosen string, withNone bool) ([]choice, error) {
	now := chosen
	if chosen == nobody {
		now = ""
	}
	teams, err := d.campaignOwners(v, now)
	if err != nil {
		return nil, err
	}
	teams[0].Text = "All teams"
	if withNone {
		teams = append(teams, choice{Value: nobody, Text: "Team not known"})
	}
	for i := range teams {
		teams[i].Chosen = teams[i].Value == chosen
	}
	return teams, nil
}

func repositoryRowOf(r onboarding.Repository) repositoryRow {
	row := repositoryRow{Repository: link{URL: repositoryURL(r.ID), Text: r.FullName}, Description: r.Facts.Description, State: repositoryBadges[r.State()], Team: teamOf(r.TeamSlug), By: teamWords[r.TeamBy]}
	if r.Wave != "" {
		row.Wave = link{URL: waveURL(r.Wave), Text: r.Wave}
	}
	switch r.State() {
	case onboarding.Registered:
		row.Becomes, row.Detail = link{URL: serviceURL(r.ServiceSlug), Text: r.ServiceSlug}, "names it"
	case onboarding.Found:
		in := r.Proposed()
		row.Becomes, row.Detail = link{Text: cmp.Or(in.Slug, "a service without a slug yet")}, fmt.Sprintf("%s, tier %d, %s", in.Kind, in.Tier, in.Lifecycle)
	case onboarding.Dismissed:
		row.Detail = r.DismissedFor
	}
	return row
}

// teamOf leads to a team by its slug; no text where it is not known.
func teamOf(slug string) link {
	if slug == "" {
		return link{}
	}
	return link{URL: teamURL(slug), Text: slug}
}
