package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/statistics"
)

func (a *API) addIncidentStatistics(r Rooms) {
	type query struct {
		Team     string    `query:"team" maxLength:"63" doc:"Only incidents of the team of that slug or identifier, and of the teams below it."`
		Service  string    `query:"service" maxLength:"63" doc:"Only incidents that involve the service of that slug or identifier."`
		Severity string    `query:"severity" enum:"sev1,sev2,sev3,sev4"`
		From     time.Time `query:"from" doc:"Incidents whose impact began from then on; 90 days before to when left out."`
		To       time.Time `query:"to" doc:"And before that; now when left out."`
		TimeZone string    `query:"timeZone" maxLength:"64" doc:"In which weeks, months and working hours are; UTC when left out." example:"Europe/Berlin"`
	}
	type reply struct{ Body IncidentStatistics }
	register(a, operation{
		id: "getIncidentStatistics", method: http.MethodGet, path: "/v1/incident-statistics", tag: "Incidents", summary: "Get statistics of incidents",
		description: "Distributions, not means: how long it takes is skewed, and a mean hides it. There is no order by teams or people, and none is meant: who declares more incidents may be who looks closer. Incidents that the caller may not read are in nothing of it.",
		rule:        access.Rule{Verb: access.Read, Kind: access.KindIncident}, class: admission.Reports, errors: renamed,
	}, func(ctx context.Context, in *query) (*reply, error) {
		f := statistics.Filter{Severity: incident.Severity(in.Severity), From: in.From, To: in.To, Zone: in.TimeZone}
		if in.Team != "" {
			team, err := r.Registry.TeamFor(ctx, in.Team)
			if err != nil {
				return nil, atQuery("team", in.Team, err)
			}
			f.Team = team.ID
		}
		if in.Service != "" {
			service, err := r.Registry.ServiceFor(ctx, in.Service)
			if err != nil {
				return nil, atQuery("service", in.Service, err)
			}
			f.Service = service.ID
		}
		s, err := r.Statistics.Read(ctx, f)
		if err != nil {
			return nil, err
		}
		var services []id.ID
		for _, repeat := range s.Repeats {
			services = append(services, repeat.Service)
		}
		named, err := r.serviceNames(ctx, services)
		if err != nil {
			return nil, err
		}
		return &reply{toIncidentStatistics(s, named)}, nil
	})
}

func toIncidentStatistics(s statistics.Statistics, services serviceNames) IncidentStatistics {
	out := IncidentStatistics{
		From: s.From, To: s.To, TimeZone: s.Zone.String(), Incidents: s.Incidents, Cut: s.Cut,
		Detect: toDurations(s.Detect), Mitigate: toDurations(s.Mitigate), Resolve: toDurations(s.Resolve), PeriodLength: "month",
		Causes: each(s.Causes, toNameCount), Tags: each(s.Tags, toNameCount),
		Periods: each(s.Periods, func(p statistics.Period) IncidentPeriod {
			of := make(map[string]int, len(p.Severities))
			for severity, n := range p.Severities {
				of[string(severity)] = n
			}
			return IncidentPeriod{From: p.From.UTC(), To: p.To.UTC(), Severities: of}
		}),
		Repeats: each(s.Repeats, func(r statistics.Repeat) IncidentRepeat {
			out := IncidentRepeat{Cause: r.Cause, Incidents: each(r.Incidents, func(i incident.Incident) IncidentCase {
				return IncidentCase{ID: string(i.ID), Title: i.Title, Severity: string(i.Severity), Status: string(i.Status), ImpactStart: i.ImpactStart}
			})}
			if r.Service != "" {
				out.Service = pointer(services.ref(r.Service))
			}
			return out
		}),
		OnCall: OnCallStatistics{Load: toDistribution(s.OnCall.Load), Shifts: each(s.OnCall.Shifts, func(w statistics.Shift) OnCallShift {
			return OnCallShift{From: w.From.UTC(), To: w.To.UTC(), Whole: w.Whole, Incidents: w.Incidents, Intervened: w.Intervened, OutOfHours: w.OutOfHours}
		})},
	}
	if s.Weekly {
		out.PeriodLength = "week"
	}
	return out
}

func toNameCount(c statistics.Count) NameCount { return NameCount(c) }

func toDistribution(d statistics.Distribution) Distribution {
	out := Distribution{N: d.N, Unknown: d.Unknown, Values: d.Values}
	if d.Quantiles != nil {
		out.Quantiles = pointer(QuantileValues(*d.Quantiles))
	}
	return out
}

func toDurations(d statistics.Durations) DurationDistribution {
	out := DurationDistribution{Distribution: toDistribution(d.Distribution)}
	for n, count := range d.Bins {
		bin := DurationBin{FromSeconds: int64(statistics.Edges[n] / time.Second), Count: count}
		if n+1 < len(statistics.Edges) {
			bin.ToSeconds = pointer(int64(statistics.Edges[n+1] / time.Second))
		}
		out.Bins = append(out.Bins, bin)
	}
	return out
}
