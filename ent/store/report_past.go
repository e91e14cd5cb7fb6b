package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/evenkeel/evenkeel/ent/db/violation"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/report"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/correction"
	"github.com/evenkeel/evenkeel/services/slo/outage"
	"github.com/evenkeel/evenkeel/services/slo/sla"
)

// among are the conditions that a column is one of some, and that rows lie in [from, to).
func among(column string, some []id.ID, from, to time.Time, between string) conditions {
	var c conditions
	c.args = idArguments(some)
	c.text = append(c.text, column+" IN "+values(1, len(some)))
	c.add(between, clock.Round(from), clock.Round(to))
	return c
}

// SLOsOf returns those of the services, retired ones too.
func (a Reports) SLOsOf(ctx context.Context, services []id.ID) ([]slo.View, error) {
	var out []slo.View
	err := chunks(services, bulkRows, func(some []id.ID) error {
		found, err := a.s.SLO().views(ctx, "SELECT "+viewColumns+viewTables+" WHERE s.service_id IN "+values(1, len(some)), idArguments(some))
		out = append(out, found...)
		return err
	})
	return out, err
}

// SLOsByID returns those that exist.
func (a Reports) SLOsByID(ctx context.Context, slos []id.ID) ([]slo.View, error) {
	return a.s.SLO().ViewsByID(ctx, slos)
}

// RevisionsOf returns all of the SLOs, of each the oldest first.
func (a Reports) RevisionsOf(ctx context.Context, slos []id.ID) ([]slo.RevisionWithIndicator, error) {
	var out []slo.RevisionWithIndicator
	err := chunks(slos, bulkRows, func(some []id.ID) error {
		found, err := a.s.SLO().revisions(ctx, " WHERE r.slo_id IN "+values(1, len(some))+" ORDER BY r.slo_id, r.number", idArguments(some)...)
		out = append(out, found...)
		return err
	})
	return out, err
}

// CorrectionsOf returns those that can lie over a part of a time, removed ones too.
func (a Reports) CorrectionsOf(ctx context.Context, slos []id.ID, from, to time.Time) ([]correction.Correction, error) {
	var out []correction.Correction
	err := chunks(slos, bulkRows, func(some []id.ID) error {
		c := among("c.slo_id", some, from, to, "c.ends_at > %s AND c.begins_at < %s")
		found, err := a.s.Corrections().rows(ctx, c.where()+" ORDER BY c.slo_id, c.begins_at, c.id", c.args...)
		out = append(out, found...)
		return err
	})
	return out, err
}

// OutagesOf returns those of which a part lies in a time.
func (a Reports) OutagesOf(ctx context.Context, services []id.ID, from, to time.Time) ([]outage.Outage, error) {
	return a.s.Outages().OutagesOf(ctx, services, from, to)
}

// ViolationsOf returns those that were open in a part of a time, the oldest first.
func (a Reports) ViolationsOf(ctx context.Context, services []id.ID, from, to time.Time) ([]policy.Violation, error) {
	var out []policy.Violation
	err := chunks(texts(services), bulkRows, func(some []string) error {
		rows, err := a.s.ent.Violation.Query().
			Where(violation.ServiceIDIn(some...), violation.OpenedAtLT(clock.Round(to)), violation.Or(violation.EndedAtIsNil(), violation.EndedAtGT(clock.Round(from)))).
			Order(violation.ByOpenedAt(), violation.ByID()).All(ctx)
		if err != nil {
			return err
		}
		found, err := fromDBViolations(rows)
		out = append(out, found...)
		return err
	})
	return out, fail("read violations of a time", err)
}

// PolicySlugs names every policy.
func (a Reports) PolicySlugs(ctx context.Context) (map[id.ID]string, error) {
	out := map[id.ID]string{}
	err := a.s.queryAll(ctx, "SELECT p.id, p.slug FROM policies p", nil, func(rows *sql.Rows) error {
		var policy id.ID
		var slug string
		err := rows.Scan(&policy, &slug)
		out[policy] = slug
		return err
	})
	return out, fail("name policies", err)
}

// DecisionCounts counts the answers that the gate gave in a time.
func (a Reports) DecisionCounts(ctx context.Context, services []id.ID, from, to time.Time) ([]report.DecisionCount, error) {
	var out []report.DecisionCount
	err := chunks(services, bulkRows, func(some []id.ID) error {
		c := among("d.service_id", some, from, to, "d.decided_at >= %s AND d.decided_at < %s")
		return a.s.queryAll(ctx, "SELECT d.service_id, d.class, d.answer, COUNT(*) FROM gate_decisions d"+c.where()+" GROUP BY d.service_id, d.class, d.answer", c.args, func(rows *sql.Rows) error {
			var n report.DecisionCount
			err := rows.Scan(&n.Service, &n.Class, &n.Answer, &n.Count)
			out = append(out, n)
			return err
		})
	})
	return out, fail("count gate decisions", err)
}

// OverridesOf returns those that were made in a time, the oldest first.
func (a Reports) OverridesOf(ctx context.Context, services []id.ID, from, to time.Time) ([]gate.Override, error) {
	var out []gate.Override
	err := chunks(services, bulkRows, func(some []id.ID) error {
		c := among("o.service_id", some, from, to, "o.made_at >= %s AND o.made_at < %s")
		found, err := a.s.Gate().overrides(ctx, c.where()+" ORDER BY o.made_at, o.id", c.args...)
		out = append(out, found...)
		return err
	})
	return out, err
}

// AlertCounts counts the alerts that began in a time.
func (a Reports) AlertCounts(ctx context.Context, services []id.ID, from, to time.Time) ([]report.AlertCount, error) {
	var out []report.AlertCount
	err := chunks(services, bulkRows, func(some []id.ID) error {
		c := among("a.service_id", some, from, to, "a.started_at >= %s AND a.started_at < %s")
		return a.s.queryAll(ctx, "SELECT a.slo_id, a.severity, COUNT(*) FROM alerts a"+c.where()+" GROUP BY a.slo_id, a.severity", c.args, func(rows *sql.Rows) error {
			var n report.AlertCount
			err := rows.Scan(&n.SLO, &n.Severity, &n.Count)
			out = append(out, n)
			return err
		})
	})
	return out, fail("count alerts", err)
}

// SLAPeriodsOf returns the closed periods that ended in a time, with their SLAs.
func (a Reports) SLAPeriodsOf(ctx context.Context, services []id.ID, from, to time.Time) ([]report.ClosedPeriod, error) {
	var out []report.ClosedPeriod
	err := chunks(services, bulkRows, func(some []id.ID) error {
		views, err := a.s.SLA().views(ctx, " WHERE a.service_id IN "+values(1, len(some)), idArguments(some)...)
		if err != nil {
			return err
		}
		of := make(map[id.ID]sla.SLA, len(views))
		slas := make([]id.ID, len(views))
		for i, v := range views {
			slas[i], of[v.SLA.ID] = v.SLA.ID, v.SLA
		}
		return chunks(slas, bulkRows, func(some []id.ID) error {
			c := among("p.sla_id", some, from, to, "p.end_at > %s AND p.end_at <= %s")
			periods, err := a.s.SLA().periods(ctx, c.where()+" ORDER BY p.sla_id, p.start_at", c.args...)
			for _, p := range periods {
				out = append(out, report.ClosedPeriod{Period: p, SLA: of[p.SLA]})
			}
			return err
		})
	})
	return out, err
}
