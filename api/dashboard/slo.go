package dashboard

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

type sloPage struct {
	Crumbs            []link
	Name, Description string
	Meta              []string
	State             badge
	Stale             bool
	StaleBadge        badge
	Since, Latest     moment
	Freshness         string
	Because           string
	Certainty         string // "" where the objective states no confidence
	Notes             []string

	Objective, SLI   figure
	Budget           remaining
	ObjectiveCaption string
	SLICaption       string
	BudgetCaption    string
	Long             bool // a number is long, and the three are set smaller

	Push       *push
	Groups     *groups // nil where there are none
	Source     *sourceCard
	Collection *collection
	BurnDown   burnDown
	Burns      []burnPair
	BurnNote   string
	End        moment
	Windows    []windowRow
	MemberOf   []compositeRow // composites that count it
	Goals      []goalRow      // further objectives
	Counted    string         // what the windows hold: "Events"
	Errors     string         // where it is told what the bad ones came from
	Explain    *explanation
	Scores     []scoreCard
	Facts      []fact

	Proposals   []proposalRow
	Corrections corrections
	Revisions   []revisionRow
	Alerts      []alertRow
	AlertsEmpty empty
	Alerting    badge // while an alert lasts

	Violations      []violationRow
	ViolationsEmpty empty
	Issues          []issueRow
}

// windowRow is what was counted in one window.
type windowRow struct {
	Name                        string
	Good, Bad, Total, SLI, Burn figure
}

type explanation struct {
	Lines []budget.Line
	Note  string
}

type revisionRow struct {
	Title, By, Rationale, Review string
	At                           moment
}

// revisionsShown is how many revisions the page shows.
const revisionsShown = 20

func (d *Dashboard) slo(v *visit) (screen, error) {
	view, owner, err := d.sources.SLOs.Find(v.ctx, slo.Name{Service: v.PathValue("service"), SLO: v.PathValue("slo")})
	if err != nil {
		return screen{}, err
	}
	team, err := d.owner(v, owner)
	if err != nil {
		return screen{}, err
	}
	figures, concluded := figuresOf(view)
	p := sloPage{
		Crumbs: []link{{URL: "/", Text: "Overview"}, team, {URL: serviceURL(owner.Slug), Text: owner.Name}, {Text: view.SLO.Name}},
		Name:   view.SLO.Name, Description: view.SLO.Description,
		Meta: []string{
			string(view.Indicator.Category), windowName(view.Revision.Over), fmt.Sprintf("revision %d", view.Revision.Number),
		},
		State: stateBadge(view.Status.State), Stale: stopped(view), StaleBadge: staleBadge,
		Since: ago(v.now, view.Status.Since), Latest: ago(v.now, earlier(view.Status.Latest, v.now)), Freshness: "measured until",
		End:             at(view.Status.End),
		Errors:          errorsURL(owner.Slug, view.SLO.Slug),
		Facts:           indicatorFacts(view),
		ViolationsEmpty: empty{Title: "None", Text: "This objective never broke a clause of an error-budget policy."},
	}
	once, err := d.measuredOnce(v, view)
	if err != nil {
		return screen{}, err
	}
	switch {
	case once:
		p.Freshness = "nothing measured in " + overText(view.Revision.Over)
	case view.Status.Latest.IsZero():
		p.Freshness = "no measurement has come yet"
	}
	if !view.Status.Evaluated() {
		p.Since, p.End = moment{}, moment{}
	}
	if view.SLO.RetiredAt != nil {
		p.Notes = append(p.Notes, "This objective was retired on "+day(*view.SLO.RetiredAt).Text+" and is not evaluated any more.")
	}
	warnings, err := d.sources.SLOs.Warnings(v.ctx, view, v.now)
	if err != nil {
		return screen{}, err
	}
	for _, warning := range warnings {
		p.Notes = append(p.Notes, sentence(warning.Message))
	}
	outlook := slo.Outlook{Unknown: "nothing is concluded"}
	if concluded && view.SLO.RetiredAt == nil {
		if outlook, err = d.forecast(v, view, &p); err != nil {
			return screen{}, err
		}
	}
	if raw := view.Uncorrected(); raw != nil {
		p.Notes = append(p.Notes, uncorrectedText(view, *raw))
	}
	p.Certainty = certaintyText(view.Certainty(figures.Window), figures.Window.Enough)
	if err := d.memberOf(v, view, &p); err != nil {
		return screen{}, err
	}
	p.numbers(view, figures, concluded)
	p.burns(view, figures, concluded)
	p.windows(view, figures, concluded)
	p.goals(view)
	if p.Source, err = d.sourceOf(v, view); err != nil {
		return screen{}, err
	}
	if p.Collection, err = d.collected(v, view); err != nil {
		return screen{}, err
	}
	p.Notes = append(p.Collection.notes(), p.Notes...)
	if p.Source == nil && view.Status.Latest.IsZero() {
		p.Push = d.push(v.now, owner, view, once)
	}
	if p.Proposals, err = d.openProposals(v, view); err != nil {
		return screen{}, err
	}
	if p.Corrections, err = d.corrections(v, view); err != nil {
		return screen{}, err
	}
	if err := d.past(v, view, outlook, &p); err != nil {
		return screen{}, err
	}
	return screen{template: "slo", title: view.SLO.Name + " of " + owner.Name, section: "/slos", refresh: true, page: p}, nil
}

// past reads what happened: violations, the burn-down with them, revisions, and
// where the state comes from.
func (d *Dashboard) past(v *visit, view slo.View, outlook slo.Outlook, p *sloPage) error {
	if err := d.pastAlerts(v, view, p); err != nil {
		return err
	}
	violations, err := d.sources.Policies.Violations(v.ctx, policy.ViolationFilter{SLO: view.SLO.ID}, page.Request{Limit: page.DefaultLimit})
	if err != nil {
		return err
	}
	if p.Violations, err = d.describe(v, violations.Items); err != nil {
		return err
	}
	for i := range p.Violations {
		p.Violations[i].URL = violationURL(violations.Items[i].ID)
		p.Violations[i].Title = p.Violations[i].Clause
	}
	if p.Issues, err = d.issueRows(v, issues.Filter{Subject: view.SLO.ID}, recentRows); err != nil {
		return err
	}
	of, chosen, err := d.groups(v, view, p)
	if err != nil {
		return err
	}
	if p.BurnDown, err = d.burnDown(v, of, chosen, violations.Items, outlook); err != nil {
		return err
	}
	revisions, err := d.sources.SLOs.Revisions(v.ctx, view.SLO.ID, page.Request{Limit: revisionsShown})
	if err != nil {
		return err
	}
	for _, r := range revisions.Items {
		p.Revisions = append(p.Revisions, revision(v.now, r))
	}
	if !view.Status.Evaluated() {
		return nil
	}
	explained := view.Explain()
	p.Because = sentence(explained.Because)
	p.Explain = &explanation{
		Lines: append(explained.Lines, outlook.Lines()...),
		Note:  fmt.Sprintf("Formulas version %s, judged by revision %d; all sums are of whole thousandths of an event.", explained.Formulas, view.Revision.Number),
	}
	return nil
}

// numbers are the three large ones.
func (p *sloPage) numbers(view slo.View, f budget.Figures, concluded bool) {
	window, noun := overText(view.Revision.Over), view.Revision.Budgeting.Noun()
	p.Objective = objectiveFigure(view.Revision.Objective)
	p.ObjectiveCaption = fmt.Sprintf("of %ss good, over %s", noun, window)
	p.Budget, _ = firstRemaining(view, f, concluded)
	p.SLICaption = fmt.Sprintf("no %ss in %s", noun, window)
	p.BudgetCaption = fmt.Sprintf("known once there are %ss", noun)
	switch {
	case concluded:
		p.SLI = sliFigure(f.Window.Sum, view.Revision.Objective)
		p.SLICaption = fmt.Sprintf("%s good of %s %ss", eventsText(thousandths(f.Window.Sum.Good, f.Window.Unit)), eventsText(thousandths(f.Window.Sum.Total, f.Window.Unit)), noun)
		p.BudgetCaption = budgetCaption(f.Window, view.Revision.Over, noun)
	case f.Window.Enough: // they were told of when they were old already
		p.SLICaption = fmt.Sprintf("%s so far; nothing is concluded while no more come", nounText(thousandths(f.Window.Sum.Total, f.Window.Unit), noun))
		p.BudgetCaption = "known once measurements come again"
	case f.Window.Sum.Total > 0:
		p.SLICaption = fmt.Sprintf("%s so far; nothing is concluded from fewer than %s",
			nounText(thousandths(f.Window.Sum.Total, f.Window.Unit), noun), eventsText(view.Revision.MinEvents*1000))
		p.BudgetCaption = fmt.Sprintf("known from %s on", nounText(view.Revision.MinEvents*1000, noun))
	}
	for _, n := range []figure{p.Objective, p.SLI, p.Budget.Figure} {
		p.Long = p.Long || len([]rune(n.Number)) > 7
	}
}

// earlier is the earlier of both: the newest slot ends after now while it runs.
func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// nounText writes so many thousandths of an event, or slice, with the noun.
func nounText(thousandths int64, noun string) string {
	if thousandths == 1000 {
		return "1 " + noun
	}
	return eventsText(thousandths) + " " + noun + "s"
}

// budgetCaption says what was spent of which budget; of a calendar's window that is not
// over, what the whole is and that it is a projection.
func budgetCaption(a budget.Account, over slo.TimeWindow, noun string) string {
	spent := fmt.Sprintf("%s bad of %s allowed", budgetEventsText(*a.Consumed), budgetEventsText(*a.Allowed))
	if *a.Remaining < 0 {
		spent = fmt.Sprintf("%s; overspent by %s", spent, budgetEventsText(-*a.Remaining))
	}
	if a.Pace.Projected() {
		return fmt.Sprintf("%s so far, of the whole %s if %ss go on to come so; %s is over",
			spent, over.Calendar.Unit(), noun, percentText(float64(a.Pace.Elapsed)/float64(a.Pace.Whole)))
	}
	return spent
}

// windows lists what was counted. Nothing is concluded from too few events, so
// that there are counts then and no ratios.
func (p *sloPage) windows(view slo.View, f budget.Figures, concluded bool) {
	for _, b := range f.Burns {
		r := windowRow{Name: windowText(b.Lookback), Burn: rateFigure(b.Rate)}
		r.count(b.Sum, f.Window.Unit)
		r.SLI = sliFigure(b.Sum, view.Revision.Objective)
		p.Windows = append(p.Windows, r)
	}
	for _, a := range []struct {
		name string
		budget.Account
	}{{windowText(f.Policy.Length) + ", policy", f.Policy}, {overText(view.Revision.Over) + ", objective", f.Window}} {
		r := windowRow{Name: a.name, Burn: rateFigure(a.ConsumedRatio), SLI: sliFigure(a.Sum, view.Revision.Objective)}
		r.count(a.Sum, a.Unit)
		p.Windows = append(p.Windows, r)
	}
	for i := range p.Windows {
		if !concluded {
			p.Windows[i].SLI, p.Windows[i].Burn = figure{}, figure{}
		}
	}
}

// count fills in events; a window without any has no data.
func (r *windowRow) count(s window.Sum, unit int64) {
	if s.Total > 0 {
		r.Good, r.Bad, r.Total = eventsFigure(thousandths(s.Good, unit)), eventsFigure(thousandths(s.Bad(), unit)), eventsFigure(thousandths(s.Total, unit))
	}
}

func indicatorFacts(view slo.View) []fact {
	counting := "good and all events"
	if view.Indicator.Counting == slo.BadTotal {
		counting = "bad and all events"
	}
	good := view.Indicator.Description
	if good == "" {
		good = "not described"
	}
	sent := fact{"Reporters send", link{Text: counting}}
	if !view.Indicator.Origin.Pushed() {
		sent = fact{"Reporters send", link{Text: "nothing; see where it comes from"}}
	}
	facts := []fact{
		{"A good event", link{Text: good}},
		sent,
		{"In slots of", link{Text: windowText(view.Indicator.Resolution)}},
		{"Window", link{Text: windowName(view.Revision.Over)}},
		{"Judged", link{Text: "from " + nounText(view.Revision.MinEvents*1000, view.Revision.Budgeting.Noun()) + " on"}},
	}
	if b := view.Revision.Budgeting; b.Slices() {
		facts = append(facts, fact{"The budget is of", link{Text: budgetingText(b)}})
	}
	facts = append(facts, alertFact(view.Revision.Alerts))
	if confidence := view.Revision.Confidence; !confidence.IsZero() {
		facts = append(facts, fact{"Verdict at", link{Text: strings.TrimSuffix(confidence.String(), "%") + " % confidence"}})
	}
	if view.Revision.Enforcement == slo.Observed {
		facts = append(facts, fact{"Policies", link{Text: "record violations and do nothing more: it is observed only"}})
	}
	if by := view.Indicator.Origin.GroupBy; by != "" {
		facts = append(facts, fact{"Grouped by", link{Text: fmt.Sprintf("%s, up to %s", by, plural(view.Indicator.Origin.MaxGroups, "group", "groups"))}})
	}
	return facts
}

// budgetingText says what the budget of an SLO of slices is of.
func budgetingText(b slo.Budgeting) string {
	missing := map[lens.Missing]string{lens.Good: "slices without events are good", lens.Bad: "slices without events are bad", lens.Ignored: "slices without events do not count"}[b.Missing]
	if b.Method == slo.RatioTimeslices {
		return fmt.Sprintf("the mean share of good events in slices of %s; %s", windowText(b.SliceLength), missing)
	}
	return fmt.Sprintf("slices of %s, each good from %s good events on; %s", windowText(b.SliceLength), strings.TrimSuffix(b.SliceTarget.String(), percentSign)+"\u00a0"+percentSign, missing)
}

func revision(now time.Time, r slo.RevisionWithIndicator) revisionRow {
	terms := r.Revision.Terms
	title := fmt.Sprintf("%d · %s over %s", r.Revision.Number, spaced(objectiveFigure(terms.Objective)), overText(terms.Over))
	if !terms.Confidence.IsZero() {
		title += ", at " + strings.TrimSuffix(terms.Confidence.String(), "%") + " % confidence"
	}
	if terms.Enforcement == slo.Observed {
		title += ", observed only"
	}
	out := revisionRow{
		Title: title,
		By:    r.Revision.CreatedBy, At: ago(now, r.Revision.CreatedAt), Rationale: terms.Rationale,
	}
	var review []string
	if terms.Reviewer != "" {
		review = append(review, "agreed to by "+terms.Reviewer)
	}
	if terms.ReviewBy != nil {
		review = append(review, "to be looked at again by "+day(*terms.ReviewBy).Text)
	}
	if out.Review = strings.Join(review, "; "); out.Review == "" {
		out.Review = "no reviewer, no date to look at it again"
	}
	out.Review = sentence(out.Review)
	return out
}

// goalRow is how a further objective stands.
type goalRow struct {
	Name, Over string
	State      badge
	Objective  string
	SLI        figure
	Budget     remaining
}

// goals lists how further objectives stand.
func (p *sloPage) goals(view slo.View) {
	p.Counted = "Events"
	if view.Revision.Budgeting.Slices() {
		p.Counted = "Slices"
	}
	for _, s := range view.Standings() {
		r := goalRow{
			Name: s.Name, Over: windowName(s.Over), State: stateBadge(s.State), Objective: spaced(objectiveFigure(s.Objective)),
			Budget: remainingOf(s.Account, s.Objective, s.State, s.State != budget.NoData),
		}
		if s.State != budget.NoData {
			r.SLI = sliFigure(s.Account.Sum, s.Objective)
		}
		p.Goals = append(p.Goals, r)
	}
}

// key is the sample of a line in a legend.
func key(class string) template.HTML {
	// class is one of our own constants.
	return template.HTML(`<svg class="chart" viewBox="0 0 20 10" aria-hidden="true" focusable="false"><path class="` + class + `" d="M0 5h20"/></svg>`)
}
