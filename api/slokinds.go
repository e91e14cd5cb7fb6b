package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/slo"
)

// SLOKinds are all kinds of SLOs.
type SLOKinds struct {
	Items []SLOKind `json:"items"`
}

// SLOKind is what SLOs of a category are like when nobody says otherwise.
type SLOKind struct {
	Category  string `json:"category" enum:"availability,latency,freshness,correctness,coverage,durability,throughput,saturation"`
	Measures  string `json:"measures" doc:"What of a service it is." example:"whether requests are answered"`
	GoodEvent string `json:"goodEvent" doc:"What is counted as good, for an indicator without a description." example:"a request that was answered, and not with an error of the service"`
	Objective string `json:"objective" doc:"That of a new SLO that is declared without one." example:"99.9%"`
}

func (a *API) addSLOKinds() {
	type reply struct{ Body SLOKinds }
	register(a, operation{
		id: "listSLOKinds", method: http.MethodGet, path: "/v1/slo-kinds", tag: "SLOs",
		summary: "List the kinds of SLOs", description: "What can be measured of a service, what a good event of it is, and the objective to begin with.",
		rule: access.Rule{Verb: access.Read, Kind: access.KindSLO},
	}, func(context.Context, *struct{}) (*reply, error) {
		return &reply{Body: SLOKinds{Items: each(slo.Kinds, func(k slo.Kind) SLOKind {
			return SLOKind{Category: string(k.Category), Measures: k.Measures, GoodEvent: k.GoodEvent, Objective: k.Objective}
		})}}, nil
	})
}
