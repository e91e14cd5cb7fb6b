package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/incident/claim"
	"github.com/evenkeel/evenkeel/services/incident/impact"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/supply"
	"github.com/evenkeel/evenkeel/services/slo"
)

// furnishPostmortems puts postmortems beside incidents and policies.
func (a *App) furnishPostmortems(noted access.Recorder) {
	s := a.Store
	a.Postmortems = postmortem.NewService(postmortem.Parts{
		Store: s.Postmortems(), Incidents: a.Incidents, Kept: s.Incidents(), Registry: s.Registry(), People: s.Access(), Index: s.Search(),
		Actions: planned{s.Actions()}, Claims: claims{s.Policy()}, Shares: tookShares{said: s.Supply(), impact: a.Impact, now: a.now},
		Teller: a.Outbox, Rules: postmortemRules(a.opts.Config.Postmortems), Runner: s, Authorizer: a.authorizer, Recorder: noted, Clock: a.now,
	})
}

// claims tells what violations ask for after incidents.
func (a *App) claims() claim.Service {
	return claim.Service{Clauses: a.Policies, Postmortems: a.Postmortems, Actions: a.Actions}
}

func postmortemRules(c config.Postmortems) postmortem.Rules {
	severities := func(list config.List) []incident.Severity {
		out := make([]incident.Severity, len(list))
		for i, one := range list {
			out[i] = incident.Severity(one)
		}
		return out
	}
	return postmortem.Rules{
		Severities: severities(c.Severities), DataLoss: c.DataLoss, OnCall: severities(c.OnCallSeverities), Policy: c.Policy,
		Sev1: c.Sev1, Sev2: c.Sev2WorkingDays, Others: c.WorkingDays,
	}
}

// requestPostmortems is the job, as nobody's but Evenkeel's own affair.
func (a *App) requestPostmortems(ctx context.Context) (map[string]int64, error) {
	return a.Postmortems.RequestOnce(access.WithCaller(ctx, access.System("request-postmortems")))
}

// planned tells a postmortem of what is to be done after its incident.
type planned struct{ items action.Store }

// Actions implements postmortem.Actions. What is waived counts as done: nothing is owed of it.
func (p planned) Actions(ctx context.Context, incident id.ID) ([]postmortem.Action, error) {
	items, err := p.items.OfIncident(ctx, incident)
	if err != nil {
		return nil, err
	}
	out := make([]postmortem.Action, len(items))
	for n, i := range items {
		out[n] = postmortem.Action{Title: i.Title, Priority: string(i.Priority), Done: i.State != action.Open, Link: "/action-items/" + string(i.ID)}
	}
	return out, nil
}

// claims finds violations of clauses that ask for postmortems.
type claims struct {
	policies interface {
		Violations(ctx context.Context, f policy.ViolationFilter, r page.Request) (page.Page[policy.Violation], error)
		Policy(ctx context.Context, policy id.ID) (policy.View, error)
		PolicyRevision(ctx context.Context, revision id.ID) (policy.Revision, error)
	}
}

var _ postmortem.Claims = claims{}

// budgetWindow is the window of error-budget policies.
const budgetWindow = 28 * 24 * time.Hour

// Claims implements postmortem.Claims. What was only observed or void asks for nothing.
func (c claims) Claims(ctx context.Context, since time.Time, after id.ID, most int) ([]postmortem.Claim, error) {
	all, err := c.since(ctx, since)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b policy.Violation) int { return cmp.Compare(a.ID, b.ID) })
	revisions, names := map[id.ID]policy.Revision{}, map[id.ID]string{}
	var out []postmortem.Claim
	for _, v := range all {
		if v.ID <= after || len(out) == most {
			continue
		}
		r, known := revisions[v.Revision]
		if !known {
			if r, err = c.policies.PolicyRevision(ctx, v.Revision); err != nil {
				return nil, fmt.Errorf("read the revision of a policy: %w", err)
			}
			revisions[v.Revision] = r
		}
		n := slices.IndexFunc(r.Clauses, func(c policy.Clause) bool { return c.Name == v.Clause })
		if n < 0 || r.Clauses[n].Postmortem == nil {
			continue
		}
		name, known := names[v.Policy]
		if !known {
			of, err := c.policies.Policy(ctx, v.Policy)
			if err != nil {
				return nil, fmt.Errorf("read a policy: %w", err)
			}
			name = of.Policy.Slug
			names[v.Policy] = name
		}
		text := fmt.Sprintf("The clause %s of the policy %s asks for it.", v.Clause, name)
		if actions := r.Clauses[n].Postmortem.PriorityActions; actions > 0 {
			noun := "action items"
			if actions == 1 {
				noun = "action item"
			}
			text = fmt.Sprintf("The clause %s of the policy %s asks for it, with at least %d %s of the priority p0 on a root cause.", v.Clause, name, actions, noun)
		}
		out = append(out, postmortem.Claim{Violation: v.ID, Service: v.Service, SLO: v.SLO, From: v.Evidence.WindowEnd.Add(-budgetWindow), To: v.Evidence.WindowEnd, Text: text})
	}
	return out, nil
}

// since are the violations that opened from then on and ask people for something.
func (c claims) since(ctx context.Context, since time.Time) ([]policy.Violation, error) {
	var out []policy.Violation
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		found, err := c.policies.Violations(ctx, policy.ViolationFilter{}, r)
		if err != nil {
			return nil, fmt.Errorf("read violations: %w", err)
		}
		for _, v := range found.Items {
			if v.OpenedAt.Before(since) {
				return out, nil // the newest come first
			}
			if v.Mode != policy.Observe && v.Ending != policy.Void {
				out = append(out, v)
			}
		}
		if r.After = found.Next; r.After == "" {
			return out, nil
		}
	}
}

// tookShares tells which share of a budget incidents took, as policies know it: as it was measured,
// but of restricted ones, and as people said it in the fact incidentShares of an SLO, which goes
// first where it calls an incident by its identifier.
type tookShares struct {
	said   supply.Store
	impact *impact.Service
	now    clock.Clock
}

var _ postmortem.Shares = tookShares{}

// Share implements postmortem.Shares.
func (s tookShares) Share(ctx context.Context, incidents []incident.Incident) (map[id.ID]map[id.ID]float64, error) {
	out := map[id.ID]map[id.ID]float64{}
	if len(incidents) == 0 {
		return out, nil
	}
	took, err := s.impact.Of(ctx, incidents, slo.FourWeeks)
	if err != nil {
		return nil, err
	}
	for _, one := range took {
		shares := map[id.ID]float64{}
		for _, p := range one.SLOs {
			if share := p.Taken.Share(slo.FourWeeks); share != nil && !one.Incident.Restricted {
				shares[p.View.SLO.ID] = *share
			}
		}
		out[one.Incident.ID] = shares
	}
	return out, s.takeSaid(ctx, took, out)
}

// takeSaid puts what people said of the SLOs into the shares, which are by incident and SLO.
func (s tookShares) takeSaid(ctx context.Context, took []impact.Impact, into map[id.ID]map[id.ID]float64) error {
	var slos []id.ID
	for _, one := range took {
		for _, p := range one.SLOs {
			slos = append(slos, p.View.SLO.ID)
		}
	}
	slices.Sort(slos)
	said, err := s.said.Said(ctx, slices.Compact(slos))
	if err != nil {
		return fmt.Errorf("read which shares of budgets people said that incidents took: %w", err)
	}
	now := s.now()
	for of, facts := range said {
		for _, f := range facts {
			if f.Name != supply.IncidentShares || !now.Before(f.Until) {
				continue
			}
			for name, share := range f.Value.Numbers {
				if shares, ours := into[id.ID(name)]; ours {
					shares[of] = share
				}
			}
		}
	}
	return nil
}
