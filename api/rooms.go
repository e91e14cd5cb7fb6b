package api

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/scorecards/drift"
	"github.com/evenkeel/evenkeel/scorecards/exemption"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/scorecards/launch"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/adoption"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/audit/seal"
	"github.com/evenkeel/evenkeel/services/catalog"
	"github.com/evenkeel/evenkeel/services/change"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/incident/claim"
	"github.com/evenkeel/evenkeel/services/incident/impact"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
	"github.com/evenkeel/evenkeel/services/incident/search"
	"github.com/evenkeel/evenkeel/services/incident/statistics"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
	"github.com/evenkeel/evenkeel/services/jobs"
	"github.com/evenkeel/evenkeel/services/manifest"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/suggest"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/onboarding"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/policy/proposal"
	"github.com/evenkeel/evenkeel/services/policy/supply"
	"github.com/evenkeel/evenkeel/services/policy/trial"
	"github.com/evenkeel/evenkeel/services/promrules"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/report"
	"github.com/evenkeel/evenkeel/services/report/evidence"
	"github.com/evenkeel/evenkeel/services/signals"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/composite"
	"github.com/evenkeel/evenkeel/services/slo/correction"
	"github.com/evenkeel/evenkeel/services/slo/outage"
	"github.com/evenkeel/evenkeel/services/slo/preview"
	"github.com/evenkeel/evenkeel/services/slo/score"
	"github.com/evenkeel/evenkeel/services/slo/sla"
	"github.com/evenkeel/evenkeel/services/source"
	"github.com/evenkeel/evenkeel/services/toil"
)

// Rooms are the services that the operations call. They may be nil where only the
// OpenAPI document is wanted.
type Rooms struct {
	Access        *access.Service
	Exchanges     Exchanges
	SignIn        SignInMethods
	Audit         *audit.Service
	Seals         *seal.Service
	Registry      *registry.Registry
	Sources       *source.Service
	SLOs          *slo.Service
	Rules         *promrules.Service
	SLAs          *sla.Service
	Composites    *composite.Service
	Corrections   *correction.Service
	Scores        *score.Service
	Outages       *outage.Service
	Changes       *change.Service
	Incidents     *incident.Service
	Actions       *action.Service
	Claims        claim.Service
	Postmortems   *postmortem.Service
	Impact        *impact.Service
	Search        *search.Service
	Statistics    *statistics.Service
	Supply        *supply.Service
	Facts         *fact.Book[slo.View]
	Given         *given.Service
	Alerts        *alert.Service
	Proposals     *proposal.Service
	Collection    *collect.Service
	Suggestions   *suggest.Desk
	Previews      *preview.Service
	Signals       *signals.Service
	Policies      *policy.Service
	Trials        *trial.Service
	Gate          *gate.Service
	Issues        *delivery.Service
	Inbox         *inbox.Service
	Reports       *report.Service
	Evidence      *evidence.Service
	Jobs          *jobs.Service
	Notifications *notify.Service
	Scorecards    *scorecards.Service
	Toil          *toil.Service
	Drifts        *drift.Service
	Catalog       *catalog.Service
	Exemptions    *exemption.Service
	Campaigns     *campaign.Service
	Manifests     *manifest.Desk
	Launches      *launch.Service
	Onboarding    *onboarding.Service
	Adoption      *adoption.Service
}

// AddOperations adds every operation under /v1.
func (a *API) AddOperations(r Rooms) {
	a.addAccount(r)
	a.addPeople(r)
	a.addTokens(r)
	a.addTokenRotations(r)
	a.addTokenExchanges(r)
	a.addWorkloadIdentities(r)
	a.addTeams(r)
	a.addMembers(r)
	a.addSystems(r)
	a.addServices(r)
	a.addOwnership(r)
	a.addOwnershipDrift(r)
	a.addDependencies(r)
	a.addCatalog(r)
	a.addSources(r)
	a.addSLOs(r)
	a.addStatus(r)
	a.addForecastScore(r)
	a.addErrors(r)
	a.addOutages(r)
	a.addChanges(r)
	a.addIncidents(r)
	a.addActionItems(r)
	a.addPostmortems(r)
	a.addIncidentImpact(r)
	a.addIncidentSearch(r)
	a.addIncidentStatistics(r)
	a.addScorecards(r)
	a.addScorecardResults(r)
	a.addExemptions(r)
	a.addCampaigns(r)
	a.addManifests(r)
	a.addOnboarding(r)
	a.addAdoption(r)
	a.addLaunchReviews(r)
	a.addSLOKinds()
	a.addSLAs(r)
	a.addComposites(r)
	a.addCorrections(r)
	a.addAlerts(r)
	a.addGroups(r)
	a.addSuggestions(r)
	a.addSLOPreviews(r)
	a.addOpenSLO(r)
	a.addPrometheusRules(r)
	a.addSignals(r)
	a.addMeasurements(r)
	a.addCollection(r)
	a.addBackfills(r)
	a.addGate(r)
	a.addPolicies(r)
	a.addTrials(r)
	a.addAttachments(r)
	a.addViolations(r)
	a.addSuppliedFacts(r)
	a.addGivenFacts(r)
	a.addProposals(r)
	a.addIssues(r)
	a.addIssueDelivery(r)
	a.addWebhookDeliveries(r)
	a.addToil(r)
	a.addReports(r)
	a.addEvidence(r)
	a.addNotificationTargets(r)
	a.addNotifications(r)
	a.addEvents(r)
	a.addJobs(r)
	a.addAudit(r)
	a.addAuditSeals(r)
}

// the names of what a page of things refers to, found with one query for each kind.
type (
	teamNames    map[id.ID]registry.Team
	serviceNames map[id.ID]registry.Service
)

func (n teamNames) ref(team id.ID) Ref       { return ref(team, n[team].Slug) }
func (n serviceNames) ref(service id.ID) Ref { return ref(service, n[service].Slug) }

func (r Rooms) teamNames(ctx context.Context, teams []id.ID) (teamNames, error) {
	teams = distinct(teams)
	if len(teams) == 0 {
		return nil, nil
	}
	found, err := r.Registry.TeamsByID(ctx, teams)
	if err != nil {
		return nil, fmt.Errorf("name teams: %w", err)
	}
	return found, nil
}

func (r Rooms) serviceNames(ctx context.Context, services []id.ID) (serviceNames, error) {
	services = distinct(services)
	if len(services) == 0 {
		return nil, nil
	}
	found, err := r.Registry.ServicesByID(ctx, services)
	if err != nil {
		return nil, fmt.Errorf("name services: %w", err)
	}
	return found, nil
}

// distinct returns the identifiers that are not empty, each once.
func distinct(ids []id.ID) []id.ID {
	seen := make(map[id.ID]bool, len(ids))
	out := ids[:0:0]
	for _, one := range ids {
		if one != "" && !seen[one] {
			seen[one] = true
			out = append(out, one)
		}
	}
	return out
}

// each makes something of every item, such as its identifier.
func each[T, U any](items []T, of func(T) U) []U {
	out := make([]U, len(items))
	for i, item := range items {
		out[i] = of(item)
	}
	return out
}

// single shows what a service returned by the function that shows many.
func single[T, B any](ctx context.Context, item T, err error, show func(context.Context, []T) ([]B, error)) (B, error) {
	var none B
	if err != nil {
		return none, err
	}
	shown, err := show(ctx, []T{item})
	if err != nil {
		return none, err
	}
	return shown[0], nil
}

// itself is how a thing is shown that is in the wire's shape already.
func itself[T any](t T) T { return t }

// nothing is the reply without a body.
type nothing struct{}
