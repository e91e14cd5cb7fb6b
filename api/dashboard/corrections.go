package dashboard

import (
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// shownCorrections is how many corrections the page of an objective lists; of more it
// says so.
const shownCorrections = 20

// corrections are the times of an objective whose events do not count as they were
// measured.
type corrections struct {
	Rows  []correctionRow
	Note  string
	Empty empty
}

type correctionRow struct {
	From, To          moment
	Again             string // how it comes again, empty for one that is once
	Effect            string
	Reason, Kind      string
	By, Approved, Why string
	State             badge
}

// corrections lists the latest ones, removed ones too.
func (d *Dashboard) corrections(v *visit, of slo.View) (corrections, error) {
	found, err := d.sources.Corrections.List(v.ctx, correction.Filter{SLO: of.SLO.ID, IncludeRemoved: true}, page.Request{Limit: shownCorrections})
	if err != nil {
		return corrections{}, err
	}
	out := corrections{Note: "what was measured stays as it is", Empty: empty{
		Title: "None", Text: "Every event counts as it was measured. For maintenance, or where measurements were wrong, events of a time can be left out or count as good, with a reason.",
		Call: "POST /v1/services/{service}/slos/{slo}/corrections",
	}}
	if found.Next != "" {
		out.Note = fmt.Sprintf("the latest %d", shownCorrections)
	}
	for _, c := range found.Items {
		out.Rows = append(out.Rows, correctionRowOf(c, v.now))
	}
	return out, nil
}

// uncorrectedText says how the window would stand without corrections.
func uncorrectedText(v slo.View, raw budget.Account) string {
	noun := v.Revision.Budgeting.Noun()
	if raw.Sum.Total <= 0 {
		return fmt.Sprintf("Without corrections there would be no %ss.", noun)
	}
	counts := fmt.Sprintf("Without corrections %s good of %s",
		eventsText(thousandths(raw.Sum.Good, raw.Unit)), nounText(thousandths(raw.Sum.Total, raw.Unit), noun))
	if !raw.Enough {
		return counts + ", from which nothing is concluded."
	}
	return fmt.Sprintf("%s: %s, with %s of the budget remaining.", counts,
		spaced(sliFigure(raw.Sum, v.Revision.Objective)), spaced(remainingFigure(raw.Sum, v.Revision.Objective, raw.Pace)))
}

func correctionRowOf(c correction.Correction, now time.Time) correctionRow {
	row := correctionRow{From: at(c.Begins), Effect: "events do not count", Reason: c.Reason, Kind: purposeText(c.Kind), By: c.CreatedBy, State: correctionBadge(c, now)}
	if c.Effect == correction.CountGood {
		row.Effect = "events count as good"
	}
	if c.Ends != nil {
		row.To = at(*c.Ends)
	}
	if again := c.Recurrence; again != nil {
		row.Again = fmt.Sprintf("%s each time, %s from %s in %s", windowText(again.Duration), again.Rule, again.Start, again.Zone)
	}
	if c.ApprovedBy != c.CreatedBy {
		row.Approved = c.ApprovedBy
	}
	if c.RemovedAt != nil {
		row.Why = fmt.Sprintf("removed by %s: %s", c.RemovedBy, c.RemovedFor)
	}
	return row
}

func purposeText(k correction.Kind) string {
	if k == correction.MeasurementError {
		return "measurement error"
	}
	return string(k)
}

func correctionBadge(c correction.Correction, now time.Time) badge {
	switch {
	case c.RemovedAt != nil:
		return badge{"none", "Removed"}
	case c.Begins.After(now):
		return badge{"none", "To come"}
	case c.Ends != nil && !c.Ends.After(now):
		return badge{"ok", "Over"}
	case c.Recurrence != nil:
		return badge{"ok", "Recurring"}
	}
	return badge{"ok", "Now"}
}
