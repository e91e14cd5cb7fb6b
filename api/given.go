package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/services/access"
)

type GivenFactPath struct {
	Fact string `path:"serviceFact" maxLength:"60" doc:"Name of the fact." example:"restoreDrill"`
}

type ServiceFactPath struct {
	ServicePath
	GivenFactPath
}

const (
	givenPath = "/v1/service-facts"
	factsPath = "/v1/services/{service}/facts"
)

func (a *API) addGivenFacts(r Rooms) {
	a.addGivenFactDeclarations(r)
	a.addPushedFacts(r)
	a.addFactBatches(r)
	a.addAttestations(r)
}

func (a *API) addGivenFactDeclarations(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindFact}
	type query struct{ Paging }
	register(a, operation{
		id: "listGivenFacts", method: http.MethodGet, path: givenPath, tag: "Facts", summary: "List the facts of services that can be given",
		description: "By name: those that are built in, for the built-in scorecard reads them, and those of administrators.", rule: read,
	}, func(ctx context.Context, in *query) (*list[GivenFact], error) {
		found, err := r.Given.Declarations(ctx, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toGivenFact), nil
	})

	type get struct {
		GivenFactPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getGivenFact", method: http.MethodGet, path: givenPath + "/{serviceFact}", tag: "Facts", summary: "Get the declaration of a fact of services", description: "With its ETag.", rule: read,
	}, func(ctx context.Context, in *get) (*reply[GivenFact], error) {
		d, err := r.Given.Declaration(ctx, in.Fact)
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, d.Version, toGivenFact(d)), nil
	})

	type post struct {
		Once
		Body GivenFactInput
	}
	register(a, operation{
		id: "declareGivenFact", method: http.MethodPost, path: givenPath, tag: "Facts", summary: "Declare a fact of services",
		description: "For administrators. From then on it can be given, and named in conditions of scorecards.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindFact},
	}, func(ctx context.Context, in *post) (*created[GivenFact], error) {
		return create(ctx, a, in.Once, creation[given.Declaration, GivenFact]{
			make: func(ctx context.Context) (given.Declaration, error) {
				terms := fromGivenFactTerms(in.Body.GivenFactTerms)
				terms.Type = fact.Type(in.Body.Type)
				return r.Given.Declare(ctx, in.Body.Name, terms)
			},
			load: r.Given.DeclarationByID,
			name: func(d given.Declaration) (id.ID, int64, string) { return d.ID, d.Version, givenPath + "/" + d.Name },
			show: toGivenFact,
		})
	})

	type put struct {
		GivenFactPath
		IfMatch
		Body GivenFactTerms
	}
	register(a, operation{
		id: "reviseGivenFact", method: http.MethodPut, path: givenPath + "/{serviceFact}", tag: "Facts", summary: "Revise the declaration of a fact",
		description: "For administrators; name and type stay. What was given holds on as it does, but for values that are not among those that there can be any more.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindFact},
	}, func(ctx context.Context, in *put) (*reply[GivenFact], error) {
		d, err := r.Given.Revise(ctx, in.Fact, in.Version(), fromGivenFactTerms(in.Body))
		if err != nil {
			return nil, err
		}
		return current(d.Version, toGivenFact(d)), nil
	})

	type del struct {
		GivenFactPath
		IfMatch
	}
	register(a, operation{
		id: "removeGivenFact", method: http.MethodDelete, path: givenPath + "/{serviceFact}", tag: "Facts", summary: "Remove the declaration of a fact",
		description: "For administrators; of one that no scorecard reads. What was pushed of it goes, and its attestations end.",
		rule:        access.Rule{Verb: access.Delete, Kind: access.KindFact},
	}, func(ctx context.Context, in *del) (*nothing, error) {
		return nil, r.Given.Remove(ctx, in.Fact, in.Version())
	})
}

func (a *API) addPushedFacts(r Rooms) {
	read, push := access.Rule{Verb: access.Read, Kind: access.KindServiceFact}, access.Rule{Verb: access.Push, Kind: access.KindServiceFact}
	type all struct{ Body ServiceFacts }
	register(a, operation{
		id: "listServiceFacts", method: http.MethodGet, path: factsPath, tag: "Facts", summary: "List what is known of a service",
		description: "By the names on which conditions of scorecards are written, with who says so and until when it holds. What is not known is there too, without a value.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *ServicePath) (*all, error) {
		service, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		known, err := r.Given.Known(ctx, service)
		if err != nil {
			return nil, err
		}
		return &all{Body: ServiceFacts{Facts: each(known, toServiceFact)}}, nil
	})

	type get struct{ ServiceFactPath }
	register(a, operation{
		id: "getPushedFact", method: http.MethodGet, path: factsPath + "/{serviceFact}", tag: "Facts", summary: "Get what was pushed of a fact of a service",
		description: "With its ETag. What is attested of it is told by listAttestations, and what goes of both by listServiceFacts.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *get) (*reply[PushedFact], error) {
		service, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		p, err := r.Given.PushedFact(ctx, service.ID, in.Fact)
		return r.pushedFact(p, err)
	})

	type put struct {
		ServiceFactPath
		Body FactPush
	}
	register(a, operation{
		id: "pushServiceFact", method: http.MethodPut, path: factsPath + "/{serviceFact}", tag: "Facts", summary: "Push a fact of a service",
		description: "By members and workloads of the team; a token of the scope push is enough. It needs no If-Match: of two observations the later goes, in whatever order they arrive, and the reply tells which.", rule: push, errors: renamed,
	}, func(ctx context.Context, in *put) (*reply[PushedFact], error) {
		service, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		p, err := r.Given.Push(ctx, service.ID, fromFactPush(in.Fact, in.Body))
		return r.pushedFact(p, err)
	})

	type post struct {
		ServicePath
		Body ServiceFactPushes
	}
	type pushed struct{ Body FactPushReply }
	register(a, operation{
		id: "pushServiceFacts", method: http.MethodPost, path: factsPath, tag: "Facts", summary: "Push facts of a service",
		description: "All or none; each as with pushServiceFact. To send the same again changes nothing.", rule: push, status: http.StatusOK, errors: renamed,
	}, func(ctx context.Context, in *post) (*pushed, error) {
		service, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		out, err := r.Given.PushAll(ctx, service.ID, each(in.Body.Facts, func(p NamedFactPush) given.Push { return fromFactPush(p.Fact, p.FactPush) }))
		if err != nil {
			return nil, err
		}
		return &pushed{FactPushReply{len(in.Body.Facts), out.Written, out.Unchanged, out.Older}}, nil
	})

	type del struct {
		ServiceFactPath
		IfMatch
	}
	register(a, operation{
		id: "withdrawServiceFact", method: http.MethodDelete, path: factsPath + "/{serviceFact}", tag: "Facts", summary: "Withdraw a pushed fact of a service",
		description: "By members and workloads of the team. It is not known then, unless it is attested. What was observed before does not bring it back.",
		rule:        access.Rule{Verb: access.Delete, Kind: access.KindServiceFact}, errors: renamed,
	}, func(ctx context.Context, in *del) (*nothing, error) {
		service, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		return nil, r.Given.Withdraw(ctx, service.ID, in.Fact, in.Version())
	})
}

func (a *API) addFactBatches(r Rooms) {
	type post struct{ Body FactBatch }
	type pushed struct{ Body FactPushReply }
	register(a, operation{
		id: "pushFactBatch", method: http.MethodPost, path: "/v1/fact-batches", tag: "Facts", summary: "Push facts of many services",
		description: "All or none; each as with pushServiceFact. A token of a team pushes facts of the team's own services; administrators of all.",
		rule:        access.Rule{Verb: access.Push, Kind: access.KindServiceFact}, status: http.StatusOK,
	}, func(ctx context.Context, in *post) (*pushed, error) {
		out, err := r.Given.PushBatch(ctx, each(in.Body.Facts, func(p ServiceFactPush) given.Push {
			push := fromFactPush(p.Fact, p.FactPush)
			push.Service = p.Service
			return push
		}))
		if err != nil {
			return nil, err
		}
		return &pushed{FactPushReply{len(in.Body.Facts), out.Written, out.Unchanged, out.Older}}, nil
	})
}

func (r Rooms) pushedFact(p given.Pushed, err error) (*reply[PushedFact], error) {
	if err != nil {
		return nil, err
	}
	out := PushedFact{Fact: p.Fact, Holds: r.Given.Holds(p), FactValue: FactValue(p.Value), Source: p.Source, Link: p.Link, PushedBy: p.PushedBy, Version: p.Version}
	if !p.PushedAt.IsZero() {
		out.Observed, out.Until, out.PushedAt = &p.At, &p.Until, &p.PushedAt
	}
	return current(p.Version, out), nil // that its time is over is no part of its version
}

func fromFactPush(name string, in FactPush) given.Push {
	out := given.Push{Fact: name, Value: given.Value(in.FactValue), Source: in.Source, Link: in.Link, TTL: time.Duration(in.TTLSeconds) * time.Second}
	if in.ObservedAt != nil {
		out.At = *in.ObservedAt
	}
	return out
}

func fromGivenFactTerms(in GivenFactTerms) given.Terms {
	t := given.Terms{Doc: in.Doc, Unit: in.Unit, Values: in.Values, LongestDays: in.LongestDays}
	for _, way := range in.Ways {
		t.Pushed, t.Attested = t.Pushed || given.Way(way) == given.ByPush, t.Attested || given.Way(way) == given.ByAttestation
	}
	return t
}

func toGivenFact(d given.Declaration) GivenFact {
	out := GivenFact{
		Name: d.Name, Type: string(d.Type), BuiltIn: d.BuiltIn, CreatedBy: d.CreatedBy, UpdatedBy: d.UpdatedBy, Version: d.Version,
		GivenFactTerms: GivenFactTerms{Doc: d.Doc, Unit: d.Unit, Values: d.Values, Ways: toWays(d.Ways()), LongestDays: d.LongestDays},
	}
	if !d.BuiltIn {
		out.CreatedAt, out.UpdatedAt = &d.CreatedAt, &d.UpdatedAt
	}
	return out
}

func toWays(ways []given.Way) []string {
	return each(ways, func(w given.Way) string { return string(w) })
}

func toServiceFact(k given.Known) ServiceFact {
	out := ServiceFact{
		Name: k.Name, Type: string(k.Type), Doc: k.Doc, Unit: k.Unit, Values: append([]string{}, k.Values...), By: k.By, Ways: toWays(k.Ways), LongestDays: k.LongestDays,
	}
	for _, known := range (fact.Set{k.Name: k.Value}).Known(k.Name) {
		out.Known = true
		out.FactValue = FactValue{Number: known.Number, Text: known.Text, Truth: known.Truth, Numbers: known.Numbers, Texts: known.Texts}
	}
	if g := k.Given; g != nil {
		out.Time = g.Raw.Time
		out.Given = &GivenBy{Way: string(g.By), Source: g.Source, At: g.At, Until: g.Until, Link: g.Link, AttestationID: string(g.Attestation)}
	}
	return out
}
