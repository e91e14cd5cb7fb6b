package store

import (
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

const (
	headColumns      = "s.id, s.service_id, s.slug, s.name, s.description, s.revision, s.created_at, s.updated_at, s.retired_at, s.manager, s.version"
	revisionColumns  = "r.id, r.slo_id, r.number, r.indicator_id, r.objective, r.time_window, r.further, r.budgeting, r.min_events, r.confidence, r.enforcement, r.rationale, r.reviewer, r.review_by, r.created_at, r.created_by, r.alerts_off, r.min_bad_events"
	indicatorColumns = "i.id, i.slo_id, i.category, i.counting, i.resolution_s, i.description, i.origin, i.created_at"
	statusColumns    = "t.slo_id, t.revision_id, t.end_at, t.evaluated_at, t.state, t.since, t.stale, t.filling, t.latest, t.sums, t.remaining_ppb, t.worst"

	viewColumns = headColumns + ", " + revisionColumns + ", " + indicatorColumns + ", " + statusColumns
	viewTables  = ` FROM slos s JOIN services v ON v.id = s.service_id
 JOIN slo_revisions r ON r.slo_id = s.id AND r.number = s.revision
 JOIN indicators i ON i.id = r.indicator_id
 JOIN slo_statuses t ON t.slo_id = s.id`
)

// viewsBySlug are the tables in the order in which a list by slug walks through
// them, so that it need not sort: SQLite keeps the order of cross joins, and
// PostgreSQL finds it.
const viewsBySlug = ` FROM services v CROSS JOIN slos s CROSS JOIN slo_revisions r CROSS JOIN indicators i CROSS JOIN slo_statuses t`

// viewScan is where the columns of a view go on their way.
type viewScan struct {
	v          slo.View
	objective  string
	window     string
	further    string
	budgeting  string
	confidence string
	resolution int64
	origin     string
	end        sql.NullTime
	evaluated  sql.NullTime
	since      sql.NullTime
	latest     sql.NullTime
	sums       []byte
	worst      string
}

func (x *viewScan) head() []any {
	h := &x.v.SLO
	return []any{&h.ID, &h.Service, &h.Slug, &h.Name, &h.Description, &h.Revision, &h.CreatedAt, &h.UpdatedAt, &h.RetiredAt, &h.Manager, &h.Version}
}

func (x *viewScan) revision() []any {
	r := &x.v.Revision
	return []any{&r.ID, &r.SLO, &r.Number, &r.Indicator, &x.objective, &x.window, &x.further, &x.budgeting, &r.MinEvents, &x.confidence, &r.Enforcement, &r.Rationale, &r.Reviewer, &r.ReviewBy, &r.CreatedAt, &r.CreatedBy, &r.Alerts.Off, &r.Alerts.MinBadEvents}
}

func (x *viewScan) indicator() []any {
	i := &x.v.Indicator
	return []any{&i.ID, &i.SLO, &i.Category, &i.Counting, &x.resolution, &i.Description, &x.origin, &i.CreatedAt}
}

func (x *viewScan) status() []any {
	t := &x.v.Status
	return []any{&t.SLO, &t.Revision, &x.end, &x.evaluated, &t.State, &x.since, &t.Stale, &t.Filling, &x.latest, &x.sums, &t.RemainingPPB, &x.worst}
}

// finishTerms turns what was scanned of all but the status into the domain's values.
func (x *viewScan) finishTerms() error {
	h, r, i := &x.v.SLO, &x.v.Revision, &x.v.Indicator
	h.CreatedAt, h.UpdatedAt, h.RetiredAt = utc(h.CreatedAt), utc(h.UpdatedAt), utcOrNil(h.RetiredAt)
	r.CreatedAt, r.ReviewBy = utc(r.CreatedAt), utcOrNil(r.ReviewBy)
	i.CreatedAt, i.Resolution = utc(i.CreatedAt), time.Duration(x.resolution)*time.Second
	var err error
	if r.Objective, err = budget.ParseObjective(x.objective); err != nil {
		return fmt.Errorf("the objective %q of revision %s %w", x.objective, r.ID, err)
	}
	if err := fromTermsText(x.window, x.further, x.budgeting, &r.Terms); err != nil {
		return fmt.Errorf("the revision %s: %w", r.ID, err)
	}
	if x.confidence != "" {
		if r.Confidence, err = budget.ParseConfidence(x.confidence); err != nil {
			return fmt.Errorf("the confidence %q of revision %s %w", x.confidence, r.ID, err)
		}
	}
	if i.Origin, err = origin.Parse(x.origin); err != nil {
		return fmt.Errorf("the indicator %s: %w", i.ID, err)
	}
	return nil
}

// finishStatus does the same for the status.
func (x *viewScan) finishStatus() error {
	t := &x.v.Status
	var err error
	t.End, t.EvaluatedAt, t.Since, t.Latest = zeroOr(x.end), zeroOr(x.evaluated), zeroOr(x.since), zeroOr(x.latest)
	if t.Worst, err = fromWorstText(x.worst); err != nil {
		return fmt.Errorf("the status of SLO %s: %w", t.SLO, err)
	}
	return unpackSums(x.sums, t)
}

// fromDBView reads a view and further columns.
func fromDBView(rows *sql.Rows, further ...any) (slo.View, error) {
	var x viewScan
	if err := rows.Scan(slices.Concat(x.head(), x.revision(), x.indicator(), x.status(), further)...); err != nil {
		return slo.View{}, err
	}
	if err := x.finishTerms(); err != nil {
		return slo.View{}, err
	}
	err := x.finishStatus()
	return x.v, err
}

func fromDBRevision(rows *sql.Rows) (slo.RevisionWithIndicator, error) {
	var x viewScan
	if err := rows.Scan(append(x.revision(), x.indicator()...)...); err != nil {
		return slo.RevisionWithIndicator{}, err
	}
	err := x.finishTerms()
	return slo.RevisionWithIndicator{Revision: x.v.Revision, Indicator: x.v.Indicator}, err
}

// zeroOr is the zero time for null.
func zeroOr(t sql.NullTime) time.Time {
	if !t.Valid {
		return time.Time{}
	}
	return utc(t.Time)
}

// nullOr is null for the zero time.
func nullOr(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return clock.Round(t)
}

func nullOrTime(t *time.Time) any {
	if t == nil {
		return nil
	}
	return nullOr(*t)
}

// sumsFormat is the version of the packed sums: a byte with it, a byte each with the
// numbers of lookbacks, of further objectives and of raw sums, then good and total of
// each lookback, the policy's window, the SLO's own, those of further objectives and the
// SLO's own without corrections, as little-endian int64. Others are refused.
const (
	sumsFormat = 1
	sumsHeader = 4
)

func packSums(t slo.Status) []byte {
	s := t.Sums
	all := append(s.Lookbacks[:len(s.Lookbacks):len(s.Lookbacks)], s.Policy, s.Window)
	all = append(all, t.Further...)
	raw := 0
	if t.Raw != nil {
		all, raw = append(all, *t.Raw), 1
	}
	out := make([]byte, sumsHeader, sumsHeader+16*len(all))
	out[0], out[1], out[2], out[3] = sumsFormat, byte(len(s.Lookbacks)), byte(len(t.Further)), byte(raw)
	for _, sum := range all {
		out = binary.LittleEndian.AppendUint64(out, uint64(sum.Good))
		out = binary.LittleEndian.AppendUint64(out, uint64(sum.Total))
	}
	return out
}

func unpackSums(data []byte, t *slo.Status) error {
	s := &t.Sums
	if len(data) < sumsHeader || data[0] != sumsFormat || int(data[1]) != len(s.Lookbacks) ||
		len(data) != sumsHeader+16*(len(s.Lookbacks)+2+int(data[2])+int(data[3])) {
		return fmt.Errorf("the packed sums of a status have a form that this version does not know")
	}
	next := sumsHeader
	read := func() (sum window.Sum) {
		sum.Good, sum.Total = int64(binary.LittleEndian.Uint64(data[next:])), int64(binary.LittleEndian.Uint64(data[next+8:]))
		next += 16
		return sum
	}
	for i := range s.Lookbacks {
		s.Lookbacks[i] = read()
	}
	s.Policy, s.Window = read(), read()
	for range data[2] {
		t.Further = append(t.Further, read())
	}
	if data[3] > 0 {
		raw := read()
		t.Raw = &raw
	}
	return nil
}

// worst is how the worst group of a status is stored, as JSON.
type worst struct {
	Group string       `json:"group"`
	State budget.State `json:"state"`
	Good  int64        `json:"good"` // thousandths of an event in the SLO's own window
	Total int64        `json:"total"`
}

func worstText(w *slo.Worst) string {
	if w == nil {
		return ""
	}
	text, err := json.Marshal(worst{w.Group, w.State, w.Sum.Good, w.Sum.Total})
	if err != nil {
		panic(fmt.Sprintf("a group cannot be written as JSON: %v", err)) // it is texts and numbers
	}
	return string(text)
}

func fromWorstText(text string) (*slo.Worst, error) {
	if text == "" {
		return nil, nil
	}
	var w worst
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return nil, fmt.Errorf("reading its worst group: %w", err)
	}
	return &slo.Worst{Group: w.Group, State: w.State, Sum: window.Sum{Good: w.Good, Total: w.Total}}, nil
}

// rank orders by remaining budget, those without data last.
func rank(remaining *int64) int64 {
	if remaining == nil {
		return math.MaxInt64
	}
	return *remaining
}
