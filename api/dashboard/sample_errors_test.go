package dashboard

import (
	"context"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/outage"
)

// blackouts are outages of the services of a sample: one that lasts, one with a hostile
// note, and one without a note.
type blackouts struct{ *sample }

func (b blackouts) List(_ context.Context, f outage.Filter, r page.Request) (page.Page[outage.Outage], error) {
	if len(b.services) == 0 || f.Service == b.services[1].ID {
		return page.Page[outage.Outage]{}, nil
	}
	before := func(hours int) time.Time { return b.now.Add(-time.Duration(hours) * time.Hour) }
	week, month := before(160), before(700)
	return pageOf([]outage.Outage{
		{Class: "network", Note: "a switch died", Begins: before(3), CreatedBy: "Ada"},
		{Class: "deploy", Note: hostile, Begins: before(163), Ends: &week, CreatedBy: strings.Repeat("long-", 12) + "name"},
		{Class: strings.Repeat("a", 63), Begins: before(900), Ends: &month, CreatedBy: "Ada"},
	}, r), nil
}

// Errors are told of each group that an SLO has, and of two classes of outages but for one
// service.
func (p promises) Errors(_ context.Context, about id.ID) ([]slo.Errors, error) {
	v := p.find(about)
	unit := v.Revision.Budgeting.Unit()
	whole := v.Status.Sums.Window
	part := func(name string, share float64) slo.ErrorPart {
		bad := int64(float64(whole.Bad())*share) / unit * unit
		out := slo.ErrorPart{Name: name, Sum: window.Sum{Total: bad}, Raw: window.Sum{Total: bad}}
		if v.Status.Raw != nil {
			out.Raw.Total += 700 * unit
		}
		if spent, known := budget.Consumed(window.Sum{Good: whole.Total - bad, Total: whole.Total}, v.Revision.Objective, budget.Pace{}); known && v.Revision.Enough(whole) {
			share := spent.Float64()
			out.Share = &share
		}
		return out
	}
	told := slo.Errors{Period: slo.FourWeeks, From: p.now.Add(-budget.PolicyWindow), To: p.now, Unit: unit, Whole: part("", 1), Unclassified: part("", .37)}
	if v.SLO.Service != p.services[1].ID {
		told.Classes = []slo.ErrorPart{part("deploy", .05), part("launch", .02), part("network", .56)}
		told.Planned, told.Unplanned = part("", .02), part("", .98)
	}
	for i, g := range p.groups[about] {
		told.Groups = append(told.Groups, part(g.Group, 1/float64(2+i)))
	}
	quarter := told
	quarter.Period, quarter.From = slo.Quarter, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	quarter.Pace = budget.Pace{Elapsed: p.now.Sub(quarter.From), Whole: 92 * 24 * time.Hour}
	return []slo.Errors{told, quarter}, nil
}
