package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"

	entslo "github.com/evenkeel/evenkeel/ent/db/slo"
)

// SLO is the store of package slo.
type SLO struct{ s *Store }

var _ slo.Store = SLO{}

// SLO returns the view of the store that package slo declares.
func (s *Store) SLO() SLO { return SLO{s} }

// CreateSLO writes head, first revision, first indicator and first status.
func (o SLO) CreateSLO(ctx context.Context, v slo.View) error {
	return o.s.InTx(ctx, func(ctx context.Context) error {
		h := v.SLO
		err := o.s.ent.SLO.Create().
			SetID(string(h.ID)).SetServiceID(string(h.Service)).SetSlug(h.Slug).SetName(h.Name).SetDescription(h.Description).
			SetRevision(h.Revision).SetCreatedAt(h.CreatedAt).SetUpdatedAt(h.UpdatedAt).SetNillableRetiredAt(h.RetiredAt).SetManager(h.Manager).
			SetVersion(h.Version).Exec(ctx)
		if err != nil {
			return named(registry.NounSLO, h.Slug, err)
		}
		if err := o.AddIndicator(ctx, v.Indicator); err != nil {
			return err
		}
		if err := o.AddRevision(ctx, v.Revision); err != nil {
			return err
		}
		return o.PutStatuses(ctx, []slo.Status{v.Status})
	})
}

// AddIndicator writes an indicator.
func (o SLO) AddIndicator(ctx context.Context, i slo.Indicator) error {
	err := o.s.ent.Indicator.Create().
		SetID(string(i.ID)).SetSloID(string(i.SLO)).SetCategory(string(i.Category)).SetCounting(string(i.Counting)).
		SetResolutionS(seconds(i.Resolution)).SetDescription(i.Description).SetNillableDataSourceID(orNil(i.Origin.DataSource)).
		SetOrigin(i.Origin.String()).SetMaxGroups(i.Origin.MaxGroups).SetCreatedAt(i.CreatedAt).
		Exec(ctx)
	return fail("write an indicator", gone(err))
}

// UpdateIndicator writes category and description.
func (o SLO) UpdateIndicator(ctx context.Context, i slo.Indicator) error {
	n, err := o.s.exec(ctx, "UPDATE indicators SET category = $1, description = $2 WHERE id = $3", string(i.Category), i.Description, string(i.ID))
	if err == nil && n == 0 {
		return fault.Missing("indicator", string(i.ID))
	}
	return fail("write an indicator", err)
}

// AddRevision writes a revision; Stale when another with its number was first.
func (o SLO) AddRevision(ctx context.Context, r slo.Revision) error {
	err := o.s.ent.SLORevision.Create().
		SetID(string(r.ID)).SetSloID(string(r.SLO)).SetNumber(r.Number).SetIndicatorID(string(r.Indicator)).
		SetObjective(r.Objective.String()).SetTimeWindow(r.Over.Text()).SetFurther(furtherText(r.Further)).SetBudgeting(budgetingText(r.Budgeting)).SetMinEvents(r.MinEvents).SetConfidence(r.Confidence.String()).SetEnforcement(string(r.Enforcement)).
		SetAlertsOff(string(r.Alerts.Off)).SetMinBadEvents(r.Alerts.MinBadEvents).
		SetRationale(r.Rationale).SetReviewer(r.Reviewer).SetNillableReviewBy(r.ReviewBy).
		SetCreatedAt(r.CreatedAt).SetCreatedBy(r.CreatedBy).
		Exec(ctx)
	if isUnique(err) {
		return fault.Stale("SLO")
	}
	return fail("write a revision", gone(err))
}

// UpdateSLO writes the head, conditional on Version.
func (o SLO) UpdateSLO(ctx context.Context, h slo.SLO) error {
	u := o.s.ent.SLO.Update().Where(entslo.ID(string(h.ID)), entslo.Version(h.Version)).
		SetSlug(h.Slug).SetName(h.Name).SetDescription(h.Description).SetRevision(h.Revision).SetManager(h.Manager).
		SetUpdatedAt(h.UpdatedAt).AddVersion(1)
	if h.RetiredAt == nil {
		u.ClearRetiredAt()
	} else {
		u.SetRetiredAt(*h.RetiredAt)
	}
	n, err := u.Save(ctx)
	if isUnique(err) {
		return slugTaken(registry.NounSLO, h.Slug, err)
	}
	return written("slo", h.ID, n, err, func() (bool, error) {
		return o.s.ent.SLO.Query().Where(entslo.ID(string(h.ID))).Exist(ctx)
	})
}

// View returns the SLO with what is current of it.
func (o SLO) View(ctx context.Context, of id.ID) (slo.View, error) {
	return o.view(ctx, string(of), " WHERE s.id = $1", string(of))
}

// ViewBySlug returns the SLO of the service that has the slug now.
func (o SLO) ViewBySlug(ctx context.Context, service id.ID, slug string) (slo.View, error) {
	return o.view(ctx, slug, " WHERE s.service_id = $1 AND s.slug = $2", string(service), slug)
}

func (o SLO) view(ctx context.Context, name, where string, args ...any) (slo.View, error) {
	views, err := o.views(ctx, "SELECT "+viewColumns+viewTables+where, args)
	if err != nil {
		return slo.View{}, err
	}
	if len(views) == 0 {
		return slo.View{}, fault.Missing("slo", name)
	}
	return views[0], nil
}

func (o SLO) views(ctx context.Context, query string, args []any) ([]slo.View, error) {
	var out []slo.View
	err := o.s.lookUp(ctx, query, args, func(rows *sql.Rows) error {
		v, err := fromDBView(rows)
		out = append(out, v)
		return err
	})
	return out, fail("read SLOs", err)
}

// ViewsByID returns those that exist, in any order.
func (o SLO) ViewsByID(ctx context.Context, slos []id.ID) ([]slo.View, error) {
	var out []slo.View
	err := chunks(slos, idBatch, func(of []id.ID) error {
		args := make([]any, len(of))
		for i, v := range of {
			args[i] = string(v)
		}
		views, err := o.views(ctx, "SELECT "+viewColumns+viewTables+" WHERE s.id IN "+values(1, len(of)), args)
		out = append(out, views...)
		return err
	})
	return out, err
}

// ActiveViews returns up to limit views of what is evaluated, by ID.
func (o SLO) ActiveViews(ctx context.Context, after id.ID, limit int) ([]slo.View, error) {
	return o.views(ctx, "SELECT "+viewColumns+viewTables+" WHERE s.id > $1 AND s.retired_at IS NULL AND v.retired_at IS NULL ORDER BY s.id LIMIT $2",
		[]any{string(after), limit})
}

// ViewsOf returns those of the services that are not retired.
func (o SLO) ViewsOf(ctx context.Context, services []id.ID) ([]slo.View, error) {
	if len(services) == 1 && o.s.db.joined(ctx) == nil {
		return o.viewsOfOne(ctx, services[0])
	}
	return o.readViewsOf(ctx, services)
}

func (o SLO) readViewsOf(ctx context.Context, services []id.ID) ([]slo.View, error) {
	var out []slo.View
	err := chunks(services, bulkRows, func(some []id.ID) error {
		args := make([]any, len(some))
		for i, one := range some {
			args[i] = string(one)
		}
		found, err := o.views(ctx, "SELECT "+viewColumns+viewTables+" WHERE s.service_id IN "+values(1, len(some))+" AND s.retired_at IS NULL AND v.retired_at IS NULL", args)
		out = append(out, found...)
		return err
	})
	return out, err
}

// Revision returns the revision with that number.
func (o SLO) Revision(ctx context.Context, of id.ID, number int) (slo.RevisionWithIndicator, error) {
	found, err := o.revisions(ctx, " WHERE r.slo_id = $1 AND r.number = $2", string(of), number)
	if err != nil {
		return slo.RevisionWithIndicator{}, err
	}
	if len(found) == 0 {
		return slo.RevisionWithIndicator{}, fault.Missing("slo_revision", fmt.Sprint(number))
	}
	return found[0], nil
}

func (o SLO) revisions(ctx context.Context, where string, args ...any) ([]slo.RevisionWithIndicator, error) {
	var out []slo.RevisionWithIndicator
	err := o.s.queryAll(ctx, "SELECT "+revisionColumns+", "+indicatorColumns+" FROM slo_revisions r JOIN indicators i ON i.id = r.indicator_id"+where,
		args, func(rows *sql.Rows) error {
			r, err := fromDBRevision(rows)
			out = append(out, r)
			return err
		})
	return out, fail("read revisions", err)
}

// ForgetRemaining has the budget of an SLO unknown until the next status.
func (o SLO) ForgetRemaining(ctx context.Context, of id.ID) error {
	_, err := o.s.exec(ctx, "UPDATE slo_statuses SET remaining_ppb = NULL, rank = $1 WHERE slo_id = $2", rank(nil), string(of))
	return fail("write a status", err)
}

// LockStatuses locks the rows on PostgreSQL, in the order in which they are written; on SQLite
// the one writer is the lock.
func (o SLO) LockStatuses(ctx context.Context, slos []id.ID) error {
	if !o.s.postgres() {
		return nil
	}
	err := chunks(slices.Sorted(slices.Values(slos)), bulkRows, func(of []id.ID) error {
		return o.s.queryAll(ctx, "SELECT slo_id FROM slo_statuses WHERE slo_id IN "+values(1, len(of))+" ORDER BY slo_id FOR NO KEY UPDATE", arguments(texts(of)),
			func(*sql.Rows) error { return nil })
	})
	return fail("lock statuses", err)
}

// PutStatuses writes many, in few statements and in one order.
func (o SLO) PutStatuses(ctx context.Context, statuses []slo.Status) error {
	const columns = 13
	return o.s.InTx(ctx, func(ctx context.Context) error {
		return fail("write statuses", chunks(sortedStatuses(statuses), bulkRows, func(statuses []slo.Status) error {
			args := make([]any, 0, columns*len(statuses))
			for _, t := range statuses {
				var remaining any
				if t.RemainingPPB != nil {
					remaining = *t.RemainingPPB
				}
				args = append(args, string(t.SLO), string(t.Revision), nullOr(t.End), nullOr(t.EvaluatedAt),
					string(t.State), nullOr(t.Since), t.Stale, t.Filling, nullOr(t.Latest), packSums(t), remaining, rank(t.RemainingPPB), worstText(t.Worst))
			}
			_, err := o.s.exec(ctx, `INSERT INTO slo_statuses (slo_id, revision_id, end_at, evaluated_at, state, since, stale, filling, latest, sums, remaining_ppb, rank, worst) VALUES `+
				values(len(statuses), columns)+` ON CONFLICT (slo_id) DO UPDATE SET revision_id = excluded.revision_id,
 end_at = excluded.end_at, evaluated_at = excluded.evaluated_at, state = excluded.state, since = excluded.since, stale = excluded.stale, filling = excluded.filling,
 latest = excluded.latest, sums = excluded.sums, remaining_ppb = excluded.remaining_ppb, rank = excluded.rank, worst = excluded.worst`, args...)
			return gone(err)
		}))
	})
}
