package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/registry"
)

// gatePath is where the gate of a service is.
const gatePath = "/v1/services/{service}/gate"

func (a *API) addGate(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindGateDecision}
	type gateReply struct{ Body Gate }
	register(a, operation{
		id: "getGate", method: http.MethodGet, path: gatePath, tag: "Gate",
		summary: "Get whether changes of a service may go out", description: "For each class of changes, with reasons. Nothing is recorded: a pipeline asks with decideChange.",
		rule: read, errors: renamed,
	}, func(ctx context.Context, in *ServicePath) (*gateReply, error) {
		of, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		situation, verdicts, err := r.Gate.Show(ctx, of)
		if err != nil {
			return nil, err
		}
		out := Gate{Service: ref(of.ID, of.Slug), Classes: each(policy.ChangeClasses, func(class policy.ChangeClass) GateClass {
			return GateClass{Class: string(class), GateVerdict: toGateVerdict(verdicts[class])}
		})}
		if situation.Override != nil {
			shown, err := single(ctx, *situation.Override, nil, r.overrides(of))
			if err != nil {
				return nil, err
			}
			out.Override = &shown
		}
		return &gateReply{Body: out}, nil
	})

	type post struct {
		ServicePath
		Once
		Body GateDecisionInput
	}
	register(a, operation{
		id: "decideChange", method: http.MethodPost, path: gatePath + "/decisions", tag: "Gate",
		summary: "Ask whether a change may go out", description: "By the owning team and its workloads. The answer is recorded with its reasons. Only policies of the service itself can deny; what is not known warns.",
		rule: access.Rule{Verb: access.Create, Kind: access.KindGateDecision}, errors: renamed,
	}, func(ctx context.Context, in *post) (*created[GateDecision], error) {
		of, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		var decided gate.Decision
		return create(ctx, a, in.Once, creation[gate.Decision, GateDecision]{
			// Read outside of the transaction of the key: what cannot be read in time is a reason,
			// and no failure.
			prepare: func(ctx context.Context) (err error) {
				decided, err = r.Gate.Decide(ctx, of, gate.Question{Class: policy.ChangeClass(in.Body.Class), Version: in.Body.Version, Link: in.Body.Link})
				return err
			},
			make: func(ctx context.Context) (gate.Decision, error) { return decided, r.Gate.Record(ctx, decided) },
			load: func(ctx context.Context, made id.ID) (gate.Decision, error) { return r.Gate.Decision(ctx, of.ID, made) },
			// It has one version, for it never changes.
			name: func(d gate.Decision) (id.ID, int64, string) {
				return d.ID, 1, "/v1/services/" + of.Slug + "/gate/decisions/" + string(d.ID)
			},
			show: toGateDecision,
		})
	})

	type query struct {
		ServicePath
		Paging
		Answer string `query:"answer" enum:"allow,warn,deny" doc:"Only decisions with this answer."`
	}
	register(a, operation{
		id: "listGateDecisions", method: http.MethodGet, path: gatePath + "/decisions", tag: "Gate",
		summary: "List what was answered about changes of a service", description: "The newest first.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[GateDecision], error) {
		of, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		found, err := r.Gate.Decisions(ctx, gate.DecisionFilter{Service: of.ID, Answer: gate.Answer(in.Answer)}, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toGateDecision), nil
	})

	type one struct {
		ServicePath
		Decision string `path:"decision" maxLength:"26" doc:"Identifier of the decision."`
	}
	type decisionReply struct{ Body GateDecision }
	register(a, operation{
		id: "getGateDecision", method: http.MethodGet, path: gatePath + "/decisions/{decision}", tag: "Gate",
		summary: "Get what was answered about a change", description: "As it was answered: it never changes.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *one) (*decisionReply, error) {
		of, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		d, err := r.Gate.Decision(ctx, of.ID, id.ID(in.Decision))
		if err != nil {
			return nil, err
		}
		return &decisionReply{Body: toGateDecision(d)}, nil
	})
	a.addGateOverrides(r)
}

type OverridePath struct {
	ServicePath
	Override string `path:"override" maxLength:"26" doc:"Identifier of the override."`
}

func (a *API) addGateOverrides(r Rooms) {
	const path = gatePath + "/overrides"
	read, update := access.Rule{Verb: access.Read, Kind: access.KindOverride}, access.Rule{Verb: access.Update, Kind: access.KindOverride}
	type post struct {
		ServicePath
		Once
		Body GateOverrideInput
	}
	register(a, operation{
		id: "createGateOverride", method: http.MethodPost, path: path, tag: "Gate",
		summary: "Lift the freezes of a service in an emergency", description: "By whoever is on call in the owning team, alone; denials become warnings until it ends. Another person reviews it within two working days.",
		rule: access.Rule{Verb: access.Create, Kind: access.KindOverride}, errors: renamed,
	}, func(ctx context.Context, in *post) (*created[GateOverride], error) {
		of, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		return create(ctx, a, in.Once, creation[GateOverride, GateOverride]{
			make: func(ctx context.Context) (GateOverride, error) {
				o, err := r.Gate.Break(ctx, of.ID, gate.OverrideInput{Reason: in.Body.Reason, Until: in.Body.Until})
				return single(ctx, o, err, r.overrides(of))
			},
			load: func(ctx context.Context, made id.ID) (GateOverride, error) {
				o, err := r.Gate.Override(ctx, of.ID, made)
				return single(ctx, o, err, r.overrides(of))
			},
			name: func(o GateOverride) (id.ID, int64, string) {
				return id.ID(o.ID), o.Version, "/v1/services/" + of.Slug + "/gate/overrides/" + o.ID
			},
			show: itself[GateOverride],
		})
	})

	type query struct {
		ServicePath
		Paging
		Unreviewed bool `query:"unreviewed" doc:"Only those that nobody reviewed yet."`
	}
	register(a, operation{
		id: "listGateOverrides", method: http.MethodGet, path: path, tag: "Gate",
		summary: "List the overrides of a service", description: "The newest first.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[GateOverride], error) {
		of, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		found, err := r.Gate.Overrides(ctx, gate.OverrideFilter{Service: of.ID, Unreviewed: in.Unreviewed}, in.Request())
		if err != nil {
			return nil, err
		}
		shown, err := r.overrides(of)(ctx, found.Items)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[GateOverride]{Items: shown, Next: found.Next}, itself[GateOverride]), nil
	})

	register(a, operation{
		id: "getGateOverride", method: http.MethodGet, path: path + "/{override}", tag: "Gate",
		summary: "Get an override", description: "With its ETag, which is of what was written; what the caller may do changes without it, so that there is no 304.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *OverridePath) (*reply[GateOverride], error) {
		of, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		o, err := r.Gate.Override(ctx, of.ID, id.ID(in.Override))
		shown, err := single(ctx, o, err, r.overrides(of))
		if err != nil {
			return nil, err
		}
		return current(shown.Version, shown), nil
	})

	type end struct {
		OverridePath
		IfMatch
	}
	register(a, operation{
		id: "endGateOverride", method: http.MethodPost, path: path + "/{override}/end", tag: "Gate",
		summary: "End an override before its time", description: "From now on freezes hold again. People of the owning team.", rule: update, errors: renamed,
	}, func(ctx context.Context, in *end) (*reply[GateOverride], error) {
		of, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		o, err := r.Gate.End(ctx, of.ID, id.ID(in.Override), in.Version())
		return r.overridden(ctx, of, o, err)
	})

	type review struct {
		OverridePath
		IfMatch
		Body GateOverrideReviewInput
	}
	register(a, operation{
		id: "reviewGateOverride", method: http.MethodPost, path: path + "/{override}/review", tag: "Gate",
		summary: "Review an override", description: "By another person of the owning team than lifted the freezes, or an administrator; once.", rule: update, errors: renamed,
	}, func(ctx context.Context, in *review) (*reply[GateOverride], error) {
		of, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		o, err := r.Gate.Judge(ctx, of.ID, id.ID(in.Override), in.Version(), gate.ReviewInput{Justified: in.Body.Justified, Note: in.Body.Note})
		return r.overridden(ctx, of, o, err)
	})
}

func (r Rooms) overridden(ctx context.Context, of registry.Service, o gate.Override, err error) (*reply[GateOverride], error) {
	shown, err := single(ctx, o, err, r.overrides(of))
	if err != nil {
		return nil, err
	}
	return current(shown.Version, shown), nil
}

// overrides shows overrides of a service.
func (r Rooms) overrides(of registry.Service) func(context.Context, []gate.Override) ([]GateOverride, error) {
	return func(ctx context.Context, overrides []gate.Override) ([]GateOverride, error) {
		acts, err := r.Gate.Acts(ctx, of, overrides)
		if err != nil {
			return nil, err
		}
		out := make([]GateOverride, len(overrides))
		for i, o := range overrides {
			out[i] = toGateOverride(o, acts[i])
		}
		return out, nil
	}
}

func toGateVerdict(v gate.Verdict) GateVerdict {
	return GateVerdict{Answer: string(v.Answer), RecoversAt: v.RecoversAt, WayOut: v.WayOut, Reasons: each(v.Reasons, func(r gate.Reason) GateReason {
		return GateReason{
			Kind: string(r.Kind), Text: r.Text, Policy: r.Policy, Clause: r.Clause, SLO: r.SLO, Service: r.Service,
			ViolationID: string(r.Violation), ConsumedPercent: r.ConsumedPercent, RecoversAt: r.RecoversAt,
		}
	})}
}

func toGateDecision(d gate.Decision) GateDecision {
	return GateDecision{
		ID: string(d.ID), ServiceID: string(d.Service), Class: string(d.Class), Version: d.Version, Link: d.Link,
		GateVerdict: toGateVerdict(d.Verdict), DecidedAt: d.At, DecidedBy: d.By,
	}
}

func toGateOverride(o gate.Override, acts access.Acts) GateOverride {
	out := GateOverride{
		ID: string(o.ID), ServiceID: string(o.Service), Reason: o.Reason, MadeAt: o.At, Until: o.Until, MadeBy: o.By, ReviewDue: o.ReviewDue(), Acts: each(acts, toAct), Version: o.Version,
	}
	if o.Review != nil {
		out.Review = &GateOverrideReview{At: o.Review.At, By: o.Review.By, Justified: o.Review.Justified, Note: o.Review.Note}
	}
	return out
}
