package dashboard

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/incident/lint"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

const actionPath = actionsPath + "/{action}"

type actionPage struct {
	Crumbs  []link
	Title   string
	State   badge
	Meta    []link
	Wrong   []string
	Detail  string
	Seen    string // how it is seen to be done
	Advice  string // where nobody can tell when that is
	Settled *saidRow
	From    link // where it was settled
	Facts   []fact
	Effect  *effectCard
	Do      actionDo
}

// effectCard is what came after an item was done.
type effectCard struct {
	Text string
	Rows []recurrenceRow
	More bool
}

type recurrenceRow struct {
	Incident link
	At       moment
	Shared   string
}

// actionDo is what the visitor can do with an item.
type actionDo struct {
	At                             string // where forms go
	Version                        int64
	Complete, Waive, Reopen, Amend bool
	Form                           actionForm
}

// actionForm are the fields of an item.
type actionForm struct {
	At                          string
	Version                     int64 // 0 of a new one
	Title, Detail, Verification string
	Priority, Type, Owner       []choice
	Service                     []choice
	RootCause                   bool
	DueOn, Reason               string
	Open                        bool // whether it is what the reader came for
	Wrong                       []string
	Advice                      string
}

// itemOf is the item that the address names.
func (d *Dashboard) itemOf(v *visit) (action.Item, error) {
	name := v.PathValue("action")
	known, spelled := id.Parse(name)
	if !spelled {
		return action.Item{}, fault.Missing("action_item", name)
	}
	return d.sources.Actions.Get(v.ctx, known)
}

func (d *Dashboard) action(v *visit) (screen, error) {
	i, err := d.itemOf(v)
	if err != nil {
		return screen{}, err
	}
	return d.actionScreen(v, i, nil, nil)
}

// actionScreen is the page of an item, with what is wrong with what was sent, and what was typed.
func (d *Dashboard) actionScreen(v *visit, i action.Item, wrong []string, typed *action.Terms) (screen, error) {
	of, err := d.sources.Postmortems.About(v.ctx, i.Incident)
	if err != nil {
		return screen{}, err
	}
	owners, err := d.sources.Actions.Owners(v.ctx, []action.Item{i})
	if err != nil {
		return screen{}, err
	}
	services, err := d.sources.Registry.ServicesByID(v.ctx, []id.ID{i.Service})
	if err != nil {
		return screen{}, err
	}
	service := services[i.Service]
	p := actionPage{
		Crumbs: []link{{URL: actionsPath, Text: "Action items"}, {Text: i.Title}}, Title: i.Title, State: actionBadge(i, v), Wrong: wrong, Detail: i.Detail, Seen: i.Verification,
		Meta: []link{{Text: strings.ToUpper(string(i.Priority))}, {Text: typeWords[i.Type]}, {Text: "due " + day(i.DueOn.Time()).Text}},
	}
	if found := lint.Action(i.Title); len(found) > 0 && i.State == action.Open {
		p.Advice = found[0].Advice
	}
	if i.RootCause {
		p.Meta = append(p.Meta, link{Text: "on a root cause"})
	}
	p.Facts = []fact{
		{"Owner", link{Text: owners[i.Owner].DisplayName}},
		{"Incident", link{URL: incidentURL(i.Incident), Text: of.Title}},
		{"Service", link{URL: serviceURL(service.Slug), Text: service.Name}},
		{"Due", link{Text: dueText(i)}},
	}
	if i.Key != "" {
		from := link{Text: i.Key}
		if there := outside(i.Link); there.Away {
			from.URL, from.Away = there.URL, true
		}
		p.Facts = append(p.Facts, fact{"Imported as", from})
	}
	if i.Chased.Step > 0 {
		p.Facts = append(p.Facts, fact{"Told to be overdue", link{Text: plural(i.Chased.Step, "time", "times") + ", last on " + at(i.Chased.At).Text}})
	}
	issue, err := d.issueOf(v, i.ID)
	if err != nil {
		return screen{}, err
	}
	p.Facts = append(p.Facts, fact{"Issue", issue}, fact{"Planned", link{Text: at(i.CreatedAt).Text + " by " + i.CreatedBy}})
	if e := i.Settled; e != nil {
		p.Settled = &saidRow{By: e.By, Did: map[action.State]string{action.Done: "says that it is done", action.Waived: "waived it"}[i.State], Text: e.Note, At: ago(v.now, e.At)}
		p.From = outside(e.Link)
		if e.Tracked && e.Note == "" {
			p.Settled.Did = map[action.State]string{action.Done: "has its issue closed as completed", action.Waived: "has its issue closed as not planned"}[i.State]
		}
	}
	if p.Effect, err = d.effectOf(v, i); err != nil {
		return screen{}, err
	}
	if err := d.actionDo(v, &p, i, of, typed); err != nil {
		return screen{}, err
	}
	return screen{template: "action", title: i.Title, section: actionsPath, page: p}, nil
}

func dueText(i action.Item) string {
	text := day(i.DueOn.Time()).Text
	if i.Postponed > 0 {
		text += fmt.Sprintf("; at first it was %s, and it was postponed %s", day(i.FirstDueOn.Time()).Text, plural(i.Postponed, "time", "times"))
	}
	return text
}

// issueOf is the issue of an item.
func (d *Dashboard) issueOf(v *visit, item id.ID) (link, error) {
	found, err := d.sources.Issues.List(v.ctx, delivery.Filter{Filter: issues.Filter{Episodes: []id.ID{item}}}, page.Request{Limit: 1})
	if err != nil || len(found.Items) == 0 {
		return link{Text: "none wanted"}, err
	}
	k := found.Items[0]
	to := link{URL: "/issues/" + string(k.Issue.ID), Text: issueBadge(k).Word}
	if k.Delivery.Number > 0 {
		to.Text = fmt.Sprintf("%s #%d", to.Text, k.Delivery.Number)
	}
	return to, nil
}

// effectOf is what came after an item was done, nil while it is not.
func (d *Dashboard) effectOf(v *visit, i action.Item) (*effectCard, error) {
	e, err := d.sources.Actions.Effect(v.ctx, i.ID)
	if err != nil || e == nil {
		return nil, err
	}
	out := &effectCard{More: e.More, Text: fmt.Sprintf("In %s since it was done no incident of the service shared a cause or a tag with this one. That does not show that it helped.", plural(e.Days, "day", "days"))}
	if len(e.Returned) > 0 {
		out.Text = fmt.Sprintf("In %s since it was done incidents of the service shared a cause or a tag with this one.", plural(e.Days, "day", "days"))
	}
	for _, r := range e.Returned {
		out.Rows = append(out.Rows, recurrenceRow{Incident: link{URL: incidentURL(r.Incident), Text: r.Title}, At: day(r.At), Shared: strings.Join(r.Shared, ", ")})
	}
	return out, nil
}

// actionDo is what can be done with it now.
func (d *Dashboard) actionDo(v *visit, p *actionPage, i action.Item, of incident.Incident, typed *action.Terms) error {
	changes, err := d.sources.Postmortems.MayWrite(v.ctx, of)
	if err != nil {
		return err
	}
	owns := v.caller.Person == i.Owner
	open := i.State == action.Open
	p.Do = actionDo{
		At: actionURL(i.ID), Version: i.Version, Complete: open && (changes || owns), Reopen: !open && (changes || owns), Amend: open && changes,
		Waive: changes && (open || i.State == action.Waived && i.Settled.Note == "") && !(owns && i.Priority == action.P0),
	}
	if !p.Do.Amend {
		return nil
	}
	shown := i.Terms
	if typed != nil {
		shown = *typed
	}
	p.Do.Form, err = d.actionForm(v, of, shown)
	p.Do.Form.At, p.Do.Form.Version, p.Do.Form.Reason, p.Do.Form.Open = actionURL(i.ID)+"/amend", i.Version, v.typed("reason"), typed != nil
	return err
}

// saysNow tells what an item says where something else was typed.
func saysNow(i action.Item, typed action.Terms) []string {
	var out []string
	for _, f := range []struct{ name, is, typed string }{
		{"title", i.Title, typed.Title}, {"way to see that it is done", i.Verification, typed.Verification}, {"priority", strings.ToUpper(string(i.Priority)), strings.ToUpper(string(typed.Priority))},
		{"type", typeWords[i.Type], typeWords[typed.Type]}, {"day", string(i.DueOn), string(typed.DueOn)}, {"detail", i.Detail, typed.Detail},
	} {
		if f.is != f.typed {
			out = append(out, fmt.Sprintf("Its %s is “%s” now.", f.name, f.is))
		}
	}
	return out
}

// actionForm is the form of an item of an incident, with what is in it.
func (d *Dashboard) actionForm(v *visit, of incident.Incident, t action.Terms) (actionForm, error) {
	f := actionForm{At: incidentURL(of.ID) + "/action-items", Title: t.Title, Detail: t.Detail, Verification: t.Verification, RootCause: t.RootCause, DueOn: string(t.DueOn)}
	for _, one := range action.Priorities {
		f.Priority = append(f.Priority, choice{string(one), fmt.Sprintf("%s, in %d weeks", strings.ToUpper(string(one)), one.Weeks()), one == t.Priority})
	}
	for _, one := range action.Types {
		f.Type = append(f.Type, choice{string(one), capital(typeWords[one]), one == t.Type})
	}
	if found := lint.Action(t.Title); len(found) > 0 {
		f.Advice = found[0].Advice
	}
	people, err := d.sources.Postmortems.Reviewers(v.ctx, of.ID) // all who know it, but for the visitor
	if err != nil {
		return f, err
	}
	people = append([]access.Person{{ID: v.caller.Person, DisplayName: v.caller.Name + " (you)"}}, people...)
	for _, person := range people {
		f.Owner = append(f.Owner, choice{string(person.ID), person.DisplayName, person.ID == t.Owner})
	}
	if t.Owner != "" && !slices.ContainsFunc(f.Owner, func(c choice) bool { return c.Chosen }) {
		owners, err := d.sources.Actions.Owners(v.ctx, []action.Item{{Terms: t}})
		if err != nil {
			return f, err
		}
		f.Owner = append(f.Owner, choice{string(t.Owner), owners[t.Owner].DisplayName, true})
	}
	var involved []id.ID
	for _, s := range of.Services {
		involved = append(involved, s.Service)
	}
	if t.Service != "" && !slices.Contains(involved, t.Service) {
		involved = append(involved, t.Service)
	}
	services, err := d.sources.Registry.ServicesByID(v.ctx, involved)
	for _, one := range involved {
		f.Service = append(f.Service, choice{string(one), services[one].Name, one == t.Service})
	}
	return f, err
}

// termsTyped are the terms of the form as it was sent.
func (v *visit) termsTyped() action.Terms {
	return action.Terms{
		Title: v.typed("title"), Detail: v.typed("detail"), Verification: v.typed("verification"), Priority: action.Priority(v.typed("priority")), Type: action.Type(v.typed("type")),
		Owner: id.ID(v.typed("owner")), Service: id.ID(v.typed("service")), RootCause: v.typed("rootCause") != "", DueOn: clock.Date(v.typed("dueOn")),
	}
}

// planAction adds an item to an incident.
func (d *Dashboard) planAction(v *visit) (outcome, error) {
	of, err := incidentOf(v)
	if err != nil {
		return outcome{}, err
	}
	t := v.termsTyped()
	i, err := d.sources.Actions.Plan(v.ctx, of, t)
	if err == nil {
		return outcome{to: incidentURL(i.Incident) + "#actions"}, nil
	}
	said, status, known := wrong(err)
	if !known {
		return outcome{}, err
	}
	shown, err := d.planScreen(v, of, t, said)
	return outcome{screen: shown, status: status}, err
}

// planScreen is the form of an item alone, with what is wrong with it.
func (d *Dashboard) planScreen(v *visit, incident id.ID, t action.Terms, said []string) (screen, error) {
	of, err := d.sources.Postmortems.About(v.ctx, incident)
	if err != nil {
		return screen{}, err
	}
	f, err := d.actionForm(v, of, t)
	if err != nil {
		return screen{}, err
	}
	f.Wrong = said
	p := actionPage{Crumbs: []link{{URL: actionsPath, Text: "Action items"}, {URL: incidentURL(incident), Text: of.Title}, {Text: "Plan one"}}, Title: "Plan an action item", State: badge{"none", "Not planned yet"}, Do: actionDo{Form: f, Amend: true}}
	return screen{template: "action", title: p.Title, section: actionsPath, page: p}, nil
}

// doAction takes what a form of an item asks for.
func (d *Dashboard) doAction(v *visit) (outcome, error) {
	i, err := d.itemOf(v)
	if err != nil {
		return outcome{}, err
	}
	version, _ := strconv.ParseInt(v.typed("version"), 10, 64) // of no number it is 0, which is stale
	s := d.sources.Actions
	var typed *action.Terms
	switch act := v.PathValue("act"); act {
	case "amend":
		t := v.termsTyped()
		typed = &t
		_, err = s.Amend(v.ctx, i.ID, version, t, v.typed("reason"))
	case "complete":
		_, err = s.Complete(v.ctx, i.ID, version, action.Proof{Note: v.typed("note"), Link: v.typed("link")})
	case "waive":
		_, err = s.Waive(v.ctx, i.ID, version, v.typed("reason"))
	case "reopen":
		_, err = s.Reopen(v.ctx, i.ID, version, v.typed("reason"))
	default:
		return outcome{}, fault.Missing("page", act)
	}
	if err == nil {
		return outcome{to: actionURL(i.ID)}, nil
	}
	said, status, known := wrong(err)
	if !known {
		return outcome{}, err
	}
	if typed != nil && status == http.StatusPreconditionFailed {
		if i, err = d.itemOf(v); err != nil { // as somebody else left it
			return outcome{}, err
		}
		said = append(said, saysNow(i, *typed)...)
	}
	shown, err := d.actionScreen(v, i, said, typed)
	return outcome{screen: shown, status: status}, err
}
