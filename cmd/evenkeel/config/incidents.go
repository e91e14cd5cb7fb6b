package config

import (
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/hook"
)

// Incidents say from where incidents are taken over.
type Incidents struct {
	PagerDuty  IncidentSource `koanf:"pagerduty" doc:"PagerDuty, by webhooks of version 3."`
	IncidentIO IncidentSource `koanf:"incidentIO" doc:"incident.io."`
	Opsgenie   Opsgenie       `koanf:"opsgenie" doc:"Opsgenie, or the alerts of Jira Service Management, by an outgoing webhook."`
	Jira       Jira           `koanf:"jira" doc:"Jira, by issues that are incidents."`
	Webhook    IncidentSource `koanf:"webhook" doc:"Any other system that speaks Standard Webhooks, in Evenkeel's own words."`
}

// IncidentSource says how the incidents of a source are taken over.
type IncidentSource struct {
	Secret          Secret            `koanf:"secret" default:"" shown:"none" doc:"What the source proves with who it is: PagerDuty and Jira sign with it, incident.io and others that speak Standard Webhooks (whsec_ and base64) as well, and Opsgenie sends it. It has at least 16 characters, or bytes that base64 stands for. Without one nothing of the source is taken over."`
	FormerSecret    Secret            `koanf:"formerSecret" default:"" shown:"none" doc:"The secret that it replaces: while it is given, what is proved with it is taken as well. Take it away once the source has the new one."`
	Team            string            `koanf:"team" default:"" shown:"the team that owns the service" doc:"The slug of the team as whose workload the source speaks, and which owns what is declared there. Without one the source speaks for whichever team owns the first service of an incident, and later for the one that owns the incident."`
	Services        map[string]string `koanf:"services" default:"" shown:"services whose slug is the name as a label" holds:"name=slug" example:"api-service=checkout" doc:"Slugs of services, by what the source calls them: their identifier or their name."`
	FallbackService string            `koanf:"fallbackService" default:"" shown:"none" doc:"The slug of the service that an incident is of where none of its own is known here. Without one such an incident is refused with 422, counted and logged."`
	Severities      map[string]string `koanf:"severities" default:"" shown:"those of the guide to take incidents over" holds:"name=severity" example:"critical=sev1" doc:"Severities, sev1 to sev4, by what the source calls priorities, severities and urgencies. The name default is for incidents that say nothing that is known, and is sev3 when left out."`
}

// Opsgenie says how its alerts are taken over.
type Opsgenie struct {
	IncidentSource
	Link string `koanf:"link" default:"https://app.opsgenie.com/alert/detail/{id}/details" doc:"The address at which people see an alert, with {id} for its identifier. In the EU the host is app.eu.opsgenie.com."`
}

// Jira says which of its issues are taken over, and how.
type Jira struct {
	IncidentSource
	Types  List `koanf:"types" default:"Incident, [System] Incident" doc:"The types of issues, by name, that are incidents. An issue is one by its type or by a label."`
	Labels List `koanf:"labels" default:"" shown:"none" doc:"The labels that make an issue an incident, whatever its type is."`
}

func (i Incidents) of(source incident.Source) IncidentSource {
	return map[incident.Source]IncidentSource{
		"pagerduty": i.PagerDuty, "incident-io": i.IncidentIO, "opsgenie": i.Opsgenie.IncidentSource, "jira": i.Jira.IncidentSource, "webhook": i.Webhook,
	}[source]
}

// Sources are the settings of each source of which any are given.
func (i Incidents) Sources() map[incident.Source]hook.Settings {
	all := map[incident.Source]hook.Settings{}
	for _, source := range incident.Sources {
		given := i.of(source)
		s := hook.Settings{Team: given.Team, Services: given.Services, FallbackService: given.FallbackService, Severities: given.Severities}
		s.Secrets = i.Secrets(source)
		if len(s.Secrets)+len(s.Services)+len(s.Severities) == 0 && s.Team == "" && s.FallbackService == "" {
			continue
		}
		switch source {
		case "opsgenie":
			s.Link = i.Opsgenie.Link
		case "jira":
			s.Issues = hook.Issues{Types: i.Jira.Types, Labels: i.Jira.Labels}
		}
		all[source] = s
	}
	return all
}

// Secrets are those of a source as they are now.
func (i Incidents) Secrets(source incident.Source) (out []string) {
	given := i.of(source)
	for _, one := range []Secret{given.Secret, given.FormerSecret} {
		if !one.IsZero() {
			out = append(out, one.Reveal())
		}
	}
	return out
}

// Former names the settings of former secrets that are given.
func (i Incidents) Former() []string {
	var out []string
	for _, source := range incident.Sources {
		if !i.of(source).FormerSecret.IsZero() {
			out = append(out, "incidents."+hook.SettingOf(source)+".formerSecret")
		}
	}
	return out
}

// check states the rules that a tag cannot.
func (i Incidents) check(require func(ok bool, key string, value any, format string, args ...any)) {
	all := i.Sources()
	for _, source := range incident.Sources {
		settings, given := all[source]
		if !given {
			continue
		}
		at := "incidents." + hook.SettingOf(source) + "."
		secret, former := i.of(source).Secret, i.of(source).FormerSecret
		switch {
		case secret.IsZero() && former.IsZero():
			require(false, at+"secret", nil, "is missing, without which nothing of %s is taken over: give it, or the path of a file as %ssecretFile", source, at)
		case secret.IsZero():
			require(false, at+"formerSecret", nil, "is given without the one that replaces it: give that as %ssecret, or this one, if it still is the only one", at)
			settings.Secrets = nil
		}
		require(former.IsZero() || former.Reveal() != secret.Reveal(), at+"formerSecret", nil, "is the same as %ssecret: give the new one there, or take this one away (the values are not shown)", at)
		settings.Check(source, func(field string, value any, message string) { require(false, at+field, value, "%s", message) })
	}
}
