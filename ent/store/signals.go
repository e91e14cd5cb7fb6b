package store

import (
	"context"
	"encoding/json"

	"github.com/evenkeel/evenkeel/ent/db/signalmapping"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/signals"
)

// Signals is the store of package signals.
type Signals struct{ s *Store }

var _ signals.Store = Signals{}

// Signals returns the view of the store that package signals declares.
func (s *Store) Signals() Signals { return Signals{s} }

// Mapping returns that of the service.
func (g Signals) Mapping(ctx context.Context, service id.ID) (signals.Mapping, error) {
	m := signals.Mapping{Service: service}
	var text []byte
	err := g.s.queryOne(ctx, "SELECT m.id, m.map, m.created_at, m.updated_at, m.version FROM signal_mappings m WHERE m.service_id = $1",
		[]any{string(service)}, &m.ID, &text, &m.CreatedAt, &m.UpdatedAt, &m.Version)
	if err != nil {
		return signals.Mapping{}, notFound("signal_mapping", string(service), err)
	}
	m.CreatedAt, m.UpdatedAt = utc(m.CreatedAt), utc(m.UpdatedAt)
	return m, fail("read how signals are mapped", json.Unmarshal(text, &m.Map))
}

// CreateMapping writes the first mapping of a service.
func (g Signals) CreateMapping(ctx context.Context, m signals.Mapping) error {
	text, err := json.Marshal(m.Map)
	if err != nil {
		return fail("spell a signal mapping", err)
	}
	err = g.s.ent.SignalMapping.Create().
		SetID(string(m.ID)).SetServiceID(string(m.Service)).SetMap(text).SetCreatedAt(m.CreatedAt).SetUpdatedAt(m.UpdatedAt).SetVersion(m.Version).
		Exec(ctx)
	if isUnique(err) {
		return fault.Stale("signal mapping")
	}
	return fail("write a signal mapping", gone(err))
}

// UpdateMapping writes what is mapped, conditional on Version.
func (g Signals) UpdateMapping(ctx context.Context, m signals.Mapping) error {
	text, err := json.Marshal(m.Map)
	if err != nil {
		return fail("spell a signal mapping", err)
	}
	n, err := g.s.ent.SignalMapping.Update().Where(signalmapping.ID(string(m.ID)), signalmapping.Version(m.Version)).
		SetMap(text).SetUpdatedAt(m.UpdatedAt).AddVersion(1).Save(ctx)
	return written("signal_mapping", m.ID, n, err, func() (bool, error) {
		return g.s.ent.SignalMapping.Query().Where(signalmapping.ID(string(m.ID))).Exist(ctx)
	})
}
