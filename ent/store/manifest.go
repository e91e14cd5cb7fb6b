package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/manifest"
)

// Manifests is the store of package manifest.
type Manifests struct{ s *Store }

var _ manifest.Store = Manifests{}

// Manifests returns the view of the store that package manifest declares.
func (s *Store) Manifests() Manifests { return Manifests{s} }

// CreateSet writes a set.
func (m Manifests) CreateSet(ctx context.Context, v manifest.Set) error {
	err := m.s.ent.ManifestSet.Create().
		SetID(string(v.ID)).SetSlug(v.Slug).SetNillableTeamID(orNil(v.Team)).SetSource(v.Source).SetCreatedAt(v.CreatedAt).
		SetAppliedAt(v.AppliedAt).SetAppliedBy(v.AppliedBy).SetDigest(v.Digest).
		SetNillableCheckedAt(v.CheckedAt).SetDrifted(v.Drifted).SetNillableDriftedSince(v.DriftedSince).SetVersion(v.Version).
		Exec(ctx)
	if isUnique(err) {
		return slugTaken("set", v.Slug, err)
	}
	return fail("write a set of manifests", gone(err))
}

const manifestSets = `SELECT x.id, x.slug, x.team_id, t.slug, x.source, x.created_at, x.applied_at, x.applied_by, x.digest, x.checked_at, x.drifted, x.drifted_since, x.version
 FROM manifest_sets x LEFT JOIN teams t ON t.id = x.team_id`

func (m Manifests) sets(ctx context.Context, rest string, args ...any) ([]manifest.Set, error) {
	var out []manifest.Set
	err := m.s.queryAll(ctx, manifestSets+rest, args, func(rows *sql.Rows) error {
		var v manifest.Set
		var team, slug sql.NullString
		err := rows.Scan(&v.ID, &v.Slug, &team, &slug, &v.Source, &v.CreatedAt, &v.AppliedAt, &v.AppliedBy, &v.Digest, &v.CheckedAt, &v.Drifted, &v.DriftedSince, &v.Version)
		v.Team, v.TeamSlug = id.ID(team.String), slug.String
		v.CreatedAt, v.AppliedAt, v.CheckedAt, v.DriftedSince = utc(v.CreatedAt), utc(v.AppliedAt), utcOrNil(v.CheckedAt), utcOrNil(v.DriftedSince)
		out = append(out, v)
		return err
	})
	return out, fail("read sets of manifests", err)
}

// SetBySlug returns the set of that name.
func (m Manifests) SetBySlug(ctx context.Context, slug string) (manifest.Set, error) {
	found, err := m.sets(ctx, " WHERE x.slug = $1", slug)
	if err != nil {
		return manifest.Set{}, err
	}
	if len(found) == 0 {
		return manifest.Set{}, fault.Missing("manifest_set", slug)
	}
	return found[0], nil
}

// HoldSet returns it, locked. SQLite has one writer at a time.
func (m Manifests) HoldSet(ctx context.Context, slug string) (manifest.Set, error) {
	if m.s.postgres() {
		var held string
		if err := m.s.queryOne(ctx, "SELECT id FROM manifest_sets WHERE slug = $1 FOR UPDATE", []any{slug}, &held); err != nil {
			return manifest.Set{}, notFound("manifest_set", slug, err)
		}
	}
	return m.SetBySlug(ctx, slug)
}

// Sets lists by slug.
func (m Manifests) Sets(ctx context.Context, f manifest.Filter, r page.Request) (page.Page[manifest.Set], error) {
	key, err := r.Key(f, 1)
	if err != nil {
		return page.Page[manifest.Set]{}, err
	}
	var c conditions
	if f.Team != "" {
		c.add("x.team_id = %s", string(f.Team))
	}
	if f.Drifted {
		c.add("x.drifted > %s", 0)
	}
	if key != nil {
		c.add("x.slug > %s", key[0])
	}
	found, err := m.sets(ctx, c.where()+" ORDER BY x.slug"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return page.Page[manifest.Set]{}, err
	}
	return page.Cut(r, f, found, func(v manifest.Set) []string { return []string{v.Slug} }), nil
}

// SetsByID returns those that exist.
func (m Manifests) SetsByID(ctx context.Context, of []id.ID) (map[id.ID]manifest.Set, error) {
	out := map[id.ID]manifest.Set{}
	return out, chunks(of, idBatch, func(some []id.ID) error {
		args := make([]any, len(some))
		for i, v := range some {
			args[i] = string(v)
		}
		found, err := m.sets(ctx, " WHERE x.id IN "+values(1, len(some)), args...)
		for _, v := range found {
			out[v.ID] = v
		}
		return err
	})
}

// UpdateSet writes whose it is, where it is from and that it was brought, conditional on Version.
func (m Manifests) UpdateSet(ctx context.Context, v manifest.Set) error {
	n, err := m.s.exec(ctx, "UPDATE manifest_sets SET team_id = $1, source = $2, applied_at = $3, applied_by = $4, version = version + 1 WHERE id = $5 AND version = $6",
		orNil(v.Team), v.Source, clock.Round(v.AppliedAt), v.AppliedBy, string(v.ID), v.Version)
	return written("manifest_set", v.ID, n, gone(err), func() (bool, error) { return m.exists(ctx, v.ID) })
}

// DeleteSet removes the set with its items, conditional on the version.
func (m Manifests) DeleteSet(ctx context.Context, of id.ID, version int64) error {
	n, err := m.s.exec(ctx, "DELETE FROM manifest_sets WHERE id = $1 AND version = $2", string(of), version)
	return written("manifest_set", of, n, err, func() (bool, error) { return m.exists(ctx, of) })
}

func (m Manifests) exists(ctx context.Context, of id.ID) (bool, error) {
	found, err := m.sets(ctx, " WHERE x.id = $1", string(of))
	return len(found) > 0, err
}

// CheckedSet records what was found when it was compared.
func (m Manifests) CheckedSet(ctx context.Context, v manifest.Set) error {
	_, err := m.s.exec(ctx, "UPDATE manifest_sets SET digest = $1, checked_at = $2, drifted = $3, drifted_since = $4 WHERE id = $5",
		v.Digest, nullOrTime(v.CheckedAt), v.Drifted, nullOrTime(v.DriftedSince), string(v.ID))
	return fail("write when a set was compared", err)
}

const manifestItems = `SELECT i.id, i.set_id, i.kind, i.name, i.resource_id, i.path, i.document, i.applied_at, i.released_at, i.released_by, i.released_for, i.drift FROM manifest_items i`

func (m Manifests) items(ctx context.Context, rest string, args ...any) ([]manifest.Item, error) {
	var out []manifest.Item
	err := m.s.queryAll(ctx, manifestItems+rest, args, func(rows *sql.Rows) error {
		var v manifest.Item
		var released *time.Time
		var r manifest.Release
		var drift []byte
		if err := rows.Scan(&v.ID, &v.Set, &v.Kind, &v.Name, &v.Resource, &v.Path, &v.Document, &v.AppliedAt, &released, &r.By, &r.Reason, &drift); err != nil {
			return err
		}
		v.AppliedAt = utc(v.AppliedAt)
		if released != nil {
			r.At = utc(*released)
			v.Released = &r
		}
		out = append(out, v)
		if len(drift) == 0 {
			return nil
		}
		return json.Unmarshal(drift, &out[len(out)-1].Drift)
	})
	return out, fail("read manifests", err)
}

// Items returns all of a set.
func (m Manifests) Items(ctx context.Context, of id.ID) ([]manifest.Item, error) {
	return m.items(ctx, " WHERE i.set_id = $1 ORDER BY i.kind, i.name", string(of))
}

// ItemPage lists by kind and name; of several sets, those of the same name by age.
func (m Manifests) ItemPage(ctx context.Context, f manifest.ItemFilter, r page.Request) (page.Page[manifest.Item], error) {
	key, err := r.Key(f, 3)
	if err != nil {
		return page.Page[manifest.Item]{}, err
	}
	var c conditions
	if f.Set != "" {
		c.add("i.set_id = %s", string(f.Set))
	}
	if f.Kind != "" {
		c.add("i.kind = %s", string(f.Kind))
	}
	if f.Resource != "" {
		c.add("i.resource_id = %s", string(f.Resource))
	}
	if f.Team != "" {
		c.ofThings(func(l living) string { return l.team }, f.Team)
	}
	if f.Service != "" {
		c.ofThings(func(l living) string { return l.service }, f.Service)
	}
	if f.Drifted {
		c.add("i.drift IS NOT NULL")
	}
	if key != nil {
		c.add("(i.kind, i.name, i.id) > (%s, %s, %s)", key[0], key[1], key[2])
	}
	found, err := m.items(ctx, c.where()+" ORDER BY i.kind, i.name, i.id"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return page.Page[manifest.Item]{}, err
	}
	return page.Cut(r, f, found, func(v manifest.Item) []string { return []string{string(v.Kind), v.Name, string(v.ID)} }), nil
}

// ofThings adds the condition that an item says there is something for which, by its kind, the condition
// holds that is chosen, of that team or service.
func (c *conditions) ofThings(chosen func(living) string, of id.ID) {
	var kinds []string
	var args []any
	for _, kind := range manifest.Kinds {
		l := livingKinds[kind]
		if holds := chosen(l); holds != "" {
			kinds = append(kinds, "i.kind = %s AND i.resource_id IN (SELECT x.id FROM "+l.from+" WHERE "+holds+")")
			args = append(args, string(kind), string(of))
		}
	}
	c.add("("+strings.Join(kinds, " OR ")+")", args...)
}

// Item returns one.
func (m Manifests) Item(ctx context.Context, of id.ID) (manifest.Item, error) {
	found, err := m.items(ctx, " WHERE i.id = $1", string(of))
	if err != nil {
		return manifest.Item{}, err
	}
	if len(found) == 0 {
		return manifest.Item{}, fault.Missing("manifest", string(of))
	}
	return found[0], nil
}

// ItemOf returns the item that says there is the thing.
func (m Manifests) ItemOf(ctx context.Context, kind manifest.Kind, resource id.ID) (manifest.Item, error) {
	found, err := m.items(ctx, " WHERE i.kind = $1 AND i.resource_id = $2", string(kind), string(resource))
	if err != nil {
		return manifest.Item{}, err
	}
	if len(found) == 0 {
		return manifest.Item{}, fault.Missing("manifest", string(resource))
	}
	return found[0], nil
}

// WriteItems inserts or replaces.
func (m Manifests) WriteItems(ctx context.Context, items []manifest.Item) error {
	return chunks(items, bulkRows, func(some []manifest.Item) error {
		const columns = 12
		args := make([]any, 0, columns*len(some))
		for _, v := range some {
			var released any
			var r manifest.Release
			if v.Released != nil {
				r = *v.Released
				released = clock.Round(r.At)
			}
			var drift any
			if v.Drift != nil {
				text, err := json.Marshal(v.Drift)
				if err != nil {
					return fmt.Errorf("spell the drift of %s: %w", v.Identity, err)
				}
				drift = string(text)
			}
			args = append(args, string(v.ID), string(v.Set), string(v.Kind), v.Name, string(v.Resource), v.Path, v.Document, clock.Round(v.AppliedAt), released, r.By, r.Reason, drift)
		}
		_, err := m.s.exec(ctx, "INSERT INTO manifest_items (id, set_id, kind, name, resource_id, path, document, applied_at, released_at, released_by, released_for, drift) VALUES "+
			values(len(some), columns)+` ON CONFLICT (id) DO UPDATE SET name = excluded.name, resource_id = excluded.resource_id, path = excluded.path, document = excluded.document, applied_at = excluded.applied_at,
 released_at = excluded.released_at, released_by = excluded.released_by, released_for = excluded.released_for, drift = excluded.drift`, args...)
		if isUnique(err) {
			e := fault.New(fault.Conflict, "managed_elsewhere", "something of this set was brought by another at the same time: plan again")
			e.Err = err
			return e
		}
		return fail("write manifests", gone(err))
	})
}

// RemoveItems removes items.
func (m Manifests) RemoveItems(ctx context.Context, items []id.ID) error {
	return chunks(items, idBatch, func(some []id.ID) error {
		args := make([]any, len(some))
		for i, v := range some {
			args[i] = string(v)
		}
		_, err := m.s.exec(ctx, "DELETE FROM manifest_items WHERE id IN "+values(1, len(some)), args...)
		return fail("remove manifests", err)
	})
}
