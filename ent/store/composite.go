package store

import (
	"context"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/composite"

	entcomposite "github.com/evenkeel/evenkeel/ent/db/composite"
)

// Composite is the store of package composite.
type Composite struct{ s *Store }

var _ composite.Store = Composite{}

// Composites returns the view of the store that package composite declares.
func (s *Store) Composites() Composite { return Composite{s} }

// CreateComposite writes head, first revision with its members, and first status.
func (o Composite) CreateComposite(ctx context.Context, v composite.View) error {
	return o.s.InTx(ctx, func(ctx context.Context) error {
		h := v.Composite
		err := o.s.ent.Composite.Create().
			SetID(string(h.ID)).SetSlug(h.Slug).SetName(h.Name).SetDescription(h.Description).SetTeamID(string(h.Team)).SetNillableSystemID(orNil(h.System)).
			SetJourneyName(h.Journey.Name).SetJourneyDescription(h.Journey.Description).SetRevision(h.Revision).
			SetCreatedAt(h.CreatedAt).SetUpdatedAt(h.UpdatedAt).SetNillableRetiredAt(h.RetiredAt).SetVersion(h.Version).Exec(ctx)
		if err != nil {
			return named(registry.NounComposite, h.Slug, err)
		}
		if err := o.AddCompositeRevision(ctx, v.Revision); err != nil {
			return err
		}
		return o.PutCompositeStatuses(ctx, []composite.Status{v.Status})
	})
}

// AddCompositeRevision writes a revision with its members, and removes the parts of the
// former one; Stale when another with its number was first.
func (o Composite) AddCompositeRevision(ctx context.Context, r composite.Revision) error {
	return o.s.InTx(ctx, func(ctx context.Context) error {
		err := o.s.ent.CompositeRevision.Create().
			SetID(string(r.ID)).SetCompositeID(string(r.Composite)).SetNumber(r.Number).SetMethod(string(r.Method)).SetObjective(r.Objective.String()).
			SetTimeWindow(r.Over.Text()).SetSliceS(seconds(r.SliceLength)).SetSliceTarget(r.SliceTarget.String()).SetRationale(r.Rationale).
			SetCreatedAt(r.CreatedAt).SetCreatedBy(r.CreatedBy).Exec(ctx)
		if isUnique(err) {
			return fault.Stale("composite")
		}
		if err != nil {
			return fail("write a revision of a composite", gone(err))
		}
		for i, m := range r.Members {
			err := o.s.ent.CompositeMember.Create().
				SetID(string(m.ID)).SetRevisionID(string(r.ID)).SetPosition(i).SetSloID(string(m.SLO.ID)).
				SetWeight(m.Weight.String()).SetMissing(string(m.Missing)).Exec(ctx)
			if err != nil {
				return fail("write a member of a composite", gone(err))
			}
		}
		_, err = o.s.exec(ctx, "DELETE FROM composite_parts WHERE composite_id = $1", string(r.Composite))
		return fail("remove the parts of a composite", err)
	})
}

// UpdateComposite writes the head, conditional on Version.
func (o Composite) UpdateComposite(ctx context.Context, h composite.Composite) error {
	u := o.s.ent.Composite.Update().Where(entcomposite.ID(string(h.ID)), entcomposite.Version(h.Version)).
		SetSlug(h.Slug).SetName(h.Name).SetDescription(h.Description).SetTeamID(string(h.Team)).
		SetJourneyName(h.Journey.Name).SetJourneyDescription(h.Journey.Description).SetRevision(h.Revision).
		SetUpdatedAt(h.UpdatedAt).AddVersion(1)
	if h.System == "" {
		u.ClearSystemID()
	} else {
		u.SetSystemID(string(h.System))
	}
	if h.RetiredAt == nil {
		u.ClearRetiredAt()
	} else {
		u.SetRetiredAt(*h.RetiredAt)
	}
	n, err := u.Save(ctx)
	if isUnique(err) {
		return slugTaken(registry.NounComposite, h.Slug, err)
	}
	return written("composite", h.ID, n, gone(err), func() (bool, error) {
		return o.s.ent.Composite.Query().Where(entcomposite.ID(string(h.ID))).Exist(ctx)
	})
}

// PutCompositeStatuses writes many, in few statements.
func (o Composite) PutCompositeStatuses(ctx context.Context, statuses []composite.Status) error {
	const columns = 9
	return fail("write statuses of composites", chunks(statuses, bulkRows, func(statuses []composite.Status) error {
		args := make([]any, 0, columns*len(statuses))
		for _, t := range statuses {
			var remaining any
			if t.RemainingPPB != nil {
				remaining = *t.RemainingPPB
			}
			args = append(args, string(t.Composite), string(t.Revision), nullOr(t.End), nullOr(t.EvaluatedAt), string(t.State), nullOr(t.Since), t.Stale, nullOr(t.Latest), remaining)
		}
		_, err := o.s.exec(ctx, `INSERT INTO composite_statuses (composite_id, revision_id, end_at, evaluated_at, state, since, stale, latest, remaining_ppb) VALUES `+
			values(len(statuses), columns)+` ON CONFLICT (composite_id) DO UPDATE SET revision_id = excluded.revision_id, end_at = excluded.end_at,
 evaluated_at = excluded.evaluated_at, state = excluded.state, since = excluded.since, stale = excluded.stale, latest = excluded.latest, remaining_ppb = excluded.remaining_ppb`, args...)
		return gone(err)
	}))
}

// PutCompositeParts writes many, in few statements. A part of a revision that is not the
// current one any more is left out: it was removed.
func (o Composite) PutCompositeParts(ctx context.Context, parts []composite.Part) error {
	const columns = 11
	return fail("write parts of composites", chunks(parts, bulkRows, func(parts []composite.Part) error {
		args := make([]any, 0, columns*len(parts))
		for _, p := range parts {
			args = append(args, string(p.Of), string(p.Composite), p.Objective.String(), p.MinEvents, p.Unit, nullOr(p.End), nullOr(p.EvaluatedAt), nullOr(p.Latest), p.Stale, p.Filling,
				packSums(slo.Status{Sums: p.Sums}))
		}
		query := o.s.wanted(len(parts), "of_id text", "composite_id text", "objective text", "min_events bigint", "unit bigint", "end_at timestamptz", "evaluated_at timestamptz", "latest timestamptz", "stale boolean", "filling boolean", "sums bytea")
		_, err := o.s.exec(ctx, `INSERT INTO composite_parts (of_id, composite_id, objective, min_events, unit, end_at, evaluated_at, latest, stale, filling, sums)
`+query+`SELECT w.of_id, w.composite_id, w.objective, w.min_events, w.unit, w.end_at, w.evaluated_at, w.latest, w.stale, w.filling, w.sums FROM wanted w
 JOIN composites c ON c.id = w.composite_id JOIN composite_revisions r ON r.composite_id = c.id AND r.number = c.revision
WHERE w.of_id = r.id OR EXISTS (SELECT 1 FROM composite_members m WHERE m.revision_id = r.id AND m.id = w.of_id)
ON CONFLICT (of_id) DO UPDATE SET objective = excluded.objective, min_events = excluded.min_events, unit = excluded.unit, end_at = excluded.end_at,
 evaluated_at = excluded.evaluated_at, latest = excluded.latest, stale = excluded.stale, filling = excluded.filling, sums = excluded.sums`, args...)
		return err
	}))
}
