package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"

	"github.com/evenkeel/evenkeel/services/jobs"
)

func newMetrics() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return r
}

// observeRuns counts the runs of jobs and what they did.
func observeRuns(r *prometheus.Registry) func(jobs.Run) {
	runs := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "evenkeel_job_runs_total", Help: "Runs of jobs that ended, by job and state.",
	}, []string{"job", "state"})
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "evenkeel_job_run_seconds", Help: "How long runs of jobs took.", Buckets: prometheus.ExponentialBuckets(0.001, 4, 10),
	}, []string{"job"})
	last := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "evenkeel_job_last_success_timestamp_seconds", Help: "When a job last succeeded on this replica, by the database's clock.",
	}, []string{"job"})
	r.MustRegister(runs, seconds, last)
	return func(run jobs.Run) {
		runs.WithLabelValues(run.Job, string(run.State)).Inc()
		if run.FinishedAt == nil {
			return
		}
		seconds.WithLabelValues(run.Job).Observe(run.FinishedAt.Sub(run.StartedAt).Seconds())
		if run.State == jobs.Succeeded {
			last.WithLabelValues(run.Job).Set(float64(run.FinishedAt.UnixMilli()) / float64(time.Second/time.Millisecond))
		}
	}
}

// openTracing sends spans where the configuration says, if anywhere.
func (a *App) openTracing(ctx context.Context) error {
	endpoint := a.opts.Config.Telemetry.OTLPEndpoint
	if endpoint == "" {
		return nil
	}
	traces, err := url.JoinPath(endpoint, "v1/traces") // OTLP over HTTP: below the collector's base address
	if err != nil {
		return fmt.Errorf("send traces to %s: %w", endpoint, err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		a.log.Warn("traces are lost", slog.String("error", err.Error()))
	}))
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(traces))
	if err != nil {
		return fmt.Errorf("send traces to %s: %w", endpoint, err)
	}
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(exporter),
		sdktrace.WithResource(resource.NewWithAttributes(semconv.SchemaURL,
			semconv.ServiceName("evenkeel"), semconv.ServiceVersion(a.opts.Version), semconv.ServiceInstanceID(a.opts.Config.Instance))),
	)
	a.tracer = provider
	a.onClose(provider.Shutdown)
	return nil
}
