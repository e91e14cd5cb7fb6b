package slo

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// The bounds of what is declared; those of texts are registry's.
const (
	MaxWindowDays     = 90
	DefaultWindowDays = 28
	MaxMinEvents      = 1_000_000_000_000
)

const date = "2006-01-02"

// sourcePointer is where a declaration on the wire says where measurements come from.
const sourcePointer = "/indicator/source"

// Declaration is what a team says of an SLO.
type Declaration struct {
	Slug        string // RFC 1123 label, unique within the service
	Name        string // 1 to 100 characters; the slug when empty
	Description string
	// Objective is a percentage as it is written, "99.9%"; of a new SLO that of its kind when
	// empty, and so is GoodEvent.
	Objective  string
	WindowDays int // 1 to MaxWindowDays; 0 means DefaultWindowDays, or a calendar's
	// Calendar has the objective met in each of its windows, instead of a rolling one.
	Calendar  *CalendarInput
	Further   []GoalInput
	Budgeting BudgetingInput
	MinEvents int64 // 1 to MaxMinEvents; 0 means 1
	// Confidence is a percentage as it is written, "95%"; "" for no verdict.
	Confidence string
	// AlertsOff names the alerts that are switched off, see the type of that name.
	AlertsOff    []string
	MinBadEvents int64 // 1 to MaxMinEvents; 0 means DefaultMinBadEvents
	// Enforcement is ByPolicy when empty.
	Enforcement Enforcement
	Category    Category
	Counting    Counting      // GoodTotal when empty
	Resolution  time.Duration // measure.Minute or measure.FiveMinutes; 0 means measure.Minute
	GoodEvent   string        // what a good event is
	// Origin is where the measurements come from; the zero value: they are pushed. Its
	// data source is a slug or identifier.
	Origin    origin.Origin
	Rationale string
	Reviewer  string
	// ReviewBy is a date, at midnight UTC.
	ReviewBy *time.Time
}

// Declared returns what the SLO says now, to be changed and given to Revise.
func (v View) Declared() Declaration {
	return Declaration{
		Slug: v.SLO.Slug, Name: v.SLO.Name, Description: v.SLO.Description,
		Objective: v.Revision.Objective.String(), WindowDays: v.Revision.Over.Days, Calendar: v.Revision.Over.Declared(),
		Further: v.Revision.declaredGoals(), Budgeting: v.Revision.Budgeting.Declared(), MinEvents: v.Revision.MinEvents,
		Confidence: v.Revision.Confidence.String(), Enforcement: v.Revision.Enforcement,
		Category: v.Indicator.Category, Counting: v.Indicator.Counting, Resolution: v.Indicator.Resolution,
		GoodEvent: v.Indicator.Description, Origin: v.Indicator.Origin,
		AlertsOff: v.Revision.Alerts.Off.Names(), MinBadEvents: v.Revision.Alerts.MinBadEvents,
		Rationale: v.Revision.Rationale, Reviewer: v.Revision.Reviewer, ReviewBy: v.Revision.ReviewBy,
	}
}

// orElse fills what is empty and has a default from other: the former
// declaration of a revised SLO, or the defaults.
func (d Declaration) orElse(other Declaration) Declaration {
	if d.Slug == "" {
		d.Slug = other.Slug
	}
	if d.WindowDays == 0 && d.Calendar == nil {
		d.WindowDays, d.Calendar = other.WindowDays, other.Calendar
	}
	if d.Budgeting == (BudgetingInput{}) {
		d.Budgeting = other.Budgeting
	}
	if d.MinEvents == 0 {
		d.MinEvents = other.MinEvents
	}
	if d.Enforcement == "" {
		d.Enforcement = other.Enforcement
	}
	if d.Category == "" {
		d.Category = other.Category
	}
	if d.Counting == "" && d.Origin.Pushed() {
		d.Counting = other.Counting
	}
	d.Counting = cmp.Or(d.Counting, GoodTotal)
	if d.Resolution == 0 {
		d.Resolution = other.Resolution
	}
	if d.Name == "" {
		d.Name = d.Slug
	}
	if d.Origin.MaxGroups == 0 && d.Origin.GroupBy != "" && d.Origin.GroupBy == other.Origin.GroupBy {
		d.Origin.MaxGroups = other.Origin.MaxGroups
	}
	d.Origin = d.Origin.OrDefaults()
	return d
}

// Complete is the declaration of a new SLO with everything said that has a default.
func (d Declaration) Complete() Declaration {
	d = d.likeItsKind().orElse(defaults)
	d.Budgeting = d.Budgeting.orDefaults(d.Resolution)
	d.MinBadEvents = cmp.Or(d.MinBadEvents, d.UsualMinBadEvents())
	d.Calendar = d.Calendar.complete()
	d.Further = slices.Clone(d.Further)
	for i := range d.Further {
		g := &d.Further[i]
		if g.Calendar = g.Calendar.complete(); g.Calendar == nil && g.WindowDays == 0 {
			g.WindowDays = DefaultWindowDays
		}
	}
	if d.ReviewBy != nil {
		by := d.ReviewBy.UTC().Truncate(day)
		d.ReviewBy = &by
	}
	return d
}

// Validate tells every fault of a new SLO's declaration that can be told without the data
// source that it names, and without the clock; pointers are as on the wire.
func (d Declaration) Validate() error {
	var check, shape fault.Check
	d = d.Complete()
	d.check(&check, time.Time{}, nil)
	d.Origin.Check(&shape, sourcePointer)
	check.Join(shape)
	return check.Err()
}

// defaults are what a new SLO says when its declaration does not.
var defaults = Declaration{WindowDays: DefaultWindowDays, MinEvents: 1, Enforcement: ByPolicy, Counting: GoodTotal, Resolution: measure.Minute}

// check returns the terms and the measure that the declaration spells, and notes
// its faults, but for those of its origin, with pointers as on the wire. A review
// date that stands already may have passed since.
func (d Declaration) check(check *fault.Check, now time.Time, standing *time.Time) (Terms, Measure) {
	registry.CheckSlug(check, "/slug", d.Slug)
	registry.CheckName(check, "/name", d.Name)
	registry.CheckText(check, "/description", d.Description, registry.MaxDescription)
	objective, err := budget.ParseObjective(d.Objective)
	if err != nil {
		check.Fail("/objective", d.Objective, "%s", err)
	}
	over := CheckWindow(check, "", d.WindowDays, d.Calendar)
	further := checkGoals(check, d.Further)
	budgeting := d.Budgeting.check(check, d.Resolution)
	check.Require(d.MinEvents >= 1 && d.MinEvents <= MaxMinEvents, "/minEvents", d.MinEvents, "must be 1 to %d events", int64(MaxMinEvents))
	var confidence budget.Confidence
	if d.Confidence != "" {
		if confidence, err = budget.ParseConfidence(d.Confidence); err != nil {
			check.Fail("/confidence", d.Confidence, "%s", err)
		}
		check.Require(budgeting.Method != RatioTimeslices, "/confidence", d.Confidence,
			"must be left out with %s: a verdict is on events or slices that are good or bad, and these are shares", RatioTimeslices)
	}
	check.Require(slices.Contains(Enforcements, d.Enforcement), "/enforcement", d.Enforcement, "must be one of %s", fault.Or(Enforcements))
	check.Require(slices.Contains(Categories, d.Category), "/indicator/category", d.Category, "must be one of %s", fault.Or(Categories))
	check.Require(slices.Contains(Countings, d.Counting), "/indicator/counting", d.Counting, "must be one of %s", fault.Or(Countings))
	check.Require(d.Counting == GoodTotal || d.Origin.Pushed(), "/indicator/counting", d.Counting, "must be left out where there is a source: it says which counts reporters push")
	check.Require(d.Resolution == measure.Minute || d.Resolution == measure.FiveMinutes,
		"/indicator/resolutionSeconds", int64(d.Resolution/time.Second), "must be 60 or 300 seconds")
	registry.CheckText(check, "/indicator/description", d.GoodEvent, registry.MaxDescription)
	registry.CheckText(check, "/rationale", d.Rationale, registry.MaxDescription)
	access.CheckLine(check, "/reviewer", d.Reviewer, 0, registry.MaxName)
	reviewBy := checkReviewBy(check, d.ReviewBy, standing, now)
	terms := Terms{
		Objective: objective, Over: over, Further: further, Budgeting: budgeting, MinEvents: d.MinEvents, Confidence: confidence, Enforcement: d.Enforcement,
		Rationale: d.Rationale, Reviewer: d.Reviewer, ReviewBy: reviewBy, Alerts: d.checkAlerts(check),
	}
	return terms, Measure{Category: d.Category, Counting: d.Counting, Resolution: d.Resolution, Description: d.GoodEvent, Origin: d.Origin}
}

func checkReviewBy(check *fault.Check, reviewBy, standing *time.Time, now time.Time) *time.Time {
	if reviewBy == nil {
		return nil
	}
	const day = 24 * time.Hour
	by := reviewBy.UTC().Truncate(day)
	unchanged := standing != nil && standing.Equal(by)
	switch {
	case by.Before(now.UTC().Truncate(day)) && !unchanged:
		check.Fail("/reviewBy", by.Format(date), "must not be in the past; today is %s", now.UTC().Format(date))
	case by.Year() > 9999:
		check.Fail("/reviewBy", by.Format(date), "must be a date before the year 10000")
	}
	return &by
}

// equal compares terms by their meaning: "99.90%" is another text than "99.9%",
// and so another revision.
func (t Terms) equal(o Terms) bool {
	same := t.ReviewBy == nil && o.ReviewBy == nil
	if t.ReviewBy != nil && o.ReviewBy != nil {
		same = t.ReviewBy.Equal(*o.ReviewBy)
	}
	return same && t.Objective == o.Objective && t.Over == o.Over && slices.Equal(t.Further, o.Further) && t.Budgeting == o.Budgeting && t.Alerts == o.Alerts &&
		t.MinEvents == o.MinEvents && t.Confidence == o.Confidence && t.Enforcement == o.Enforcement &&
		t.Rationale == o.Rationale && t.Reviewer == o.Reviewer
}

func (t Terms) declaredGoals() []GoalInput {
	goals := make([]GoalInput, len(t.Further))
	for i, g := range t.Further {
		goals[i] = g.declared()
	}
	return goals
}

// record is what the audit log keeps of an SLO, and by which a change is one.
type record struct {
	Slug, Name, Description string
	Objective               string
	Window                  string
	Further                 string
	Budgeting               string
	MinEvents               int64
	Confidence              string
	Enforcement             Enforcement
	Alerts                  AlertTerms
	Category                Category
	Counting                Counting
	Resolution              time.Duration
	GoodEvent               string
	Origin                  string
	Rationale, Reviewer     string
	ReviewBy                string
	Revision                int
	RetiredAt               string
	Manager                 string
}

func (v View) record() record {
	r := record{
		Slug: v.SLO.Slug, Name: v.SLO.Name, Description: v.SLO.Description,
		Objective: v.Revision.Objective.String(), Window: v.Revision.Over.Text(), Further: further(v.Revision.Further), Budgeting: v.Revision.Budgeting.String(), MinEvents: v.Revision.MinEvents,
		Confidence: v.Revision.Confidence.String(), Enforcement: v.Revision.Enforcement, Category: v.Indicator.Category, Counting: v.Indicator.Counting, Resolution: v.Indicator.Resolution, GoodEvent: v.Indicator.Description,
		Origin: v.Indicator.Origin.String(), Rationale: v.Revision.Rationale, Reviewer: v.Revision.Reviewer, Revision: v.SLO.Revision,
		Alerts: v.Revision.Alerts, Manager: v.SLO.Manager,
	}
	if v.Revision.ReviewBy != nil {
		r.ReviewBy = v.Revision.ReviewBy.Format(date)
	}
	if v.SLO.RetiredAt != nil {
		r.RetiredAt = v.SLO.RetiredAt.Format(time.RFC3339)
	}
	return r
}

// further writes objectives in a line.
func further(goals []Goal) string {
	var out strings.Builder
	for i, g := range goals {
		if i > 0 {
			out.WriteString("; ")
		}
		fmt.Fprintf(&out, "%s %s over %s", g.Name, g.Objective, g.Over.Text())
	}
	return out.String()
}
