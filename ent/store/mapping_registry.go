package store

import (
	"time"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

func fromDBTeam(t *db.Team) registry.Team {
	return registry.Team{
		ID:          id.ID(t.ID),
		Slug:        t.Slug,
		Name:        t.Name,
		Description: t.Description,
		Parent:      orEmpty(t.ParentID),
		Contact:     t.Contact,
		CreatedAt:   utc(t.CreatedAt),
		UpdatedAt:   utc(t.UpdatedAt),
		Version:     t.Version,
	}
}

func fromDBMember(m *db.Member) registry.Member {
	out := registry.Member{Team: id.ID(m.TeamID), Person: id.ID(m.PersonID), JoinedAt: utc(m.JoinedAt)}
	if m.Edges.Person != nil {
		out.Name = m.Edges.Person.DisplayName
	}
	return out
}

func fromDBSystem(s *db.System) registry.System {
	return registry.System{
		ID:          id.ID(s.ID),
		Slug:        s.Slug,
		Name:        s.Name,
		Description: s.Description,
		Team:        id.ID(s.TeamID),
		CreatedAt:   utc(s.CreatedAt),
		UpdatedAt:   utc(s.UpdatedAt),
		Version:     s.Version,
	}
}

func fromDBService(s *db.Service) registry.Service {
	return registry.Service{
		ID:   id.ID(s.ID),
		Slug: s.Slug,
		Profile: registry.Profile{
			Name:        s.Name,
			Description: s.Description,
			Kind:        registry.Kind(s.Kind),
			Tier:        s.Tier,
			Lifecycle:   registry.Lifecycle(s.Lifecycle),
			Repository:  s.Repository,
			OnCall:      s.OnCall,
			Runbook:     s.Runbook,
			Dashboard:   s.Dashboard,
			Docs:        s.Docs,
			Contact:     s.Contact,
			Labels:      neverNil(s.Labels),
			Annotations: neverNil(s.Annotations),
		},
		Team:      id.ID(s.TeamID),
		System:    orEmpty(s.SystemID),
		CreatedAt: utc(s.CreatedAt),
		UpdatedAt: utc(s.UpdatedAt),
		RetiredAt: utcOrNil(s.RetiredAt),
		Version:   s.Version,
	}
}

func fromDBDependency(d *db.Dependency) registry.Dependency {
	out := registry.Dependency{
		ID:      id.ID(d.ID),
		Service: id.ID(d.ServiceID),
		On:      id.ID(d.OnID),
		DependencyTerms: registry.DependencyTerms{
			Criticality: registry.Criticality(d.Criticality),
			FailureMode: d.FailureMode,
			Timeout:     time.Duration(d.TimeoutUs) * time.Microsecond,
			Retry:       d.Retry,
			Breaker:     d.Breaker,
			Bulkhead:    d.Bulkhead,
		},
		CreatedAt: utc(d.CreatedAt),
		UpdatedAt: utc(d.UpdatedAt),
		Version:   d.Version,
	}
	if d.Edges.On != nil {
		out.OnSlug = d.Edges.On.Slug
	}
	return out
}

// neverNil has an absent map stored and given back as an empty one.
func neverNil(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
