package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/trial"
)

func (a *API) addTrials(r Rooms) {
	type post struct{ Body PolicyTrialInput }
	type reply struct{ Body PolicyTrial }
	register(a, operation{
		id: "tryPolicy", method: http.MethodPost, path: "/v1/budget-policies/trials", tag: "Policies", summary: "Try an error-budget policy on the past",
		description: "What would have followed from a policy, or from clauses that are only a draft, had it been attached: who would have been frozen when, how many issues would have been opened, and how often people would have been told. Nothing is kept.",
		rule:        access.Rule{Verb: access.Read, Kind: access.KindPolicy}, class: admission.Reports,
	}, func(ctx context.Context, in *post) (*reply, error) {
		b := in.Body
		result, err := r.Trials.Run(ctx, trial.Input{
			Policy: b.Policy, Draft: policy.Terms{Clauses: each(b.Clauses, fromClauseInput), Reserve: b.Reserve}, Team: b.Team, Days: b.Days,
			Place: policy.Place{Target: policy.TargetKind(b.Target), Service: b.Service, Tier: b.Tier, Mode: policy.Mode(b.Mode)},
		})
		if err != nil {
			return nil, err
		}
		return &reply{Body: toPolicyTrial(result)}, nil
	})
}

func toPolicyTrial(t trial.Result) PolicyTrial {
	return PolicyTrial{
		Policy: optionalRef(t.Rule.Policy.ID, t.Rule.Policy.Slug), Revision: t.Rule.Revision.Number, From: t.From, To: t.To, Basis: t.Basis,
		Services: t.Services, SLOs: t.SLOs, PolicyTrialCounts: toTrialCounts(t.Counts), FrozenServices: t.FrozenServices, FrozenHours: toTrialFrozen(t.Frozen),
		UnknownHours: t.UnknownHours, LeftOut: t.LeftOut, Episodes: each(t.Episodes, toTrialEpisode),
		Clauses: each(t.Clauses, func(c trial.ClauseSums) PolicyTrialClause {
			return PolicyTrialClause{
				Clause: c.Clause.Name, PolicyTrialCounts: toTrialCounts(c.Counts), OpenHours: c.OpenHours, UnknownHours: c.UnknownHours, Understood: !c.Forgotten,
				Missing: each(c.Missing, func(m trial.Missing) PolicyTrialMissing {
					return PolicyTrialMissing{Fact: m.Fact, Hours: m.Hours, Never: m.Never}
				}),
			}
		}),
		Affected: each(t.Affected, func(s trial.ServiceSums) PolicyTrialService {
			return PolicyTrialService{Service: ref(s.Service.ID, s.Service.Slug), PolicyTrialCounts: toTrialCounts(s.Counts), FrozenHours: toTrialFrozen(s.Frozen)}
		}),
	}
}

func toTrialCounts(c trial.Counts) PolicyTrialCounts {
	return PolicyTrialCounts{Violations: c.Violations, Issues: c.Issues, Postmortems: c.Postmortems, Escalations: c.Escalations, Notifications: c.Notifications}
}

func toTrialFrozen(h trial.Hours) []PolicyTrialFrozen {
	out := []PolicyTrialFrozen{}
	for _, class := range policy.ChangeClasses {
		if hours, waits := h[class]; waits {
			out = append(out, PolicyTrialFrozen{Class: string(class), Hours: hours})
		}
	}
	return out
}

func toTrialEpisode(e trial.Episode) PolicyTrialEpisode {
	return PolicyTrialEpisode{
		Service: ref(e.Service.ID, e.Service.Slug), SLO: ref(e.SLO.ID, e.SLO.Slug), Clause: e.Clause, Mode: string(e.Mode),
		OpenedAt: e.OpenedAt, EndedAt: e.EndedAt, Hours: e.Hours, PeakConsumed: e.PeakConsumed, Issue: e.Issue, Postmortem: e.Postmortem, Escalated: e.Escalated, Notifications: e.Notifications,
		Waits: each(e.Waits, func(c policy.ChangeClass) string { return string(c) }),
	}
}
