package main

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/openapi"
	"github.com/evenkeel/evenkeel/openapi/client"
)

func TestMain(m *testing.M) { process.Main(m) }

// interrupt ends it as Ctrl-C does, and returns how it ended.
func interrupt(p *process.Process) error {
	p.Signal(syscall.SIGINT)
	return p.Wait()
}

func TestTheFirstStartNeedsNothingAndTheSecondFindsEverything(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := process.Start(t, process.Options{Dir: dir})
	token := filepath.Join(dir, "data", "admin-token")
	info, err := os.Stat(token)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the administrator's token: %v, %v", info.Mode(), err)
	}
	made, err := first.Client().CreateTeam(t.Context(), nil, client.TeamInput{Slug: "payments", Name: "Payments"})
	if err != nil {
		t.Fatalf("create a team: %v", err)
	}
	if err := interrupt(first); err != nil {
		t.Fatalf("Ctrl-C ended it with %v\n%s", err, first.Log())
	}

	second := process.Start(t, process.Options{Dir: dir})
	if second.Token() != first.Token() {
		t.Error("the token was made anew")
	}
	again := second.Client()
	team, err := again.GetTeam(t.Context(), "payments", nil)
	if err != nil || !reflect.DeepEqual(team, made) {
		t.Errorf("the team after the second start: %v %+v, want %+v", err, team, made)
	}
	slos, err := client.Collect(again.ListServiceSLOs(t.Context(), "evenkeel", nil))
	if err != nil || len(slos) != 2 {
		t.Fatalf("its own SLOs: %v %+v", err, slos)
	}
	for i, want := range []struct {
		slug, objective string
	}{{"availability", "99.9%"}, {"latency", "99%"}} {
		got := slos[i]
		if got.Slug != want.slug || got.Objective != want.objective || got.WindowDays == nil || *got.WindowDays != 28 || got.MinEvents != 100 {
			t.Errorf("its own SLO: got %+v, want %+v over 28 days from 100 events", got, want)
		}
	}
}

func TestASecondProcessMayNotUseTheDataDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	process.Start(t, process.Options{Dir: dir})
	other := exec.CommandContext(t.Context(), process.Build(t), "serve", "--listen", "127.0.0.1:0")
	other.Dir = dir
	out, err := other.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "in use by another process") {
		t.Errorf("a second process: %v\n%s", err, out)
	}
}

func TestAnAddressInUseSaysWhatToDo(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dir := filepath.Join(t.TempDir(), "data")
	code, _, stderr := evenkeel(t, []string{"EVENKEEL_DATA_DIR=" + dir}, "serve", "--listen", l.Addr().String())
	if code != exitError || !strings.Contains(stderr, l.Addr().String()+" is in use") || !strings.Contains(stderr, "--listen") {
		t.Errorf("code %d, wrote:\n%s", code, stderr)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a data directory was made all the same")
	}
}

// Whoever waits for the first start to be ready reads the token then.
func TestTheFirstStartIsReadyOnceTheTokenIsThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	found := make(chan error, 1)
	go func() {
		for t.Context().Err() == nil {
			answer, err := http.Get("http://" + addr + "/readyz")
			if err != nil {
				continue // nobody listens yet
			}
			_, err = os.Stat(filepath.Join(dir, "data", "admin-token"))
			if closed := answer.Body.Close(); closed != nil || answer.StatusCode == http.StatusOK {
				found <- errors.Join(err, closed)
				return
			}
		}
		found <- t.Context().Err()
	}()
	process.Start(t, process.Options{Dir: dir, Args: []string{"--listen", addr}})
	if err := <-found; err != nil {
		t.Errorf("it is ready, and the token is not there: %v", err)
	}
}

// A load balancer sends requests until it has seen /readyz go.
func TestReadinessGoesBeforeTheListener(t *testing.T) {
	t.Parallel()
	r := process.Start(t, process.Options{Args: []string{"--drain-delay", "10s"}})
	if code, _ := r.Get("/readyz"); code != http.StatusOK {
		t.Fatalf("/readyz: %d", code)
	}
	r.Signal(syscall.SIGTERM)
	for code := http.StatusOK; code != http.StatusServiceUnavailable; {
		code, _ = r.Get("/readyz") // fails the test where nobody listens any more
	}
	if code, _ := r.Get("/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: %d", code)
	}
}

func TestTheLinkSignsInOnce(t *testing.T) {
	t.Parallel()
	r := process.Start(t, process.Options{})
	visit := func(c *http.Client, url string) (*http.Response, string) {
		t.Helper()
		res, err := c.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var body bytes.Buffer
		if _, err := body.ReadFrom(res.Body); err != nil {
			t.Fatal(err)
		}
		return res, body.String()
	}
	browser := func() *http.Client {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		return &http.Client{Jar: jar}
	}
	mine := browser()
	if res, page := visit(mine, r.SignIn()); res.StatusCode != http.StatusOK || res.Request.URL.Path != "/" || !strings.Contains(page, "Platform") {
		t.Errorf("the link leads to %s (%d)", res.Request.URL, res.StatusCode)
	}
	if res, _ := visit(mine, r.Base()+"/services/evenkeel/slos/availability"); res.StatusCode != http.StatusOK {
		t.Errorf("a page after signing in: %d", res.StatusCode)
	}
	if res, page := visit(browser(), r.SignIn()); res.Request.URL.Path != "/signin" || strings.Contains(page, "Platform") {
		t.Errorf("the link worked twice: %s", res.Request.URL)
	}
}

func TestItMeasuresItsOwnTraffic(t *testing.T) {
	t.Parallel()
	r := process.Start(t, process.Options{})
	api := r.Client()
	// Two hundred requests, then the stop flushes what was counted; the next
	// process answers what is stored. A slot may end in between: slots are summed.
	began := time.Now().UTC().Truncate(time.Minute)
	for range 200 {
		if _, err := api.GetMe(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := interrupt(r); err != nil {
		t.Fatalf("%v\n%s", err, r.Log())
	}
	second := process.Start(t, process.Options{Dir: r.Dir()})
	api = second.Client()
	for _, target := range []string{"availability", "latency"} {
		got, err := api.GetMeasurements(t.Context(), "evenkeel", target, &client.GetMeasurementsParams{From: &began})
		if err != nil {
			t.Fatal(err)
		}
		var good, total float64
		for _, reporter := range got.Reporters {
			for _, slot := range reporter.Slots {
				good, total = good+slot.Good, total+slot.Total
			}
		}
		if total != 200 || (target == "availability" && good != 200) {
			t.Errorf("%s: %v good of %v, want the 200 requests that were made", target, good, total)
		}
	}
}

func TestWhatIsServedIsTheCommittedDocument(t *testing.T) {
	t.Parallel()
	r := process.Start(t, process.Options{})
	for path, want := range map[string][]byte{"/openapi.yaml": openapi.V31, "/openapi-3.0.yaml": openapi.V30} {
		if code, got := r.Get(path); code != http.StatusOK || !bytes.Equal(got, want) {
			t.Errorf("%s (%d) is not what is committed; run make generate", path, code)
		}
	}
}
