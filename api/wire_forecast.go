package api

import "time"

// Forecast is how probable it is that an error budget runs out.
type Forecast struct {
	From           *time.Time      `json:"from" nullable:"true" doc:"When it begins; null before the first evaluation."`
	Until          *time.Time      `json:"until" nullable:"true" doc:"When it ends, one window later."`
	Probability    *float64        `json:"probability" nullable:"true" minimum:"0" maximum:"1" doc:"That the budget is spent at some time between, if the days to come are like those of the past; null where unknown says why." example:"0.12"`
	Week           *float64        `json:"weekProbability" nullable:"true" minimum:"0" maximum:"1" doc:"That it is spent within a week, by the same futures; null where there is no forecast, and where the window is no longer than a week or is a calendar's." example:"0.03"`
	Unknown        string          `json:"unknown" doc:"Why there is no forecast; empty when there is one."`
	Times          []ForecastTime  `json:"times" doc:"By when the budget is spent in how many of the futures."`
	Futures        int             `json:"futures" doc:"How many futures were drawn." example:"400"`
	HoursOfHistory int             `json:"hoursOfHistory" doc:"How many hours of the past they were drawn from." example:"672"`
	Method         string          `json:"method" doc:"How, and where that is from."`
	Scores         []ForecastScore `json:"scores" doc:"How good earlier forecasts of this SLO were, for a week and for the window."`
}

// ForecastTime is by when the budget is spent in a share of the futures.
type ForecastTime struct {
	Share float64    `json:"share" example:"0.5"`
	At    *time.Time `json:"at" nullable:"true" doc:"Null when it is not spent before until."`
}

// ForecastScores is how good all forecasts were.
type ForecastScores struct {
	Scores []ForecastScore `json:"scores" doc:"For a week and for the window of each SLO."`
}

// ForecastScore is what came of forecasts that looked equally far ahead.
type ForecastScore struct {
	Horizon   string        `json:"horizon" enum:"week,window" doc:"week: seven days, of SLOs with a longer rolling window; window: its length, or until the end of a calendar's."`
	Forecasts int64         `json:"forecasts" doc:"How many are scored." example:"40"`
	Happened  int64         `json:"happened" doc:"In how many of them the budget was spent." example:"3"`
	Void      int64         `json:"void" doc:"Of how many it cannot be known, or was promised otherwise meanwhile."`
	Open      int64         `json:"open" doc:"How many last, or are not settled yet."`
	Missing   int64         `json:"missing" doc:"How many more have to be scored until there is a score."`
	Score     *BrierScore   `json:"score,omitempty" doc:"Absent while forecasts are missing."`
	Bins      []ForecastBin `json:"bins" doc:"The scored forecasts by their probability: for good ones frequency is near mean in each."`
}

// BrierScore says how good forecasts were, in parts.
type BrierScore struct {
	Brier       float64  `json:"brier" doc:"The mean of (probability − outcome)², the outcome being 1 when the budget was spent: 0 is perfect, 0.25 what always saying one half gets." example:"0.05"`
	Skill       *float64 `json:"skill" nullable:"true" doc:"1 − brier ÷ uncertainty: 1 is perfect, 0 as good as always saying how often it happens, below 0 worse; null where all budgets were spent or none, which tells nothing." example:"0.29"`
	Mean        float64  `json:"mean" doc:"The mean of the probabilities." example:"0.061"`
	BaseRate    float64  `json:"baseRate" doc:"How often the budget was spent." example:"0.075"`
	Reliability float64  `json:"reliability" doc:"How far from the mean probability of each bin the frequency was, squared: 0 is best."`
	Resolution  float64  `json:"resolution" doc:"How far the frequencies of the bins are from the base rate, squared: the more the better."`
	Uncertainty float64  `json:"uncertainty" doc:"base rate · (1 − base rate): the score of who always says the base rate."`
	Within      float64  `json:"within" doc:"What probabilities that differ in one bin add: brier is reliability − resolution + uncertainty + within."`
}

// ForecastBin is the forecasts whose probability is from From on and below To, at 1 too.
type ForecastBin struct {
	From      float64  `json:"from" example:"0.1"`
	To        float64  `json:"to" example:"0.2"`
	Forecasts int64    `json:"forecasts"`
	Happened  int64    `json:"happened"`
	Mean      *float64 `json:"mean" nullable:"true" doc:"Of the probabilities; null without forecasts."`
	Frequency *float64 `json:"frequency" nullable:"true" doc:"How often the budget was spent; null without forecasts."`
}
