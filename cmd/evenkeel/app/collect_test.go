package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	promises "github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// backfill makes an SLO of checkout, "asked", that is read from a data source, and
// returns the backfill of its window.
func (h *house) backfill() collect.Listed {
	h.t.Helper()
	now := h.clock.Now()
	src := source.Source{
		ID: id.New(now), Slug: "prometheus", Name: "Prometheus", Kind: source.Adapter, CreatedAt: now, UpdatedAt: now, Version: 1,
		Access: source.Access{Address: "http://127.0.0.1:1", Auth: source.Auth{Scheme: source.Anonymous}},
		Limits: source.Limits{Timeout: source.DefaultTimeout, Concurrency: source.DefaultConcurrency, Delay: source.DefaultDelay},
	}
	if err := h.app.Store.Sources().CreateSource(h.t.Context(), src); err != nil {
		h.t.Fatal(err)
	}
	v, _, err := h.app.SLOs.Declare(h.system(), id.ID(h.ids["service checkout"]), promises.Declaration{
		Slug: "asked", Objective: "99%", Category: promises.Availability,
		Origin: origin.Origin{DataSource: src.ID, Adapter: &origin.Adapter{Indicator: "asked"}},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	list, err := h.app.Collection.Backfills(h.system(), collect.Filter{SLO: v.SLO.ID}, page.Request{})
	if err != nil || len(list.Items) != 1 {
		h.t.Fatalf("backfills %+v, %v", list.Items, err)
	}
	return list.Items[0]
}

// The house stands at noon of 14 March; with a delay of a minute and three slots
// that are read again, a backfill ends at 11:56.
func TestBackfillsAreSeenAskedForAndEnded(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		made := h.backfill()
		const collection = "/v1/services/checkout/slos/asked/collection"
		got := h.must(200, call{as: "rita", method: "GET", path: collection})
		for _, want := range []string{
			`"source":{"id":"` + string(made.Source) + `","slug":"prometheus"}`, `"collectedUntil":"2026-03-14T11:56:00Z"`, `"lagSeconds":180`, `"attemptedAt":null`, `"missing":{}`,
			`"cause":"indicator"`, `"from":"2026-02-13T12:00:00Z"`, `"to":"2026-03-14T11:56:00Z"`, `"state":"queued"`, `"slots":41756`, `"percent":0`,
		} {
			if !strings.Contains(string(got.body), want) {
				t.Errorf("no %s in %s", want, got.body)
			}
		}
		h.do(call{as: "ada", method: "GET", path: "/v1/services/checkout/slos/availability/collection"}).expect(t, 404, "collection_not_found", "", "")

		body := `{"service":"checkout","slo":"asked","from":"2026-03-14T00:00:00Z","to":"2026-03-14T06:00:00Z"}`
		post := call{as: "ada", method: "POST", path: "/v1/backfills", body: body, header: []string{"Idempotency-Key: again"}}
		h.do(post).expect(t, 409, "backfill_open", "", "")
		one := "/v1/backfills/" + string(made.ID)
		h.do(call{as: "ada", method: "POST", path: one + "/cancel"}).expect(t, 403, "backfill_automatic", "", "administrators")
		if got := h.must(200, call{as: "administrator", method: "POST", path: one + "/cancel"}); got.text("state") != "cancelled" || !strings.Contains(got.text("note"), "cancelled by Administrator") {
			t.Errorf("cancelled: %s", got.body)
		}
		first, second := h.must(201, post), h.must(201, post)
		if first.text("id") != second.text("id") || first.header.Get("Location") != "/v1/backfills/"+first.text("id") {
			t.Errorf("the same key made %s and %s", first.body, second.body)
		}
		h.do(call{as: "ada", method: "POST", path: "/v1/backfills", body: strings.Replace(body, "asked", "none", 1)}).expect(t, 422, "invalid_input", "/slo", "")
		h.do(call{as: "bob", method: "POST", path: "/v1/backfills", body: body}).expect(t, 403, "forbidden", "", "")
		if items := h.must(200, call{as: "rita", method: "GET", path: "/v1/backfills?service=checkout&state=queued"}).items(); len(items) != 1 || items[0]["id"] != first.text("id") {
			t.Errorf("queued are %v", items)
		}
		if items := h.must(200, call{as: "rita", method: "GET", path: "/v1/backfills?slo=" + string(made.SLO)}).items(); len(items) != 2 {
			t.Errorf("of the SLO are %v", items)
		}
		if got := h.must(200, call{as: "ada", method: "POST", path: one + "/resume"}); got.text("state") != "queued" {
			t.Errorf("resumed: %s", got.body)
		}
		h.must(200, call{as: "administrator", method: "POST", path: one + "/cancel"})
		h.clock.Advance(31 * 24 * time.Hour)
		if run := h.must(201, call{as: "administrator", method: "POST", path: "/v1/jobs/prune/runs"}); !strings.Contains(string(run.body), `"backfills_removed":1`) {
			t.Errorf("prune: %s", run.body)
		}
		// Nobody reads from Prometheus here: the jobs leave it alone.
		for _, job := range []string{"collect-measurements", "backfill"} {
			h.clock.Advance(time.Second)
			if run := h.must(201, call{as: "administrator", method: "POST", path: "/v1/jobs/" + job + "/runs"}); run.text("state") != "succeeded" {
				t.Errorf("%s: %s", job, run.body)
			}
		}
	})
}
