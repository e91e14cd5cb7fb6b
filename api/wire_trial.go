package api

import "time"

// PolicyTrialInput is what is tried: a policy, or clauses that are not kept.
type PolicyTrialInput struct {
	Policy  string        `json:"policy,omitempty" maxLength:"63" doc:"Slug or identifier of a policy, whose clauses are tried as they are now; leave it out where clauses are given." example:"error-budget"`
	Clauses []ClauseInput `json:"clauses,omitempty" maxItems:"20" doc:"A draft, as for a policy."`
	Reserve float64       `json:"reserve,omitempty" minimum:"0" exclusiveMaximum:"1" doc:"Of a draft, as for a policy."`
	Target  string        `json:"target" enum:"service,tier,all" doc:"Where it would be attached: to at most 1,000 SLOs." example:"all"`
	Service string        `json:"service,omitempty" doc:"Slug or identifier, for target service."`
	Tier    int           `json:"tier,omitempty" minimum:"1" maximum:"4" doc:"For target tier."`
	Team    string        `json:"team,omitempty" maxLength:"63" doc:"Slug or identifier: only the services of this team, of target tier or all." example:"payments"`
	Mode    string        `json:"mode,omitempty" enum:"observe,warn,enforce" default:"enforce" doc:"How far it would act: only what is enforced freezes, and what is only observed opens no issues."`
	Days    int           `json:"days,omitempty" minimum:"1" maximum:"90" default:"90" doc:"How many days back, until the last full hour."`
}

// PolicyTrial is what would have followed from a policy.
type PolicyTrial struct {
	Policy   *Ref      `json:"policy,omitempty" doc:"That was tried; absent for a draft."`
	Revision int       `json:"revision,omitempty" doc:"Its number; absent for a draft."`
	From     time.Time `json:"from" doc:"The first full hour that was judged."`
	To       time.Time `json:"to" doc:"The last one. What would be open then is open still."`
	Basis    []string  `json:"basis" doc:"What all of it goes by, in sentences: full hours, and what is known now."`
	Services int       `json:"services" doc:"How many services it was tried on."`
	SLOs     int       `json:"slos" doc:"How many SLOs these have."`
	PolicyTrialCounts
	FrozenServices int                  `json:"frozenServices" doc:"How many services would have been frozen at any time."`
	FrozenHours    []PolicyTrialFrozen  `json:"frozenHours" doc:"For how long changes would have waited, summed up over services. Of a service several freezes at once are one."`
	UnknownHours   int                  `json:"unknownHours" doc:"At how many hours nobody can say whether a condition held, summed up over clauses and SLOs."`
	Clauses        []PolicyTrialClause  `json:"clauses" doc:"In their order."`
	Affected       []PolicyTrialService `json:"affected" doc:"The services with a violation, by slug."`
	Episodes       []PolicyTrialEpisode `json:"episodes" doc:"The violations that would have been, by service, SLO, clause and time; the first 1,000."`
	LeftOut        int                  `json:"episodesLeftOut" doc:"How many more there are."`
}

// PolicyTrialCounts are how many violations there would have been, and what would have been asked.
type PolicyTrialCounts struct {
	Violations    int `json:"violations" doc:"Violations that would have opened."`
	Issues        int `json:"issues" doc:"Issues that would have been opened: one for each violation of a clause that asks for one, unless it is only observed, or goes on in the issue of the one before, which ended at most 10 days earlier."`
	Postmortems   int `json:"postmortems" doc:"Postmortems that would have been asked for, of violations that are not only observed."`
	Escalations   int `json:"escalations" doc:"Violations that would have been escalated, had nobody a plan."`
	Notifications int `json:"notifications" doc:"Events that people would have been told: one for each team when a violation began, ended or was escalated. Where they are told is decided by their routes."`
}

// PolicyTrialFrozen is for how long changes of a class would have waited.
type PolicyTrialFrozen struct {
	Class string `json:"class" enum:"feature,config,reliability"`
	Hours int    `json:"hours"`
}

// PolicyTrialClause is what would have followed from one clause.
type PolicyTrialClause struct {
	Clause string `json:"clause" doc:"Its name."`
	PolicyTrialCounts
	OpenHours    int                  `json:"openHours" doc:"For how long violations of it would have been open, summed up over SLOs."`
	UnknownHours int                  `json:"unknownHours" doc:"At how many hours nobody can say whether the condition held, summed up over SLOs."`
	Missing      []PolicyTrialMissing `json:"missing" doc:"The facts that were not known then."`
	Understood   bool                 `json:"understood" doc:"False where the condition names what is not told any more: the policy has to be revised."`
}

// PolicyTrialMissing is a fact that was not known.
type PolicyTrialMissing struct {
	Fact  string `json:"fact" example:"groupShares"`
	Hours int    `json:"hours" doc:"At how many of the unknown hours."`
	Never bool   `json:"never" doc:"Nobody keeps what it was in the past: a trial says nothing of the clause where it depends on it."`
}

// PolicyTrialService is what would have followed for one service.
type PolicyTrialService struct {
	Service Ref `json:"service"`
	PolicyTrialCounts
	FrozenHours []PolicyTrialFrozen `json:"frozenHours"`
}

// PolicyTrialEpisode is a violation that would have been.
type PolicyTrialEpisode struct {
	Service       Ref        `json:"service"`
	SLO           Ref        `json:"slo"`
	Clause        string     `json:"clause"`
	Mode          string     `json:"mode" enum:"observe,warn,enforce" doc:"How far the policy would have acted: on an SLO that is only observed, no further."`
	OpenedAt      time.Time  `json:"openedAt"`
	EndedAt       *time.Time `json:"endedAt" nullable:"true" doc:"Null where it would be open still."`
	Hours         int        `json:"hours" doc:"For how long it would have been open until the last hour."`
	PeakConsumed  *float64   `json:"peakConsumed" nullable:"true" doc:"The most of the error budget of 28 days that was consumed; null where nothing is known of it." example:"1.1864"`
	Issue         bool       `json:"issue" doc:"An issue would have been opened; false, too, where it goes on in that of the one before."`
	Postmortem    bool       `json:"postmortem" doc:"A postmortem would have been asked for."`
	Escalated     bool       `json:"escalated" doc:"Somebody above the team would have been told."`
	Notifications int        `json:"notifications" doc:"How many events people would have been told of it."`
	Waits         []string   `json:"waits" enum:"feature,config,reliability" doc:"Classes of changes that would have waited."`
}
