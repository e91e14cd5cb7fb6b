package api

import "time"

// Campaign asks services to pass checks of a scorecard by a day.
type Campaign struct {
	ID        string `json:"id" doc:"Identifier (ULID)."`
	Name      string `json:"name"`
	Scorecard Ref    `json:"scorecard"`
	Team      Ref    `json:"team" doc:"That runs it."`
	CampaignTerms
	State     string       `json:"state" enum:"planned,running,over"`
	DaysLeft  int          `json:"daysLeft" doc:"Until its day; 0 on the day, negative after it."`
	CreatedAt time.Time    `json:"createdAt"`
	CreatedBy string       `json:"createdBy"`
	UpdatedAt time.Time    `json:"updatedAt"`
	Ended     *CampaignEnd `json:"ended,omitempty" doc:"Absent while nobody ended it; that its time was over is written within the hour."`
	Manager   string       `json:"manager,omitempty" doc:"Who keeps it elsewhere, and alone changes it (409 field_managed): set:NAME is the set of manifests of that name. Absent where nobody does." example:"set:payments"`
	Version   int64        `json:"version" doc:"Grows with each change; also the ETag."`
}

// CampaignTerms are what a campaign asks.
type CampaignTerms struct {
	Why       string   `json:"why" doc:"For those who are asked: 1 to 4,000 characters." example:"Two incidents of last quarter would have been hours shorter with a runbook."`
	Checks    []string `json:"checks" doc:"The IDs of 1 to 50 checks of the scorecard; a service is done when all of them pass, are not for it, or it is excused from them." example:"[\"runbooks\"]"`
	AppliesTo string   `json:"appliesTo,omitempty" doc:"A condition, in CEL, on a service, as in the scorecard; left out, the campaign is for all that the scorecard is for." example:"tier <= 2"`
	StartsOn  string   `json:"startsOn" doc:"Today or later; that of one that began stays." example:"2026-12-01"`
	DueOn     string   `json:"dueOn" doc:"Not before the start, at most 731 days after it." example:"2027-02-26"`
	GraceDays int      `json:"graceDays,omitempty" doc:"For how many days after its day it is still looked at: 0 to 90."`
	Issues    bool     `json:"issues,omitempty" doc:"Whether who is not done near the day is to get an issue; administrators only."`
}

// CampaignInput is what a campaign is to ask.
type CampaignInput struct {
	Name      string `json:"name" doc:"1 to 100 characters in one line." example:"Runbooks for every alert"`
	Scorecard string `json:"scorecard" doc:"Slug or identifier; that of a campaign stays." example:"production-readiness"`
	Team      string `json:"team" doc:"Slug or identifier of the team that runs it." example:"platform"`
	CampaignTerms
}

// CampaignEnd is how a campaign came to be over.
type CampaignEnd struct {
	At     time.Time `json:"at"`
	By     string    `json:"by" doc:"Empty where its time was over."`
	Reason string    `json:"reason"`
}

// CampaignCount is how many services are asked, and how far they are.
type CampaignCount struct {
	Services int  `json:"services"`
	Done     int  `json:"done" doc:"All of whose checks pass, are not for them, or from which they are excused."`
	Failing  int  `json:"failing" doc:"Of which a check is known to fail; of the rest it is not known."`
	Share    *int `json:"share" nullable:"true" doc:"Of services that are done, in percent, rounded down; null without services."`
}

// CampaignProgress is how far a campaign is.
type CampaignProgress struct {
	CampaignID string            `json:"campaignId"`
	At         time.Time         `json:"at"`
	DaysLeft   int               `json:"daysLeft"`
	Total      CampaignCount     `json:"total"`
	Unclear    int               `json:"unclear" doc:"Services of which it is not known whether the campaign is for them; they are not in the total."`
	Teams      []CampaignTeam    `json:"teams" doc:"By slug."`
	OpenCount  int               `json:"openCount" doc:"Services that are not done."`
	Open       []CampaignOpen    `json:"open" doc:"The first 500 of them, by the service's slug."`
	Days       []CampaignPastDay `json:"days" doc:"Each day that is kept, the oldest first."`
}

// CampaignTeam is how far the services of a team are.
type CampaignTeam struct {
	Team Ref `json:"team"`
	CampaignCount
}

// CampaignOpen is a service that is not done.
type CampaignOpen struct {
	Service Ref                 `json:"service"`
	Team    Ref                 `json:"team"`
	Checks  []CampaignOpenCheck `json:"checks" doc:"Those that do not pass."`
}

// CampaignOpenCheck is a check that a service does not pass.
type CampaignOpenCheck struct {
	Check   string `json:"check"`
	Outcome string `json:"outcome" enum:"fail,unknown,error"`
}

// CampaignPastDay is how far a campaign was at the end of a day.
type CampaignPastDay struct {
	Day string `json:"day" format:"date"`
	CampaignCount
}
