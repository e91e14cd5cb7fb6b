package api

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/services/access"
)

// limited sets a quota of three requests at once, and one a second.
func limited(c *Config) { c.RequestsPerSecond, c.Burst = 1, 3 }

// unobserved is for requests at the same time, which what observes them in these
// tests is not made for.
func unobserved(c *Config) { c.Observe = nil }

func TestAQuotaIsToldAndKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, limited)
		for left := 2; left >= 0; left-- {
			w := b.do(http.MethodGet, "/v1/greeting", "")
			if w.Code != 200 || w.Header().Get("RateLimit-Policy") != `"caller";q=3;w=3` || !strings.HasPrefix(w.Header().Get("RateLimit"), fmt.Sprintf(`"caller";r=%d;t=`, left)) {
				t.Errorf("%d, %v", w.Code, w.Header())
			}
		}
		w := b.do(http.MethodGet, "/v1/greeting", "")
		b.readProblem(http.StatusTooManyRequests, "rate_limited", w)
		if h := w.Header(); h.Get("Retry-After") != "1" || h.Get("RateLimit") != `"caller";r=0;t=3` || h.Get("RateLimit-Policy") == "" {
			t.Errorf("headers of a refusal: %v", h)
		}
		time.Sleep(3 * time.Second)
		if text := b.do(http.MethodGet, "/metrics", "").Body.String(); !strings.Contains(text, `evenkeel_admission_refused_total{class="reads",reason="over_quota"} 1`+"\n") {
			t.Errorf("the refusal is not counted:\n%s", text)
		}
		if w := b.do(http.MethodGet, "/v1/greeting", ""); w.Code != 200 {
			t.Errorf("%d after what Retry-After said", w.Code)
		}
	})
}

func TestWithoutAQuotaNoneIsTold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for range 300 {
		if w := b.do(http.MethodGet, "/v1/greeting", ""); w.Code != 200 || w.Header().Get("RateLimit") != "" || w.Header().Get("RateLimit-Policy") != "" {
			t.Fatalf("%d %v", w.Code, w.Header())
		}
	}
}

func TestAQuotaIsTheOwnersOfATokenOrAnAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, limited)
		get := func(status int, header ...string) {
			t.Helper()
			if w := b.do(http.MethodGet, "/v1/widgets", "", header...); w.Code != status {
				t.Errorf("%q: %d, want %d", header, w.Code, status)
			}
		}
		// All tokens of the sample are of one person: the second counts, too.
		get(200)
		get(200, "Authorization: Bearer read")
		get(200, "Authorization: Bearer read")
		get(429, "Authorization: Bearer read")
		get(429)
		// The address has paid for none of them, and has three for what is not verified; more
		// tokens cannot be guessed.
		get(401, "Authorization: Bearer guessed")
		get(401, "Authorization: Bearer guessed-again")
		get(401, "Authorization: ")
		get(429, "Authorization: Bearer guessed-once-more")
		get(429, "Authorization: ")
		for range 100 {
			for _, path := range []string{"/healthz", "/readyz"} {
				if w := b.do(http.MethodGet, path, ""); w.Code != 200 || w.Header().Get("RateLimit") != "" {
					t.Fatalf("%s: %d %v", path, w.Code, w.Header())
				}
			}
		}
		time.Sleep(3 * time.Second)
		get(200)
	})
}

func TestWhatACallerSendsIsInNoHeader(t *testing.T) {
	t.Parallel()
	b := newBench(t, limited)
	for _, hostile := range []string{"Bearer x\r\nSet-Cookie: a=b", "Bearer \"caller\";q=9", "Bearer " + strings.Repeat("x", 5000), "\x00", "Bearer é"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/widgets", nil)
		r.Header["Authorization"] = []string{hostile}
		r.RemoteAddr = hostile
		w := httptest.NewRecorder()
		b.ServeHTTP(w, r)
		for _, name := range []string{"Ratelimit", "Ratelimit-Policy", "Retry-After"} {
			for _, v := range w.Header()[name] {
				if !regexp.MustCompile(`^("caller";[qr]=[0-9]+;[wt]=)?[0-9]+$`).MatchString(v) {
					t.Errorf("%s: %q", name, v)
				}
			}
		}
	}
}

func TestAnOverloadedEdgeRefusesTheLeastCriticalFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, unobserved)
		workers := make(chan struct{}, 10) // of 100 ms each: a hundred a second
		work := func(context.Context, *struct{}) (*reply[Gadget], error) {
			workers <- struct{}{}
			time.Sleep(100 * time.Millisecond)
			<-workers
			return current(1, Gadget{Slug: "done"}), nil
		}
		type kind struct {
			class     admission.Class
			method    string
			perSecond int
			served    int
			refused   int
		}
		kinds := []*kind{
			{class: admission.Critical, method: http.MethodGet, perSecond: 40}, {class: admission.Writes, method: http.MethodDelete, perSecond: 30},
			{class: admission.Reads, method: http.MethodGet, perSecond: 430}, {class: admission.Reports, method: http.MethodGet, perSecond: 500},
		}
		var all sync.WaitGroup
		var mu sync.Mutex
		for _, k := range kinds {
			path := "/v1/loads/" + k.class.String()
			register(b.API, operation{id: k.class.String() + "Work", method: k.method, path: path, tag: "Teams", summary: "Work", class: k.class, public: true}, work)
		}
		for _, k := range kinds {
			path := "/v1/loads/" + k.class.String()
			all.Go(func() {
				for range 10 * k.perSecond {
					all.Go(func() {
						w := b.do(k.method, path, "")
						mu.Lock()
						defer mu.Unlock()
						switch w.Code {
						case 200:
							k.served++
						case 503:
							k.refused++
							b.readProblem(503, "overloaded", w)
							if after, err := strconv.Atoi(w.Header().Get("Retry-After")); err != nil || after < 1 || after > 4 {
								t.Errorf("Retry-After is %q", w.Header().Get("Retry-After"))
							}
						default:
							t.Errorf("%d %s", w.Code, w.Body)
						}
					})
					time.Sleep(time.Second / time.Duration(k.perSecond))
				}
			})
		}
		time.Sleep(5 * time.Second)
		if w := b.do(http.MethodGet, "/healthz", ""); w.Code != 200 {
			t.Errorf("%d of /healthz under overload", w.Code)
		}
		metrics := b.do(http.MethodGet, "/metrics", "").Body.String()
		if !regexp.MustCompile(`(?m)^evenkeel_admission_limit [0-9]+$`).MatchString(metrics) ||
			!regexp.MustCompile(`(?m)^evenkeel_admission_in_flight [1-9]`).MatchString(metrics) ||
			!regexp.MustCompile(`(?m)^evenkeel_admission_queued [1-9]`).MatchString(metrics) ||
			!regexp.MustCompile(`(?m)^evenkeel_admission_refused_total\{class="reports",reason="queue_full"\} [1-9]`).MatchString(metrics) {
			t.Errorf("metrics under overload:\n%s", metrics)
		}
		all.Wait()
		served := 0
		for _, k := range kinds {
			t.Logf("%s: %d served, %d refused", k.class, k.served, k.refused)
			served += k.served
		}
		if served < 90*10 {
			t.Errorf("%d served in ten seconds, want 90 a second", served)
		}
		if kinds[0].refused+kinds[1].refused > 0 || kinds[2].refused == 0 || kinds[3].served*10 > kinds[2].served {
			t.Error("it is not the least critical who were refused first")
		}
	})
}

func TestWhoSendsOrReadsSlowlyHoldsNoPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, unobserved)
		var all sync.WaitGroup
		for range 1000 { // far more than there are places
			all.Go(func() {
				r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/v1/note", slowBody{})
				r.ContentLength = 10
				r.Header.Set("Content-Type", "text/plain")
				b.ServeHTTP(httptest.NewRecorder(), r)
			})
			all.Go(func() {
				r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/greeting", nil)
				b.ServeHTTP(slowReader{httptest.NewRecorder()}, r)
			})
		}
		time.Sleep(time.Second)
		if w := b.do(http.MethodGet, "/v1/greeting", ""); w.Code != 200 {
			t.Errorf("%d while others are slow", w.Code)
		}
		all.Wait()
	})
}

type slowBody struct{}

// Read takes ten seconds, and then finds the sender gone.
func (slowBody) Read([]byte) (int, error) {
	time.Sleep(10 * time.Second)
	return 0, http.ErrBodyReadAfterClose
}

type slowReader struct{ *httptest.ResponseRecorder }

// Write takes ten seconds.
func (w slowReader) Write(p []byte) (int, error) {
	time.Sleep(10 * time.Second)
	return w.ResponseRecorder.Write(p)
}

func TestAPageThatIsRefusedIsAskedForAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t, limited)
	b.Handle(http.MethodGet, "/page", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
	for range 3 {
		if w := b.do(http.MethodGet, "/page", ""); w.Code != 204 || w.Header().Get("RateLimit") == "" {
			t.Fatalf("%d %v", w.Code, w.Header())
		}
	}
	w := b.do(http.MethodGet, "/page", "", "Accept: text/html,*/*")
	b.readProblem(http.StatusTooManyRequests, "rate_limited", w)
	if h := w.Header(); h.Get("Refresh") != h.Get("Retry-After") || h.Get("Refresh") == "" {
		t.Errorf("Refresh %q, Retry-After %q", h.Get("Refresh"), h.Get("Retry-After"))
	}
	if h := b.do(http.MethodGet, "/page", "").Header(); h.Get("Refresh") != "" {
		t.Errorf("a program is told to refresh: %v", h)
	}
}

func TestAHeavyPageIsRefusedAsReportsAre(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, limited)
		b.HandleHeavy("/heavy", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
		for range 3 {
			b.do(http.MethodGet, "/heavy", "")
		}
		b.readProblem(http.StatusTooManyRequests, "rate_limited", b.do(http.MethodGet, "/heavy", ""))
		time.Sleep(3 * time.Second)
		if text := b.do(http.MethodGet, "/metrics", "").Body.String(); !strings.Contains(text, `evenkeel_admission_refused_total{class="reports",reason="over_quota"} 1`+"\n") {
			t.Errorf("the refusal is not counted as one of a report:\n%s", text)
		}
	})
}

func TestEveryOperationHasAClass(t *testing.T) {
	t.Parallel()
	type document struct{ Body []byte }
	type stream struct{ Body func(http.ResponseWriter) }
	for _, c := range []struct {
		method   string
		declared admission.Class
		out      reflect.Type
		want     admission.Class
	}{
		{http.MethodGet, 0, reflect.TypeFor[reply[Widget]](), admission.Reads},
		{http.MethodGet, 0, reflect.TypeFor[list[Widget]](), admission.Reads},
		{http.MethodGet, 0, reflect.TypeFor[document](), admission.Reports},
		{http.MethodGet, 0, reflect.TypeFor[stream](), admission.Reports},
		{http.MethodPost, 0, reflect.TypeFor[reply[Widget]](), admission.Writes},
		{http.MethodDelete, 0, reflect.TypeFor[struct{}](), admission.Writes},
		{http.MethodPost, 0, reflect.TypeFor[document](), admission.Writes},
		{http.MethodGet, admission.Critical, reflect.TypeFor[reply[Widget]](), admission.Critical},
		{http.MethodPost, admission.Critical, reflect.TypeFor[reply[Widget]](), admission.Critical},
	} {
		e := endpoint{operation: operation{method: c.method, class: c.declared}}
		if got := e.classOf(c.out); got != c.want {
			t.Errorf("%s, declared %d, %v: %s, want %s", c.method, c.declared, c.out, got, c.want)
		}
	}
	a := New(Config{})
	a.AddOperations(Rooms{})
	other := map[string]admission.Class{ // than what follows from the method; docs/how-to/protect-it-from-overload.md names them
		"getMe": admission.Critical, "getSLOStatus": admission.Critical, "getCompositeStatus": admission.Critical, "explainComposite": admission.Reports, "getCompositeHistory": admission.Reports,
		"explainSLO": admission.Reports, "explainSLA": admission.Reports, "getSLOHistory": admission.Reports, "getSLOForecast": admission.Reports, "getSLOErrors": admission.Reports, "getSLOFacts": admission.Reports, "getMeasurements": admission.Reports, "suggestSLOs": admission.Reports, "previewSLO": admission.Reports, "tryPolicy": admission.Reports,
		"publishReport": admission.Reports, "previewReport": admission.Reports, "previewReportAsCSV": admission.Reports, "getReportDocument": admission.Reports, "getReportAsCSV": admission.Reports, "getEvidence": admission.Reports, "exportAudit": admission.Reports, "verifyAudit": admission.Reports,
		"getGoldenSignalsSeries": admission.Reports, "suggestGoldenSignals": admission.Reports, "getIncidentImpact": admission.Reports, "getIncidentStatistics": admission.Reports,
		"getScorecardReport": admission.Reports, "previewScorecard": admission.Reports, "previewNewScorecard": admission.Reports, "getToilEntriesAsCSV": admission.Reports, "getPrometheusRules": admission.Reports, "exportManifests": admission.Reports, "planManifests": admission.Reports, "applyManifests": admission.Reports, "previewOnboardingWave": admission.Reports, "startOnboardingWave": admission.Reports, "getAdoption": admission.Reports,
	}
	for _, e := range a.endpoints {
		want, declared := other[e.id]
		if !declared {
			want = admission.Writes
			if e.method == http.MethodGet {
				want = admission.Reads
			}
		}
		if got := e.load.Class(); got != want {
			t.Errorf("%s is of the class %s, want %s", e.id, got, want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("an operation may be of the class that is never limited")
		}
	}()
	register(a, operation{id: "getAway", method: http.MethodGet, path: "/v1/away", tag: "Teams", summary: "Get away", class: admission.Health, rule: access.Rule{Verb: access.Read, Kind: access.KindTeam}},
		func(context.Context, *struct{}) (*reply[Gadget], error) { return nil, nil })
}
