package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/forecast"
	"github.com/evenkeel/evenkeel/services/slo/score"
	"github.com/evenkeel/evenkeel/services/stats"
)

func (a *API) addStatus(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindSLO}
	type statusReply struct{ Body SLOStatus }
	register(a, operation{
		id: "getSLOStatus", method: http.MethodGet, path: "/v1/services/{service}/slos/{slo}/status", tag: "SLOs",
		summary: "Get the status of an SLO", description: "What was last concluded: the SLI, the error budget, burn rates and the state. What is not known is null, never 0 or 1.", rule: read,
		class: admission.Critical, // pipelines wait for it
	}, func(ctx context.Context, in *SLOPath) (*statusReply, error) {
		v, s, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		return &statusReply{Body: toSLOStatus(v, ref(s.ID, s.Slug))}, nil
	})

	type statuses struct {
		Paging
		SLOFilter
		OwnedBy
		Service string `query:"service" maxLength:"63" doc:"Only SLOs of this service, by slug or identifier."`
	}
	register(a, operation{
		id: "listSLOStatuses", method: http.MethodGet, path: "/v1/slo-statuses", tag: "SLOs",
		summary: "List the statuses of SLOs", description: "Each as its own status has it, narrowed and ordered like the list of SLOs: order=remaining puts the least budget of the whole organisation first, and what is unknown last. Read this instead of the status of each SLO of a list. The figures are those of the last evaluation, of which each says the time; an SLO that was not evaluated since its terms changed counts as unknown.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *statuses) (*list[SLOStatus], error) {
		f := in.filter()
		var err error
		if f.Team, f.System, err = r.owners(ctx, in.Team, in.System); err != nil {
			return nil, err
		}
		if in.Service != "" {
			s, err := r.Registry.ServiceFor(ctx, in.Service)
			if err != nil {
				return nil, atQuery("service", in.Service, err)
			}
			f.Service = s.ID
		}
		views, err := r.SLOs.Views(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		names, err := r.serviceNames(ctx, each(views.Items, func(v slo.View) id.ID { return v.SLO.Service }))
		if err != nil {
			return nil, err
		}
		return listed(ctx, views, func(v slo.View) SLOStatus { return toSLOStatus(v, names.ref(v.SLO.Service)) }), nil
	})

	type explain struct {
		SLOPath
		OfGroup
	}
	type explainReply struct{ Body Explanation }
	register(a, operation{
		id: "explainSLO", method: http.MethodGet, path: "/v1/services/{service}/slos/{slo}/explain", tag: "SLOs",
		summary: "Explain the status of an SLO", description: "Each figure with its formula, its numbers and its source, and where the measurements come from, with the queries; of one group when it is named.", rule: read,
		class: admission.Reports,
	}, func(ctx context.Context, in *explain) (*explainReply, error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		e, err := r.SLOs.Explain(ctx, v.SLO.ID, in.Group)
		if err != nil {
			return nil, err
		}
		sources, err := r.sourceNames(ctx, []id.ID{e.Origin.DataSource})
		if err != nil {
			return nil, err
		}
		warnings, err := r.SLOs.Warnings(ctx, v, time.Time{})
		if err != nil {
			return nil, err
		}
		return &explainReply{Body: toExplanation(e, sources, warnings)}, nil
	})

	type forecastReply struct{ Body Forecast }
	register(a, operation{
		id: "getSLOForecast", method: http.MethodGet, path: "/v1/services/{service}/slos/{slo}/forecast", tag: "SLOs",
		summary: "Forecast the budget of an SLO", description: "How probable it is that the error budget runs out within the length of the window, and when: futures are drawn from the days of the last four weeks. The same measurements give the same forecast. Beside it stands how good earlier ones were.", rule: read,
		class: admission.Reports,
	}, func(ctx context.Context, in *SLOPath) (*forecastReply, error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		o, err := r.SLOs.Forecast(ctx, v.SLO.ID)
		if err != nil {
			return nil, err
		}
		accounts, err := r.Scores.Accounts(ctx, v.SLO.ID)
		if err != nil {
			return nil, err
		}
		return &forecastReply{Body: toForecast(o, accounts)}, nil
	})

	type history struct {
		SLOPath
		OfGroup
		From time.Time `query:"from" doc:"Start; one window before to when left out." example:"2026-11-01T00:00:00Z"`
		To   time.Time `query:"to" doc:"End, exclusive; now when left out." example:"2026-11-23T00:00:00Z"`
		Step int       `query:"stepSeconds" minimum:"300" maximum:"7776000" doc:"Seconds from point to point, a multiple of 300 that divides a day, or whole days; chosen when left out."`
	}
	type historyReply struct{ Body History }
	register(a, operation{
		id: "getSLOHistory", method: http.MethodGet, path: "/v1/services/{service}/slos/{slo}/history", tag: "SLOs",
		summary: "Get the history of an SLO", description: "The SLI and the budget as they stood at each point, computed from what was measured under the current terms; of one group when it is named. At most 1,000 points of ten years. Where single slots are not kept any more, points are an hour or a day apart at least.", rule: read,
		class: admission.Reports,
	}, func(ctx context.Context, in *history) (*historyReply, error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		h, err := r.SLOs.History(ctx, v.SLO.ID, in.Group, in.From, in.To, time.Duration(in.Step)*time.Second)
		if err != nil {
			return nil, err
		}
		return &historyReply{Body: toHistory(h)}, nil
	})
}

func toSLOStatus(v slo.View, service Ref) SLOStatus {
	f, st := v.Figures(), v.Status
	out := SLOStatus{
		SLO: ref(v.SLO.ID, v.SLO.Slug), Name: v.SLO.Name, Service: service, RetiredAt: v.SLO.RetiredAt, Revision: v.SLO.Revision, Judged: v.Current(),
		State: string(f.State), Since: st.Since, Stale: st.Stale, Latest: optionalTime(st.Latest),
		WindowEnd: optionalTime(st.End), EvaluatedAt: optionalTime(st.EvaluatedAt),
		Objective: v.Revision.Objective.String(), MinEvents: v.Revision.MinEvents, LeastRemaining: v.LeastRemaining(),
		Window: toBudget(f.Window), Uncorrected: toUncorrected(v), Further: each(v.Standings(), toStanding), Verdict: toCertainty(v.Certainty(f.Window)), Policy: toBudget(f.Policy),
		Burn: toBurnRates(f), Alerts: make([]BurnPair, len(f.Alerts)),
		Outlook: string(f.Projection.Outlook), ProjectedExhaustionAt: v.ExhaustedAt(f),
		WorstGroup: toGroupRef(v),
	}
	for i, p := range f.Alerts {
		out.Alerts[i] = BurnPair{
			Long: budget.Short(p.Long), Short: budget.Short(p.Short), Factor: p.Factor, Severity: string(p.Severity),
			LongRate: p.LongRate, ShortRate: p.ShortRate, Firing: p.Firing, Reachable: p.Reachable, Withheld: string(v.Withholds(p.Pair)),
		}
	}
	return out
}

func toBurnRates(f budget.Figures) []BurnRate {
	out := make([]BurnRate, len(f.Burns))
	for i, b := range f.Burns {
		out[i] = BurnRate{
			Lookback: budget.Short(b.Lookback), Rate: b.Rate,
			Good: budget.Events(b.Sum.Good, f.Window.Unit), Total: budget.Events(b.Sum.Total, f.Window.Unit),
		}
	}
	return out
}

func toBudget(a budget.Account) Budget {
	out := Budget{
		Days: int(a.Length.Round(24*time.Hour) / (24 * time.Hour)), Basis: "whole",
		Good: budget.Events(a.Sum.Good, a.Unit), Total: budget.Events(a.Sum.Total, a.Unit), Enough: a.Enough,
		SLI: a.SLI, AllowedEvents: a.Allowed, BurnedEvents: a.Consumed, RemainingEvents: a.Remaining,
		Burned: a.ConsumedRatio, BurnedSoFar: a.SoFarRatio, Remaining: a.RemainingRatio,
	}
	if a.Pace.Projected() {
		out.Basis = "projected"
	}
	if a.Pace.Whole > 0 {
		elapsed, length := int64(a.Pace.Elapsed/time.Second), int64(a.Pace.Whole/time.Second)
		out.ElapsedSeconds, out.LengthSeconds = &elapsed, &length
	}
	return out
}

// toUncorrected is what the own window holds without corrections, where some lie in it.
func toUncorrected(v slo.View) *Budget {
	a := v.Uncorrected()
	if a == nil {
		return nil
	}
	out := toBudget(*a)
	return &out
}

func toForecast(o slo.Outlook, accounts []score.Account) Forecast {
	out := Forecast{
		From: optionalTime(o.From), Until: optionalTime(o.Until), Unknown: o.Unknown, Times: []ForecastTime{}, HoursOfHistory: o.Hours,
		Method: forecast.Source, Scores: each(accounts, toForecastScore),
	}
	if o.Unknown != "" {
		return out
	}
	out.Probability, out.Week, out.Futures = &o.Probability, o.Week, slo.ForecastPaths
	for i, share := range forecast.Shares {
		out.Times = append(out.Times, ForecastTime{Share: share, At: o.Times[i]})
	}
	return out
}

func toCertainty(c *slo.Certainty) *Certainty {
	if c == nil {
		return nil
	}
	return &Certainty{
		Confidence: c.Confidence.String(), Verdict: string(c.Verdict), Method: "confidence_sequence", Bounds: toBounds(c.Bounds),
		EventsNeeded: c.Needed, Wilson: toBounds(c.Wilson),
		Once: OneLook{Verdict: string(c.Once), Method: "clopper_pearson", Bounds: toBounds(c.OnceBounds)},
	}
}

func toBounds(i *stats.Interval) Bounds {
	if i == nil {
		return Bounds{}
	}
	return Bounds{Lower: &i.Lower, Upper: &i.Upper}
}

func toExplanation(e slo.Explanation, sources sourceNames, warnings []slo.Warning) Explanation {
	out := Explanation{
		State: string(e.State), Because: e.Because, Formulas: e.Formulas, Figures: make([]Figure, len(e.Lines)),
		Measured: toProvenance(e.Measured, e.Origin, sources), Warnings: toWarnings(warnings),
	}
	out.Measured.Recording = toRecording(e.Recording)
	for i, l := range e.Lines {
		out.Figures[i] = Figure(l)
		out.Figures[i].Figure = toFigureName(l.Figure)
	}
	return out
}

// figureNames are what an account's figures are called in the status.
var figureNames = map[string]string{
	"budgetTotal": "allowedEvents", "consumed": "burnedEvents", "consumedRatio": "burned", "soFarRatio": "burnedSoFar", "remaining": "remainingEvents", "remainingRatio": "remaining",
}

// toFigureName names a figure as the field of the status that holds it.
func toFigureName(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		section, figure := name[:i], name[i+1:]
		_, last, inside := strings.Cut(section, ".")
		if renamed, ok := figureNames[figure]; ok && (section == "window" || section == "policy" || section == "uncorrected" || inside && strings.HasSuffix(last, "window")) {
			return section + "." + renamed
		}
	}
	if name == "projectedExhaustion" {
		return "projectedExhaustionAt"
	}
	return name
}
