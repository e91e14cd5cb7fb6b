package dashboard

import (
	"fmt"
	"html/template"
	"strconv"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/forecast"
	"github.com/evenkeel/evenkeel/services/slo/score"
)

// scoreCard is how good forecasts were that looked equally far ahead.
type scoreCard struct {
	Title, Text string
	Diagram     template.HTML // empty where nothing is scored yet
	Bins        []scoreBin
}

type scoreBin struct{ Said, Came, Count string }

// forecast reads how the budget may go on, and how good it was known before.
func (d *Dashboard) forecast(v *visit, view slo.View, p *sloPage) (slo.Outlook, error) {
	outlook, err := d.sources.SLOs.Forecast(v.ctx, view.SLO.ID)
	if err != nil {
		return outlook, err
	}
	accounts, err := d.sources.Scores.Accounts(v.ctx, view.SLO.ID)
	if err != nil {
		return outlook, err
	}
	p.Notes = append(p.Notes, forecastText(outlook))
	for _, a := range accounts {
		if a.Horizon == score.Week && !(view.Revision.Over.Rolls() && view.Length() > slo.Week) && a.Tally.All().N == 0 {
			continue // none is made
		}
		p.Scores = append(p.Scores, scoreOf(a))
		if outlook.Unknown == "" {
			p.Notes = append(p.Notes, scoreText(a))
		}
	}
	return outlook, nil
}

// forecastText says in words what a forecast tells. What is so in all futures that were
// drawn is not certain: it is said of those.
func forecastText(o slo.Outlook) string {
	alike := fmt.Sprintf("if the days to come are like the last %d", o.Hours/forecast.Block)
	until := day(o.Until).Text
	switch {
	case o.Unknown != "":
		return "No forecast: " + o.Unknown + "."
	case o.Times[0] != nil && o.Times[0].Equal(o.From):
		return "Forecast: the budget is spent already."
	case o.Probability == 0:
		return fmt.Sprintf("Forecast: the budget lasts until %s in all of %d futures, %s.", until, slo.ForecastPaths, alike)
	case o.Probability == 1:
		return fmt.Sprintf("Forecast: the budget is spent before %s in all of %d futures, in half of them by %s, %s.", until, slo.ForecastPaths, day(*o.Times[1]).Text, alike)
	case o.Times[1] == nil:
		return fmt.Sprintf("Forecast: with a probability of %s the budget is spent before %s, %s.", percentText(o.Probability), until, alike)
	}
	return fmt.Sprintf("Forecast: with a probability of %s the budget is spent before %s, in half of the futures by %s, %s.",
		percentText(o.Probability), until, day(*o.Times[1]).Text, alike)
}

// percentText is a probability between 0 and 1 for people, in whole percent.
func percentText(p float64) string {
	switch {
	case p < 0.01:
		return "less than 1 %"
	case p > 0.99:
		return "more than 99 %"
	}
	return fmt.Sprintf("%.0f %%", p*100)
}

// aheadText is how far ahead a forecast looks.
func aheadText(h score.Horizon) string {
	if h == score.Week {
		return "for a week"
	}
	return "for the window"
}

// scoreText says in a sentence what came of forecasts.
func scoreText(a score.Account) string {
	all, ahead := a.Tally.All(), aheadText(a.Horizon)
	s, enough := a.Score()
	if !enough {
		return fmt.Sprintf("How good forecasts %s are is not known yet: %s scored, and it takes %s more.", ahead, isAre(all.N), strconv.FormatInt(a.Missing(), 10))
	}
	text := fmt.Sprintf("Of %d forecasts %s the budget was spent in %d; on average they said %s. Brier score %s", all.N, ahead, all.Happened, shareText(all.Mean()), decimalText(s.Brier))
	if s.Skill == nil {
		return text + ", which tells little while it is always the same that happens."
	}
	return fmt.Sprintf("%s, against %s of who always says how often it happens: skill %s.", text, decimalText(s.Uncertainty), decimalText(*s.Skill))
}

func isAre(n int64) string {
	if n == 1 {
		return "1 is"
	}
	return fmt.Sprintf("%d are", n)
}

// decimalText writes a number with three digits after the point.
func decimalText(f float64) string { return strconv.FormatFloat(f, 'f', 3, 64) }

// shareText is a share in percent, with a digit after the point.
func shareText(f float64) string { return strconv.FormatFloat(f*100, 'f', 1, 64) + " %" }

func scoreOf(a score.Account) scoreCard {
	card := scoreCard{Title: "Forecasts " + aheadText(a.Horizon), Text: scoreText(a)}
	if a.Void > 0 || a.Open > 0 {
		card.Text += fmt.Sprintf(" %s void, for what came of them cannot be known; %s open.", isAre(a.Void), isAre(a.Open))
	}
	var points []chart.Reliable
	for i, b := range a.Tally {
		if b.N == 0 {
			continue
		}
		points = append(points, chart.Reliable{Said: b.Mean(), Came: b.Frequency(), Weight: float64(b.N) / float64(a.Tally.All().N)})
		card.Bins = append(card.Bins, scoreBin{
			Said: fmt.Sprintf("%d to %d %%", i*100/len(a.Tally), (i+1)*100/len(a.Tally)), Came: shareText(b.Frequency()), Count: strconv.FormatInt(b.N, 10),
		})
	}
	if len(points) > 0 {
		card.Diagram = chart.Reliability(points)
	}
	return card
}
