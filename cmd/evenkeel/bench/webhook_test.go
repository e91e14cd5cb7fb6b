package bench

import (
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

const (
	// webhookSecret is what webhooks are signed with.
	webhookSecret = "webhooks are signed with this"
	// webhookRate is how many come in a second.
	webhookRate = 200
	// webhookTurn is how long they come to one side: 200 of them.
	webhookTurn  = time.Second
	webhookPairs = 10
	// goalWebhook is how many times as long as a bare insert 99 of 100 may take.
	goalWebhook = 2.0
)

// BenchmarkWebhooks compares how long it takes until a webhook is acknowledged,
// committed, with the same check of the signature and a bare insert, where 200 come
// each second at their times whether those before were answered or not. Turns of a
// second alternate, as in a duel. A time counts from when a webhook was to be sent.
func BenchmarkWebhooks(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { webhooks(b, newHouse(b, location{dir: b.TempDir()}, 1)) })
	b.Run("PostgreSQL", func(b *testing.B) { webhooks(b, onPostgres(b, 1)) })
}

func webhooks(b *testing.B, h *house) {
	hook := closedIssue(b)
	this := clients(b, serve(b, h.Handler()), "")
	peer := clients(b, serve(b, bareInsert(b, h)), "")
	next := 0
	take := func(s side) []float64 {
		runtime.GC() // neither cleans up after the other
		times, err := s.arrive(hook, next)
		check(b, err)
		next += len(times)
		return times
	}
	take(this)
	take(peer)
	var ours, theirs []float64
	for i := range webhookPairs {
		if i%2 == 0 {
			ours = append(ours, take(this)...)
			theirs = append(theirs, take(peer)...)
		} else {
			theirs = append(theirs, take(peer)...)
			ours = append(ours, take(this)...)
		}
	}
	due, err := h.Store.Inbox().DueDeliveries(b.Context(), h.clock.Now().Add(time.Hour), 2*next, 2*next*len(hook.Body))
	check(b, err)
	if len(due) != next {
		b.Fatalf("%d are kept of %d that were acknowledged", len(due), next)
	}
	a, p := percentile99(ours), percentile99(theirs)
	results.add(figure{
		name: fmt.Sprintf("webhook to acknowledged at %d/s, p99, %s", webhookRate, h.database.name()), this: milliseconds(a), peer: milliseconds(p),
		said: fmt.Sprintf("%.2f", a/p), goal: fmt.Sprintf("≤ %.0f × the bare insert", goalWebhook), met: a <= goalWebhook*p,
		note: fmt.Sprintf("%d to each side, %d bytes each; median %s and %s, longest %s and %s", len(ours), len(hook.Body),
			milliseconds(median(ours)), milliseconds(median(theirs)), milliseconds(slices.Max(ours)), milliseconds(slices.Max(theirs))),
	})
	b.ReportMetric(a*1000, "ms-p99")
	b.ReportMetric(0, "ns/op")
}

// closedIssue is what GitHub sends when a person closes an issue.
func closedIssue(tb testing.TB) standin.Delivery {
	tb.Helper()
	hub := standin.New(tb, standin.Options{Now: clock.System, WebhookSecret: webhookSecret})
	hub.User("wanda")
	hub.Public("wanda/api")
	number := hub.Person("wanda").Open("wanda/api", "Error budget of `checkout/availability` is overspent (137.00 %)", strings.Repeat("What happened, in some words.\n", 100))
	hub.Deliveries()
	hub.Person("wanda").Close("wanda/api", number, "completed")
	return hub.Deliveries()[0]
}

// arrive has deliveries arrive for a turn, each under an identifier of its own from
// first on, and returns how long each took in seconds.
func (s side) arrive(hook standin.Delivery, first int) ([]float64, error) {
	n := int(webhookTurn.Seconds() * webhookRate)
	times, errs := make([]float64, n), make([]error, len(s))
	var taken atomic.Int64
	var wait sync.WaitGroup
	began := time.Now()
	for w, c := range s {
		wait.Go(func() {
			for errs[w] == nil {
				i := int(taken.Add(1)) - 1
				if i >= n {
					return
				}
				due := began.Add(time.Duration(i) * time.Second / webhookRate)
				<-time.After(time.Until(due))
				errs[w] = c.deliver(hook, fmt.Sprintf("bench-%08d", first+i))
				times[i] = time.Since(due).Seconds()
			}
		})
	}
	wait.Wait()
	return times, errors.Join(errs...)
}

// deliver sends a webhook under another identifier, and expects that it is accepted.
func (c *client) deliver(hook standin.Delivery, id string) error {
	c.out = fmt.Appendf(c.out[:0], "POST /webhooks/github HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\nX-GitHub-Event: %s\r\nX-GitHub-Delivery: %s\r\nX-Hub-Signature-256: %s\r\n\r\n",
		len(hook.Body), hook.Event, id, hook.Header.Get("X-Hub-Signature-256"))
	c.out = append(c.out, hook.Body...)
	if _, err := c.conn.Write(c.out); err != nil {
		return err
	}
	a, err := c.read()
	if err == nil && a.status != http.StatusAccepted {
		err = fmt.Errorf("a webhook: %d %s", a.status, a.body)
	}
	return err
}

// bareInsert is the same work in a few lines: HMAC and insert, over net/http and
// database/sql with the program's pools and pragmas. It bounds nothing, reads nothing
// of the payload, counts nothing and knows no delivery that is repeated.
func bareInsert(tb testing.TB, h *house) http.Handler {
	tb.Helper()
	y := &yardstick{postgres: h.database.url != ""}
	_, writer := y.pools(tb, h.database)
	query := "INSERT INTO webhook_deliveries (delivery, event, action, repository, payload, received_at, due_at, attempts, error) VALUES ($1, $2, '', '', $3, $4, $5, 0, '')"
	if !y.postgres {
		query = strings.ReplaceAll(query, "$", "?")
	}
	insert, err := writer.Prepare(query)
	check(tb, err)
	tb.Cleanup(func() { check(tb, insert.Close()) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := keep(insert, h.clock.Now(), r); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	})
}

func keep(insert *sql.Stmt, now time.Time, r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, []byte(webhookSecret))
	mac.Write(body)
	given, err := hex.DecodeString(strings.TrimPrefix(r.Header.Get("X-Hub-Signature-256"), "sha256="))
	if err != nil || !hmac.Equal(given, mac.Sum(nil)) {
		return errors.New("it is not signed")
	}
	_, err = insert.ExecContext(r.Context(), r.Header.Get("X-GitHub-Delivery"), r.Header.Get("X-GitHub-Event"), body, now, now)
	return err
}

// percentile99 is the time within which 99 of 100 were answered.
func percentile99(of []float64) float64 {
	return slices.Sorted(slices.Values(of))[len(of)*99/100]
}

func milliseconds(seconds float64) string { return fmt.Sprintf("%.2f ms", seconds*1000) }
