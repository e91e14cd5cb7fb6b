package bench

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/policy"
)

const goalPolicies = time.Second

// tenConditions are on facts of every kind; none holds of the fleet.
var tenConditions = []string{
	"consumed > 1000",
	"consumed > 500 && !(cause in ['company-network', 'frozen-team', 'users-out-of-scope', 'no-user-impact'])",
	"consumed > 500 && cause in ['own-code-or-procedure', 'hard-dependency-could-be-soft', 'miss-was-hidden']",
	"events >= 1000 && incidentShares.exists(incident, incidentShares[incident] > 0.2)",
	"events >= 1000 && outageSharesQuarter.exists(class, outageSharesQuarter[class] > 0.2)",
	"burn['1h'] > 1440 && burn['5m'] > 1440 || burn['6h'] > 600 && burn['30m'] > 600",
	"unplanned > 1000.0 - reserve",
	"state == 'exhausted' && remaining < -1000",
	"outageShares[?'network'].orValue(0.0) > 0.2",
	"badEvents / (events + 1.0) > 0.9 && !stale",
}

// BenchmarkPolicies applies a policy of ten clauses to ten thousand SLOs, as the job does each
// minute where nothing changes. Judging alone, of facts that are there, is what it is held
// against: the rest is reading.
func BenchmarkPolicies(b *testing.B) {
	w := weighing{Window: "28d", Resolution: measure.FiveMinutes, SLOs: fleetSize, Dir: copyTemplate(b)}
	fill(b, w)
	ctx := access.WithCaller(context.Background(), access.System("bench"))
	now := func() time.Time { return weighedAt().Add(-25 * time.Minute) }
	a, err := open(ctx, location{dir: w.Dir}, now, slog.New(slog.DiscardHandler))
	check(b, err)
	b.Cleanup(func() { check(b, a.Close(ctx)) })
	_, err = measure.NewEvaluator(a.Store.Measure(), a.SLOs, a.SLOs, a.Store, now, slog.New(slog.DiscardHandler)).RunOnce(ctx)
	check(b, err)
	d := policy.Draft{Slug: policy.DefaultSlug, Name: "Ten clauses"}
	for i, when := range tenConditions {
		d.Clauses = append(d.Clauses, policy.Clause{Name: fmt.Sprintf("clause-%d", i), When: when, Freeze: &policy.Freeze{}})
	}
	v, err := a.Policies.Get(ctx, policy.DefaultSlug)
	check(b, err)
	_, err = a.Policies.Revise(ctx, policy.DefaultSlug, v.Policy.Version, d)
	check(b, err)

	var took []float64
	for range 5 {
		began := time.Now()
		counts, err := a.Policies.ApplyOnce(ctx)
		took = append(took, time.Since(began).Seconds())
		check(b, err)
		if counts["assessed"] != fleetSize || counts["opened"]+counts["ended"]+counts["failed"] != 0 {
			b.Fatalf("the pass did %v", counts)
		}
	}
	pass := median(took)

	views, err := a.Store.SLO().ActiveViews(ctx, "", 1)
	check(b, err)
	facts, err := a.Facts.FactsOf(ctx, views)
	check(b, err)
	language, err := policy.Language(a.Facts)
	check(b, err)
	var conditions []*expr.Condition
	for _, when := range tenConditions {
		c, err := language.Compile(when)
		check(b, err)
		conditions = append(conditions, c)
	}
	of := facts[views[0].SLO.ID]
	of["reserve"] = 0.0
	began := time.Now()
	for range fleetSize {
		for _, c := range conditions {
			if outcome, why := c.Judge(of); outcome != expr.Fails {
				b.Fatalf("%s: %s, %s", c.Text(), outcome, why)
			}
		}
	}
	judging := time.Since(began).Seconds()
	results.add(figure{
		name: "policy pass over 10,000 SLOs, ten clauses each, SQLite", this: inUnits(pass), goal: "≤ " + inUnits(goalPolicies.Seconds()), met: pass <= goalPolicies.Seconds(),
		peer: inUnits(judging), said: fmt.Sprintf("%.2f", judging/pass), note: "the median of five; beside it the judging alone, of facts that are there, on one core",
	})
	b.ReportMetric(pass, "s/pass")
	b.ReportMetric(judging, "s/judging")
	b.ReportMetric(0, "ns/op")
}
