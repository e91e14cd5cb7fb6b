package dashboard

import (
	"math"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/sla"
)

// shownSLAs is how many SLAs the page of a service sums up; of more it says so.
const shownSLAs = 20

// slaRow is an SLA, how its current period stands so far, and what the last one came to.
type slaRow struct {
	Customer link // to the terms, where they are somewhere
	Name     string
	SLI      figure
	Target   figure
	Margin   figure
	Until    moment // the end of the current period, empty while none runs
	Last     badge
	LastEnd  moment
	Credit   string
	Restated bool          // since it was closed
	Lines    []budget.Line // how the figures are computed
}

// slaRows are the SLAs of a service that are not ended, and a note where there are more.
func (d *Dashboard) slaRows(v *visit, s registry.Service) ([]slaRow, string, error) {
	found, err := d.sources.SLAs.List(v.ctx, sla.Filter{Service: s.ID}, page.Request{Limit: shownSLAs})
	if err != nil {
		return nil, "", err
	}
	note := "the current period so far"
	if found.Next != "" {
		note = "the first " + strconv.Itoa(shownSLAs) + ", " + note
	}
	var rows []slaRow
	for _, one := range found.Items {
		row := slaRow{Customer: link{Text: one.SLA.Customer}, Name: one.SLA.Name, Target: objectiveFigure(one.Revision.Target), Last: badge{"none", "None yet"}}
		if one.SLA.TermsURL != "" {
			row.Customer = outside(one.SLA.TermsURL)
			row.Customer.Text = one.SLA.Customer
		}
		now, err := d.sources.SLAs.Current(v.ctx, one)
		if err != nil {
			return nil, "", err
		}
		if now != nil {
			row.SLI, row.Margin, row.Until = sliFigure(now.Sum, one.Revision.Target), marginFigure(now.Margin), day(now.End)
		}
		last, err := d.sources.SLAs.Periods(v.ctx, sla.PeriodFilter{SLA: one.SLA.ID}, page.Request{Limit: 1})
		if err != nil {
			return nil, "", err
		}
		for _, p := range last.Items {
			row.Last, row.LastEnd, row.Credit = verdictBadge(p.Verdict), day(p.End), strings.Replace(p.Credit, "%", "\u00a0%", 1)
			row.Restated = p.RestatedAt != nil
		}
		row.Lines = sla.Lines(one, now, last.Items)
		rows = append(rows, row)
	}
	return rows, note, nil
}

func verdictBadge(v sla.Verdict) badge {
	switch v {
	case sla.Met:
		return badge{"ok", "Met"}
	case sla.Breached:
		return badge{"bad", "Breached"}
	}
	return badge{"none", "Unknown"}
}

// marginFigure writes SLI − target in percentage points, to the hundredth, or, where
// less than a tenth is left or missed, to the first two digits that are not 0; nil is
// unknown.
func marginFigure(margin *float64) figure {
	if margin == nil {
		return figure{}
	}
	points := *margin * 100
	digits := 2
	for least := 0.1; digits < 7 && points != 0 && math.Abs(points) < least; least /= 10 {
		digits++
	}
	text := strconv.FormatFloat(points, 'f', digits, 64)
	if points > 0 {
		text = "+" + text
	}
	return figure{chart.Typeset(text), " points", true}
}
