package app_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/ent/storetest"
)

// sourceSecret is what every source proves with who it is.
const sourceSecret = "the sources prove it with this"

var standardSecret = "whsec_" + base64.StdEncoding.EncodeToString([]byte(sourceSecret))

// sources configures every source, which all call checkout otherwise.
func sources(c *config.Config) {
	secret, standard := config.NewSecret(sourceSecret), config.NewSecret(standardSecret)
	services := map[string]string{"PF9KMXH": "checkout", "Payments API": "checkout", "checkout-eu": "checkout", "service-desk": "checkout"}
	c.Incidents.PagerDuty = config.IncidentSource{Secret: secret, Services: services}
	c.Incidents.IncidentIO = config.IncidentSource{Secret: standard, Services: services}
	c.Incidents.Opsgenie.IncidentSource = config.IncidentSource{Secret: secret, Services: services}
	c.Incidents.Jira.IncidentSource = config.IncidentSource{Secret: secret, Services: services}
	c.Incidents.Webhook = config.IncidentSource{Secret: standard, Services: services}
}

// eachHouse runs the test in a house on SQLite and in one on PostgreSQL, with sources of incidents.
func eachHouse(t *testing.T, do func(t *testing.T, h *house), change ...func(*config.Config)) {
	t.Helper()
	t.Parallel()
	run := func(name string, database func(t *testing.T) string) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, database(t), append([]func(*config.Config){sources}, change...)...)
			h.secrets = append(h.secrets, sourceSecret, standardSecret)
			h.furnish()
			do(t, h)
		})
	}
	run("SQLite", func(*testing.T) string { return "" })
	run("PostgreSQL", func(t *testing.T) string { return storetest.PostgresURL(t) })
}

func sum(key, text string) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// delivery is a webhook of a source, proved as that proves it.
func (h *house) delivery(source, body string) call {
	c := call{as: "nobody", method: "POST", path: "/webhooks/incidents/" + source, body: body}
	switch source {
	case "pagerduty":
		c.header = []string{"X-PagerDuty-Signature: v1=" + hex.EncodeToString(sum(sourceSecret, body))}
	case "jira":
		c.header = []string{"X-Hub-Signature: sha256=" + hex.EncodeToString(sum(sourceSecret, body))}
	case "opsgenie":
		c.header = []string{"X-Evenkeel-Secret: " + sourceSecret}
	default:
		at := fmt.Sprint(h.clock.Now().Unix())
		c.header = []string{"webhook-id: msg_1", "webhook-timestamp: " + at, "webhook-signature: v1," + base64.StdEncoding.EncodeToString(sum(sourceSecret, "msg_1."+at+"."+body))}
	}
	return c
}

// raw sends a delivery whose answer is held to nothing; any number of goroutines may.
func (h *house) raw(c call) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(h.t.Context(), http.MethodPost, c.path, strings.NewReader(c.body))
	r.Header.Set("Content-Type", "application/json")
	for _, line := range c.header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

// after is the time so many minutes after the start, as RFC 3339 has it.
func after(minutes int) string {
	return start.Add(time.Duration(minutes) * time.Minute).Format(time.RFC3339)
}

// The bodies have the shapes of those in services/incident/hook/sample_test.go, which says from where
// they are, with what is not read left out.

func ofPagerDuty(minutes int, event, status, more string) string {
	return fmt.Sprintf(`{"event":{"id":"01","event_type":"incident.%s","resource_type":"incident","occurred_at":%q,"data":{"id":"PGR0VU2","type":"incident","html_url":"https://acme.pagerduty.com/incidents/PGR0VU2",
"status":%q,"created_at":%q,"title":"Checkout burns","service":{"id":"PF9KMXH","summary":"API Service","type":"service_reference"},"priority":{"id":"PSO75BM","summary":"P1"},"urgency":"high"%s}}}`, event, after(minutes), status, after(0), more)
}

func ofIncidentIO(minutes int, event, category, name string) string {
	body := fmt.Sprintf(`{"id":"01FDAG4SAP5TYPT98WGR2N7W91","name":"Checkout burns","permalink":"https://app.incident.io/incidents/123","mode":"standard","created_at":%q,"updated_at":%q,"severity":{"name":"Critical"},
"incident_status":{"category":%q,"name":%q},"custom_field_entries":[{"custom_field":{"name":"Affected services"},"values":[{"value_catalog_entry":{"id":"01","name":"Payments API"}}]}]}`, after(0), after(minutes), category, name)
	if event == "status_updated" {
		body = `{"incident":` + body + `}`
	}
	return fmt.Sprintf(`{"event_type":"public_incident.incident_%s_v2","public_incident.incident_%s_v2":%s}`, event, event, body)
}

func ofOpsgenie(minutes int, action, _, _ string) string {
	at := start.Add(time.Duration(minutes) * time.Minute)
	return fmt.Sprintf(`{"action":%q,"alert":{"alertId":"052652ac","message":"Checkout burns","priority":"P1","tags":["service:checkout-eu"],"createdAt":%d,"updatedAt":%d,"entity":""},"source":{"name":"web","type":"API"}}`,
		action, start.UnixMilli(), at.UnixNano())
}

func ofJira(minutes int, event, category, _ string) string {
	return fmt.Sprintf(`{"timestamp":%d,"webhookEvent":"jira:issue_%s","issue":{"id":"99291","self":"https://acme.atlassian.net/rest/api/2/issue/99291","key":"OPS-7","fields":{"summary":"Checkout burns","created":%q,
"issuetype":{"name":"Incident"},"labels":[],"priority":{"name":"Highest"},"status":{"statusCategory":{"key":%q}},"components":[{"id":"1","name":"Service Desk"}],"project":{"key":"OPS","name":"Ops"}}}}`,
		start.Add(time.Duration(minutes)*time.Minute).UnixMilli(), event, start.Format("2006-01-02T15:04:05.000-0700"), category)
}

func ofWebhook(minutes int, _, status, _ string) string {
	return fmt.Sprintf(`{"externalId":"4711","toldAt":%q,"status":%q,"title":"Checkout burns","severity":"sev1","services":["checkout"],"impactStart":%q,"detectedAt":%q,"link":"https://status.example.org/4711"}`, after(minutes), status, after(0), after(0))
}

// step is a delivery with what it comes to: the outcome, and the status and minute of the resolution.
type step struct {
	body            string
	outcome, status string
	resolvedAfter   int
}

func TestAnIncidentLivesAsItsSourceTells(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.clock.Advance(30 * time.Minute)
		for source, c := range map[string]struct {
			link  string
			steps []step
		}{
			"pagerduty": {"https://acme.pagerduty.com/incidents/PGR0VU2", []step{
				{ofPagerDuty(0, "triggered", "triggered", ""), "entered", "declared", -1},
				{ofPagerDuty(2, "acknowledged", "acknowledged", ""), "updated", "investigating", -1},
				{ofPagerDuty(9, "resolved", "resolved", ""), "updated", "resolved", 9},
				{ofPagerDuty(1, "priority_updated", "triggered", ""), "late", "resolved", 9},
				{ofPagerDuty(12, "reopened", "triggered", `,"reopened_at":"`+after(12)+`"`), "updated", "investigating", -1},
				{ofPagerDuty(9, "resolved", "resolved", ""), "late", "investigating", -1},
				{ofPagerDuty(20, "resolved", "resolved", `,"reopened_at":"`+after(12)+`"`), "updated", "resolved", 20},
			}},
			"incident-io": {"https://app.incident.io/incidents/123", []step{
				{ofIncidentIO(0, "created", "triage", "Triage"), "entered", "declared", -1},
				{ofIncidentIO(2, "status_updated", "live", "Investigating"), "updated", "investigating", -1},
				{ofIncidentIO(5, "status_updated", "live", "Monitoring"), "updated", "mitigated", -1},
				{ofIncidentIO(9, "updated", "learning", "Documenting"), "updated", "resolved", 9},
				{ofIncidentIO(5, "status_updated", "live", "Monitoring"), "late", "resolved", 9},
				{ofIncidentIO(12, "status_updated", "live", "Fixing"), "updated", "investigating", -1},
				{ofIncidentIO(20, "status_updated", "closed", "Closed"), "updated", "closed", 20},
			}},
			"opsgenie": {"https://app.opsgenie.com/alert/detail/052652ac/details", []step{
				{ofOpsgenie(0, "Create", "", ""), "entered", "declared", -1},
				{ofOpsgenie(1, "AddNote", "", ""), "ignored", "", -1},
				{ofOpsgenie(2, "Acknowledge", "", ""), "updated", "investigating", -1},
				{ofOpsgenie(3, "UpdatePriority", "", ""), "unchanged", "investigating", -1},
				{ofOpsgenie(9, "Close", "", ""), "updated", "resolved", 9},
				{ofOpsgenie(2, "Acknowledge", "", ""), "late", "resolved", 9},
				{ofOpsgenie(12, "UnAcknowledge", "", ""), "updated", "declared", -1},
				{ofOpsgenie(20, "Delete", "", ""), "updated", "closed", 20},
			}},
			"jira": {"https://acme.atlassian.net/browse/OPS-7", []step{
				{ofJira(0, "created", "new", ""), "entered", "declared", -1},
				{ofJira(2, "updated", "indeterminate", ""), "updated", "investigating", -1},
				{ofJira(9, "updated", "done", ""), "updated", "resolved", 9},
				{ofJira(2, "updated", "indeterminate", ""), "late", "resolved", 9},
				{ofJira(12, "updated", "indeterminate", ""), "updated", "investigating", -1},
				{ofJira(20, "deleted", "indeterminate", ""), "updated", "closed", 20},
			}},
			"webhook": {"https://status.example.org/4711", []step{
				{ofWebhook(0, "", "declared", ""), "entered", "declared", -1},
				{ofWebhook(2, "", "investigating", ""), "updated", "investigating", -1},
				{ofWebhook(9, "", "resolved", ""), "updated", "resolved", 9},
				{ofWebhook(2, "", "investigating", ""), "late", "resolved", 9},
				{ofWebhook(12, "", "investigating", ""), "updated", "investigating", -1},
				{ofWebhook(20, "", "closed", ""), "updated", "closed", 20},
			}},
		} {
			var one string
			for n, s := range c.steps {
				first := h.must(200, h.delivery(source, s.body))
				again := h.must(200, h.delivery(source, s.body))
				if first.text("outcome") != s.outcome {
					t.Fatalf("%s, step %d: %s, want %q", source, n, first.body, s.outcome)
				}
				if want := map[string]string{"entered": "unchanged", "updated": "unchanged"}; again.text("outcome") != max(want[s.outcome], "") && want[s.outcome] != "" {
					t.Errorf("%s, step %d, repeated: %s", source, n, again.body)
				}
				if s.outcome == "ignored" {
					continue
				}
				one = "/v1/incidents/" + first.text("incident")
				i := h.must(200, call{as: "bob", method: "GET", path: one}).object()
				resolved, _ := i["resolvedAt"].(string)
				want := ""
				if s.resolvedAfter >= 0 {
					want = after(s.resolvedAfter)
				}
				if i["status"] != s.status || resolved != want {
					t.Errorf("%s, step %d: it is %v, resolved at %q; want %s, %q", source, n, i["status"], resolved, s.status, want)
				}
			}
			i := h.must(200, call{as: "bob", method: "GET", path: one}).object()
			origin := i["origin"].(map[string]any)
			if origin["source"] != source || origin["link"] != c.link || i["title"] != "Checkout burns" || i["severity"] != "sev1" || i["team"].(map[string]any)["slug"] != "payments" ||
				i["impactStart"] != after(0) || i["detectedAt"] != after(0) || i["createdBy"] != "webhook of "+source {
				t.Errorf("%s: it is %v", source, i)
			}
			if services := i["services"].([]any); len(services) != 1 || services[0].(map[string]any)["service"].(map[string]any)["slug"] != "checkout" {
				t.Errorf("%s: it is of %v", source, services)
			}
			// What the source owns is changed there.
			h.do(call{as: "ada", method: "POST", path: one + "/status", header: []string{fmt.Sprintf(`If-Match: "%v"`, i["version"])}, body: `{"status":"investigating","reason":"x"}`}).
				expect(t, 409, "incident_of_source", "", source)
		}
		if got := h.must(200, call{as: "bob", method: "GET", path: "/v1/incidents"}).items(); len(got) != 5 {
			t.Errorf("of five sources there are %d incidents", len(got))
		}
	})
}

func TestAWebhookThatIsNotProvedIsRefusedAndRecorded(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		bodies := map[string]string{
			"pagerduty": ofPagerDuty(0, "triggered", "triggered", ""), "incident-io": ofIncidentIO(0, "created", "triage", "Triage"), "opsgenie": ofOpsgenie(0, "Create", "", ""),
			"jira": ofJira(0, "created", "new", ""), "webhook": ofWebhook(0, "", "declared", ""),
		}
		for source, body := range bodies {
			code := "webhook_signature_invalid"
			if source == "opsgenie" {
				code = "webhook_secret_invalid"
			}
			unsigned := h.delivery(source, body)
			unsigned.header = nil
			if a := h.do(unsigned); a.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s: %v", source, a.header)
			} else {
				a.expect(t, 401, code, "", "")
			}
			forged := h.delivery(source, body)
			forged.body = strings.Replace(body, "Checkout burns", "Ledger burns", 1)
			if source != "opsgenie" { // which signs nothing
				h.do(forged).expect(t, 401, code, "", "")
			}
			// A token of Evenkeel's own is no proof.
			own := unsigned
			own.as = "administrator"
			h.do(own).expect(t, 401, code, "", "")
			h.clock.Advance(time.Minute) // so that refusals are recorded, not counted
		}
		old := h.delivery("webhook", bodies["webhook"])
		h.clock.Advance(10 * time.Minute)
		h.do(old).expect(t, 401, "webhook_time_invalid", "", "compare the clocks")
		h.do(h.delivery("nagios", "{}")).expect(t, 404, "route_not_found", "", "")
		if got := h.must(200, call{as: "bob", method: "GET", path: "/v1/incidents"}).items(); len(got) != 0 {
			t.Errorf("there are %v", got)
		}
		refused := h.must(200, call{as: "administrator", method: "GET", path: "/v1/audit?outcome=refused"}).body
		if !strings.Contains(string(refused), "/webhooks/incidents/jira") {
			t.Errorf("recorded are %.500s", refused)
		}
	})
}

func TestWithoutASecretNothingIsReceived(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	h.do(h.delivery("pagerduty", ofPagerDuty(0, "triggered", "triggered", ""))).expect(t, 404, "webhooks_not_configured", "", "no secret is configured")
}

func TestAnIncidentOfAnUnknownServiceIsRefusedOrOfTheFallback(t *testing.T) {
	unknown := strings.NewReplacer("PF9KMXH", "PXXXXXX", "API Service", "Nobody's")
	body := func(minutes int, status string) string {
		return unknown.Replace(ofPagerDuty(minutes, "triggered", status, ""))
	}
	const warning = "services of an incident are not known here"
	t.Run("refused", func(t *testing.T) {
		eachHouse(t, func(t *testing.T, h *house) {
			h.warnings = append(h.warnings, warning)
			h.clock.Advance(30 * time.Minute)
			h.do(h.delivery("pagerduty", body(0, "triggered"))).expect(t, 422, "service_unknown", "", "incidents.pagerduty.services")
			if !strings.Contains(h.log.String(), warning) || !strings.Contains(h.log.String(), "Nobody's PXXXXXX") {
				t.Error("nothing in the log warns of it")
			}
			metrics := h.do(call{as: "nobody", method: "GET", path: "/metrics"}).body
			if !strings.Contains(string(metrics), `evenkeel_incident_webhooks_total{outcome="service_unknown",source="pagerduty"} 1`) {
				t.Error("it is not counted")
			}
			// Of one that is known, what else is told is not lost: it stays of its service.
			h.must(200, h.delivery("pagerduty", ofPagerDuty(1, "triggered", "triggered", "")))
			moved := h.must(200, h.delivery("pagerduty", body(2, "resolved")))
			i := h.must(200, call{as: "bob", method: "GET", path: "/v1/incidents/" + moved.text("incident")}).object()
			if i["status"] != "resolved" || i["services"].([]any)[0].(map[string]any)["service"].(map[string]any)["slug"] != "checkout" {
				t.Errorf("it is %v", i)
			}
			// What never was known and is no more is nothing to do.
			if gone := h.must(200, h.delivery("jira", strings.Replace(ofJira(0, "deleted", "done", ""), "Service Desk", "Nobody's", 1))); gone.text("outcome") != "ignored" {
				t.Errorf("gone is %s", gone.body)
			}
		})
	})
	t.Run("of the fallback", func(t *testing.T) {
		eachHouse(t, func(t *testing.T, h *house) {
			h.warnings = append(h.warnings, warning)
			made := h.must(200, h.delivery("pagerduty", body(0, "triggered")))
			i := h.must(200, call{as: "bob", method: "GET", path: "/v1/incidents/" + made.text("incident")}).object()
			if i["services"].([]any)[0].(map[string]any)["service"].(map[string]any)["slug"] != "finder" || i["team"].(map[string]any)["slug"] != "search" {
				t.Errorf("it is %v", i)
			}
		}, func(c *config.Config) { c.Incidents.PagerDuty.FallbackService = "finder" })
	})
}

func TestASourceSpeaksForTheTeamOfItsSettings(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		made := h.must(200, h.delivery("pagerduty", ofPagerDuty(0, "triggered", "triggered", "")))
		one := "/v1/incidents/" + made.text("incident")
		i := h.must(200, call{as: "bob", method: "GET", path: one}).object()
		if i["team"].(map[string]any)["slug"] != "search" {
			t.Fatalf("it is of %v", i["team"])
		}
		// A person gives it to the team of the service: the source speaks for it no more.
		services := `"services":[{"service":"checkout","role":"affected"}],"title":"Checkout burns","impactStart":"` + after(0) + `","detectedAt":"` + after(0) + `","team":"payments"`
		h.must(200, call{as: "administrator", method: "PUT", path: one, header: []string{`If-Match: "1"`}, body: ofIncident(services)})
		h.clock.Advance(2 * time.Minute)
		h.do(h.delivery("pagerduty", ofPagerDuty(1, "resolved", "resolved", ""))).expect(t, 403, "forbidden", "", "")
		// Another source speaks for the team that owns the incident, whoever that is.
		other := h.must(200, h.delivery("jira", ofJira(0, "created", "new", "")))
		two := "/v1/incidents/" + other.text("incident")
		body := ofIncident(strings.Replace(services, `"payments"`, `"search"`, 1))
		h.must(200, call{as: "administrator", method: "PUT", path: two, header: []string{`If-Match: "1"`}, body: body})
		if a := h.must(200, h.delivery("jira", ofJira(1, "updated", "done", ""))); a.text("outcome") != "updated" {
			t.Errorf("it is %s", a.body)
		}
	}, func(c *config.Config) { c.Incidents.PagerDuty.Team = "search" })
}

func TestATeamThatIsMissingMayComeYet(t *testing.T) {
	t.Parallel()
	h := open(t, "", sources, func(c *config.Config) { c.Incidents.PagerDuty.Team = "responders" })
	h.furnish()
	h.warnings = append(h.warnings, "request not served")
	first := h.delivery("pagerduty", ofPagerDuty(0, "triggered", "triggered", ""))
	if w := h.raw(first); w.Code != 503 || !strings.Contains(w.Body.String(), `"team_missing"`) {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	h.make("administrator", "team responders", "/v1/teams", `{"slug":"responders","name":"Responders"}`)
	if a := h.must(200, first); a.text("outcome") != "entered" {
		t.Errorf("sent again it is %s", a.body)
	}
}

func TestHostileBodiesOfWebhooksAreRefusedAndChangeNothing(t *testing.T) {
	t.Parallel()
	h := open(t, "", sources)
	h.furnish()
	h.warnings = append(h.warnings, "services of an incident are not known here")
	for _, source := range []string{"pagerduty", "incident-io", "opsgenie", "jira", "webhook"} {
		for _, body := range append([]string{
			strings.Repeat("[", 10_000), `{"event":` + strings.Repeat(`{"a":`, 100) + `1` + strings.Repeat("}", 101), `{"alert":null}`, `{"issue":[]}`,
			`{"event":{"event_type":"x","data":{"type":"incident"}}}`, `{"action":"Create","alert":{"alertId":"x","updatedAt":9223372036854775807}}`,
		}, bodies...) {
			if body == "" {
				continue
			}
			if a := h.do(h.delivery(source, body)); a.status != 422 && a.status != 200 {
				t.Errorf("%s, %.80q: %d %s", source, body, a.status, a.body)
			}
		}
		h.do(h.delivery(source, `{"a":"`+strings.Repeat("x", 256<<10)+`"}`)).expect(t, 413, "body_too_large", "", "")
		plain := h.delivery(source, "{}")
		plain.header = append(plain.header, "Content-Type: text/plain")
		h.do(plain).expect(t, 415, "unsupported_media_type", "", "")
	}
	if got := h.must(200, call{as: "bob", method: "GET", path: "/v1/incidents"}).items(); len(got) != 0 {
		t.Errorf("there are %v", got)
	}
	// Without a title it is called by its identifier, however long that is.
	long := strings.NewReplacer("4711", strings.Repeat("7", 200), "Checkout burns", " ", `"link":"https://status.example.org/4711"`, `"more":1`).Replace(ofWebhook(0, "", "declared", ""))
	untitled := h.must(200, h.delivery("webhook", long))
	if title := h.must(200, call{as: "bob", method: "GET", path: "/v1/incidents/" + untitled.text("incident")}).text("title"); title != "Incident of webhook: "+strings.Repeat("7", 178)+"…" {
		t.Errorf("without a title it is %q", title)
	}
	// What is read is text, whatever it says.
	nasty := `<script>alert(1)</script> '; DROP TABLE incidents; -- \u202e` + strings.Repeat("ä", 600)
	made := h.must(200, h.delivery("webhook", strings.Replace(ofWebhook(0, "", "declared", ""), "Checkout burns", nasty, 1)))
	i := h.must(200, call{as: "bob", method: "GET", path: "/v1/incidents/" + made.text("incident")}).object()
	if title := []rune(i["title"].(string)); len(title) != 200 || title[199] != '…' || !strings.HasPrefix(string(title), "<script>alert(1)</script> '; DROP TABLE incidents; -- ä") {
		t.Errorf("the title is %q", string(title))
	}
}

// variants are the payload with each of its members in turn in the place of something else.
func variants(t *testing.T, payload string, instead []string) []string {
	t.Helper()
	var out []string
	var whole any
	if err := json.Unmarshal([]byte(payload), &whole); err != nil {
		t.Fatal(err)
	}
	put := func(set func(v any), was any) {
		for _, text := range instead {
			set(json.RawMessage(text))
			changed, err := json.Marshal(whole)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, string(changed))
		}
		set(was)
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				was := v[name]
				put(func(n any) { v[name] = n }, was)
				walk(was)
			}
		case []any:
			for n, was := range v {
				put(func(x any) { v[n] = x }, was)
				walk(was)
			}
		}
	}
	walk(whole)
	return out
}

// Every member of every payload in turn is each kind of junk: the answer is that it is wrong, or that it
// is well, and never a failure.
func TestNoJunkInAWebhookMakesItFail(t *testing.T) {
	t.Parallel()
	h := open(t, "", sources, func(c *config.Config) { c.Incidents.PagerDuty.FallbackService = "checkout" })
	h.furnish()
	h.warnings = append(h.warnings, "services of an incident are not known here")
	h.clock.Advance(30 * time.Minute)
	refused, taken := 0, 0
	for source, body := range map[string]string{
		"pagerduty": ofPagerDuty(2, "triggered", "triggered", `,"reopened_at":null`), "incident-io": ofIncidentIO(2, "status_updated", "live", "Fixing"), "opsgenie": ofOpsgenie(2, "Create", "", ""),
		"jira": ofJira(2, "updated", "indeterminate", ""), "webhook": ofWebhook(2, "", "investigating", ""),
	} {
		for _, one := range variants(t, body, junk) {
			switch w := h.raw(h.delivery(source, one)); w.Code {
			case 200:
				taken++
			case 422:
				refused++
			default:
				t.Errorf("%s, %.600s: %d %s", source, one, w.Code, w.Body)
			}
		}
	}
	// Both happen, or the junk is none.
	if refused < 500 || taken < 500 {
		t.Errorf("%d were refused and %d taken", refused, taken)
	}
	for _, i := range h.must(200, call{as: "bob", method: "GET", path: "/v1/incidents?limit=500"}).items() {
		if title, _ := i["title"].(string); title == "" || strings.ContainsAny(title, "\x00\u202e") {
			t.Errorf("there is %v", i)
		}
	}
}

// A former secret is taken while it is given.
func TestNoIncidentIsLostWhileTheSecretOfItsSourceIsChanged(t *testing.T) {
	t.Parallel()
	h := open(t, "", sources, func(c *config.Config) {
		c.Incidents.PagerDuty.FormerSecret, c.Incidents.PagerDuty.Secret = c.Incidents.PagerDuty.Secret, config.NewSecret("the secret that is the new one")
	})
	h.furnish()
	if !strings.Contains(h.log.String(), "incidents.pagerduty.formerSecret") {
		t.Error("the log of the start does not say that a former secret is accepted")
	}
	h.must(200, h.delivery("pagerduty", ofPagerDuty(0, "triggered", "triggered", "")))
}

// Two deliveries at once, as two replicas take them, are one incident.
func TestDeliveriesAtOnceAreOneIncident(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.clock.Advance(30 * time.Minute)
		const n = 8
		type result struct {
			status int
			body   string
		}
		results := make(chan result, n)
		for k := range n {
			c := h.delivery("pagerduty", ofPagerDuty(k, "triggered", "triggered", ""))
			go func() {
				w := h.raw(c)
				results <- result{w.Code, w.Body.String()}
			}()
		}
		entered := 0
		for range n {
			r := <-results
			if r.status != 200 {
				t.Errorf("%d %s", r.status, r.body)
			}
			if strings.Contains(r.body, `"entered"`) {
				entered++
			}
		}
		if got := h.must(200, call{as: "bob", method: "GET", path: "/v1/incidents"}).items(); entered != 1 || len(got) != 1 {
			t.Errorf("%d were entered, there are %v", entered, got)
		}
	})
}
