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
	if o := got.SLOs[0].Object; o.Name != "sloth-slo-myservice" || o.Namespace != "monitoring" || o.Labels["role"] != "alert-rules" || o.Annotations["note"] != "kept" {
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
		{"      name: MyServiceHighErrorRate\n", "", "/slos/0/alerting/name: is required"},
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

// indented is a document within a list.
func indented(text string) string {
	return "  - " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n    ") + "\n"
}

func TestAListHasItsObjectsOneByOne(t *testing.T) {
	t.Parallel()
	other := strings.NewReplacer("name: sloth-slo-myservice", "name: other", `service: "myservice"`, "service: payments").Replace(object)
	list := "apiVersion: v1\nkind: List\nmetadata: {resourceVersion: \"\"}\nitems:\n" + indented(object) + indented(other)
	for name, text := range map[string]string{"list": list, "documents": object + "---\n" + other, "list of the kind": strings.Replace(strings.Replace(list, "kind: List", "kind: PrometheusServiceLevelList", 1), "apiVersion: v1", "apiVersion: sloth.slok.dev/v1", 1)} {
		got, err := sloth.ReadText([]byte(text))
		if err != nil || len(got.SLOs) != 2 || len(got.Notes) != 0 {
			t.Fatalf("%s: %d SLOs, %v (%v)", name, len(got.SLOs), got.Notes, err)
		}
		a, b := got.SLOs[0], got.SLOs[1]
		if a.Object.Name != "sloth-slo-myservice" || b.Object.Name != "other" || a.Service != "myservice" || b.Service != "payments" || b.Declaration.WindowDays != 30 {
			t.Errorf("%s: %s of %s and %s of %s", name, a.Service, a.Object.Name, b.Service, b.Object.Name)
		}
	}
	docs, err := yamldoc.Parse([]byte(list))
	if err != nil || !sloth.Is(docs[0]) {
		t.Errorf("the list is not seen to be of Sloth (%v)", err)
	}
	_, err = sloth.ReadText([]byte(strings.Replace(list, "kind: PrometheusServiceLevel", "kind: ConfigMap", 1)))
	if err == nil || !strings.Contains(err.Error(), "5:17: /items/0/apiVersion: must be of a PrometheusServiceLevel of sloth.slok.dev/v1, and is of a ConfigMap") {
		t.Errorf("another object: %v", err)
	}
}

// Sloth itself passes over what it does not know.
func TestWhatIsNotKnownIsTold(t *testing.T) {
	t.Parallel()
	text := strings.Replace(gettingStarted, "    alerting:\n", "    owners: [a]\n    plugins: {chain: [{id: a}]}\n    alerting:\n      channel: x\n", 1)
	text = strings.Replace(text, "rate(http_request_duration_seconds_count{job=\"myservice\"}", "irate(http_request_duration_seconds_count{job=\"myservice\"}", 1)
	got, err := sloth.ReadText([]byte(text))
	if err != nil || len(got.SLOs) != 1 {
		t.Fatalf("%d SLOs (%v)", len(got.SLOs), err)
	}
	var told []string
	for _, n := range got.Notes {
		told = append(told, n.Pointer+" "+n.Message)
	}
	want := []string{
		"/slos/0/sli/events/total_query is taken for a number of events in the window, as it stands",
		"/slos/0/owners is not known, and was left out",
		"/slos/0/plugins plugins of Sloth are programs of Go, and are not run",
		"/slos/0/alerting/channel is not known, and was left out",
	}
	if !slices.Equal(told, want) {
		t.Errorf("told is\n%s", strings.Join(told, "\n"))
	}
}

func FuzzRead(f *testing.F) {
	f.Add(gettingStarted)
	f.Add(object)
	f.Add("kind: List\napiVersion: v1\nitems: [{}, [], 1]")
	f.Add("version: {}\nslos: {a: b}\nlabels: []")
	f.Add("slos:\n  - sli:\n     events:\n      total_query: (rate({\"0\"}[{{.window}}]))") // and no error_query
	f.Fuzz(func(t *testing.T, text string) {
		var wrong *yamldoc.Error
		if _, err := sloth.ReadText([]byte(text)); err != nil && !errors.As(err, &wrong) {
			t.Errorf("%q: %v", text, err)
		}
	})
}
