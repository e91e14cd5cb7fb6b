package api

import "time"

// Team is a team.
type Team struct {
	ID                string         `json:"id" doc:"Identifier (ULID)."`
	Slug              string         `json:"slug" doc:"Name in URLs." example:"payments"`
	Name              string         `json:"name" example:"Payments"`
	Description       string         `json:"description"`
	Parent            *Ref           `json:"parent,omitempty" doc:"The team above it; absent at the root."`
	Contact           string         `json:"contact" doc:"Where to reach it, such as a channel or an address." example:"#payments"`
	DefaultRepository string         `json:"defaultRepository" doc:"Where issues go of services that name no repository of their own, or one that takes none." example:"https://github.com/example/payments"`
	IssueAssigneeID   string         `json:"issueAssigneeId" doc:"Identifier of the person to whom the team's issues are assigned, by their login on GitHub; empty for nobody."`
	Entity            *EntityRef     `json:"entity,omitempty" doc:"The entity of a portal's catalog that it is; absent for none."`
	Managed           []ManagedField `json:"managed" doc:"The fields that are kept elsewhere: only there can they be changed (409 field_managed)."`
	CreatedAt         time.Time      `json:"createdAt"`
	UpdatedAt         time.Time      `json:"updatedAt"`
	Version           int64          `json:"version" doc:"Grows with each change; also the ETag."`
}

// TeamInput is what is declared of a team.
type TeamInput struct {
	Slug              string `json:"slug" doc:"RFC 1123 label, at most 63 characters." example:"payments"`
	Name              string `json:"name" doc:"At most 100 characters." example:"Payments"`
	Description       string `json:"description,omitempty" doc:"At most 1,050 characters."`
	Parent            string `json:"parent,omitempty" doc:"Slug or identifier of the team above it; leave it out at the root." example:"engineering"`
	Contact           string `json:"contact,omitempty" example:"#payments"`
	DefaultRepository string `json:"defaultRepository,omitempty" doc:"Address of the repository where issues go of services that name none of their own, or one that takes none." example:"https://github.com/example/payments"`
	IssueAssigneeID   string `json:"issueAssigneeId,omitempty" maxLength:"26" doc:"Identifier of the person to whom the team's issues are assigned; leave it out for nobody."`
}

// Member is a person's membership of a team.
type Member struct {
	Person   PersonRef `json:"person"`
	JoinedAt time.Time `json:"joinedAt"`
	Manager  string    `json:"manager,omitempty" doc:"Who keeps the membership elsewhere, such as catalog; absent for one that was entered here."`
}

// System is a group of services.
type System struct {
	ID          string         `json:"id" doc:"Identifier (ULID)."`
	Slug        string         `json:"slug" doc:"Name in URLs." example:"shop"`
	Name        string         `json:"name" example:"Web shop"`
	Description string         `json:"description"`
	Team        Ref            `json:"team" doc:"The owning team."`
	Entity      *EntityRef     `json:"entity,omitempty" doc:"The entity of a portal's catalog that it is; absent for none."`
	Managed     []ManagedField `json:"managed" doc:"The fields that are kept elsewhere: only there can they be changed (409 field_managed)."`
	CreatedAt   time.Time      `json:"createdAt"`
	UpdatedAt   time.Time      `json:"updatedAt"`
	Version     int64          `json:"version" doc:"Grows with each change; also the ETag."`
}

// SystemInput is what is declared of a system.
type SystemInput struct {
	Slug        string `json:"slug" doc:"RFC 1123 label, at most 63 characters." example:"shop"`
	Name        string `json:"name" doc:"At most 100 characters." example:"Web shop"`
	Description string `json:"description,omitempty" doc:"At most 1,050 characters."`
	Team        string `json:"team" doc:"Slug or identifier of the owning team." example:"payments"`
}

// Service is a service that a team runs.
type Service struct {
	ID          string            `json:"id" doc:"Identifier (ULID)."`
	Slug        string            `json:"slug" doc:"Name in URLs." example:"checkout"`
	Name        string            `json:"name" example:"Checkout"`
	Description string            `json:"description"`
	Team        Ref               `json:"team" doc:"The owning team."`
	System      *Ref              `json:"system,omitempty" doc:"The system it belongs to; absent when it belongs to none."`
	Kind        string            `json:"kind" enum:"http,grpc,pipeline,batch,stateful,llm"`
	Tier        int               `json:"tier" minimum:"1" maximum:"4" doc:"1, the most critical, to 4."`
	Lifecycle   string            `json:"lifecycle" enum:"experimental,production,deprecated"`
	Repository  string            `json:"repository" doc:"URL of its repository; empty when none was declared."`
	OnCall      string            `json:"onCall" doc:"URL or name of its on-call rotation."`
	Runbook     string            `json:"runbook" doc:"URL."`
	Dashboard   string            `json:"dashboard" doc:"URL."`
	Docs        string            `json:"docs" doc:"URL."`
	Contact     string            `json:"contact"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	Entity      *EntityRef        `json:"entity,omitempty" doc:"The entity of a portal's catalog that it is; absent for none."`
	Managed     []ManagedField    `json:"managed" doc:"The fields that are kept elsewhere: only there can they be changed (409 field_managed)."`
	CreatedAt   time.Time         `json:"createdAt"`
	UpdatedAt   time.Time         `json:"updatedAt"`
	RetiredAt   *time.Time        `json:"retiredAt" nullable:"true" doc:"When it was retired; null while it lives."`
	Version     int64             `json:"version" doc:"Grows with each change; also the ETag."`
}

// ServiceProfile is what is declared of a service, but for who owns it.
type ServiceProfile struct {
	Slug        string            `json:"slug" doc:"RFC 1123 label, at most 63 characters." example:"checkout"`
	Name        string            `json:"name" doc:"At most 100 characters." example:"Checkout"`
	Description string            `json:"description,omitempty" doc:"At most 1,050 characters."`
	System      string            `json:"system,omitempty" doc:"Slug or identifier of the system it belongs to." example:"shop"`
	Kind        string            `json:"kind" enum:"http,grpc,pipeline,batch,stateful,llm" example:"http"`
	Tier        int               `json:"tier" minimum:"1" maximum:"4" doc:"1, the most critical, to 4." example:"2"`
	Lifecycle   string            `json:"lifecycle,omitempty" enum:"experimental,production,deprecated" default:"production"`
	Repository  string            `json:"repository,omitempty" doc:"URL." example:"https://github.com/example/checkout"`
	OnCall      string            `json:"onCall,omitempty" doc:"URL or name of its on-call rotation."`
	Runbook     string            `json:"runbook,omitempty" doc:"URL."`
	Dashboard   string            `json:"dashboard,omitempty" doc:"URL."`
	Docs        string            `json:"docs,omitempty" doc:"URL."`
	Contact     string            `json:"contact,omitempty" example:"#checkout"`
	Labels      map[string]string `json:"labels,omitempty" doc:"At most 64."`
	Annotations map[string]string `json:"annotations,omitempty" doc:"At most 64."`
}

// ServiceCreate is a service to register.
type ServiceCreate struct {
	ServiceProfile
	Team string `json:"team" doc:"Slug or identifier of the owning team." example:"payments"`
}

// Holding is a number of things that hang on a service.
type Holding struct {
	Noun  string `json:"noun" example:"slo"`
	Count int    `json:"count"`
}

// Dependency is what a service needs of another.
type Dependency struct {
	ID                  string    `json:"id" doc:"Identifier (ULID)."`
	On                  Ref       `json:"on" doc:"The service that is needed."`
	Criticality         string    `json:"criticality" enum:"hard,soft" doc:"hard: it does not work without the other; soft: it degrades."`
	FailureMode         string    `json:"failureMode" doc:"What users see when the other fails."`
	TimeoutMilliseconds int64     `json:"timeoutMilliseconds" doc:"0 when none was declared."`
	Retry               string    `json:"retry" doc:"How calls are retried."`
	Breaker             string    `json:"breaker" doc:"The circuit breaker around calls."`
	Bulkhead            string    `json:"bulkhead" doc:"What bounds the share of resources that calls may take."`
	Manager             string    `json:"manager,omitempty" doc:"Who keeps elsewhere that there is the dependency, such as catalog, and not its terms; absent for one that was declared here."`
	CreatedAt           time.Time `json:"createdAt"`
	UpdatedAt           time.Time `json:"updatedAt"`
	Version             int64     `json:"version" doc:"Grows with each change; also the ETag."`
}

// DependencyTerms is what is declared of a dependency.
type DependencyTerms struct {
	Criticality         string `json:"criticality" enum:"hard,soft" example:"hard"`
	FailureMode         string `json:"failureMode,omitempty" example:"Orders cannot be paid."`
	TimeoutMilliseconds int64  `json:"timeoutMilliseconds,omitempty" minimum:"0" maximum:"600000" example:"2000"`
	Retry               string `json:"retry,omitempty" example:"twice, exponential backoff with jitter"`
	Breaker             string `json:"breaker,omitempty" example:"opens at 50 % failures in 10 s"`
	Bulkhead            string `json:"bulkhead,omitempty" example:"at most 20 calls at once"`
}

// DependencyCreate is a dependency to declare.
type DependencyCreate struct {
	DependencyTerms
	On string `json:"on" doc:"Slug or identifier of the service that is needed." example:"ledger"`
}
