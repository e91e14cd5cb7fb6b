package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

func (a *API) addErrors(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindSLO}
	type errorsReply struct{ Body SLOErrors }
	register(a, operation{
		id: "getSLOErrors", method: http.MethodGet, path: "/v1/services/{service}/slos/{slo}/errors", tag: "SLOs",
		summary: "Get what the errors of an SLO came from", description: "Bad events by class of outage and by group, measured and corrected, and the share of the budget that they consumed.", rule: read,
		class: admission.Reports,
	}, func(ctx context.Context, in *SLOPath) (*errorsReply, error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		found, err := r.SLOs.Errors(ctx, v.SLO.ID)
		if err != nil {
			return nil, err
		}
		return &errorsReply{Body: SLOErrors{Periods: each(found, toErrorPeriod)}}, nil
	})

	type factsReply struct{ Body SLOFacts }
	register(a, operation{
		id: "getSLOFacts", method: http.MethodGet, path: "/v1/services/{service}/slos/{slo}/facts", tag: "SLOs",
		summary: "Get the facts of an SLO", description: "What is known of it by the names on which conditions are written. A fact that is not known has no value, and never a default.", rule: read,
		class: admission.Reports,
	}, func(ctx context.Context, in *SLOPath) (*factsReply, error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		known, err := r.Facts.FactsOf(ctx, []slo.View{v})
		if err != nil {
			return nil, err
		}
		return &factsReply{Body: SLOFacts{Facts: each(r.Facts.Facts(), func(d fact.Declaration) Fact { return toFact(d, known[v.SLO.ID]) })}}, nil
	})
}

func toErrorPeriod(e slo.Errors) ErrorPeriod {
	part := func(p slo.ErrorPart) ErrorPart {
		return ErrorPart{Name: p.Name, Bad: budget.Events(p.Sum.Bad(), e.Unit), RawBad: budget.Events(p.Raw.Bad(), e.Unit), Share: p.Share}
	}
	out := ErrorPeriod{
		Period: string(e.Period), From: e.From, To: e.To, Total: budget.Events(e.Whole.Sum.Total, e.Unit),
		Whole: part(e.Whole), Classes: each(e.Classes, part), Unclassified: part(e.Unclassified), Planned: part(e.Planned), Unplanned: part(e.Unplanned), Groups: each(e.Groups, part),
	}
	if e.Pace.Whole > 0 {
		out.Elapsed = pointer(float64(e.Pace.Elapsed) / float64(e.Pace.Whole))
	}
	return out
}

func toFact(d fact.Declaration, known fact.Set) Fact {
	out := Fact{Name: d.Name, Type: string(d.Type), Doc: d.Doc}
	for _, k := range known.Known(d.Name) {
		out.Known, out.Number, out.Text, out.Truth, out.Numbers = true, k.Number, k.Text, k.Truth, k.Numbers
	}
	return out
}
