package signals_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
	"github.com/evenkeel/evenkeel/services/signals"
	"github.com/evenkeel/evenkeel/services/source"
)

// hanging answers 1 at noon when it is let go, and not before.
type hanging struct {
	*httptest.Server
	came  chan struct{} // closed with the first request
	letGo func()
}

func hang(t *testing.T) hanging {
	t.Helper()
	came, gone := make(chan struct{}), make(chan struct{})
	first, last := sync.OnceFunc(func() { close(came) }), sync.OnceFunc(func() { close(gone) })
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the end of the connection is not seen
		first()
		select {
		case <-gone:
		case <-r.Context().Done():
		}
		_, _ = io.WriteString(w, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1773144000,"1"]]}]}}`)
	}))
	t.Cleanup(s.Close)
	t.Cleanup(last)
	return hanging{s, came, last}
}

func from(slug, query string) signals.Resource {
	return signals.Resource{Name: slug, DataSource: id.ID(slug), Query: query}
}

func TestASlowDataSourceCostsABoundedTimeAndTheOthersStillCome(t *testing.T) {
	t.Parallel()
	h := open(t, promtest.Start(t, promtest.Options{Series: samples}), func(p *signals.Parts) { p.Patience = 2 * time.Second })
	slow := hang(t)
	h.source(t, "slow", func(s *source.Source) { s.Address = slow.URL })
	h.mapped(t, signals.Map{
		Traffic: everything().Traffic, Saturation: []signals.Resource{from("slow", "cpu"), from("prometheus", "max(cpu)")},
	})
	begun := time.Now()
	if got, want := h.now(t), "traffic requests 2\nsaturation slow late\nsaturation prometheus 0.75"; got != want {
		t.Errorf("it says\n%s", got)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("that took %s", took)
	}
	// It is not asked again meanwhile, and its answer is there for the next who looks.
	before := h.requests.Load()
	slow.letGo()
	if got := h.now(t); !strings.Contains(got, "saturation slow 1\n") || h.requests.Load() != before {
		t.Errorf("after %d more requests it says\n%s", h.requests.Load()-before, got)
	}
}

func TestFiftyWhoLookAtOnceAskOnce(t *testing.T) {
	t.Parallel()
	slow := hang(t)
	h := open(t, slow.URL)
	h.mapped(t, signals.Map{Saturation: []signals.Resource{from("prometheus", "cpu")}})
	var all errgroup.Group
	for range 50 {
		all.Go(func() error {
			r, err := h.Current(h.bob, "checkout")
			if err == nil && text(r) != "saturation prometheus 1" {
				t.Errorf("one of them sees %s", text(r))
			}
			return err
		})
	}
	<-slow.came
	slow.letGo()
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	if n := h.requests.Load(); n != 1 {
		t.Errorf("there were %d requests", n)
	}
}

func TestWhoLeavesEarlyLeavesTheAnswerToOthers(t *testing.T) {
	t.Parallel()
	slow := hang(t)
	h := open(t, slow.URL)
	h.mapped(t, signals.Map{Saturation: []signals.Resource{from("prometheus", "cpu")}})
	ctx, leave := context.WithCancel(h.bob)
	left := make(chan error, 1)
	go func() {
		_, err := h.Current(ctx, "checkout")
		left <- err
	}()
	<-slow.came
	leave()
	if err := <-left; err == nil {
		t.Error("who left was told something")
	}
	slow.letGo()
	if got := h.now(t); got != "saturation prometheus 1" || h.requests.Load() != 1 {
		t.Errorf("after %d requests it says %s", h.requests.Load(), got)
	}
}

func TestADataSourceThatAnswersNonsenseSpoilsNothingElse(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	status, body := 0, ""
	nonsense := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	defer nonsense.Close()
	h := open(t, nonsense.URL)
	h.mapped(t, signals.Map{Saturation: []signals.Resource{from("prometheus", "cpu")}})
	values := func(text string) string {
		return `{"status":"success","data":{"resultType":"matrix","result":[` + text + `]}}`
	}
	for name, c := range map[string]struct {
		status     int
		body, want string
	}{
		"a page":               {200, "<html>sign in</html>", "source_unusable"},
		"another type":         {200, `{"status":"success","data":{"resultType":"vector","result":[]}}`, "source_unusable"},
		"half of an answer":    {200, `{"status":"success","data":{"resultType":"matr`, "source_unusable"},
		"another time":         {200, values(`{"metric":{},"values":[[1773144007,"1"]]}`), "no_data"},
		"the same twice":       {200, values(`{"metric":{},"values":[[1773144000,"1"]]},{"metric":{},"values":[[1773144000,"1"]]}`), "several_values"},
		"not a number":         {200, values(`{"metric":{},"values":[[1773144000,"NaN"]]}`), "not_a_number"},
		"a word":               {200, values(`{"metric":{},"values":[[1773144000,"many"]]}`), "source_unusable"},
		"nothing":              {200, values(""), "no_data"},
		"a part":               {200, `{"status":"success","warnings":["store eu-2 did not answer"],"data":{"resultType":"matrix","result":[]}}`, "partial"},
		"too much work":        {422, `{"status":"error","errorType":"execution","error":"too many samples"}`, "query_refused"},
		"no rights":            {403, "hush", "source_unusable"},
		"a failure of its own": {503, "hush", "source_unavailable"},
	} {
		mu.Lock()
		status, body = c.status, c.body
		mu.Unlock()
		if err := h.store.Sources().UpdateSource(t.Context(), h.main); err != nil { // another version has other answers
			t.Fatal(err)
		}
		h.main.Version++
		r := ok(h.Current(h.bob, "checkout"))(t)
		if got := text(r); got != "saturation prometheus "+c.want {
			t.Errorf("%s: it says %s", name, got)
		} else if detail := r.Readings[0].Last().Lack.Detail; strings.Contains(detail, "hush") || strings.Contains(detail, "127.0.0.1") {
			t.Errorf("%s: it tells what it should not: %s", name, detail)
		}
	}
}
