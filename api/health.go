package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/evenkeel/evenkeel/api/admission"
)

// ownPages adds what every installation has beside its operations.
func (a *API) ownPages() {
	a.handle(admission.Health, http.MethodGet, "/healthz", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { alive(w) }))
	a.handle(admission.Health, http.MethodGet, "/readyz", http.HandlerFunc(a.ready))
	a.handle(admission.Critical, http.MethodGet, "/metrics", promhttp.HandlerFor(a.cfg.Registry, promhttp.HandlerOpts{Registry: a.cfg.Registry}))
	a.documentPages()
}

func alive(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte("{\"status\":\"ok\"}\n"))
}

// readyWithin is how long the instance may take to find out whether it can serve.
// Whoever asks wants to know soon; no answer in time is a no.
const readyWithin = 2 * time.Second

// ready answers 200 while the instance can serve and does not drain. Why it
// cannot is for the log: /readyz is open to everybody.
func (a *API) ready(w http.ResponseWriter, r *http.Request) {
	refuse := func(code, detail string) {
		p := newProblem(http.StatusServiceUnavailable, code, "%s", detail)
		p.header("Retry-After", "5")
		writeProblem(w, exchangeFrom(r.Context()), p)
	}
	if a.draining.Load() {
		refuse("draining", "this instance finishes what it has and takes nothing new")
		return
	}
	if a.cfg.Ready != nil {
		ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
		defer cancel()
		if err := a.cfg.Ready(ctx); err != nil {
			a.log.LogAttrs(r.Context(), slog.LevelWarn, "not ready", slog.String("error", err.Error()), slog.Any("cause", errors.Unwrap(err)))
			refuse("not_ready", "this instance cannot serve yet")
			return
		}
	}
	alive(w)
}
