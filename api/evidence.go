package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/services/access"
)

// EvidenceKey is what bundles of evidence are verified with.
type EvidenceKey struct {
	Algorithm string `json:"algorithm" enum:"Ed25519"`
	PublicKey string `json:"publicKey" doc:"In base64; evenkeel evidence verify takes it as --key." example:"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="`
}

func (a *API) addEvidence(r Rooms) {
	type query struct {
		From time.Time `query:"from" required:"true" example:"2026-01-01T00:00:00Z"`
		To   time.Time `query:"to" required:"true" doc:"Exclusive, not after now, at most 400 days after from." example:"2027-01-01T00:00:00Z"`
	}
	register(a, operation{
		id: "getEvidence", method: http.MethodGet, path: "/v1/evidence", tag: "Reports", summary: "Get evidence for auditors",
		description: "A zip file: policies with their revisions, attachments, violations, overrides, decisions of the gate, corrections, proposals, SLOs, reports, rights and the audit log of the time, with a manifest that is signed. No secret is in it. Administrators only; that it was handed out is in the audit log.",
		rule:        access.Rule{Verb: access.Read, Kind: access.KindEvidence}, errors: unsigned(), sends: "application/zip",
	}, func(ctx context.Context, in *query) (*file, error) {
		bundle, err := r.Evidence.Bundle(ctx, in.From, in.To)
		if err != nil {
			return nil, err
		}
		name := "evidence-" + in.From.UTC().Format(time.DateOnly) + "-" + in.To.UTC().Format(time.DateOnly) + ".zip"
		return &file{ContentType: "application/zip", Disposition: `attachment; filename="` + name + `"`, Body: bundle}, nil
	})
	type shown struct{ Body EvidenceKey }
	register(a, operation{
		id: "getEvidenceKey", method: http.MethodGet, path: "/v1/evidence/key", tag: "Reports", summary: "Get the key that evidence is verified with",
		description: "It is made when it is first needed, and stays.", rule: access.Rule{Verb: access.Read, Kind: access.KindReport}, errors: unsigned(),
	}, func(ctx context.Context, _ *struct{}) (*shown, error) {
		key, err := r.Evidence.Key(ctx)
		if err != nil {
			return nil, err
		}
		return &shown{EvidenceKey{Algorithm: "Ed25519", PublicKey: key}}, nil
	})
}
