package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

func fromDBTeam(t *db.Team) registry.Team {
	return registry.Team{
		ID:                id.ID(t.ID),
		Slug:              t.Slug,
		Name:              t.Name,
		Description:       t.Description,
		Parent:            orEmpty(t.ParentID),
		Contact:           t.Contact,
		DefaultRepository: t.DefaultRepository,
		IssueAssignee:     orEmpty(t.IssueAssigneeID),
		Managed:           t.Managed,
		CreatedAt:         utc(t.CreatedAt),
		UpdatedAt:         utc(t.UpdatedAt),
		Version:           t.Version,
	}
}

func fromDBMember(m *db.Member) registry.Member {
	out := registry.Member{Team: id.ID(m.TeamID), Person: id.ID(m.PersonID), JoinedAt: utc(m.JoinedAt), Manager: m.Manager}
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
		Managed:     s.Managed,
		CreatedAt:   utc(s.CreatedAt),
		UpdatedAt:   utc(s.UpdatedAt),
		Version:     s.Version,
	}
}

// fromDBService reads a row of serviceColumns.
func fromDBService(rows *sql.Rows) (registry.Service, error) {
	var v registry.Service
	var labels, annotations, keepers []byte
	var system, systemSlug sql.NullString
	var created, updated, retired moment
	err := rows.Scan(&v.ID, &v.Slug, &v.Name, &v.Description, &v.Kind, &v.Tier, &v.Lifecycle, &v.Repository, &v.OnCall, &v.Runbook,
		&v.Dashboard, &v.Docs, &v.Contact, &labels, &annotations, &v.Team, &v.TeamSlug, &system, &systemSlug, &keepers, &created, &updated, &retired, &v.Version)
	if err != nil {
		return registry.Service{}, err
	}
	v.System, v.SystemSlug = id.ID(system.String), systemSlug.String
	v.CreatedAt, v.UpdatedAt, v.RetiredAt = created.orZero(), updated.orZero(), retired.at
	if v.Labels, err = fromDBMap(labels); err != nil {
		return registry.Service{}, fmt.Errorf("read labels: %w", err)
	}
	if v.Annotations, err = fromDBMap(annotations); err != nil {
		return registry.Service{}, fmt.Errorf("read annotations: %w", err)
	}
	if len(keepers) > len("null") {
		if err := json.Unmarshal(keepers, &v.Managed); err != nil {
			return registry.Service{}, fmt.Errorf("read who manages a service: %w", err)
		}
	}
	return v, nil
}

func fromDBMap(data []byte) (map[string]string, error) {
	m := make(map[string]string)
	if len(data) == 2 { // {}
		return m, nil
	}
	err := json.Unmarshal(data, &m)
	return m, err
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
		Manager:   d.Manager,
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
