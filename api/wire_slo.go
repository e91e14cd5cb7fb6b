package api

import "time"

// SLO is a service level objective with its current terms and state.
type SLO struct {
	ID          string     `json:"id" doc:"Identifier (ULID)."`
	Slug        string     `json:"slug" doc:"Name in URLs, unique within the service." example:"availability"`
	Service     Ref        `json:"service"`
	Name        string     `json:"name" example:"Checkout availability"`
	Description string     `json:"description"`
	Revision    int        `json:"revision" doc:"Number of the current revision, from 1."`
	Objective   string     `json:"objective" doc:"Share of events that should be good, as it was declared." example:"99.9%"`
	WindowDays  int        `json:"windowDays,omitempty" doc:"Length of the rolling window; absent where there is a calendar." example:"28"`
	Calendar    *Calendar  `json:"calendar,omitempty" doc:"The calendar in each of whose windows the objective is to be met; absent where the window rolls."`
	Further     []Goal     `json:"furtherObjectives" doc:"Objectives beside that one, of the same indicator. The state is the worst of all; policies, alerts and the forecast go by the first."`
	Budgeting   Budgeting  `json:"budgeting" doc:"What the budget is of."`
	MinEvents   int64      `json:"minEvents" doc:"Below this number of events in a window nothing is concluded from it."`
	Confidence  string     `json:"confidence,omitempty" doc:"How sure a verdict on the window has to be; absent when there is none." example:"95%"`
	Alerts      AlertTerms `json:"alerts"`
	Enforcement string     `json:"enforcement" enum:"policy,observed" doc:"How far policies act on it: policy leaves it to the mode in which each is attached; observed has them record violations and do nothing more, whatever that mode is."`
	Indicator   Indicator  `json:"indicator"`
	Rationale   string     `json:"rationale" doc:"Why this objective."`
	Reviewer    string     `json:"reviewer" doc:"Who agreed to it."`
	ReviewBy    *time.Time `json:"reviewBy" nullable:"true" doc:"When it is to be looked at again, or null."`
	State       string     `json:"state" enum:"no_data,ok,at_risk,exhausted" doc:"What was last concluded; /status has the figures."`
	Stale       bool       `json:"stale" doc:"No slot came for twice the resolution; the state is held fast."`
	CreatedAt   time.Time  `json:"createdAt"`
	UpdatedAt   time.Time  `json:"updatedAt"`
	RetiredAt   *time.Time `json:"retiredAt" nullable:"true" doc:"When it was retired; null while it lives."`
	Manager     string     `json:"manager,omitempty" doc:"Who keeps it elsewhere, and alone changes it (409 field_managed): set:NAME is the set of manifests of that name. Absent where nobody does." example:"set:payments"`
	Version     int64      `json:"version" doc:"Grows with each change; also the ETag."`
}

// SLODeclared is an SLO as it was written, with advice about it.
type SLODeclared struct {
	SLO
	Warnings []Warning `json:"warnings" doc:"What is allowed and probably not meant."`
}

// Warning is advice about what was declared.
type Warning struct {
	Code    string `json:"code" enum:"alert_unreachable,review_date_missing,review_overdue,measured_partly,threshold_no_bound,window_short,thin_traffic,never_measured,above_dependency,slo_looser_than_sla,slo_retired,above_members,member_looser,member_retired,member_unfit,method_mixed" doc:"Stable and machine-readable."`
	Pointer string `json:"pointer" doc:"JSON pointer into the request's body." example:"/objective"`
	Message string `json:"message"`
}

// Indicator is what is counted.
type Indicator struct {
	Category          string             `json:"category" enum:"availability,latency,freshness,correctness,coverage,durability,throughput,saturation"`
	Counting          string             `json:"counting" enum:"good_total,bad_total" doc:"Which counts reporters push; good_total where there is a source."`
	ResolutionSeconds int                `json:"resolutionSeconds" enum:"60,300" doc:"Length of a slot."`
	Description       string             `json:"description" doc:"What a good event is." example:"a request that was not answered with 5xx"`
	GroupBy           string             `json:"groupBy,omitempty" doc:"The label each value of which is a group with a budget of its own; absent when there are no groups." example:"region"`
	MaxGroups         int                `json:"maxGroups,omitempty" doc:"How many groups there may be. Events of further ones count in the whole and in the group …other."`
	Source            *MeasurementSource `json:"source,omitempty" doc:"Where the measurements come from; absent when reporters push."`
}

// IndicatorInput is what is to be counted.
type IndicatorInput struct {
	Category          string                  `json:"category" enum:"availability,latency,freshness,correctness,coverage,durability,throughput,saturation" example:"availability"`
	Counting          string                  `json:"counting,omitempty" enum:"good_total,bad_total" default:"good_total" doc:"Which counts reporters push; leave it out where there is a source."`
	ResolutionSeconds int                     `json:"resolutionSeconds,omitempty" enum:"60,300" default:"60" doc:"Length of a slot."`
	Description       string                  `json:"description,omitempty" doc:"What a good event is." example:"a request that was not answered with 5xx"`
	GroupBy           string                  `json:"groupBy,omitempty" doc:"The label, or for otlp the attribute, each value of which is a group with a budget of its own, such as region, tenant or route. At most 100 characters." example:"region"`
	MaxGroups         int                     `json:"maxGroups,omitempty" minimum:"1" maximum:"100" doc:"How many groups there may be, 20 when left out; only with groupBy. Events of further ones count in the whole and in the group …other."`
	Source            *MeasurementSourceInput `json:"source,omitempty" doc:"Where the measurements come from; leave it out when reporters push them." example:"{\"dataSource\":\"prometheus-eu\",\"ratio\":{\"good\":\"sum(increase(http_requests_total{code!~'5..'}[$window]))\",\"total\":\"sum(increase(http_requests_total[$window]))\"}}"`
}

// SLOInput is what is promised.
type SLOInput struct {
	Slug        string           `json:"slug" doc:"RFC 1123 label, at most 63 characters, unique within the service." example:"availability"`
	Name        string           `json:"name" doc:"At most 100 characters." example:"Checkout availability"`
	Description string           `json:"description,omitempty" doc:"At most 1,050 characters."`
	Objective   string           `json:"objective,omitempty" minLength:"1" doc:"A percentage above 0% and below 100%, with at most seven digits after the point. A new SLO that leaves it out has that of its category; see /v1/slo-kinds." example:"99.9%"`
	WindowDays  int              `json:"windowDays,omitempty" minimum:"1" maximum:"90" doc:"Length of the rolling window; 28 when it is left out, and there is no calendar."`
	Calendar    *CalendarInput   `json:"calendar,omitempty" doc:"Has the objective met in each window of a calendar, instead of a rolling one. A revision that leaves out both keeps what there is."`
	Further     []GoalInput      `json:"furtherObjectives,omitempty" maxItems:"4" doc:"Objectives beside that one, of the same indicator, each over a window of its own. A revision that leaves them out has none."`
	Budgeting   *BudgetingInput  `json:"budgeting,omitempty" doc:"What the budget is of; events when it is left out. A revision that leaves it out keeps it."`
	MinEvents   int64            `json:"minEvents,omitempty" minimum:"1" default:"1" doc:"Below this number of events in a window nothing is concluded from it."`
	Confidence  string           `json:"confidence,omitempty" doc:"Has the status say, so surely, whether the window meets the objective: a percentage above 50% and below 100%, with at most seven digits after the point. A revision that leaves it out has no verdict. States and policies do not go by it." example:"95%"`
	Alerts      *AlertTermsInput `json:"alerts,omitempty" doc:"Which alerts are raised of it. A revision that leaves it out has all of them, and the defaults."`
	Enforcement string           `json:"enforcement,omitempty" enum:"policy,observed" default:"policy" doc:"How far policies act on it: policy leaves it to the mode in which each is attached; observed has them record violations and do nothing more, whatever that mode is, while an objective is tried out. A revision that leaves it out keeps it."`
	Indicator   IndicatorInput   `json:"indicator"`
	Rationale   string           `json:"rationale,omitempty" doc:"Why this objective." example:"Support tickets rise below it."`
	Reviewer    string           `json:"reviewer,omitempty" doc:"Who agreed to it." example:"Ada Lovelace"`
	ReviewBy    *time.Time       `json:"reviewBy,omitempty" doc:"When it is to be looked at again." example:"2027-06-01T00:00:00Z"`
}

// CalendarInput is a calendar to be.
type CalendarInput struct {
	Period    string `json:"period" enum:"day,week,month,quarter,year" example:"month"`
	StartDate string `json:"startDate,omitempty" doc:"Date from which windows are counted, at midnight in the zone; 2000-01-01 when left out, for weeks the Monday after it." example:"2026-01-01"`
	TimeZone  string `json:"timeZone,omitempty" doc:"A name of the IANA database; UTC when left out." example:"Europe/Berlin"`
}

// Calendar is a calendar whose windows follow each other.
type Calendar struct {
	Period    string `json:"period" enum:"day,week,month,quarter,year" example:"month"`
	StartDate string `json:"startDate" doc:"Date from which windows are counted, at midnight in the zone." example:"2026-01-01"`
	TimeZone  string `json:"timeZone" doc:"A name of the IANA database." example:"Europe/Berlin"`
}

// GoalInput is a further objective to be.
type GoalInput struct {
	Name       string         `json:"name" doc:"RFC 1123 label, unique within the SLO." example:"quarter"`
	Objective  string         `json:"objective" example:"99.95%"`
	WindowDays int            `json:"windowDays,omitempty" minimum:"1" maximum:"90" doc:"28 when it is left out, and there is no calendar."`
	Calendar   *CalendarInput `json:"calendar,omitempty"`
}

// Goal is a further objective of an SLO.
type Goal struct {
	Name       string    `json:"name" example:"quarter"`
	Objective  string    `json:"objective" example:"99.95%"`
	WindowDays int       `json:"windowDays,omitempty" doc:"Absent where there is a calendar."`
	Calendar   *Calendar `json:"calendar,omitempty"`
}

// BudgetingInput is what a budget is to be of.
type BudgetingInput struct {
	Method       string `json:"method" enum:"occurrences,timeslices,ratio_timeslices" doc:"occurrences counts events; timeslices counts slices of time, each good or bad by the share of its good events; ratio_timeslices takes the mean of that share over the slices."`
	SliceTarget  string `json:"sliceTarget,omitempty" doc:"The share of good events from which on a slice is good; of timeslices alone, which need it." example:"95%"`
	SliceSeconds int    `json:"sliceSeconds,omitempty" minimum:"60" maximum:"3600" doc:"Length of a slice: divides an hour, and is a whole multiple of the resolution, which it is when left out." example:"60"`
	Missing      string `json:"missing,omitempty" enum:"ignored,good,bad" doc:"What a slice counts as that had no events; ignored when left out."`
}

// Budgeting is what a budget is of.
type Budgeting struct {
	Method       string `json:"method" enum:"occurrences,timeslices,ratio_timeslices"`
	SliceTarget  string `json:"sliceTarget,omitempty" example:"95%"`
	SliceSeconds int    `json:"sliceSeconds,omitempty" doc:"Length of a slice; absent where events are counted."`
	Missing      string `json:"missing,omitempty" enum:"ignored,good,bad" doc:"What a slice counts as that had no events."`
}

// SLORevision is what an SLO said from one change to the next.
type SLORevision struct {
	ID          string     `json:"id" doc:"Identifier (ULID)."`
	Number      int        `json:"number"`
	IndicatorID string     `json:"indicatorId" doc:"A new one has new series."`
	Indicator   Indicator  `json:"indicator"`
	Objective   string     `json:"objective" example:"99.9%"`
	WindowDays  int        `json:"windowDays,omitempty" doc:"Absent where there is a calendar."`
	Calendar    *Calendar  `json:"calendar,omitempty"`
	Further     []Goal     `json:"furtherObjectives"`
	Budgeting   Budgeting  `json:"budgeting"`
	MinEvents   int64      `json:"minEvents"`
	Confidence  string     `json:"confidence,omitempty" doc:"Absent when there is none." example:"95%"`
	Alerts      AlertTerms `json:"alerts"`
	Enforcement string     `json:"enforcement" enum:"policy,observed"`
	Rationale   string     `json:"rationale"`
	Reviewer    string     `json:"reviewer"`
	ReviewBy    *time.Time `json:"reviewBy" nullable:"true"`
	CreatedAt   time.Time  `json:"createdAt"`
	CreatedBy   string     `json:"createdBy"`
}

// SLOStatus is what was last concluded of an SLO. What is not known is null.
type SLOStatus struct {
	SLO                   Ref        `json:"slo"`
	Name                  string     `json:"name" doc:"Name of the SLO." example:"Checkout availability"`
	Service               Ref        `json:"service"`
	RetiredAt             *time.Time `json:"retiredAt" nullable:"true" doc:"When the SLO was retired, since when it is not evaluated; null while it lives."`
	Revision              int        `json:"revision" doc:"The revision that the SLO has now."`
	Judged                bool       `json:"judged" doc:"Whether the status was concluded under that revision; false until the first evaluation after a change."`
	State                 string     `json:"state" enum:"no_data,ok,at_risk,exhausted"`
	Since                 time.Time  `json:"since" doc:"When it came into that state."`
	Stale                 bool       `json:"stale" doc:"No slot came for twice the resolution; the state is held fast."`
	Latest                *time.Time `json:"latest" nullable:"true" doc:"End of the newest slot, null when there is none."`
	WindowEnd             *time.Time `json:"windowEnd" nullable:"true" doc:"Where all windows end, exclusive; null before the first evaluation."`
	EvaluatedAt           *time.Time `json:"evaluatedAt" nullable:"true"`
	Objective             string     `json:"objective" example:"99.9%"`
	MinEvents             int64      `json:"minEvents"`
	LeastRemaining        *float64   `json:"leastRemaining" nullable:"true" doc:"Share of the error budget that remains, of the objective that has the least of it, to nine digits; below 0 when overspent. Lists are sorted by it. Null where nothing is concluded from any window." example:"0.42"`
	Window                Budget     `json:"window" doc:"Over the SLO's own window."`
	Uncorrected           *Budget    `json:"uncorrected,omitempty" doc:"How the own window would stand without corrections; absent where none lies in it."`
	Further               []Standing `json:"furtherObjectives" doc:"How further objectives stand, each over its own window."`
	Verdict               *Certainty `json:"verdict,omitempty" doc:"How sure the events of the SLO's own window make it; absent when the SLO states no confidence. The state does not go by it."`
	Policy                Budget     `json:"policy" doc:"Over the trailing 28 days of the error-budget policy."`
	Burn                  []BurnRate `json:"burn" doc:"Burn rates, the shortest lookback first."`
	Alerts                []BurnPair `json:"alerts" doc:"The pairs of windows that put an SLO at risk."`
	Outlook               string     `json:"outlook" enum:"unknown,beyond,within,exhausted" doc:"What the burn of the last day says: the budget outlasts the window, ends within it, or is spent already."`
	ProjectedExhaustionAt *time.Time `json:"projectedExhaustionAt" nullable:"true" doc:"When the budget ends at the burn of the last day; null unless the outlook is within."`
	WorstGroup            *GroupRef  `json:"worstGroup,omitempty" doc:"The group with the least of its budget left, of those with at least minEvents; absent when there is none."`
}

// Standing is how a further objective stands.
type Standing struct {
	Name      string `json:"name" example:"quarter"`
	Objective string `json:"objective" example:"99.95%"`
	State     string `json:"state" enum:"no_data,ok,at_risk,exhausted"`
	Window    Budget `json:"window"`
}

// Certainty is how sure whole events of an SLO's own window make it that the objective
// is met, or breached. They are taken for independent of each other, which those of
// an outage are not. What is not known is null.
type Certainty struct {
	Confidence   string  `json:"confidence" doc:"As it was declared." example:"95%"`
	Verdict      string  `json:"verdict" enum:"met,breached,undetermined" doc:"met: the lower bound is at least the objective; breached: the upper bound is below it. At most 1 − confidence of the windows that are watched while they fill are ever judged wrongly."`
	Method       string  `json:"method" enum:"confidence_sequence" doc:"Whose bounds decided: a beta-binomial confidence sequence, which holds however often one looks."`
	Bounds       Bounds  `json:"bounds" doc:"The bounds that decided."`
	EventsNeeded *int64  `json:"eventsNeeded" nullable:"true" doc:"How many more events it takes until the verdict is another, if their share of good ones stays as it is; null when it is decided, when there were none, and when none would do, because the share is the objective or next to it." example:"1200"`
	Wilson       Bounds  `json:"wilson" doc:"Wilson's interval, to show beside the SLI; it decides nothing."`
	Once         OneLook `json:"once" doc:"For a report on a window that was chosen before anybody looked. Whoever looks until it suits is wrong far more often than the confidence says."`
}

// OneLook is a verdict for one look.
type OneLook struct {
	Verdict string `json:"verdict" enum:"met,breached,undetermined"`
	Method  string `json:"method" enum:"clopper_pearson" doc:"Clopper and Pearson's exact bounds, each one-sided."`
	Bounds  Bounds `json:"bounds"`
}

// Bounds are a lower and an upper bound of the share of good events.
type Bounds struct {
	Lower *float64 `json:"lower" nullable:"true" doc:"Null without a whole event." example:"0.9987"`
	Upper *float64 `json:"upper" nullable:"true" doc:"Null without a whole event." example:"0.9996"`
}

// Overview is how an organisation or a team stands.
type Overview struct {
	SLOs   SLOTally   `json:"slos"`
	Alerts AlertTally `json:"alerts" doc:"The alerts that last."`
}

// SLOTally is how many SLOs there are, and in which states.
type SLOTally struct {
	Total  int       `json:"total" doc:"SLOs that are not retired; the sum of states." example:"42"`
	States SLOStates `json:"states"`
	Stale  int       `json:"stale" doc:"Those without recent measurements. They hold their state, and count there as well." example:"1"`
}

// SLOStates are numbers of SLOs, by the state that they are in.
type SLOStates struct {
	NoData    int `json:"no_data" doc:"Too few events to tell." example:"3"`
	OK        int `json:"ok" example:"34"`
	AtRisk    int `json:"at_risk" doc:"Burning too fast." example:"4"`
	Exhausted int `json:"exhausted" doc:"Nothing of the budget remains." example:"1"`
}

// GroupRef names a group of an SLO's events and says how it stands.
type GroupRef struct {
	Group     string   `json:"group" example:"eu-west"`
	State     string   `json:"state" enum:"no_data,ok,at_risk,exhausted"`
	Remaining *float64 `json:"remaining" nullable:"true" doc:"Share of its budget that remains; below 0 when overspent."`
}

// SLOGroup is what was last concluded of one group of an SLO's events, under the
// same terms as the whole. What is not known is null.
type SLOGroup struct {
	Group  string     `json:"group" doc:"Value of the label; …none without the label, …other for all events of groups beyond maxGroups." example:"eu-west"`
	State  string     `json:"state" enum:"no_data,ok,at_risk,exhausted"`
	Since  time.Time  `json:"since" doc:"When it came into that state."`
	Stale  bool       `json:"stale" doc:"No slot of the group came for twice the resolution; the state is held fast."`
	Latest *time.Time `json:"latest" nullable:"true" doc:"End of the newest slot."`
	Judged bool       `json:"judged" doc:"Whether it was concluded under the SLO's current revision."`
	Window Budget     `json:"window" doc:"Over the SLO's own window."`
	Burn   []BurnRate `json:"burn" doc:"Burn rates, the shortest lookback first."`
}

// Budget is what was spent of an error budget over one window. Events are decimal
// numbers of events, or of slices where these are counted; ratios are shares of one.
type Budget struct {
	Days            int      `json:"days" doc:"Length of the window, a calendar's rounded to whole days." example:"28"`
	Basis           string   `json:"basis" enum:"whole,projected" doc:"What the budget is of. whole: the events of the window. projected: a calendar's window that is not over, with as many events as it has if they go on to come as so far; allowedEvents, remainingEvents, burned and remaining are then of all of it, and good, total, sli, burnedEvents and burnedSoFar of what there was."`
	ElapsedSeconds  *int64   `json:"elapsedSeconds,omitempty" doc:"How much of a calendar's window is over; absent of a rolling one."`
	LengthSeconds   *int64   `json:"lengthSeconds,omitempty" doc:"How long a calendar's window is; absent of a rolling one."`
	Good            float64  `json:"good" doc:"Good events."`
	Total           float64  `json:"total" doc:"All events."`
	Enough          bool     `json:"enough" doc:"Whether there are at least minEvents, so that something is concluded from the window."`
	SLI             *float64 `json:"sli" nullable:"true" doc:"Good ÷ total; null without events."`
	AllowedEvents   *float64 `json:"allowedEvents" nullable:"true" doc:"The whole budget: how many of the events may be bad."`
	BurnedEvents    *float64 `json:"burnedEvents" nullable:"true" doc:"How many were."`
	RemainingEvents *float64 `json:"remainingEvents" nullable:"true" doc:"How many more may be; below 0 when overspent."`
	Burned          *float64 `json:"burned" nullable:"true" doc:"Share of the budget that is burned: 1 is all of it, more is overspent. Of a whole window also the burn rate over it."`
	BurnedSoFar     *float64 `json:"burnedSoFar" nullable:"true" doc:"Share that is burned of the budget of the events so far; the same as burned but of a calendar's window that is not over."`
	Remaining       *float64 `json:"remaining" nullable:"true" doc:"Share of the budget that remains; below 0 when overspent."`
}

// BurnRate is how fast the budget burns: 1 spends it exactly over the SLO's window.
type BurnRate struct {
	Lookback string   `json:"lookback" example:"1h"`
	Good     float64  `json:"good" doc:"Good events."`
	Total    float64  `json:"total" doc:"All events."`
	Rate     *float64 `json:"rate" nullable:"true" doc:"Error ratio ÷ budget; null without events."`
}

// BurnPair is a long and a short window whose burn rates must both exceed the factor.
type BurnPair struct {
	Long      string   `json:"long" example:"1h"`
	Short     string   `json:"short" example:"5m"`
	Factor    float64  `json:"factor" example:"13.44"`
	Severity  string   `json:"severity" enum:"page,ticket"`
	LongRate  *float64 `json:"longRate" nullable:"true"`
	ShortRate *float64 `json:"shortRate" nullable:"true"`
	Firing    bool     `json:"firing" doc:"Whether both rates are above the factor, which puts the SLO at risk. Its alerts are under /alerts."`
	Reachable bool     `json:"reachable" doc:"False when the objective is so low that it can never fire."`
	Withheld  string   `json:"withheld,omitempty" enum:"off,few_bad_events" doc:"Why it raises no alert, whatever its rates are: the SLO switches it off, or has fewer bad events in the long window than it asks for. Absent when it may."`
}

// HistoryPoint is an SLO's budget as it stood at a time.
type HistoryPoint struct {
	At        time.Time `json:"at" doc:"End of the window, exclusive."`
	Good      *float64  `json:"good" nullable:"true" doc:"Good events in the window that ends then; null when that is not known any more."`
	Total     *float64  `json:"total" nullable:"true"`
	Blurred   bool      `json:"blurred" doc:"True when nobody can know any more what the window held: it begins or ends within an hour, or a day, of which only the sum is left, or counted slices otherwise when that sum was made."`
	SLI       *float64  `json:"sli" nullable:"true"`
	Remaining *float64  `json:"remaining" nullable:"true" doc:"Share of the budget that remained; below 0 when overspent, null when unknown."`
}

// History is how an SLO's budget went, by its current terms and indicator.
type History struct {
	From        time.Time      `json:"from" doc:"End of the first window."`
	To          time.Time      `json:"to" doc:"End of the last window."`
	StepSeconds int            `json:"stepSeconds" example:"21600" doc:"From point to point; days of a time zone may be an hour shorter or longer."`
	WindowDays  int            `json:"windowDays,omitempty" doc:"Absent where there is a calendar."`
	Calendar    *Calendar      `json:"calendar,omitempty" doc:"Each point is then what came since its window of the calendar began."`
	Revision    int            `json:"revision" doc:"The revision whose terms they are."`
	Thinned     []Thinned      `json:"thinned" doc:"Parts of the windows' time of which no single slots are left."`
	Points      []HistoryPoint `json:"points"`
}

// Thinned is a time of which sums are left and no single slots.
type Thinned struct {
	From        time.Time `json:"from"`
	To          time.Time `json:"to"`
	StepSeconds int       `json:"stepSeconds" enum:"3600,86400" doc:"What is left: the sums of hours, or of days of the SLO's time zone."`
}

// Explanation says where an SLO's state and each of its figures come from.
type Explanation struct {
	State    string     `json:"state" enum:"no_data,ok,at_risk,exhausted"`
	Because  string     `json:"because" doc:"What made it that state, in a sentence."`
	Formulas string     `json:"formulas" doc:"Version of the formulas."`
	Figures  []Figure   `json:"figures"`
	Measured Provenance `json:"measured" doc:"What the figures are computed from."`
	Warnings []Warning  `json:"warnings" doc:"What is allowed and probably not meant, as it stands now."`
}

// Figure is one figure with how it came about.
type Figure struct {
	Figure  string `json:"figure" doc:"The field of the status that it is; burn.1h is the rate of that lookback, alert.1h/5m the factor of that pair, and those of the forecast begin with forecast." example:"window.remaining"`
	Formula string `json:"formula" example:"1 − burned"`
	Worked  string `json:"worked" doc:"The formula with its numbers, or why there is none."`
	Value   string `json:"value" doc:"A decimal of at most six digits after the point, of projectedExhaustionAt the seconds until then; empty when unknown." example:"-0.111111"`
	Source  string `json:"source" doc:"Where the formula is from."`
}

// SlotInput is what was measured in one slot. Send good or bad, as the indicator counts.
type SlotInput struct {
	Start time.Time `json:"start" doc:"Start of the slot, aligned to the indicator's resolution: at most five minutes ahead, which clocks may be apart, and 91 days ago." example:"2026-11-23T10:00:00Z"`
	Good  *float64  `json:"good,omitempty" minimum:"0" doc:"Good events; for an indicator that counts good_total." example:"118"`
	Bad   *float64  `json:"bad,omitempty" minimum:"0" doc:"Bad events; for an indicator that counts bad_total."`
	Total float64   `json:"total" minimum:"0" maximum:"1000000000" doc:"All events; of a grouped indicator at most 10,000,000 in each group, and 100,000,000 in …other." example:"120"`
	Group string    `json:"group,omitempty" doc:"Which group was counted, at most 128 characters; only for an indicator with groupBy. Send a slot's groups in one request: those beyond maxGroups are summed up."`
}

// Measurements is what was measured of an SLO.
type Measurements struct {
	Reporters []ReporterMeasurements `json:"reporters"`
	Thinned   []ThinnedMeasurements  `json:"thinned" doc:"What is left of a time that is thinned, by group."`
}

// ThinnedMeasurements is what is left of what all reporters measured.
type ThinnedMeasurements struct {
	Group string        `json:"group,omitempty" doc:"Which group was counted; absent when there are none." example:"eu-west"`
	Slots []ThinnedSlot `json:"slots"`
}

// ThinnedSlot is the sum over all reporters of an hour, or of a day.
type ThinnedSlot struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end" doc:"Exclusive."`
	Good  float64   `json:"good"`
	Total float64   `json:"total"`
}

// ReporterMeasurements is what one reporter measured.
type ReporterMeasurements struct {
	Reporter          string     `json:"reporter" example:"default"`
	Group             string     `json:"group,omitempty" doc:"Which group was counted; absent when there are none." example:"eu-west"`
	ResolutionSeconds int        `json:"resolutionSeconds"`
	Slots             []SlotRead `json:"slots"`
}

// SlotRead is one slot as it is stored.
type SlotRead struct {
	Start time.Time `json:"start"`
	Good  float64   `json:"good" doc:"Good events, to the thousandth."`
	Total float64   `json:"total" doc:"All events, to the thousandth."`
}

// MeasurementsInput is a push of slots. The last write of a slot by a reporter wins.
type MeasurementsInput struct {
	Reporter string      `json:"reporter,omitempty" default:"default" doc:"Who measured; an SLO sums its reporters. RFC 1123 label."`
	Group    string      `json:"group,omitempty" doc:"The group of all slots that name none; left out: events without the label. Only for an indicator with groupBy."`
	Slots    []SlotInput `json:"slots" minItems:"1" maxItems:"50000"`
}

// BulkMeasurementsInput is a push for many SLOs, all or nothing.
type BulkMeasurementsInput struct {
	Series []SeriesInput `json:"series" minItems:"1" maxItems:"500"`
}

// SeriesInput is the slots of one SLO in a bulk push.
type SeriesInput struct {
	Service  string      `json:"service" doc:"Slug or identifier." example:"checkout"`
	SLO      string      `json:"slo" doc:"Slug or identifier." example:"availability"`
	Reporter string      `json:"reporter,omitempty" default:"default"`
	Group    string      `json:"group,omitempty" doc:"The group of all slots that name none; only for an indicator with groupBy."`
	Slots    []SlotInput `json:"slots" minItems:"1" maxItems:"50000"`
}

// Receipt acknowledges a push: what it says is stored durably.
type Receipt struct {
	Series  int `json:"series" doc:"Distinct series that were reported."`
	Slots   int `json:"slots" doc:"Slots that were reported."`
	Changed int `json:"changed" doc:"Segments that are another now; 0 when everything was known already."`
}
