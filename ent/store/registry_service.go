package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/evenkeel/evenkeel/ent/db/service"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
)

// CreateService writes the service.
func (r Registry) CreateService(ctx context.Context, v registry.Service) error {
	err := r.s.ent.Service.Create().
		SetID(string(v.ID)).SetSlug(v.Slug).SetName(v.Name).SetDescription(v.Description).
		SetKind(string(v.Kind)).SetTier(v.Tier).SetLifecycle(string(v.Lifecycle)).
		SetRepository(v.Repository).SetOnCall(v.OnCall).SetRunbook(v.Runbook).SetDashboard(v.Dashboard).SetDocs(v.Docs).
		SetContact(v.Contact).SetLabels(neverNil(v.Labels)).SetAnnotations(neverNil(v.Annotations)).
		SetTeamID(string(v.Team)).SetNillableSystemID(orNil(v.System)).
		SetManaged(v.Managed).
		SetCreatedAt(v.CreatedAt).SetUpdatedAt(v.UpdatedAt).SetNillableRetiredAt(v.RetiredAt).SetVersion(v.Version).
		Exec(ctx)
	return named(registry.NounService, v.Slug, err)
}

// What is read most is read without ent, which takes three times as long for one
// row, and a quarter longer for a hundred.
const serviceColumns = "v.id, v.slug, v.name, v.description, v.kind, v.tier, v.lifecycle, v.repository, v.on_call, v.runbook, v.dashboard, v.docs, v.contact, " +
	"v.labels, v.annotations, v.team_id, t.slug, v.system_id, y.slug, v.managed, v.created_at, v.updated_at, v.retired_at, v.version"

// selectServices joins from the left, though every service has a team, so that SQLite
// goes through the services in the order of their slugs and not through the teams.
const fromServices = " FROM services v LEFT JOIN teams t ON t.id = v.team_id LEFT JOIN systems y ON y.id = v.system_id"

func (r Registry) services(ctx context.Context, rest string, args ...any) ([]registry.Service, error) {
	var out []registry.Service
	err := r.s.queryAll(ctx, r.s.said.services+rest, args, func(rows *sql.Rows) error {
		v, err := fromDBService(rows)
		out = append(out, v)
		return err
	})
	return out, fail("read services", err)
}

// service reads one row; its query is kept, because it is asked so often.
func (r Registry) service(ctx context.Context, query, name string) (registry.Service, error) {
	var v registry.Service
	err := r.s.lookUp(ctx, query, []any{name}, func(rows *sql.Rows) (err error) {
		v, err = fromDBService(rows)
		return err
	})
	if err == nil && v.ID == "" {
		return registry.Service{}, fault.Missing("service", name)
	}
	return v, fail("read a service", err)
}

// Service returns the service.
func (r Registry) Service(ctx context.Context, of id.ID) (registry.Service, error) {
	return r.service(ctx, r.s.said.serviceByID, string(of))
}

// ServiceBySlug returns the service that has the slug now.
func (r Registry) ServiceBySlug(ctx context.Context, name string) (registry.Service, error) {
	return r.service(ctx, r.s.said.serviceBySlug, name)
}

// Services lists by slug.
func (r Registry) Services(ctx context.Context, f registry.ServiceFilter, req page.Request) (page.Page[registry.Service], error) {
	key, err := req.Key(f, 1)
	if err != nil {
		return page.Page[registry.Service]{}, err
	}
	var c conditions
	if f.Team != "" {
		c.add("v.team_id = %s", string(f.Team))
	}
	if f.System != "" {
		c.add("v.system_id = %s", string(f.System))
	}
	if f.Kind != "" {
		c.add("v.kind = %s", string(f.Kind))
	}
	if f.Tier != 0 {
		c.add("v.tier = %s", f.Tier)
	}
	if f.Lifecycle != "" {
		c.add("v.lifecycle = %s", string(f.Lifecycle))
	}
	if f.Query != "" {
		pattern := containing(f.Query)
		c.add("("+r.s.contains("v.slug", "%s")+" OR "+r.s.contains("v.name", "%s")+")", pattern, pattern)
	}
	if f.Unlisted {
		c.add("NOT EXISTS (SELECT 1 FROM catalog_entities e WHERE e.resource_id = v.id AND e.gone_at IS NULL)")
	}
	if !f.IncludeRetired {
		c.add("v.retired_at IS NULL")
	}
	if key != nil {
		c.add("v.slug > %s", key[0])
	}
	rest := c.where() + " ORDER BY v.slug" + c.limit(req.Size()+1)
	rows, err := r.services(ctx, rest, c.args...)
	if err != nil {
		return page.Page[registry.Service]{}, err
	}
	return page.Cut(req, f, rows, func(v registry.Service) []string { return []string{v.Slug} }), nil
}

// ServicesByID returns those that exist, by ID.
func (r Registry) ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]registry.Service, error) {
	out := make(map[id.ID]registry.Service, len(services))
	err := chunks(services, idBatch, func(of []id.ID) error {
		args := make([]any, len(of))
		for i, v := range of {
			args[i] = string(v)
		}
		rows, err := r.services(ctx, " WHERE v.id IN "+values(1, len(of)), args...)
		for _, v := range rows {
			out[v.ID] = v
		}
		return err
	})
	return out, err
}

// UpdateService writes the service, conditional on Version.
func (r Registry) UpdateService(ctx context.Context, v registry.Service) error {
	labels, err := json.Marshal(neverNil(v.Labels))
	if err != nil {
		return fail("write labels", err)
	}
	annotations, err := json.Marshal(neverNil(v.Annotations))
	if err != nil {
		return fail("write annotations", err)
	}
	keepers, err := json.Marshal(v.Managed)
	if err != nil {
		return fail("write who manages a service", err)
	}
	n, err := r.s.exec(ctx, `UPDATE services SET slug = $1, name = $2, description = $3, kind = $4, tier = $5, lifecycle = $6, repository = $7, on_call = $8,
 runbook = $9, dashboard = $10, docs = $11, contact = $12, labels = $13, annotations = $14, team_id = $15, system_id = $16, updated_at = $17, retired_at = $18,
 managed = $19, version = version + 1 WHERE id = $20 AND version = $21`,
		v.Slug, v.Name, v.Description, string(v.Kind), v.Tier, string(v.Lifecycle), v.Repository, v.OnCall,
		v.Runbook, v.Dashboard, v.Docs, v.Contact, string(labels), string(annotations), string(v.Team), orNil(v.System), clock.Round(v.UpdatedAt), nullOrTime(v.RetiredAt), string(keepers),
		string(v.ID), v.Version)
	if isUnique(err) {
		return slugTaken(registry.NounService, v.Slug, err)
	}
	return written("service", v.ID, n, gone(err), func() (bool, error) {
		return r.s.ent.Service.Query().Where(service.ID(string(v.ID))).Exist(ctx)
	})
}

// RepositoriesLike reads the addresses of live services' repositories, each once.
func (r Registry) RepositoriesLike(ctx context.Context, text string, without id.ID) ([]string, error) {
	var found []string
	err := r.s.queryAll(ctx, "SELECT DISTINCT v.repository FROM services v WHERE v.retired_at IS NULL AND v.id <> $1 AND "+r.s.contains("v.repository", "$2"),
		[]any{string(without), containing(text)}, func(rows *sql.Rows) error {
			var address string
			err := rows.Scan(&address)
			found = append(found, address)
			return err
		})
	return found, fail("read repositories of services", err)
}

// ServicesLike returns the live services with the text in the address of their repository.
func (r Registry) ServicesLike(ctx context.Context, text string) ([]registry.Service, error) {
	return r.services(ctx, " WHERE v.retired_at IS NULL AND "+r.s.contains("v.repository", "$1")+" ORDER BY v.slug", containing(text))
}
