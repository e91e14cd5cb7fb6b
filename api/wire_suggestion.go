package api

import "time"

// Suggestions is what could be promised of a service, by what a data source holds.
type Suggestions struct {
	Service    Ref          `json:"service"`
	DataSource Ref          `json:"dataSource"`
	From       time.Time    `json:"from" doc:"Start of what was looked back over: 28 days before to."`
	To         time.Time    `json:"to" doc:"Its end, exclusive."`
	Items      []Suggestion `json:"items"`
	More       int          `json:"more" doc:"How many further ones there would be: beyond the limit, or not measured in time. A selector narrows what is looked at."`
}

// Suggestion is something that could be promised.
type Suggestion struct {
	Template        string            `json:"template" doc:"What recognised it." example:"otel-http-server"`
	TemplateVersion int               `json:"templateVersion"`
	Title           string            `json:"title" doc:"The instrumentation that the template is for." example:"HTTP server, OpenTelemetry"`
	Reference       string            `json:"reference" doc:"Where its metrics are described; empty when the template does not say."`
	Indicator       string            `json:"indicator" doc:"What of it is measured." example:"availability"`
	Category        string            `json:"category" enum:"availability,latency,freshness,correctness,coverage,durability,throughput,saturation"`
	Labels          map[string]string `json:"labels" doc:"The labels by which this service was told apart from others; they are in every selector of the source."`
	Series          int               `json:"series" doc:"How many series have these labels."`
	Measured        SuggestedMeasure  `json:"measured" doc:"What was measured from from to to."`
	Objective       string            `json:"objective" doc:"The objective that is proposed; empty where none is." example:"99.9%"`
	Why             string            `json:"why" doc:"Why that one, or none."`
	Alerts          []SuggestedAlert  `json:"alerts" doc:"When the burn pairs of the objective would have fired, the first 200 times."`
	Warnings        []Warning         `json:"warnings" doc:"What should be known of it; pointers are into slo."`
	SLO             SLOInput          `json:"slo" doc:"What to send to declareSLO as it is, to have it observed: policies record its violations and do nothing more. Where no objective is proposed, its own is empty, and yours to say."`
}

// SuggestedMeasure is what the 28 days would have been.
type SuggestedMeasure struct {
	Good         float64        `json:"good"`
	Total        float64        `json:"total"`
	SLI          *float64       `json:"sli" nullable:"true" doc:"Share of good events; null without any."`
	Slots        int            `json:"slots" doc:"Slots of five minutes that could be counted, of 8,064."`
	MissingSlots map[string]int `json:"missingSlots" doc:"How many could not, by reason."`
}

// SuggestedAlert is a time during which a burn pair would have fired.
type SuggestedAlert struct {
	Pair     string    `json:"pair" doc:"Its long and its short window." example:"1h/5m"`
	Severity string    `json:"severity" enum:"page,ticket"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end" doc:"Exclusive."`
}
