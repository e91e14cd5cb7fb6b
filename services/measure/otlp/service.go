package otlp

import (
	"context"
	"fmt"
	"sync"
	"time"

	colpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
)

// Reporter is the name under which OpenTelemetry metrics are counted.
const Reporter = "otlp"

// How long and how much is remembered of who wants which metrics.
const (
	remembered    = 5 * time.Second
	maxRemembered = 20_000 // indicators
)

// pruneChunk is how many streams are forgotten in one transaction, pruneAfter how
// long they are remembered without a point.
const (
	pruneChunk = 500
	pruneAfter = 24 * time.Hour
)

// Outcome tells what came of an export.
type Outcome struct {
	Rejected int64  // points that not every indicator counted which wants them
	Message  string // why, empty when there are none
}

// Service counts what is received for the indicators of the caller's teams.
type Service struct {
	store        Store
	tx           tx.Runner
	measurements Measurements
	now          clock.Clock

	mu      sync.Mutex
	recent  map[id.ID]wanted // by team; everyone's by ""
	holding int              // indicators in recent
}

// wanted is what a team wants, and until when that is believed.
type wanted struct {
	counters []*counter
	until    time.Time
}

// New returns a service.
func New(store Store, runner tx.Runner, measurements Measurements, now clock.Clock) *Service {
	return &Service{store: store, tx: runner, measurements: measurements, now: now, recent: map[id.ID]wanted{}}
}

// Receive counts an export for the indicators of the caller's teams: of a
// workload's team, of the teams a person is a member of, of all teams for
// administrators. Metrics that none of them wants are passed over. That the caller
// may push at all was checked before; ownership is checked here, by what is
// loaded.
//
// What can be put right about points is in the outcome. An error means that the
// export may have been counted in part; it can be sent again as it is, and counts
// once. It is Unauthenticated for nobody, and Unavailable when the database is busy.
func (s *Service) Receive(ctx context.Context, request *colpb.ExportMetricsServiceRequest) (Outcome, error) {
	now := s.now()
	counters, err := s.wanted(ctx, now)
	if err != nil || len(counters) == 0 {
		return Outcome{}, err
	}
	e, err := readExport(ctx, request, counters, now)
	if err != nil {
		return Outcome{}, fmt.Errorf("read an export: %w", err)
	}
	for _, part := range parts(e) {
		if err := s.count(ctx, part, now, &e.refused); err != nil {
			return Outcome{}, err
		}
	}
	return e.refused.outcome(), nil
}

// wanted returns the counters of the caller's indicators.
func (s *Service) wanted(ctx context.Context, now time.Time) ([]*counter, error) {
	caller := access.CallerFrom(ctx)
	switch {
	case caller.Kind == access.BySystem || caller.Administers():
		return s.ofTeams(ctx, []id.ID{""}, now)
	case caller.Kind == access.ByTeam:
		return s.ofTeams(ctx, []id.ID{caller.Team}, now)
	case caller.Kind == access.ByPerson:
		teams, err := s.store.TeamsOf(ctx, caller.Person)
		if err != nil {
			return nil, fmt.Errorf("find the teams of a person: %w", err)
		}
		return s.ofTeams(ctx, teams, now)
	}
	return nil, fault.New(fault.Unauthenticated, "unauthenticated", "send a token as \"Authorization: Bearer ek_…\"")
}

// ofTeams returns what the teams want, at most as old as remembered.
func (s *Service) ofTeams(ctx context.Context, teams []id.ID, now time.Time) ([]*counter, error) {
	var out []*counter
	var unknown []id.ID
	s.mu.Lock()
	for _, team := range teams {
		if w, known := s.recent[team]; known && now.Before(w.until) {
			out = append(out, w.counters...)
		} else {
			unknown = append(unknown, team)
		}
	}
	s.mu.Unlock()
	if len(unknown) == 0 {
		return out, nil
	}
	everyone := len(teams) == 1 && teams[0] == ""
	indicators, err := s.store.OTLPIndicators(ctx, unknown, everyone)
	if err != nil {
		return nil, fmt.Errorf("find the indicators of %d teams: %w", len(unknown), err)
	}
	found := make(map[id.ID][]*counter, len(unknown))
	for _, i := range indicators {
		c := ready(i)
		out = append(out, c)
		if everyone {
			i.Team = ""
		}
		found[i.Team] = append(found[i.Team], c)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, team := range unknown {
		// A team without any counts, too, so that the map is bounded.
		if s.holding += len(found[team]) + 1; s.holding > maxRemembered {
			clear(s.recent)
			s.holding = len(found[team]) + 1
		}
		s.recent[team] = wanted{counters: found[team], until: now.Add(remembered)}
	}
	return out, nil
}

// Prune forgets streams that have had no point for a day, nor any other of their
// process, and returns how many.
func (s *Service) Prune(ctx context.Context) (int64, error) {
	before := s.now().Add(-pruneAfter)
	var removed int64
	for {
		n, err := s.store.PruneStreams(ctx, before, pruneChunk)
		removed += int64(n)
		if err != nil || n < pruneChunk {
			return removed, err
		}
	}
}
