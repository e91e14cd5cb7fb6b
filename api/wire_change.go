package api

import "time"

// ServiceChange is something of a service that was made different.
type ServiceChange struct {
	ID         string     `json:"id" doc:"Identifier (ULID)."`
	ServiceID  string     `json:"serviceId"`
	Source     string     `json:"source" enum:"api,github" doc:"Who told of it: a pipeline or a person through the API, or GitHub by the webhooks of its deployments."`
	ExternalID string     `json:"externalId" doc:"What its source calls it; empty where it has no name." example:"run-4711"`
	Kind       string     `json:"kind" enum:"deploy,config,flag,migration"`
	Release    string     `json:"release" doc:"The version that goes out, as its makers call it." example:"2.14.0"`
	Link       string     `json:"link" example:"https://ci.example.org/runs/4711"`
	Author     string     `json:"author" doc:"As it was told." example:"ada"`
	Note       string     `json:"note"`
	StartedAt  time.Time  `json:"startedAt"`
	EndedAt    *time.Time `json:"endedAt" nullable:"true" doc:"Null while it goes on."`
	Outcome    string     `json:"outcome" enum:"unknown,succeeded,failed,rolled_back" doc:"unknown while it goes on."`
	CreatedAt  time.Time  `json:"createdAt"`
	CreatedBy  string     `json:"createdBy"`
	UpdatedAt  time.Time  `json:"updatedAt"`
	UpdatedBy  string     `json:"updatedBy"`
	Version    int64      `json:"version" doc:"Of this record; the version that goes out is release."`
}

// ServiceChangeInput is what is told of a change.
type ServiceChangeInput struct {
	ExternalID string `json:"externalId,omitempty" doc:"What the pipeline calls it, at most 200 characters. What is told again by the same name replaces what was told of the change before." example:"run-4711"`
	ServiceChangeTerms
}

// ServiceChangeTerms are what is said of a change.
type ServiceChangeTerms struct {
	Kind      string     `json:"kind" enum:"deploy,config,flag,migration" doc:"What is changed."`
	Release   string     `json:"release,omitempty" doc:"The version that goes out, at most 200 characters." example:"2.14.0"`
	Link      string     `json:"link,omitempty" doc:"Where it can be looked at (http or https)." example:"https://ci.example.org/runs/4711"`
	Author    string     `json:"author,omitempty" doc:"Whose change it is, at most 200 characters." example:"ada"`
	Note      string     `json:"note,omitempty" doc:"At most 1,000 characters."`
	StartedAt *time.Time `json:"startedAt,omitempty" doc:"At most 90 days back. Left out, it is when the change was told first." example:"2026-11-27T10:00:00Z"`
	EndedAt   *time.Time `json:"endedAt,omitempty" doc:"At most 7 days after startedAt; left out while it goes on." example:"2026-11-27T10:04:00Z"`
	Outcome   string     `json:"outcome,omitempty" enum:"unknown,succeeded,failed,rolled_back" doc:"How it ended; unknown when left out." example:"succeeded"`
}

// BurnChanges are the changes that preceded a burn.
type BurnChanges struct {
	Alert   Alert             `json:"alert" doc:"The alert that tells of the burn."`
	Since   time.Time         `json:"since" doc:"From when on changes are told of: 6 hours before the alert, or as long as the long window of its burn pair where that is longer."`
	Changes []PrecedingChange `json:"changes" doc:"Those that began between since and the alert, the newest first; 50 at most."`
	More    bool              `json:"more" doc:"Whether there were more than these."`
}

// PrecedingChange is a change that began before a burn.
type PrecedingChange struct {
	Service     Ref           `json:"service" doc:"The service of the SLO, or a hard dependency of it."`
	LeadSeconds int64         `json:"leadSeconds" doc:"From the beginning of the change to the alert." example:"840"`
	Change      ServiceChange `json:"change"`
}
