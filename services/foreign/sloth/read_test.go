package sloth_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/foreign/sloth"
)

// gettingStarted is written after the example that Sloth's documentation begins with.
const gettingStarted = `version: "prometheus/v1"
service: "myservice"
labels:
  owner: "myteam"
  tier: "2"
slos:
  - name: "requests-availability"
    objective: 99.90
    description: "Common SLO based on availability for HTTP request responses."
    labels:
      category: availability
    sli:
      events:
        error_query: sum(rate(http_request_duration_seconds_count{job="myservice",code=~"(5..|429)"}[{{.window}}]))
        total_query: sum(rate(http_request_duration_seconds_count{job="myservice"}[{{.window}}]))
    alerting:
      name: MyServiceHighErrorRate
      labels:
        category: "availability"
      annotations:
        summary: "High error rate on 'myservice' requests responses"
      page_alert:
        labels:
          severity: pageteam
      ticket_alert:
        disable: true
`

// object says the same as an object of Sloth's operator.
const object = `apiVersion: sloth.slok.dev/v1
kind: PrometheusServiceLevel
metadata:
  name: sloth-slo-myservice
  namespace: monitoring
  labels:
    role: alert-rules
  annotations:
    note: kept
  generation: 3
  managedFields: [{manager: kubectl}]
spec:
  service: "myservice"
  labels:
    owner: "myteam"
    tier: "2"
  slos:
    - name: "requests-availability"
      objective: 99.90
      description: "Common SLO based on availability for HTTP request responses."
      labels:
        category: availability
      sli:
        events:
          errorQuery: sum(rate(http_request_duration_seconds_count{job="myservice",code=~"(5..|429)"}[{{.window}}]))
          totalQuery: sum(rate(http_request_duration_seconds_count{job="myservice"}[{{.window}}]))
      alerting:
        name: MyServiceHighErrorRate
        labels:
          category: "availability"
        annotations:
          summary: "High error rate on 'myservice' requests responses"
        pageAlert:
          labels:
            severity: pageteam
        ticketAlert:
          disable: true
`

func read(t *testing.T, text string) (foreign.Reading, error) {
	t.Helper()
	docs, err := yamldoc.Parse([]byte(text))
	if err != nil || len(docs) != 1 {
		t.Fatalf("%d documents (%v)", len(docs), err)
	}
	if !sloth.Is(docs[0]) {
		t.Fatal("it does not look like a document of Sloth")
	}
	return sloth.Read(docs[0], 1, sloth.DefaultDays)
}

func TestADocumentAndAnObjectSayTheSame(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"document": gettingStarted, "object": object} {
		got, err := read(t, text)
		if err != nil || len(got.SLOs) != 1 || len(got.Notes) != 0 {
			t.Fatalf("%s: %d SLOs, %v (%v)", name, len(got.SLOs), got.Notes, err)
		}
		s := got.SLOs[0]
		d := s.Declaration
		if s.Service != "myservice" || s.Name != "requests-availability" || d.Slug != "requests-availability" || d.Objective != "99.90%" || d.WindowDays != 30 {
			t.Errorf("%s: %s/%s, %q, %s of %d days", name, s.Service, s.Name, d.Slug, d.Objective, d.WindowDays)
		}
		// rate is increase ÷ the window, and both queries are divided by it.
		if q := d.Origin.Ratio; q == nil || q.Bad != `sum(increase(http_request_duration_seconds_count{code=~"(5..|429)",job="myservice"}[$window]))` ||
			q.Total != `sum(increase(http_request_duration_seconds_count{job="myservice"}[$window]))` {
			t.Errorf("%s: the queries are %+v", name, q)
		}
		if s.Labels["owner"] != "myteam" || s.Labels["category"] != "availability" || len(s.Labels) != 3 {
			t.Errorf("%s: the labels are %v", name, s.Labels)
		}
		if s.Page.Name != "MyServiceHighErrorRate" || s.Page.Labels["severity"] != "pageteam" || s.Page.Labels["category"] != "availability" || s.Page.Annotations["summary"] == "" {
			t.Errorf("%s: the page is %+v", name, s.Page)
		}
		if !slices.Equal(d.AlertsOff, []string{"absent", "ticket"}) || d.MinBadEvents != 1 {
			t.Errorf("%s: off are %v, with a guard of %d", name, d.AlertsOff, d.MinBadEvents)
		}
	}
	got, err := read(t, object)
	if err != nil {
		t.Fatal(err)
	}
	if o := got.Object; o.Name != "sloth-slo-myservice" || o.Namespace != "monitoring" || o.Labels["role"] != "alert-rules" || o.Annotations["note"] != "kept" {
		t.Errorf("the object is %+v", o)
	}
}

func TestWhatIsWrongIsToldAtItsLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, new, want string }{
		{"objective: 99.90", "objective: 100", "8:16: /slos/0/objective: must be below 100%"},
		{"objective: 99.90", "objective: many", "8:16: /slos/0/objective: must be a percentage"},
		{`code=~"(5..|429)"}[{{.window}}]`, `code=~"(5..|429)"}[5m]`, "14:22: /slos/0/sli/events/error_query: must hold the placeholder"},
		{`error_query: sum(`, `error_query: sum((`, "14:22: /slos/0/sli/events/error_query: cannot be read as PromQL"},
		{`name: MyServiceHighErrorRate`, `labels2: {}`, "unknown field"},
		{"      name: MyServiceHighErrorRate\n", "", "/slos/0/alerting/name: is required"},
		{`version: "prometheus/v1"`, `version: "prometheus/v1"` + "\nservices: 1", "unknown field"},
		{`service: "myservice"`, "", "/service: is required"},
		{`service: "myservice"`, `service: "{{ $value }}"`, "2:10: /service: must be letters and digits"},
		{`service: "myservice"`, `service: [myservice]`, "2:10: /service: must be one value"},
		{`  tier: "2"`, `  my-tier: "2"`, "5:12: /labels/my-tier: must be called by letters"},
		{`        summary: "High`, `        the summary: "High`, "/slos/0/alerting/annotations/the summary: must be called by letters"},
		{`severity: pageteam`, `__name__: pageteam`, "/slos/0/alerting/page_alert/labels/__name__: must be called by letters"},
	} {
		_, err := read(t, strings.Replace(gettingStarted, c.old, c.new, 1))
		var refused *yamldoc.Error
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s instead of %s: %v, want %q", c.new, c.old, err, c.want)
		}
	}
}

func TestAPluginIsNotRun(t *testing.T) {
	t.Parallel()
	before, after, _ := strings.Cut(gettingStarted, "      events:")
	_, after, _ = strings.Cut(after, "    alerting:")
	got, err := read(t, before+"      plugin:\n        id: sloth-common/kubernetes/apiserver/availability\n    alerting:"+after)
	if err != nil || len(got.SLOs) != 0 || len(got.Notes) != 1 || !got.Notes[0].Left || got.Notes[0].Line != 14 {
		t.Errorf("%+v (%v)", got, err)
	}
}
