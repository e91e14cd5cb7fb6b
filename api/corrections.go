package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

type CorrectionPath struct {
	SLOPath
	Correction string `path:"correction" maxLength:"26" doc:"Identifier of the correction."`
}

// correctionsPath is where those of an SLO are.
const correctionsPath = "/v1/services/{service}/slos/{slo}/corrections"

func (a *API) addCorrections(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindCorrection}
	type query struct {
		SLOPath
		Paging
		At             time.Time `query:"at" doc:"Only those of which this is between the first beginning and the last end."`
		Effect         string    `query:"effect" enum:"exclude,count_good" doc:"Only those of this effect."`
		IncludeRemoved bool      `query:"includeRemoved" doc:"Removed ones, too."`
	}
	register(a, operation{
		id: "listCorrections", method: http.MethodGet, path: correctionsPath, tag: "SLOs",
		summary: "List the corrections of an SLO", description: "The latest first, by when they begin.", rule: read,
	}, func(ctx context.Context, in *query) (*list[Correction], error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		found, err := r.Corrections.List(ctx, correction.Filter{SLO: v.SLO.ID, Effect: correction.Effect(in.Effect), At: in.At, IncludeRemoved: in.IncludeRemoved}, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toCorrection), nil
	})

	type get struct{ CorrectionPath }
	type correctionReply struct{ Body Correction }
	register(a, operation{
		id: "getCorrection", method: http.MethodGet, path: correctionsPath + "/{correction}", tag: "SLOs",
		summary: "Get a correction", description: "Removed or not.", rule: read,
	}, func(ctx context.Context, in *get) (*correctionReply, error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		c, err := r.Corrections.Get(ctx, v.SLO.ID, id.ID(in.Correction))
		if err != nil {
			return nil, err
		}
		return &correctionReply{Body: toCorrection(c)}, nil
	})

	type post struct {
		SLOPath
		Once
		Body CorrectionInput
	}
	register(a, operation{
		id: "declareCorrection", method: http.MethodPost, path: correctionsPath, tag: "SLOs", summary: "Correct an SLO",
		description: "For a time, or for times that come again, events do not count, or count as good. What was measured stays: removing the correction restores every figure. A correction is never changed; remove it and declare another.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindCorrection},
	}, func(ctx context.Context, in *post) (*created[Correction], error) {
		v, owner, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		return create(ctx, a, in.Once, creation[correction.Correction, Correction]{
			make: func(ctx context.Context) (correction.Correction, error) {
				return r.Corrections.Declare(ctx, v.SLO.ID, fromCorrectionInput(in.Body))
			},
			load: func(ctx context.Context, made id.ID) (correction.Correction, error) {
				return r.Corrections.Get(ctx, v.SLO.ID, made)
			},
			// It has one version, for it never changes.
			name: func(c correction.Correction) (id.ID, int64, string) {
				return c.ID, 1, "/v1/services/" + owner.Slug + "/slos/" + v.SLO.Slug + "/corrections/" + string(c.ID)
			},
			show: toCorrection,
		})
	})

	type preview struct {
		SLOPath
		Body CorrectionInput
	}
	type previewReply struct{ Body CorrectionPreview }
	register(a, operation{
		id: "previewCorrection", method: http.MethodPost, path: correctionsPath + "/preview", tag: "SLOs", summary: "Preview a correction",
		description: "What it would do to the SLO's window, and when it would hold. Nothing is written; who may declare it may ask.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindCorrection},
	}, func(ctx context.Context, in *preview) (*previewReply, error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		p, err := r.Corrections.Preview(ctx, v.SLO.ID, fromCorrectionInput(in.Body))
		if err != nil {
			return nil, err
		}
		return &previewReply{Body: toCorrectionPreview(p)}, nil
	})

	type removal struct {
		CorrectionPath
		Body CorrectionRemoval
	}
	register(a, operation{
		id: "removeCorrection", method: http.MethodPost, path: correctionsPath + "/{correction}/removal", tag: "SLOs", summary: "Remove a correction",
		description: "Figures are then what they would be if it had never been declared. It stays readable, with who removed it and why.",
		rule:        access.Rule{Verb: access.Delete, Kind: access.KindCorrection},
	}, func(ctx context.Context, in *removal) (*correctionReply, error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		if _, err := r.Corrections.Get(ctx, v.SLO.ID, id.ID(in.Correction)); err != nil {
			return nil, err
		}
		c, err := r.Corrections.Remove(ctx, id.ID(in.Correction), in.Body.Reason)
		if err != nil {
			return nil, err
		}
		return &correctionReply{Body: toCorrection(c)}, nil
	})
}

func fromCorrectionInput(in CorrectionInput) correction.Declaration {
	d := correction.Declaration{Effect: correction.Effect(in.Effect), Kind: correction.Kind(in.Kind), Reason: in.Reason, From: in.From, To: in.To}
	if again := in.Recurrence; again != nil {
		d.Recurrence = &correction.RecurrenceInput{Start: again.Start, TimeZone: again.TimeZone, Rule: again.Rule, DurationSeconds: again.DurationSeconds}
	}
	return d
}

func toCorrection(c correction.Correction) Correction {
	out := Correction{
		ID: string(c.ID), SLOID: string(c.SLO), Effect: string(c.Effect), Kind: string(c.Kind), Reason: c.Reason, From: c.Begins, To: c.Ends,
		CreatedAt: c.CreatedAt, CreatedBy: c.CreatedBy, ApprovedAt: c.ApprovedAt, ApprovedBy: c.ApprovedBy, ProposalID: string(c.Proposal),
		RemovedAt: c.RemovedAt, RemovedBy: c.RemovedBy, RemovedFor: c.RemovedFor,
	}
	if again := c.Recurrence; again != nil {
		out.Recurrence = &Recurrence{Start: again.Start, TimeZone: again.Zone, Rule: again.Rule, DurationSeconds: int64(again.Duration / time.Second)}
	}
	return out
}

func toCorrectionPreview(p correction.Preview) CorrectionPreview {
	own := p.Own()
	return CorrectionPreview{
		From: own.From, To: own.To, Before: toCorrectedSum(own.Before), After: toCorrectedSum(own.After), More: p.More,
		Times: each(p.Spans, func(s window.Span) CorrectedTime { return CorrectedTime{From: s.From, To: s.To} }),
	}
}

func toCorrectedSum(a correction.Account) CorrectedSum {
	return CorrectedSum{Good: budget.Events(a.Sum.Good, a.Unit), Total: budget.Events(a.Sum.Total, a.Unit), SLI: a.SLI, Remaining: a.Remaining}
}
