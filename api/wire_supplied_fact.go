package api

import "time"

// SuppliedFacts are all that people can say of an SLO.
type SuppliedFacts struct {
	Facts []SuppliedFact `json:"facts"`
}

// SuppliedFact is what people say of an SLO.
type SuppliedFact struct {
	Name    string             `json:"name" enum:"cause,incidentShares"`
	Said    bool               `json:"said" doc:"Whether somebody says it; else it is what holds then."`
	Text    string             `json:"text,omitempty" doc:"The cause." example:"own-code-or-procedure"`
	Numbers map[string]float64 `json:"numbers,omitempty" doc:"By incident, the share of the budget of 28 days that it took: 0.2 is a fifth."`
	Note    string             `json:"note" doc:"Plain text."`
	Link    string             `json:"link"`
	By      string             `json:"by"`
	At      *time.Time         `json:"at,omitempty"`
	Until   *time.Time         `json:"until,omitempty" doc:"It holds before that."`
	Version int64              `json:"version" doc:"Grows with each change; also the ETag."`
}

// SuppliedFactInput is what is said of an SLO.
type SuppliedFactInput struct {
	Text    string             `json:"text,omitempty" doc:"Of cause: one of the values that listFacts tells." example:"own-code-or-procedure"`
	Numbers map[string]float64 `json:"numbers,omitempty" doc:"Of incidentShares: by incident, the share of the budget of 28 days that it took."`
	Note    string             `json:"note,omitempty" maxLength:"1000" doc:"Why; required of a cause that excuses the team."`
	Link    string             `json:"link,omitempty" doc:"To what shows it." example:"https://example.org/incidents/12"`
	Until   *time.Time         `json:"until,omitempty" doc:"At most 28 days from now, which is what holds when it is left out."`
}
