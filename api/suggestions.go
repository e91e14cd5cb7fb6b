package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/suggest"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

func (a *API) addSuggestions(r Rooms) {
	type query struct {
		ServicePath
		DataSource string `query:"dataSource" required:"true" maxLength:"63" doc:"Slug or identifier of the data source to look into, of kind prometheus." example:"prometheus-eu"`
		Selector   string `query:"selector" maxLength:"1024" doc:"Narrows what is looked at: matchers in PromQL without braces. They become a part of the source." example:"job=\"checkout\""`
		Kind       string `query:"kind" enum:"http,grpc,pipeline,batch,stateful,llm,any" doc:"Only what suits services of this kind; the service's own when left out."`
		Limit      int    `query:"limit" minimum:"1" maximum:"50" default:"10" doc:"How many suggestions are measured."`
	}
	type suggestionsReply struct{ Body Suggestions }
	register(a, operation{
		id: "suggestSLOs", method: http.MethodGet, path: "/v1/services/{service}/suggestions", tag: "SLOs", summary: "Suggest SLOs of a service",
		description: "Looks for known instrumentation in a data source, measures what it would have given over the last 28 days, and proposes objectives that would have been kept. The data source is asked now, for as long as a request may take, with the matchers of the service's team; who may declare an SLO of the service may ask. Nothing is changed: send the slo of a suggestion to declareSLO.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindSLO},
		class:       admission.Reports, errors: []int{http.StatusConflict},
	}, func(ctx context.Context, in *query) (*suggestionsReply, error) {
		found, err := r.Suggestions.Ask(ctx, suggest.Question{
			Service: in.Service, DataSource: in.DataSource, Selector: in.Selector, Kind: registry.Kind(in.Kind), Limit: in.Limit,
		})
		if err != nil {
			return nil, err
		}
		return &suggestionsReply{Body: toSuggestions(found)}, nil
	})
}

func toSuggestions(a suggest.Answer) Suggestions {
	out := Suggestions{
		Service: ref(a.Service.ID, a.Service.Slug), DataSource: ref(a.Source.ID, a.Source.Slug),
		From: a.From, To: a.To, More: a.More, Items: make([]Suggestion, len(a.Suggestions)),
	}
	times := map[string]int{}
	for i, s := range a.Suggestions {
		// Each suggestion can be declared beside the others.
		slug := s.Indicator
		if times[s.Indicator]++; times[s.Indicator] > 1 {
			slug = fmt.Sprintf("%.58s-%d", slug, times[s.Indicator])
		}
		out.Items[i] = toSuggestion(a, s, slug)
	}
	return out
}

func toSuggestion(a suggest.Answer, s suggest.Suggestion, slug string) Suggestion {
	out := Suggestion{
		Template: s.Template, TemplateVersion: s.TemplateVersion, Title: s.Title, Reference: s.Reference,
		Indicator: s.Indicator, Category: s.Category, Labels: s.Service, Series: s.Seen.Series,
		Measured: SuggestedMeasure{
			Good: measure.Events(s.Measured.Sum.Good), Total: measure.Events(s.Measured.Sum.Total), SLI: s.Measured.SLI,
			Slots: s.Measured.Slots, MissingSlots: make(map[string]int, len(s.Measured.Missing)),
		},
		Objective: s.Objective.String(), Why: s.Why,
		Alerts: make([]SuggestedAlert, len(s.Alerts)), Warnings: toWarnings(suggestionWarnings(a, s)),
	}
	for reason, n := range s.Measured.Missing {
		out.Measured.MissingSlots[string(reason)] = n
	}
	for i, alert := range s.Alerts {
		out.Alerts[i] = SuggestedAlert{Pair: alert.Pair, Severity: string(alert.Severity), Start: alert.Start, End: alert.End}
	}
	// Of five minutes, as they were measured: of one, a slot holds two samples of few
	// scrapes.
	indicator := IndicatorInput{Category: s.Category, ResolutionSeconds: int(measure.FiveMinutes / time.Second), Description: s.Description}
	indicator.Source = &MeasurementSourceInput{DataSource: a.Source.Slug, MeasurementForms: toMeasurementSource(s.Origin, nil).MeasurementForms}
	out.SLO = SLOInput{
		Slug: slug, Name: fmt.Sprintf("%.60s: %.38s", a.Service.Name, slug), Objective: out.Objective, WindowDays: int(suggest.Period / (24 * time.Hour)),
		Enforcement: string(slo.Observed), Indicator: indicator,
		Rationale: fmt.Sprintf("Suggested by the template %s, version %d. %s", s.Template, s.TemplateVersion, s.Why),
	}
	return out
}

// suggestionWarnings are those of the terms, where an objective is proposed, and of
// what it was proposed by.
func suggestionWarnings(a suggest.Answer, s suggest.Suggestion) []slo.Warning {
	if s.Objective.IsZero() {
		return nil
	}
	out := slo.Terms{Objective: s.Objective, Over: slo.TimeWindow{Days: int(suggest.Period / (24 * time.Hour))}}.Warnings(a.To)
	if partly := s.Measured.Partly(); partly != "" {
		out = append(out, slo.Warning{Code: "measured_partly", Pointer: "/objective", Message: partly})
	}
	return out
}
