package replicas

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/jobs"
)

func TestMain(m *testing.M) { process.Main(m) }

// The bounds of waiting: patience is far beyond what a busy machine needs.
const (
	patience  = time.Minute
	lookEvery = 20 * time.Millisecond
)

// everythingVariable asks for the loops in full.
const everythingVariable = "EVENKEEL_TEST_EVERYTHING"

// The job that these tests look at, and the shortest lease that can be configured.
const (
	evaluate = "evaluate-budgets"
	leaseTTL = 5 * time.Second
)

// seldom are schedules that do not come while a test runs.
var seldom = schedules("0 0 29 2 *")

// often evaluates every second.
var often = schedules("@every 1s")

func schedules(evaluating string) []string {
	return []string{"--jobs-schedules", evaluate + "=" + evaluating, "--jobs-schedules", "apply-policies=0 0 29 2 *", "--jobs-schedules", "prune=0 0 29 2 *"}
}

// fleet is the replicas over one database.
type fleet struct {
	t        *testing.T
	began    time.Time // which slots are counted back from
	url      string    // empty on SQLite
	dir      string
	args     []string
	http     *http.Client
	replicas map[string]*process.Process // by name
}

// open starts a replica of each name over a fresh PostgreSQL.
func open(t *testing.T, args []string, names ...string) *fleet {
	t.Helper()
	f := &fleet{t: t, url: storetest.PostgresURL(t), dir: t.TempDir(), args: args}
	f.begin(names)
	return f
}

// openSQLite starts one process over a fresh SQLite.
func openSQLite(t *testing.T, args []string) *fleet {
	t.Helper()
	f := &fleet{t: t, dir: t.TempDir(), args: args}
	f.begin([]string{"a"})
	return f
}

func (f *fleet) begin(names []string) {
	f.t.Helper()
	f.began = time.Now().UTC()
	f.replicas = map[string]*process.Process{}
	f.http = &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	f.t.Cleanup(f.http.CloseIdleConnections)
	for _, name := range names {
		f.start(name)
	}
}

// start starts a replica, or one anew.
func (f *fleet) start(name string, args ...string) *process.Process {
	f.t.Helper()
	p := process.Start(f.t, process.Options{
		Dir:  f.dir,
		Args: append(f.flags(name), args...),
		Env:  f.environ(),
	})
	f.replicas[name] = p
	return p
}

// flags and environ are how a replica is configured.
func (f *fleet) flags(name string) []string {
	return append([]string{"--instance", name, "--jobs-lease-ttl", leaseTTL.String()}, f.args...)
}

func (f *fleet) environ() []string {
	return []string{"EVENKEEL_DATABASE_URL=" + f.url, "EVENKEEL_LIMITS_REQUESTS_PER_SECOND=0", "EVENKEEL_LOG_LEVEL=debug"}
}

// reply is what was answered.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// try sends a request to a replica; the error is of the connection.
func (f *fleet) try(p *process.Process, method, path string, body any, header ...string) (reply, error) {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return reply{}, err
		}
		content = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(f.t.Context(), method, p.Base()+path, content)
	if err != nil {
		return reply{}, err
	}
	req.Header.Set("Authorization", "Bearer "+p.Token())
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	res, err := f.http.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, text}, err
}

// must sends a request that has to be answered with that status, and decodes the
// answer.
func must[T any](f *fleet, p *process.Process, status int, method, path string, body any, header ...string) T {
	f.t.Helper()
	var out T
	got, err := f.try(p, method, path, body, header...)
	if err == nil && got.status != status {
		err = fmt.Errorf("got %d %s, want %d", got.status, got.body, status)
	}
	if err == nil && len(got.body) > 0 {
		err = json.Unmarshal(got.body, &out)
	}
	if err != nil {
		f.t.Fatalf("%s %s: %v", method, path, err)
	}
	return out
}

// await waits until it is so.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	end := time.NewTimer(patience)
	defer end.Stop()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for !so() {
		select {
		case <-look.C:
		case <-end.C:
			t.Fatalf("waited %s in vain until %s", patience, what)
		}
	}
}

// holder is the replica that has the job's lease, as another tells; empty when
// none has.
func (f *fleet) holder(asked *process.Process, job string) string {
	f.t.Helper()
	name, _, _ := strings.Cut(must[client.Job](f, asked, 200, "GET", "/v1/jobs/"+job, nil).LeaseHolder, "/")
	return name
}

// other is a replica that is not called so.
func (f *fleet) other(name string) (string, *process.Process) {
	f.t.Helper()
	for other, p := range f.replicas {
		if other != name {
			return other, p
		}
	}
	f.t.Fatalf("there is no replica but %s", name)
	return "", nil
}

// slo is what the tests push to.
const slo = "/v1/services/checkout/slos/availability"

// furnish declares the SLO, with slots of a minute.
func (f *fleet) furnish(p *process.Process) {
	f.t.Helper()
	must[client.Team](f, p, 201, "POST", "/v1/teams", client.TeamInput{Slug: "payments", Name: "Payments"})
	must[client.Service](f, p, 201, "POST", "/v1/services", client.ServiceCreate{Slug: "checkout", Name: "Checkout", Team: "payments", Kind: "http", Tier: 2})
	objective, resolution := "99%", client.IndicatorInputResolutionSeconds(60)
	must[any](f, p, 201, "POST", "/v1/services/checkout/slos", client.SLOInput{
		Slug: "availability", Name: "Availability", Objective: &objective,
		Indicator: client.IndicatorInput{Category: "availability", ResolutionSeconds: &resolution},
	})
}

// slot is what was counted in the minute that was so many before the one in which
// the test began.
func (f *fleet) slot(before int, good, total float64) client.SlotInput {
	return client.SlotInput{Start: f.began.Truncate(time.Minute).Add(-time.Duration(before) * time.Minute), Good: &good, Total: total}
}

// push sends slots as one reporter.
func (f *fleet) push(p *process.Process, reporter string, slots ...client.SlotInput) {
	f.t.Helper()
	must[client.Receipt](f, p, 200, "POST", slo+"/measurements", client.MeasurementsInput{Reporter: &reporter, Slots: slots})
}

// status is the SLO's, as a replica tells it.
func (f *fleet) status(p *process.Process) client.SLOStatus {
	f.t.Helper()
	return must[client.SLOStatus](f, p, 200, "GET", slo+"/status", nil)
}

// recount holds the status to the raw slots that the API gives: everything that
// was pushed lies within the week that can be read at once, and so in the window.
func (f *fleet) recount(p *process.Process) {
	f.t.Helper()
	status := f.status(p)
	if status.WindowEnd == nil {
		f.t.Fatal("the SLO was never evaluated")
	}
	end := *status.WindowEnd
	raw := must[client.Measurements](f, p, 200, "GET", fmt.Sprintf("%s/measurements?from=%s&to=%s", slo,
		end.Add(-7*24*time.Hour).Format(time.RFC3339), end.Format(time.RFC3339)), nil)
	var good, total float64 // whole events, which are exact
	for _, reporter := range raw.Reporters {
		for _, s := range reporter.Slots {
			good, total = good+s.Good, total+s.Total
		}
	}
	if status.Window.Good != good || status.Window.Total != total || total == 0 {
		f.t.Errorf("the status says %v good of %v, the slots %v of %v", status.Window.Good, status.Window.Total, good, total)
	}
}

// look opens the database beside the program, for what the API does not tell: the
// epochs of runs, and for locks that hold the program up.
func (f *fleet) look() (*store.Store, *sql.DB) {
	f.t.Helper()
	s, err := store.Open(f.t.Context(), store.Options{URL: f.url, MaxConnections: 3})
	if err != nil {
		f.t.Fatal(err)
	}
	db, err := sql.Open("pgx", f.url)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() {
		if err := errors.Join(s.Close(), db.Close()); err != nil {
			f.t.Error(err)
		}
	})
	return s, db
}

// runs are the job's, the oldest first.
func runs(t *testing.T, s *store.Store, job string) []jobs.Run {
	t.Helper()
	var all []jobs.Run
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		p, err := s.Jobs().Runs(t.Context(), jobs.RunFilter{Job: job}, r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p.Items...)
		if r.After = p.Next; r.After == "" {
			slices.Reverse(all)
			return all
		}
	}
}

// logged reports whether a process wrote a line with all the words in it.
func logged(p *process.Process, words ...string) bool {
	for line := range strings.Lines(p.Log()) {
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) }) {
			return true
		}
	}
	return false
}
