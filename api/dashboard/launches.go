package dashboard

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/launch"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Launches tells of launch reviews, and takes decisions; see launch.Service.
type Launches interface {
	Get(ctx context.Context, review id.ID) (launch.Review, error)
	List(ctx context.Context, f launch.Filter, r page.Request) (page.Page[launch.Review], error)
	Acts(ctx context.Context, reviews []launch.Review, services map[id.ID]registry.Service, cards map[id.ID]scorecards.View) ([]access.Acts, error)

	Ask(ctx context.Context, in launch.Request) (launch.Review, error)
	SignOff(ctx context.Context, review id.ID, version int64, in launch.SignOff) (launch.Review, error)
	Reject(ctx context.Context, review id.ID, version int64, reason string) (launch.Review, error)
	Meet(ctx context.Context, review id.ID, n int, version int64, note string) (launch.Review, error)
}

const launchesPath = "/launch-reviews"

func launchURL(of id.ID) string { return launchesPath + "/" + string(of) }

var launchBadges = map[launch.State]badge{
	launch.Waiting: {"risk", "Waits for a decision"}, launch.SignedOff: {"ok", "Signed off"}, launch.Rejected: {"bad", "Rejected"}, launch.Expired: {"none", "Expired"},
}

type launchesPage struct {
	Filters []entry
	Rows    []launchRow
	Pager   pager
	Empty   empty
	Form    launchForm
}

// launchRow is a review in a list.
type launchRow struct {
	URL, Level, Card, By string
	Service              link
	State                badge
	Planned, Asked       moment
	Reached              string
}

// launchForm asks for a review.
type launchForm struct {
	Fields []field
	Wrong  []string
	Open   bool
}

func (d *Dashboard) launches(v *visit) (screen, error) { return d.launchesScreen(v, &filled{}) }

// launchesScreen lists reviews, the newest first, with the form that asks for one, as it was filled in.
func (d *Dashboard) launchesScreen(v *visit, in *filled) (screen, error) {
	query := v.URL.Query()
	f := launch.Filter{State: launch.Waiting}
	if query.Has("all") {
		f.State = ""
	}
	if name := query.Get("service"); name != "" {
		of, err := d.sources.Registry.ServiceFor(v.ctx, name)
		if err != nil {
			return screen{}, err
		}
		f.Service, f.State = of.ID, ""
	}
	found, err := d.sources.Launches.List(v.ctx, f, following(v, page.DefaultLimit))
	if err != nil {
		return screen{}, err
	}
	p := launchesPage{
		Filters: []entry{{URL: launchesPath, Text: "Waiting", Current: f.State == launch.Waiting}, {URL: launchesPath + "?all", Text: "All", Current: f.State == "" && f.Service == ""}},
		Pager:   pagerOf(v, found.Next),
		Empty:   empty{Title: "None", Text: "Before a service is launched, somebody else looks at what it comes to on a scorecard.", Call: "POST /v1/launch-reviews"},
	}
	var ids []id.ID
	for _, r := range found.Items {
		ids = append(ids, r.Service)
	}
	services, err := d.sources.Registry.ServicesByID(v.ctx, ids)
	if err != nil {
		return screen{}, err
	}
	cards := map[id.ID]scorecards.View{}
	for _, r := range found.Items {
		card, known := cards[r.Scorecard]
		if !known {
			if card, err = d.sources.Scorecards.Get(v.ctx, string(r.Scorecard)); err != nil {
				return screen{}, err
			}
			cards[r.Scorecard] = card
		}
		of := services[r.Service]
		p.Rows = append(p.Rows, launchRow{
			URL: launchURL(r.ID), Level: r.Level, Card: card.Scorecard.Name, By: r.AskedBy, Service: link{URL: serviceURL(of.Slug), Text: of.Name},
			State: launchBadges[r.State(v.now)], Planned: day(r.PlannedOn.Time()), Asked: ago(v.now, r.AskedAt), Reached: reachedText(r.Evidence),
		})
	}
	if p.Form, err = d.launchForm(v, in); err != nil {
		return screen{}, err
	}
	return screen{template: "launches", title: "Launch reviews", section: launchesPath, page: p}, nil
}

func reachedText(e launch.Evidence) string {
	level := e.Level
	if level == "" {
		level = "below the lowest level"
	}
	if e.Score == nil {
		return level
	}
	return fmt.Sprintf("%s, %d %%", level, *e.Score)
}

func (d *Dashboard) launchForm(v *visit, in *filled) (launchForm, error) {
	live := false
	cards, err := d.sources.Scorecards.List(v.ctx, "", &live, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return launchForm{}, err
	}
	card := field{Name: "scorecard", Label: "Scorecard", Kind: asChoice, Required: true, Fault: in.take("/scorecard")}
	for _, c := range cards.Items {
		card.Options = append(card.Options, choice{c.Scorecard.Slug, c.Scorecard.Name, c.Scorecard.Slug == in.value("scorecard", "")})
	}
	f := launchForm{Open: in.Values != nil}
	f.Fields = []field{
		{Name: "service", Label: "Service", Kind: asLine, Required: true, Value: in.value("service", v.URL.Query().Get("service")), Fault: in.take("/service"), Hint: "its short name, as in its address"},
		card,
		{Name: "level", Label: "Level that it is to reach", Kind: asLine, Required: true, Value: in.value("level", ""), Fault: in.take("/level"), Hint: "as the scorecard calls it"},
		{Name: "plannedOn", Label: "Planned day", Kind: asDay, Required: true, Value: in.value("plannedOn", string(clock.DateOf(v.now.AddDate(0, 0, 14)))), Fault: in.take("/plannedOn")},
		{Name: "note", Label: "For who reviews it", Kind: asText, Wide: true, Value: in.value("note", ""), Fault: in.take("/note")},
	}
	f.Wrong = in.rest()
	return f, nil
}

// askLaunch takes the form that asks for a review.
func (d *Dashboard) askLaunch(v *visit, in *filled) (string, screen, error) {
	made, err := d.sources.Launches.Ask(v.ctx, launch.Request{
		Service: strings.TrimSpace(v.typed("service")), Scorecard: v.typed("scorecard"), Level: strings.TrimSpace(v.typed("level")), PlannedOn: clock.Date(strings.TrimSpace(v.typed("plannedOn"))), Note: v.typed("note"),
	})
	if err == nil {
		return launchURL(made.ID), screen{}, nil
	}
	if !in.refused(err) {
		return "", screen{}, err
	}
	shown, err := d.launchesScreen(v, in)
	return "", shown, err
}

type launchPage struct {
	Crumbs     []link
	Title      string
	State      badge
	Meta       []link
	Wrong      []string
	Note, By   string
	Asked      moment
	Said       []saidRow
	Evidence   []launchCheck
	At         moment
	Conditions []launchCondition
	Facts      []fact
	Do         launchDo
}

// launchCheck is what one check came to.
type launchCheck struct {
	Title, Level, Why string
	Outcome           badge
}

// launchCondition is a condition of a sign-off.
type launchCondition struct {
	N           int
	Text, Said  string
	State       badge
	Due, DoneAt moment
	Meet        string // where it is said to be met; empty where it cannot be
}

// launchDo is what the visitor can do with a review.
type launchDo struct {
	At      string
	Version int64
	Decide  bool
	Below   bool // a sign-off needs the reason
	Until   string
	Typed   launchTyped
}

// launchTyped is what was filled in of a sign-off.
type launchTyped struct {
	Reason, Conditions string
	Open               bool
}

// launchOf is the review that the address names.
func (d *Dashboard) launchOf(v *visit) (launch.Review, error) {
	name := v.PathValue("review")
	known, spelled := id.Parse(name)
	if !spelled {
		return launch.Review{}, fault.Missing("launch_review", name)
	}
	return d.sources.Launches.Get(v.ctx, known)
}

func (d *Dashboard) launch(v *visit) (screen, error) {
	r, err := d.launchOf(v)
	if err != nil {
		return screen{}, err
	}
	return d.launchScreen(v, r, nil, launchTyped{})
}

// launchScreen is the page of a review, with what is wrong with what was sent, and what was typed.
func (d *Dashboard) launchScreen(v *visit, r launch.Review, wrong []string, typed launchTyped) (screen, error) {
	services, err := d.sources.Registry.ServicesByID(v.ctx, []id.ID{r.Service})
	if err != nil {
		return screen{}, err
	}
	card, err := d.sources.Scorecards.Get(v.ctx, string(r.Scorecard))
	if err != nil {
		return screen{}, err
	}
	acts, err := d.sources.Launches.Acts(v.ctx, []launch.Review{r}, services, map[id.ID]scorecards.View{r.Scorecard: card})
	if err != nil {
		return screen{}, err
	}
	of := services[r.Service]
	p := launchPage{
		Crumbs: []link{{URL: launchesPath, Text: "Launch reviews"}, {Text: of.Name}}, Title: "Launch of " + of.Name, State: launchBadges[r.State(v.now)], Wrong: wrong,
		Meta: []link{{URL: serviceURL(of.Slug), Text: of.Name}, {Text: "planned on " + day(r.PlannedOn.Time()).Text}}, Note: r.Note, By: r.AskedBy, Asked: ago(v.now, r.AskedAt), At: at(r.Evidence.At),
		Facts: []fact{{"Scorecard", link{Text: card.Scorecard.Name}}, {"To reach", link{Text: r.Level}}, {"It was at", link{Text: reachedText(r.Evidence)}}},
		Do:    launchDo{At: launchURL(r.ID), Version: r.Version, Decide: acts[0].Allow(launch.ActReject), Below: !r.Evidence.Meets, Until: v.now.UTC().AddDate(0, 0, 180).Format(formTime), Typed: typed},
	}
	keeper := link{Text: "administrators"}
	if card.Scorecard.Owner != "" {
		keeper = link{URL: teamURL(card.Scorecard.OwnerSlug), Text: card.Scorecard.OwnerSlug}
	}
	p.Facts = append(p.Facts, fact{"Decided on by", keeper})
	if dec := r.Decision; dec != nil {
		did := "rejected it"
		if dec.Until != nil {
			did = "signed it off until " + at(*dec.Until).Text
		}
		p.Said = []saidRow{{By: dec.By, Did: did, Text: dec.Reason, At: ago(v.now, dec.At)}}
	}
	for _, c := range r.Evidence.Checks {
		p.Evidence = append(p.Evidence, launchCheck{Title: c.Title, Level: c.Level, Why: c.Why, Outcome: outcomeNamed(c.Outcome)})
	}
	for n, c := range r.Conditions {
		p.Conditions = append(p.Conditions, launchConditionOf(v, r, n, c, acts[0].Allow(launch.ActMeet)))
	}
	return screen{template: "launch", title: p.Title, section: launchesPath, page: p}, nil
}

func launchConditionOf(v *visit, r launch.Review, n int, c launch.Condition, may bool) launchCondition {
	row := launchCondition{N: n + 1, Text: c.Text, Due: day(c.DueOn.Time()), State: badge{"none", "Open"}}
	switch {
	case c.Done != nil:
		row.State, row.Said, row.DoneAt = badge{"ok", "Done"}, c.Done.By+": "+c.Done.Note, ago(v.now, c.Done.At)
	case c.Overdue(v.now):
		row.State = badge{"bad", "Overdue"}
	}
	if may && c.Done == nil {
		row.Meet = launchURL(r.ID) + "/conditions/" + strconv.Itoa(n+1)
	}
	return row
}

// conditionsTyped reads lines of "2027-01-15 what is to be done".
func conditionsTyped(text string) []launch.Condition {
	var out []launch.Condition
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		due, what, _ := strings.Cut(line, " ")
		out = append(out, launch.Condition{Text: what, DueOn: clock.Date(due)})
	}
	return out
}

// doLaunch takes the forms of a decision.
func (d *Dashboard) doLaunch(v *visit) (outcome, error) {
	r, err := d.launchOf(v)
	if err != nil {
		return outcome{}, err
	}
	version, err := strconv.ParseInt(v.typed("version"), 10, 64)
	if err != nil {
		version = 0 // which no review has
	}
	var typed launchTyped
	switch v.PathValue("act") {
	case "sign-off":
		typed = launchTyped{Reason: v.typed("reason"), Conditions: v.typed("conditions"), Open: true}
		in := &filled{Values: v.PostForm}
		s := launch.SignOff{Reason: typed.Reason, Until: in.time("until"), Conditions: conditionsTyped(typed.Conditions)}
		_, err = d.sources.Launches.SignOff(v.ctx, r.ID, version, s)
	case "reject":
		_, err = d.sources.Launches.Reject(v.ctx, r.ID, version, v.typed("reason"))
	default:
		return outcome{}, fault.New(fault.NotFound, "page_not_found", "a launch review has no form of that name")
	}
	return d.didLaunch(v, r, err, typed)
}

// meetLaunch takes the form that says that a condition is met.
func (d *Dashboard) meetLaunch(v *visit) (outcome, error) {
	r, err := d.launchOf(v)
	if err != nil {
		return outcome{}, err
	}
	version, err := strconv.ParseInt(v.typed("version"), 10, 64)
	if err != nil {
		version = 0 // which no review has
	}
	n, err := strconv.Atoi(v.PathValue("condition"))
	if err != nil {
		n = 0 // which no condition has
	}
	_, err = d.sources.Launches.Meet(v.ctx, r.ID, n, version, v.typed("note"))
	return d.didLaunch(v, r, err, launchTyped{})
}

func (d *Dashboard) didLaunch(v *visit, r launch.Review, err error, typed launchTyped) (outcome, error) {
	if err == nil {
		return outcome{to: launchURL(r.ID)}, nil
	}
	said, status, refused := wrong(err)
	if !refused {
		return outcome{}, err
	}
	shown, err := d.launchScreen(v, r, said, typed)
	return outcome{screen: shown, status: status}, err
}
