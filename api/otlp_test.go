package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	colpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/otlp"
)

// counts stands for what counts exports: it fails, or waits until it is let go.
type counts struct {
	err     error
	entered chan struct{}
	leave   chan struct{}
}

func (c counts) Receive(context.Context, *colpb.ExportMetricsServiceRequest) (otlp.Outcome, error) {
	if c.entered != nil {
		c.entered <- struct{}{}
		<-c.leave
	}
	return otlp.Outcome{Rejected: 2, Message: "why"}, c.err
}

func export(ctx context.Context, b *bench, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/otlp/v1/metrics", strings.NewReader(body)).WithContext(ctx)
	r.Header.Set("Authorization", "Bearer admin")
	r.Header.Set("Content-Type", "application/json")
	w := newRecorder()
	b.ServeHTTP(w, r)
	return w
}

// The statuses and codes are those of the OTLP specification ("OTLP/HTTP
// Response") and of google.rpc.Code.
func TestAnExporterIsToldWhetherToTryAgain(t *testing.T) {
	t.Parallel()
	busy := fault.New(fault.Unavailable, "database_busy", "the database is busy")
	busy.RetryAfter = 3 * time.Second
	for name, c := range map[string]struct {
		err    error
		status int
		code   int
		retry  string
		says   string
	}{
		"busy":     {busy, 503, 14, "3", "database_busy: the database is busy"},
		"too slow": {context.DeadlineExceeded, 503, 14, "5", "timeout"},
		"broken":   {errors.New("a secret of the database"), 500, 13, "", "internal"},
		"refused":  {fault.New(fault.Conflict, "reference_missing", "it is gone"), 409, 10, "", "it is gone"},
	} {
		b := newBench(t)
		b.HandleExports(counts{err: c.err})
		w := export(t.Context(), b, `{}`)
		var status struct {
			Code    int
			Message string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &status); err != nil || w.Code != c.status || status.Code != c.code || w.Header().Get("Retry-After") != c.retry ||
			!strings.Contains(status.Message, c.says) || strings.Contains(status.Message, "secret") {
			t.Errorf("%s: %d, %v, %s", name, w.Code, w.Header(), w.Body)
		}
	}
	b := newBench(t)
	b.HandleExports(counts{})
	if w := export(t.Context(), b, `{}`); w.Code != 200 || !strings.Contains(w.Body.String(), `"rejectedDataPoints":"2"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestOnlySoManyExportsAreUnpackedAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *Config) { c.Observe = nil }) // which the bench does by itself
	c := counts{entered: make(chan struct{}), leave: make(chan struct{})}
	b.HandleExports(c)
	done := make(chan int)
	for range exportsAtOnce {
		go func() { done <- export(t.Context(), b, `{}`).Code }()
		<-c.entered
	}
	impatient, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if w := export(impatient, b, `{}`); w.Code != 429 || w.Header().Get("Retry-After") != "1" || !strings.Contains(w.Body.String(), "too_many_exports") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	close(c.leave)
	for range exportsAtOnce {
		if code := <-done; code != 200 {
			t.Errorf("one that waited: %d", code)
		}
	}
	go func() { <-c.entered }()
	if w := export(t.Context(), b, `{}`); w.Code != 200 {
		t.Errorf("afterwards: %d", w.Code)
	}
}
