package dashboard

import (
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// newGroupedSample is the sample with SLOs of 3, of 101 and of no groups.
func newGroupedSample() *sample {
	s := newSample()
	byRegion := s.objective(s.services[1], "by-region", "Suggestions appear", "99.9%", budget.OK, 3_000_000, .41, .5, shape{.8, .59, 0, 0, 0, .5})
	s.split(byRegion, "region", "eu-west", "us-east", measure.None)
	byTenant := s.objective(s.services[6], "by-tenant", "Every tenant is served", "99%", budget.AtRisk, 60_000_000, .8, 2.2, shape{.9, .2, 0, 0, 0, .6})
	tenants := []string{hostile, strings.Repeat("a-tenant-with-no-end-", 6), "مستأجر من الشرق 12", "שלום, עולם!", "日本東京支店", measure.Other}
	for i := range 95 {
		tenants = append(tenants, fmt.Sprintf("tenant-%02d", i))
	}
	s.split(byTenant, "tenant", tenants...)
	s.split(s.objective(s.services[5], "by-route", "Every route delivers", "99%", budget.NoData, -1, 0, 0, shape{}), "route")
	return s
}

// split gives an SLO these groups, the first of which overspent and the last of
// which had few events.
func (s *sample) split(v *slo.View, by string, names ...string) {
	v.Indicator.Origin = origin.Origin{GroupBy: by, MaxGroups: 100}
	for i, name := range names {
		g := slo.GroupStatus{Group: name, Status: v.Status}
		share := 1.7 - 1.6*float64(i)/float64(len(names))
		total := v.Status.Sums.Window.Total / int64(len(names)) / 1000 * 1000
		g.State = budget.OK
		switch {
		case share >= 1:
			g.State = budget.Exhausted
		case share > .8:
			g.State, g.Stale, g.Latest = budget.AtRisk, true, s.now.Add(-50*time.Minute)
		case i == len(names)-1:
			g.State, total = budget.NoData, 12_000
		}
		bad := int64(float64(total)*share*float64(v.Revision.Objective.BudgetPPB())/budget.Billion) / 1000 * 1000
		g.Sums.Window = window.Sum{Good: total - bad, Total: total}
		if i == 0 {
			v.Status.Worst = &slo.Worst{Group: name, State: g.State, Sum: g.Sums.Window}
		}
		s.groups[v.SLO.ID] = append(s.groups[v.SLO.ID], g)
	}
}
