package bench

import (
	"fmt"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
)

const goalRebuild = 10 * time.Second

// BenchmarkRebuild is what a start costs that nobody sees while it serves: the
// first evaluation reads 30 days of ten thousand SLOs, in slots of five minutes,
// from their segments, and concludes the status of each. It is done in a process of
// its own, which has read nothing before.
func BenchmarkRebuild(b *testing.B) {
	w := weighing{Window: "30d", Resolution: measure.FiveMinutes, SLOs: fleetSize}
	b.Run("SQLite", func(b *testing.B) {
		w := w
		w.Dir = copyTemplate(b)
		rebuild(b, w, "SQLite")
	})
	b.Run("PostgreSQL", func(b *testing.B) {
		w := w
		h := onPostgres(b, slosEach)
		w.Dir, w.URL = b.TempDir(), h.database.url
		rebuild(b, w, "PostgreSQL")
	})
}

func rebuild(b *testing.B, w weighing, database string) {
	b.Helper()
	fill(b, w)
	is := weighed(b, w)
	results.add(figure{
		name: "rebuild of 10,000 SLOs of 30 d at start, " + database, this: inUnits(is.Took.Seconds()), goal: "≤ " + inUnits(goalRebuild.Seconds()), met: is.Took <= goalRebuild,
		note: fmt.Sprintf("once, with the status of each; resident at most %.0f MB", is.Resident),
	})
	b.ReportMetric(is.Took.Seconds(), "s/rebuild")
	b.ReportMetric(0, "ns/op")
}
