package api

import "time"

// Composite is a composite SLO: what is promised of a system, or of the journey of a user.
type Composite struct {
	ID           string            `json:"id" doc:"Identifier (ULID), the same for ever."`
	Slug         string            `json:"slug" doc:"Name in URLs, unique." example:"buying"`
	Name         string            `json:"name" example:"Buying a book"`
	Description  string            `json:"description"`
	Team         Ref               `json:"team" doc:"Owns it."`
	System       *Ref              `json:"system,omitempty" doc:"What it is promised of; absent where that is a journey."`
	Journey      *Journey          `json:"journey,omitempty" doc:"What it is promised of; absent where that is a system."`
	Revision     int               `json:"revision" doc:"Number of the current revision, from 1."`
	Method       string            `json:"method" enum:"occurrences,timeslices,ratio_timeslices,weighted_average" doc:"How the budget is made of the members."`
	Objective    string            `json:"objective,omitempty" doc:"As it was declared; absent with occurrences, which spends the budgets of the members." example:"99.9%"`
	WindowDays   int               `json:"windowDays,omitempty" doc:"Length of the rolling window; absent where there is a calendar." example:"28"`
	Calendar     *Calendar         `json:"calendar,omitempty" doc:"Absent where the window rolls."`
	SliceSeconds int               `json:"sliceSeconds,omitempty" doc:"Length of a slice; absent where no slices are judged."`
	SliceTarget  string            `json:"sliceTarget,omitempty" doc:"From which share of good events on a slice of a member is good that has no target of its own; of timeslices alone." example:"95%"`
	Members      []CompositeMember `json:"members"`
	Rationale    string            `json:"rationale" doc:"Why this."`
	State        string            `json:"state" enum:"no_data,ok,at_risk,exhausted" doc:"What was last concluded; /status has the figures."`
	Stale        bool              `json:"stale" doc:"No slot came lately of any member, or of one without whose data there is none; the state is held fast."`
	CreatedAt    time.Time         `json:"createdAt"`
	UpdatedAt    time.Time         `json:"updatedAt"`
	RetiredAt    *time.Time        `json:"retiredAt" nullable:"true" doc:"When it was retired; null while it lives."`
	Version      int64             `json:"version" doc:"Grows with each change; also the ETag."`
}

// CompositeDeclared is a composite with what should be known of it.
type CompositeDeclared struct {
	Composite
	Warnings []Warning `json:"warnings" doc:"What is allowed and probably not meant."`
}

// Journey is what a user does, across services.
type Journey struct {
	Name        string `json:"name" doc:"At most 100 characters." example:"Buy a book"`
	Description string `json:"description,omitempty" doc:"At most 1,050 characters." example:"From the search to the receipt."`
}

// CompositeMember is an SLO as it counts in a composite.
type CompositeMember struct {
	Service Ref    `json:"service"`
	SLO     Ref    `json:"slo"`
	Weight  string `json:"weight" doc:"As it was declared; 1 where it was left out." example:"1"`
	Missing string `json:"missing" enum:"ignore,good,bad,unknown" doc:"What it counts as where it has no data."`
	Retired bool   `json:"retired" doc:"The SLO or its service was retired: it counts as a member without data."`
}

// CompositeMemberInput is a member to be.
type CompositeMemberInput struct {
	Service string `json:"service" doc:"Slug or identifier of a service." example:"checkout"`
	SLO     string `json:"slo" doc:"Slug or identifier of an SLO of it." example:"availability"`
	Weight  string `json:"weight,omitempty" doc:"A decimal above 0 and at most 1000, with at most three digits after the point; 1 when it is left out, as it has to be with timeslices." example:"1"`
	Missing string `json:"missing,omitempty" enum:"ignore,good,bad,unknown" default:"ignore" doc:"What it counts as in a window, or a slice, without data. ignore: it leaves the sum, and its weight too; good and bad: as if all were; unknown: the composite has no data."`
}

// CompositeInput is what is declared of a composite.
type CompositeInput struct {
	Slug         string                 `json:"slug,omitempty" doc:"RFC 1123 label, unique; a revision without it leaves it." example:"buying"`
	Name         string                 `json:"name,omitempty" doc:"At most 100 characters; the slug when left out." example:"Buying a book"`
	Description  string                 `json:"description,omitempty" doc:"At most 1,050 characters."`
	Team         string                 `json:"team" doc:"Slug or identifier of the team that owns it." example:"payments"`
	System       string                 `json:"system,omitempty" doc:"Slug or identifier of the system that it is promised of; leave it out where there is a journey." example:"shop"`
	Journey      *Journey               `json:"journey,omitempty" doc:"What a user does that it is promised of; leave it out where there is a system."`
	Method       string                 `json:"method" enum:"occurrences,timeslices,ratio_timeslices,weighted_average" doc:"occurrences: Σ weight × share of its own budget that a member has burned. timeslices: a slice of time is bad in which any member is bad. ratio_timeslices: what members miss of 100 %, × weight, adds up. weighted_average: Σ weight × SLI ÷ Σ weight. The first three are OpenSLO's." example:"weighted_average"`
	Objective    string                 `json:"objective,omitempty" doc:"A percentage above 0% and below 100%, with at most seven digits after the point; leave it out with occurrences." example:"99.9%"`
	WindowDays   int                    `json:"windowDays,omitempty" minimum:"1" maximum:"90" doc:"Length of the rolling window; 28 when it is left out, and there is no calendar."`
	Calendar     *CalendarInput         `json:"calendar,omitempty" doc:"Has it met in each window of a calendar, instead of a rolling one."`
	SliceSeconds int                    `json:"sliceSeconds,omitempty" minimum:"60" maximum:"3600" doc:"Length of a slice: divides an hour, and is a whole multiple of the resolution of every member; the longest resolution of a member when left out. Only where slices are judged."`
	SliceTarget  string                 `json:"sliceTarget,omitempty" doc:"The share of good events from which on a slice is good, of members without a slice target of their own; of timeslices alone, which need it."`
	Members      []CompositeMemberInput `json:"members" maxItems:"20" doc:"2 to 20 SLOs, of any services." example:"[{\"service\":\"checkout\",\"slo\":\"availability\",\"weight\":\"2\"},{\"service\":\"search\",\"slo\":\"availability\",\"missing\":\"bad\"}]"`
	Rationale    string                 `json:"rationale,omitempty" doc:"Why this." example:"Whoever cannot pay has found nothing."`
}

// CompositeRevision is what a composite said from one change to the next.
type CompositeRevision struct {
	ID           string            `json:"id" doc:"Identifier (ULID)."`
	Number       int               `json:"number"`
	Method       string            `json:"method" enum:"occurrences,timeslices,ratio_timeslices,weighted_average"`
	Objective    string            `json:"objective,omitempty" example:"99.9%"`
	WindowDays   int               `json:"windowDays,omitempty"`
	Calendar     *Calendar         `json:"calendar,omitempty"`
	SliceSeconds int               `json:"sliceSeconds,omitempty"`
	SliceTarget  string            `json:"sliceTarget,omitempty" example:"95%"`
	Members      []CompositeMember `json:"members"`
	Rationale    string            `json:"rationale"`
	CreatedAt    time.Time         `json:"createdAt"`
	CreatedBy    string            `json:"createdBy"`
}

// CompositeStatus is what was last concluded of a composite. What is not known is null.
type CompositeStatus struct {
	Composite             Ref             `json:"composite"`
	Revision              int             `json:"revision" doc:"The revision that the composite has now."`
	Judged                bool            `json:"judged" doc:"Whether the status was concluded under that revision."`
	State                 string          `json:"state" enum:"no_data,ok,at_risk,exhausted" doc:"By the rules of SLOs."`
	Since                 time.Time       `json:"since" doc:"When it came into that state."`
	Stale                 bool            `json:"stale"`
	Latest                *time.Time      `json:"latest" nullable:"true" doc:"End of the newest slot of any member."`
	WindowEnd             *time.Time      `json:"windowEnd" nullable:"true" doc:"Where the windows end that end first, exclusive; null before the first evaluation."`
	EvaluatedAt           *time.Time      `json:"evaluatedAt" nullable:"true"`
	Basis                 string          `json:"basis" enum:"whole,projected" doc:"What burned and remaining are of: the whole window, or a calendar's that is not over, if what there is goes on to come."`
	SLI                   *float64        `json:"sli" nullable:"true" doc:"By the method; null with occurrences, too." example:"0.9987"`
	Burned                *float64        `json:"burned" nullable:"true" doc:"Share of the budget that is burned: 1 is all of it."`
	BurnedSoFar           *float64        `json:"burnedSoFar" nullable:"true" doc:"Of the budget of what is over of a calendar's window; else the same as burned."`
	Remaining             *float64        `json:"remaining" nullable:"true" doc:"Share of the budget that remains; below 0 when overspent."`
	Burn                  []CompositeBurn `json:"burn" doc:"Burn rates, the shortest lookback first."`
	Pairs                 []CompositePair `json:"pairs" doc:"The pairs of windows that put it at risk."`
	Outlook               string          `json:"outlook" enum:"unknown,beyond,within,exhausted" doc:"What the burn of the last day says."`
	ProjectedExhaustionAt *time.Time      `json:"projectedExhaustionAt" nullable:"true"`
	Members               []CompositePart `json:"members" doc:"What each member has of the whole."`
}

// CompositeBurn is how fast the budget of a composite burns.
type CompositeBurn struct {
	Lookback string   `json:"lookback" example:"1h"`
	Rate     *float64 `json:"rate" nullable:"true" doc:"1 spends the budget exactly over the window; null where it is unknown."`
}

// CompositePair is a long and a short window whose burn rates must both exceed the factor.
type CompositePair struct {
	Long      string   `json:"long" example:"1h"`
	Short     string   `json:"short" example:"5m"`
	Factor    float64  `json:"factor" example:"13.44"`
	Severity  string   `json:"severity" enum:"page,ticket"`
	LongRate  *float64 `json:"longRate" nullable:"true"`
	ShortRate *float64 `json:"shortRate" nullable:"true"`
	Exceeded  bool     `json:"exceeded" doc:"Whether both are above the factor, which puts the composite at risk. No alert is raised of it."`
	Reachable bool     `json:"reachable" doc:"False when it can never be exceeded."`
}

// CompositePart is what a member has of the whole.
type CompositePart struct {
	CompositeMember
	Counts  string     `json:"counts" enum:"measured,left_out,good,bad,unknown" doc:"measured: by what was measured. Else it has no data, or, where no slices are judged, fewer events than its SLO asks for, and counts by its rule."`
	SLI     *float64   `json:"sli" nullable:"true" doc:"The member's own over the composite's window."`
	Burn    *float64   `json:"burn" nullable:"true" doc:"Share of its own budget that it burned over that window; null where slices are judged."`
	Burned  *float64   `json:"burned" nullable:"true" doc:"What it burns of the composite's budget, of what is over of the window."`
	Share   *float64   `json:"share" nullable:"true" doc:"Its share of what all members burn; null where nothing burns."`
	Stale   bool       `json:"stale" doc:"No slot of it came lately."`
	Filling bool       `json:"filling" doc:"A part of the window's past is still being read from its data source: the figures are of what is known."`
	Latest  *time.Time `json:"latest" nullable:"true" doc:"End of its newest slot."`
}

// CompositeHistory is how a composite's budget went, by its current terms and those of its
// members.
type CompositeHistory struct {
	From        time.Time        `json:"from" doc:"End of the first window."`
	To          time.Time        `json:"to" doc:"End of the last window."`
	StepSeconds int              `json:"stepSeconds" example:"21600"`
	WindowDays  int              `json:"windowDays,omitempty" doc:"Absent where there is a calendar."`
	Calendar    *Calendar        `json:"calendar,omitempty" doc:"Each point is then what came since its window of the calendar began."`
	Revision    int              `json:"revision" doc:"The revision whose terms they are."`
	Points      []CompositePoint `json:"points"`
}

// CompositePoint is a composite's budget as it stood at a time.
type CompositePoint struct {
	At        time.Time `json:"at" doc:"End of the window, exclusive."`
	SLI       *float64  `json:"sli" nullable:"true"`
	Remaining *float64  `json:"remaining" nullable:"true" doc:"Share of the budget that remained; below 0 when overspent, null when unknown."`
}

// CompositeExplanation says where a composite's state and each of its figures come from.
type CompositeExplanation struct {
	State    string    `json:"state" enum:"no_data,ok,at_risk,exhausted"`
	Because  string    `json:"because" doc:"What made it that state, in a sentence."`
	Formulas string    `json:"formulas" doc:"Version of the formulas."`
	Figures  []Figure  `json:"figures" doc:"First what each member burns, then what that comes to."`
	Warnings []Warning `json:"warnings" doc:"What is allowed and probably not meant, as it stands now."`
}
