package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
)

// FactStore counts for many services at once. A Store of the registry is one.
type FactStore interface {
	// CountActive returns how many members of each of the teams were not deactivated; a team
	// without any may be left out.
	CountActive(ctx context.Context, teams []id.ID) (map[id.ID]int, error)
	// DependenciesOf returns what the services depend on, in any order.
	DependenciesOf(ctx context.Context, services []id.ID) ([]Dependency, error)
}

// ServiceFacts tells what is registered of services. It authorises nobody.
type ServiceFacts struct {
	Store FactStore
	Clock clock.Clock
}

var _ fact.Source[Service] = ServiceFacts{}

// dependencyFacts are those that follow from dependencies.
var dependencyFacts = []string{"dependencies", "hardDependencies", "dependenciesIncomplete", "dependenciesWithoutRetry", "hardDependenciesWithoutBreaker"}

// Facts are what is told of services.
func (ServiceFacts) Facts() []fact.Declaration {
	return fact.By("registry",
		fact.Declaration{Name: "tier", Type: fact.Number, Held: true, Doc: "How critical it is: 1, the most, to 4."},
		fact.Declaration{Name: "kind", Type: fact.Text, Held: true, Values: spelled(Kinds), Doc: "What sort of service it is."},
		fact.Declaration{Name: "lifecycle", Type: fact.Text, Held: true, Values: spelled(Lifecycles), Doc: "Where it is in its life."},
		fact.Declaration{Name: "labels", Type: fact.Texts, Held: true, Doc: "Its labels."},
		fact.Declaration{Name: "system", Type: fact.Text, Held: true, Doc: "The slug of its system; empty without one."},
		fact.Declaration{Name: "team", Type: fact.Text, Held: true, Doc: "The slug of the team that owns it."},
		fact.Declaration{Name: "serviceAge", Type: fact.Age, Held: true, Doc: "The days since it was registered."},
		fact.Declaration{Name: "hasDescription", Type: fact.Truth, Held: true, Doc: "It is described."},
		fact.Declaration{Name: "hasRepository", Type: fact.Truth, Held: true, Doc: "The address of its repository is there."},
		fact.Declaration{Name: "hasDocs", Type: fact.Truth, Held: true, Doc: "The address of its documentation is there."},
		fact.Declaration{Name: "hasContact", Type: fact.Truth, Held: true, Doc: "It says where its team is asked."},
		fact.Declaration{Name: "hasRunbook", Type: fact.Truth, Held: true, Doc: "The address of its runbook is there."},
		fact.Declaration{Name: "hasDashboard", Type: fact.Truth, Held: true, Doc: "The address of its dashboard is there."},
		fact.Declaration{Name: "hasOnCall", Type: fact.Truth, Held: true, Doc: "It names an on-call rotation, or the address of one."},
		fact.Declaration{Name: "members", Type: fact.Number, Doc: "The number of people of the team that owns it who were not deactivated."},
		fact.Declaration{Name: "dependencies", Type: fact.Number, Doc: "The number of services that it depends on, as declared; retired ones among them."},
		fact.Declaration{Name: "hardDependencies", Type: fact.Number, Doc: "The number of those without which it does not work."},
		fact.Declaration{Name: "dependenciesIncomplete", Type: fact.Number, Doc: "The number of its dependencies without a criticality, or without the failure mode: what users see when it fails."},
		fact.Declaration{Name: "dependenciesWithoutRetry", Type: fact.Number, Doc: "The number of its dependencies without a timeout, or without a word on how calls are retried."},
		fact.Declaration{Name: "hardDependenciesWithoutBreaker", Type: fact.Number, Doc: "The number of its hard dependencies with neither a circuit breaker nor a bulkhead."},
	)
}

// spelled are the values as texts.
func spelled[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

// FactsOf tells what is registered of the services, in two statements for every few hundred.
func (f ServiceFacts) FactsOf(ctx context.Context, services []Service, names ...string) (map[id.ID]fact.Set, error) {
	now := f.Clock()
	out := make(map[id.ID]fact.Set, len(services))
	for _, s := range services {
		out[s.ID] = s.facts(now)
	}
	if fact.Asks(names, "members") {
		if err := f.members(ctx, services, out); err != nil {
			return nil, err
		}
	}
	if fact.Asks(names, dependencyFacts...) {
		if err := f.dependencies(ctx, services, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// facts are those of the service as it was read.
func (s Service) facts(now time.Time) fact.Set {
	return fact.Set{
		"tier": float64(s.Tier), "kind": string(s.Kind), "lifecycle": string(s.Lifecycle), "labels": s.Labels,
		"system": s.SystemSlug, "team": s.TeamSlug, "serviceAge": fact.DaysSince(s.CreatedAt, now),
		"hasDescription": said(s.Description), "hasRepository": said(s.Repository), "hasDocs": said(s.Docs), "hasContact": said(s.Contact),
		"hasRunbook": said(s.Runbook), "hasDashboard": said(s.Dashboard), "hasOnCall": said(s.OnCall),
	}
}

// said reports whether there is anything in the text but space.
func said(text string) bool { return strings.TrimSpace(text) != "" }

// members adds how many people there are to look after each service.
func (f ServiceFacts) members(ctx context.Context, services []Service, into map[id.ID]fact.Set) error {
	teams := make([]id.ID, len(services))
	for i, s := range services {
		teams[i] = s.Team
	}
	slices.Sort(teams)
	counts, err := f.Store.CountActive(ctx, slices.Compact(teams))
	if err != nil {
		return fmt.Errorf("count the members of the teams of %d services: %w", len(services), err)
	}
	for _, s := range services {
		into[s.ID]["members"] = float64(counts[s.Team])
	}
	return nil
}

// dependencies adds what is declared of what each service depends on.
func (f ServiceFacts) dependencies(ctx context.Context, services []Service, into map[id.ID]fact.Set) error {
	found, err := f.Store.DependenciesOf(ctx, IDs(services))
	if err != nil {
		return fmt.Errorf("read what %d services depend on: %w", len(services), err)
	}
	for _, s := range services {
		for _, name := range dependencyFacts {
			into[s.ID][name] = 0.0
		}
	}
	for _, d := range found {
		add := func(name string, when bool) {
			if when {
				into[d.Service][name] = into[d.Service][name].(float64) + 1
			}
		}
		hard := d.Criticality == Hard
		add("dependencies", true)
		add("hardDependencies", hard)
		add("dependenciesIncomplete", d.Criticality == "" || !said(d.FailureMode))
		add("dependenciesWithoutRetry", d.Timeout == 0 || !said(d.Retry))
		add("hardDependenciesWithoutBreaker", hard && !said(d.Breaker) && !said(d.Bulkhead))
	}
	return nil
}

// IDs are the identifiers of the services, in their order.
func IDs(services []Service) []id.ID {
	out := make([]id.ID, len(services))
	for i, s := range services {
		out[i] = s.ID
	}
	return out
}
