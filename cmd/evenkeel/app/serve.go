package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/evenkeel/evenkeel/api"
)

// flushEvery is how often the program pushes what it counted of its own traffic.
const flushEvery = 10 * time.Second

// Serve answers requests on the listener and runs the jobs until ctx ends. Then
// it stops taking new work, finishes what it has within the configured time, and
// returns.
func (a *App) Serve(ctx context.Context, l net.Listener) error {
	server := api.Server(a.Handler(), l.Addr().String(), a.log)
	failed := make(chan error, 1)
	var background sync.WaitGroup
	background.Go(func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("serve on %s: %w", l.Addr(), err)
		}
	})
	measuring, stopMeasuring := context.WithCancel(context.WithoutCancel(ctx))
	background.Go(func() { a.measurer.Run(measuring, flushEvery) })
	background.Go(func() { a.readFigures(measuring) })
	err := a.Jobs.Start(ctx)
	if err != nil {
		err = fmt.Errorf("start the jobs: %w", err)
	} else {
		select {
		case <-ctx.Done():
			a.log.Info("stopping", slog.Duration("drain_delay", a.opts.Config.DrainDelay), slog.Duration("drain_timeout", a.opts.Config.DrainTimeout))
		case err = <-failed:
		}
	}
	delay := a.opts.Config.DrainDelay
	if err != nil {
		delay = 0 // nobody can reach it any more, so nobody has to notice
	}
	err = errors.Join(err, a.drain(context.WithoutCancel(ctx), server, delay))
	stopMeasuring() // after the last request, whose count is flushed
	background.Wait()
	return err
}

// drain finishes requests and jobs under way. Before, readiness goes, and for the
// delay requests are taken as ever: a load balancer sends them until it has
// noticed. A request may ask for a run of a job, so jobs are stopped after the
// requests; where these take long, side by side with them.
func (a *App) drain(ctx context.Context, server *http.Server, delay time.Duration) error {
	timeout := a.opts.Config.DrainTimeout
	ctx, cancel := context.WithTimeout(ctx, delay+timeout)
	defer cancel()
	a.API.Drain()
	var requests, runs error
	var both sync.WaitGroup
	answered := make(chan struct{})
	both.Go(func() {
		defer close(answered)
		<-time.After(delay)
		if requests = server.Shutdown(ctx); requests != nil {
			requests = errors.Join(fmt.Errorf("finish requests: %w", requests), server.Close())
		}
	})
	both.Go(func() {
		select {
		case <-answered:
		case <-time.After(delay + timeout/2):
		}
		if runs = a.Jobs.Stop(ctx); runs != nil {
			runs = fmt.Errorf("finish jobs: %w", runs)
		}
	})
	both.Wait()
	return errors.Join(requests, runs)
}
