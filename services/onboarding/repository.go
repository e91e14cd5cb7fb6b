package onboarding

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Repository is a repository that was found at a code host, and may be of a service.
type Repository struct {
	ID id.ID
	// HostID is the host's own identifier of it, which survives another name.
	HostID string
	// FullName is "owner/name" as the host spells it, and Address where people look at it.
	FullName, Address string
	Facts             Facts
	Look              Look
	// Choice is what people said it is to be as a service.
	Choice Choice
	// Team is who it is taken to be of, empty where nobody is, and TeamBy whose word that is.
	Team   id.ID
	TeamBy TeamBy
	// Service is the service that names it: the first by identifier of several.
	Service     id.ID
	PushedAt    *time.Time
	SeenAt      time.Time
	LookedAt    *time.Time // nil before anybody looked into it
	GoneAt      *time.Time // since when the host does not tell of it any more
	DismissedAt *time.Time // since when it is said to be no service
	DismissedBy string
	// DismissedFor is why.
	DismissedFor string
	CreatedAt    time.Time
	Version      int64

	// TeamSlug and ServiceSlug are as both were called when the repository was read; Wave is the slug of
	// the wave that it is in.
	TeamSlug, ServiceSlug, Wave string
}

// Facts are what a host's list says of a repository.
type Facts struct {
	Description   string   `json:"description,omitempty"`
	Language      string   `json:"language,omitempty"`
	DefaultBranch string   `json:"defaultBranch,omitempty"`
	Visibility    string   `json:"visibility,omitempty"`
	Topics        []string `json:"topics,omitempty"`
	Archived      bool     `json:"archived,omitempty"`
	Fork          bool     `json:"fork,omitempty"`
	Template      bool     `json:"template,omitempty"`
	Empty         bool     `json:"empty,omitempty"`
}

// Look is what was seen inside of a repository. The tags of what was read let it be read again for
// nothing where it did not change.
type Look struct {
	// Owners are who its CODEOWNERS file says owns all of it, as it spells them: "@acme/payments".
	Owners []string `json:"owners,omitempty"`
	// Component is what its catalog-info file says, nil where there is none that can be read.
	Component *Component `json:"component,omitempty"`
	// Problem is why it, or its catalog-info file, could not be read whole; empty where it could.
	Problem string            `json:"problem,omitempty"`
	Tags    map[string]string `json:"tags,omitempty"`
}

// Component is what a catalog-info file says of a service.
type Component struct {
	Slug        string             `json:"slug"`
	Name        string             `json:"name,omitempty"`
	Description string             `json:"description,omitempty"`
	Owner       string             `json:"owner,omitempty"`  // the slug of a team
	System      string             `json:"system,omitempty"` // a slug
	Kind        registry.Kind      `json:"kind,omitempty"`
	Lifecycle   registry.Lifecycle `json:"lifecycle,omitempty"`
	Tier        int                `json:"tier,omitempty"`
}

// Choice is what people said a repository is to be as a service; what is empty is as it was found.
type Choice struct {
	Slug      string             `json:"slug,omitempty"`
	Name      string             `json:"name,omitempty"`
	Team      string             `json:"team,omitempty"` // slug or identifier; a slug once it is kept
	System    string             `json:"system,omitempty"`
	Kind      registry.Kind      `json:"kind,omitempty"`
	Tier      int                `json:"tier,omitempty"`
	Lifecycle registry.Lifecycle `json:"lifecycle,omitempty"`
}

func (c Choice) check(check *fault.Check) {
	if c.Slug != "" {
		registry.CheckSlug(check, "/slug", c.Slug)
	}
	if c.Name != "" {
		registry.CheckName(check, "/name", c.Name)
	}
	access.CheckLine(check, "/team", c.Team, 0, registry.MaxSlug)
	access.CheckLine(check, "/system", c.System, 0, registry.MaxSlug)
	check.Require(c.Kind == "" || slices.Contains(registry.Kinds, c.Kind), "/kind", c.Kind, "must be one of %s", fault.Or(registry.Kinds))
	check.Require(c.Tier >= 0 && c.Tier <= 4, "/tier", c.Tier, "must be 1, the most critical, to 4")
	check.Require(c.Lifecycle == "" || slices.Contains(registry.Lifecycles, c.Lifecycle), "/lifecycle", c.Lifecycle, "must be one of %s", fault.Or(registry.Lifecycles))
}

// TeamBy is by whose word a repository is a team's.
type TeamBy string

// The words, the strongest first.
const (
	ByChoice     TeamBy = "choice"
	ByComponent  TeamBy = "catalog_info"
	ByCodeOwners TeamBy = "codeowners"
	ByTopic      TeamBy = "topic"
)

// TeamsBy lists every word.
var TeamsBy = []TeamBy{ByChoice, ByComponent, ByCodeOwners, ByTopic}

// topicOfTeam begins the topic that names a team: "team-payments".
const topicOfTeam = "team-"

// claim is a team that a repository may be of.
type claim struct {
	team string // slug or identifier
	by   TeamBy
}

// claims are the teams that the repository may be of, the strongest word first.
func (r Repository) claims() []claim {
	var out []claim
	add := func(team string, by TeamBy) {
		if team != "" {
			out = append(out, claim{team, by})
		}
	}
	add(r.Choice.Team, ByChoice)
	if r.Look.Component != nil {
		add(r.Look.Component.Owner, ByComponent)
	}
	organisation, _, _ := strings.Cut(r.FullName, "/")
	for _, owner := range r.Look.Owners {
		// A team of another organisation, as in a copy of somebody else's repository, is none of ours.
		of, team, is := strings.Cut(strings.TrimPrefix(owner, "@"), "/")
		if is && strings.HasPrefix(owner, "@") && strings.EqualFold(of, organisation) {
			add(strings.ToLower(team), ByCodeOwners)
		}
	}
	for _, topic := range r.Facts.Topics {
		if team, is := strings.CutPrefix(topic, topicOfTeam); is {
			add(team, ByTopic)
		}
	}
	return out
}

// State is how far a repository is.
type State string

// The states of a repository.
const (
	// Found is one that may become a service.
	Found State = "found"
	// Registered is one that a service names.
	Registered State = "registered"
	// Dismissed is one of which somebody said that it is no service.
	Dismissed State = "dismissed"
	// Idle is one that is archived, empty, a fork or a template, and that nobody decided on.
	Idle State = "idle"
	// Gone is one of which the host does not tell any more.
	Gone State = "gone"
)

// States lists every state.
var States = []State{Found, Registered, Dismissed, Idle, Gone}

// State is how far it is.
func (r Repository) State() State {
	switch {
	case r.Service != "":
		return Registered
	case r.GoneAt != nil:
		return Gone
	case r.DismissedAt != nil:
		return Dismissed
	case r.IsIdle():
		return Idle
	}
	return Found
}

// IsIdle reports whether it is archived, empty, a fork or a template, and nobody decided on it.
func (r Repository) IsIdle() bool {
	f := r.Facts
	return (f.Archived || f.Fork || f.Template || f.Empty) && r.Choice == (Choice{})
}

// defaultTier is that of a service of which nobody said how critical it is.
const defaultTier = 3

// proposed is the service that the repository would become.
func (r Repository) proposed() registry.ServiceInput {
	of := Component{}
	if r.Look.Component != nil {
		of = *r.Look.Component
	}
	_, name, _ := strings.Cut(r.FullName, "/")
	in := registry.ServiceInput{
		Slug: cmp.Or(r.Choice.Slug, of.Slug, slugOf(name)), Team: string(r.Team), System: cmp.Or(r.Choice.System, of.System),
		Profile: registry.Profile{
			Name: cmp.Or(r.Choice.Name, of.Name, name), Description: cmp.Or(of.Description, fault.Clip(r.Facts.Description, registry.MaxDescription)),
			Kind: cmp.Or(r.Choice.Kind, of.Kind, registry.HTTP), Tier: cmp.Or(r.Choice.Tier, of.Tier, defaultTier),
			Lifecycle: cmp.Or(r.Choice.Lifecycle, of.Lifecycle, registry.Production), Repository: r.Address,
		},
	}
	return in
}

// Proposed is the service that the repository would become, with the slug of the team; empty where it
// is not known.
func (r Repository) Proposed() registry.ServiceInput {
	in := r.proposed()
	in.Team = r.TeamSlug
	return in
}

// slugOf makes an RFC 1123 label of a repository's name: lower case, and hyphens for what cannot stand
// in one. It may be empty.
func slugOf(name string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(name) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			b.WriteRune(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	out := b.String()
	return strings.TrimRight(out[:min(len(out), registry.MaxSlug)], "-")
}
