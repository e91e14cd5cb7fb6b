package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// figuresEvery is how often figures are read: a scrape shows what was read last, and costs nothing.
const figuresEvery = time.Minute

// figuresTimeout bounds a reading: a database that takes longer is not up.
const figuresTimeout = 20 * time.Second

// The figures, each read from the database and so the same on every replica, but for those of the database and the disk.
var (
	databaseUp      = figure("evenkeel_database_up", "1 where the database answered this replica within the last minute, else 0.")
	databaseSeconds = figure("evenkeel_database_answer_seconds", "How long the database took for the smallest question, when it was last asked.")
	diskFree        = figure("evenkeel_data_dir_free_bytes", "What is free where the data directory is, to who is not root.")
	diskSize        = figure("evenkeel_data_dir_size_bytes", "How much there is in all where the data directory is.")
	issuesInState   = figure("evenkeel_issues", "Issues by how far they got on their way to the tracker.", "state")
	issuesOverdue   = figure("evenkeel_issues_overdue_seconds", "For how long the first issue with something left to be done has been due; 0 when none is.")
	jobsLeased      = figure("evenkeel_jobs_leased", "Jobs of which some replica has the lease.")
	jobLastRun      = figure("evenkeel_job_last_run_timestamp_seconds", "When a job's newest run began, on whichever replica.", "job", "state")
	sloRemaining    = figure("evenkeel_slo_budget_remaining_ratio", "Share of the error budget that remains; below 0 when overspent.", sloLabels...)
	sloBurn         = figure("evenkeel_slo_burn_rate", "Burn rate of the error budget over a lookback.", append(append([]string(nil), sloLabels...), "lookback")...)
	sloState        = figure("evenkeel_slo_state", "1 for the state in which an SLO is.", append(append([]string(nil), sloLabels...), "state")...)
	sloLatest       = figure("evenkeel_slo_latest_timestamp_seconds", "The end of the newest slot that was measured of an SLO.", sloLabels...)
	cardPassed      = figure("evenkeel_scorecard_passed_ratio", "Share of the checks that count that a service passes, by weight.", "team", "service", "scorecard")
	cardLevel       = figure("evenkeel_scorecard_level", "1 for the level at which a service is.", "team", "service", "scorecard", "level")
	leftOut         = figure("evenkeel_service_metrics_left_out", "SLOs and places on scorecards of which there are no metrics, for there are more than telemetry.serviceMetricsLimit.")
)

var sloLabels = []string{"team", "service", "slo"}

func figure(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// figures are metrics that are read from the database once a minute, and not at a scrape.
type figures struct {
	mu   sync.Mutex
	last []prometheus.Metric
}

var _ prometheus.Collector = (*figures)(nil)

// Describe tells nothing: what there is depends on the configuration.
func (f *figures) Describe(chan<- *prometheus.Desc) {}

func (f *figures) replace(with []prometheus.Metric) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = with
}

// Collect gives what was read last.
func (f *figures) Collect(to chan<- prometheus.Metric) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.last {
		to <- m
	}
}

// readFigures reads figures at once and then at every interval, until the context ends.
func (a *App) readFigures(ctx context.Context) {
	ticker := time.NewTicker(figuresEvery)
	defer ticker.Stop()
	for {
		if err := a.ReadFigures(ctx); err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "figures for metrics were not read", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// ReadFigures reads all figures. Those that could not be read are absent until they can be
// again: an old figure would pass for a new one.
func (a *App) ReadFigures(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(access.WithCaller(ctx, access.System("metrics")), figuresTimeout)
	defer cancel()
	r := &reading{a: a}
	began := time.Now() // how long it takes is no affair of the injected clock
	err := a.Store.Ping(ctx)
	r.add(databaseUp, truth(err == nil))
	if err == nil {
		r.add(databaseSeconds, time.Since(began).Seconds())
		err = errors.Join(r.disk(), r.issues(ctx), r.jobs(ctx))
		if a.opts.Config.Telemetry.ServiceMetrics {
			err = errors.Join(err, r.services(ctx))
		}
	}
	a.figures.replace(r.metrics)
	return err
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// reading is one reading of all figures.
type reading struct {
	a       *App
	metrics []prometheus.Metric
	left    int // how many more services' metrics there may be
	out     int // how many there are not
}

func (r *reading) add(of *prometheus.Desc, value float64, labels ...string) {
	r.metrics = append(r.metrics, prometheus.MustNewConstMetric(of, prometheus.GaugeValue, value, labels...))
}

// disk reads how full the disk of SQLite is; PostgreSQL's is its own affair.
func (r *reading) disk() error {
	if r.a.opts.Config.UsesPostgreSQL() {
		return nil
	}
	free, size, known, err := diskSpace(r.a.opts.Config.DataDir)
	if err == nil && known {
		r.add(diskFree, free)
		r.add(diskSize, size)
	}
	return err
}

func (r *reading) issues(ctx context.Context) error {
	tally, err := r.a.Deliveries.Tally(ctx, "")
	if err != nil {
		return err
	}
	for state, n := range tally.States {
		r.add(issuesInState, float64(n), string(state))
	}
	overdue := 0.0
	if due := tally.NextDueAt; due != nil && tally.Standing.Sends() {
		overdue = max(0, r.a.now().Sub(*due).Seconds())
	}
	r.add(issuesOverdue, overdue)
	return nil
}

func (r *reading) jobs(ctx context.Context) error {
	all, err := r.a.Jobs.List(ctx)
	if err != nil {
		return err
	}
	leased := 0
	for _, l := range all {
		if l.Lease != nil {
			leased++
		}
		if l.Last != nil {
			r.add(jobLastRun, seconds(l.Last.StartedAt), l.Job.Name, string(l.Last.State))
		}
	}
	r.add(jobsLeased, float64(leased))
	return nil
}

func seconds(t time.Time) float64 {
	return float64(t.UnixMilli()) / float64(time.Second/time.Millisecond)
}

// services reads what teams see of their SLOs and scorecards, up to the limit.
func (r *reading) services(ctx context.Context) error {
	r.left = r.a.opts.Config.Telemetry.ServiceMetricsLimit
	err := errors.Join(r.slos(ctx), r.scorecards(ctx))
	r.add(leftOut, float64(r.out))
	return err
}

// take tells whether there is room for the metrics of one more.
func (r *reading) take() bool {
	if r.left == 0 {
		r.out++
		return false
	}
	r.left--
	return true
}

func (r *reading) slos(ctx context.Context) error {
	return each(func(p page.Request) (string, error) {
		views, err := r.a.SLOs.Views(ctx, slo.Filter{}, p)
		if err != nil {
			return "", err
		}
		owners := make([]id.ID, len(views.Items))
		for i, v := range views.Items {
			owners[i] = v.SLO.Service
		}
		services, teams, err := r.owners(ctx, owners)
		if err != nil {
			return "", err
		}
		for _, v := range views.Items {
			if service := services[v.SLO.Service]; r.take() {
				r.slo(v, teams[service.Team].Slug, service.Slug)
			}
		}
		return views.Next, nil
	})
}

func (r *reading) slo(v slo.View, team, service string) {
	labels := []string{team, service, v.SLO.Slug}
	of := v.Figures()
	r.add(sloState, 1, append(labels, string(of.State))...)
	if left := of.Window.RemainingRatio; left != nil {
		r.add(sloRemaining, *left, labels...)
	}
	if !v.Status.Latest.IsZero() {
		r.add(sloLatest, seconds(v.Status.Latest), labels...)
	}
	for _, b := range of.Burns {
		if b.Rate != nil {
			r.add(sloBurn, *b.Rate, append(labels, budget.Short(b.Lookback))...)
		}
	}
}

func (r *reading) owners(ctx context.Context, of []id.ID) (map[id.ID]registry.Service, map[id.ID]registry.Team, error) {
	services, err := r.a.Registry.ServicesByID(ctx, of)
	if err != nil {
		return nil, nil, err
	}
	teams := make([]id.ID, 0, len(services))
	for _, s := range services {
		teams = append(teams, s.Team)
	}
	byID, err := r.a.Registry.TeamsByID(ctx, teams)
	return services, byID, err
}

func (r *reading) scorecards(ctx context.Context) error {
	return each(func(p page.Request) (string, error) {
		cards, err := r.a.Scorecards.List(ctx, "", nil, p)
		if err != nil {
			return "", err
		}
		for _, card := range cards.Items {
			if card.Scorecard.RetiredAt != nil {
				continue
			}
			if err := r.scorecard(ctx, card.Scorecard.Slug); err != nil {
				return "", err
			}
		}
		return cards.Next, nil
	})
}

func (r *reading) scorecard(ctx context.Context, slug string) error {
	return each(func(p page.Request) (string, error) {
		placed, err := r.a.Scorecards.Positions(ctx, slug, scorecards.Query{}, p)
		if err != nil {
			return "", err
		}
		owners := make([]id.ID, len(placed.Items))
		for i, one := range placed.Items {
			owners[i] = one.Position.Service.ID
		}
		_, teams, err := r.owners(ctx, owners)
		if err != nil {
			return "", err
		}
		for _, one := range placed.Items {
			if !r.take() {
				continue
			}
			service := one.Position.Service
			labels := []string{teams[service.Team].Slug, service.Slug, slug}
			if one.CountedWeight > 0 {
				r.add(cardPassed, float64(one.PassedWeight)/float64(one.CountedWeight), labels...)
			}
			r.add(cardLevel, 1, append(labels, one.LevelName)...)
		}
		return placed.Next, nil
	})
}

// each reads one page after the other.
func each(read func(page.Request) (next string, err error)) error {
	for p := (page.Request{Limit: page.MaxLimit}); ; {
		next, err := read(p)
		if err != nil || next == "" {
			return err
		}
		p.After = next
	}
}
