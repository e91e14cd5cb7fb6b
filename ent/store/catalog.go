package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	entsync "github.com/evenkeel/evenkeel/ent/db/catalogsync"
	entsystem "github.com/evenkeel/evenkeel/ent/db/system"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/catalog"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Catalog is the store of package catalog.
type Catalog struct{ s *Store }

var (
	_ catalog.Store  = Catalog{}
	_ catalog.Things = Registry{}
	_ catalog.Crowd  = Access{}
)

// Catalog returns the view of the store that package catalog declares.
func (s *Store) Catalog() Catalog { return Catalog{s} }

// CreateSync writes a sync.
func (c Catalog) CreateSync(ctx context.Context, v catalog.Sync) error {
	err := c.s.ent.CatalogSync.Create().
		SetID(string(v.ID)).SetPortal(v.Portal).SetFull(v.Full).SetState(string(v.State)).SetStartedBy(v.StartedBy).SetStartedAt(v.StartedAt).
		SetNillableEndedAt(v.EndedAt).SetCreated(v.Created).SetUpdated(v.Updated).SetUnchanged(v.Unchanged).SetRefused(v.Refused).
		SetSkipped(v.Skipped).SetDeferred(v.Deferred).SetGone(v.Gone).
		Exec(ctx)
	if isUnique(err) {
		return fault.Stale("sync") // another full one of the portal began at the same time
	}
	return fail("write a sync", err)
}

func (c Catalog) syncs(ctx context.Context, rest string, args ...any) ([]catalog.Sync, error) {
	var out []catalog.Sync
	err := c.s.queryAll(ctx, `SELECT y.id, y.portal, y."full", y.state, y.started_by, y.started_at, y.ended_at, y.created, y.updated, y.unchanged, y.refused, y.skipped, y.deferred, y.gone FROM catalog_syncs y`+rest,
		args, func(rows *sql.Rows) error {
			var v catalog.Sync
			err := rows.Scan(&v.ID, &v.Portal, &v.Full, &v.State, &v.StartedBy, &v.StartedAt, &v.EndedAt,
				&v.Created, &v.Updated, &v.Unchanged, &v.Refused, &v.Skipped, &v.Deferred, &v.Gone)
			v.StartedAt, v.EndedAt = utc(v.StartedAt), utcOrNil(v.EndedAt)
			out = append(out, v)
			return err
		})
	return out, fail("read syncs", err)
}

// Sync returns the sync.
func (c Catalog) Sync(ctx context.Context, of id.ID) (catalog.Sync, error) {
	found, err := c.syncs(ctx, " WHERE y.id = $1", string(of))
	if err != nil {
		return catalog.Sync{}, err
	}
	if len(found) == 0 {
		return catalog.Sync{}, fault.Missing("sync", string(of))
	}
	return found[0], nil
}

// Syncs lists the newest first: identifiers sort by when things were made.
func (c Catalog) Syncs(ctx context.Context, r page.Request) (page.Page[catalog.Sync], error) {
	key, err := r.Key(nil, 1)
	if err != nil {
		return page.Page[catalog.Sync]{}, err
	}
	var where conditions
	if key != nil {
		where.add("y.id < %s", key[0])
	}
	found, err := c.syncs(ctx, where.where()+" ORDER BY y.id DESC"+where.limit(r.Size()+1), where.args...)
	if err != nil {
		return page.Page[catalog.Sync]{}, err
	}
	return page.Cut(r, nil, found, func(v catalog.Sync) []string { return []string{string(v.ID)} }), nil
}

// Supersede ends the open full syncs of the portal.
func (c Catalog) Supersede(ctx context.Context, portal string, at time.Time) error {
	return fail("supersede a sync", c.s.ent.CatalogSync.Update().
		Where(entsync.Portal(portal), entsync.Full(true), entsync.State(string(catalog.Open))).
		SetState(string(catalog.Superseded)).SetEndedAt(at).Exec(ctx))
}

// Count adds to the counts of an open sync.
func (c Catalog) Count(ctx context.Context, of id.ID, n catalog.Counts) error {
	changed, err := c.s.ent.CatalogSync.Update().Where(entsync.ID(string(of)), entsync.State(string(catalog.Open))).
		AddCreated(n.Created).AddUpdated(n.Updated).AddUnchanged(n.Unchanged).AddRefused(n.Refused).AddSkipped(n.Skipped).AddDeferred(n.Deferred).AddGone(n.Gone).
		Save(ctx)
	if err == nil && changed == 0 {
		return fault.Missing("sync", string(of))
	}
	return fail("count entities", err)
}

// EndSync completes an open sync.
func (c Catalog) EndSync(ctx context.Context, of id.ID, at time.Time) error {
	changed, err := c.s.ent.CatalogSync.Update().Where(entsync.ID(string(of)), entsync.State(string(catalog.Open))).
		SetState(string(catalog.Complete)).SetEndedAt(at).Save(ctx)
	if err == nil && changed == 0 {
		return fault.Missing("sync", string(of))
	}
	return fail("end a sync", err)
}

// PruneSyncs removes up to limit of those that began before the time.
func (c Catalog) PruneSyncs(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := c.s.prune(ctx, "catalog_syncs", "started_at < $1", before, limit)
	return n, fail("prune syncs", err)
}

// PutEntity writes the entity, whether it was there or not.
func (c Catalog) PutEntity(ctx context.Context, e catalog.Entity) error {
	told, err := json.Marshal(e.Told)
	if err != nil {
		return fail("write what was told of an entity", err)
	}
	faults, err := json.Marshal(e.Faults)
	if err != nil {
		return fail("write the faults of an entity", err)
	}
	_, err = c.s.exec(ctx, `INSERT INTO catalog_entities (id, portal, kind, ref, uid, title, origin, state, resource_id, told, faults, pending, first_seen_at, seen_at, gone_at) VALUES `+values(1, 15)+`
ON CONFLICT (id) DO UPDATE SET ref = excluded.ref, uid = excluded.uid, title = excluded.title, origin = excluded.origin, state = excluded.state, resource_id = excluded.resource_id,
 told = excluded.told, faults = excluded.faults, pending = excluded.pending, seen_at = excluded.seen_at, gone_at = excluded.gone_at`,
		string(e.ID), e.Portal, string(e.Kind), e.Ref, e.UID, e.Title, e.Origin, string(e.State), orNil(e.Resource), string(told), string(faults), e.Pending,
		clock.Round(e.FirstSeenAt), clock.Round(e.SeenAt), nullOrTime(e.GoneAt))
	if isUnique(err) {
		return fault.Stale("entity")
	}
	return fail("write an entity", err)
}

// Seen notes that the entities were told again.
func (c Catalog) Seen(ctx context.Context, entities []id.ID, at time.Time) error {
	return fail("note entities that were seen", chunks(texts(entities), bulkRows, func(some []string) error {
		var where conditions
		where.add("seen_at = %s", clock.Round(at))
		set := where.text[0]
		where.text = nil
		where.in("id", some)
		_, err := c.s.exec(ctx, "UPDATE catalog_entities SET "+set+where.where(), where.args...)
		return err
	}))
}

func (c Catalog) entities(ctx context.Context, rest string, args ...any) ([]catalog.Entity, error) {
	var out []catalog.Entity
	err := c.s.queryAll(ctx, "SELECT e.id, e.portal, e.state, e.resource_id, e.told, e.faults, e.pending, e.first_seen_at, e.seen_at, e.gone_at FROM catalog_entities e"+rest,
		args, func(rows *sql.Rows) error {
			var e catalog.Entity
			var resource sql.NullString
			var told, faults []byte
			if err := rows.Scan(&e.ID, &e.Portal, &e.State, &resource, &told, &faults, &e.Pending, &e.FirstSeenAt, &e.SeenAt, &e.GoneAt); err != nil {
				return err
			}
			e.Resource, e.FirstSeenAt, e.SeenAt, e.GoneAt = id.ID(resource.String), utc(e.FirstSeenAt), utc(e.SeenAt), utcOrNil(e.GoneAt)
			if err := json.Unmarshal(told, &e.Told); err != nil {
				return err
			}
			out = append(out, e)
			return json.Unmarshal(faults, &out[len(out)-1].Faults)
		})
	return out, fail("read entities", err)
}

// Entities lists by reference.
func (c Catalog) Entities(ctx context.Context, f catalog.Filter, r page.Request) (page.Page[catalog.Entity], error) {
	key, err := r.Key(f, 2)
	if err != nil {
		return page.Page[catalog.Entity]{}, err
	}
	var where conditions
	if f.Kind != "" {
		where.add("e.kind = %s", string(f.Kind))
	}
	if f.State != "" {
		where.add("e.state = %s", string(f.State))
	}
	if f.Query != "" {
		pattern := containing(f.Query)
		where.add("("+c.s.contains("e.ref", "%s")+" OR "+c.s.contains("e.title", "%s")+")", pattern, pattern)
	}
	ref := "e.ref" + c.s.bytewise()
	if key != nil {
		where.add("("+ref+", e.id) > (%s, %s)", key[0], key[1])
	}
	found, err := c.entities(ctx, where.where()+" ORDER BY "+ref+", e.id"+where.limit(r.Size()+1), where.args...)
	if err != nil {
		return page.Page[catalog.Entity]{}, err
	}
	return page.Cut(r, f, found, func(e catalog.Entity) []string { return []string{e.Ref, string(e.ID)} }), nil
}

// within reads those of the portal of which the column is one of the values.
func (c Catalog) within(ctx context.Context, portal, column string, of []string, condition string) ([]catalog.Entity, error) {
	var out []catalog.Entity
	err := chunks(of, bulkRows, func(some []string) error {
		var where conditions
		where.add("e.portal = %s"+condition, portal)
		where.in(column, some)
		found, err := c.entities(ctx, where.where(), where.args...)
		out = append(out, found...)
		return err
	})
	return out, err
}

// ByUID returns those of the portal with the UIDs.
func (c Catalog) ByUID(ctx context.Context, portal string, uids []string) ([]catalog.Entity, error) {
	return c.within(ctx, portal, "e.uid", uids, "")
}

// ByRef returns the living ones of the portal with the references.
func (c Catalog) ByRef(ctx context.Context, portal string, refs []string) ([]catalog.Entity, error) {
	return c.within(ctx, portal, "e.ref", refs, " AND e.gone_at IS NULL")
}

// Of returns the living entity that the resource is.
func (c Catalog) Of(ctx context.Context, resource id.ID) (catalog.Entity, error) {
	found, err := c.entities(ctx, " WHERE e.resource_id = $1 AND e.gone_at IS NULL", string(resource))
	if err == nil && len(found) == 0 {
		return catalog.Entity{}, fault.Missing("entity", string(resource))
	}
	if err != nil {
		return catalog.Entity{}, err
	}
	return found[0], nil
}

// Unseen returns living ones of the portal that were not seen since the time.
func (c Catalog) Unseen(ctx context.Context, portal string, since time.Time, after id.ID, limit int) ([]catalog.Entity, error) {
	return c.entities(ctx, " WHERE e.portal = $1 AND e.gone_at IS NULL AND e.seen_at < $2 AND e.id > $3 ORDER BY e.id LIMIT $4",
		portal, clock.Round(since), string(after), limit)
}

// Links counts the living ones that are something, by kind.
func (c Catalog) Links(ctx context.Context, portal string, firstSeenBefore time.Time) (map[catalog.Kind]int, error) {
	out := map[catalog.Kind]int{}
	err := c.s.queryAll(ctx, "SELECT e.kind, count(*) FROM catalog_entities e WHERE e.portal = $1 AND e.gone_at IS NULL AND e.resource_id IS NOT NULL AND e.first_seen_at < $2 GROUP BY e.kind",
		[]any{portal, clock.Round(firstSeenBefore)}, func(rows *sql.Rows) error {
			var kind catalog.Kind
			var n int
			err := rows.Scan(&kind, &n)
			out[kind] = n
			return err
		})
	return out, fail("count links", err)
}

// Formerly returns the places, of those of the origins, where entities were something before the time.
func (c Catalog) Formerly(ctx context.Context, portal string, origins []string, before, since time.Time) (map[catalog.Place]bool, error) {
	out := map[catalog.Place]bool{}
	err := chunks(origins, bulkRows, func(some []string) error {
		var where conditions
		where.add("e.portal = %s AND e.resource_id IS NOT NULL AND (e.gone_at IS NULL AND e.first_seen_at < %s OR e.gone_at >= %s)", portal, clock.Round(before), clock.Round(since))
		where.in("e.origin", some)
		return c.s.queryAll(ctx, "SELECT DISTINCT e.kind, e.origin FROM catalog_entities e"+where.where(), where.args, func(rows *sql.Rows) error {
			var at catalog.Place
			err := rows.Scan(&at.Kind, &at.Origin)
			out[at] = true
			return err
		})
	})
	return out, fail("look for entities of the same origins", err)
}

// From returns those of the portal from the origins that live, or went since the time.
func (c Catalog) From(ctx context.Context, portal string, origins []string, since time.Time) ([]catalog.Entity, error) {
	var out []catalog.Entity
	err := chunks(origins, bulkRows, func(some []string) error {
		var where conditions
		where.add("e.portal = %s AND (e.gone_at IS NULL OR e.gone_at >= %s)", portal, clock.Round(since))
		where.in("e.origin", some)
		found, err := c.entities(ctx, where.where()+" ORDER BY e.id", where.args...)
		out = append(out, found...)
		return err
	})
	return out, err
}

// Left returns those of the portal with the references that went, who went last at the end.
func (c Catalog) Left(ctx context.Context, portal string, refs []string) ([]catalog.Entity, error) {
	var out []catalog.Entity
	err := chunks(refs, bulkRows, func(some []string) error {
		var where conditions
		where.add("e.portal = %s AND e.gone_at IS NOT NULL AND e.resource_id IS NOT NULL", portal)
		where.in("e.ref", some)
		found, err := c.entities(ctx, where.where()+" ORDER BY e.gone_at, e.id", where.args...)
		out = append(out, found...)
		return err
	})
	return out, err
}

// Undecided returns living ones of the portal that are deferred or pending.
func (c Catalog) Undecided(ctx context.Context, portal string, after id.ID, limit int) ([]catalog.Entity, error) {
	return c.entities(ctx, " WHERE e.portal = $1 AND e.gone_at IS NULL AND (e.pending OR e.state = 'deferred') AND e.id > $2 ORDER BY e.id LIMIT $3",
		portal, string(after), limit)
}

// MembershipsOf returns the memberships of the teams.
func (r Registry) MembershipsOf(ctx context.Context, teams []id.ID) ([]registry.Member, error) {
	return r.memberships(ctx, "m.team_id", teams)
}

// MembershipsIn returns the memberships of the person.
func (r Registry) MembershipsIn(ctx context.Context, person id.ID) ([]registry.Member, error) {
	return r.memberships(ctx, "m.person_id", []id.ID{person})
}

func (r Registry) memberships(ctx context.Context, column string, of []id.ID) ([]registry.Member, error) {
	var out []registry.Member
	err := r.s.each(ctx, of, func(c *conditions, some []string) string {
		c.in(column, some)
		return "SELECT m.team_id, m.person_id, p.display_name, m.joined_at, m.manager FROM members m JOIN people p ON p.id = m.person_id" + c.where() + " ORDER BY m.id"
	}, func(rows *sql.Rows) error {
		var m registry.Member
		err := rows.Scan(&m.Team, &m.Person, &m.Name, &m.JoinedAt, &m.Manager)
		m.JoinedAt = utc(m.JoinedAt)
		out = append(out, m)
		return err
	})
	return out, fail("read memberships", err)
}

// SystemsByID returns those that exist, by ID.
func (r Registry) SystemsByID(ctx context.Context, systems []id.ID) (map[id.ID]registry.System, error) {
	out := make(map[id.ID]registry.System, len(systems))
	err := chunks(texts(systems), idBatch, func(ids []string) error {
		rows, err := r.s.ent.System.Query().Where(entsystem.IDIn(ids...)).All(ctx)
		for _, y := range rows {
			out[id.ID(y.ID)] = fromDBSystem(y)
		}
		return err
	})
	return out, fail("read systems", err)
}
