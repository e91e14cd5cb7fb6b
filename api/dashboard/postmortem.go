package dashboard

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"

	"github.com/evenkeel/evenkeel/api/markup"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/lint"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
)

type postmortemPage struct {
	Crumbs   []link
	Title    string
	State    badge
	Late     badge // no word unless it is overdue
	Meta     []link
	Wrong    []string
	Body     template.HTML
	Link     link // to one elsewhere, no words without
	Empty    empty
	Raw      string
	Facts    []fact
	Missing  []string
	Returned *saidRow
	Review   []reviewerRow
	Findings []findingRow
	Actions  []plannedRow
	Requests []requestRow
	Versions []versionRow
	History  []saidRow
	Do       postmortemDo
}

// postmortemDo is what the visitor can do; forms that have no action are left out.
type postmortemDo struct {
	Any, Edit                                         bool
	At                                                string // where forms go
	Version                                           int64
	Begin, Submit, Decide, Publish, Reopen, Link, Ask bool
	EditURL                                           string
	Templates                                         []choice
	People                                            []choice
}

type saidRow struct {
	By, Did, Text string
	At            moment
}

type reviewerRow struct {
	Name  string
	State badge
}

type findingRow struct {
	N, Line, Column    int
	Rule, Text, Advice string
}

type plannedRow struct {
	Title link
	State badge
	Note  string
}

type requestRow struct {
	Why, Text, By string
	Subject       link
	At            moment
	Waived        string
	Waive         string // where the form to waive it goes; empty where it cannot be
}

type versionRow struct {
	Number   int
	By, Note string
	At       moment
	Compare  string // the address of what changed by it
}

var ruleWords = map[lint.Rule]string{
	lint.Counterfactual: "what somebody should have done", lint.Person: "what somebody did wrong", lint.Character: "somebody's character", lint.HumanError: "human error as a cause",
	lint.Fault: "whose fault it was", lint.SingleCause: "one single cause", lint.TrainingOnly: "nothing but training is planned", lint.Vague: "nobody can tell when it is done",
}

var actWords = map[postmortem.ActKind]string{
	postmortem.ActBegun: "began it", postmortem.ActSubmitted: "asked for a review", postmortem.ActReturned: "asked for changes", postmortem.ActApproved: "approved it",
	postmortem.ActTakenBack: "changed an approved text", postmortem.ActPublished: "published it", postmortem.ActReopened: "reopened it", postmortem.ActLinked: "linked one elsewhere",
	postmortem.ActAsked: "asked for it", postmortem.ActWaived: "waived a request",
}

// incidentOf is the incident that the address names.
func incidentOf(v *visit) (id.ID, error) {
	name := v.PathValue("incident")
	known, spelled := id.Parse(name)
	if !spelled {
		return "", fault.Missing("incident", name)
	}
	return known, nil
}

// postmortem shows that of an incident, or how to begin it.
func (d *Dashboard) postmortem(v *visit) (screen, error) { return d.postmortemScreen(v, nil) }

// postmortemScreen is its page, with what is wrong with what was sent.
func (d *Dashboard) postmortemScreen(v *visit, wrong []string) (screen, error) {
	of, err := incidentOf(v)
	if err != nil {
		return screen{}, err
	}
	i, err := d.sources.Postmortems.About(v.ctx, of)
	if err != nil {
		return screen{}, err
	}
	p := postmortemPage{
		Crumbs: []link{{URL: postmortemsPath, Text: "Postmortems"}, {Text: i.Title}}, Title: i.Title, Wrong: wrong,
		Do: postmortemDo{At: postmortemURL(of), EditURL: postmortemURL(of) + "/edit"},
	}
	found, err := d.sources.Postmortems.Get(v.ctx, of)
	switch {
	case fault.Is(err, fault.NotFound):
		found = postmortem.View{Incident: i}
		p.State = badge{"none", "Not begun"}
		p.Empty = empty{Title: "Nothing is written yet", Text: "A postmortem says what happened, what made it possible, and what will be otherwise, without blame."}
	case err != nil:
		return screen{}, err
	default:
		p.State = postmortemBadges[found.Status]
		if err := d.fillPostmortem(v, &p, found); err != nil {
			return screen{}, err
		}
	}
	if err := d.aboutPostmortem(v, &p, found); err != nil {
		return screen{}, err
	}
	if err := d.canDo(v, &p, found); err != nil {
		return screen{}, err
	}
	return screen{template: "postmortem", title: "Postmortem: " + i.Title, section: postmortemsPath, page: p}, nil
}

// fillPostmortem shows the text with what was found in it, and what became of it.
func (d *Dashboard) fillPostmortem(v *visit, p *postmortemPage, of postmortem.View) error {
	var err error
	switch {
	case of.Link != nil:
		p.Link = outside(of.Link.URL)
		p.Empty = empty{Title: of.Link.Title, Text: fmt.Sprintf("It was written elsewhere, as %s said on %s.", of.Link.By, at(of.Link.At).Text)}
	case of.Text == 0 && of.Status == postmortem.Waived:
		p.Empty = empty{Title: "Nothing is written, and nobody asks for it", Text: "What asked for it was waived. It can be begun all the same."}
	case of.Text == 0:
		p.Empty = empty{Title: "It is asked for, and nothing is written yet", Text: "Begin it: the text starts with what is known of the incident, and its timeline."}
	default:
		if p.Body, p.Findings, err = d.marked(v, of.Incident.ID, of.Current.Text); err != nil {
			return err
		}
		p.Raw = of.Current.Text
	}
	if of.Status.Owed() {
		for _, m := range of.Missing {
			p.Missing = append(p.Missing, m.Section)
		}
	}
	if r := of.Review.Returned; r != nil && of.Status == postmortem.Draft {
		p.Returned = &saidRow{By: r.Name, Text: r.Note, At: ago(v.now, r.At)}
	}
	for _, person := range of.Reviewers {
		row := reviewerRow{person.DisplayName, badge{"none", "Asked"}}
		if slices.ContainsFunc(of.Review.Approvals, func(s postmortem.Signature) bool { return s.Person == person.ID }) {
			row.State = badge{"ok", "Approved"}
		} else if r := of.Review.Returned; r != nil && r.Person == person.ID {
			row.State = badge{"risk", "Asked for changes"}
		}
		p.Review = append(p.Review, row)
	}
	texts, err := d.sources.Postmortems.Texts(v.ctx, of.Incident.ID, page.Request{Limit: 10})
	if err != nil {
		return err
	}
	for _, t := range texts.Items {
		row := versionRow{Number: t.Number, By: t.Author, Note: t.Note, At: ago(v.now, t.At)}
		if t.Number > 1 {
			row.Compare = compareURL(of.Incident.ID, t.Number-1, t.Number)
		}
		p.Versions = append(p.Versions, row)
	}
	acts, err := d.sources.Postmortems.Acts(v.ctx, of.Incident.ID, page.Request{Limit: 20})
	if err != nil {
		return err
	}
	for _, a := range acts.Items {
		p.History = append(p.History, saidRow{By: a.By, Did: actWords[a.Kind], Text: a.Text, At: ago(v.now, a.At)})
	}
	return nil
}

// marked is a text as it is shown, with what was found in it marked and told.
func (d *Dashboard) marked(v *visit, of id.ID, text string) (template.HTML, []findingRow, error) {
	found, err := d.sources.Postmortems.LintText(v.ctx, of, text)
	if err != nil {
		return "", nil, err
	}
	var rows []findingRow
	var marks []markup.Mark
	for n, f := range found {
		rows = append(rows, findingRow{N: n + 1, Line: f.Line, Column: f.Column, Rule: ruleWords[f.Rule], Text: f.Text, Advice: f.Advice})
		marks = append(marks, markup.Mark{From: f.From, To: f.To, N: n + 1})
	}
	html, err := markup.HTML(text, marks...)
	return html, rows, err
}

// aboutPostmortem is what is beside the text.
func (d *Dashboard) aboutPostmortem(v *visit, p *postmortemPage, of postmortem.View) error {
	i := of.Incident
	teams, err := d.sources.Registry.TeamsByID(v.ctx, []id.ID{i.Team})
	if err != nil {
		return err
	}
	team := teams[i.Team]
	p.Meta = []link{{Text: severityText(i.Severity)}, {URL: teamURL(team.Slug), Text: team.Name}, {Text: "impact from " + at(i.ImpactStart).Text}}
	if i.Restricted {
		p.Meta = append(p.Meta, link{Text: "restricted to its readers"})
	}
	p.Facts = []fact{{"Incident", link{URL: incidentURL(i.ID), Text: "Its page"}}, {"Status", link{Text: string(i.Status)}}}
	if i.ResolvedAt != nil {
		p.Facts = append(p.Facts, fact{"Resolved", link{Text: at(*i.ResolvedAt).Text}})
	}
	if of.DueAt != nil && of.Status.Owed() {
		p.Facts = append(p.Facts, fact{"Review due", link{Text: at(*of.DueAt).Text}})
		if of.Overdue(v.now) {
			p.Late = badge{"bad", "Overdue"}
		}
	}
	if s := of.Review.Submitted; s != nil && of.Status != postmortem.Draft {
		p.Facts = append(p.Facts, fact{"Submitted", link{Text: at(s.At).Text + " by " + s.Name}})
	}
	if of.Text > 0 {
		name := of.Template.Slug + ", revision " + strconv.Itoa(of.Template.Revision)
		if of.Template.Slug == "" {
			name = "the built-in one"
		}
		p.Facts = append(p.Facts, fact{"Template", link{Text: name}})
	}
	for _, r := range of.Requests {
		row := requestRow{Why: capital(reasonWords[r.Reason]), Text: r.Text, By: r.By, At: ago(v.now, r.At), Waive: postmortemURL(i.ID) + "/waive"}
		if r.Reason == postmortem.ByPolicy {
			row.Subject = link{URL: "/violations/" + string(r.Subject), Text: "the violation"}
		}
		row.Waive += "?request=" + string(r.ID)
		if r.WaivedAt != nil {
			row.Waived, row.Waive = fmt.Sprintf("Waived by %s: %s", r.WaivedBy, r.WaivedBecause), ""
		}
		p.Requests = append(p.Requests, row)
	}
	actions, err := d.sources.Postmortems.ActionsOf(v.ctx, i.ID)
	for _, a := range actions {
		row := plannedRow{Title: link{URL: a.Link, Text: a.Title}, State: badge{"none", "Open"}, Note: a.Priority}
		if a.Done {
			row.State = badge{"ok", "Done"}
		}
		p.Actions = append(p.Actions, row)
	}
	return err
}

// canDo is what the visitor can do with it now.
func (d *Dashboard) canDo(v *visit, p *postmortemPage, of postmortem.View) error {
	writes, err := d.sources.Postmortems.MayWrite(v.ctx, of.Incident)
	if err != nil {
		return err
	}
	do, status := &p.Do, of.Status
	do.Version = of.Version
	do.Ask = status != postmortem.Published && !slices.ContainsFunc(of.Owing(), func(r postmortem.Request) bool {
		return r.Reason == postmortem.ByPerson && r.Subject == v.caller.Person
	})
	do.Decide = status == postmortem.InReview && slices.Contains(of.Review.Reviewers, v.caller.Person)
	if writes {
		do.Begin = status == "" || !status.Begun()
		do.Edit = status == postmortem.Draft || status == postmortem.InReview || status == postmortem.Approved
		do.Submit = status == postmortem.Draft || status == postmortem.InReview
		do.Publish = status == postmortem.Approved
		do.Reopen = status == postmortem.Approved || status == postmortem.Published
		do.Link = do.Begin || status == postmortem.Draft
	}
	if !mayWaive(v.caller, writes) {
		for n := range p.Requests {
			p.Requests[n].Waive = ""
		}
	}
	do.Any = do.Begin || do.Submit || do.Decide || do.Publish || do.Reopen || do.Link || do.Ask
	if do.Begin {
		templates, err := d.sources.Postmortems.ListTemplates(v.ctx, page.Request{Limit: page.MaxLimit})
		if err != nil {
			return err
		}
		for _, t := range templates.Items {
			do.Templates = append(do.Templates, choice{Value: t.Slug, Text: t.Name})
		}
	}
	if !do.Submit {
		return nil
	}
	people, err := d.sources.Postmortems.Reviewers(v.ctx, of.Incident.ID)
	for _, person := range people {
		do.People = append(do.People, choice{Value: string(person.ID), Text: person.DisplayName, Chosen: slices.Contains(of.Review.Reviewers, person.ID)})
	}
	for _, person := range of.Reviewers {
		if !slices.ContainsFunc(do.People, func(c choice) bool { return c.Value == string(person.ID) }) {
			do.People = append(do.People, choice{Value: string(person.ID), Text: person.DisplayName, Chosen: true})
		}
	}
	return err
}

// mayWaive reports whether the form to waive is offered: to administrators, and to those who write no
// postmortem of the team, of whom the service lets some.
func mayWaive(c access.Caller, writes bool) bool { return c.Administers() || !writes }

// doPostmortem takes what a form of the page asks for.
func (d *Dashboard) doPostmortem(v *visit) (outcome, error) {
	of, err := incidentOf(v)
	if err != nil {
		return outcome{}, err
	}
	s := d.sources.Postmortems
	version, _ := strconv.ParseInt(v.typed("version"), 10, 64) // of no number it is 0, which is stale
	to := postmortemURL(of)
	switch act := v.PathValue("act"); act {
	case "begin":
		_, err = s.Begin(v.ctx, of, v.typed("template"))
		to += "/edit"
	case "ask":
		_, err = s.Ask(v.ctx, of, v.typed("reason"))
	case "waive":
		_, err = s.Waive(v.ctx, of, id.ID(v.URL.Query().Get("request")), v.typed("reason"))
	case "submit":
		var people []id.ID
		for _, one := range append(v.PostForm["reviewer"], v.typed("other")) {
			if one != "" {
				people = append(people, id.ID(one))
			}
		}
		_, err = s.Submit(v.ctx, of, version, people)
	case "review":
		_, err = s.Review(v.ctx, of, version, postmortem.Verdict{Approve: v.typed("verdict") == "approve", Text: v.typed("text")})
	case "publish":
		_, err = s.Publish(v.ctx, of, version)
	case "reopen":
		_, err = s.Reopen(v.ctx, of, version, v.typed("reason"))
	case "link":
		_, err = s.Elsewhere(v.ctx, of, version, postmortem.LinkInput{URL: v.typed("url"), Title: v.typed("title")})
	default:
		return outcome{}, fault.Missing("page", act)
	}
	if err == nil {
		return outcome{to: to}, nil
	}
	said, status, known := wrong(err)
	if !known {
		return outcome{}, err
	}
	shown, err := d.postmortemScreen(v, said)
	return outcome{screen: shown, status: status}, err
}

// capital begins with a capital letter.
func capital(text string) string {
	if text == "" {
		return ""
	}
	return string(text[0]-'a'+'A') + text[1:]
}

// titleOf is the crumb of the incident's postmortem.
func titleOf(i incident.Incident) link { return link{URL: postmortemURL(i.ID), Text: i.Title} }
