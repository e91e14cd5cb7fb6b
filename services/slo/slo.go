package slo

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// SLO is the head of a service level objective; what it says is its Revision.
type SLO struct {
	ID          id.ID
	Service     id.ID
	Slug        string // unique within the service
	Name        string
	Description string
	// Revision is the number of the current revision, from 1.
	Revision  int
	CreatedAt time.Time
	UpdatedAt time.Time
	RetiredAt *time.Time
	// Manager keeps it elsewhere, such as a set of manifests; empty for the team itself.
	Manager string
	Version int64
}

// Live returns nil, or Conflict "slo_retired": a retired SLO is not changed and
// takes no measurements.
func (s SLO) Live() error {
	if s.RetiredAt == nil {
		return nil
	}
	return fault.New(fault.Conflict, "slo_retired", "the SLO %q was retired; restore it first", s.Slug)
}

// Revision is what an SLO said from one change to the next. It never changes.
type Revision struct {
	ID        id.ID
	SLO       id.ID
	Number    int
	Indicator id.ID
	Terms
	CreatedAt time.Time
	CreatedBy string // the caller's name
}

// Terms is what is promised.
type Terms struct {
	Objective budget.Objective
	Over      TimeWindow
	// Further are objectives beside that one.
	Further []Goal
	// Budgeting is what the budgets are of: events, or slices of time.
	Budgeting Budgeting
	// MinEvents is the number of events in a window below which nothing is
	// concluded from it, at least 1; of slices, where these are counted.
	MinEvents int64
	// Confidence is how sure a verdict on the window has to be; none where the SLO has
	// no verdict. States and policies go by the budget alone.
	Confidence budget.Confidence
	// Alerts say which alerts are raised of it.
	Alerts AlertTerms
	// Enforcement says how far policies act on it.
	Enforcement Enforcement
	// Rationale says why this objective.
	Rationale string
	// Reviewer is who agreed to it, ReviewBy when it is to be looked at again.
	Reviewer string
	ReviewBy *time.Time
}

// Windows are all that are summed up under the terms, of measurements in that
// resolution; see budget.SumsOf.
func (t Terms) Windows(resolution time.Duration) []window.Window {
	return budget.Windows(t.Budgeting.Step(resolution), t.windows()...)
}

// Enough reports whether something is concluded from the sum of a window.
func (t Terms) Enough(s window.Sum) bool {
	return s.Total > 0 && s.Total/t.Budgeting.Unit() >= t.MinEvents
}

// Enforcement says how far policies act on an SLO.
type Enforcement string

// The enforcements.
const (
	// ByPolicy leaves it to the mode in which a policy is attached.
	ByPolicy Enforcement = "policy"
	// Observed has policies record violations and do nothing more, whatever the mode
	// of their attachment: for an objective that is tried out.
	Observed Enforcement = "observed"
)

// Enforcements lists every enforcement.
var Enforcements = []Enforcement{ByPolicy, Observed}

// Counting tells which counts an indicator's reporters send.
type Counting string

// The countings.
const (
	GoodTotal Counting = "good_total"
	BadTotal  Counting = "bad_total"
)

// Countings lists every counting.
var Countings = []Counting{GoodTotal, BadTotal}

// Category is what aspect of a service an indicator measures.
type Category string

// The categories, the workbook's and the golden signals' names.
const (
	Availability Category = "availability"
	Latency      Category = "latency"
	Freshness    Category = "freshness"
	Correctness  Category = "correctness"
	Coverage     Category = "coverage"
	Durability   Category = "durability"
	Throughput   Category = "throughput"
	Saturation   Category = "saturation"
)

// Categories lists every category.
var Categories = []Category{Availability, Latency, Freshness, Correctness, Coverage, Durability, Throughput, Saturation}

// Indicator is a revision of an SLO's indicator: what is counted. A changed one
// is a new Indicator, with new series.
type Indicator struct {
	ID  id.ID
	SLO id.ID
	Measure
	CreatedAt time.Time
}

// Measure is what an indicator counts.
type Measure struct {
	Category    Category
	Counting    Counting
	Resolution  time.Duration // 60 s or 300 s
	Description string        // what a good event is
	// Origin is where the measurements come from; its zero value is that they are pushed.
	Origin origin.Origin
}

// counts reports whether both count the same: words are not compared.
func (m Measure) counts(o Measure) bool {
	return m.Counting == o.Counting && m.Resolution == o.Resolution && m.Origin.String() == o.Origin.String()
}

// worded reports whether both are described in the same words.
func (m Measure) worded(o Measure) bool {
	return m.Category == o.Category && m.Description == o.Description
}

// View is an SLO with its current revision, indicator and status.
type View struct {
	SLO       SLO
	Revision  Revision
	Indicator Indicator
	Status    Status
}
