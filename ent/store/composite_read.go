package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/composite"
	"github.com/evenkeel/evenkeel/services/slo/composite/formula"
)

const (
	compositeRevisionColumns = "r.id, r.composite_id, r.number, r.method, r.objective, r.time_window, r.slice_s, r.slice_target, r.rationale, r.created_at, r.created_by"
	compositeViews           = `SELECT c.id, c.slug, c.name, c.description, c.team_id, COALESCE(c.system_id, ''), c.journey_name, c.journey_description,
 c.revision, c.created_at, c.updated_at, c.retired_at, c.version,
 t.composite_id, t.revision_id, t.end_at, t.evaluated_at, t.state, t.since, t.stale, t.latest, t.remaining_ppb, ` + compositeRevisionColumns + `
FROM ` + compositeJoin
	compositeJoin = "composites c JOIN composite_revisions r ON r.composite_id = c.id AND r.number = c.revision JOIN composite_statuses t ON t.composite_id = c.id"
)

// compositeRevisionRow is a revision as compositeRevisionColumns give it.
type compositeRevisionRow struct {
	revision                  composite.Revision
	objective, window, target string
	slice                     int64
}

func (r *compositeRevisionRow) dest() []any {
	v := &r.revision
	return []any{&v.ID, &v.Composite, &v.Number, &v.Method, &r.objective, &r.window, &r.slice, &r.target, &v.Rationale, &v.CreatedAt, &v.CreatedBy}
}

func (r *compositeRevisionRow) read() (composite.Revision, error) {
	v := &r.revision
	v.CreatedAt, v.SliceLength = utc(v.CreatedAt), time.Duration(r.slice)*time.Second
	if err := v.Objective.UnmarshalText([]byte(r.objective)); err != nil {
		return *v, fmt.Errorf("the objective %q of revision %s %w", r.objective, v.ID, err)
	}
	var err error
	if r.target != "" {
		if v.SliceTarget, err = budget.ParseSliceTarget(r.target); err != nil {
			return *v, fmt.Errorf("the slice target %q of revision %s %w", r.target, v.ID, err)
		}
	}
	v.Over, err = slo.ParseTimeWindow(r.window)
	return *v, err
}

// views reads composites, with parts only where they are asked for.
func (o Composite) views(ctx context.Context, withParts bool, rest string, args ...any) ([]composite.View, error) {
	var out []composite.View
	err := o.s.queryAll(ctx, compositeViews+rest, args, func(rows *sql.Rows) error {
		var v composite.View
		var r compositeRevisionRow
		var end, evaluated, latest sql.NullTime
		c, t := &v.Composite, &v.Status
		err := rows.Scan(append([]any{&c.ID, &c.Slug, &c.Name, &c.Description, &c.Team, &c.System, &c.Journey.Name, &c.Journey.Description,
			&c.Revision, &c.CreatedAt, &c.UpdatedAt, &c.RetiredAt, &c.Version,
			&t.Composite, &t.Revision, &end, &evaluated, &t.State, &t.Since, &t.Stale, &latest, &t.RemainingPPB}, r.dest()...)...)
		if err != nil {
			return err
		}
		c.CreatedAt, c.UpdatedAt, c.RetiredAt = utc(c.CreatedAt), utc(c.UpdatedAt), utcOrNil(c.RetiredAt)
		t.End, t.EvaluatedAt, t.Latest, t.Since = zeroOr(end), zeroOr(evaluated), zeroOr(latest), utc(t.Since)
		v.Revision, err = r.read()
		out = append(out, v)
		return err
	})
	if err != nil {
		return nil, fail("read composites", err)
	}
	revisions := make([]*composite.Revision, len(out))
	for i := range out {
		revisions[i] = &out[i].Revision
	}
	if err := o.members(ctx, revisions); err != nil {
		return nil, err
	}
	if withParts {
		err = o.parts(ctx, out)
	}
	return out, err
}

// members fills in those of the revisions.
func (o Composite) members(ctx context.Context, revisions []*composite.Revision) error {
	return fail("read the members of composites", chunks(revisions, bulkRows, func(some []*composite.Revision) error {
		args, of := make([]any, len(some)), make(map[id.ID]*composite.Revision, len(some))
		for i, r := range some {
			args[i], of[r.ID] = string(r.ID), r
		}
		return o.s.queryAll(ctx, `SELECT m.revision_id, m.id, m.weight, m.missing, s.id, v.id, v.slug, s.slug, s.name, r.objective, i.resolution_s, (s.retired_at IS NOT NULL OR v.retired_at IS NOT NULL)
FROM composite_members m JOIN slos s ON s.id = m.slo_id JOIN services v ON v.id = s.service_id
 JOIN slo_revisions r ON r.slo_id = s.id AND r.number = s.revision JOIN indicators i ON i.id = r.indicator_id
WHERE m.revision_id IN `+values(1, len(some))+" ORDER BY m.revision_id, m.position", args, func(rows *sql.Rows) error {
			var revision id.ID
			var m composite.Member
			var weight, objective string
			var resolution int64
			err := rows.Scan(&revision, &m.ID, &weight, &m.Missing, &m.SLO.ID, &m.SLO.Service, &m.SLO.ServiceSlug, &m.SLO.Slug, &m.SLO.Name, &objective, &resolution, &m.SLO.Retired)
			if err != nil {
				return err
			}
			m.SLO.Resolution = time.Duration(resolution) * time.Second
			if err := m.SLO.Objective.UnmarshalText([]byte(objective)); err != nil {
				return fmt.Errorf("the objective %q of SLO %s %w", objective, m.SLO.ID, err)
			}
			if m.Weight, err = formula.ParseWeight(weight); err != nil {
				return fmt.Errorf("the weight %q of member %s %w", weight, m.ID, err)
			}
			of[revision].Members = append(of[revision].Members, m)
			return nil
		})
	}))
}

// parts fills in those of the composites.
func (o Composite) parts(ctx context.Context, views []composite.View) error {
	of := make(map[id.ID]*composite.View, len(views))
	ids := make([]any, len(views))
	for i := range views {
		of[views[i].Composite.ID], ids[i] = &views[i], string(views[i].Composite.ID)
	}
	return fail("read the parts of composites", chunks(ids, bulkRows, func(some []any) error {
		return o.s.queryAll(ctx, `SELECT p.of_id, p.composite_id, p.objective, p.min_events, p.unit, p.end_at, p.evaluated_at, p.latest, p.stale, p.filling, p.sums
FROM composite_parts p WHERE p.composite_id IN `+values(1, len(some))+" ORDER BY p.of_id", some, func(rows *sql.Rows) error {
			var p composite.Part
			var objective string
			var latest sql.NullTime
			var sums []byte
			if err := rows.Scan(&p.Of, &p.Composite, &objective, &p.MinEvents, &p.Unit, &p.End, &p.EvaluatedAt, &latest, &p.Stale, &p.Filling, &sums); err != nil {
				return err
			}
			p.End, p.EvaluatedAt, p.Latest = utc(p.End), utc(p.EvaluatedAt), zeroOr(latest)
			if err := p.Objective.UnmarshalText([]byte(objective)); err != nil {
				return fmt.Errorf("the objective %q of part %s %w", objective, p.Of, err)
			}
			var packed slo.Status
			if err := unpackSums(sums, &packed); err != nil {
				return err
			}
			p.Sums = packed.Sums
			v := of[p.Composite]
			v.Parts = append(v.Parts, p)
			return nil
		})
	}))
}

func (o Composite) one(ctx context.Context, name, where string, args ...any) (composite.View, error) {
	found, err := o.views(ctx, true, where, args...)
	if err != nil {
		return composite.View{}, err
	}
	if len(found) == 0 {
		return composite.View{}, fault.Missing("composite", name)
	}
	return found[0], nil
}

// Composite returns the composite with what is current of it.
func (o Composite) Composite(ctx context.Context, of id.ID) (composite.View, error) {
	return o.one(ctx, string(of), " WHERE c.id = $1", string(of))
}

// CompositeBySlug returns the composite that has the slug now.
func (o Composite) CompositeBySlug(ctx context.Context, slug string) (composite.View, error) {
	return o.one(ctx, slug, " WHERE c.slug = $1", slug)
}

// composites adds what the filter asks for.
func (c *conditions) composites(f composite.Filter) {
	if f.System != "" {
		c.add("c.system_id = %s", string(f.System))
	}
	if f.Team != "" {
		c.add("c.team_id = %s", string(f.Team))
	}
	if f.Service != "" {
		c.add("EXISTS (SELECT 1 FROM composite_members m JOIN slos s ON s.id = m.slo_id WHERE m.revision_id = r.id AND s.service_id = %s)", string(f.Service))
	}
	if f.SLO != "" {
		c.add("EXISTS (SELECT 1 FROM composite_members m WHERE m.revision_id = r.id AND m.slo_id = %s)", string(f.SLO))
	}
	if f.State != "" {
		c.add("t.state = %s", string(f.State))
	}
	if !f.IncludeRetired {
		c.add("c.retired_at IS NULL")
	}
}

// Composites lists by slug.
func (o Composite) Composites(ctx context.Context, f composite.Filter, r page.Request) (page.Page[composite.View], error) {
	key, err := r.Key(f, 1)
	if err != nil {
		return page.Page[composite.View]{}, err
	}
	var c conditions
	if key != nil {
		c.add("c.slug > %s", key[0])
	}
	c.composites(f)
	views, err := o.views(ctx, true, c.where()+" ORDER BY c.slug"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return page.Page[composite.View]{}, err
	}
	return page.Cut(r, f, views, func(v composite.View) []string { return []string{v.Composite.Slug} }), nil
}

// CountComposites counts those that Composites lists.
func (o Composite) CountComposites(ctx context.Context, f composite.Filter) (int, error) {
	var c conditions
	c.composites(f)
	var n int
	err := o.s.queryOne(ctx, "SELECT count(*) FROM "+compositeJoin+c.where(), c.args, &n)
	return n, fail("count composites", err)
}

// CompositeRevisions lists the newest first.
func (o Composite) CompositeRevisions(ctx context.Context, of id.ID, r page.Request) (page.Page[composite.Revision], error) {
	type filter struct{ Composite id.ID }
	key, err := r.Key(filter{of}, 1)
	if err != nil {
		return page.Page[composite.Revision]{}, err
	}
	var c conditions
	c.add("r.composite_id = %s", string(of))
	if key != nil {
		number, err := strconv.Atoi(key[0])
		if err != nil {
			return page.Page[composite.Revision]{}, badCursor()
		}
		c.add("r.number < %s", number)
	}
	var found []composite.Revision
	err = o.s.queryAll(ctx, "SELECT "+compositeRevisionColumns+" FROM composite_revisions r"+c.where()+" ORDER BY r.number DESC"+c.limit(r.Size()+1), c.args, func(rows *sql.Rows) error {
		var row compositeRevisionRow
		if err := rows.Scan(row.dest()...); err != nil {
			return err
		}
		revision, err := row.read()
		found = append(found, revision)
		return err
	})
	if err != nil {
		return page.Page[composite.Revision]{}, fail("read the revisions of a composite", err)
	}
	revisions := make([]*composite.Revision, len(found))
	for i := range found {
		revisions[i] = &found[i]
	}
	if err := o.members(ctx, revisions); err != nil {
		return page.Page[composite.Revision]{}, err
	}
	return page.Cut(r, filter{of}, found, func(v composite.Revision) []string { return []string{strconv.Itoa(v.Number)} }), nil
}

// ActiveComposites returns those that are not retired, by ID, without parts.
func (o Composite) ActiveComposites(ctx context.Context, after id.ID, limit int) ([]composite.View, error) {
	return o.views(ctx, false, " WHERE c.retired_at IS NULL AND c.id > $1 ORDER BY c.id LIMIT $2", string(after), limit)
}

// DueComposites returns those whose status may be another by now.
func (o Composite) DueComposites(ctx context.Context, before time.Time, after id.ID, limit int) ([]composite.View, error) {
	return o.views(ctx, true, ` WHERE c.retired_at IS NULL AND c.id > $1 AND (t.evaluated_at IS NULL OR t.evaluated_at <= $2 OR t.revision_id <> r.id
 OR EXISTS (SELECT 1 FROM composite_parts p WHERE p.composite_id = c.id AND p.evaluated_at > t.evaluated_at)) ORDER BY c.id LIMIT $3`, string(after), clock.Round(before), limit)
}
