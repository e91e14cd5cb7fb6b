package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/policy/supply"
)

type SuppliedFactPath struct {
	SLOPath
	Fact string `path:"fact" enum:"cause,incidentShares" doc:"Name of the fact."`
}

func (a *API) addSuppliedFacts(r Rooms) {
	const path, tag = "/v1/services/{service}/slos/{slo}/supplied-facts", "Policies"
	read := access.Rule{Verb: access.Read, Kind: access.KindSuppliedFact}
	type all struct{ Body SuppliedFacts }
	register(a, operation{
		id: "listSuppliedFacts", method: http.MethodGet, path: path, tag: tag, summary: "List what people say of an SLO",
		description: "What caused that its budget was spent, and what incidents took of it: conditions of policies are judged on it. What nobody says is there too, with what holds then.", rule: read,
	}, func(ctx context.Context, in *SLOPath) (*all, error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		facts, err := r.Supply.Facts(ctx, v.SLO.ID)
		if err != nil {
			return nil, err
		}
		return &all{Body: SuppliedFacts{Facts: each(facts, toSuppliedFact)}}, nil
	})

	type get struct {
		SuppliedFactPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getSuppliedFact", method: http.MethodGet, path: path + "/{fact}", tag: tag, summary: "Get what people say of an SLO by a name",
		description: "As long as nobody said anything, its version is 1.", rule: read,
	}, func(ctx context.Context, in *get) (*reply[SuppliedFact], error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		f, err := r.Supply.Fact(ctx, v.SLO.ID, in.Fact)
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, f.Version, toSuppliedFact(f)), nil
	})

	type put struct {
		SuppliedFactPath
		IfMatch
		Body SuppliedFactInput
	}
	register(a, operation{
		id: "supplyFact", method: http.MethodPut, path: path + "/{fact}", tag: tag, summary: "Say something of an SLO",
		description: "By a member of the team; a cause that excuses the team (company-network, frozen-team, users-out-of-scope, no-user-impact) by whoever approved a policy in force there, or an administrator. It replaces what was said before, and holds for 28 days at most.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindSuppliedFact},
	}, func(ctx context.Context, in *put) (*reply[SuppliedFact], error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		said := supply.Input{Value: supply.Value{Text: in.Body.Text, Numbers: in.Body.Numbers}, Note: in.Body.Note, Link: in.Body.Link}
		if in.Body.Until != nil {
			said.Until = *in.Body.Until
		}
		f, err := r.Supply.Say(ctx, v.SLO.ID, in.Fact, in.Version(), said)
		if err != nil {
			return nil, err
		}
		return current(f.Version, toSuppliedFact(f)), nil
	})

	type del struct {
		SuppliedFactPath
		IfMatch
	}
	register(a, operation{
		id: "withdrawFact", method: http.MethodDelete, path: path + "/{fact}", tag: tag, summary: "Say something of an SLO no more",
		description: "What holds is what holds where nobody says anything. The version goes on.",
		rule:        access.Rule{Verb: access.Delete, Kind: access.KindSuppliedFact},
	}, func(ctx context.Context, in *del) (*nothing, error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		return nil, r.Supply.Withdraw(ctx, v.SLO.ID, in.Fact, in.Version())
	})
}

func toSuppliedFact(f supply.Fact) SuppliedFact {
	out := SuppliedFact{Name: f.Name, Said: !f.At.IsZero(), Text: f.Value.Text, Note: f.Note, Link: f.Link, By: f.By, Version: f.Version}
	if f.Name == supply.IncidentShares {
		out.Numbers = map[string]float64{}
		for incident, share := range f.Value.Numbers {
			out.Numbers[incident] = share
		}
	}
	if out.Said {
		out.At, out.Until = &f.At, &f.Until
	}
	return out
}
