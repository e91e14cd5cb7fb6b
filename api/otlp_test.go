package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	colpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

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

func TestAnExportIsNoLargerThanTheOperatorAllows(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *Config) { c.MaxBody = 1000 })
	b.HandleExports(counts{})
	if w := export(t.Context(), b, "{"+strings.Repeat(" ", 999)+"}"); w.Code != 413 || !strings.Contains(w.Body.String(), "larger than 1000 bytes as it is sent") {
		t.Errorf("a byte more: %d %s", w.Code, w.Body)
	}
	if w := export(t.Context(), b, "{"+strings.Repeat(" ", 998)+"}"); w.Code != 200 {
		t.Errorf("as much as is allowed: %d %s", w.Code, w.Body)
	}
}

func TestAnExportThatWaitsForARoomHoldsNoPermit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, func(c *Config) { c.Observe = nil })
		c := counts{entered: make(chan struct{}), leave: make(chan struct{})}
		b.HandleExports(c)
		for range exportsAtOnce {
			go export(t.Context(), b, `{}`)
			<-c.entered
		}
		waiting := make(chan int)
		go func() { waiting <- export(t.Context(), b, `{}`).Code }()
		synctest.Wait()
		_, text, _ := strings.Cut(b.do(http.MethodGet, "/metrics", "").Body.String(), "\nevenkeel_admission_in_flight ")
		// Those that have a room, and the one that asks.
		if n, _, _ := strings.Cut(text, "\n"); n != strconv.Itoa(exportsAtOnce+1) {
			t.Errorf("%s hold a permit, want %d", n, exportsAtOnce+1)
		}
		if code := <-waiting; code != 429 {
			t.Errorf("one that waited too long: %d", code)
		}
		close(c.leave)
	})
}

func TestAnExportThatDoesNotArriveIsAnsweredAndCut(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *Config) { c.BodyTimeout = 50 * time.Millisecond })
	b.HandleExports(counts{})
	s := httptest.NewServer(b)
	t.Cleanup(s.Close)
	const head = "Authorization: Bearer admin\r\nContent-Type: application/json\r\n"
	for name, c := range map[string]struct {
		head string
		want int
	}{
		"it stops halfway":     {head + "Content-Length: 1000\r\n\r\n{", 408},
		"one of no length":     {head + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", 408},
		"its frame breaks":     {head + "Transfer-Encoding: chunked\r\n\r\nno length\r\n", 400},
		"it is too large":      {head + fmt.Sprintf("Content-Length: %d\r\n\r\n", maxExport+1), 413},
		"it comes from nobody": {"Content-Length: 1000\r\n\r\n", 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", s.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprint(conn, "POST /otlp/v1/metrics HTTP/1.1\r\nHost: x\r\n"+c.head)
			_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
			answers := bufio.NewReader(conn)
			r, err := http.ReadResponse(answers, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, r.Body)
			if r.StatusCode != c.want || c.want != 401 && !r.Close {
				t.Errorf("got %d, want %d (closed: %t)", r.StatusCode, c.want, r.Close)
			}
			if _, err := answers.ReadByte(); err == nil || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the connection goes on: %v", err)
			}
		})
	}
}

// An empty message takes two bytes in protobuf and three in JSON. The request holds
// three and the histogram around its points.
func TestAnExportOfManyEmptyMessagesIsRefusedUndecoded(t *testing.T) {
	t.Parallel()
	const around = 4 // resource, scope, metric and histogram
	histogram := &metricspb.Histogram{}
	request := &colpb.ExportMetricsServiceRequest{ResourceMetrics: []*metricspb.ResourceMetrics{{ScopeMetrics: []*metricspb.ScopeMetrics{{
		Metrics: []*metricspb.Metric{{Data: &metricspb.Metric_Histogram{Histogram: histogram}}},
	}}}}}
	empty := &metricspb.HistogramDataPoint{}
	for _, c := range []struct {
		points int
		coding coding
		fits   bool
	}{
		{maxMessages - around, protobufCoding, true}, {maxMessages - around + 1, protobufCoding, false},
		{maxMessages - around - 1, jsonCoding, true}, {maxMessages - around, jsonCoding, false}, // the request itself is a pair of braces, too
	} {
		histogram.DataPoints = make([]*metricspb.HistogramDataPoint, c.points)
		for i := range histogram.DataPoints {
			histogram.DataPoints[i] = empty
		}
		marshal := protojson.Marshal
		if c.coding == protobufCoding {
			marshal = proto.Marshal
		}
		data, err := marshal(request)
		if err != nil {
			t.Fatal(err)
		}
		if err := bound(data, c.coding); (err == nil) != c.fits {
			t.Errorf("%d points as %s: %v", c.points, c.coding.media(), err)
		}
	}
	b := newBench(t)
	b.HandleExports(counts{})
	if w := export(t.Context(), b, `{"unknown":[`+string(bytes.Repeat([]byte("{},"), maxMessages))+`{}]}`); w.Code != 413 || !strings.Contains(w.Body.String(), "send less at a time") {
		t.Errorf("%d %.300s", w.Code, w.Body)
	}
}
