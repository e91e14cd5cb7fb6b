package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/services/access"
)

type AttestationPath struct {
	ServicePath
	Attestation string `path:"attestation" maxLength:"26" doc:"Identifier of the attestation."`
}

const attestationsPath = "/v1/services/{service}/attestations"

func (a *API) addAttestations(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindAttestation}
	type query struct {
		ServicePath
		Paging
		Fact    string `query:"fact" maxLength:"60" doc:"Only of this fact."`
		InForce bool   `query:"inForce" doc:"Only those that hold."`
	}
	register(a, operation{
		id: "listAttestations", method: http.MethodGet, path: attestationsPath, tag: "Facts", summary: "List what people attested of a service",
		description: "The newest first, with those that hold no more.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[Attestation], error) {
		service, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		found, err := r.Given.Attestations(ctx, given.Filter{Service: service.ID, Fact: in.Fact, InForce: in.InForce}, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, r.toAttestation), nil
	})

	type get struct{ AttestationPath }
	register(a, operation{
		id: "getAttestation", method: http.MethodGet, path: attestationsPath + "/{attestation}", tag: "Facts", summary: "Get an attestation", description: "With its ETag.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *get) (*reply[Attestation], error) {
		service, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		found, err := r.Given.Attestation(ctx, service.ID, id.ID(in.Attestation))
		return r.attestation(found, err)
	})

	type post struct {
		ServicePath
		Once
		Body AttestationInput
	}
	register(a, operation{
		id: "attestFact", method: http.MethodPost, path: attestationsPath, tag: "Facts", summary: "Attest a fact of a service",
		description: "By a member of the team, with where it is seen and until when it holds; no workload attests. What was attested of the fact before is replaced, and stays in the history.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindAttestation}, errors: renamed,
	}, func(ctx context.Context, in *post) (*created[Attestation], error) {
		service, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		return create(ctx, a, in.Once, creation[given.Attestation, Attestation]{
			make: func(ctx context.Context) (given.Attestation, error) {
				return r.Given.Attest(ctx, service.ID, given.Statement{
					Fact: in.Body.Fact, Value: given.Value(in.Body.FactValue), Evidence: in.Body.Evidence, Note: in.Body.Note, Until: in.Body.ExpiresAt,
				})
			},
			load: func(ctx context.Context, made id.ID) (given.Attestation, error) {
				return r.Given.Attestation(ctx, service.ID, made)
			},
			name: func(x given.Attestation) (id.ID, int64, string) {
				return x.ID, x.Version, "/v1/services/" + service.Slug + "/attestations/" + string(x.ID)
			},
			show: r.toAttestation,
		})
	})

	type why struct {
		AttestationPath
		IfMatch
		Body AttestationWithdrawal
	}
	register(a, operation{
		id: "withdrawAttestation", method: http.MethodPost, path: attestationsPath + "/{attestation}/withdraw", tag: "Facts", summary: "Withdraw an attestation",
		description: "By a member of the team, with why it does not hold. It stays in the history.",
		rule:        access.Rule{Verb: access.Delete, Kind: access.KindAttestation}, status: http.StatusOK, errors: renamed,
	}, func(ctx context.Context, in *why) (*reply[Attestation], error) {
		service, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		after, err := r.Given.WithdrawAttestation(ctx, service.ID, id.ID(in.Attestation), in.Version(), in.Body.Reason)
		return r.attestation(after, err)
	})
}

func (r Rooms) attestation(x given.Attestation, err error) (*reply[Attestation], error) {
	if err != nil {
		return nil, err
	}
	return current(x.Version, r.toAttestation(x)), nil // that it expired is no part of its version
}

func (r Rooms) toAttestation(x given.Attestation) Attestation {
	out := Attestation{
		ID: string(x.ID), ServiceID: string(x.Service), Fact: x.Fact, FactValue: FactValue(x.Value), Evidence: x.Evidence, Note: x.Note,
		State: string(r.Given.State(x)), AttestedAt: x.At, ExpiresAt: x.Until, PersonID: string(x.Person), By: x.By, Version: x.Version,
	}
	if x.Ended != nil {
		out.Ended = &AttestationEnd{At: x.Ended.At, By: x.Ended.By, Reason: x.Ended.Reason}
	}
	return out
}
