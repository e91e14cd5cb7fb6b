package dashboard

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

func objective(t *testing.T, text string) budget.Objective {
	t.Helper()
	o, err := budget.ParseObjective(text)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func events(good, total int64) window.Sum { return window.Sum{Good: good * 1000, Total: total * 1000} }

func TestAnSLIHasTheDigitsThatTellItFromItsObjective(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		good, total     int64
		objective, want string
	}{
		{9995, 10000, "99.9%", "99.95"},
		{9990, 10000, "99.9%", "99.90"},                           // equal to it
		{99_900_001, 100_000_000, "99.9%", "99.900001"},           // a little above
		{99_899_999, 100_000_000, "99.9%", "99.89"},               // a little below, never rounded up to it
		{999_999_999, 1_000_000_000, "99%", "99.99"},              // errors: not 100
		{999_999_999, 1_000_000_000, "99.9999%", "99.99999"},      // errors: not 100, and digits enough
		{999_999_999, 1_000_000_000, "99.9999999%", "99.9999999"}, // exactly the objective
		{1000, 1000, "99.9%", "100"},                              // no errors
		{0, 7, "99.9%", "0"},                                      // nothing but errors
		{2, 3, "95%", "66.66"},                                    // 66.6… rounded down
		{864204, 7_000_000, "12.3456789%", "12.3457714"},          // as many digits as the objective
	} {
		got := sliFigure(events(c.good, c.total), objective(t, c.objective))
		if got.Number != c.want || !got.Known {
			t.Errorf("%d of %d against %s: %+v, want %s", c.good, c.total, c.objective, got, c.want)
		}
	}
	if got := sliFigure(window.Sum{}, objective(t, "99%")); got.Known || got.Number != "" {
		t.Errorf("without events the SLI is %+v, want unknown", got)
	}
}

func TestARemainingBudgetNeverLooksSpentOrUntouchedWhenItIsNot(t *testing.T) {
	t.Parallel()
	// remaining = 1 − bad ÷ (total · budget); at 99 % of 1,000,000 events, 10,000 may be bad.
	for _, c := range []struct {
		bad  int64
		want string
	}{
		{0, "100"}, {1, "99.99"}, {5000, "50.0"}, {9999, "0.01"}, {10000, "0"}, {10001, "−0.01"}, {11864, "−18.6"}, {1_000_000, "−9,900"},
	} {
		got := remainingFigure(events(1_000_000-c.bad, 1_000_000), objective(t, "99%"), budget.Pace{})
		if got.Number != c.want || !got.Known {
			t.Errorf("%d bad: %+v, want %s", c.bad, got, c.want)
		}
	}
	if got := remainingFigure(window.Sum{}, objective(t, "99%"), budget.Pace{}); got.Known {
		t.Errorf("without events the budget is %+v, want unknown", got)
	}
}

func TestNumbersAreTypeset(t *testing.T) {
	t.Parallel()
	small, one, big := 0.0042, 1.0, 1234.5
	for _, c := range []struct{ got, want string }{
		{eventsText(1_234_567_000), "1,234,567"},
		{eventsText(1_500), "1.5"},
		{eventsText(2_050), "2.05"},
		{rateFigure(&small).Number, "0.0042"},
		{rateFigure(&one).Number, "1.00"},
		{rateFigure(&big).Number, "1,234"}, // halves to even, as FormatFloat does
		{factorText(13.44), "13.44"},
		{factorText(0.93333333), "0.9333"},
		{factorText(3), "3"},
		{chart.Typeset("-1234.5"), "−1,234.5"},
		{chart.Typeset("999"), "999"},
		{windowText(5 * time.Minute), "5 min"},
		{windowText(24 * time.Hour), "1 day"},
		{windowText(28 * 24 * time.Hour), "28 days"},
		{plural(1, "team", "teams"), "1 team"},
		{plural(1200, "team", "teams"), "1,200 teams"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
	if rateFigure(nil).Known {
		t.Error("no burn rate is shown as one")
	}
}

func TestAnIssueSaysThatItsBudgetRecovered(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		issue issues.Issue
		want  badge
	}{
		{issues.Issue{Open: true, Labels: []string{"reliability"}}, badge{"info", "Draft, open"}},
		{issues.Issue{Open: true, Labels: []string{"reliability", issues.LabelRecovered}}, badge{"ok", "Draft, recovered"}},
		{issues.Issue{Labels: []string{issues.LabelRecovered}}, badge{"none", "Draft, closed"}},
	} {
		if got := issueBadge(delivery.Known{Issue: c.issue, Delivery: delivery.Delivery{State: delivery.Draft}}); got != c.want {
			t.Errorf("%+v: %v, want %v", c.issue, got, c.want)
		}
	}
}

func TestTimesAreToldFromNow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		before time.Duration
		want   string
	}{
		{0, "just now"}, {-3 * time.Second, "in a moment"}, {42 * time.Second, "42 s ago"}, {5 * time.Minute, "5 min ago"}, {3 * time.Hour, "3 h ago"},
		{50 * time.Hour, "2 days ago"}, {-3 * time.Hour, "in 3 h"},
	} {
		got := ago(sampleNow, sampleNow.Add(-c.before))
		if got.Text != c.want || got.ISO == "" {
			t.Errorf("%v before: %+v, want %s", c.before, got, c.want)
		}
	}
	if got := ago(sampleNow, time.Time{}); got != (moment{}) {
		t.Errorf("no time is %+v", got)
	}
}
