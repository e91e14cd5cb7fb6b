package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
)

type IncidentPath struct {
	Incident string `path:"incident" maxLength:"26" doc:"Identifier of the incident."`
}

func (a *API) addIncidents(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindIncident}
	update := access.Rule{Verb: access.Update, Kind: access.KindIncident}
	type query struct {
		Paging
		Service  string    `query:"service" maxLength:"63" doc:"Only incidents of this service, by slug or identifier."`
		Team     string    `query:"team" maxLength:"63" doc:"Only incidents of this team, by slug or identifier."`
		Severity string    `query:"severity" enum:"sev1,sev2,sev3,sev4"`
		Status   string    `query:"status" enum:"declared,investigating,mitigated,resolved,closed"`
		Open     string    `query:"open" enum:"true,false" doc:"Only incidents that go on (true), or that are resolved or closed (false)."`
		From     time.Time `query:"from" doc:"Only incidents whose impact lasted after this time."`
		To       time.Time `query:"to" doc:"Only incidents whose impact began before this time."`
	}
	register(a, operation{
		id: "listIncidents", method: http.MethodGet, path: "/v1/incidents", tag: "Incidents", summary: "List incidents",
		description: "Those with the newest impact first. Restricted ones are left out for whom may not read them.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[Incident], error) {
		f := incident.Filter{Severity: incident.Severity(in.Severity), Status: incident.Status(in.Status), From: in.From, To: in.To}
		if in.Open != "" {
			open := in.Open == "true"
			f.Open = &open
		}
		if in.Service != "" {
			service, err := r.Registry.ServiceFor(ctx, in.Service)
			if err != nil {
				return nil, atQuery("service", in.Service, err)
			}
			f.Service = service.ID
		}
		if in.Team != "" {
			team, err := r.Registry.TeamFor(ctx, in.Team)
			if err != nil {
				return nil, atQuery("team", in.Team, err)
			}
			f.Team = team.ID
		}
		page, err := r.Incidents.List(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		shown, err := r.showIncidents(ctx, page.Items)
		if err != nil {
			return nil, err
		}
		out := listed(ctx, page, func(incident.Incident) Incident { return Incident{} })
		out.Body.Items = shown
		return out, nil
	})

	type post struct {
		Once
		Body IncidentCreate
	}
	register(a, operation{
		id: "declareIncident", method: http.MethodPost, path: "/v1/incidents", tag: "Incidents", summary: "Declare an incident",
		description: "Members and workloads of the owning team declare it.", rule: access.Rule{Verb: access.Create, Kind: access.KindIncident},
	}, func(ctx context.Context, in *post) (*created[Incident], error) {
		type shown struct {
			incident.Incident
			body Incident
		}
		show := func(ctx context.Context, i incident.Incident, err error) (shown, error) {
			body, err := single(ctx, i, err, r.showIncidents)
			return shown{i, body}, err
		}
		return create(ctx, a, in.Once, creation[shown, Incident]{
			make: func(ctx context.Context) (shown, error) {
				terms, err := r.incidentTerms(ctx, in.Body.IncidentInput)
				if err != nil {
					return shown{}, err
				}
				i, err := r.Incidents.Declare(ctx, incident.Input{Status: incident.Status(in.Body.Status), Terms: terms})
				return show(ctx, i, err)
			},
			load: func(ctx context.Context, made id.ID) (shown, error) {
				i, err := r.Incidents.Get(ctx, made)
				return show(ctx, i, err)
			},
			name: func(s shown) (id.ID, int64, string) {
				return s.ID, s.Version, "/v1/incidents/" + string(s.ID)
			},
			show: func(s shown) Incident { return s.body },
		})
	})

	type get struct {
		IncidentPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getIncident", method: http.MethodGet, path: "/v1/incidents/{incident}", tag: "Incidents", summary: "Get an incident", description: "With its ETag.", rule: read,
	}, func(ctx context.Context, in *get) (*reply[Incident], error) {
		i, err := r.Incidents.Get(ctx, id.ID(in.Incident))
		body, err := single(ctx, i, err, r.showIncidents)
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, i.Version, body), nil
	})

	type put struct {
		IncidentPath
		IfMatch
		Body IncidentInput
	}
	register(a, operation{
		id: "updateIncident", method: http.MethodPut, path: "/v1/incidents/{incident}", tag: "Incidents", summary: "Update an incident",
		description: "The body replaces what was said of it, but for its status. Of an incident that a source told, what is the source's stays as it is: title, severity, services and times.", rule: update,
	}, func(ctx context.Context, in *put) (*reply[Incident], error) {
		terms, err := r.incidentTerms(ctx, in.Body)
		if err != nil {
			return nil, err
		}
		i, err := r.Incidents.Amend(ctx, id.ID(in.Incident), in.Version(), terms)
		body, err := single(ctx, i, err, r.showIncidents)
		if err != nil {
			return nil, err
		}
		return current(i.Version, body), nil
	})

	type move struct {
		IncidentPath
		IfMatch
		Body IncidentStatusChange
	}
	register(a, operation{
		id: "changeIncidentStatus", method: http.MethodPost, path: "/v1/incidents/{incident}/status", tag: "Incidents", summary: "Change the status of an incident",
		description: "To a later one, or back to investigating where it was resolved or closed. The timeline keeps it.", rule: update, status: http.StatusOK,
	}, func(ctx context.Context, in *move) (*reply[Incident], error) {
		i, err := r.Incidents.Move(ctx, id.ID(in.Incident), in.Version(), incident.Move{Status: incident.Status(in.Body.Status), Reason: in.Body.Reason, At: in.Body.At})
		body, err := single(ctx, i, err, r.showIncidents)
		if err != nil {
			return nil, err
		}
		return current(i.Version, body), nil
	})

	type external struct {
		Source     string `path:"incidentSource" enum:"pagerduty,incident-io,opsgenie,jira,webhook" doc:"Where the incident was declared."`
		ExternalID string `path:"externalIncident" maxLength:"200" doc:"What it is called there."`
		Body       ExternalIncident
	}
	type receipt struct{ Body IncidentReceipt }
	register(a, operation{
		id: "upsertExternalIncident", method: http.MethodPut, path: "/v1/external-incidents/{incidentSource}/{externalIncident}", tag: "Incidents", summary: "Tell of an incident of another system",
		description: "Enters it, or brings up to date what its source owns: status, title, severity, services, times and the link. A time that is left out stays as it is. The same told again changes nothing, nor does what was told (toldAt) before what is known.", rule: update,
	}, func(ctx context.Context, in *external) (*receipt, error) {
		services, err := r.incidentServices(ctx, in.Body.Services)
		if err != nil {
			return nil, err
		}
		b := in.Body
		i, outcome, err := r.Incidents.Upsert(ctx, incident.Told{
			Origin: incident.Origin{Source: incident.Source(in.Source), ExternalID: in.ExternalID, Link: b.Link, ToldAt: b.ToldAt},
			Status: incident.Status(b.Status), Title: b.Title, Severity: incident.Severity(b.Severity), Services: services,
			ImpactStart: b.ImpactStart, ImpactEnd: b.ImpactEnd, DetectedAt: b.DetectedAt, MitigatedAt: b.MitigatedAt, ResolvedAt: b.ResolvedAt,
		})
		if err != nil {
			return nil, err
		}
		return &receipt{IncidentReceipt{ID: string(i.ID), Entered: outcome == incident.Entered, Version: i.Version}}, nil
	})
	a.addTimelines(r)
}

// incidentServices finds the services that are named, by slug or identifier.
func (r Rooms) incidentServices(ctx context.Context, in []IncidentServiceInput) ([]incident.Involved, error) {
	var check fault.Check
	check.Require(len(in) <= 50, "/services", len(in), "must be 1 to 50")
	out := make([]incident.Involved, 0, len(in))
	for n, s := range in[:min(len(in), 50)] {
		service, err := r.Registry.ServiceFor(ctx, s.Service)
		switch {
		case fault.Is(err, fault.NotFound), fault.Is(err, fault.Moved):
			check.Fail(fmt.Sprintf("/services/%d/service", n), s.Service, "must name a service that exists, by its slug or identifier: %s", fault.As(err).Message)
		case err != nil:
			return nil, err
		}
		out = append(out, incident.Involved{Service: service.ID, Part: incident.Part(s.Role)})
	}
	return out, check.Err()
}

func (r Rooms) incidentTerms(ctx context.Context, in IncidentInput) (incident.Terms, error) {
	services, err := r.incidentServices(ctx, in.Services)
	if err != nil {
		return incident.Terms{}, err
	}
	t := incident.Terms{
		Title: in.Title, Severity: incident.Severity(in.Severity), Services: services, Roles: map[incident.Role]id.ID{},
		ImpactStart: in.ImpactStart, ImpactEnd: in.ImpactEnd, DetectedAt: in.DetectedAt, MitigatedAt: in.MitigatedAt, ResolvedAt: in.ResolvedAt,
		CustomerImpact: in.CustomerImpact, DataLoss: in.DataLoss, OnCallIntervened: in.OnCallIntervened, Causes: in.Causes, Tags: in.Tags,
		Links: each(in.Links, func(l IncidentLink) incident.Link { return incident.Link(l) }), Restricted: in.Restricted,
		Readers: each(in.Readers, func(p string) id.ID { return id.ID(p) }),
	}
	for role, person := range map[incident.Role]string{"commander": in.Roles.Commander, "communications": in.Roles.Communications, "operations": in.Roles.Operations, "scribe": in.Roles.Scribe} {
		if person != "" {
			t.Roles[role] = id.ID(person)
		}
	}
	if in.Team == "" {
		return t, nil
	}
	team, err := r.Registry.TeamFor(ctx, in.Team)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Moved) {
		var check fault.Check
		check.Fail("/team", in.Team, "must name a team that exists, by its slug or identifier: %s", fault.As(err).Message)
		err = check.Err()
	}
	t.Team = team.ID
	return t, err
}

// showIncidents shows incidents with the names of their teams and services.
func (r Rooms) showIncidents(ctx context.Context, incidents []incident.Incident) ([]Incident, error) {
	var services []id.ID
	for _, i := range incidents {
		for _, s := range i.Services {
			services = append(services, s.Service)
		}
	}
	named, err := r.serviceNames(ctx, services)
	if err != nil {
		return nil, err
	}
	teams, err := r.teamNames(ctx, each(incidents, func(i incident.Incident) id.ID { return i.Team }))
	if err != nil {
		return nil, err
	}
	return each(incidents, func(i incident.Incident) Incident { return toIncident(i, teams, named) }), nil
}

func toIncident(i incident.Incident, teams teamNames, services serviceNames) Incident {
	out := Incident{
		ID: string(i.ID), Status: string(i.Status), Team: teams.ref(i.Team),
		IncidentTerms: IncidentTerms{
			Title: i.Title, Severity: string(i.Severity),
			IncidentTimes: IncidentTimes{ImpactStart: i.ImpactStart, ImpactEnd: i.ImpactEnd, DetectedAt: i.DetectedAt, MitigatedAt: i.MitigatedAt, ResolvedAt: i.ResolvedAt},
			Roles: IncidentRoles{
				Commander: string(i.Roles["commander"]), Communications: string(i.Roles["communications"]),
				Operations: string(i.Roles["operations"]), Scribe: string(i.Roles["scribe"]),
			},
			CustomerImpact: i.CustomerImpact, DataLoss: i.DataLoss, OnCallIntervened: i.OnCallIntervened, Causes: i.Causes, Tags: i.Tags,
			Links: each(i.Links, func(l incident.Link) IncidentLink { return IncidentLink(l) }), Restricted: i.Restricted,
			Readers: each(i.Readers, func(p id.ID) string { return string(p) }),
		},
		Services: each(i.Services, func(s incident.Involved) IncidentService {
			return IncidentService{Service: services.ref(s.Service), Role: string(s.Part)}
		}),
		CreatedAt: i.CreatedAt, CreatedBy: i.CreatedBy, UpdatedAt: i.UpdatedAt, UpdatedBy: i.UpdatedBy, Version: i.Version,
	}
	if i.Origin != nil {
		out.Origin = &IncidentOrigin{Source: string(i.Origin.Source), ExternalID: i.Origin.ExternalID, Link: i.Origin.Link}
	}
	return out
}
