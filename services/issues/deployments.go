package issues

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/change"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Repositories finds the services of a repository. A registry.Store is one.
type Repositories interface {
	// ServicesLike returns the live services with the text in the address of their repository.
	ServicesLike(ctx context.Context, text string) ([]registry.Service, error)
}

// Changes keeps what is told of a deployment. *change.Service is one.
type Changes interface {
	Deployed(ctx context.Context, service id.ID, d change.Deployment) error
}

// Deployments makes of deployments changes of the services whose repository it is.
type Deployments struct {
	services     Repositories
	changes      Changes
	host         string
	environments []string
}

// NewDeployments returns what takes the deployments of repositories on the host, into the
// environments of those names and what the tracker takes for production.
func NewDeployments(services Repositories, changes Changes, host string, environments []string) *Deployments {
	return &Deployments{services, changes, host, environments}
}

// Deployed enters a deployment as a change of each service that names the repository.
func (d *Deployments) Deployed(ctx context.Context, in inbox.Repository, told change.Deployment) error {
	named := func(name string) bool { return strings.EqualFold(name, told.Environment) }
	owner, name, _ := strings.Cut(in.Name, "/")
	if !told.Production && !slices.ContainsFunc(d.environments, named) {
		return nil
	}
	found, err := d.services.ServicesLike(ctx, in.Name)
	if err != nil {
		return fmt.Errorf("find the services of %s: %w", in.Name, err)
	}
	ctx = access.WithCaller(ctx, access.System("GitHub"))
	for _, service := range found {
		if at, ok := ParseRepository(service.Repository, d.host); !ok || !at.Is(Repository{Owner: owner, Name: name}) {
			continue
		}
		if err := d.changes.Deployed(ctx, service.ID, told); err != nil {
			return err
		}
	}
	return nil
}
