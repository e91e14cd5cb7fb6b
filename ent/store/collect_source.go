package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/evenkeel/evenkeel/ent/db/datasource"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/source"
)

var _ collect.Sources = Collect{}

// sourceSettings is what is only read with the whole of a data source.
type sourceSettings struct {
	Auth             source.Auth
	TLS              source.TLS
	Tenant           string
	Limits           source.Limits
	Matchers         []source.Matcher
	MatchersRequired bool
}

// Source returns the data source, retired or not.
func (c Collect) Source(ctx context.Context, of id.ID) (source.Source, error) {
	v, err := c.s.ent.DataSource.Query().Where(datasource.ID(string(of))).Only(ctx)
	if err != nil {
		return source.Source{}, notFound("data_source", string(of), err)
	}
	var settings sourceSettings
	if err := json.Unmarshal([]byte(v.Settings), &settings); err != nil {
		return source.Source{}, fail("read the settings of a data source", err)
	}
	return source.Source{
		ID: id.ID(v.ID), Slug: v.Slug, Name: v.Name, Description: v.Description, Kind: source.Kind(v.Kind),
		Access: source.Access{Address: v.Address, Auth: settings.Auth, TLS: settings.TLS, Tenant: settings.Tenant},
		Limits: settings.Limits, Matchers: settings.Matchers, MatchersRequired: settings.MatchersRequired,
		CreatedAt: utc(v.CreatedAt), UpdatedAt: utc(v.UpdatedAt), RetiredAt: utcOrNil(v.RetiredAt), Version: v.Version,
	}, nil
}

// CreateSource writes a data source.
func (c Collect) CreateSource(ctx context.Context, v source.Source) error {
	settings, err := json.Marshal(sourceSettings{
		Auth: v.Auth, TLS: v.TLS, Tenant: v.Tenant, Limits: v.Limits, Matchers: v.Matchers, MatchersRequired: v.MatchersRequired,
	})
	if err != nil {
		return fail("spell the settings of a data source", err)
	}
	err = c.s.ent.DataSource.Create().SetID(string(v.ID)).SetSlug(v.Slug).SetName(v.Name).SetDescription(v.Description).SetKind(string(v.Kind)).
		SetAddress(v.Address).SetSettings(string(settings)).SetCreatedAt(v.CreatedAt).SetUpdatedAt(v.UpdatedAt).SetNillableRetiredAt(v.RetiredAt).
		SetVersion(v.Version).SetFailure("").Exec(ctx)
	return fail("write a data source", err)
}

// Health is how a data source answered last; zero times where it never did.
type Health struct {
	SucceededAt, FailedAt, FailingSince time.Time
	Failure                             string
}

// HealthOf returns how the data source answered last.
func (c Collect) HealthOf(ctx context.Context, of id.ID) (Health, error) {
	var h Health
	var succeeded, failed, since sql.NullTime
	err := c.s.queryOne(ctx, "SELECT succeeded_at, failed_at, failing_since, failure FROM data_sources WHERE id = $1", []any{string(of)},
		&succeeded, &failed, &since, &h.Failure)
	h.SucceededAt, h.FailedAt, h.FailingSince = zeroOr(succeeded), zeroOr(failed), zeroOr(since)
	return h, notFoundOrNil("data_source", of, err)
}

func notFoundOrNil(noun string, of id.ID, err error) error {
	if err == nil {
		return nil
	}
	return notFound(noun, string(of), err)
}
