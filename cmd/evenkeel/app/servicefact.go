package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/scorecards/exemption"
	"github.com/evenkeel/evenkeel/scorecards/launch"
	"github.com/evenkeel/evenkeel/services/change"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
	"github.com/evenkeel/evenkeel/services/incident/statistics"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/signals"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
)

// furnishScorecards puts scorecards over what is known of services.
func (a *App) furnishScorecards() {
	s := a.Store
	a.ServiceFacts = a.serviceFacts()
	a.Given.Domains = a.ServiceFacts
	a.Exemptions = exemption.NewService(exemption.Parts{
		Store: s.Exemptions(), Services: a.Registry, Teller: a.Outbox, Runner: s, Authorizer: a.authorizer, Recorder: a.Audit, Clock: a.now,
	})
	a.Scorecards = scorecards.NewService(scorecards.Parts{
		Store: s.Scorecards(), Slugs: s.Registry(), Services: a.Registry, Fleet: s.Fleet(), Facts: scorecards.Book{Domains: a.ServiceFacts, Given: a.Given}, Failures: s.Scorecards(), Desk: a.Issues,
		Exemptions: a.Exemptions, Runner: s, Authorizer: a.authorizer, Recorder: a.Audit, Clock: a.now, Logger: a.log,
	})
	a.Exemptions.Scorecards, a.Exemptions.Noticer = a.Scorecards, a.Scorecards
	a.Campaigns = campaign.NewService(campaign.Parts{
		Store: s.Campaigns(), Scorecards: a.Scorecards, Teams: a.Registry, Desk: a.Issues, Teller: a.Outbox, Runner: s, Authorizer: a.authorizer, Recorder: a.Audit, Clock: a.now,
	})
	a.Launches = launch.NewService(launch.Parts{
		Store: s.Launches(), Services: a.Registry, Scorecards: a.Scorecards, Teller: a.Outbox, Runner: s, Authorizer: a.authorizer, Recorder: a.Audit, Clock: a.now,
	})
	a.Given.Noticer, a.Given.Readers = a.Scorecards, a.Scorecards
}

// evaluateDue notes first of which services something that was given holds no more, so that it is judged at
// once. That this fails holds no evaluation up.
func (a *App) evaluateDue(ctx context.Context) (map[string]int64, error) {
	counts, lapse := a.Given.LapseOnce(ctx)
	if ctx.Err() != nil || tx.IsLeaseLost(lapse) {
		return counts, lapse
	}
	done, err := a.Scorecards.EvaluateDue(ctx)
	for what, n := range done {
		counts[what] += n
	}
	return counts, errors.Join(lapse, err)
}

// serviceFacts is the book of what each domain knows of services.
func (a *App) serviceFacts() *fact.Book[registry.Service] {
	s := a.Store
	shares := tookShares{said: s.Supply(), impact: a.Impact, now: a.now}
	return fact.NewBook[registry.Service](
		registry.ServiceFacts{Store: s.Registry(), Clock: a.now},
		slo.ServiceFacts{SLOs: s.SLO(), Graph: s.Registry(), Clock: a.now},
		alert.ServiceFacts{SLOs: s.SLO(), Audience: notify.Audience{Targets: s.Notify(), Teams: s.Registry(), Settings: a.notifying()}},
		signals.ServiceFacts{Store: s.Signals()},
		policy.ServiceFacts{Store: s.Policy(), SLOs: s.SLO(), People: s.Access(), Clock: a.now},
		gate.ServiceFacts{Store: s.Gate(), Clock: a.now},
		statistics.ServiceFacts{Store: s.Incidents(), Clock: a.now},
		postmortem.ServiceFacts{Store: s.Postmortems(), Tolls: tolls{shares, s.Incidents()}, Clock: a.now},
		action.ServiceFacts{Store: s.Actions(), Clock: a.now},
		change.ServiceFacts{Store: s.Changes(), Clock: a.now},
		a.Toil,
	)
}

// tolls tells what incidents took of budgets, restricted ones too, for what is counted alone.
type tolls struct {
	tookShares
	incidents interface {
		IncidentsByID(ctx context.Context, incidents []id.ID) (map[id.ID]incident.Incident, error)
	}
}

var _ postmortem.Tolls = tolls{}

// Tolls implements postmortem.Tolls. An SLO that was declared after an incident was over had no
// budget that could have been taken, and is left out unless something is known of it.
func (t tolls) Tolls(ctx context.Context, of []id.ID) ([]postmortem.Toll, error) {
	found, err := t.incidents.IncidentsByID(ctx, of)
	if err != nil {
		return nil, fmt.Errorf("read %d incidents: %w", len(of), err)
	}
	incidents := make([]incident.Incident, 0, len(found))
	said := make(map[id.ID]map[id.ID]float64, len(found))
	for _, one := range of {
		if i, there := found[one]; there {
			incidents, said[one] = append(incidents, i), map[id.ID]float64{}
		}
	}
	took, err := t.impact.Of(ctx, incidents, slo.FourWeeks)
	if err != nil {
		return nil, err
	}
	if err := t.takeSaid(ctx, took, said); err != nil {
		return nil, err
	}
	var out []postmortem.Toll
	for _, one := range took {
		for _, p := range one.SLOs {
			share := p.Taken.Share(slo.FourWeeks)
			if says, there := said[one.Incident.ID][p.View.SLO.ID]; there {
				share = &says
			}
			if until := one.Incident.Until(); share == nil && until != nil && p.View.SLO.CreatedAt.After(*until) {
				continue
			}
			out = append(out, postmortem.Toll{Incident: one.Incident.ID, Service: p.View.SLO.Service, Share: share})
		}
	}
	return out, nil
}
