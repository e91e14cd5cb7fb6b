package dashboard

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/score"
	"github.com/evenkeel/evenkeel/services/stats"
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

// Worked by hand. Of the sample's forty, 36 said 0.02 and one of them came true, 4 said 0.43
// and two did: mean (0.72 + 1.72) ÷ 40 = 6.1 %; Brier (0.98² + 35·0.02² + 2·0.57² + 2·0.43²) ÷
// 40 = (0.9604 + 0.014 + 0.6498 + 0.3698) ÷ 40 = 0.04985; base rate 0.075, uncertainty
// 0.069375, skill 1 − 0.04985 ÷ 0.069375 = 0.2814.
func TestAScoreIsSaidAsItIs(t *testing.T) {
	t.Parallel()
	accounts, err := scored{}.Accounts(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	alike := score.Account{Horizon: score.Window, Tally: make(stats.Tally, score.Bins)}
	for range 30 {
		alike.Tally.Add(0, false)
	}
	for _, c := range []struct {
		account score.Account
		want    string
	}{
		{accounts[0], "Of 40 forecasts for a week the budget was spent in 3; on average they said 6.1 %. Brier score 0.050, against 0.069 of who always says how often it happens: skill 0.281."},
		{accounts[1], "How good forecasts for the window are is not known yet: 2 are scored, and it takes 28 more."},
		{alike, "Of 30 forecasts for the window the budget was spent in 0; on average they said 0.0 %. Brier score 0.000, which tells little while it is always the same that happens."},
	} {
		if got := scoreText(c.account); got != c.want {
			t.Errorf("\n%s\nwant\n%s", got, c.want)
		}
	}
	card := scoreOf(accounts[0])
	if len(card.Bins) != 2 || card.Bins[1] != (scoreBin{"40 to 50 %", "50.0 %", "4"}) || card.Diagram == "" {
		t.Errorf("%+v", card)
	}
}
