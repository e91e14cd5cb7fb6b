package hook

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Incidents takes over what sources tell. An incident.Service does.
type Incidents interface {
	Upsert(ctx context.Context, t incident.Told) (incident.Incident, incident.Outcome, error)
	TeamOfExternal(ctx context.Context, source incident.Source, external string) (id.ID, error)
}

// Registry finds services and teams by slug. A registry.Registry does.
type Registry interface {
	ServiceFor(ctx context.Context, name string) (registry.Service, error)
	TeamFor(ctx context.Context, name string) (registry.Team, error)
}

// Parts are what a Service is made of. A source without settings is not received.
type Parts struct {
	Sources map[incident.Source]Settings
	// Secrets gives the secrets of a source as they are now, in place of those of its settings;
	// one that can be none is passed over. Nil leaves it at those.
	Secrets   func(source incident.Source) []string
	Incidents Incidents
	Registry  Registry
	Clock     clock.Clock
	Logger    *slog.Logger
}

// Service receives what sources send.
type Service struct{ Parts }

// NewService returns the service.
func NewService(p Parts) *Service { return &Service{p} }

// Ignored is the outcome of what tells nothing of an incident.
const Ignored incident.Outcome = "ignored"

// Receipt is what became of what came.
type Receipt struct {
	Outcome  incident.Outcome
	Incident id.ID // empty of what was ignored
}

// Receive verifies what came from a source, and takes it over: when it returns a receipt, that is
// committed. The same that comes again changes nothing, nor does what comes too late.
//
// Faults: NotFound "webhooks_not_configured"; Unauthenticated; Invalid, with the field of the
// payload, and "service_unknown" where none of its services is known here and there is no
// fallback; Forbidden where the incident is another team's now; Unavailable where it may succeed
// later.
func (s *Service) Receive(ctx context.Context, source incident.Source, header http.Header, body []byte) (Receipt, error) {
	settings, there := s.Sources[source]
	if there && s.Secrets != nil {
		settings.Secrets = slices.DeleteFunc(s.Secrets(source), func(secret string) bool { return CheckSecret(source, secret) != nil })
	}
	if !there || len(settings.Secrets) == 0 {
		return Receipt{}, fault.New(fault.NotFound, "webhooks_not_configured", "no webhooks of %s are taken here, for no secret is configured to verify them with", source)
	}
	now := s.Clock()
	if err := verify(source, settings.Secrets, header, body, now); err != nil {
		return Receipt{}, err
	}
	report, err := settings.read(source, body)
	switch {
	case err != nil:
		return Receipt{}, err
	case report == nil:
		return Receipt{Outcome: Ignored}, nil
	}
	return s.takeOver(ctx, source, settings, report.tidied(clock.Round(now)))
}

// read reads what a source sent; nil where it tells nothing.
func (s Settings) read(source incident.Source, body []byte) (*Report, error) {
	switch source {
	case "pagerduty":
		return ReadPagerDuty(body)
	case "incident-io":
		return ReadIncidentIO(body)
	case "opsgenie":
		return ReadOpsgenie(body, s.Link)
	case "jira":
		return ReadJira(body, s.Issues)
	case "webhook":
		return ReadStandard(body)
	}
	return nil, fmt.Errorf("there is no reader for the source %q", source)
}

func (s *Service) takeOver(ctx context.Context, source incident.Source, settings Settings, r Report) (Receipt, error) {
	system := access.WithCaller(ctx, access.System("webhooks of "+string(source)))
	told := incident.Told{
		Origin: incident.Origin{Source: source, ExternalID: r.ExternalID, Link: r.Link, ToldAt: &r.ToldAt},
		Status: r.Status, Gone: r.Gone, Title: r.Title, Severity: settings.severity(r.Severity), ImpactStart: r.ImpactStart, ImpactEnd: r.ImpactEnd,
		DetectedAt: r.DetectedAt, MitigatedAt: r.MitigatedAt, ResolvedAt: r.ResolvedAt,
		Assumed: incident.Assumed{Title: line(fmt.Sprintf("Incident of %s: %s", source, r.ExternalID), maxTitle), Severity: settings.otherwise(), ImpactStart: r.ToldAt},
	}
	found, unknown, err := s.services(system, settings, r)
	if err != nil {
		return Receipt{}, err
	}
	owners := found
	if told.Services = involved(found); len(found) == 0 {
		if owners, err = s.fallback(system, source, settings); err != nil {
			return Receipt{}, err
		}
		told.Assumed.Services = involved(owners)
		if len(unknown) > 0 { // it is of others now than it was
			told.Services = told.Assumed.Services
		}
	}
	if len(unknown) > 0 {
		s.Logger.WarnContext(ctx, "services of an incident are not known here", slog.String("source", string(source)), slog.String("external_id", r.ExternalID),
			slog.String("services", strings.Join(unknown, ", ")), slog.String("setting", "incidents."+SettingOf(source)+".services"))
	}
	i, outcome, err := s.upsert(ctx, system, settings, told, owners)
	if settings.Team == "" && (fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound)) {
		// Somebody entered it meanwhile, or gave it to another team: the source speaks for that one.
		i, outcome, err = s.upsert(ctx, system, settings, told, owners)
	}
	switch {
	case err == nil:
		return Receipt{Outcome: outcome, Incident: i.ID}, nil
	case r.Gone && fault.Is(err, fault.NotFound):
		return Receipt{Outcome: Ignored}, nil
	case lacksServices(err):
		return Receipt{}, unmapped(source, unknown)
	}
	return Receipt{}, err
}

// upsert tells of an incident, as the workload that speaks for it.
func (s *Service) upsert(ctx, system context.Context, settings Settings, told incident.Told, owners []registry.Service) (incident.Incident, incident.Outcome, error) {
	caller, err := s.workload(system, settings, told.Origin, owners)
	switch {
	case err != nil:
		return incident.Incident{}, "", err
	case caller.Team == "" && told.Gone:
		return incident.Incident{}, "", fault.Missing("incident", told.ExternalID)
	case caller.Team == "":
		var check fault.Check
		check.Fail("/services", nil, "must be of a service that is known here")
		return incident.Incident{}, "", check.Err()
	}
	if settings.Team != "" {
		told.Team = caller.Team
	}
	return s.Incidents.Upsert(access.WithCaller(ctx, caller), told)
}

// lacksServices reports whether an incident was refused for it has no service.
func lacksServices(err error) bool {
	e := fault.As(err)
	return e != nil && slices.ContainsFunc(e.Violations, func(v fault.Violation) bool { return v.Pointer == "/services" })
}

// unmapped is the fault of an incident of which no service is known here.
func unmapped(source incident.Source, unknown []string) error {
	names := "it names none"
	if len(unknown) > 0 {
		names = fmt.Sprintf("it names %q", unknown)
	}
	setting := "incidents." + SettingOf(source)
	return fault.New(fault.Invalid, "service_unknown",
		"no service of this incident is known here: %s. Say in %s.services which service here is meant, or name a service for what is not found in %s.fallbackService, and send it again", names, setting, setting)
}

// SettingOf is what a source is called in the configuration.
func SettingOf(source incident.Source) string {
	if source == "incident-io" {
		return "incidentIO"
	}
	return string(source)
}

// workload is the caller as whom the source speaks: a workload of the team of the settings, or of that
// which owns the incident, or of that which owns the first service. Without any, Team is empty.
func (s *Service) workload(system context.Context, settings Settings, of incident.Origin, owners []registry.Service) (access.Caller, error) {
	c := access.Caller{Kind: access.ByTeam, Name: "webhook of " + string(of.Source), Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite}}
	if settings.Team != "" {
		team, err := follow(system, settings.Team, s.Registry.TeamFor)
		if fault.Is(err, fault.NotFound) {
			return c, fault.New(fault.Unavailable, "team_missing", "the team %q, as which %s speaks, does not exist here; name another in incidents.%s.team", settings.Team, of.Source, SettingOf(of.Source))
		}
		c.Team = team.ID
		return c, err
	}
	team, err := s.Incidents.TeamOfExternal(system, of.Source, of.ExternalID)
	if err == nil && team == "" && len(owners) > 0 {
		team = owners[0].Team
	}
	c.Team = team
	return c, err
}

// services are those that are meant, each once, and the names of those that are not known here.
func (s *Service) services(system context.Context, settings Settings, r Report) (found []registry.Service, unknown []string, err error) {
	for _, n := range r.Services {
		known := false
		for _, slug := range settings.slugs(n) {
			one, err := follow(system, slug, s.Registry.ServiceFor)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return nil, nil, err
			}
			if known = true; !slices.ContainsFunc(found, func(o registry.Service) bool { return o.ID == one.ID }) {
				found = append(found, one)
			}
			break
		}
		if !known && !n.Hint && len(unknown) < 5 {
			unknown = append(unknown, fault.Clip(strings.TrimSpace(n.Name+" "+n.ID), 64))
		}
	}
	return found, unknown, nil
}

// fallback is the service of what is not found, if there is one.
func (s *Service) fallback(system context.Context, source incident.Source, settings Settings) ([]registry.Service, error) {
	if settings.FallbackService == "" {
		return nil, nil
	}
	one, err := follow(system, settings.FallbackService, s.Registry.ServiceFor)
	if fault.Is(err, fault.NotFound) {
		s.Logger.WarnContext(system, "the fallback service of incidents does not exist", slog.String("source", string(source)), slog.String("service", settings.FallbackService))
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []registry.Service{one}, nil
}

// follow finds what a slug of the settings names, under its new name where it was renamed.
func follow[T any](ctx context.Context, slug string, find func(context.Context, string) (T, error)) (T, error) {
	found, err := find(ctx, slug)
	if e := fault.As(err); e != nil && e.Kind == fault.Moved {
		return find(ctx, e.Now)
	}
	return found, err
}

func involved(services []registry.Service) []incident.Involved {
	var out []incident.Involved
	for _, one := range services {
		out = append(out, incident.Involved{Service: one.ID, Part: incident.Affected})
	}
	return out
}
