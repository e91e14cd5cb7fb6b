package alert

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Service raises and ends alerts, and tells of them. Every method but Judge,
// EndRetired and Prune, which Evenkeel itself calls, authorises the context's caller.
type Service struct {
	store      Store
	slos       SLOs
	services   Services
	runner     tx.Runner
	authorizer *access.Authorizer
	recorder   access.Recorder
	now        clock.Clock
	teller     event.Teller // nil tells nobody
	watch      watch
}

var _ slo.Alerts = (*Service)(nil)

// NewService returns the service over its store and collaborators.
func NewService(store Store, slos SLOs, services Services, runner tx.Runner, authorizer *access.Authorizer, recorder access.Recorder, now clock.Clock) *Service {
	return &Service{store: store, slos: slos, services: services, runner: runner, authorizer: authorizer, recorder: recorder, now: now}
}

// Judge raises and ends the alerts that follow from what was concluded, in the context's
// transaction: with one read of what lasts, and no write where nothing changes. Of a
// grouped SLO the whole is judged, and not its groups.
func (s *Service) Judge(ctx context.Context, now time.Time, concluded []slo.Concluded) error {
	now = clock.Round(now)
	ids := make([]id.ID, len(concluded))
	for i, c := range concluded {
		ids[i] = c.SLO.ID
	}
	found, err := s.store.OpenAlertsOf(ctx, ids)
	if err != nil {
		return fmt.Errorf("read the open alerts of %d SLOs: %w", len(ids), err)
	}
	type key struct {
		slo  id.ID
		kind Kind
	}
	open := make(map[key]*Alert, len(found))
	for i := range found {
		open[key{found[i].SLO, found[i].Kind}] = &found[i]
	}
	fence, _ := tx.FenceFrom(ctx)
	var begun, carried []Alert
	take := func(was *Alert, a Alert, changed bool) {
		switch {
		case !changed:
		case was == nil:
			begun = append(begun, a)
		default:
			carried = append(carried, a)
		}
	}
	for _, c := range concluded {
		for i, p := range budget.Pairs {
			was := open[key{c.SLO.ID, Kind(p.Name)}]
			a, changed := judgePair(now, c, i, was)
			take(was, a, changed)
		}
		was := open[key{c.SLO.ID, Absent}]
		a, changed := judgeAbsent(now, c, s.watch.mark(fence, c.SLO.ID, now, c.LateAfter), was)
		take(was, a, changed)
	}
	if err := s.store.StartAlerts(ctx, begun); err != nil {
		return fmt.Errorf("start %d alerts: %w", len(begun), err)
	}
	if err := s.tellBegun(ctx, begun); err != nil {
		return err
	}
	return s.carry(ctx, carried)
}

func (s *Service) carry(ctx context.Context, alerts []Alert) error {
	if err := s.store.CarryAlerts(ctx, alerts); err != nil {
		return fmt.Errorf("carry %d alerts on: %w", len(alerts), err)
	}
	return s.tellEnded(ctx, alerts)
}

// retiredAtOnce bounds a transaction of EndRetired.
const retiredAtOnce = 500

// EndRetired ends the alerts of what was retired, which nobody evaluates any more, and
// returns how many. An SLO may be retired while it is evaluated: what started then is
// found here too.
func (s *Service) EndRetired(ctx context.Context) (int64, error) {
	some, err := s.store.OpenAlertsOfRetired(ctx, 1)
	if err != nil {
		return 0, fmt.Errorf("look for alerts of what was retired: %w", err)
	}
	if len(some) == 0 {
		return 0, nil // and no transaction
	}
	n, err := tx.InChunks(ctx, s.runner, retiredAtOnce, func(ctx context.Context, limit int) (int, error) {
		now := clock.Round(s.now())
		alerts, err := s.store.OpenAlertsOfRetired(ctx, limit)
		if err != nil {
			return 0, fmt.Errorf("read alerts of what was retired: %w", err)
		}
		for i := range alerts {
			alerts[i] = alerts[i].ended(now, Retired)
		}
		return len(alerts), s.carry(ctx, alerts)
	})
	return int64(n), err
}

// Kept is how long an alert is kept after its end: beyond the same quarter a year ago.
const Kept = 400 * 24 * time.Hour

// prunedAtOnce bounds a transaction of Prune.
const prunedAtOnce = 1000

// Prune removes the alerts that ended longer ago than they are kept, and returns how many.
func (s *Service) Prune(ctx context.Context) (int, error) {
	before := clock.Round(s.now()).Add(-Kept)
	n, err := tx.InChunks(ctx, s.runner, prunedAtOnce, func(ctx context.Context, limit int) (int, error) {
		return s.store.PruneAlerts(ctx, before, limit)
	})
	if err != nil {
		return n, fmt.Errorf("remove alerts that ended before %s: %w", before.Format(time.RFC3339), err)
	}
	return n, nil
}

// Alert returns one, or NotFound.
func (s *Service) Alert(ctx context.Context, alert id.ID) (Alert, error) {
	if err := s.mayRead(ctx); err != nil {
		return Alert{}, err
	}
	a, err := s.store.Alert(ctx, alert)
	if err != nil {
		return Alert{}, fmt.Errorf("read alert %s: %w", alert, err)
	}
	return a, nil
}

// Alerts lists alerts, the newest first.
func (s *Service) Alerts(ctx context.Context, f Filter, r page.Request) (page.Page[Alert], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Alert]{}, err
	}
	var check fault.Check
	check.Require(f.Severity == "" || slices.Contains(Severities, f.Severity), "query.severity", f.Severity, "must be one of %s", fault.Or(Severities))
	check.Require(f.Kind == "" || slices.Contains(Kinds(), f.Kind), "query.kind", f.Kind, "must be one of %s", fault.Or(Kinds()))
	if err := check.Err(); err != nil {
		return page.Page[Alert]{}, err
	}
	alerts, err := s.store.Alerts(ctx, f, r)
	if err != nil {
		return page.Page[Alert]{}, fmt.Errorf("list alerts: %w", err)
	}
	return alerts, nil
}

// Tally is how many alerts last.
type Tally struct {
	Severities map[budget.Severity]int
	Total      int
}

// Tally counts the alerts that last, of the team's services, of all where no team is named.
func (s *Service) Tally(ctx context.Context, team id.ID) (Tally, error) {
	if err := s.mayRead(ctx); err != nil {
		return Tally{}, err
	}
	counts, err := s.store.CountOpenAlerts(ctx, team)
	if err != nil {
		return Tally{}, fmt.Errorf("count open alerts: %w", err)
	}
	out := Tally{Severities: counts}
	for _, n := range counts {
		out.Total += n
	}
	return out, nil
}

// Acknowledge records that the caller looks after the alert, with a note that may be
// empty. The first acknowledgement stands: another changes nothing, and is given the
// first. One may come after the end, which does not wait for it. People of the team that
// owns the service. Faults: NotFound, Forbidden, Invalid.
func (s *Service) Acknowledge(ctx context.Context, alert id.ID, note string) (Alert, error) {
	if err := s.authorizer.Permit(ctx, access.Rule{Verb: access.Update, Kind: access.KindAlert}); err != nil {
		return Alert{}, err
	}
	var out Alert
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		a, err := s.store.Alert(ctx, alert)
		if err != nil {
			return err
		}
		o, err := s.object(ctx, a)
		if err != nil {
			return err
		}
		if err := s.authorizer.Authorize(ctx, access.Update, o); err != nil {
			return err
		}
		var check fault.Check
		registry.CheckText(&check, "/note", note, registry.MaxReason)
		if err := check.Err(); err != nil {
			return err
		}
		said := Acknowledgement{At: clock.Round(s.now()), By: access.CallerFrom(ctx).Name, Note: strings.TrimSpace(note)}
		first, err := s.store.AcknowledgeAlert(ctx, alert, said)
		if err != nil {
			return err
		}
		if out, err = s.store.Alert(ctx, alert); err != nil || !first {
			return err
		}
		return s.recorder.RecordDiff(ctx, access.Update, o, said.Note, record(a), record(out))
	})
	if err != nil {
		return Alert{}, fmt.Errorf("acknowledge alert %s: %w", alert, err)
	}
	return out, nil
}

// record is what the audit log compares: what people decide.
func record(a Alert) any {
	type acknowledged struct{ AcknowledgedBy, AcknowledgedAt, Note string }
	if a.Acknowledgement == nil {
		return acknowledged{}
	}
	return acknowledged{a.Acknowledgement.By, a.Acknowledgement.At.Format(time.RFC3339), a.Acknowledgement.Note}
}

// object is the alert as it is authorised on and as the audit log calls it.
func (s *Service) object(ctx context.Context, a Alert) (access.Object, error) {
	service, err := s.services.Service(ctx, a.Service)
	if err != nil {
		return access.Object{}, fmt.Errorf("read the service of an alert: %w", err)
	}
	about, err := s.slos.View(ctx, a.SLO)
	if err != nil {
		return access.Object{}, fmt.Errorf("read the SLO of an alert: %w", err)
	}
	return access.Object{
		Kind: access.KindAlert, ID: a.ID, Team: service.Team, Label: fmt.Sprintf("%s of %s/%s", a.Kind, service.Slug, about.SLO.Slug),
	}, nil
}

func (s *Service) mayRead(ctx context.Context) error {
	return s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindAlert})
}
