package replicas

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/openapi/client"
)

// onEach runs the test with one process over SQLite, and with two over PostgreSQL.
func onEach(t *testing.T, do func(t *testing.T, f *fleet, doors []*atomic.Pointer[process.Process])) {
	t.Helper()
	t.Parallel()
	// What callers go to: restarted replicas have another address.
	doors := func(f *fleet) []*atomic.Pointer[process.Process] {
		var out []*atomic.Pointer[process.Process]
		for _, name := range []string{"a", "b"} {
			if p := f.replicas[name]; p != nil {
				door := &atomic.Pointer[process.Process]{}
				door.Store(p)
				out = append(out, door)
			}
		}
		return out
	}
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		f := openSQLite(t, seldom)
		do(t, f, doors(f))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		f := open(t, seldom, "a", "b")
		do(t, f, doors(f))
	})
}

// Fifty writers change five teams, a thousand times together, each to what they
// read and on the condition that it is still so. Exactly the winners' changes are
// there: one for each version, and an entry in the audit log for each.
func TestExactlyTheWinnersWritesAreThere(t *testing.T) {
	onEach(t, func(t *testing.T, f *fleet, doors []*atomic.Pointer[process.Process]) {
		const writers, updates, teams = 50, 1000, 5
		first := f.replicas["a"]
		ids := make([]string, teams)
		for i := range teams {
			slug := fmt.Sprintf("team-%d", i)
			ids[i] = must[client.Team](f, first, 201, "POST", "/v1/teams", client.TeamInput{Slug: slug, Name: "Team"}).ID
		}
		var mu sync.Mutex
		won := make([]map[string]string, teams) // what the winner of each version wrote
		for i := range won {
			won[i] = map[string]string{`"1"`: ""}
		}
		var lost, tries atomic.Int64
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				dice := rand.New(rand.NewPCG(50, uint64(w)))
				door := func() *process.Process { return doors[dice.IntN(len(doors))].Load() }
				for n := tries.Add(1); n <= updates; n = tries.Add(1) {
					i := dice.IntN(teams)
					path := fmt.Sprintf("/v1/teams/team-%d", i)
					read, err := f.try(door(), http.MethodGet, path, nil)
					if err != nil || read.status != http.StatusOK {
						t.Errorf("read: %d %s, %v", read.status, read.body, err)
						return
					}
					text := fmt.Sprintf("update %d by writer %d", n, w)
					wrote, err := f.try(door(), http.MethodPut, path, client.TeamInput{Slug: path[len("/v1/teams/"):], Name: "Team", Description: &text},
						"If-Match: "+read.header.Get("ETag"))
					switch {
					case err == nil && wrote.status == http.StatusOK:
						mu.Lock()
						version := wrote.header.Get("ETag")
						if before, twice := won[i][version]; twice {
							t.Errorf("%q and %q are both version %s", before, text, version)
						}
						won[i][version] = text
						mu.Unlock()
					case err == nil && wrote.status == http.StatusPreconditionFailed:
						lost.Add(1)
					default:
						t.Errorf("write: %d %s, %v", wrote.status, wrote.body, err)
					}
				}
			})
		}
		all.Wait()
		winners := 0
		for i := range teams {
			winners += len(won[i]) - 1
			for _, door := range doors {
				final := must[client.Team](f, door.Load(), 200, "GET", fmt.Sprintf("/v1/teams/team-%d", i), nil)
				if etag := fmt.Sprintf("%q", fmt.Sprint(final.Version)); final.Version != int64(len(won[i])) || won[i][etag] != final.Description {
					t.Errorf("%d won, the last with %q; the team is %+v", len(won[i])-1, won[i][etag], final)
				}
			}
			entries := 0
			for _, e := range everyOne[client.AuditEntry](f, first, "/v1/audit?limit=500&kind=team&object="+ids[i]) {
				if e.Action == "team.update" {
					entries++
				}
			}
			if entries != len(won[i])-1 {
				t.Errorf("%d won, and %d updates are in the log", len(won[i])-1, entries)
			}
		}
		if winners+int(lost.Load()) != updates {
			t.Errorf("%d won and %d lost of %d", winners, lost.Load(), updates)
		}
		t.Logf("%d writers, %d updates: %d won, %d lost", writers, updates, winners, lost.Load())
	})
}

// everyOne reads a list to its end.
func everyOne[T any](f *fleet, p *process.Process, path string) []T {
	f.t.Helper()
	type page struct {
		Items []T
		Next  string
	}
	var all []T
	for after := ""; ; {
		got := must[page](f, p, 200, "GET", path+after, nil)
		all = append(all, got.Items...)
		if got.Next == "" {
			return all
		}
		after = "&after=" + got.Next
	}
}

// Callers create services, of which three in ten calls repeat another; whoever
// gets no answer sends the same again, to any replica. On PostgreSQL one replica
// is killed in the middle of it, and started again. There is each service once,
// with the identifier that everybody was told.
func TestRepeatedCreatesMakeNoDuplicates(t *testing.T) {
	onEach(t, func(t *testing.T, f *fleet, doors []*atomic.Pointer[process.Process]) {
		calls, callers := 1000, 16
		if os.Getenv(everythingVariable) != "" {
			calls = 10_000
		}
		different := calls * 7 / 10
		must[client.Team](f, f.replicas["a"], 201, "POST", "/v1/teams", client.TeamInput{Slug: "payments", Name: "Payments"})
		dice := rand.New(rand.NewPCG(3, 10))
		numbers := dice.Perm(different) // each once, and some again
		for len(numbers) < calls {
			numbers = append(numbers, dice.IntN(different))
		}
		dice.Shuffle(len(numbers), func(i, j int) { numbers[i], numbers[j] = numbers[j], numbers[i] })

		var mu sync.Mutex
		told := map[int]string{} // the identifiers that were answered
		var next, replayed, again atomic.Int64
		create := func(dice *rand.Rand, n int) {
			body := client.ServiceCreate{Slug: fmt.Sprintf("made-%d", n), Name: "Made", Team: "payments", Kind: "http", Tier: 3}
			end := time.Now().Add(patience)
			for {
				got, err := f.try(doors[dice.IntN(len(doors))].Load(), http.MethodPost, "/v1/services", body, fmt.Sprintf("Idempotency-Key: create-%d", n))
				if err != nil || got.status == http.StatusServiceUnavailable || got.status == http.StatusConflict {
					if again.Add(1); time.Now().After(end) {
						t.Errorf("create %d: %d %s, %v", n, got.status, got.body, err)
						return
					}
					continue
				}
				var made client.Service
				if got.status != http.StatusCreated || json.Unmarshal(got.body, &made) != nil {
					t.Errorf("create %d: %d %s", n, got.status, got.body)
					return
				}
				if got.header.Get("Idempotency-Replayed") == "true" {
					replayed.Add(1)
				}
				mu.Lock()
				defer mu.Unlock()
				if before := told[n]; before != "" && before != made.ID {
					t.Errorf("create %d was answered with %s and with %s", n, before, made.ID)
				}
				told[n] = made.ID
				return
			}
		}
		var all sync.WaitGroup
		for c := range callers {
			all.Go(func() {
				dice := rand.New(rand.NewPCG(16, uint64(c)))
				for i := next.Add(1) - 1; i < int64(calls); i = next.Add(1) - 1 {
					create(dice, numbers[i])
				}
			})
		}
		if len(doors) > 1 {
			await(t, "a third is done", func() bool { return next.Load() > int64(calls)/3 })
			doors[1].Load().Kill()
			doors[1].Store(f.start("b"))
		}
		all.Wait()
		services := everyOne[client.Service](f, f.replicas["a"], "/v1/services?query=made-&limit=500")
		for _, s := range services {
			var n int
			if _, err := fmt.Sscanf(s.Slug, "made-%d", &n); err != nil || told[n] != s.ID {
				t.Errorf("%s is %s, and callers were told %s", s.Slug, s.ID, told[n])
			}
		}
		if len(services) != different || len(told) != different || replayed.Load() < int64(calls-different) {
			t.Errorf("%d services are there, of %d callers were told, with %d replays; want %d", len(services), len(told), replayed.Load(), different)
		}
		t.Logf("%d calls of %d services, %d replayed, %d sent again without an answer", calls, different, replayed.Load(), again.Load())
	})
}

// Sixty slots of one hour, and so of one segment, are pushed at once, each by
// itself, to all replicas in turn.
func TestPushesIntoOneSegmentFromAllReplicasLoseNoSlot(t *testing.T) {
	onEach(t, func(t *testing.T, f *fleet, doors []*atomic.Pointer[process.Process]) {
		first := f.replicas["a"]
		f.furnish(first)
		hour := f.began.Truncate(time.Hour).Add(-2 * time.Hour)
		name := "reporter"
		var all sync.WaitGroup
		for i := range 60 {
			good := float64(i)
			s := client.SlotInput{Start: hour.Add(time.Duration(i) * time.Minute), Good: &good, Total: 100}
			all.Go(func() {
				got, err := f.try(doors[i%len(doors)].Load(), http.MethodPost, slo+"/measurements", client.MeasurementsInput{Reporter: &name, Slots: []client.SlotInput{s}})
				if err != nil || got.status != http.StatusOK {
					t.Errorf("push %d: %d %s, %v", i, got.status, got.body, err)
				}
			})
		}
		all.Wait()
		raw := must[client.Measurements](f, first, 200, "GET", fmt.Sprintf("%s/measurements?from=%s&to=%s", slo,
			hour.Format(time.RFC3339), hour.Add(time.Hour).Format(time.RFC3339)), nil)
		if len(raw.Reporters) != 1 || len(raw.Reporters[0].Slots) != 60 {
			t.Fatalf("got %+v, want 60 slots of one reporter", raw)
		}
		for i, s := range raw.Reporters[0].Slots {
			if s.Good != float64(i) || s.Total != 100 {
				t.Errorf("slot %d is %+v", i, s)
			}
		}
		must[client.Run](f, first, 201, "POST", "/v1/jobs/"+evaluate+"/runs", nil)
		for _, door := range doors {
			// 0 + 1 + … + 59 good of 60 × 100.
			if got := f.status(door.Load()).Window; got.Good != 1770 || got.Total != 6000 {
				t.Errorf("the status is %+v", got)
			}
		}
	})
}
