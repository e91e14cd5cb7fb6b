package api

import "time"

// OnboardingRepository is a repository that was found at a code host, and may be of a service.
type OnboardingRepository struct {
	ID          string               `json:"id" doc:"Identifier (ULID)."`
	FullName    string               `json:"fullName" example:"acme/checkout"`
	Address     string               `json:"address" doc:"Where people look at it." example:"https://github.com/acme/checkout"`
	State       string               `json:"state" enum:"found,registered,dismissed,idle,gone" doc:"found: it may become a service; registered: a service names it; dismissed: somebody said that it is no service; idle: it is archived, empty, a fork or a template, and nobody decided on it; gone: the host tells of it no more."`
	Description string               `json:"description,omitempty"`
	Language    string               `json:"language,omitempty" doc:"Most of it is in this language." example:"Go"`
	Visibility  string               `json:"visibility,omitempty" example:"internal"`
	Topics      []string             `json:"topics"`
	Archived    bool                 `json:"archived,omitempty"`
	Fork        bool                 `json:"fork,omitempty"`
	Template    bool                 `json:"template,omitempty"`
	Empty       bool                 `json:"empty,omitempty"`
	CodeOwners  []string             `json:"codeOwners" doc:"Who its CODEOWNERS file says owns all of it." example:"[\"@acme/payments\"]"`
	Problem     string               `json:"problem,omitempty" doc:"Why it, or its catalog-info file, could not be read whole."`
	Team        *Ref                 `json:"team,omitempty" doc:"Who it is taken to be of. Absent where that is not known."`
	TeamBy      string               `json:"teamBy,omitempty" enum:"choice,catalog_info,codeowners,topic" doc:"By whose word: a person's here, its catalog-info file's, its CODEOWNERS file's, or a topic such as team-payments."`
	Service     *Ref                 `json:"service,omitempty" doc:"The service that names it."`
	Wave        string               `json:"wave,omitempty" doc:"Slug of the wave that it is in."`
	Proposed    OnboardingService    `json:"proposed" doc:"The service that it would become."`
	Choice      OnboardingChoice     `json:"choice" doc:"What people said it is to be."`
	Dismissed   *OnboardingDismissed `json:"dismissed,omitempty"`
	PushedAt    *time.Time           `json:"pushedAt,omitempty"`
	SeenAt      time.Time            `json:"seenAt" doc:"When the host told of it last."`
	LookedAt    *time.Time           `json:"lookedAt,omitempty" doc:"When it was looked into last; absent before that."`
	Version     int64                `json:"version" doc:"Grows with each change; also the ETag."`
}

// OnboardingDismissed is why something is no service.
type OnboardingDismissed struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
}

// OnboardingService is a service that something would become, or is.
type OnboardingService struct {
	ID        string `json:"id,omitempty" doc:"Absent before it is registered."`
	Slug      string `json:"slug"`
	Name      string `json:"name"`
	Team      string `json:"team" doc:"Slug; empty where it is not known."`
	System    string `json:"system,omitempty" doc:"Slug."`
	Kind      string `json:"kind" enum:"http,grpc,pipeline,batch,stateful,llm"`
	Tier      int    `json:"tier"`
	Lifecycle string `json:"lifecycle" enum:"experimental,production,deprecated"`
}

// OnboardingChoice is what a repository is to be as a service; what is left out is as it was found.
type OnboardingChoice struct {
	Slug      string `json:"slug,omitempty" example:"checkout"`
	Name      string `json:"name,omitempty" example:"Checkout"`
	Team      string `json:"team,omitempty" doc:"Slug or identifier." example:"payments"`
	System    string `json:"system,omitempty" doc:"Slug or identifier." example:"shop"`
	Kind      string `json:"kind,omitempty" enum:"http,grpc,pipeline,batch,stateful,llm"`
	Tier      int    `json:"tier,omitempty" minimum:"1" maximum:"4"`
	Lifecycle string `json:"lifecycle,omitempty" enum:"experimental,production,deprecated"`
}

// OnboardingDecision is what is said of a repository; it replaces what was said before.
type OnboardingDecision struct {
	OnboardingChoice
	Dismissed *string `json:"dismissed,omitempty" doc:"Why it is no service. Left out, it may be one."`
}

// OnboardingStage is how far a service is.
type OnboardingStage struct {
	Service Ref    `json:"service"`
	Name    string `json:"name"`
	Tier    int    `json:"tier"`
	Team    Ref    `json:"team"`
	Stage   string `json:"stage" enum:"registered,declared,measured" doc:"registered: without an SLO; declared: with an SLO, and no data for any; measured: with an SLO that has data."`
	SLOs    int    `json:"slos"`
	Wave    string `json:"wave,omitempty" doc:"Slug of the wave that it is in."`
}

// OnboardingTemplate is an SLO that services of a wave get.
type OnboardingTemplate struct {
	Kinds []string `json:"kinds,omitempty" enum:"http,grpc,pipeline,batch,stateful,llm" doc:"Kinds of services that get it; all where it is left out."`
	Tiers []int    `json:"tiers,omitempty" minimum:"1" maximum:"4" doc:"Tiers of services that get it; all where it is left out."`
	SLO   SLOInput `json:"slo" doc:"In its texts ${service}, ${service.name}, ${team}, ${system}, ${kind}, ${tier}, ${labels.KEY} and ${annotations.KEY} stand for what the service has."`
}

// OnboardingWaveTerms are what is declared of a wave.
type OnboardingWaveTerms struct {
	Slug        string               `json:"slug" doc:"RFC 1123 label, at most 63 characters, unique among waves." example:"first"`
	Name        string               `json:"name" doc:"1 to 100 characters in one line." example:"First wave: tier 1"`
	Description string               `json:"description,omitempty" doc:"At most 1,050 characters."`
	DueOn       string               `json:"dueOn,omitempty" doc:"Day by which all of it is to be brought; today or later." example:"2027-02-26"`
	Templates   []OnboardingTemplate `json:"templates,omitempty" maxItems:"10" doc:"SLOs that its services get, in that order, each where it has none of the slug. Without any, services are only registered."`
}

// OnboardingWave brings many services in one go.
type OnboardingWave struct {
	ID string `json:"id" doc:"Identifier (ULID)."`
	OnboardingWaveTerms
	State     string     `json:"state" enum:"planned,started,done" doc:"done: none of its members waits or failed."`
	Waiting   int        `json:"waiting" doc:"Members that are to be brought."`
	Brought   int        `json:"brought" doc:"Members that were brought."`
	Failed    int        `json:"failed" doc:"Members that could not be brought; they say why."`
	CreatedAt time.Time  `json:"createdAt"`
	CreatedBy string     `json:"createdBy"`
	UpdatedAt time.Time  `json:"updatedAt"`
	StartedAt *time.Time `json:"startedAt,omitempty"`
	StartedBy string     `json:"startedBy,omitempty"`
	Version   int64      `json:"version" doc:"Grows with each change of what is declared; also the ETag."`
}

// OnboardingPick says what is put into a wave.
type OnboardingPick struct {
	Services     []string         `json:"services,omitempty" maxItems:"1000" doc:"Slugs or identifiers." example:"[\"checkout\"]"`
	Repositories []string         `json:"repositories,omitempty" maxItems:"1000" doc:"Identifiers of repositories that were found."`
	Match        *OnboardingMatch `json:"match,omitempty" doc:"Also all that matches, at most 1,000 services and 1,000 repositories."`
}

// OnboardingMatch is all that has no SLO yet, is in no wave, and is so.
type OnboardingMatch struct {
	Team   string `json:"team,omitempty" doc:"Slug or identifier." example:"payments"`
	System string `json:"system,omitempty" doc:"Slug or identifier; no repository is matched by it."`
	Tier   int    `json:"tier,omitempty" minimum:"1" maximum:"4" doc:"No repository is matched by it."`
	Of     string `json:"of,omitempty" enum:"services,repositories" doc:"Only services without an SLO, or only repositories that no service names."`
}

// OnboardingPicked is what came of putting things into a wave.
type OnboardingPicked struct {
	Added   int `json:"added"`
	Already int `json:"already" doc:"That were in it before."`
}

// OnboardingMember is a service, or a repository that is to become one, in a wave.
type OnboardingMember struct {
	ID           string              `json:"id" doc:"Identifier (ULID)."`
	Name         string              `json:"name" doc:"Slug of the service, or full name of the repository."`
	ServiceID    string              `json:"serviceId,omitempty" doc:"Absent while a repository's service is not registered."`
	RepositoryID string              `json:"repositoryId,omitempty" doc:"Absent for what was a service already."`
	Team         string              `json:"team" doc:"Slug; empty where it is not known."`
	State        string              `json:"state" enum:"waiting,brought,failed"`
	SLOs         []string            `json:"slos" doc:"Identifiers of the SLOs that were declared for it."`
	Problems     []OnboardingProblem `json:"problems" doc:"Why it could not be brought."`
	TriedAt      *time.Time          `json:"triedAt,omitempty"`
}

// OnboardingProblem is why something could not be done.
type OnboardingProblem struct {
	Pointer string `json:"pointer,omitempty" doc:"Into the wave, or the service that is to be." example:"/team"`
	Message string `json:"message"`
	Value   string `json:"value,omitempty"`
}

// OnboardingOutcome is what starting a wave would do with a member.
type OnboardingOutcome struct {
	Member    OnboardingMember    `json:"member"`
	Registers bool                `json:"registers" doc:"The service is to be registered."`
	Service   *OnboardingService  `json:"service,omitempty" doc:"Absent where it cannot be brought."`
	SLOs      []OnboardingSLO     `json:"slos"`
	Problems  []OnboardingProblem `json:"problems" doc:"Why it cannot be brought; then nothing of it is done."`
}

// OnboardingSLO is an SLO that a member has by a template.
type OnboardingSLO struct {
	ID        string   `json:"id,omitempty" doc:"Absent of one that is to be declared."`
	Slug      string   `json:"slug"`
	Name      string   `json:"name"`
	Objective string   `json:"objective" example:"99.9%"`
	Kept      bool     `json:"kept,omitempty" doc:"The service had an SLO of that slug before, which stays as it is."`
	Warnings  []string `json:"warnings"`
}

// OnboardingStart says how a wave is started.
type OnboardingStart struct {
	Retry bool `json:"retry,omitempty" doc:"Have those that failed before be tried again. For the first call alone: with each, those that fail for good would be tried for ever."`
}

// OnboardingStarted is how far starting a wave is.
type OnboardingStarted struct {
	Wave    OnboardingWave     `json:"wave" doc:"Call again while there are any waiting."`
	Brought []OnboardingMember `json:"brought" doc:"By this call."`
	Failed  []OnboardingMember `json:"failed" doc:"By this call, with why."`
}

// OnboardingCount is how many services, and repositories that may become one, are at each stage.
type OnboardingCount struct {
	Found      int  `json:"found" doc:"Repositories that no service names."`
	Registered int  `json:"registered" doc:"Services without an SLO."`
	Declared   int  `json:"declared" doc:"Services with an SLO, and no data for any."`
	Measured   int  `json:"measured" doc:"Services with an SLO that has data."`
	Share      *int `json:"share" nullable:"true" doc:"Of all that are measured, in percent, rounded down; null where there are none."`
}

// OnboardingTeam is how far what a team has is.
type OnboardingTeam struct {
	Team *Ref `json:"team,omitempty" doc:"Absent for repositories of which the team is not known; they come last."`
	OnboardingCount
}

// OnboardingProgress is how far all teams are.
type OnboardingProgress struct {
	Total OnboardingCount  `json:"total"`
	Teams []OnboardingTeam `json:"teams" doc:"By slug."`
}
