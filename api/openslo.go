package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/openslo"
	"github.com/evenkeel/evenkeel/services/slo"
)

const yamlType = "application/yaml"

// yamlFile is a document of YAML.
type yamlFile struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (a *API) addOpenSLO(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindSLO}
	register(a, operation{
		id: "getSLOAsOpenSLO", method: http.MethodGet, path: "/v1/services/{service}/slos/{slo}/openslo", tag: "SLOs", summary: "Get an SLO as an OpenSLO document",
		description: "A document of openslo/v1 with the indicator within. What OpenSLO has no field for is in annotations with the prefix evenkeel.dev/, and readOpenSLO reads the same.", rule: read, sends: yamlType, class: admission.Reads, errors: renamed,
	}, func(ctx context.Context, in *SLOPath) (*yamlFile, error) {
		v, s, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		d := v.Declared()
		if of := d.Origin.DataSource; of != "" {
			sources, err := r.sourceNames(ctx, []id.ID{of})
			if err != nil {
				return nil, err
			}
			d.Origin.DataSource = id.ID(sources[of].Slug)
		}
		return written(s.Slug, d)
	})

	type post struct {
		Service string `query:"service" required:"true" maxLength:"63" doc:"What the document names as its service." example:"checkout"`
		Body    SLOInput
	}
	register(a, operation{
		id: "renderOpenSLO", method: http.MethodPost, path: "/v1/openslo-renderings", tag: "SLOs", summary: "Write a declaration as an OpenSLO document",
		description: "The body is that of declareSLO; nothing is kept, and no data source is looked up.", rule: read, sends: yamlType, status: http.StatusOK,
	}, func(_ context.Context, in *post) (*yamlFile, error) {
		d := fromSLOInput(in.Body)
		if err := d.Validate(); err != nil {
			return nil, err
		}
		return written(in.Service, d)
	})

	type text struct {
		Strict  bool   `query:"strict" doc:"Whether the document is judged as the reference implementation of OpenSLO does, instead of by the prose of its specification."`
		RawBody []byte `contentType:"application/yaml" doc:"One document of kind SLO, and those of the SLI that it refers to beside it; at most 64 KiB."`
	}
	type readingReply struct{ Body OpenSLOReading }
	register(a, operation{
		id: "readOpenSLO", method: http.MethodPost, path: "/v1/openslo-readings", tag: "SLOs", summary: "Read an OpenSLO document as a declaration",
		description: "Gives what to send to declareSLO. What is wrong is told with its path in the document, its line, and the number of the document; what has no place here, or is taken for something, is a warning. Nothing is kept. " +
			"What the prose of the specification allows is read, and what its reference implementation (the Go SDK) refuses of that is a warning; with strict, the verdict is the reference implementation's, and what only the prose refuses is a warning.",
		rule: read, status: http.StatusOK, maxBody: openslo.MaxSize,
	}, func(_ context.Context, in *text) (*readingReply, error) {
		found, err := openslo.Read(in.RawBody, openslo.Options{Strict: in.Strict})
		if err != nil {
			return nil, err
		}
		out := OpenSLOReading{
			Service: found.Service, SLO: toSLOInput(found.Declaration),
			Warnings: each(found.Warnings, func(w openslo.Warning) OpenSLOWarning {
				return OpenSLOWarning{Code: w.Code, Document: w.Document, Pointer: w.Pointer, Line: w.Line, Column: w.Column, Message: w.Message}
			}),
		}
		return &readingReply{out}, nil
	})
}

func written(service string, d slo.Declaration) (*yamlFile, error) {
	text, err := openslo.Write(service, d, openslo.Extras{})
	if err != nil {
		return nil, err
	}
	return &yamlFile{ContentType: yamlType, Body: text}, nil
}

// toSLOInput is a complete declaration as it would be sent.
func toSLOInput(d slo.Declaration) SLOInput {
	out := SLOInput{
		Slug: d.Slug, Name: d.Name, Description: d.Description, Objective: d.Objective, WindowDays: d.WindowDays, Calendar: toCalendarInput(d.Calendar),
		Further: each(d.Further, func(g slo.GoalInput) GoalInput {
			return GoalInput{Name: g.Name, Objective: g.Objective, WindowDays: g.WindowDays, Calendar: toCalendarInput(g.Calendar)}
		}),
		Budgeting: &BudgetingInput{
			Method: string(d.Budgeting.Method), SliceTarget: d.Budgeting.SliceTarget, SliceSeconds: int(d.Budgeting.SliceLength / time.Second), Missing: string(d.Budgeting.Missing),
		},
		MinEvents: d.MinEvents, Confidence: d.Confidence, Enforcement: string(d.Enforcement),
		Indicator: IndicatorInput{
			Category: string(d.Category), ResolutionSeconds: int(d.Resolution / time.Second), Description: d.GoodEvent, GroupBy: d.Origin.GroupBy, MaxGroups: d.Origin.MaxGroups,
		},
		Rationale: d.Rationale, Reviewer: d.Reviewer, ReviewBy: d.ReviewBy,
	}
	if d.Origin.Pushed() {
		out.Indicator.Counting = string(d.Counting)
	} else {
		out.Indicator.Source = &MeasurementSourceInput{DataSource: string(d.Origin.DataSource), MeasurementForms: toMeasurementSource(d.Origin, nil).MeasurementForms}
	}
	if len(d.AlertsOff) > 0 || d.MinBadEvents > 0 {
		out.Alerts = &AlertTermsInput{Off: d.AlertsOff, MinBadEvents: d.MinBadEvents}
	}
	return out
}

func toCalendarInput(c *slo.CalendarInput) *CalendarInput {
	if c == nil {
		return nil
	}
	return &CalendarInput{Period: string(c.Period), StartDate: c.StartDate, TimeZone: c.TimeZone}
}
