package api

import "time"

// Scorecard is what is asked of services, as it is now.
type Scorecard struct {
	ID          string           `json:"id" doc:"Identifier (ULID)."`
	Slug        string           `json:"slug" example:"production-readiness"`
	Name        string           `json:"name" example:"Production readiness"`
	Description string           `json:"description"`
	Owner       *Ref             `json:"owner,omitempty" doc:"The team that keeps it; absent of the platform's."`
	Revision    int              `json:"revision" doc:"Number of the current revision, from 1."`
	AppliesTo   string           `json:"appliesTo" doc:"A condition, in CEL, on a service; empty for every one." example:"lifecycle != 'deprecated'"`
	Levels      []ScorecardLevel `json:"levels" doc:"The lowest first."`
	Checks      []ScorecardCheck `json:"checks"`
	Issues      ScorecardIssues  `json:"issues"`
	Warnings    []string         `json:"warnings" doc:"What its owner should look at, such as a condition that is not understood any more."`
	RevisedBy   string           `json:"revisedBy" doc:"Who wrote the current revision."`
	RetiredAt   *time.Time       `json:"retiredAt" nullable:"true" doc:"When its evaluation ended; null while it goes on."`
	CreatedAt   time.Time        `json:"createdAt"`
	UpdatedAt   time.Time        `json:"updatedAt"`
	Manager     string           `json:"manager,omitempty" doc:"Who keeps it elsewhere, and alone changes it (409 field_managed): set:NAME is the set of manifests of that name. Absent where nobody does." example:"set:payments"`
	Version     int64            `json:"version" doc:"Grows with each change; also the ETag."`
}

// ScorecardLevel is a step on which services stand.
type ScorecardLevel struct {
	Name        string `json:"name" maxLength:"40" example:"Bronze"`
	Description string `json:"description,omitempty"`
}

// ScorecardCheck is one thing that is asked of a service.
type ScorecardCheck struct {
	ID            string             `json:"id" doc:"RFC 1123 label, unique in the scorecard." example:"load-tested"`
	Title         string             `json:"title" example:"It was load-tested lately"`
	Why           string             `json:"why,omitempty" doc:"Markdown."`
	Fix           string             `json:"fix,omitempty" doc:"Markdown, with facts and parameters between braces." example:"The last load test was {loadTested} ago; at most {parameters.maxDays} days are right."`
	Category      string             `json:"category" example:"Capacity"`
	Level         string             `json:"level" doc:"The name of one of the levels." example:"Silver"`
	Weight        int                `json:"weight,omitempty" minimum:"1" maximum:"100" doc:"In the score; 1 when left out."`
	Tier          int                `json:"tier,omitempty" minimum:"0" maximum:"4" doc:"The least critical tier that it is for: 2 are tiers 1 and 2. 0, or left out: all."`
	AppliesTo     string             `json:"appliesTo,omitempty" doc:"A condition on a service; empty for every one of those tiers." example:"kind == 'stateful'"`
	Passes        string             `json:"passes" doc:"The condition, in CEL, on the facts that listScorecardFacts tells." example:"loadTested <= parameters.maxDays"`
	Parameters    map[string]float64 `json:"parameters,omitempty" doc:"Numbers that its conditions and its words know as parameters.name." example:"{\"maxDays\": 90}"`
	EffectiveFrom string             `json:"effectiveFrom,omitempty" doc:"The day from which it counts; before that it is only seen." example:"2027-01-01"`
	Links         []ScorecardLink    `json:"links,omitempty"`
}

// ScorecardLink is where there is more to read.
type ScorecardLink struct {
	Title string `json:"title" example:"How we test load"`
	URL   string `json:"url" example:"https://example.org/load-tests"`
}

// ScorecardIssues is what becomes of failures.
type ScorecardIssues struct {
	Mode      string `json:"mode,omitempty" enum:"none,each,grouped" doc:"One issue for each service and check, or one for each service. Only administrators keep a scorecard that asks for issues."`
	GraceDays int    `json:"graceDays,omitempty" minimum:"0" maximum:"90" doc:"For how many days a check fails before."`
	UpTo      string `json:"upTo,omitempty" doc:"The highest level of which failures become issues; left out: all."`
}

// ScorecardInput is what is declared of a scorecard.
type ScorecardInput struct {
	Slug        string           `json:"slug" doc:"RFC 1123 label, unique among scorecards." example:"production-readiness"`
	Name        string           `json:"name" doc:"1 to 100 characters." example:"Production readiness"`
	Description string           `json:"description,omitempty" doc:"At most 4,000 characters."`
	Owner       string           `json:"owner,omitempty" doc:"Slug or identifier of the team that keeps it; left out: the platform, that is administrators." example:"payments"`
	AppliesTo   string           `json:"appliesTo,omitempty" doc:"A condition on a service; left out: every one." example:"lifecycle != 'deprecated'"`
	Levels      []ScorecardLevel `json:"levels" minItems:"1" maxItems:"6" doc:"The lowest first."`
	Checks      []ScorecardCheck `json:"checks" minItems:"1" maxItems:"100"`
	Issues      ScorecardIssues  `json:"issues,omitempty"`
}

// ScorecardRevision is what a scorecard said from one change to the next.
type ScorecardRevision struct {
	ID        string           `json:"id"`
	Number    int              `json:"number"`
	AppliesTo string           `json:"appliesTo"`
	Levels    []ScorecardLevel `json:"levels"`
	Checks    []ScorecardCheck `json:"checks"`
	Issues    ScorecardIssues  `json:"issues"`
	RevisedBy string           `json:"revisedBy"`
	CreatedAt time.Time        `json:"createdAt"`
}

// ScorecardTemplates are the scorecards that ship.
type ScorecardTemplates struct {
	Templates []ScorecardInput `json:"templates" doc:"Each can be sent to createScorecard as it is, or changed."`
}

// ScorecardFact is a name that conditions of scorecards can be written on.
type ScorecardFact struct {
	FactDeclaration
	By string `json:"by" doc:"Who tells it: a domain, or given where programs push it and people attest it." example:"slo"`
}

// ScorecardFacts are all of them.
type ScorecardFacts struct {
	Facts []ScorecardFact `json:"facts"`
}

// ServiceScorecards is what each scorecard came to for a service.
type ServiceScorecards struct {
	Scorecards []ServiceScorecard `json:"scorecards" doc:"By slug; those that are for the service."`
}

// ServiceScorecard is what a scorecard came to for a service.
type ServiceScorecard struct {
	Scorecard   Ref              `json:"scorecard"`
	Name        string           `json:"name" doc:"The scorecard's." example:"Production readiness"`
	Service     Ref              `json:"service"`
	Revision    int              `json:"revision" doc:"Number of the revision of the scorecard by which it was evaluated."`
	Applies     string           `json:"applies" enum:"holds,unknown,error" doc:"Whether it is known that the scorecard is for the service. Where it is not, why says more, and there are no results."`
	Why         string           `json:"why,omitempty"`
	Level       *string          `json:"level" nullable:"true" doc:"The level reached: all of it and below that counts passes. Null below the lowest."`
	NextLevel   *string          `json:"nextLevel" nullable:"true" doc:"Null where the highest is reached, or nothing counts."`
	Missing     int              `json:"missing" doc:"How many checks are left to pass for the next level."`
	Score       *int             `json:"score" nullable:"true" doc:"The weight of what passes, in percent of the weight of what counts, rounded down. Null where nothing counts."`
	Passed      int              `json:"passed" doc:"Checks that pass, of those that count."`
	Counted     int              `json:"counted" doc:"Checks that count: neither exempt nor for other services, and whose day has come."`
	Levels      []ScorecardLevel `json:"levels" doc:"The lowest first."`
	Ladder      []ScorecardRung  `json:"ladder" doc:"The checks of each level, without those below, the lowest first."`
	Next        []string         `json:"next" doc:"The IDs of the next three things to do."`
	Checks      []CheckResult    `json:"checks"`
	EvaluatedAt time.Time        `json:"evaluatedAt" doc:"When it was judged last, whether or not anything changed."`
}

// ScorecardRung is a level of a scorecard for a service.
type ScorecardRung struct {
	Level   string `json:"level" example:"Silver"`
	Passed  int    `json:"passed"`
	Counted int    `json:"counted"`
	Reached bool   `json:"reached" doc:"With all levels below."`
}

// ScorecardShare is how many checks pass, of those that count.
type ScorecardShare struct {
	Passed  int `json:"passed"`
	Counted int `json:"counted"`
}

// CheckResult is what a check came to for a service.
type CheckResult struct {
	ID            string          `json:"id" example:"load-tested"`
	Title         string          `json:"title"`
	Why           string          `json:"why" doc:"Why it is asked. Markdown."`
	Category      string          `json:"category"`
	Level         string          `json:"level"`
	Weight        int             `json:"weight"`
	Outcome       string          `json:"outcome" enum:"pass,fail,unknown,not_applicable,exempt,error"`
	Counts        bool            `json:"counts" doc:"Whether it is in the denominator. A check before its day is not."`
	EffectiveFrom string          `json:"effectiveFrom,omitempty"`
	Reason        string          `json:"reason,omitempty" doc:"What is not known, or what went wrong."`
	Since         *time.Time      `json:"since" nullable:"true" doc:"Since when it is at this outcome."`
	Evidence      []CheckEvidence `json:"evidence" doc:"The facts that it depends on, as far as they are known."`
	Condition     string          `json:"condition" doc:"In CEL." example:"loadTested <= parameters.maxDays"`
	Fix           string          `json:"fix" doc:"How to fix it, with what is known put in. Markdown."`
	Links         []ScorecardLink `json:"links"`
}

// CheckEvidence is a fact that a result depends on.
type CheckEvidence struct {
	KnownFact
	Type   string     `json:"type,omitempty" doc:"The fact's type, as it is declared now: an age is in days." example:"age"`
	By     string     `json:"by" doc:"Who told it: a domain, pushed or attested." example:"slo"`
	Source string     `json:"source,omitempty" doc:"The program that pushed it, or who attested it."`
	Link   string     `json:"link,omitempty" doc:"To what shows it."`
	At     *time.Time `json:"at,omitempty" doc:"When it was seen, of what was given."`
	Until  *time.Time `json:"until,omitempty" doc:"It is known before that, of what was given."`
}

// ScorecardHistory is what a scorecard came to for a service, day by day.
type ScorecardHistory struct {
	Days []ScorecardDay `json:"days" doc:"The oldest first: each day on which something changed, and the last before them."`
}

// ScorecardDay is what came of a service at the end of a day.
type ScorecardDay struct {
	Day     string            `json:"day" example:"2026-11-27"`
	Level   *string           `json:"level" nullable:"true"`
	Score   *int              `json:"score" nullable:"true"`
	Passed  int               `json:"passed"`
	Counted int               `json:"counted"`
	Checks  map[string]string `json:"checks" doc:"The outcome of each check, by ID."`
}

// ScorecardPosition is where a service stands by a scorecard.
type ScorecardPosition struct {
	Service    Ref                       `json:"service"`
	Name       string                    `json:"name"`
	Team       Ref                       `json:"team"`
	Tier       int                       `json:"tier"`
	Kind       string                    `json:"kind"`
	Level      *string                   `json:"level" nullable:"true"`
	Score      *int                      `json:"score" nullable:"true"`
	Missing    int                       `json:"missing"`
	Passed     int                       `json:"passed"`
	Counted    int                       `json:"counted"`
	Next       []string                  `json:"next"`
	Categories map[string]ScorecardShare `json:"categories" doc:"How many checks of each category pass."`
	Checks     map[string]string         `json:"checks" doc:"The outcome of each check, by ID."`
}

// ScorecardReport is what a scorecard comes to in the organisation, a team or a system.
type ScorecardReport struct {
	Scorecard    Ref                     `json:"scorecard"`
	Name         string                  `json:"name"`
	Levels       []ScorecardLevel        `json:"levels"`
	Now          ScorecardSums           `json:"now"`
	Change       *float64                `json:"change" nullable:"true" doc:"How the mean score changed over the last 28 days, in points; null where it was not known then."`
	Categories   []ScorecardCategorySums `json:"categories" doc:"In the scorecard's order."`
	Checks       []ScorecardCheckSums    `json:"checks" doc:"The worst first: by the share of services of which it counts and does not pass."`
	Teams        []ScorecardTeamSums     `json:"teams" doc:"The teams right below, that have services, by slug."`
	MostImproved *Ref                    `json:"mostImproved,omitempty" doc:"The team among these, or below them, whose mean score rose most over the last 28 days; absent where none rose."`
	Trend        []ScorecardTrendDay     `json:"trend" doc:"Each day that is kept, the oldest first."`
}

// ScorecardSums is what services come to together.
type ScorecardSums struct {
	Services int            `json:"services" doc:"Of which something counts."`
	Unscored int            `json:"unscored" doc:"Services of which nothing counts, or of which it is not known whether the scorecard is for them."`
	Levels   map[string]int `json:"levels" doc:"Services by the level that they reached; those below the lowest by none."`
	Score    *float64       `json:"score" nullable:"true" doc:"The mean of the services' scores, in percent."`
}

// ScorecardCheckSums is what a check comes to in a scope.
type ScorecardCheckSums struct {
	ID         string         `json:"id"`
	Title      string         `json:"title"`
	Category   string         `json:"category"`
	Level      string         `json:"level"`
	NotPassing int            `json:"notPassing"`
	Counting   int            `json:"counting"`
	Outcomes   map[string]int `json:"outcomes" doc:"Services by outcome."`
}

// ScorecardCategorySums is what the checks of a category come to in a scope.
type ScorecardCategorySums struct {
	Category string         `json:"category" example:"Ownership"`
	Checks   int            `json:"checks"`
	Outcomes map[string]int `json:"outcomes" doc:"Results, one for each check and service, by outcome."`
}

// ScorecardCheckReport is a check of a scorecard, and what it comes to for all services.
type ScorecardCheckReport struct {
	Scorecard  Ref                 `json:"scorecard"`
	Check      ScorecardCheck      `json:"check"`
	NotPassing int                 `json:"notPassing"`
	Counting   int                 `json:"counting"`
	Outcomes   map[string]int      `json:"outcomes" doc:"Services by outcome."`
	Facts      []ScorecardFact     `json:"facts" doc:"Those that it depends on, and who tells them."`
	Problem    string              `json:"problem,omitempty" doc:"Why its condition is not understood any more."`
	Trend      []ScorecardCheckDay `json:"trend" doc:"Each day that is kept on which it was judged, the oldest first."`
}

// ScorecardCheckDay is what a check came to on a day.
type ScorecardCheckDay struct {
	Day      string         `json:"day" example:"2026-11-27"`
	Outcomes map[string]int `json:"outcomes" doc:"Services by outcome."`
}

// ScorecardTeamSums is what the services of a team, and of those below it, come to.
type ScorecardTeamSums struct {
	Team   Ref                 `json:"team"`
	Name   string              `json:"name"`
	Now    ScorecardSums       `json:"now"`
	Change *float64            `json:"change" nullable:"true" doc:"How the mean score changed over the last 28 days, in points; null where it was not known then."`
	Teams  []ScorecardTeamSums `json:"teams" doc:"Those right below it, that have services, by slug."`
}

// ScorecardTrendDay is a day of a trend.
type ScorecardTrendDay struct {
	Day string `json:"day" example:"2026-11-27"`
	ScorecardSums
	Checks map[string]map[string]int `json:"checks" doc:"Services by check and outcome."`
}

// ScorecardPreview is what would come of a draft; nothing of it is kept.
type ScorecardPreview struct {
	Services    int              `json:"services" doc:"That are not retired."`
	Applies     int              `json:"applies" doc:"Of which the draft is for."`
	Levels      map[string]int   `json:"levels" doc:"Services by the level that they would reach; those below the lowest by none."`
	Gained      []ScorecardMove  `json:"gained" doc:"At most 200."`
	Lost        []ScorecardMove  `json:"lost" doc:"At most 200."`
	GainedCount int              `json:"gainedCount"`
	LostCount   int              `json:"lostCount"`
	Checks      []ScorecardFlips `json:"checks"`
}

// ScorecardMove is a service that would be on another level.
type ScorecardMove struct {
	Service Ref     `json:"service"`
	Team    Ref     `json:"team"`
	Was     *string `json:"was" nullable:"true"`
	Now     *string `json:"now" nullable:"true"`
}

// ScorecardFlips is what a check of a draft would come to.
type ScorecardFlips struct {
	ID       string         `json:"id"`
	New      bool           `json:"new" doc:"The scorecard as it is has no check of that ID."`
	Outcomes map[string]int `json:"outcomes" doc:"Services by outcome."`
	Flips    map[string]int `json:"flips" doc:"Services at another outcome than now, by both." example:"{\"pass>fail\": 3}"`
	Example  *Ref           `json:"example,omitempty" doc:"One of them."`
	Reason   string         `json:"reason,omitempty" doc:"Of a check that cannot be judged, of the first service."`
}
