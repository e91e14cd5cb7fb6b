package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Alert is the store of package alert.
type Alert struct{ s *Store }

var _ alert.Store = Alert{}

// Alert returns the view of the store that package alert declares.
func (s *Store) Alert() Alert { return Alert{s} }

const (
	alertColumns = `a.id, a.slo_id, a.service_id, a.revision_id, a.kind, a.severity, a.started_at, a.evidence, a.peak_good, a.peak_total, a.quiet_since, a.ended_at, a.ending, a.acknowledged_at, a.acknowledged_by, a.note`
	fromAlerts   = "SELECT " + alertColumns + " FROM alerts a"
)

func (o Alert) rows(ctx context.Context, rest string, args ...any) ([]alert.Alert, error) {
	var out []alert.Alert
	err := o.s.queryAll(ctx, fromAlerts+rest, args, func(rows *sql.Rows) error {
		a, err := fromDBAlert(rows)
		out = append(out, a)
		return err
	})
	return out, fail("read alerts", err)
}

// OpenAlertsOf returns those that last. The evaluator asks for hundreds of SLOs, which
// follow each other, and nearly none has an alert: looking for each would cost more than
// all that it does else. So what lasts between the first and the last is read, unless that
// is more than they all can have.
func (o Alert) OpenAlertsOf(ctx context.Context, slos []id.ID) ([]alert.Alert, error) {
	if len(slos) == 0 {
		return nil, nil
	}
	most := len(slos) * len(alert.Kinds())
	between, err := o.rows(ctx, " WHERE a.slo_id >= $1 AND a.slo_id <= $2 AND a.ended_at IS NULL LIMIT $3",
		string(slices.Min(slos)), string(slices.Max(slos)), most+1)
	if err != nil {
		return nil, err
	}
	if len(between) <= most {
		wanted := make(map[id.ID]bool, len(slos))
		for _, one := range slos {
			wanted[one] = true
		}
		return slices.DeleteFunc(between, func(a alert.Alert) bool { return !wanted[a.SLO] }), nil
	}
	var out []alert.Alert
	err = chunks(slos, bulkRows, func(some []id.ID) error {
		args := make([]any, len(some))
		for i, one := range some {
			args[i] = string(one)
		}
		found, err := o.rows(ctx, " WHERE a.slo_id IN "+values(1, len(some))+" AND a.ended_at IS NULL", args...)
		out = append(out, found...)
		return err
	})
	return out, err
}

// StartAlerts inserts those of which none lasts.
func (o Alert) StartAlerts(ctx context.Context, alerts []alert.Alert) error {
	const columns = 16
	return fail("start alerts", chunks(alerts, bulkRows, func(some []alert.Alert) error {
		args := make([]any, 0, columns*len(some))
		for _, a := range some {
			evidence, err := toDBAlertEvidence(a.Evidence)
			if err != nil {
				return err
			}
			said := orNothing(a.Acknowledgement)
			args = append(args, string(a.ID), string(a.SLO), string(a.Service), string(a.Revision), string(a.Kind), string(a.Severity), clock.Round(a.StartedAt),
				evidence, a.Peak.Good, a.Peak.Total, nullOrTime(a.QuietSince), nullOrTime(a.EndedAt), string(a.Ending), nullOr(said.At), said.By, said.Note)
		}
		_, err := o.s.exec(ctx, `INSERT INTO alerts (id, slo_id, service_id, revision_id, kind, severity, started_at, evidence, peak_good, peak_total, quiet_since, ended_at, ending, acknowledged_at, acknowledged_by, note) VALUES `+
			values(len(some), columns)+` ON CONFLICT (slo_id, kind) WHERE ended_at IS NULL DO NOTHING`, args...)
		return gone(err)
	}))
}

// CarryAlerts writes what becomes of those that last, in one order.
func (o Alert) CarryAlerts(ctx context.Context, alerts []alert.Alert) error {
	sorted := slices.Clone(alerts)
	slices.SortFunc(sorted, func(a, b alert.Alert) int { return cmp.Compare(a.ID, b.ID) })
	return fail("carry alerts on", chunks(sorted, bulkRows, func(some []alert.Alert) error {
		args := make([]any, 0, 7*len(some))
		for _, a := range some {
			args = append(args, string(a.ID), string(a.Revision), a.Peak.Good, a.Peak.Total, nullOrTime(a.QuietSince), nullOrTime(a.EndedAt), string(a.Ending))
		}
		// Within the statement: what begins otherwise than with UPDATE is taken for reading.
		carried := o.s.wanted(len(some), "id text", "revision_id text", "peak_good bigint", "peak_total bigint", "quiet_since timestamptz", "ended_at timestamptz", "ending text")
		_, err := o.s.exec(ctx, `UPDATE alerts SET revision_id = w.revision_id, peak_good = w.peak_good, peak_total = w.peak_total, quiet_since = w.quiet_since, ended_at = w.ended_at, ending = w.ending
 FROM (`+carried+`SELECT * FROM wanted) AS w WHERE alerts.id = w.id AND alerts.ended_at IS NULL`, args...)
		return gone(err)
	}))
}

// OpenAlertsOfRetired returns those that last although nobody evaluates what they are of.
func (o Alert) OpenAlertsOfRetired(ctx context.Context, limit int) ([]alert.Alert, error) {
	return o.rows(ctx, ` JOIN slos s ON s.id = a.slo_id JOIN services v ON v.id = s.service_id
 WHERE a.ended_at IS NULL AND (s.retired_at IS NOT NULL OR v.retired_at IS NOT NULL) ORDER BY a.started_at, a.id LIMIT $1`, limit)
}

// Alert returns the alert.
func (o Alert) Alert(ctx context.Context, of id.ID) (alert.Alert, error) {
	found, err := o.rows(ctx, " WHERE a.id = $1", string(of))
	if err != nil {
		return alert.Alert{}, err
	}
	if len(found) == 0 {
		return alert.Alert{}, fault.Missing("alert", string(of))
	}
	return found[0], nil
}

// Alerts lists the newest first.
func (o Alert) Alerts(ctx context.Context, f alert.Filter, r page.Request) (page.Page[alert.Alert], error) {
	key, err := r.Key(f, 2)
	if err != nil {
		return page.Page[alert.Alert]{}, err
	}
	at, err := timeKey(key)
	if err != nil {
		return page.Page[alert.Alert]{}, err
	}
	var c conditions
	if at != nil {
		c.add("(a.started_at, a.id) < (%s, %s)", at...)
	}
	if f.Service != "" {
		c.add("a.service_id = %s", string(f.Service))
	}
	if f.Team != "" {
		c.add("a.service_id IN (SELECT id FROM services WHERE team_id = %s)", string(f.Team))
	}
	if f.SLO != "" {
		c.add("a.slo_id = %s", string(f.SLO))
	}
	if f.Severity != "" {
		c.add("a.severity = %s", string(f.Severity))
	}
	if f.Kind != "" {
		c.add("a.kind = %s", string(f.Kind))
	}
	if f.Burns {
		c.add("a.kind <> %s", string(alert.Absent))
	}
	switch {
	case f.Open != nil && *f.Open:
		c.add("a.ended_at IS NULL")
	case f.Open != nil:
		c.add("a.ended_at IS NOT NULL")
	}
	if !f.Since.IsZero() {
		c.add("(a.ended_at IS NULL OR a.ended_at >= %s)", clock.Round(f.Since))
	}
	found, err := o.rows(ctx, c.where()+" ORDER BY a.started_at DESC, a.id DESC"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return page.Page[alert.Alert]{}, err
	}
	return page.Cut(r, f, found, func(a alert.Alert) []string { return []string{cursorTime(a.StartedAt), string(a.ID)} }), nil
}

// CountOpenAlerts counts those that last by severity.
func (o Alert) CountOpenAlerts(ctx context.Context, team id.ID) (map[budget.Severity]int, error) {
	query, args := "SELECT a.severity, COUNT(*) FROM alerts a WHERE a.ended_at IS NULL", []any(nil)
	if team != "" {
		query, args = query+" AND a.service_id IN (SELECT id FROM services WHERE team_id = $1)", []any{string(team)}
	}
	out := map[budget.Severity]int{}
	err := o.s.queryAll(ctx, query+" GROUP BY a.severity", args, func(rows *sql.Rows) error {
		var severity budget.Severity
		var n int
		err := rows.Scan(&severity, &n)
		out[severity] = n
		return err
	})
	return out, fail("count alerts", err)
}

// AcknowledgeAlert writes the first acknowledgement.
func (o Alert) AcknowledgeAlert(ctx context.Context, of id.ID, a alert.Acknowledgement) (bool, error) {
	n, err := o.s.exec(ctx, "UPDATE alerts SET acknowledged_at = $1, acknowledged_by = $2, note = $3 WHERE id = $4 AND acknowledged_at IS NULL",
		clock.Round(a.At), a.By, a.Note, string(of))
	if err != nil || n > 0 {
		return n > 0, fail("acknowledge an alert", err)
	}
	_, err = o.Alert(ctx, of)
	return false, err
}

// PruneAlerts removes those that ended before the time.
func (o Alert) PruneAlerts(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := o.s.prune(ctx, "alerts", "ended_at < $1", before, limit)
	return n, fail("prune alerts", err)
}

func orNothing(a *alert.Acknowledgement) alert.Acknowledgement {
	if a == nil {
		return alert.Acknowledgement{}
	}
	return *a
}

// alertEvidence is how evidence is stored, as JSON.
type alertEvidence struct {
	Revision      id.ID      `json:"revision"`
	Indicator     id.ID      `json:"indicator"`
	Objective     string     `json:"objective"`
	PeriodSeconds int64      `json:"periodSeconds"`
	WindowEnd     time.Time  `json:"windowEnd"`
	LongGood      int64      `json:"longGood"`
	LongTotal     int64      `json:"longTotal"`
	ShortGood     int64      `json:"shortGood"`
	ShortTotal    int64      `json:"shortTotal"`
	ShortSeconds  int64      `json:"shortSeconds"`
	Unit          int64      `json:"unit"`
	MinBadEvents  int64      `json:"minBadEvents"`
	Latest        *time.Time `json:"latest"`
	AfterSeconds  int64      `json:"afterSeconds"`
}

func toDBAlertEvidence(e alert.Evidence) (json.RawMessage, error) {
	out := alertEvidence{
		Revision: e.Revision, Indicator: e.Indicator, Objective: e.Objective.String(), PeriodSeconds: seconds(e.Period), WindowEnd: clock.Round(e.WindowEnd),
		LongGood: e.Long.Good, LongTotal: e.Long.Total, ShortGood: e.Short.Good, ShortTotal: e.Short.Total, ShortSeconds: seconds(e.ShortLength),
		Unit: e.Unit, MinBadEvents: e.MinBadEvents, AfterSeconds: seconds(e.After),
	}
	if !e.Latest.IsZero() {
		latest := clock.Round(e.Latest)
		out.Latest = &latest
	}
	return json.Marshal(out)
}

func fromDBAlertEvidence(text []byte) (alert.Evidence, error) {
	var e alertEvidence
	if err := json.Unmarshal(text, &e); err != nil {
		return alert.Evidence{}, err
	}
	out := alert.Evidence{
		Revision: e.Revision, Indicator: e.Indicator, Period: time.Duration(e.PeriodSeconds) * time.Second, WindowEnd: utc(e.WindowEnd),
		Long: window.Sum{Good: e.LongGood, Total: e.LongTotal}, Short: window.Sum{Good: e.ShortGood, Total: e.ShortTotal}, ShortLength: time.Duration(e.ShortSeconds) * time.Second,
		Unit: e.Unit, MinBadEvents: e.MinBadEvents, After: time.Duration(e.AfterSeconds) * time.Second,
	}
	if e.Latest != nil {
		out.Latest = utc(*e.Latest)
	}
	return out, out.Objective.UnmarshalText([]byte(e.Objective))
}

func fromDBAlert(rows *sql.Rows) (alert.Alert, error) {
	var a alert.Alert
	var evidence []byte
	var acknowledged sql.NullTime
	var by, note string
	err := rows.Scan(&a.ID, &a.SLO, &a.Service, &a.Revision, &a.Kind, &a.Severity, &a.StartedAt, &evidence, &a.Peak.Good, &a.Peak.Total,
		&a.QuietSince, &a.EndedAt, &a.Ending, &acknowledged, &by, &note)
	if err != nil {
		return alert.Alert{}, err
	}
	a.StartedAt, a.QuietSince, a.EndedAt = utc(a.StartedAt), utcOrNil(a.QuietSince), utcOrNil(a.EndedAt)
	if acknowledged.Valid {
		a.Acknowledgement = &alert.Acknowledgement{At: utc(acknowledged.Time), By: by, Note: note}
	}
	a.Evidence, err = fromDBAlertEvidence(evidence)
	return a, fail("read the evidence of alert "+string(a.ID), err)
}
