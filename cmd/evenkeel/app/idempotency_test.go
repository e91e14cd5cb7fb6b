package app_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

func TestOfTwoWritersOfOneVersionOneWins(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		for round := 1; round <= repeated(8, 25); round++ {
			statuses := make([]int, 2)
			var both sync.WaitGroup
			for i := range statuses {
				both.Go(func() {
					statuses[i] = h.do(call{
						as: "ada", method: "PUT", path: "/v1/services/checkout/slos/availability", header: []string{fmt.Sprintf(`If-Match: "%d"`, round)},
						body: slo(fmt.Sprintf(`"description":"round %d by %d"`, round, i)),
					}).status
				})
			}
			both.Wait()
			slices.Sort(statuses)
			if !slices.Equal(statuses, []int{200, 412}) {
				t.Fatalf("round %d: %v", round, statuses)
			}
		}
	})
}

// A client that repeats what it sent gets the answer to it, however the service is
// called by then.
func TestARepeatedRequestOutlivesARename(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("ada", "mailer", "/v1/services", `{"slug":"mailer","name":"Mailer","team":"payments","kind":"http","tier":2}`)
		declare := call{as: "ada", method: "POST", path: "/v1/services/checkout/dependencies", header: []string{"Idempotency-Key: once"}, body: `{"on":"mailer","criticality":"soft"}`}
		first := h.must(201, declare)
		h.rename("ada", "/v1/services/checkout", "basket")
		again := h.must(201, declare)
		if first.object()["id"] != again.object()["id"] || first.header.Get("Location") != again.header.Get("Location") || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("first %s %s, again %s %s", first.header.Get("Location"), first.body, again.header.Get("Location"), again.body)
		}
		h.must(200, call{as: "ada", method: "GET", path: again.header.Get("Location")})
	})
}

// TestNoUpdateIsLost has eight writers change one team many times, each to what it
// read and one more: what the team says in the end is the number of the winners.
func TestNoUpdateIsLost(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		changes := int64(repeated(80, 200))
		var tries, won, lost atomic.Int64
		var writers sync.WaitGroup
		for range 8 {
			writers.Go(func() {
				for tries.Add(1) <= changes {
					read := h.do(call{as: "ada", method: "GET", path: "/v1/teams/payments"})
					if read.status != http.StatusOK {
						return // do has told
					}
					count, _ := strconv.Atoi(read.object()["description"].(string))
					written := h.do(call{
						as: "ada", method: "PUT", path: "/v1/teams/payments", header: []string{"If-Match: " + read.header.Get("ETag")},
						body: fmt.Sprintf(`{"slug":"payments","name":"Payments","parent":"engineering","description":"%d"}`, count+1),
					})
					switch written.status {
					case http.StatusOK:
						won.Add(1)
					case http.StatusPreconditionFailed:
						lost.Add(1)
					default:
						t.Errorf("%s: %d %s", written.call, written.status, written.body)
					}
				}
			})
		}
		writers.Wait()
		final := h.must(200, call{as: "ada", method: "GET", path: "/v1/teams/payments"})
		if final.text("description") != fmt.Sprint(won.Load()) || final.header.Get("ETag") != fmt.Sprintf("%q", fmt.Sprint(won.Load()+1)) || won.Load()+lost.Load() != changes {
			t.Errorf("%d won, %d lost, and the team is %s: %s", won.Load(), lost.Load(), final.header.Get("ETag"), final.body)
		}
		entries := h.must(200, call{as: "administrator", method: "GET", path: "/v1/audit?limit=500&object=" + h.ids["team payments"]}).items()
		updates := 0
		for _, e := range entries {
			if e["action"] == "team.update" {
				updates++
			}
		}
		if int64(updates) != won.Load() {
			t.Errorf("%d won, and %d updates are in the log", won.Load(), updates)
		}
		t.Logf("%d won, %d lost", won.Load(), lost.Load())
	})
}

// TestRepeatedCallsMakeNoDuplicates sends many calls by eight callers at once, of
// which three in ten repeat another.
func TestRepeatedCallsMakeNoDuplicates(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		calls := repeated(100, 300)
		different := calls * 7 / 10
		dice := rand.New(rand.NewPCG(3, 10))
		numbers := dice.Perm(different) // each once, and some again
		for len(numbers) < calls {
			numbers = append(numbers, dice.IntN(different))
		}
		dice.Shuffle(len(numbers), func(i, j int) { numbers[i], numbers[j] = numbers[j], numbers[i] })
		var (
			mu      sync.Mutex
			made    = map[int]string{}
			replays atomic.Int64
			next    atomic.Int64
			callers sync.WaitGroup
		)
		for range 8 {
			callers.Go(func() {
				for i := next.Add(1) - 1; i < int64(calls); i = next.Add(1) - 1 {
					n := numbers[i]
					a := h.do(call{
						as: "ada", method: "POST", path: "/v1/services", header: []string{fmt.Sprintf("Idempotency-Key: call-%d", n)},
						body: service(fmt.Sprintf(`"slug":"made-%d"`, n)),
					})
					if a.status != http.StatusCreated {
						t.Errorf("%s: %d %s", a.call, a.status, a.body)
						continue
					}
					if a.header.Get("Idempotency-Replayed") == "true" {
						replays.Add(1)
					}
					mu.Lock()
					if known, again := made[n]; again && known != a.text("id") {
						t.Errorf("call %d made %s and %s", n, known, a.text("id"))
					}
					made[n] = a.text("id")
					mu.Unlock()
				}
			})
		}
		callers.Wait()
		all := h.must(200, call{as: "ada", method: "GET", path: "/v1/services?query=made-&limit=500"}).items()
		if len(all) != different || replays.Load() != int64(calls-different) {
			t.Errorf("%d calls made %d services, with %d replays", calls, len(all), replays.Load())
		}
		for _, one := range all {
			var n int
			if _, err := fmt.Sscanf(one["slug"].(string), "made-%d", &n); err != nil || made[n] != one["id"] {
				t.Errorf("%v was made twice", one["slug"])
			}
		}
	})
}

// TestPagesAreStableWhileOthersWrite reads a list page by page while others add
// to it and take away from it, before and behind the reader: what nobody touched
// is read once.
func TestPagesAreStableWhileOthersWrite(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		var untouched []string
		for i := range 40 {
			slug := fmt.Sprintf("kept-%02d", i)
			untouched = append(untouched, slug)
			h.make("ada", slug, "/v1/systems", `{"slug":"`+slug+`","name":"Kept","team":"payments"}`)
		}
		var stop atomic.Bool
		var written atomic.Int64
		var writers sync.WaitGroup
		for w := range 3 {
			writers.Go(func() {
				dice := rand.New(rand.NewPCG(7, uint64(w)))
				for i := 0; !stop.Load(); i++ {
					slug := fmt.Sprintf("kept-%02d-%d-%d", dice.IntN(40), w, i) // right behind one that is kept
					a := h.do(call{as: "ada", method: "POST", path: "/v1/systems", body: `{"slug":"` + slug + `","name":"Passing","team":"payments"}`})
					if a.status != http.StatusCreated {
						t.Errorf("%s: %d %s", a.call, a.status, a.body)
						return
					}
					written.Add(1)
					if dice.IntN(4) > 0 {
						h.do(call{as: "ada", method: "DELETE", path: "/v1/systems/" + slug, header: []string{`If-Match: "1"`}}).expect(t, 204, "", "", "")
					}
				}
			})
		}
		for pass := 0; !t.Failed() && (pass < 4 || written.Load() < int64(repeated(40, 120))); pass++ {
			var seen []string
			limit := 2 + pass%7
			for path := fmt.Sprintf("/v1/systems?query=kept-&limit=%d", limit); path != ""; {
				a := h.do(call{as: "ada", method: "GET", path: path})
				if a.status != http.StatusOK {
					t.Errorf("%s: %d %s", a.call, a.status, a.body)
					break
				}
				for _, item := range a.items() {
					seen = append(seen, item["slug"].(string))
				}
				path = ""
				if next, more := a.object()["next"].(string); more {
					path = fmt.Sprintf("/v1/systems?query=kept-&limit=%d&after=%s", limit, next)
				}
			}
			if !slices.IsSorted(seen) || len(slices.Compact(slices.Clone(seen))) != len(seen) {
				t.Errorf("pass %d read something twice or out of order: %v", pass, seen)
			}
			kept := slices.DeleteFunc(seen, func(slug string) bool { return len(slug) != len("kept-00") })
			if !slices.Equal(kept, untouched) {
				t.Errorf("pass %d read of what nobody touched %v", pass, kept)
			}
		}
		stop.Store(true)
		writers.Wait()
	})
}
