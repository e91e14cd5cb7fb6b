package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/policy/supply"
)

// ofIncident is a body of an incident of checkout.
func ofIncident(changes ...string) string {
	return with(`{"title":"Checkout is down","severity":"sev1","impactStart":"`+start.Add(-time.Hour).Format(time.RFC3339)+`","services":[{"service":"checkout","role":"affected"}]}`, changes...)
}

func TestAnIncidentNamesTheCausesThatPoliciesTellApart(t *testing.T) {
	t.Parallel()
	if want := slices.Concat(supply.Own, supply.Excusing); !slices.Equal(incident.Causes, want) {
		t.Errorf("causes of incidents are %q, of policies %q", incident.Causes, want)
	}
}

func TestAnIncidentIsDeclaredMovedOnAndUpdated(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		declare := call{as: "robot", method: "POST", path: "/v1/incidents", header: []string{"Idempotency-Key: once"}, body: ofIncident()}
		made := h.must(201, declare)
		if again := h.must(201, declare); again.text("id") != made.text("id") || again.header.Get("Idempotency-Replayed") != "true" {
			t.Error("what is declared again is another incident")
		}
		one := made.header.Get("Location")
		if one != "/v1/incidents/"+made.text("id") || made.text("status") != "declared" || made.object()["team"].(map[string]any)["slug"] != "payments" || made.header.Get("ETag") != `"1"` {
			t.Errorf("declared is %s at %s", made.body, one)
		}
		h.do(call{as: "bob", method: "POST", path: "/v1/incidents", body: ofIncident()}).expect(t, 403, "forbidden", "", "members of the owning team")
		h.do(call{as: "ada", method: "POST", path: "/v1/incidents", body: ofIncident(`"services":[{"service":"nothing","role":"affected"}]`)}).expect(t, 422, "invalid_input", "/services/0/service", "must name a service")
		h.do(call{as: "ada", method: "POST", path: "/v1/incidents", body: ofIncident(`"team":"nothing"`)}).expect(t, 422, "invalid_input", "/team", "must name a team")
		h.do(call{as: "ada", method: "POST", path: "/v1/incidents", body: ofIncident(`"severity":"sev5"`)}).expect(t, 422, "invalid_input", "/severity", "")
		h.do(call{as: "ada", method: "PUT", path: one, body: ofIncident()}).expect(t, 428, "precondition_required", "", "If-Match")
		h.must(200, call{as: "ada", method: "PUT", path: one, header: []string{`If-Match: "1"`}, body: ofIncident(`"title":"All is down"`)})
		h.do(call{as: "ada", method: "PUT", path: one, header: []string{`If-Match: "1"`}, body: ofIncident()}).expect(t, 412, "version_mismatch", "", "version 2 now")
		h.must(200, call{as: "ada", method: "POST", path: one + "/status", header: []string{`If-Match: "2"`}, body: `{"status":"resolved"}`})
		h.do(call{as: "ada", method: "POST", path: one + "/status", header: []string{`If-Match: "3"`}, body: `{"status":"investigating"}`}).expect(t, 422, "invalid_input", "/reason", "")
		for query, want := range map[string]int{"": 1, "?open=true": 0, "?open=false": 1, "?service=checkout": 1, "?service=ledger": 0, "?team=payments": 1, "?team=search": 0, "?severity=sev2": 0, "?status=resolved": 1} {
			if got := h.must(200, call{as: "bob", method: "GET", path: "/v1/incidents" + query}).items(); len(got) != want {
				t.Errorf("%q lists %v, want %d", query, got, want)
			}
		}
	})
}

func TestARestrictedIncidentIsMissingForOthersByEveryOperation(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.prepare()
		one := "/v1/incidents/" + h.ids["the incident"]
		h.must(200, call{as: "ada", method: "PUT", path: one, header: []string{`If-Match: "1"`}, body: ofIncident(`"restricted":true`)})
		h.must(200, call{as: "ada", method: "GET", path: one})
		s := &sweep{T: t, house: h, as: "robot"}
		tried := 0
		for _, o := range h.readDocument().operations {
			if !strings.HasPrefix(o.path, "/v1/incidents/{incident}") {
				continue
			}
			tried++
			c := call{as: "robot", method: o.method, path: o.target(h, nil), header: []string{`If-Match: "1"`}}
			switch {
			case o.OperationID == "importTimeline":
				c.header, c.body = append(c.header, "Content-Type: application/x-ndjson"), "{}"
			case o.RequestBody != nil:
				c.body = encode(s.body(o))
			}
			if o.OperationID == "updateIncident" {
				c.body = ofIncident()
			}
			h.do(c).expect(t, 404, "incident_not_found", "", "")
		}
		if tried != 31 {
			t.Errorf("%d operations were tried", tried)
		}
		if got := h.must(200, call{as: "robot", method: "GET", path: "/v1/incidents"}).items(); len(got) != 0 {
			t.Errorf("listed are %v", got)
		}
		for as, want := range map[string]int{"robot": 0, "bob": 0, "ada": 1, "administrator": 1} {
			if got := h.must(200, call{as: as, method: "GET", path: "/v1/incidents/search?q=checkout+orders"}).items(); len(got) != want {
				t.Errorf("%s finds %v by words of the postmortem, which repeats the timeline", as, got)
			}
			if got := h.must(200, call{as: as, method: "GET", path: "/v1/incidents/search?q=checkout"}).items(); len(got) != want {
				t.Errorf("%s finds %v", as, got)
			}
			if got := h.must(200, call{as: as, method: "GET", path: "/v1/incident-statistics"}).object()["incidents"]; got != float64(want) {
				t.Errorf("to %s statistics are of %v", as, got)
			}
		}
	})
}

func TestAnIncidentOfASourceIsToldOnce(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		tell := call{as: "robot", method: "PUT", path: "/v1/external-incidents/pagerduty/P1", body: ofIncident(`"status":"investigating"`)}
		first, again := h.must(200, tell), h.must(200, tell)
		if first.object()["entered"] != true || again.object()["entered"] != false || first.text("id") != again.text("id") {
			t.Errorf("told first %s, again %s", first.body, again.body)
		}
		// By the source's clock what is told late changes nothing.
		dated := func(status string, minutes int) answer {
			return h.must(200, call{as: "robot", method: "PUT", path: "/v1/external-incidents/pagerduty/P2", body: ofIncident(`"status":"`+status+`"`, `"toldAt":"`+after(minutes)+`"`)})
		}
		newest, late := dated("resolved", -1), dated("investigating", -5)
		if newest.text("id") != late.text("id") || newest.object()["version"] != late.object()["version"] {
			t.Errorf("told late it is %s, before it was %s", late.body, newest.body)
		}
		future := call{as: "robot", method: "PUT", path: "/v1/external-incidents/pagerduty/P2", body: ofIncident(`"status":"closed"`, `"toldAt":"`+after(5)+`"`)}
		h.do(future).expect(t, 422, "invalid_input", "/toldAt", "must not be after now")
		tell.path = "/v1/external-incidents/nagios/P1"
		h.do(tell).expect(t, 422, "invalid_input", "path.incidentSource", "")
		one := "/v1/incidents/" + first.text("id")
		h.do(call{as: "ada", method: "POST", path: one + "/status", header: []string{`If-Match: "1"`}, body: `{"status":"resolved"}`}).expect(t, 409, "incident_of_source", "", "pagerduty")
	})
}
