package slo_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/judge"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// The SLO was declared when its data source is asked: nothing that goes wrong then may
// look as if it had not been.
func TestWhateverKeepsADataSourceFromBeingAskedIsAWarning(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.prometheus(t, "prometheus-eu")
	d := valid()
	d.Origin = origin.Origin{DataSource: "prometheus-eu", Latency: &origin.Latency{Metric: "took_seconds", ThresholdSeconds: 0.4}}
	v, _, err := h.Declare(h.ada, h.checkout.ID, d)
	if err != nil {
		t.Fatal(err)
	}
	const (
		untold = "it could not be told whether it is the bound of a bucket: "
		reason = untold + "the reason is internal; the log of the replica holds the details"
	)
	ended, cancel := context.WithCancel(h.ada)
	cancel()
	for name, test := range map[string]struct {
		ctx    context.Context
		words  string
		err    error
		want   string
		logged string
	}{
		"nothing speaks against it":  {ctx: h.ada},
		"it has other bounds":        {ctx: h.ada, words: "0.4 is no bound", want: "0.4 is no bound"},
		"it is busy":                 {ctx: h.ada, err: fault.New(fault.Unavailable, "source_busy", "the data source is busy"), want: untold + "the data source is busy"},
		"something is broken":        {ctx: h.ada, err: errors.New("a cable is cut"), want: reason, logged: "a cable is cut"},
		"the database does not read": {ctx: ended, want: reason, logged: "context canceled"},
	} {
		var log bytes.Buffer
		languages := map[source.Kind]judge.Language{source.Prometheus: {Doubt: func(context.Context, source.Source, origin.Origin, registry.Service) (string, error) {
			return test.words, test.err
		}}}
		s := slo.NewService(h.store.SLO(), h.store, h.store.Registry(), measure.New(h.store.Measure(), h.store, h.clock.Now), judge.New(h.store.Sources(), h.store.Registry(), languages),
			access.NewAuthorizer(h.store.Access()), h.log, h.clock.Now, slog.New(slog.NewTextHandler(&log, nil)))
		got := s.Doubts(test.ctx, v)
		switch {
		case test.want == "" && len(got) != 0, test.want != "" && (len(got) != 1 || got[0] != slo.Warning{Code: slo.WarnThreshold, Pointer: "/indicator/source/latency/thresholdSeconds", Message: test.want}):
			t.Errorf("%s: warned of %+v, want %q", name, got, test.want)
		case !strings.Contains(log.String(), test.logged) || (test.logged == "") != (log.Len() == 0):
			t.Errorf("%s: logged %s", name, log.String())
		}
	}
}
