package dashboard

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/onboarding"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

type wavePage struct {
	Crumbs      []link
	Title       string
	State       badge
	Meta        []link
	Description string
	Wrong       []string
	Tiles       []tile
	Bar         template.HTML
	Done        string
	Filters     []entry
	Narrowed    *removable // to a team
	Rows        []waveMember
	Pager       pager
	Empty       empty
	Templates   []templateCard
	Why         string // why nothing can be done here; empty where something can
	Start       *waveStart
	Preview     string
	Add         []field
	AddTo       string
	Call        string // the operation that changes what is declared
	Adding      bool   // whether the form that puts something in was sent
}

// waveStart is what starting does, or going on.
type waveStart struct {
	URL, Text   string
	Bring       string // the words of the button; empty where nothing waits
	Retry       string // those of the other one; empty where nothing failed
	First, None bool   // whether it was not started yet; whether there is nothing to start
}

// waveMember is a member of a wave.
type waveMember struct {
	Name     link
	Detail   string
	State    badge
	Team     link
	SLOs     string
	Problems []string
	Tried    moment
	Remove   string // where it is taken out; empty for who may not, and of what was brought
}

var memberBadges = map[onboarding.MemberState]badge{onboarding.Waiting: {"none", "Waiting"}, onboarding.Brought: {"ok", "Brought"}, onboarding.Failed: {"bad", "Failed"}}

// templateCard is an SLO that services of the wave get, in which placeholders stand.
type templateCard struct {
	Name, Slug string
	Objective  string
	For        string // which services get it
	How        string
	Queries    []origin.Query
}

func (d *Dashboard) wave(v *visit) (screen, error) { return d.waveScreen(v, &filled{}, false) }

// waveScreen is the page of the wave that the address names, with what was filled in of the form that
// puts something in, where that was sent.
func (d *Dashboard) waveScreen(v *visit, in *filled, adding bool) (screen, error) {
	w, err := d.sources.Onboarding.Wave(v.ctx, v.PathValue("wave"))
	if err != nil {
		return screen{}, err
	}
	p := wavePage{
		Crumbs: []link{{URL: onboardingPath, Text: "Onboarding"}, {Text: w.Name}}, Title: w.Name, State: waveState(w), Description: w.Description, Bar: waveBar(w.Tally), Done: waveDone(w.Tally), Adding: adding,
		Meta: []link{{URL: waveTeamsURL(w.Slug), Text: "how far its teams are"}},
		Why:  "Administrators put services and repositories in, and start it.",
	}
	if due := waveDue(v, w); due != "" {
		p.Meta = append([]link{{Text: due}}, p.Meta...)
	}
	if w.StartedAt != nil {
		p.Meta = append(p.Meta, link{Text: "started " + ago(v.now, *w.StartedAt).Text + " by " + w.StartedBy})
	} else {
		p.Meta = append(p.Meta, link{Text: "planned by " + w.CreatedBy})
	}
	p.count(w.Tally)
	for _, t := range w.Templates {
		p.Templates = append(p.Templates, templateCardOf(t))
	}
	administers := v.caller.Administers()
	if err := d.members(v, w, &p, administers); err != nil {
		return screen{}, err
	}
	if administers {
		p.Why, p.Start, p.AddTo = "", waveStartOf(w), waveURL(w.Slug)+"/members"
		p.Call = "PUT /v1/onboarding/waves/" + w.Slug
		if w.Tally.All() > 0 {
			p.Preview = wavePreviewURL(w.Slug)
		}
		if p.Add, err = d.matchFields(v, in); err != nil {
			return screen{}, err
		}
	}
	p.Wrong = in.rest()
	return screen{template: "wave", title: w.Name, section: onboardingPath, page: p}, nil
}

func (p *wavePage) count(t onboarding.Tally) {
	toned := func(tone string, n int) string {
		if n == 0 {
			return "none"
		}
		return tone
	}
	p.Tiles = []tile{
		{badge: badge{toned("info", t.All()), "In it"}, Count: t.All(), Note: "services and repositories"},
		{badge: badge{toned("ok", t.Brought), "Brought"}, Count: t.Brought, Note: "registered, with their SLOs"},
		{badge: badge{"none", "Waiting"}, Count: t.Waiting, Note: "to be brought"},
		{badge: badge{toned("bad", t.Failed), "Failed"}, Count: t.Failed, Note: "could not be brought; each says why"},
	}
}

// members puts in what the wave has, of a state and a team where the visitor asks for one.
func (d *Dashboard) members(v *visit, w onboarding.Wave, p *wavePage, administers bool) error {
	query := v.URL.Query()
	to := func(name, value string) string { return fromFirst(waveURL(w.Slug), query, name, value) }
	state, err := oneOf(v, "state", onboarding.MemberStates)
	if err != nil {
		return err
	}
	f := onboarding.MemberFilter{State: state}
	if team := query.Get("team"); team != "" {
		is, err := d.sources.Registry.TeamFor(v.ctx, team)
		if err != nil {
			return err
		}
		f.Team = is.ID
		p.Narrowed = &removable{"only of the team " + is.Name, to("team", "")}
	}
	found, err := d.sources.Onboarding.Members(v.ctx, w.Slug, f, following(v, page.DefaultLimit))
	if err != nil {
		return err
	}
	if query.Has("after") {
		p.Pager.First = to("after", "")
	}
	if found.Next != "" {
		p.Pager.Next = to("after", found.Next)
	}
	p.Filters = []entry{{URL: to("state", ""), Text: "All", Current: state == ""}}
	for _, s := range onboarding.MemberStates {
		p.Filters = append(p.Filters, entry{URL: to("state", string(s)), Text: memberBadges[s].Word, Current: s == state})
	}
	p.Empty = empty{Title: "Nothing is in it yet", Text: "Put in what matches, below what can be done.", Call: "POST /v1/onboarding/waves/" + w.Slug + "/members"}
	if f != (onboarding.MemberFilter{}) {
		p.Empty = empty{Title: "None is so", Text: "Nothing in the wave is in this state and of this team."}
	}
	for _, m := range found.Items {
		p.Rows = append(p.Rows, waveMemberOf(v, w, m, administers))
	}
	return nil
}

func waveMemberOf(v *visit, w onboarding.Wave, m onboarding.Member, administers bool) waveMember {
	row := waveMember{Name: memberLink(m), Detail: "service", State: memberBadges[m.State], Team: teamOf(m.Team)}
	if m.Repository != "" {
		row.Detail = "repository"
	}
	for _, f := range m.Faults {
		row.Problems = append(row.Problems, problemText(f))
	}
	if m.State == onboarding.Brought {
		row.SLOs = plural(len(m.SLOs), "SLO", "SLOs") + " declared"
		if len(m.SLOs) == 0 {
			row.SLOs = "no SLO was to be declared"
		}
	}
	if m.TriedAt != nil {
		row.Tried = ago(v.now, *m.TriedAt)
	}
	if administers && m.State != onboarding.Brought {
		row.Remove = waveURL(w.Slug) + "/members/" + string(m.ID) + "/remove"
	}
	return row
}

// memberLink leads to the service of a member, or to the repository that is to become one.
func memberLink(m onboarding.Member) link {
	if m.Service != "" {
		return link{URL: serviceURL(m.Name), Text: m.Name}
	}
	return link{URL: repositoryURL(m.Repository), Text: m.Name}
}

// problemText says in a sentence what the matter is, and where: "Team is not known: …".
func problemText(p onboarding.Problem) string {
	parts := strings.Split(strings.TrimPrefix(p.Pointer, "/"), "/")
	where := parts[len(parts)-1]
	if len(parts) > 1 && parts[0] == "templates" {
		n, err := strconv.Atoi(parts[1])
		if err == nil && len(parts) <= 3 {
			where = fmt.Sprintf("template %d:", n+1)
		} else if err == nil {
			where = fmt.Sprintf("template %d: %s", n+1, where)
		}
	}
	if p.Value != "" {
		where += " “" + p.Value + "”"
	}
	return sentence(strings.TrimSpace(where + " " + p.Message))
}

func waveStartOf(w onboarding.Wave) *waveStart {
	t := w.Tally
	s := &waveStart{URL: waveURL(w.Slug) + "/start", First: w.StartedAt == nil, None: t.All() == 0}
	switch {
	case s.None:
		s.Text = "Nothing is in it yet: put something in first."
	case t.Waiting == 0 && t.Failed == 0:
		s.Text = "All that is in it was brought."
	case t.Waiting == 0:
		s.Text = plural(t.Failed, "member", "members") + " could not be brought. Mend what each says, and try again."
	default:
		s.Text = "Brings " + plural(t.Waiting, "member that waits", "members that wait") + ": registers services that are not yet, and declares the SLOs of the wave, each where the service has none of its slug."
		if len(w.Templates) == 0 {
			s.Text = "Brings " + plural(t.Waiting, "member that waits", "members that wait") + ": registers services that are not yet. No SLO is declared."
		}
		some := fmt.Sprintf("the next %d", onboarding.MaxBrought)
		switch {
		case t.Waiting > onboarding.MaxBrought && s.First:
			some = fmt.Sprintf("the first %d", onboarding.MaxBrought)
		case t.Waiting <= onboarding.MaxBrought:
			some = "the " + strconv.Itoa(t.Waiting) + " that wait"
		}
		if t.Waiting == 1 {
			some = "the one that waits"
		}
		s.Bring = "Bring " + some
		if s.First {
			s.Bring = "Start: bring " + some
		}
		if t.Waiting > onboarding.MaxBrought {
			s.Text += fmt.Sprintf(" %d are brought at a time; press the button again until none waits.", onboarding.MaxBrought)
		}
	}
	if t.Failed > 0 {
		s.Retry = "Retry the one that failed"
		if t.Failed > 1 {
			s.Retry = fmt.Sprintf("Retry the %d that failed", t.Failed)
		}
	}
	return s
}

func templateCardOf(t onboarding.Template) templateCard {
	of := t.SLO.Complete()
	card := templateCard{Name: of.Name, Slug: of.Slug, Objective: of.Objective + " " + windowOf(of), For: templateFor(t), How: of.Origin.Words(string(of.Origin.DataSource)), Queries: of.Origin.Queries()}
	return card
}

// windowOf is the time in which it is to be met.
func windowOf(of slo.Declaration) string {
	if of.Calendar != nil {
		return "in each calendar " + string(of.Calendar.Period)
	}
	return "over " + plural(of.WindowDays, "day", "days")
}

// templateFor says which services get it.
func templateFor(t onboarding.Template) string {
	var kinds, tiers []string
	for _, k := range t.Kinds {
		kinds = append(kinds, string(k))
	}
	for _, n := range t.Tiers {
		tiers = append(tiers, strconv.Itoa(n))
	}
	switch {
	case len(kinds) > 0 && len(tiers) > 0:
		return "for services of kind " + listed(kinds) + " and tier " + listed(tiers)
	case len(kinds) > 0:
		return "for services of kind " + listed(kinds)
	case len(tiers) > 0:
		return "for services of tier " + listed(tiers)
	}
	return "for all services"
}

// matchFields are what puts all into the wave that matches.
func (d *Dashboard) matchFields(v *visit, in *filled) ([]field, error) {
	teams, err := d.campaignOwners(v, "")
	if err != nil {
		return nil, err
	}
	teams[0].Text = "Of any team"
	listed, err := d.sources.Registry.Systems(v.ctx, registry.SystemFilter{}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return nil, err
	}
	systems := []choice{{Text: "Of any system, or none"}}
	for _, s := range listed.Items {
		systems = append(systems, choice{Value: s.Slug, Text: s.Name})
	}
	of := []choice{{Text: "Both"}, {Value: string(onboarding.OfServices), Text: "Services without an SLO"}, {Value: string(onboarding.OfRepositories), Text: "Repositories that were found"}}
	return []field{
		chooser("of", "What", of, in.value("of", ""), in.take("/match/of")),
		chooser("team", "Team", teams, in.value("team", ""), in.take("/match/team")),
		chooser("system", "System", systems, in.value("system", ""), in.take("/match/system")),
		chooser("tier", "Tier", append([]choice{{Text: "Of any tier"}}, tierChoices...), in.value("tier", ""), in.take("/match/tier")),
	}, nil
}

// addMembers takes the form that puts all in that matches.
func (d *Dashboard) addMembers(v *visit, in *filled) (string, screen, error) {
	match := onboarding.Match{Of: onboarding.Source(v.typed("of")), Team: v.typed("team"), System: v.typed("system")}
	if v.typed("tier") != "" {
		match.Tier = v.number("tier")
	}
	added, err := d.sources.Onboarding.Add(v.ctx, v.PathValue("wave"), onboarding.Pick{Match: &match})
	switch {
	case err == nil && added.Added > 0:
		return waveURL(v.PathValue("wave")), screen{}, nil
	case err == nil:
		in.Wrong = append(in.Wrong, "Nothing matches: what is in a wave already is left out, and so are services that have an SLO. No repository is matched by a system or a tier.")
	case !in.refused(err):
		return "", screen{}, err
	}
	s, err := d.waveScreen(v, in, true)
	return "", s, err
}

// removeMember takes one out.
func (d *Dashboard) removeMember(v *visit, in *filled) (string, screen, error) {
	member, spelled := id.Parse(v.PathValue("member"))
	if !spelled {
		return "", screen{}, fault.Missing("member", v.PathValue("member"))
	}
	err := d.sources.Onboarding.Remove(v.ctx, v.PathValue("wave"), member)
	return d.waveAfter(v, in, err)
}

// startWave brings some that wait.
func (d *Dashboard) startWave(v *visit, in *filled) (string, screen, error) {
	_, err := d.sources.Onboarding.Start(v.ctx, v.PathValue("wave"), v.PostForm.Has("retry"))
	return d.waveAfter(v, in, err)
}

// waveAfter is the wave's page after something was done, or refused.
func (d *Dashboard) waveAfter(v *visit, in *filled, err error) (string, screen, error) {
	if err == nil {
		return waveURL(v.PathValue("wave")), screen{}, nil
	}
	if !in.refused(err) {
		return "", screen{}, err
	}
	s, err := d.waveScreen(v, in, false)
	return "", s, err
}
