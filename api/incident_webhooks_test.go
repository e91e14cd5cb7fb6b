package api

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/incident"
	incidenthook "github.com/evenkeel/evenkeel/services/incident/hook"
)

// answers are what a source is answered, by the body that it sends.
type answers map[string]error

func (a answers) Receive(_ context.Context, _ incident.Source, header http.Header, body []byte) (incidenthook.Receipt, error) {
	if header.Get("X-Hub-Signature") != "sha256=right" {
		return incidenthook.Receipt{}, fault.New(fault.Unauthenticated, "webhook_signature_invalid", "wrong")
	}
	if err := a[string(body)]; err != nil {
		return incidenthook.Receipt{}, err
	}
	return incidenthook.Receipt{Outcome: incident.Late, Incident: "01M8FAEQ85EXEQK9BEM6MRQBG5"}, nil
}

// A source repeats what is answered with 5xx, and shows what is answered with 4xx: which is which
// decides whether an incident is lost.
func TestASourceIsAskedToRepeatWhatMaySucceedAndNothingElse(t *testing.T) {
	t.Parallel()
	var check fault.Check
	check.Fail("/title", nil, "must be a text")
	b := newBench(t)
	b.HandleIncidentWebhooks(answers{
		"busy": fault.New(fault.Unavailable, "database_busy", "busy"), "full": fault.New(fault.Full, "disk_full", "full"), "broken": errors.New("something inside"),
		"wrong": check.Err(), "unknown": fault.New(fault.Invalid, "service_unknown", "unknown"), "foreign": fault.New(fault.Forbidden, "forbidden", "of another team"),
	})
	for _, c := range []struct {
		body, signature string
		status          int
		says            string
	}{
		{"well", "right", 200, `{"outcome":"late","incident":"01M8FAEQ85EXEQK9BEM6MRQBG5"}` + "\n"},
		{"well", "wrong", 401, `"webhook_signature_invalid"`},
		{"wrong", "right", 422, `"/title"`},
		{"unknown", "right", 422, `"service_unknown"`},
		{"foreign", "right", 403, `"forbidden"`},
		{"busy", "right", 503, `"database_busy"`},
		{"full", "right", 507, `"disk_full"`},
		{"broken", "right", 500, `"internal"`},
		{strings.Repeat(" ", incidenthook.MaxBody+1), "right", 413, `"body_too_large"`},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/webhooks/incidents/jira", strings.NewReader(c.body))
		r.Header.Set("Content-Type", "application/json; charset=UTF-8")
		r.Header.Set("X-Hub-Signature", "sha256="+c.signature)
		if w := b.answer(r); w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%.20q: %d %s, want %d and %s", c.body, w.Code, w.Body, c.status, c.says)
		}
	}
	got := map[string]float64{}
	families, err := b.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "evenkeel_incident_webhooks_total" {
			continue
		}
		for _, m := range f.GetMetric() {
			labels := map[string]string{}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			if v := m.GetCounter().GetValue(); v > 0 {
				got[labels["source"]+" "+labels["outcome"]] = v
			}
		}
	}
	want := map[string]float64{"jira late": 1, "jira unverified": 1, "jira service_unknown": 1, "jira refused": 3, "jira failed": 3}
	if len(got) != len(want) {
		t.Errorf("counted are %v, want %v", got, want)
	}
	for name, n := range want {
		if got[name] != n {
			t.Errorf("%s was counted %g times, want %g", name, got[name], n)
		}
	}
	// Every source and outcome is there from the start: five times nine.
	if n, err := testutil.GatherAndCount(b.registry, "evenkeel_incident_webhooks_total"); err != nil || n != 45 {
		t.Errorf("there are %d series, %v", n, err)
	}
}
