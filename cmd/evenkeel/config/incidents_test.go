package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/hook"
)

func TestASourceOfIncidentsIsConfiguredInTheFileAndByVariables(t *testing.T) {
	t.Parallel()
	if all := load(t, sources(t, "", nil)).Incidents.Sources(); len(all) != 0 {
		t.Errorf("nothing configured: %+v", all)
	}
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte("0123456789abcdef\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := load(t, sources(t, `
incidents:
  pagerduty:
    secretFile: `+path+`
    formerSecret: fedcba9876543210
    team: payments
    services: {PF9KMXH: checkout, "Mail, Inc. (EU)": mail}
    fallbackService: shop
    severities: {P1: sev2, default: sev4}
  jira:
    secret: 0123456789abcdef
    types: Outage
    labels: [incident, page]
`, []string{
		"EVENKEEL_INCIDENTS_OPSGENIE_SECRET=0123456789abcdef", "EVENKEEL_INCIDENTS_OPSGENIE_SERVICES_API_SERVICE=checkout", "EVENKEEL_INCIDENTS_INCIDENT_IO_SECRET=whsec_MDEyMzQ1Njc4OWFiY2RlZg==",
	})).Incidents
	none := map[string]string{}
	want := map[incident.Source]hook.Settings{
		"pagerduty": {
			Secrets: []string{"0123456789abcdef", "fedcba9876543210"}, Team: "payments", Services: map[string]string{"PF9KMXH": "checkout", "Mail, Inc. (EU)": "mail"},
			FallbackService: "shop", Severities: map[string]string{"P1": "sev2", "default": "sev4"},
		},
		"incident-io": {Secrets: []string{"whsec_MDEyMzQ1Njc4OWFiY2RlZg=="}, Services: none, Severities: none},
		"opsgenie":    {Secrets: []string{"0123456789abcdef"}, Services: map[string]string{"api-service": "checkout"}, Severities: none, Link: hook.OpsgenieLink},
		"jira":        {Secrets: []string{"0123456789abcdef"}, Services: none, Severities: none, Issues: hook.Issues{Types: []string{"Outage"}, Labels: []string{"incident", "page"}}},
	}
	if got := c.Sources(); !reflect.DeepEqual(got, want) {
		t.Errorf("configured are\n%+v, want\n%+v", got, want)
	}
	if former := c.Former(); !slices.Equal(former, []string{"incidents.pagerduty.formerSecret"}) {
		t.Errorf("former are %q", former)
	}
}

func TestEveryFaultOfTheSourcesOfIncidentsIsToldAtOnce(t *testing.T) {
	t.Parallel()
	_, err := config.Load(sources(t, `
incidents:
  pagerduty:
    secret: short
    formerSecret: short
    team: Payments Team
    services: {API Service: "", api-service: checkout, Api_Service: ledger}
    fallbackService: "-"
    severities: {P1: critical}
  incidentIO: {secret: not base64 at all}
  opsgenie: {formerSecret: 0123456789abcdef, link: "ftp://example.org/{id}"}
  jira: {team: payments}
  webhook: {secret: whsec_c2hvcnQ=}
`, nil))
	e := fault.As(err)
	if e == nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range e.Violations {
		at := v.Pointer[strings.LastIndex(v.Pointer, "incidents."):]
		got = append(got, strings.TrimPrefix(at, "incidents."))
		if strings.Contains(v.Message, "short") || strings.Contains(v.Message, "not base64 at all") || strings.Contains(v.Message, "c2hvcnQ") {
			t.Errorf("a secret is shown: %s", v.Message)
		}
	}
	slices.Sort(got)
	want := []string{
		"incidentIO.secret", "jira.secret", "opsgenie.formerSecret", "opsgenie.link", "pagerduty.fallbackService", "pagerduty.formerSecret", "pagerduty.formerSecret",
		"pagerduty.secret", "pagerduty.services.API Service", "pagerduty.services.Api_Service", "pagerduty.services.api-service", "pagerduty.severities.P1", "pagerduty.team", "webhook.secret",
	}
	if !slices.Equal(got, want) {
		t.Errorf("told are\n%q, want\n%q\n%v", got, want, err)
	}
}
