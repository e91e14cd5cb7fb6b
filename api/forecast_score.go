package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/slo/score"
	"github.com/evenkeel/evenkeel/services/stats"
)

func (a *API) addForecastScore(r Rooms) {
	type scoresReply struct{ Body ForecastScores }
	register(a, operation{
		id: "getForecastScores", method: http.MethodGet, path: "/v1/forecast-scores", tag: "SLOs",
		summary: "Get how good forecasts were", description: "Of all SLOs. A forecast is kept each day, and settled a day after its time is over by whether the budget was spent in it. What cannot be known, because in an hour nothing was reported or because the SLO was revised, is void.",
		rule: access.Rule{Verb: access.Read, Kind: access.KindSLO},
	}, func(ctx context.Context, _ *struct{}) (*scoresReply, error) {
		accounts, err := r.Scores.Accounts(ctx, "")
		if err != nil {
			return nil, err
		}
		return &scoresReply{Body: ForecastScores{Scores: each(accounts, toForecastScore)}}, nil
	})
}

func toForecastScore(a score.Account) ForecastScore {
	all := a.Tally.All()
	out := ForecastScore{
		Horizon: string(a.Horizon), Forecasts: all.N, Happened: all.Happened, Void: a.Void, Open: a.Open, Missing: a.Missing(),
		Bins: make([]ForecastBin, len(a.Tally)),
	}
	for i, b := range a.Tally {
		out.Bins[i] = ForecastBin{
			From: float64(i) / float64(len(a.Tally)), To: float64(i+1) / float64(len(a.Tally)), Forecasts: b.N, Happened: b.Happened,
		}
		if b.N > 0 {
			out.Bins[i].Mean, out.Bins[i].Frequency = pointer(b.Mean()), pointer(b.Frequency())
		}
	}
	if s, enough := a.Score(); enough {
		out.Score = toBrier(s, all)
	}
	return out
}

func toBrier(s stats.Score, all stats.Bin) *BrierScore {
	return &BrierScore{
		Brier: s.Brier, Skill: s.Skill, Mean: all.Mean(), BaseRate: all.Frequency(),
		Reliability: s.Reliability, Resolution: s.Resolution, Uncertainty: s.Uncertainty, Within: s.Within,
	}
}

func pointer[T any](v T) *T { return &v }
