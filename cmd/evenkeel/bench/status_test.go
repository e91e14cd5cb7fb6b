package bench

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/api"
)

// goalStatuses is how many times as long a hundred statuses take one by one as in a page.
const goalStatuses = 5.0

// BenchmarkStatuses compares a page of a hundred statuses, the least budget of all SLOs first,
// with reading the status of each of the hundred, both through the whole program.
func BenchmarkStatuses(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { statuses(b, onSQLite(b)) })
	b.Run("PostgreSQL", func(b *testing.B) { statuses(b, onPostgres(b, 4)) })
}

func statuses(b *testing.B, h *house) {
	withinBudget(b, h)
	c := dial(b, serve(b, h.Handler()), h.token)
	const pagePath = "/v1/slo-statuses?order=remaining&limit=100"
	a, err := c.must("GET", pagePath, "", nil)
	check(b, err)
	var page api.Items[api.SLOStatus]
	check(b, json.Unmarshal(a.body, &page))
	if len(page.Items) != 100 {
		b.Fatalf("a page has %d statuses", len(page.Items))
	}
	one := func(path string) float64 {
		began := time.Now()
		_, err := c.must("GET", path, "", nil)
		check(b, err)
		return time.Since(began).Seconds()
	}
	var pages, singles, ratios []float64
	for range 15 {
		whole := one(pagePath)
		each := 0.0
		for _, s := range page.Items {
			each += one("/v1/services/" + s.Service.Slug + "/slos/" + s.SLO.Slug + "/status")
		}
		pages, singles, ratios = append(pages, whole), append(singles, each), append(ratios, each/whole)
	}
	ratio := median(ratios)
	results.add(figure{
		name: "page of 100 statuses by budget, against one by one, " + h.database.name(), this: inUnits(median(pages)), peer: inUnits(median(singles)), said: fmt.Sprintf("%.1f", ratio),
		goal: fmt.Sprintf("≥ %.0f", goalStatuses), met: ratio >= goalStatuses,
		note: fmt.Sprintf("one client, 15 pairs, %.1f to %.1f", slices.Min(ratios), slices.Max(ratios)),
	})
	b.ReportMetric(ratio, "ratio")
	b.ReportMetric(0, "ns/op")
}
