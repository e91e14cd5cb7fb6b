package prometheus_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/source"
)

// A real Prometheus gives none of these replies when a test wants it to.
func TestWhatADataSourceRepliesIsUnderstood(t *testing.T) {
	t.Parallel()
	const values = `"data":{"resultType":"matrix","result":[{"metric":{},"values":[[1772445660,"4"]]}]}`
	for name, test := range map[string]struct {
		status int
		body   string
		kind   fault.Kind // empty: no error
		code   string     // or what the slot is
	}{
		"whole":                           {200, `{"status":"success",` + values + `}`, "", "4/4"},
		"partial, as Thanos says":         {200, `{"status":"success","warnings":["No StoreAPIs matched for this query"],` + values + `}`, "", "partial"},
		"a note on the expression":        {200, `{"status":"success","infos":["PromQL info: metric might not be a counter"],` + values + `}`, "", "4/4"},
		"a note in older versions":        {200, `{"status":"success","warnings":["PromQL info: metric might not be a counter"],` + values + `}`, "", "4/4"},
		"a warning of the expression":     {200, `{"status":"success","warnings":["PromQL warning: encountered a mix of histograms and floats"],` + values + `}`, "", "partial"},
		"refused":                         {422, `{"status":"error","errorType":"execution","error":"query processing would load too many samples into memory"}`, fault.Invalid, "query_refused"},
		"refused as VictoriaMetrics does": {422, `{"status":"error","errorType":"422","error":"cannot parse"}`, fault.Invalid, "query_refused"},
		"not understood":                  {400, `{"status":"error","errorType":"bad_data","error":"parse error"}`, fault.Invalid, "query_refused"},
		"by something else":               {400, `Bad Request`, fault.Invalid, "source_not_prometheus"},
		"a time-out of its own":           {503, `{"status":"error","errorType":"timeout","error":"query timed out"}`, fault.Unavailable, "source_unavailable"},
		"overloaded":                      {429, `too many requests`, fault.Unavailable, "source_unavailable"},
		"broken":                          {502, `<html>hush</html>`, fault.Unavailable, "source_unavailable"},
		"no rights":                       {401, `hush`, fault.Forbidden, "source_forbids"},
		"forbidden":                       {403, `hush`, fault.Forbidden, "source_forbids"},
		"not there":                       {404, `hush`, fault.Invalid, "source_not_prometheus"},
		"a page to sign in":               {200, `<html>hush</html>`, fault.Invalid, "source_not_prometheus"},
		"another type":                    {200, `{"status":"success","data":{"resultType":"vector","result":[]}}`, fault.Invalid, "source_not_prometheus"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			}))
			defer server.Close()
			r, _ := reader(server.URL)
			answer := r.Read(t.Context(), src, []origin.Ask{minutes(ratio("sum(increase(x[$window]))", "", "sum(increase(x[$window]))"), 1)})[0]
			f := fault.As(answer.Err)
			switch {
			case test.kind == "" && text(answer) != test.code:
				t.Errorf("the slot is %s", text(answer))
			case test.kind == "":
			case f == nil || f.Kind != test.kind || f.Code != test.code || len(answer.Slots)+len(answer.Missing) > 0:
				t.Errorf("it is %+v (%#v)", answer, f)
			case strings.Contains(f.Message, "hush"):
				t.Errorf("the message tells what it should not: %s", f.Message)
			case test.kind == fault.Unavailable && f.RetryAfter != 7*time.Second:
				t.Errorf("it may be tried again after %s", f.RetryAfter)
			}
		})
	}
}

func TestASlowDataSourceIsUnavailable(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-done:
		}
	}))
	defer server.Close()
	defer close(done)
	slow, err := outbound.New(outbound.Options{
		Name: "main", URL: server.URL, Reach: outbound.Reach{AllowLoopback: true}, AttemptTimeout: 50 * time.Millisecond, Attempts: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	for name, client := range map[string]*http.Client{"an outbound client": slow.HTTP(), "a plain one": {Timeout: 50 * time.Millisecond}} {
		r := reading{prometheus.New(func(context.Context, source.Source) (*http.Client, error) { return client, nil }), server.URL}
		ask := minutes(ratio("sum(increase(x[$window]))", "", "sum(increase(x[$window]))"), 1)
		if err := r.Read(t.Context(), src, []origin.Ask{ask})[0].Err; !fault.Is(err, fault.Unavailable) || fault.As(err).Code != "source_timeout" {
			t.Errorf("with %s it is %v", name, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := r.Read(ctx, src, []origin.Ask{ask})[0].Err; !fault.Is(err, fault.Unavailable) {
			t.Errorf("with %s, cancelled, it is %v", name, err)
		}
	}
}

func TestAnAddressThatMustNotBeAskedIsTheAdministratorsToChange(t *testing.T) {
	t.Parallel()
	guarded, err := outbound.New(outbound.Options{Name: "main", URL: "http://169.254.169.254"})
	if err != nil {
		t.Fatal(err)
	}
	defer guarded.Close()
	r := reading{prometheus.New(func(context.Context, source.Source) (*http.Client, error) { return guarded.HTTP(), nil }), "http://169.254.169.254"}
	answer := r.Read(t.Context(), src, []origin.Ask{minutes(ratio("sum(increase(x[$window]))", "", "sum(increase(x[$window]))"), 1)})[0]
	if f := fault.As(answer.Err); f == nil || f.Kind != fault.Invalid || f.Code != "source_refused" {
		t.Errorf("it is %v", answer.Err)
	}
}

func TestWhatPrometheusSaysIsShortened(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = io.WriteString(w, `{"status":"error","errorType":"execution","error":"`+strings.Repeat(`ü\n`, 5000)+`"}`)
	}))
	defer server.Close()
	r, _ := reader(server.URL)
	err := r.Read(t.Context(), src, []origin.Ask{minutes(ratio("sum(increase(x[$window]))", "", "sum(increase(x[$window]))"), 1)})[0].Err
	if f := fault.As(err); f == nil || len([]rune(f.Message)) > 400 || strings.Contains(f.Message, "\n") {
		t.Errorf("it says %v", err)
	}
}

func TestWhyADataSourceIsLeftAloneIsSaid(t *testing.T) {
	t.Parallel()
	for kind, want := range map[outbound.Kind]string{
		outbound.CircuitOpen:  `the data source "main" is asked less often for a while: it answered with status 503`,
		outbound.Throttled:    `the data source "main" is asked less often for a while: it answered with status 503`,
		outbound.BulkheadFull: `too many requests to the data source "main" are under way`,
	} {
		turned := &http.Client{Transport: fails{&outbound.Error{Target: "main", Kind: kind, Err: errors.New("it answered with status 503")}}}
		r := prometheus.New(func(context.Context, source.Source) (*http.Client, error) { return turned, nil })
		answer := reading{r, "http://127.0.0.1:1"}.Read(t.Context(), src, []origin.Ask{minutes(ratio("", "sum(increase(x[$window]))", "sum(increase(x[$window]))"), 1)})[0]
		if f := fault.As(answer.Err); f == nil || f.Kind != fault.Unavailable || f.Message != want {
			t.Errorf("%s: %v, want %s", kind, answer.Err, want)
		}
	}
}

// fails is a way that ends nowhere.
type fails struct{ err error }

func (f fails) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }
