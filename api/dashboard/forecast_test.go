package dashboard

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/slo"
)

// Of 400 futures one is 0.25 %, which is neither 0 % nor 1 %, and 399 are 99.75 %. Of
// 200 hours eight whole days are drawn from.
func TestAForecastIsSaidAsItIs(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	until, half := from.AddDate(0, 0, 28), from.AddDate(0, 0, 9)
	for _, c := range []struct {
		probability float64
		times       [3]*time.Time
		hours       int
		want        string
	}{
		{0, [3]*time.Time{}, 672, "Forecast: the budget lasts until 30 Mar 2026 in all of 400 futures, if the days to come are like the last 28."},
		{0.0025, [3]*time.Time{}, 672, "Forecast: with a probability of less than 1 % the budget is spent before 30 Mar 2026, if the days to come are like the last 28."},
		{0.1225, [3]*time.Time{&half}, 200, "Forecast: with a probability of 12 % the budget is spent before 30 Mar 2026, if the days to come are like the last 8."},
		{0.62, [3]*time.Time{&half, &half}, 200, "Forecast: with a probability of 62 % the budget is spent before 30 Mar 2026, in half of the futures by 11 Mar 2026, if the days to come are like the last 8."},
		{0.9975, [3]*time.Time{&half, &half, &half}, 168, "Forecast: with a probability of more than 99 % the budget is spent before 30 Mar 2026, in half of the futures by 11 Mar 2026, if the days to come are like the last 7."},
		{1, [3]*time.Time{&half, &half, &half}, 168, "Forecast: the budget is spent before 30 Mar 2026 in all of 400 futures, in half of them by 11 Mar 2026, if the days to come are like the last 7."},
		{1, [3]*time.Time{&from, &from, &from}, 168, "Forecast: the budget is spent already."},
	} {
		o := slo.Outlook{From: from, Until: until, Probability: c.probability, Times: c.times, Hours: c.hours}
		if got := forecastText(o); got != c.want {
			t.Errorf("%v of %d hours:\n%s\nwant\n%s", c.probability, c.hours, got, c.want)
		}
	}
	if got := forecastText(slo.Outlook{Unknown: "it is stale"}); got != "No forecast: it is stale." {
		t.Errorf("%q", got)
	}
}
