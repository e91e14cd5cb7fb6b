package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/ent/db"
	entsla "github.com/evenkeel/evenkeel/ent/db/sla"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/sla"
)

// SLA is the store of package sla.
type SLA struct{ s *Store }

var _ sla.Store = SLA{}

// SLA returns the view of the store that package sla declares.
func (s *Store) SLA() SLA { return SLA{s} }

// CreateSLA writes head and first revision.
func (a SLA) CreateSLA(ctx context.Context, v sla.View, due time.Time) error {
	return a.s.InTx(ctx, func(ctx context.Context) error {
		h := v.SLA
		err := a.s.ent.SLA.Create().
			SetID(string(h.ID)).SetServiceID(string(h.Service)).SetSlug(h.Slug).SetName(h.Name).SetCustomer(h.Customer).
			SetUnit(string(h.Unit)).SetStart(h.Start).SetZone(h.Zone).SetValidFrom(h.ValidFrom).SetNillableValidUntil(h.ValidUntil).
			SetContact(h.Contact).SetTermsURL(h.TermsURL).SetRevision(h.Revision).SetDueAt(due).SetNillableEndedAt(h.EndedAt).
			SetCreatedAt(h.CreatedAt).SetUpdatedAt(h.UpdatedAt).SetVersion(h.Version).Exec(ctx)
		if err != nil {
			return named(registry.NounSLA, h.Slug, err)
		}
		return a.AddSLARevision(ctx, v.Revision)
	})
}

// AddSLARevision writes a revision; Stale when another with its number was first.
func (a SLA) AddSLARevision(ctx context.Context, r sla.Revision) error {
	credits, err := json.Marshal(r.Credits)
	if err != nil {
		return fail("spell credits", err)
	}
	err = a.s.ent.SLARevision.Create().
		SetID(string(r.ID)).SetSLAID(string(r.SLA)).SetNumber(r.Number).SetSloID(string(r.SLO)).SetTarget(r.Target.String()).
		SetCredits(credits).SetCreatedAt(r.CreatedAt).SetCreatedBy(r.CreatedBy).
		Exec(ctx)
	if isUnique(err) {
		return fault.Stale("sla")
	}
	return fail("write a revision of an SLA", gone(err))
}

const (
	slaRevisionColumns = "r.id, r.sla_id, r.number, r.slo_id, r.target, r.credits, r.created_at, r.created_by"
	slaViews           = `SELECT a.id, a.service_id, a.slug, a.name, a.customer, a.unit, a.start, a.zone, a.valid_from, a.valid_until,
 a.contact, a.terms_url, a.revision, a.ended_at, a.created_at, a.updated_at, a.version, v.slug, ` + slaRevisionColumns + `
FROM slas a JOIN services v ON v.id = a.service_id JOIN sla_revisions r ON r.sla_id = a.id AND r.number = a.revision`
	slaPeriods = `SELECT p.id, p.sla_id, p.start_at, p.end_at, p.good, p.total, p.verdict, p.credit,
 p.closed_good, p.closed_total, p.closed_verdict, p.closed_credit, p.closed_at, p.restated_at, p.restated_before, p.review_at, ` + slaRevisionColumns + `
FROM sla_periods p JOIN sla_revisions r ON r.id = p.revision_id`
)

// slaRevisionRow is a revision as slaRevisionColumns give it.
type slaRevisionRow struct {
	revision sla.Revision
	target   string
	credits  []byte
}

func (r *slaRevisionRow) dest() []any {
	v := &r.revision
	return []any{&v.ID, &v.SLA, &v.Number, &v.SLO, &r.target, &r.credits, &v.CreatedAt, &v.CreatedBy}
}

func (r *slaRevisionRow) read() (sla.Revision, error) {
	r.revision.CreatedAt = utc(r.revision.CreatedAt)
	if err := r.revision.Target.UnmarshalText([]byte(r.target)); err != nil {
		return sla.Revision{}, fail("read the target of an SLA", err)
	}
	return r.revision, fail("read the credits of an SLA", json.Unmarshal(r.credits, &r.revision.Credits))
}

// slaRow is a view with the slug of its service, by which it is listed.
type slaRow struct {
	sla.View
	service string
}

func (a SLA) rows(ctx context.Context, rest string, args ...any) ([]slaRow, error) {
	var out []slaRow
	err := a.s.queryAll(ctx, slaViews+rest, args, func(rows *sql.Rows) error {
		var row slaRow
		var r slaRevisionRow
		h := &row.SLA
		err := rows.Scan(append([]any{&h.ID, &h.Service, &h.Slug, &h.Name, &h.Customer, &h.Unit, &h.Start, &h.Zone, &h.ValidFrom, &h.ValidUntil,
			&h.Contact, &h.TermsURL, &h.Revision, &h.EndedAt, &h.CreatedAt, &h.UpdatedAt, &h.Version, &row.service}, r.dest()...)...)
		if err != nil {
			return err
		}
		h.ValidFrom, h.ValidUntil, h.EndedAt = utc(h.ValidFrom), utcOrNil(h.ValidUntil), utcOrNil(h.EndedAt)
		h.CreatedAt, h.UpdatedAt = utc(h.CreatedAt), utc(h.UpdatedAt)
		row.Revision, err = r.read()
		out = append(out, row)
		return err
	})
	return out, fail("read SLAs", err)
}

func (a SLA) views(ctx context.Context, rest string, args ...any) ([]sla.View, error) {
	rows, err := a.rows(ctx, rest, args...)
	out := make([]sla.View, len(rows))
	for i, row := range rows {
		out[i] = row.View
	}
	return out, err
}

func (a SLA) one(ctx context.Context, name, where string, args ...any) (sla.View, error) {
	found, err := a.views(ctx, where, args...)
	if err != nil {
		return sla.View{}, err
	}
	if len(found) == 0 {
		return sla.View{}, fault.Missing("sla", name)
	}
	return found[0], nil
}

// SLA returns the SLA with its current revision.
func (a SLA) SLA(ctx context.Context, of id.ID) (sla.View, error) {
	return a.one(ctx, string(of), " WHERE a.id = $1", string(of))
}

// SLABySlug returns the SLA of the service that has the slug now.
func (a SLA) SLABySlug(ctx context.Context, service id.ID, slug string) (sla.View, error) {
	return a.one(ctx, slug, " WHERE a.service_id = $1 AND a.slug = $2", string(service), slug)
}

// SLAs lists by slug of the service and of the SLA.
func (a SLA) SLAs(ctx context.Context, f sla.Filter, r page.Request) (page.Page[sla.View], error) {
	key, err := r.Key(f, 2)
	if err != nil {
		return page.Page[sla.View]{}, err
	}
	var c conditions
	if key != nil {
		c.add("(v.slug, a.slug) > (%s, %s)", key[0], key[1])
	}
	if f.Service != "" {
		c.add("a.service_id = %s", string(f.Service))
	}
	if f.Customer != "" {
		c.add("a.customer = %s", f.Customer)
	}
	if !f.IncludeEnded {
		c.add("a.ended_at IS NULL")
	}
	rows, err := a.rows(ctx, c.where()+" ORDER BY v.slug, a.slug"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return page.Page[sla.View]{}, err
	}
	cut := page.Cut(r, f, rows, func(row slaRow) []string { return []string{row.service, row.SLA.Slug} })
	return page.Map(cut, func(row slaRow) sla.View { return row.View }), nil
}

// SLAsOfSLO returns those that are not ended and measured by the SLO now.
func (a SLA) SLAsOfSLO(ctx context.Context, slo id.ID) ([]sla.View, error) {
	return a.views(ctx, " WHERE r.slo_id = $1 AND a.ended_at IS NULL ORDER BY a.id", string(slo))
}

// UpdateSLA writes the head, conditional on Version.
func (a SLA) UpdateSLA(ctx context.Context, h sla.SLA, due *time.Time) error {
	u := a.s.ent.SLA.Update().Where(entsla.ID(string(h.ID)), entsla.Version(h.Version)).
		SetSlug(h.Slug).SetName(h.Name).SetCustomer(h.Customer).SetContact(h.Contact).SetTermsURL(h.TermsURL).
		SetRevision(h.Revision).SetUpdatedAt(h.UpdatedAt).AddVersion(1)
	n, err := optionalStamps(u, h, due).Save(ctx)
	if isUnique(err) {
		return slugTaken(registry.NounSLA, h.Slug, err)
	}
	return written("sla", h.ID, n, err, func() (bool, error) { return a.exists(ctx, h.ID) })
}

func optionalStamps(u *db.SLAUpdate, h sla.SLA, due *time.Time) *db.SLAUpdate {
	u.SetNillableValidUntil(h.ValidUntil).SetNillableEndedAt(h.EndedAt).SetNillableDueAt(due)
	if h.ValidUntil == nil {
		u.ClearValidUntil()
	}
	if h.EndedAt == nil {
		u.ClearEndedAt()
	}
	if due == nil {
		u.ClearDueAt()
	}
	return u
}

func (a SLA) exists(ctx context.Context, of id.ID) (bool, error) {
	return a.s.ent.SLA.Query().Where(entsla.ID(string(of))).Exist(ctx)
}

// SLARevisionAt returns the revision in force just before the time, the first where
// there was none yet.
func (a SLA) SLARevisionAt(ctx context.Context, of id.ID, before time.Time) (sla.Revision, error) {
	var r slaRevisionRow
	err := a.s.queryOne(ctx, "SELECT "+slaRevisionColumns+` FROM sla_revisions r
WHERE r.sla_id = $1 AND (r.created_at < $2 OR r.number = 1) ORDER BY r.number DESC LIMIT 1`, []any{string(of), clock.Round(before)}, r.dest()...)
	if err != nil {
		return sla.Revision{}, notFound("sla_revision", string(of), err)
	}
	return r.read()
}

// DueSLAs returns SLAs with a period to be closed.
func (a SLA) DueSLAs(ctx context.Context, now time.Time, after id.ID, limit int) ([]sla.View, error) {
	return a.views(ctx, " WHERE a.due_at <= $1 AND a.id > $2 ORDER BY a.id LIMIT $3", clock.Round(now), string(after), limit)
}

// SetSLADue writes when the next period is closed.
func (a SLA) SetSLADue(ctx context.Context, of id.ID, version int64, due *time.Time) error {
	u := a.s.ent.SLA.Update().Where(entsla.ID(string(of)), entsla.Version(version)).SetNillableDueAt(due)
	if due == nil {
		u.ClearDueAt()
	}
	n, err := u.Save(ctx)
	return written("sla", of, n, err, func() (bool, error) { return a.exists(ctx, of) })
}

// AddSLAPeriod writes a closed period; Conflict "period_closed" when it was closed.
func (a SLA) AddSLAPeriod(ctx context.Context, p sla.Period) error {
	before, err := json.Marshal(p.RestatedBefore)
	if err != nil {
		return fail("spell what a period of an SLA was restated to", err)
	}
	err = a.s.ent.SLAPeriod.Create().
		SetID(string(p.ID)).SetSLAID(string(p.SLA)).SetRevisionID(string(p.Revision.ID)).SetStartAt(p.Start).SetEndAt(p.End).
		SetGood(p.Sum.Good).SetTotal(p.Sum.Total).SetVerdict(string(p.Verdict)).SetCredit(p.Credit).
		SetClosedGood(p.Closed.Sum.Good).SetClosedTotal(p.Closed.Sum.Total).SetClosedVerdict(string(p.Closed.Verdict)).SetClosedCredit(p.Closed.Credit).
		SetClosedAt(p.ClosedAt).SetNillableRestatedAt(p.RestatedAt).SetRestatedBefore(string(before)).SetNillableReviewAt(p.ReviewAt).
		Exec(ctx)
	if isUnique(err) {
		e := fault.New(fault.Conflict, "period_closed", "the period from %s was closed already", p.Start.Format(time.RFC3339))
		e.Err = err
		return e
	}
	return fail("write a period of an SLA", gone(err))
}

func (a SLA) periods(ctx context.Context, rest string, args ...any) ([]sla.Period, error) {
	var out []sla.Period
	err := a.s.queryAll(ctx, slaPeriods+rest, args, func(rows *sql.Rows) error {
		var p sla.Period
		var r slaRevisionRow
		var before string
		err := rows.Scan(append([]any{&p.ID, &p.SLA, &p.Start, &p.End, &p.Sum.Good, &p.Sum.Total, &p.Verdict, &p.Credit,
			&p.Closed.Sum.Good, &p.Closed.Sum.Total, &p.Closed.Verdict, &p.Closed.Credit, &p.ClosedAt, &p.RestatedAt, &before, &p.ReviewAt}, r.dest()...)...)
		if err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(before), &p.RestatedBefore); err != nil {
			return err
		}
		p.Start, p.End, p.ClosedAt, p.RestatedAt, p.ReviewAt = utc(p.Start), utc(p.End), utc(p.ClosedAt), utcOrNil(p.RestatedAt), utcOrNil(p.ReviewAt)
		p.Revision, err = r.read()
		out = append(out, p)
		return err
	})
	return out, fail("read periods of SLAs", err)
}

// SLAPeriods lists closed periods, the newest first.
func (a SLA) SLAPeriods(ctx context.Context, f sla.PeriodFilter, r page.Request) (page.Page[sla.Period], error) {
	cursor, err := r.Key(f, 1)
	if err != nil {
		return page.Page[sla.Period]{}, err
	}
	var c conditions
	c.add("p.sla_id = %s", string(f.SLA))
	if cursor != nil {
		before, err := time.Parse(time.RFC3339Nano, cursor[0])
		if err != nil {
			return page.Page[sla.Period]{}, badCursor()
		}
		c.add("p.start_at < %s", before.UTC())
	}
	if f.Verdict != "" {
		c.add("p.verdict = %s", string(f.Verdict))
	}
	rows, err := a.periods(ctx, c.where()+" ORDER BY p.start_at DESC"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return page.Page[sla.Period]{}, err
	}
	return page.Cut(r, f, rows, func(p sla.Period) []string { return []string{cursorTime(p.Start)} }), nil
}

// SLAPeriodsBetween returns closed periods of the SLAs that have a part in [from, to).
func (a SLA) SLAPeriodsBetween(ctx context.Context, slas []id.ID, from, to time.Time, limit int) ([]sla.Period, error) {
	if len(slas) == 0 {
		return nil, nil
	}
	args := []any{clock.Round(from), clock.Round(to), limit}
	for _, one := range slas {
		args = append(args, string(one))
	}
	list := values(1, len(args))
	list = "(" + strings.TrimPrefix(list, "($1,$2,$3,")
	return a.periods(ctx, " WHERE p.end_at > $1 AND p.start_at < $2 AND p.sla_id IN "+list+" ORDER BY p.sla_id, p.start_at LIMIT $3", args...)
}

// PeriodsToReview returns closed periods that are to be summed up again.
func (a SLA) PeriodsToReview(ctx context.Context, now time.Time, after id.ID, limit int) ([]sla.Period, error) {
	return a.periods(ctx, " WHERE p.review_at <= $1 AND p.id > $2 ORDER BY p.id LIMIT $3", clock.Round(now), string(after), limit)
}

// ReviewSLAPeriods writes what periods came to.
func (a SLA) ReviewSLAPeriods(ctx context.Context, periods []sla.Period) error {
	return fail("restate periods of SLAs", chunks(periods, bulkRows, func(some []sla.Period) error {
		args := make([]any, 0, 8*len(some))
		for _, p := range some {
			before, err := json.Marshal(p.RestatedBefore)
			if err != nil {
				return err
			}
			args = append(args, string(p.ID), p.Sum.Good, p.Sum.Total, string(p.Verdict), p.Credit, nullOrTime(p.RestatedAt), string(before), nullOrTime(p.ReviewAt))
		}
		// Within the statement: what begins otherwise than with UPDATE is taken for reading.
		reviewed := a.s.wanted(len(some), "id text", "good bigint", "total bigint", "verdict text", "credit text", "restated_at timestamptz", "restated_before text", "review_at timestamptz")
		_, err := a.s.exec(ctx, `UPDATE sla_periods SET good = w.good, total = w.total, verdict = w.verdict, credit = w.credit, restated_at = w.restated_at, restated_before = w.restated_before, review_at = w.review_at
 FROM (`+reviewed+`SELECT * FROM wanted) AS w WHERE sla_periods.id = w.id`, args...)
		return err
	}))
}

// LastClosed returns the end of the last closed period of the SLA, zero for none.
func (a SLA) LastClosed(ctx context.Context, of id.ID) (time.Time, error) {
	var end time.Time
	err := a.s.queryOne(ctx, "SELECT p.end_at FROM sla_periods p WHERE p.sla_id = $1 ORDER BY p.start_at DESC LIMIT 1", []any{string(of)}, &end)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return utc(end), fail("read the last period of an SLA", err)
}
