package dashboard

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/manifest"
)

// Manifests tells what sets of manifests keep, and where what there is differs; see manifest.Desk, which
// is one.
type Manifests interface {
	Sets(ctx context.Context, f manifest.Filter, r page.Request) (page.Page[manifest.Set], error)
	Get(ctx context.Context, set string) (manifest.Set, error)
	Items(ctx context.Context, f manifest.ItemFilter, r page.Request) (page.Page[manifest.Item], error)
}

const manifestsPath = "/manifests"

func manifestSetURL(slug string) string { return manifestsPath + "/" + url.PathEscape(slug) }

type manifestsPage struct {
	Filters []entry
	Rows    []manifestSetRow
	Pager   pager
	Empty   empty
}

// manifestSetRow is a set, and whether what there is differs.
type manifestSetRow struct {
	Set, Team, Source link
	State             badge
	Applied           moment
	By                string
	Checked           moment // no text where it was not compared yet
}

// manifestState is whether what there is of a set differs.
func manifestState(s manifest.Set) badge {
	switch {
	case s.CheckedAt == nil:
		return badge{"none", "Not compared yet"}
	case s.Drifted == 0:
		return badge{"ok", "As it says"}
	case s.Drifted == 1:
		return badge{"risk", "1 differs"}
	}
	return badge{"risk", strconv.Itoa(s.Drifted) + " differ"}
}

func manifestRow(v *visit, s manifest.Set) manifestSetRow {
	row := manifestSetRow{Set: link{URL: manifestSetURL(s.Slug), Text: s.Slug}, Team: link{Text: "the platform"}, State: manifestState(s), Applied: ago(v.now, s.AppliedAt), By: s.AppliedBy}
	if s.Team != "" {
		row.Team = link{URL: teamURL(s.TeamSlug), Text: s.TeamSlug}
	}
	if s.Source != "" {
		row.Source = outside(s.Source)
	}
	if s.CheckedAt != nil {
		row.Checked = ago(v.now, *s.CheckedAt)
	}
	return row
}

// manifests lists sets.
func (d *Dashboard) manifests(v *visit) (screen, error) {
	drifted := v.URL.Query().Get("show") == "drift"
	found, err := d.sources.Manifests.Sets(v.ctx, manifest.Filter{Drifted: drifted}, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p := manifestsPage{
		Filters: []entry{{URL: manifestsPath, Text: "All", Current: !drifted}, {URL: manifestsPath + "?show=drift", Text: "With drift", Current: drifted}},
		Pager:   pagerOf(v, found.Next),
		Empty:   empty{Title: "No set of manifests", Text: "Teams, services, SLOs, policies, scorecards and campaigns can be kept as files in a repository: evenkeel export writes those that there are, and evenkeel apply brings them."},
	}
	if drifted {
		p.Empty = empty{Title: "No drift", Text: "When it was last looked, what there is was what the sets say. The job compare-manifests looks every quarter of an hour."}
	}
	for _, s := range found.Items {
		p.Rows = append(p.Rows, manifestRow(v, s))
	}
	return screen{template: "manifests", title: "Manifests", section: manifestsPath, page: p}, nil
}

type manifestSetPage struct {
	Crumbs  []link
	Slug    string
	Set     manifestSetRow
	Filters []entry
	Rows    []manifestRowOf
	Pager   pager
	Empty   empty
}

// manifestRowOf is a thing that a set says there is.
type manifestRowOf struct {
	Kind     string
	Thing    link
	Path     string
	State    badge
	Since    moment // when the drift was seen first; no text without
	Changes  []manifestChange
	Whole    string // what is the matter with all of it; empty where fields say it
	Released string // why the set keeps it no more; empty where it does
}

// manifestChange is something that differs.
type manifestChange struct{ Field, Is, Says string }

// manifestSet shows one set.
func (d *Dashboard) manifestSet(v *visit) (screen, error) {
	s, err := d.sources.Manifests.Get(v.ctx, v.PathValue("set"))
	if err != nil {
		return screen{}, err
	}
	drifted := v.URL.Query().Get("show") == "drift"
	found, err := d.sources.Manifests.Items(v.ctx, manifest.ItemFilter{Set: s.ID, Drifted: drifted}, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	own := manifestSetURL(s.Slug)
	p := manifestSetPage{
		Crumbs:  []link{{URL: manifestsPath, Text: "Manifests"}, {Text: s.Slug}},
		Slug:    s.Slug,
		Set:     manifestRow(v, s),
		Filters: []entry{{URL: own, Text: "All", Current: !drifted}, {URL: own + "?show=drift", Text: "With drift", Current: drifted}},
		Pager:   pagerOf(v, found.Next),
		Empty:   empty{Title: "Nothing", Text: "The set says of nothing that it is there."},
	}
	if drifted {
		p.Empty = empty{Title: "No drift", Text: "When it was last looked, what there is was what the set says."}
	}
	for _, i := range found.Items {
		p.Rows = append(p.Rows, manifestItem(v, i))
	}
	return screen{template: "manifestset", title: s.Slug, section: manifestsPath, page: p}, nil
}

// manifestWords are what drift is called, by what would be done about it.
var manifestWords = map[manifest.Action]struct{ badge, whole string }{
	manifest.Create: {"Gone", "It is not there any more."}, manifest.Restore: {"Retired", "It was retired."},
	manifest.Update: {"Differs", ""}, manifest.Nothing: {"Not comparable", ""}, manifest.Keep: {"Not kept", "It is as the set says, and the set does not keep it."},
}

func manifestItem(v *visit, i manifest.Item) manifestRowOf {
	row := manifestRowOf{Kind: string(i.Kind), Thing: link{URL: manifestThingURL(i), Text: i.Name}, Path: i.Path, State: badge{"ok", "As it says"}}
	if r := i.Released; r != nil {
		row.State, row.Released = badge{"info", "Released"}, r.By+": "+r.Reason
	}
	if i.Drift == nil {
		return row
	}
	word := manifestWords[i.Drift.Action]
	row.State, row.Since, row.Whole = badge{"risk", word.badge}, ago(v.now, i.Drift.SeenAt), cmp.Or(word.whole, i.Drift.Problem)
	for _, f := range i.Drift.Fields {
		row.Changes = append(row.Changes, manifestChange{Field: strings.TrimPrefix(f.Name, "/"), Is: manifestValue(f.Before), Says: manifestValue(f.After)})
	}
	return row
}

// manifestValue is a value of a manifest as a person reads it.
func manifestValue(of any) string {
	switch of := of.(type) {
	case nil:
		return "nothing"
	case string:
		return of
	}
	text, err := json.Marshal(of)
	if err != nil {
		return "something that cannot be shown"
	}
	return string(text)
}

// manifestThingURL is where the thing is shown; empty where no page is of it alone.
func manifestThingURL(i manifest.Item) string {
	switch i.Kind {
	case manifest.KindTeam:
		return teamURL(i.Name)
	case manifest.KindSystem:
		return systemURL(i.Name)
	case manifest.KindService:
		return serviceURL(i.Name)
	case manifest.KindSLO:
		service, slo, _ := strings.Cut(i.Name, "/")
		return sloURL(service, slo)
	case manifest.KindPolicy:
		return policyURL(i.Name)
	case manifest.KindScorecard:
		return scorecardURL(i.Name)
	case manifest.KindCampaign:
		return campaignURL(i.Resource)
	}
	return ""
}
