package dashboard

import (
	"context"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/trial"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Trials tries policies on the past.
type Trials interface {
	Run(ctx context.Context, in trial.Input) (trial.Result, error)
}

// trialForm asks on what a policy is to be tried.
type trialForm struct {
	Action string
	On     []choices
	Mode   []choice
	Days   []choice
	More   bool // whether there are more teams or services than can be chosen
}

// choices are of a kind; those of no name stand by themselves.
type choices struct {
	Name string
	Of   []choice
}

type choice struct {
	Value, Text string
	Chosen      bool
}

type trialPage struct {
	Crumbs []link
	Title  string
	Form   trialForm
	Wrong  []string // what is wrong with what was asked
	Result *trialResult
}

// trialResult is what would have followed.
type trialResult struct {
	Where    string
	Tiles    []reportTile
	Timeline []trialRow
	Days     []string // the days below the timeline, in equal steps
	More     string
	Frozen   template.HTML // samples of what is drawn
	Open     template.HTML
	Services []trialService
	Clauses  []trialClause
	Empty    empty
	Basis    []string
}

// trialRow is the course of an SLO.
type trialRow struct {
	URL, Name, Text string
	Picture         template.HTML
}

// trialService is what would have followed for a service.
type trialService struct {
	URL, Name                           string
	State                               badge
	When                                []string
	For                                 string
	Violations, Issues, Escalated, Told int
}

// trialClause is what would have followed of a clause.
type trialClause struct {
	Name, Text string
	Notes      []string
}

// trialPath is where a policy is tried.
const trialPath = "/policies/{policy}/trial"

const (
	// trialRows is how many SLOs the timeline has, and spellsSaid how many freezes of a service
	// are told one by one.
	trialRows  = 60
	spellsSaid = 3
	// trialMarks is into how many parts the timeline is divided.
	trialMarks = 3
)

// formOf is the form, as it was filled in.
func (d *Dashboard) formOf(v *visit, slug string) (trialForm, error) {
	q := v.URL.Query()
	on, mode, days := q.Get("on"), policy.Mode(q.Get("mode")), q.Get("days")
	if !slices.Contains(policy.Modes, mode) {
		mode = policy.Enforce
	}
	if days == "" {
		days = strconv.Itoa(trial.MaxDays)
	}
	f := trialForm{Action: policyURL(slug) + "/trial"}
	pick := func(value, text, chosen string) choice { return choice{value, text, value == chosen} }
	whole := choices{Of: []choice{pick("all", "All services", on)}}
	for _, tier := range []int{1, 2, 3, 4} {
		whole.Of = append(whole.Of, pick("tier:"+strconv.Itoa(tier), fmt.Sprintf("Services of tier %d", tier), on))
	}
	teams, err := d.sources.Registry.Teams(v.ctx, registry.TeamFilter{}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return f, err
	}
	services, err := d.sources.Registry.Services(v.ctx, registry.ServiceFilter{}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return f, err
	}
	ofTeams, ofServices := choices{Name: "Services of a team"}, choices{Name: "One service"}
	for _, t := range teams.Items {
		ofTeams.Of = append(ofTeams.Of, pick("team:"+t.Slug, t.Name, on))
	}
	for _, s := range services.Items {
		ofServices.Of = append(ofServices.Of, pick("service:"+s.Slug, s.Name, on))
	}
	for _, some := range []choices{whole, ofTeams, ofServices} {
		if len(some.Of) > 0 {
			f.On = append(f.On, some)
		}
	}
	f.More = teams.Next != "" || services.Next != ""
	for _, m := range []policy.Mode{policy.Enforce, policy.Warn, policy.Observe} {
		f.Mode = append(f.Mode, pick(string(m), modeText(m), string(mode)))
	}
	for _, n := range []string{"28", "60", "90"} {
		f.Days = append(f.Days, pick(n, n+" days", days))
	}
	return f, nil
}

// inputOf is what is asked for by the query.
func inputOf(slug string, q url.Values) trial.Input {
	in := trial.Input{Policy: slug, Days: trial.MaxDays, Place: policy.Place{Target: policy.ToAll, Mode: policy.Enforce}}
	if days := q.Get("days"); days != "" {
		in.Days, _ = strconv.Atoi(days) // 0 is none, which is told
	}
	if mode := q.Get("mode"); mode != "" {
		in.Place.Mode = policy.Mode(mode)
	}
	switch kind, name, _ := strings.Cut(q.Get("on"), ":"); kind {
	case "tier":
		in.Place.Target = policy.ToTier
		in.Place.Tier, _ = strconv.Atoi(name)
	case "team":
		in.Team = name
	case "service":
		in.Place.Target, in.Place.Service = policy.ToService, name
	case "all":
	default:
		in.Place.Target = policy.TargetKind(kind)
	}
	return in
}

// trial tries a policy on the past, where it is said on what.
func (d *Dashboard) trial(v *visit) (screen, error) {
	x, err := d.sources.Policies.Get(v.ctx, v.PathValue("policy"))
	if err != nil {
		return screen{}, err
	}
	p := trialPage{
		Crumbs: []link{{URL: "/violations", Text: "Violations"}, {URL: "/policies", Text: "Policies"}, {URL: policyURL(x.Policy.Slug), Text: x.Policy.Name}, {Text: "Trial"}},
		Title:  "What “" + x.Policy.Name + "” would have done",
	}
	if p.Form, err = d.formOf(v, x.Policy.Slug); err != nil {
		return screen{}, err
	}
	if v.URL.Query().Has("on") {
		result, err := d.sources.Trials.Run(v.ctx, inputOf(x.Policy.Slug, v.URL.Query()))
		switch wrong := fault.As(err); {
		case wrong != nil && wrong.Kind == fault.Invalid:
			for _, one := range wrong.Violations {
				p.Wrong = append(p.Wrong, sentence(strings.Trim(one.Pointer, "/")+" "+one.Message))
			}
		case err != nil:
			return screen{}, err
		default:
			p.Result = shownTrial(result, p.Form.chosen())
		}
	}
	return screen{template: "trial", title: "Trial of " + x.Policy.Name, section: "/violations", page: p}, nil
}

// chosen is on what it is tried, in words.
func (f trialForm) chosen() string {
	for _, some := range f.On {
		for _, c := range some.Of {
			switch {
			case c.Chosen && strings.HasPrefix(c.Value, "team:"):
				return "the services of " + c.Text
			case c.Chosen && some.Name == "":
				return strings.ToLower(c.Text[:1]) + c.Text[1:]
			case c.Chosen:
				return c.Text
			}
		}
	}
	return ""
}

func hoursText(n int) string {
	if n >= 48 {
		days := strconv.FormatFloat(float64(n)/24, 'f', 1, 64)
		return strings.TrimSuffix(days, ".0") + " days"
	}
	return strconv.Itoa(n) + " h"
}

// waited is for how many hours changes of that class waited which waited the longest.
func waited(h trial.Hours) int {
	most := 0
	for _, n := range h {
		most = max(most, n)
	}
	return most
}

func shownTrial(r trial.Result, where string) *trialResult {
	out := &trialResult{
		Where: fmt.Sprintf("%s of %s, on %s, from %s to %s", plural(r.SLOs, "objective", "objectives"), plural(r.Services, "service", "services"), where, day(r.From).Text, day(r.To).Text),
		Basis: r.Basis, Frozen: chart.SpellKey(true), Open: chart.SpellKey(false),
		Tiles: []reportTile{
			{badge{"bad", "Frozen"}, r.FrozenServices, "of the services, for " + hoursText(waited(r.Frozen)) + " in all"},
			{badge{"risk", "Violations"}, r.Violations, "of a clause by an objective"},
			{badge{"none", "Issues"}, r.Issues, "opened; what came again soon went on in one"},
			{badge{"none", "Escalations"}, r.Escalations, "as long as nobody has a plan"},
			{badge{"none", "Told"}, r.Notifications, "events for people"},
		},
		Empty: empty{Title: "Nothing would have followed", Text: "No clause held of any of these objectives at a full hour of that time, as far as that is known."},
	}
	if r.UnknownHours > 0 {
		out.Tiles = append(out.Tiles, reportTile{badge{"stale", "Not known"}, r.UnknownHours, "hours of a clause and an objective"})
	}
	out.timeline(r)
	for _, s := range r.Affected {
		out.Services = append(out.Services, affected(s, r))
	}
	for _, c := range r.Clauses {
		row := trialClause{Name: c.Clause.Name, Text: fmt.Sprintf("%s, open for %s in all", plural(c.Violations, "violation", "violations"), hoursText(c.OpenHours))}
		if c.Forgotten {
			row.Notes = append(row.Notes, "its condition is not understood any more: the policy has to be revised")
		}
		for _, m := range c.Missing {
			note := fmt.Sprintf("%s was not known for %s", m.Fact, hoursText(m.Hours))
			if m.Never {
				note += ", for nobody keeps what it was"
			}
			row.Notes = append(row.Notes, note)
		}
		out.Clauses = append(out.Clauses, row)
	}
	return out
}

// timeline is a row for each SLO with an episode.
func (out *trialResult) timeline(r trial.Result) {
	var ticks []time.Time
	for n := range trialMarks + 1 {
		tick := r.From.Add(r.To.Sub(r.From) / trialMarks * time.Duration(n))
		out.Days = append(out.Days, tick.Format("2 Jan"))
		if n > 0 && n < trialMarks {
			ticks = append(ticks, tick)
		}
	}
	rest := 0
	for left := r.Episodes; len(left) > 0; { // by SLO
		n := 1
		for n < len(left) && left[n].SLO.ID == left[0].SLO.ID {
			n++
		}
		if len(out.Timeline) < trialRows {
			out.Timeline = append(out.Timeline, rowOf(left[:n], r, ticks))
		} else {
			rest++
		}
		left = left[n:]
	}
	if rest > 0 {
		out.More = plural(rest, "more objective has", "more objectives have") + " violations: choose a team or a service to see them."
	}
	if r.LeftOut > 0 {
		out.More = strings.TrimSpace(out.More + " Only the first " + strconv.Itoa(trial.MaxEpisodes) + " violations are drawn.")
	}
}

func rowOf(episodes []trial.Episode, r trial.Result, ticks []time.Time) trialRow {
	service, of := episodes[0].Service, episodes[0].SLO
	row := trialRow{URL: sloURL(service.Slug, of.Slug), Name: service.Slug + " / " + of.Slug}
	var spells []chart.Spell
	frozen := 0
	for _, e := range episodes {
		end := r.To
		if e.EndedAt != nil {
			end = *e.EndedAt
		}
		spells = append(spells, chart.Spell{From: e.OpenedAt, To: end, Loud: len(e.Waits) > 0})
		if len(e.Waits) > 0 {
			frozen++
		}
	}
	row.Text = plural(len(episodes), "violation", "violations")
	if frozen > 0 {
		row.Text += fmt.Sprintf(", %d with a freeze", frozen)
	}
	last := episodes[len(episodes)-1]
	label := fmt.Sprintf("%s: %s from %s to %s; the last began on %s", row.Name, row.Text, day(r.From).Text, day(r.To).Text, day(last.OpenedAt).Text)
	if last.EndedAt == nil {
		label += " and is open still"
	}
	row.Picture = chart.Spells(spells, r.From, r.To, ticks, label)
	return row
}

// affected is a row of the services, with when each would have been frozen.
func affected(s trial.ServiceSums, r trial.Result) trialService {
	row := trialService{
		URL: serviceURL(s.Service.Slug), Name: s.Service.Name, State: badge{"none", "Not frozen"},
		Violations: s.Violations, Issues: s.Issues, Escalated: s.Escalations, Told: s.Notifications,
	}
	frozen := freezes(s, r)
	for i, f := range frozen {
		if i == spellsSaid {
			row.When = append(row.When, "and "+plural(len(frozen)-spellsSaid, "more time", "more times"))
			break
		}
		if f.Loud { // open still
			row.When = append(row.When, "since "+hour(f.From))
			continue
		}
		row.When = append(row.When, hour(f.From)+" – "+hour(f.To))
	}
	hours := waited(s.Frozen)
	if len(frozen) > 0 || hours > 0 {
		row.State, row.For = badge{"bad", "Frozen"}, hoursText(hours)
	}
	if len(frozen) == 0 && hours > 0 { // its violations are not among those that are told one by one
		row.When = []string{"when is not shown: choose the service"}
	}
	return row
}

func hour(t time.Time) string { return t.UTC().Format("2 Jan 15:04") }

// freezes are the times in which changes of the service would have waited, joined; a loud one
// goes on.
func freezes(s trial.ServiceSums, r trial.Result) []chart.Spell {
	var all []chart.Spell
	for _, e := range r.Episodes {
		if e.Service.ID != s.Service.ID || len(e.Waits) == 0 {
			continue
		}
		one := chart.Spell{From: e.OpenedAt, To: r.To, Loud: e.EndedAt == nil}
		if e.EndedAt != nil {
			one.To = *e.EndedAt
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b chart.Spell) int { return a.From.Compare(b.From) })
	var out []chart.Spell
	for _, one := range all {
		if n := len(out) - 1; n >= 0 && !one.From.After(out[n].To) {
			if one.To.After(out[n].To) {
				out[n].To = one.To
			}
			out[n].Loud = out[n].Loud || one.Loud
			continue
		}
		out = append(out, one)
	}
	return out
}
