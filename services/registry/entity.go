package registry

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
)

// Kind is what sort of service it is; it decides which SLIs fit.
type Kind string

// The kinds of services.
const (
	HTTP     Kind = "http"
	GRPC     Kind = "grpc"
	Pipeline Kind = "pipeline"
	Batch    Kind = "batch"
	Stateful Kind = "stateful"
	LLM      Kind = "llm"
)

// Kinds lists every kind.
var Kinds = []Kind{HTTP, GRPC, Pipeline, Batch, Stateful, LLM}

// Lifecycle is where a service is in its life.
type Lifecycle string

// The lifecycles. Retired is reached by Retire only.
const (
	Experimental Lifecycle = "experimental"
	Production   Lifecycle = "production"
	Deprecated   Lifecycle = "deprecated"
)

// Lifecycles lists those that can be declared.
var Lifecycles = []Lifecycle{Experimental, Production, Deprecated}

// Service is something that a team runs for users.
type Service struct {
	ID   id.ID
	Slug string
	Profile
	Team   id.ID
	System id.ID // may be empty
	// TeamSlug and SystemSlug name both for people to read, as they were called when
	// the service was read.
	TeamSlug   string `audit:"-"`
	SystemSlug string `audit:"-"`
	// Managed is which fields are kept elsewhere, by whom.
	Managed   managed.Set
	CreatedAt time.Time
	UpdatedAt time.Time
	// RetiredAt ends evaluation; Restore undoes it for 30 days.
	RetiredAt *time.Time
	Version   int64
}

// Profile is what is declared of a service.
type Profile struct {
	Name        string
	Description string
	Kind        Kind
	Tier        int // 1, the most critical, to 4
	Lifecycle   Lifecycle
	Repository  string // URL
	OnCall      string // URL of the rotation, or its name
	Runbook     string // URL
	Dashboard   string // URL
	Docs        string // URL
	Contact     string
	Labels      map[string]string
	Annotations map[string]string
}

// Dependency is what a service needs of another.
type Dependency struct {
	ID      id.ID
	Service id.ID // who depends
	On      id.ID // on whom
	// OnSlug names the other service for people to read.
	OnSlug string
	DependencyTerms
	// Manager keeps that there is the dependency, such as managed.Catalog, and not its terms;
	// empty for one that somebody declared here.
	Manager   string
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64
}

// Criticality tells whether a service works without the other.
type Criticality string

// The criticalities.
const (
	Hard Criticality = "hard" // it does not
	Soft Criticality = "soft" // it degrades
)

// DependencyTerms is what is declared of a dependency.
type DependencyTerms struct {
	Criticality Criticality
	FailureMode string        // what users see when it fails
	Timeout     time.Duration // zero: none declared
	Retry       string        // how calls are retried, with backoff and jitter
	Breaker     string        // the circuit breaker around them
	Bulkhead    string        // what bounds their share of resources
}
