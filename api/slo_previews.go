package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/preview"
)

func (a *API) addSLOPreviews(r Rooms) {
	type post struct {
		ServicePath
		SLO  string `query:"slo" maxLength:"63" doc:"Slug or identifier of the SLO of the service that the body would revise; a new one is declared when it is left out." example:"availability"`
		Body SLOInput
	}
	type previewReply struct{ Body SLOPreview }
	register(a, operation{
		id: "previewSLO", method: http.MethodPost, path: "/v1/services/{service}/slo-previews", tag: "SLOs", summary: "Preview an SLO",
		description: "What would have become of an SLO, had it been declared long ago: what was counted, what of the budget would be left, which alerts there would have been, and how often the objective would have been missed. The body is that of declareSLO, or of reviseSLO where slo is said, and is checked in the same way. The past is read from its data source now, for 20 seconds at most; of a revision that counts the same, what was measured is taken. Where nothing can be had, reason says why. Who may declare it may ask; nothing is kept.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindSLO},
		class:       admission.Reports, status: http.StatusOK, errors: []int{http.StatusConflict},
	}, func(ctx context.Context, in *post) (*previewReply, error) {
		s, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		p, err := r.Previews.Of(ctx, preview.Asked{Service: s, Revised: in.SLO, Declaration: fromSLOInput(in.Body)})
		if err != nil {
			return nil, err
		}
		return &previewReply{Body: toSLOPreview(p)}, nil
	})
}

func toSLOPreview(p preview.Preview) SLOPreview {
	out := SLOPreview{
		Service: ref(p.Draft.Owner.ID, p.Draft.Owner.Slug), Basis: string(p.Basis), Objective: p.Draft.Revision.Objective.String(),
		Warnings: toWarnings(p.Warnings),
	}
	if p.Draft.Standing != nil {
		revised := ref(p.Draft.SLO.ID, p.Draft.Standing.SLO.Slug)
		out.Revises = &revised
	}
	if p.Reason != nil {
		out.Reason = &PreviewReason{Code: p.Reason.Code, Message: p.Reason.Message}
	}
	if p.Seen != nil {
		seen := toPreviewSeen(*p.Seen, p.Draft.Revision.Budgeting)
		out.Seen = &seen
	}
	return out
}

func toPreviewSeen(s preview.Seen, b slo.Budgeting) PreviewSeen {
	unit := b.Unit()
	out := PreviewSeen{
		From: s.From, To: s.To, ResolutionSeconds: int(s.Resolution / time.Second), Slots: s.Slots, MissingSlots: make(map[string]int, len(s.Missing)),
		Counted: b.Noun(), State: string(s.State), Window: toBudget(s.Account), Further: each(s.Further, toStanding),
		Windows: each(s.Windows, func(w preview.Window) PreviewWindow {
			return PreviewWindow{
				From: w.From, To: w.To, Part: w.Part, Good: budget.Events(w.Sum.Good, unit), Total: budget.Events(w.Sum.Total, unit),
				SLI: w.SLI, Remaining: w.Remaining, Outcome: string(w.Outcome),
			}
		}),
		Points: each(s.Points, func(p preview.Point) PreviewPoint {
			return PreviewPoint{
				Start: p.Start, End: p.End, Good: budget.Events(p.Sum.Good, unit), Total: budget.Events(p.Sum.Total, unit), SLI: p.SLI, Remaining: p.Remaining,
			}
		}),
		Alerts: each(s.Alerts, toPreviewAlert),
		Objectives: each(s.Rungs, func(r preview.Rung) PreviewObjective {
			return PreviewObjective{Objective: r.Objective.String(), WindowsMissed: r.Missed, WindowsKnown: r.Known, Remaining: r.Remaining}
		}),
		Suggested: s.Suggested.String(),
	}
	out.WindowsKnown, out.WindowsMissed = s.Whole()
	for reason, n := range s.Missing {
		out.MissingSlots[string(reason)] = n
	}
	for i, p := range budget.Pairs {
		out.AlertCounts = append(out.AlertCounts, PreviewAlertCount{Pair: p.Name, Severity: string(p.Severity), Count: s.Counts[i]})
	}
	return out
}

func toPreviewAlert(a alert.Alert) PreviewAlert {
	long, short, peak, _ := a.Burns()
	return PreviewAlert{
		Pair: string(a.Kind), Severity: string(a.Severity), Start: a.StartedAt, End: a.EndedAt,
		LongRate: long.Float64(), ShortRate: short.Float64(), PeakRate: peak.Float64(),
	}
}
