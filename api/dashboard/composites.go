package dashboard

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/composite"
	"github.com/evenkeel/evenkeel/services/slo/composite/formula"
)

type compositesPage struct {
	Rows  []compositeRow
	Pager pager
	Empty empty
}

// compositeRow is a composite in a table.
type compositeRow struct {
	URL, Name, Detail string
	State             badge
	Stale             bool
	StaleBadge        badge
	SLI               figure
	Objective         string // empty where the budgets are the members'
	Budget            remaining
}

type systemPage struct {
	Crumbs            []link
	Name, Description string
	Team              link
	Composites        []compositeRow
	CompositesNote    string
	CompositesEmpty   empty
	SLOs              objectives
}

type compositePage struct {
	Crumbs            []link
	Name, Description string
	Meta              []link
	State             badge
	Stale             bool
	StaleBadge        badge
	Since, Latest     moment
	Freshness         string
	Notes             []string

	Objective, SLI                              figure
	Budget                                      remaining
	ObjectiveCaption, SLICaption, BudgetCaption string
	Long                                        bool

	Members   []shareRow
	BurnDown  burnDown
	Table     []historyRow
	End       moment
	Lines     []budget.Line
	Burns     []burnPair
	Revisions []revisionRow
}

// shareRow is a member with its share.
type shareRow struct {
	URL, Name, Service string
	Counts             badge
	Note               string
	SLI                figure
	Objective, Weight  string
	Share              figure
	Bar                template.HTML
}

var noComposites = empty{
	Title: "Nothing is promised of a whole yet",
	Text:  "What a user does crosses services. A composite objective says how good the whole should be, and who spends its budget.",
	Call:  "POST /v1/composites",
}

// composites lists them by name in URLs.
func (d *Dashboard) composites(v *visit) (screen, error) {
	found, err := d.sources.Composites.List(v.ctx, composite.Filter{}, following(v, objectivesOnPage))
	if err != nil {
		return screen{}, err
	}
	p := compositesPage{Rows: compositeRows(found.Items), Pager: pagerOf(v, found.Next), Empty: noComposites}
	return screen{template: "composites", title: "Composite objectives", section: "/slos", page: p}, nil
}

// system shows what is promised of a system, and of its services.
func (d *Dashboard) system(v *visit) (screen, error) {
	s, err := d.sources.Registry.SystemFor(v.ctx, v.PathValue("system"))
	if err != nil {
		return screen{}, err
	}
	team, err := d.sources.Registry.TeamFor(v.ctx, string(s.Team))
	if err != nil {
		return screen{}, err
	}
	p := systemPage{
		Name: s.Name, Description: s.Description, Team: link{URL: teamURL(team.Slug), Text: team.Name}, CompositesEmpty: noComposites,
		Crumbs: []link{{URL: "/", Text: "Overview"}, {URL: teamURL(team.Slug), Text: team.Name}, {Text: s.Name}},
	}
	found, err := d.sources.Composites.List(v.ctx, composite.Filter{System: s.ID}, page.Request{Limit: objectivesOnPage})
	if err != nil {
		return screen{}, err
	}
	if p.Composites = compositeRows(found.Items); found.Next != "" {
		p.CompositesNote = fmt.Sprintf("These are the first %d; the API lists all.", objectivesOnPage)
	}
	if p.SLOs, err = d.owned(v, slo.Filter{System: s.ID, Order: slo.ByRemaining}); err != nil {
		return screen{}, err
	}
	return screen{template: "system", title: s.Name, section: "/slos", refresh: true, page: p}, nil
}

// memberOf notes the composites that an SLO is a member of.
func (d *Dashboard) memberOf(v *visit, view slo.View, p *sloPage) error {
	found, err := d.sources.Composites.List(v.ctx, composite.Filter{SLO: view.SLO.ID}, page.Request{Limit: objectivesOnPage})
	p.MemberOf = compositeRows(found.Items)
	return err
}

func compositeRows(views []composite.View) []compositeRow {
	var out []compositeRow
	for _, c := range views {
		f := c.Figures()
		out = append(out, compositeRow{
			URL: compositeURL(c.Composite.Slug), Name: c.Composite.Name,
			Detail: fmt.Sprintf("%s of %s over %s", methodText(c.Revision.Method), plural(len(c.Revision.Members), "member", "members"), overText(c.Revision.Over)),
			State:  stateBadge(c.Status.State), Stale: stoppedWhole(c), StaleBadge: staleBadge,
			SLI: compositeSLI(c, f), Objective: objectiveText(c.Revision.Objective), Budget: compositeBudget(c, f),
		})
	}
	return out
}

// stoppedWhole reports whether measurements came and come no more.
func stoppedWhole(c composite.View) bool { return c.Status.Stale && !c.Status.Latest.IsZero() }

func objectiveText(o budget.Objective) string {
	if o.IsZero() {
		return ""
	}
	return spaced(objectiveFigure(o))
}

func compositeSLI(c composite.View, f formula.Figures) figure {
	if f.SLI == nil {
		return figure{}
	}
	return shareFigure(f.SLI.Rat(), c.Revision.Objective)
}

func compositeBudget(c composite.View, f formula.Figures) remaining {
	if f.Remaining == nil {
		return remaining{Bar: chart.Budget(0, false, "none")}
	}
	ratio := f.Remaining.Float64()
	r := remaining{Figure: leftOf(*f.Remaining), Bar: chart.Budget(ratio, true, stateBadge(c.Status.State).Tone)}
	if ratio < 0 {
		r.Tone = "bad"
	}
	return r
}

// leftOf writes a share of the budget that remains.
func leftOf(f formula.Fraction) figure {
	r := f.Rat()
	return leftFigure(f.Fixed, r.IsInt() && r.Num().IsInt64() && r.Num().Int64() == 1, r.Sign() == 0)
}

func methodText(m formula.Method) string {
	return map[formula.Method]string{
		formula.Occurrences: "burn of the budgets", formula.Timeslices: "slices in which any is bad",
		formula.RatioTimeslices: "sum of what is missed", formula.WeightedAverage: "weighted average",
	}[m]
}

func (d *Dashboard) composite(v *visit) (screen, error) {
	c, err := d.sources.Composites.Find(v.ctx, v.PathValue("composite"))
	if err != nil {
		return screen{}, err
	}
	f, explained := c.Figures(), c.Explain()
	p := compositePage{
		Crumbs: []link{{URL: "/", Text: "Overview"}, {URL: "/composites", Text: "Composite objectives"}, {Text: c.Composite.Name}},
		Name:   c.Composite.Name, Description: c.Composite.Description,
		State: stateBadge(c.Status.State), Stale: stoppedWhole(c), StaleBadge: staleBadge,
		Since: ago(v.now, c.Status.Since), Latest: ago(v.now, earlier(c.Status.Latest, v.now)), Freshness: "measured until", End: at(c.Status.End),
		Objective: objectiveFigure(c.Revision.Objective), SLI: compositeSLI(c, f), Budget: compositeBudget(c, f), Lines: explained.Lines,
		Notes: []string{sentence(explained.Because)},
	}
	if c.Status.End.IsZero() {
		p.Since = moment{}
	}
	if c.Status.Latest.IsZero() {
		p.Freshness = "no measurement has come yet"
	}
	if c.Composite.RetiredAt != nil {
		p.Notes = append(p.Notes, "This composite was retired on "+day(*c.Composite.RetiredAt).Text+" and is not evaluated any more.")
	}
	warnings, err := d.sources.Composites.Warnings(v.ctx, c)
	if err != nil {
		return screen{}, err
	}
	for _, w := range warnings {
		p.Notes = append(p.Notes, sentence(w.Message))
	}
	p.captions(c, f)
	if p.Meta, err = d.promisedOf(v, c); err != nil {
		return screen{}, err
	}
	p.members(c, f)
	p.pairs(f)
	if err := d.compositePast(v, c, f, &p); err != nil {
		return screen{}, err
	}
	return screen{template: "composite", title: c.Composite.Name, section: "/slos", refresh: true, page: p}, nil
}

// promisedOf is what the composite is of, and how it is made.
func (d *Dashboard) promisedOf(v *visit, c composite.View) ([]link, error) {
	of := link{Text: "journey: " + c.Composite.Journey.Name}
	if c.Composite.System != "" {
		s, err := d.sources.Registry.SystemFor(v.ctx, string(c.Composite.System))
		if err != nil {
			return nil, err
		}
		of = link{URL: systemURL(s.Slug), Text: s.Name}
	}
	meta := []link{of, {Text: methodText(c.Revision.Method)}, {Text: windowName(c.Revision.Over)}}
	if c.Revision.SliceLength > 0 {
		meta = append(meta, link{Text: "slices of " + windowText(c.Revision.SliceLength)})
	}
	return append(meta, link{Text: fmt.Sprintf("revision %d", c.Revision.Number)}), nil
}

// captions say what the three large numbers are.
func (p *compositePage) captions(c composite.View, f formula.Figures) {
	over := overText(c.Revision.Over)
	p.ObjectiveCaption = fmt.Sprintf("%s, over %s", methodText(c.Revision.Method), over)
	p.SLICaption, p.BudgetCaption = "no data over "+over, "known once members have data"
	if !c.Revision.Method.Promises() {
		p.SLICaption = "the budgets of members are spent, each by its own objective"
	} else if f.SLI != nil {
		p.SLICaption = fmt.Sprintf("made of %s", plural(len(c.Revision.Members), "member", "members"))
	}
	if f.Burned != nil {
		p.BudgetCaption = chart.Typeset(f.Burned.Fixed(1)) + " % burned"
		if pace := c.Pace(); pace.Projected() {
			p.BudgetCaption += fmt.Sprintf(" of the whole %s if it goes on so; %s is over", c.Revision.Over.Calendar.Unit(), percentText(float64(pace.Elapsed)/float64(pace.Whole)))
		}
	}
	for _, n := range []figure{p.Objective, p.SLI, p.Budget.Figure} {
		p.Long = p.Long || len([]rune(n.Number)) > 7
	}
	p.Long = p.Long || !p.Objective.Known
}

// fateBadges say how a member counts.
var fateBadges = map[formula.Fate]badge{
	formula.Measured: {"ok", "Measured"}, formula.LeftOut: {"none", "Left out"}, formula.AsGood: {"none", "As good"},
	formula.AsBad: {"bad", "As bad"}, formula.Unsure: {"none", "Unknown"},
}

// members lists them, those with the largest share first.
func (p *compositePage) members(c composite.View, f formula.Figures) {
	order := make([]int, len(c.Revision.Members))
	for i := range order {
		order[i] = i
	}
	share := func(i int) float64 {
		if s := f.Parts[i].Share; s != nil {
			return s.Float64()
		}
		return -1
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(share(b), share(a)) })
	for _, i := range order {
		m, part := c.Revision.Members[i], f.Parts[i]
		r := shareRow{
			URL: sloURL(m.SLO.ServiceSlug, m.SLO.Slug), Name: m.SLO.Name, Service: m.SLO.ServiceSlug, Counts: fateBadges[part.Fate],
			Objective: spaced(objectiveFigure(m.SLO.Objective)), Weight: m.Weight.String(), Bar: chart.Progress(0),
		}
		switch held, known := c.Known(m); {
		case m.SLO.Retired:
			r.Note = "retired"
		case known && held.Stale && part.Fate == formula.Measured:
			r.Note = "no recent measurement"
		case part.Fate != formula.Measured:
			r.Note = "no data"
		}
		if part.SLI != nil {
			r.SLI = shareFigure(part.SLI.Rat(), m.SLO.Objective)
		}
		if part.Share != nil {
			r.Share, r.Bar = figure{part.Share.Fixed(1), percentSign, true}, chart.Progress(part.Share.Float64())
		}
		p.Members = append(p.Members, r)
	}
}

// pairs shows the pairs of burn rates with their thresholds.
func (p *compositePage) pairs(f formula.Figures) {
	for _, a := range f.Alerts {
		shown := budget.Alert{Pair: a.Pair, Factor: a.Factor.Float64(), LongRate: doubleOf(a.LongRate), ShortRate: doubleOf(a.ShortRate), Firing: a.Firing, Reachable: a.Reachable}
		p.Burns = append(p.Burns, burnPair{
			Name:   fmt.Sprintf("%s and %s", windowText(a.Long), windowText(a.Short)),
			Detail: fmt.Sprintf("above %s× in both", factorText(shown.Factor)),
			State:  alertBadge(f.State, shown),
			Bars: []burnBar{
				{windowText(a.Long), burnRate(shown.LongRate, shown), rateFigure(shown.LongRate)},
				{windowText(a.Short), burnRate(shown.ShortRate, shown), rateFigure(shown.ShortRate)},
			},
		})
	}
}

func doubleOf(f *formula.Fraction) *float64 {
	if f == nil {
		return nil
	}
	v := f.Float64()
	return &v
}

// compositePast reads how the budget went, and the revisions.
func (d *Dashboard) compositePast(v *visit, c composite.View, f formula.Figures, p *compositePage) error {
	h, err := d.sources.Composites.History(v.ctx, c.Composite.ID, time.Time{}, time.Time{}, 0)
	if err != nil {
		return err
	}
	drawn := chart.BurnDown{From: h.From, Now: h.To, Exhaustion: c.ExhaustedAt(f)}
	for _, one := range h.Points {
		point := chart.Point{At: one.End}
		if one.Remaining != nil {
			point.Value, point.Known = one.Remaining.Float64(), true
		}
		drawn.Points = append(drawn.Points, point)
	}
	left := "unknown"
	if f.Remaining != nil {
		left = spaced(leftOf(*f.Remaining))
	}
	drawn.Label = fmt.Sprintf("How the budget over %s went: %s remains. The table below holds the same.", overText(c.Revision.Over), left)
	p.BurnDown = burnDown{
		Note: "by the current terms of all members", Legend: legend(drawn),
		Pictures: []template.HTML{drawn.SVG(chart.Wide, "wide"), drawn.SVG(chart.Medium, "medium"), drawn.SVG(chart.Narrow, "narrow")},
	}
	every := max(1, len(h.Points)/tableRows)
	for i := len(h.Points) - 1; i >= 0; i -= every {
		r := historyRow{At: at(h.Points[i].End)}
		if left := h.Points[i].Remaining; left != nil {
			r.Remaining = leftOf(*left)
		}
		p.Table = append(p.Table, r)
	}
	revisions, err := d.sources.Composites.Revisions(v.ctx, c.Composite.ID, page.Request{Limit: revisionsShown})
	if err != nil {
		return err
	}
	for _, r := range revisions.Items {
		title := fmt.Sprintf("%d · %s of %s", r.Number, methodText(r.Method), plural(len(r.Members), "member", "members"))
		if !r.Objective.IsZero() {
			title += ", " + objectiveText(r.Objective)
		}
		p.Revisions = append(p.Revisions, revisionRow{Title: title + " over " + overText(r.Over), By: r.CreatedBy, At: ago(v.now, r.CreatedAt), Rationale: r.Rationale})
	}
	return nil
}
