package report

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// Format is the version of the document that a report is.
const Format = 1

// Ref names something by its identifier, and by the name that it had when the report was
// drawn up.
type Ref struct {
	ID   id.ID  `json:"id" doc:"Identifier (ULID)."`
	Slug string `json:"slug" doc:"Its name when the report was drawn up." example:"checkout"`
}

// Content is what a report says: the document that is published, and stored as it is.
type Content struct {
	Format    int        `json:"format" doc:"The version of the format of this document." example:"1"`
	Scope     Scope      `json:"scope"`
	Period    Period     `json:"period"`
	DrawnUpAt time.Time  `json:"drawnUpAt"`
	AsOf      *time.Time `json:"asOf" nullable:"true" doc:"What was published by then is reported: see notes."`
	Until     time.Time  `json:"until" doc:"Exclusive: where what is reported ends, before the end of a period that is not over."`
	Notes     []string   `json:"notes" doc:"What cannot be known, and how it was dealt with."`

	Summary Tally       `json:"summary"`
	Teams   []PartTally `json:"teams" doc:"By name: teams are not ranked."`
	Systems []PartTally `json:"systems" doc:"By name."`
	SLOs    []SLO       `json:"slos" doc:"Where the most of the budget was consumed first, then those of which nothing can be said."`

	Violations []Violation `json:"violations" doc:"Those that were open at some time in the period, the oldest first, without those that were found to be none."`
	Void       int         `json:"voidViolations" doc:"How many were found to be none; they are counted nowhere else."`
	Gate       []Decisions `json:"gateDecisions" doc:"How many changes were asked about in the period."`
	Overrides  []Override  `json:"overrides" doc:"Those that were made in the period."`
	Alerts     []Alerts    `json:"alerts" doc:"How many alerts began in the period."`
	SLAs       []SLAPeriod `json:"slaPeriods" doc:"Those that ended in the period."`
}

// Outcome is what became of an objective in the period.
type Outcome string

// The outcomes.
const (
	Met    Outcome = "met"
	Missed Outcome = "missed"
	// NoData: there were no events, or too few to conclude anything from.
	NoData Outcome = "no_data"
	// NotKnown: what counted cannot be known any more, or could not be read.
	NotKnown Outcome = "not_known"
)

// Outcomes lists every outcome, what asks for attention first.
var Outcomes = []Outcome{Missed, NotKnown, NoData, Met}

// Tally counts SLOs by what became of them.
type Tally struct {
	SLOs     int `json:"slos"`
	Met      int `json:"met"`
	Missed   int `json:"missed"`
	NoData   int `json:"noData"`
	NotKnown int `json:"notKnown"`
}

func (t *Tally) add(o Outcome) {
	t.SLOs++
	switch o {
	case Met:
		t.Met++
	case Missed:
		t.Missed++
	case NoData:
		t.NoData++
	default:
		t.NotKnown++
	}
}

// PartTally is the tally of a part of the scope.
type PartTally struct {
	Ref
	Tally
}

// SLO is what became of an SLO in the period.
type SLO struct {
	Service Ref  `json:"service"`
	SLO     Ref  `json:"slo"`
	Team    Ref  `json:"team"`
	System  *Ref `json:"system,omitempty"`

	Outcome Outcome `json:"outcome" enum:"met,missed,no_data,not_known"`
	// Why says more of an outcome that is not known.
	Why       string    `json:"why" doc:"Of not_known: why."`
	Noun      string    `json:"noun" enum:"event,slice" doc:"What is counted."`
	Objective string    `json:"objective" doc:"The last one in the period." example:"99.9%"`
	From      time.Time `json:"from" doc:"From when on the SLO was in force in the period."`
	To        time.Time `json:"to" doc:"Exclusive: until when."`

	Good          *float64 `json:"good" nullable:"true" doc:"Good events, or slices, with the corrections; null where it is not known." example:"99950"`
	Total         *float64 `json:"total" nullable:"true" doc:"Null where it is not known." example:"100000"`
	SLI           *float64 `json:"sli" nullable:"true" doc:"good ÷ total; null without events." example:"0.9995"`
	Allowed       *float64 `json:"allowed" nullable:"true" doc:"How many might be bad: of the events of each revision by its objective; null without events." example:"100"`
	Bad           *float64 `json:"bad" nullable:"true" doc:"How many were; null where it is not known." example:"50"`
	Consumed      *float64 `json:"consumed" nullable:"true" doc:"bad ÷ allowed; null without events." example:"0.5"`
	SilentSeconds int64    `json:"silentSeconds" doc:"For how long of its time in the period nothing was reported, in whole steps of at most stepSeconds." example:"0"`
	StepSeconds   int64    `json:"stepSeconds" example:"86400"`

	Planned   *Spend  `json:"planned,omitempty" doc:"What was bad in outages of the classes experiment, launch and migration; absent without events."`
	Unplanned *Spend  `json:"unplanned,omitempty" doc:"All else."`
	Classes   []Spend `json:"classes" doc:"By class of outage. What lies in outages of two classes is in both."`

	Revisions   []Piece      `json:"revisions" doc:"The revisions that were in force in the period, by time."`
	Corrections []Correction `json:"corrections" doc:"Those that lay over the period."`
	Raw         *Raw         `json:"asMeasured,omitempty" doc:"Without the corrections; absent where there are none, and where it is not known."`
}

// Spend is a part of what was bad.
type Spend struct {
	Class string   `json:"class" doc:"The class of outage; empty of planned and unplanned." example:"network"`
	Bad   float64  `json:"bad" example:"40"`
	Share *float64 `json:"share" nullable:"true" doc:"The share of the budget of the period that it consumed." example:"0.4"`
}

// Raw is what was measured without corrections.
type Raw struct {
	Good  float64 `json:"good"`
	Total float64 `json:"total"`
}

// Piece is the time in which one revision of an SLO was in force.
type Piece struct {
	Number    int       `json:"number" example:"1"`
	Objective string    `json:"objective" example:"99.9%"`
	From      time.Time `json:"from"`
	To        time.Time `json:"to" doc:"Exclusive."`
	Good      *float64  `json:"good" nullable:"true" doc:"Null where it is not known."`
	Total     *float64  `json:"total" nullable:"true" doc:"Null where it is not known."`
	Counted   bool      `json:"counted" doc:"False where it counted something else than the last revision, and is not in the sums."`
}

// Correction is a correction that lay over the period.
type Correction struct {
	ID         id.ID      `json:"id"`
	Effect     string     `json:"effect" enum:"exclude,count_good"`
	Kind       string     `json:"kind"`
	Reason     string     `json:"reason"`
	From       time.Time  `json:"from" doc:"Where it begins, or first began."`
	To         *time.Time `json:"to" nullable:"true" doc:"Exclusive; null where it goes on without end."`
	Recurs     bool       `json:"recurs"`
	CreatedBy  string     `json:"createdBy"`
	ApprovedBy string     `json:"approvedBy"`
	ApprovedAt time.Time  `json:"approvedAt"`
}

// Violation is a violation that was open in the period.
type Violation struct {
	ID       id.ID      `json:"id"`
	Policy   Ref        `json:"policy"`
	Clause   string     `json:"clause"`
	Service  Ref        `json:"service"`
	SLO      Ref        `json:"slo"`
	Mode     string     `json:"mode" enum:"observe,warn,enforce"`
	OpenedAt time.Time  `json:"openedAt"`
	EndedAt  *time.Time `json:"endedAt" nullable:"true" doc:"Null while it was open, at the time that the report is of."`
	Ending   string     `json:"ending" doc:"Why it ended; empty while it was open."`
}

// Decisions is how many changes of a class were answered so.
type Decisions struct {
	Service Ref    `json:"service"`
	Class   string `json:"class" example:"feature"`
	Answer  string `json:"answer" enum:"allow,warn,deny"`
	Count   int    `json:"count"`
}

// Override is a time in which somebody lifted the freezes of a service.
type Override struct {
	ID      id.ID     `json:"id"`
	Service Ref       `json:"service"`
	At      time.Time `json:"at"`
	Until   time.Time `json:"until"`
	By      string    `json:"by"`
	Reason  string    `json:"reason"`
	Review  *Review   `json:"review,omitempty" doc:"Absent while nobody reviewed it."`
}

// Review is what another person found of an override.
type Review struct {
	At        time.Time `json:"at"`
	By        string    `json:"by"`
	Justified bool      `json:"justified"`
	Note      string    `json:"note"`
}

// Alerts is how many alerts of an SLO began in the period.
type Alerts struct {
	Service  Ref    `json:"service"`
	SLO      Ref    `json:"slo"`
	Severity string `json:"severity" enum:"page,ticket"`
	Count    int    `json:"count"`
}

// SLAPeriod is a period of an SLA that ended in the period of the report.
type SLAPeriod struct {
	ID       id.ID     `json:"id"`
	Service  Ref       `json:"service"`
	SLA      Ref       `json:"sla"`
	Customer string    `json:"customer"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Target   string    `json:"target"`
	SLI      *float64  `json:"sli" nullable:"true"`
	Verdict  string    `json:"verdict" enum:"met,breached,unknown"`
	Credit   string    `json:"credit"`
	Restated bool      `json:"restated" doc:"It was closed with another outcome."`
}
