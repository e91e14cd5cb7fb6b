package source

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// Kind is what a data source speaks.
type Kind string

// The kinds. Thanos, Mimir and VictoriaMetrics speak Prometheus' HTTP API.
const (
	Prometheus Kind = "prometheus"
	Adapter    Kind = "adapter"
)

// Kinds lists every kind.
var Kinds = []Kind{Prometheus, Adapter}

// Source is a place that measurements are read from.
type Source struct {
	ID          id.ID
	Slug        string // unique; RFC 1123 label
	Name        string
	Description string
	Kind        Kind
	Access
	Limits
	// Matchers are added to every selector of a team's queries.
	Matchers []Matcher
	// MatchersRequired refuses teams to which no matcher applies.
	MatchersRequired bool
	CreatedAt        time.Time
	UpdatedAt        time.Time
	RetiredAt        *time.Time // no longer asked; indicators that name it get no data
	Version          int64
}

// Access is how a data source is reached.
type Access struct {
	// Address is its base URL, http or https, without user, query and fragment.
	Address string
	Auth    Auth
	TLS     TLS
	// Tenant is sent as X-Scope-OrgID; empty means no such header.
	Tenant string
}

// Scheme is how a data source knows Evenkeel.
type Scheme string

// The schemes.
const (
	Anonymous Scheme = "none"
	Bearer    Scheme = "bearer"
	Basic     Scheme = "basic"
)

// Schemes lists every scheme.
var Schemes = []Scheme{Anonymous, Bearer, Basic}

// Auth names what is sent as Authorization. Secrets are named, not held: a name
// is an RFC 1123 label that the program looks up where its operator put secrets.
type Auth struct {
	Scheme   Scheme
	Username string // of Basic
	Secret   string // name of the token, or of the password
}

// TLS names the certificates of https, all optional.
type TLS struct {
	CA          string // name of the secret with the authority's certificates, PEM
	Certificate string // name of the secret with the client's certificate, PEM
	Key         string // name of the secret with its key, PEM
	ServerName  string // that the server's certificate has, when not the address's
}

// Limits bound what is asked of a data source.
type Limits struct {
	// Timeout of one request; 1 s to 2 min.
	Timeout time.Duration
	// Concurrency is how many requests may be under way at once, 1 to 64.
	Concurrency int
	// Delay is how long after its end a slot is first read, 0 s to 1 h: until then
	// its samples may still be on their way.
	Delay time.Duration
}

// The limits of a data source of which nothing else is said.
const (
	DefaultTimeout     = 15 * time.Second
	DefaultConcurrency = 8
	DefaultDelay       = 60 * time.Second
)

// Matcher is a label that every selector of a team's queries has to have.
type Matcher struct {
	Team  id.ID // empty: of every team
	Label string
	Op    string // = or =~
	Value string // "$team" in it stands for the team's slug
}
