package issues

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

// NamedBy is whose word it is that an issue goes to a repository.
type NamedBy string

// Those who name repositories, in the order in which they are asked.
const (
	ByService      NamedBy = "service"
	ByTeam         NamedBy = "team"
	ByOrganisation NamedBy = "organisation"
)

// Candidate is a repository that somebody named, by its address; empty when they
// named none.
type Candidate struct {
	By      NamedBy
	Address string
}

// Routed is an issue whose way is looked for.
type Routed struct {
	Kind    Kind
	Service string // its slug; empty of a group
	// Candidates are in the order in which they are tried.
	Candidates []Candidate
	// Shared is whether other services name the repository that the service does, which the
	// Label depends on and the way does not; Share finds out.
	Shared bool
	// Restricted is whether the issue tells what only named readers may read.
	Restricted bool
}

// RepositoryFacts are what a tracker says of a repository.
type RepositoryFacts struct {
	Public         bool
	Archived       bool
	IssuesDisabled bool
}

// RouteRules are what an administrator says of where issues go.
type RouteRules struct {
	// Host is where repositories are: HostOfGitHub, or that of an Enterprise.
	Host string
	// Default is the address of the organisation's repository, empty for none.
	Default string
	// PublicKinds are the kinds that may go to public repositories.
	PublicKinds []Kind
}

// Route is where an issue goes.
type Route struct {
	// To is the repository, zero when there is none that the issue may go to.
	To Repository
	By NamedBy
	// Look is whether nobody knows yet whether the issue may go To: the tracker has to be
	// asked, and Route with what it says.
	Look bool
	// Passed are those that came before To, and why the issue does not go there.
	Passed []Passed
}

// Passed is a candidate that was passed over.
type Passed struct {
	Candidate
	Why string // what would be right
}

// Found reports whether there is a repository.
func (r Route) Found() bool { return r.To != Repository{} }

// Why says in one sentence why the issue goes nowhere.
func (r Route) Why() string {
	reasons := make([]string, len(r.Passed))
	for i, p := range r.Passed {
		reasons[i] = p.Why
	}
	return strings.Join(reasons, "; ")
}

// Route finds the repository of an issue among its candidates: the first that is on
// the host, takes issues, and that the issue may be shown to. known gives what is
// known of a repository, and false for nothing.
func (r RouteRules) Route(issue Routed, known func(Repository) (RepositoryFacts, bool)) Route {
	var route Route
	if issue.Restricted {
		route.Passed = []Passed{{Why: "it is restricted to named readers, and a repository has others"}}
		return route
	}
	for _, c := range issue.Candidates {
		to, ok := ParseRepository(c.Address, r.Host)
		var facts RepositoryFacts
		look := false
		if ok {
			var isKnown bool
			facts, isKnown = known(to)
			look = !isKnown
		}
		if why := r.against(issue.Kind, c, to, ok, facts); why != "" {
			route.Passed = append(route.Passed, Passed{Candidate: c, Why: why})
			continue
		}
		route.To, route.By, route.Look = to, c.By, look
		break
	}
	return route
}

// By is whose word it is that an issue goes to a repository; empty when nobody named
// it.
func (r RouteRules) By(issue Routed, to Repository) NamedBy {
	for _, c := range issue.Candidates {
		if named, ok := ParseRepository(c.Address, r.Host); ok && named.Is(to) {
			return c.By
		}
	}
	return ""
}

// Label tells an issue's service apart from others in a repository; empty where it is
// the service's alone.
func (r RouteRules) Label(issue Routed, to Repository) string {
	if issue.Service == "" || !issue.Shared && r.By(issue, to) == ByService {
		return ""
	}
	return ServiceLabel(issue.Service)
}

// Objection says why a repository does not take issues of a kind, or "".
func (r RouteRules) Objection(kind Kind, to Repository, facts RepositoryFacts) string {
	if why := r.refusal(kind, facts); why != "" {
		return fmt.Sprintf("%s %s", to, why)
	}
	return ""
}

// against says what speaks against a candidate, or "".
func (r RouteRules) against(kind Kind, c Candidate, to Repository, isOne bool, facts RepositoryFacts) string {
	switch {
	case c.Address == "":
		return fmt.Sprintf("the %s names no repository", c.By)
	case !isOne:
		return fmt.Sprintf("the %s names %.64q, which is no repository on %s", c.By, c.Address, r.Host)
	}
	if why := r.refusal(kind, facts); why != "" {
		return fmt.Sprintf("%s, which the %s names, %s", to, c.By, why)
	}
	return ""
}

// refusal says what a repository is or has that it takes no issues of a kind, or "".
func (r RouteRules) refusal(kind Kind, facts RepositoryFacts) string {
	switch {
	case facts.IssuesDisabled:
		return "has issues disabled: enable them in its settings, under Features"
	case facts.Archived:
		return "is archived: unarchive it in its settings, or send the issue to another"
	case facts.Public && !slices.Contains(r.PublicKinds, kind):
		return fmt.Sprintf("is public, and github.publicKinds does not have %s", kind)
	}
	return ""
}

// servicePrefix begins the label of a service.
const servicePrefix = "service:"

// ServiceLabel is the label by which a service is told apart from others in a
// repository. One that would be too long is cut, and made unlike others by a hash.
func ServiceLabel(slug string) string {
	if len(servicePrefix)+len(slug) <= MaxLabel {
		return servicePrefix + slug
	}
	sum := sha256.Sum256([]byte(slug))
	end := "-" + hex.EncodeToString(sum[:4])
	return servicePrefix + slug[:MaxLabel-len(servicePrefix)-len(end)] + end
}

// Places are the services and teams that name repositories.
type Places interface {
	Service(ctx context.Context, service id.ID) (registry.Service, error)
	Team(ctx context.Context, team id.ID) (registry.Team, error)
	// RepositoriesLike returns the repositories of services that were not retired, without
	// that of one, that have a text in their address, in any case; each once.
	RepositoriesLike(ctx context.Context, text string, without id.ID) ([]string, error)
}

// Routed reads what decides where an issue goes. A group is where its members were to
// go, and nowhere else. Few rows are read: whether it is Shared is left open.
func (r RouteRules) Routed(ctx context.Context, places Places, issue Issue) (Routed, error) {
	if issue.IsGroup() {
		return Routed{Kind: issue.Kind}, nil
	}
	service, err := places.Service(ctx, issue.Service)
	if err != nil {
		return Routed{}, fmt.Errorf("read the service of an issue: %w", err)
	}
	team, err := places.Team(ctx, service.Team)
	if err != nil {
		return Routed{}, fmt.Errorf("read the team of an issue: %w", err)
	}
	return Routed{
		Kind: issue.Kind, Service: service.Slug,
		Candidates: []Candidate{{ByService, service.Repository}, {ByTeam, team.DefaultRepository}, {ByOrganisation, r.Default}},
	}, nil
}

// Share finds out whether an issue is Shared that was Routed. All services are looked
// through for that.
func (r RouteRules) Share(ctx context.Context, places Places, issue Issue, routed Routed) (Routed, error) {
	for _, c := range routed.Candidates {
		own, ok := ParseRepository(c.Address, r.Host)
		if c.By != ByService || !ok {
			continue
		}
		others, err := places.RepositoriesLike(ctx, own.String(), issue.Service)
		if err != nil {
			return routed, fmt.Errorf("look for services with the same repository: %w", err)
		}
		routed.Shared = slices.ContainsFunc(others, func(address string) bool {
			other, ok := ParseRepository(address, r.Host)
			return ok && other.Is(own)
		})
	}
	return routed, nil
}
