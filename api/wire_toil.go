package api

import "time"

// Toil is how much of its time a team spends on toil.
type Toil struct {
	Team       Ref          `json:"team"`
	Settings   ToilSettings `json:"settings"`
	Member     bool         `json:"member" doc:"Whether the caller is a member of the team. Others are told what is of four persons and more: weeks that nobody can answer about any more and that four answered about, and of these what four logged of one category for one service. All that they see is a sum of such parts."`
	Rolling    ToilStanding `json:"rolling" doc:"Of the last 90 days."`
	Quarter    ToilStanding `json:"quarter" doc:"Of a quarter of the calendar."`
	Trend      []ToilWeek   `json:"trend" doc:"26 weeks, the first first; the last is the present one."`
	Categories []ToilPart   `json:"categories" doc:"Of the last 90 days, what most was logged of first."`
	Services   []ToilPart   `json:"services" doc:"Of the last 90 days, for which service most was logged first. One without a service is for none."`
	You        *ToilPerson  `json:"you,omitempty" doc:"The share of the caller, in the last 90 days; absent where they said nothing."`
	Credits    []ToilCredit `json:"credits" doc:"What automation did instead of people in the last 90 days, the most first."`
}

// ToilSettings are how a team measures its toil.
type ToilSettings struct {
	ToilSettingsInput
	UpdatedAt *time.Time `json:"updatedAt" nullable:"true" doc:"Null while the team decided nothing, and the defaults hold."`
	UpdatedBy string     `json:"updatedBy"`
	Version   int64      `json:"version" doc:"1 while the team decided nothing."`
}

// ToilSettingsInput is what a team decides.
type ToilSettingsInput struct {
	HoursPerWeek      float64 `json:"hoursPerWeek" example:"40" doc:"Working hours of a person in a week, 1 to 80."`
	DaysPerWeek       int     `json:"daysPerWeek" example:"5" doc:"On how many days they are worked, 1 to 7."`
	OverheadPercent   int     `json:"overheadPercent" example:"20" doc:"The share of them that meetings and the like take, 0 to 80."`
	CapPercent        int     `json:"capPercent" example:"50" doc:"The share of the rest above which toil is too much, 1 to 50: a team may set itself a lower cap than half, and no higher one."`
	Asks              bool    `json:"asks" example:"true" doc:"Whether members are asked every week."`
	ProposesIncidents *bool   `json:"proposesIncidents,omitempty" example:"true" doc:"Whether incidents of the team's services that are over are proposed to those of its people who had a role in them. When left out they are."`
}

// ToilStanding is the share of a team in a period.
type ToilStanding struct {
	Name         string       `json:"name" example:"2026-Q1" doc:"90d, or the quarter."`
	From         string       `json:"from" doc:"Day on which its first week begins, empty where none is over."`
	To           string       `json:"to" doc:"Day on which the last week ended that is over."`
	State        string       `json:"state" enum:"no_data,insufficient,too_few,known" doc:"no_data: nobody said anything, which is not 0 %. insufficient: fewer than half of those who were asked answered; nothing follows from it. too_few: nothing is told outside the team, as in no week four persons answered."`
	Weeks        int          `json:"weeks" doc:"How many weeks of it are over."`
	Asked        int          `json:"asked" doc:"How many answers were asked for: members, week by week."`
	Answered     int          `json:"answered" doc:"How many of them came."`
	ResponseRate *float64     `json:"responseRate" nullable:"true" doc:"Answered ÷ asked; null where nobody was asked."`
	Persons      int          `json:"persons" doc:"How many answered or logged something."`
	Answers      *ToilFigures `json:"answers,omitempty" doc:"The share by what people answered; absent where there is none, or it is not told."`
	Entries      *ToilFigures `json:"entries,omitempty" doc:"The share by what people logged; absent where there is none, and outside the team."`
	Disagree     bool         `json:"disagree" doc:"Whether the two are more than 20 points apart."`
	AboveCap     *bool        `json:"aboveCap" nullable:"true" doc:"Whether the median of the answers is above the cap; null where that is not known, or not told."`
}

// ToilFigures are shares over persons: 0.5 is half of their time beside meetings.
type ToilFigures struct {
	Persons int      `json:"persons"`
	Share   float64  `json:"share" doc:"The toil of all ÷ the working hours of all, less overhead."`
	Median  *float64 `json:"median" nullable:"true" doc:"Over persons; null outside the team."`
	Maximum *float64 `json:"maximum" nullable:"true" doc:"Over persons; null outside the team."`
}

// ToilPerson is the share of the caller.
type ToilPerson struct {
	Answers  *float64 `json:"answers" nullable:"true"`
	Entries  *float64 `json:"entries" nullable:"true"`
	Disagree bool     `json:"disagree"`
}

// ToilWeek is a week of a team.
type ToilWeek struct {
	Week    string   `json:"week" example:"2026-W11"`
	Asked   int      `json:"asked" doc:"How many members were asked about it."`
	Answers *int     `json:"answers" nullable:"true" doc:"How many there are; null outside the team, where these are fewer than four or the week can still be answered about."`
	Share   *float64 `json:"share" nullable:"true" doc:"The mean of the answers; null where there is none, or it is not told."`
	Minutes *int     `json:"minutes" nullable:"true" doc:"Logged. Outside the team it is the sum of what is told of the week, and null where that is nothing."`
}

// ToilPart is what was logged of a category or for a service.
type ToilPart struct {
	Category        string `json:"category,omitempty"`
	Service         *Ref   `json:"service,omitempty"`
	Minutes         int    `json:"minutes"`
	Entries         int    `json:"entries"`
	Persons         int    `json:"persons"`
	AnsweredMinutes *int   `json:"answeredMinutes" nullable:"true" doc:"Null outside the team. By answers that name the category as the largest of a week: their share of the week's working hours, less overhead."`
}

// ToilAnswer is what the caller said of a week.
type ToilAnswer struct {
	Week string `json:"week" example:"2026-W11"`
	ToilAnswerInput
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	Version   int64     `json:"version"`
}

// ToilAnswerInput answers the weekly question.
type ToilAnswerInput struct {
	Share    int    `json:"share" enum:"0,25,50,75,100" example:"50" doc:"How much of the days worked, beside meetings, was toil, in percent."`
	Category string `json:"category,omitempty" enum:"business_processes,production_interrupts,release_shepherding,migrations,cost_and_capacity,opaque_troubleshooting" example:"production_interrupts" doc:"The largest kind; left out where the share is 0."`
	DaysAway int    `json:"daysAway,omitempty" example:"1" doc:"On how many of the week's working days you were away, which are no part of your hours. Of a week that was not worked at all the share is 0, and it counts neither as an answer nor as one that was asked for."`
	Note     string `json:"note,omitempty" example:"Certificates again" doc:"One line, at most 200 characters. Nobody else reads it."`
}

// ToilEntry is toil that the caller logged.
type ToilEntry struct {
	ID        string    `json:"id" doc:"Identifier (ULID)."`
	Score     int       `json:"score" doc:"How many of the six attributes it has."`
	Service   *Ref      `json:"service,omitempty"`
	Origin    string    `json:"origin" doc:"What proposed it, or the line of the file that it came in; empty where nothing did."`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	Version   int64     `json:"version"`
	ToilWork
	Day string `json:"day" format:"date" example:"2026-11-27"`
}

// ToilWork is what toil was.
type ToilWork struct {
	Minutes         int    `json:"minutes" example:"45" doc:"Hands on, and not elapsed; 1 to 1,440. A day has no more over all that you log for it."`
	Category        string `json:"category" enum:"business_processes,production_interrupts,release_shepherding,migrations,cost_and_capacity,opaque_troubleshooting" example:"release_shepherding"`
	Manual          bool   `json:"manual,omitempty"`
	Repetitive      bool   `json:"repetitive,omitempty" doc:"Not the first or second time."`
	Automatable     bool   `json:"automatable,omitempty"`
	Tactical        bool   `json:"tactical,omitempty" doc:"It interrupts, and is not planned."`
	NoEnduringValue bool   `json:"noEnduringValue,omitempty" doc:"The service is as it was afterwards."`
	Grows           bool   `json:"grows,omitempty" doc:"There is more of it as the service grows, O(n)."`
	Link            string `json:"link,omitempty" doc:"http or https."`
	Note            string `json:"note,omitempty" doc:"One line, at most 200 characters. Nobody else reads it."`
}

// ToilEntryInput is what is said of toil.
type ToilEntryInput struct {
	ToilWork
	Day     string `json:"day" format:"date" example:"2026-03-13" doc:"In UTC; not in the future, and at most 400 days back."`
	Service string `json:"service,omitempty" example:"checkout" doc:"Slug or identifier."`
}

// ToilImport is what became of a file, or would become of it.
type ToilImport struct {
	DryRun  bool `json:"dryRun"`
	Lines   int  `json:"lines"`
	Added   int  `json:"added" doc:"Those that are new. The others came with a file before, and stay as they are."`
	Minutes int  `json:"minutes" doc:"Of those that are new."`
}

// ToilProposal is something that may have been toil of the caller.
type ToilProposal struct {
	ID      string `json:"id" doc:"Of what happened."`
	Kind    string `json:"kind" enum:"page,issue,incident" doc:"page: an alert that somebody acknowledged. issue: one on GitHub with the label of toil that was closed. incident: one that is over, and in which the caller had a role."`
	Day     string `json:"day" format:"date"`
	Minutes int    `json:"minutes" doc:"How long it took, as far as is known; 0 where nothing is. What is logged is what the caller says."`
	Service *Ref   `json:"service,omitempty"`
	Title   string `json:"title"`
	Link    string `json:"link" doc:"Path of its page, or the address of the issue."`
}

// ToilCandidate is toil that a team may automate.
type ToilCandidate struct {
	ID           string     `json:"id" doc:"Identifier (ULID); empty of toil that nobody estimated yet."`
	Category     string     `json:"category"`
	Service      *Ref       `json:"service,omitempty"`
	Title        string     `json:"title"`
	BuildHours   float64    `json:"buildHours" doc:"How long it takes to build."`
	State        string     `json:"state" enum:"logged,estimated,wanted,done,dropped" doc:"logged: nobody estimated it. wanted: it has an issue, which people close: as completed, it is done; as not planned, it is dropped."`
	Told         bool       `json:"told" doc:"Whether what was logged is told: to members always, to others where something of it is."`
	Minutes      int        `json:"minutes" doc:"Logged in the last 90 days."`
	Entries      int        `json:"entries"`
	Persons      int        `json:"persons"`
	HoursAYear   float64    `json:"hoursAYear" doc:"What that is in a year: minutes ÷ 60 × 365 ÷ days since the team's first entry of the last 90 days, at least seven."`
	PayBackWeeks *float64   `json:"payBackWeeks" nullable:"true" doc:"Build hours ÷ (hours a year ÷ 52); null where nobody estimated it, or nothing was logged."`
	Saved        *ToilSaved `json:"saved,omitempty" doc:"Of one that is done; absent outside the team."`
	WantedAt     *time.Time `json:"wantedAt" nullable:"true"`
	SettledAt    *time.Time `json:"settledAt" nullable:"true"`
	Version      int64      `json:"version" doc:"0 of toil that nobody estimated yet."`
}

// ToilSaved compares what was logged before and after an automation was done.
type ToilSaved struct {
	Before     ToilSide `json:"before"`
	After      ToilSide `json:"after"`
	HoursAWeek *float64 `json:"hoursAWeek" nullable:"true" doc:"Less than before; negative where it is more, and null while a side has less than a week, or where the team logged nothing at all on a side. Fewer entries may also mean that less is written down."`
}

// ToilSide is what was logged on one side.
type ToilSide struct {
	From    string `json:"from" format:"date"`
	To      string `json:"to" format:"date"`
	Days    int    `json:"days"`
	Minutes int    `json:"minutes"`
	Entries int    `json:"entries"`
	Persons int    `json:"persons"`
}

// ToilEstimate is what a team says of a candidate.
type ToilEstimate struct {
	Title      string  `json:"title" example:"Renew certificates by themselves" doc:"1 to 200 characters."`
	BuildHours float64 `json:"buildHours" example:"24" doc:"More than 0, at most 4,000."`
}

// ToilCandidateInput makes a candidate of logged toil.
type ToilCandidateInput struct {
	ToilEstimate
	Service  string `json:"service" example:"checkout" doc:"Slug or identifier of a service of the team, whose repository has the issue."`
	Category string `json:"category" enum:"business_processes,production_interrupts,release_shepherding,migrations,cost_and_capacity,opaque_troubleshooting" example:"release_shepherding"`
}

// ToilAutomation is what automation did instead of people on a day.
type ToilAutomation struct {
	ID string `json:"id" doc:"Identifier (ULID)."`
	ToilAutomationFacts
	Service   *Ref      `json:"service,omitempty"`
	Minutes   int       `json:"minutes" doc:"Count × minutes each, in whole minutes."`
	CreatedAt time.Time `json:"createdAt"`
	CreatedBy string    `json:"createdBy"`
}

// ToilAutomationFacts are what automation reports.
type ToilAutomationFacts struct {
	Name        string  `json:"name" example:"restart-payment-worker" doc:"What it is called, 1 to 100 characters."`
	Category    string  `json:"category" enum:"business_processes,production_interrupts,release_shepherding,migrations,cost_and_capacity,opaque_troubleshooting" example:"production_interrupts"`
	Day         string  `json:"day" format:"date" example:"2026-03-13" doc:"In UTC."`
	Count       int     `json:"count" example:"4" doc:"How often it was done on that day."`
	MinutesEach float64 `json:"minutesEach" example:"12.5" doc:"What each time would have taken a person, hands on; kept to the second."`
}

// ToilAutomationInput reports what automation did.
type ToilAutomationInput struct {
	ToilAutomationFacts
	Service string `json:"service,omitempty" example:"checkout" doc:"Slug or identifier."`
}

// ToilCredit sums up what an automation did.
type ToilCredit struct {
	Name     string  `json:"name"`
	Category string  `json:"category"`
	Service  *Ref    `json:"service,omitempty"`
	Count    int     `json:"count"`
	Hours    float64 `json:"hours" doc:"What it would have taken people."`
}

// ToilSurvey is what a team answered about a quarter, without who did.
type ToilSurvey struct {
	Quarter    string         `json:"quarter" example:"2026-Q1"`
	Answers    int            `json:"answers" doc:"How many answered; 0 outside the team while nothing is told."`
	Told       bool           `json:"told" doc:"Whether anything is told: once nobody can answer any more, where four did."`
	ClosesAt   time.Time      `json:"closesAt" doc:"From when on nobody can answer."`
	Mean       *float64       `json:"mean" nullable:"true" doc:"Of the shares; 0.5 is half."`
	Median     *float64       `json:"median" nullable:"true"`
	Categories map[string]int `json:"categories" doc:"How many named each as the largest source."`
	Courses    map[string]int `json:"courses" doc:"How many said that it is getting better, the same or worse."`
	OnCall     map[string]int `json:"onCall" doc:"How many said how being on call was."`
	Wishes     []string       `json:"wishes" doc:"What people would automate, in the order of the alphabet; for members only."`
}

// ToilSurveyAnswer is what the caller answered about a quarter.
type ToilSurveyAnswer struct {
	Quarter string `json:"quarter" example:"2026-Q1"`
	ToilSurveyInput
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	Version   int64     `json:"version"`
}

// ToilSurveyInput answers the five questions of a quarter.
type ToilSurveyInput struct {
	Share    int    `json:"share" minimum:"0" maximum:"100" example:"40" doc:"How much of the quarter was toil, in percent."`
	Category string `json:"category,omitempty" enum:"business_processes,production_interrupts,release_shepherding,migrations,cost_and_capacity,opaque_troubleshooting" example:"migrations" doc:"The largest source; left out where the share is 0."`
	Wish     string `json:"wish,omitempty" example:"Renewing certificates" doc:"What you would automate; at most 1,000 characters. Once the quarter is closed the team reads it, where four answered, without your name."`
	Course   string `json:"course" enum:"better,same,worse" example:"better" doc:"Whether it is getting better."`
	OnCall   string `json:"onCall" enum:"not_on_call,light,fair,heavy" example:"fair" doc:"How being on call was."`
}

// ToilExport is everything that the caller said of toil.
type ToilExport struct {
	At      time.Time            `json:"at"`
	Person  string               `json:"person"`
	Answers []ToilExportedAnswer `json:"answers"`
	Entries []ToilExportedEntry  `json:"entries"`
	Surveys []ToilExportedSurvey `json:"surveys"`
}

// ToilExportedAnswer is an answer with its team.
type ToilExportedAnswer struct {
	Team string `json:"team" doc:"Identifier."`
	ToilAnswer
}

// ToilExportedEntry is an entry with its team.
type ToilExportedEntry struct {
	Team string `json:"team" doc:"Identifier."`
	ToilEntry
}

// ToilExportedSurvey is an answer of a survey with its team.
type ToilExportedSurvey struct {
	Team string `json:"team" doc:"Identifier."`
	ToilSurveyAnswer
}

// ToilPseudonymised is what became of taking one's name from what one said.
type ToilPseudonymised struct {
	Rows int `json:"rows" doc:"How many answers and entries that were."`
}
