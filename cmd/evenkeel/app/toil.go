package app

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/toil"
)

// furnishToil has toil asked for, logged and followed up.
func (a *App) furnishToil(noted access.Recorder) {
	s := a.Store
	a.Toil = toil.NewService(toil.Parts{
		Store: s.Toil(), Registry: s.Registry(), People: s.Access(), Keys: a.keys, Desk: a.Issues, Pages: paged{s.Alert(), s.SLO()}, Responses: responded{s.Incidents()}, Teller: a.Outbox,
		Runner: s, Authorizer: a.authorizer, Recorder: noted, Clock: a.now,
	})
}

// paged are the pages of a team that somebody acknowledged.
type paged struct {
	alerts interface {
		Alerts(ctx context.Context, f alert.Filter, r page.Request) (page.Page[alert.Alert], error)
	}
	slos interface {
		ViewsByID(ctx context.Context, slos []id.ID) ([]slo.View, error)
	}
}

// mostPaged is how many alerts of a fortnight are looked at.
const mostPaged = page.MaxLimit

// Pages implements toil.Pages.
func (p paged) Pages(ctx context.Context, team id.ID, since time.Time) ([]toil.Proposal, error) {
	found, err := p.alerts.Alerts(ctx, alert.Filter{Team: team, Severity: budget.Page, Since: since}, page.Request{Limit: mostPaged})
	if err != nil {
		return nil, err
	}
	var slos []id.ID
	var taken []alert.Alert
	for _, a := range found.Items {
		if a.Acknowledgement != nil && !a.Acknowledgement.At.Before(since) {
			taken = append(taken, a)
			slos = append(slos, a.SLO)
		}
	}
	if len(taken) == 0 {
		return nil, nil
	}
	views, err := p.slos.ViewsByID(ctx, slos)
	if err != nil {
		return nil, err
	}
	named := map[id.ID]string{}
	for _, v := range views {
		named[v.SLO.ID] = v.SLO.Name
	}
	out := make([]toil.Proposal, len(taken))
	for i, a := range taken {
		out[i] = toil.Proposal{
			ID: a.ID, Kind: toil.OfPage, Origin: "alert/" + string(a.ID), Service: a.Service, Day: clock.DateOf(a.Acknowledgement.At),
			Title: "A page about " + named[a.SLO] + ", which " + a.Acknowledgement.By + " acknowledged", Link: "/alerts",
		}
	}
	return out, nil
}

// responded are the incidents of a team's services, with those who had a part in them.
type responded struct {
	incidents interface {
		Incidents(ctx context.Context, f incident.Filter, r page.Request) (page.Page[incident.Incident], error)
	}
}

// mostResponded is how many incidents of a fortnight are looked at.
const mostResponded = page.MaxLimit

// Responses implements toil.Responses. Restricted incidents are left out, whoever responded: what is logged of them
// would tell of them.
func (p responded) Responses(ctx context.Context, team id.ID, since time.Time) ([]toil.Proposal, error) {
	found, err := p.incidents.Incidents(ctx, incident.Filter{Team: team, From: since}, page.Request{Limit: mostResponded})
	if err != nil {
		return nil, err
	}
	var out []toil.Proposal
	for _, i := range found.Items {
		if i.Restricted || i.ResolvedAt == nil || i.ResolvedAt.Before(since) || len(i.Roles) == 0 {
			continue
		}
		began := i.ImpactStart
		if i.DetectedAt != nil {
			began = *i.DetectedAt
		}
		one := toil.Proposal{
			ID: i.ID, Kind: toil.OfIncident, Origin: "incident/" + string(i.ID), Day: clock.DateOf(*i.ResolvedAt), Title: i.Title, Link: "/incidents/" + string(i.ID),
			Minutes: min(int(math.Ceil(i.ResolvedAt.Sub(began).Minutes())), toil.MaxDay), To: slices.Compact(slices.Sorted(maps.Values(i.Roles))),
		}
		if len(i.Services) == 1 {
			one.Service = i.Services[0].Service
		}
		out = append(out, one)
	}
	return out, nil
}

// automator has a candidate follow what people make of its issue.
type automator struct{ toil *toil.Service }

// IssueSettled implements delivery.Follower.
func (t automator) IssueSettled(ctx context.Context, i issues.Issue, o delivery.Outcome, _ string) error {
	to := map[delivery.Outcome]toil.CandidateState{delivery.Done: toil.Done, delivery.Waived: toil.Dropped, "": toil.Wanted}
	return t.toil.Tracked(ctx, i.Subject, to[o], "GitHub")
}
