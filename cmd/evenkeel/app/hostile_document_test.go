package app_test

import (
	"encoding/json"
	"fmt"
	"mime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
)

// operation is one of the OpenAPI document.
type operation struct {
	*openapi3.Operation
	method, path string
	params       openapi3.Parameters
}

// document is what the program itself says that it does.
type document struct {
	operations []operation
	seen       struct {
		sync.Mutex
		statuses map[string]map[int]int // of each operation
	}
}

// served is the program's document, which is the same in every house: it takes
// longer to read than most tests.
var served struct {
	sync.Once
	*openapi3.T
}

// readDocument asks the program for its document.
func (h *house) readDocument() *document {
	h.t.Helper()
	served.Do(func() {
		doc, err := openapi3.NewLoader().LoadFromData(h.must(200, call{method: "GET", path: "/openapi-3.0.json"}).body)
		if err != nil {
			h.t.Fatalf("read the OpenAPI document: %v", err)
		}
		served.T = doc
	})
	d := &document{}
	d.seen.statuses = map[string]map[int]int{}
	for path, item := range served.Paths.Map() {
		for method, op := range item.Operations() {
			d.operations = append(d.operations, operation{op, method, path, append(slices.Clone(item.Parameters), op.Parameters...)})
			d.seen.statuses[op.OperationID] = map[int]int{}
		}
	}
	slices.SortFunc(d.operations, func(a, b operation) int {
		if c := a.rank() - b.rank(); c != 0 {
			return c
		}
		return strings.Compare(a.OperationID, b.OperationID)
	})
	if len(d.operations) < 50 {
		h.t.Fatalf("the document has only %d operations", len(d.operations))
	}
	return d
}

// rank orders operations so that what the earlier ones need is still there.
func (o operation) rank() int {
	last := slices.Index([]string{"retireDataSource", "restoreDataSource", "retireSLO", "restoreSLO", "retireService", "restoreService", "transferService", "deactivatePerson"}, o.OperationID)
	return slices.Index([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, o.method) + 10*(last+1)
}

// reads reports whether it changes nothing. What is asked with a body is a POST.
func (o operation) reads() bool {
	return o.method == "GET" || slices.Contains([]string{"tryPolicy", "lintPostmortemText", "previewScorecard", "previewNewScorecard", "renderOpenSLO", "readOpenSLO", "planManifests"}, o.OperationID)
}

// public reports whether it takes no token.
func (o operation) public() bool {
	if o.Security == nil {
		return false
	}
	for _, requirement := range *o.Security {
		if len(requirement) == 0 {
			return true
		}
	}
	return len(*o.Security) == 0
}

func (o operation) body() *openapi3.Schema {
	if o.RequestBody == nil || o.RequestBody.Value.Content.Get("application/json") == nil {
		return nil
	}
	return o.RequestBody.Value.Content.Get("application/json").Schema.Value
}

// in lists the parameters of a place.
func (o operation) in(place string) (names []string) {
	for _, p := range o.params {
		if p.Value.In == place {
			names = append(names, p.Value.Name)
		}
	}
	slices.Sort(names)
	return names
}

// target is the operation's path with things that are there in it; others replace them.
func (o operation) target(h *house, others map[string]string) string {
	h.t.Helper()
	path := o.path
	for _, name := range o.in("path") {
		value, known := others[name]
		if !known {
			if value, known = h.ids["the "+name]; !known {
				h.t.Fatalf("%s: the fixture has no %s", o.OperationID, name)
			}
		}
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	return path
}

// judge holds an answer to what the document says of its operation.
func (d *document) judge(t *testing.T, o operation, a answer) {
	t.Helper()
	d.seen.Lock()
	d.seen.statuses[o.OperationID][a.status]++
	seen := d.seen.statuses[o.OperationID][a.status]
	d.seen.Unlock()
	declared := o.Responses.Value(strconv.Itoa(a.status))
	if declared == nil {
		if seen == 1 {
			t.Errorf("%s answers %d %s, which it does not declare: %s", o.OperationID, a.status, a.problem.Code, a.call)
		}
		return
	}
	if len(declared.Value.Content) == 0 {
		if len(a.body) > 0 {
			t.Errorf("%s: %s → %d declares no body: %.200s", o.OperationID, a.call, a.status, a.body)
		}
		return
	}
	media, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	content := declared.Value.Content[media]
	if err != nil || content == nil {
		t.Errorf("%s: %s → %d is of type %q, which it does not declare", o.OperationID, a.call, a.status, a.header.Get("Content-Type"))
		return
	}
	if content.Schema.Value.Type.Is("string") {
		return // what it is, the answer was held to already
	}
	if seen > 5 || seen > 1 && a.status >= 300 {
		return // the others are alike
	}
	var v any
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Errorf("%s: %s → %d: %v", o.OperationID, a.call, a.status, err)
		return
	}
	if err := content.Schema.Value.VisitJSON(v, openapi3.VisitAsResponse()); err != nil {
		t.Errorf("%s: %s → %d is not what its schema says: %.500s", o.OperationID, a.call, a.status, err)
	}
}

// summary tells what became of each operation.
func (d *document) summary() string {
	var b strings.Builder
	for _, o := range d.operations {
		var parts []string
		for status, n := range d.seen.statuses[o.OperationID] {
			parts = append(parts, fmt.Sprintf("%d × %d", n, status))
		}
		slices.Sort(parts)
		fmt.Fprintf(&b, "\n%-24s %s", o.OperationID, strings.Join(parts, ", "))
	}
	return b.String()
}

// prepare makes one of each kind of thing that an operation's path may name.
func (h *house) prepare() {
	h.t.Helper()
	h.ids["the team"], h.ids["the system"] = h.ids["team payments"], h.ids["system shop"]
	h.ids["the service"], h.ids["the slo"] = h.ids["service checkout"], h.ids["slo availability"]
	h.ids["the dependency"], h.ids["the person"], h.ids["the job"] = h.ids["dependency"], h.ids["bob"], "prune"
	h.ids["the fact"], h.ids["the check"] = "cause", "documented"
	h.ids["the serviceFact"] = "penetrationTest"
	h.must(201, call{as: "administrator", method: "POST", path: "/v1/service-facts", body: `{"name":"penetrationTest","type":"text","doc":"What it came to.","ways":["pushed","attested"]}`})
	h.make("ada", "the attestation", "/v1/services/checkout/attestations", `{"fact":"penetrationTest","text":"passed","evidence":"https://example.org/1","expiresAt":"`+start.AddDate(0, 0, 90).Format(time.RFC3339)+`"}`)
	h.make("ada", "the scorecard", "/v1/scorecards", scorecard("readiness", "payments"))
	h.must(200, call{as: "ada", method: "POST", path: "/v1/services/checkout/scorecards/evaluate"})
	h.make("ada", "the exemption", "/v1/exemptions", asking())
	h.make("ada", "the campaign", "/v1/campaigns", campaigning(`"team":"payments"`))
	h.apply("ada", with(bringing("files", false, "vault.yaml", "apiVersion: evenkeel/v1\nkind: System\nslug: vault\nteam: payments\n"), `"team":"payments"`))
	h.ids["the set"] = "files"
	h.ids["the manifest"] = h.must(200, call{as: "ada", method: "GET", path: "/v1/manifest-sets/files/manifests"}).items()[0]["id"].(string)
	h.make("administrator", "the sync", "/v1/catalog/syncs", `{"portal":"`+aPortal+`"}`)
	h.make("ada", "the launchReview", "/v1/launch-reviews", launching())
	h.ids["the repository"], h.ids["the wave"] = string(storetest.FoundRepository(h.t, h.app.Store, "acme/found").ID), "first"
	h.must(201, call{as: "administrator", method: "POST", path: "/v1/onboarding/waves", body: waving("first")})
	h.must(200, call{as: "administrator", method: "POST", path: "/v1/onboarding/waves/first/members", body: `{"repositories":["` + h.ids["the repository"] + `"]}`})
	h.ids["the member"] = h.must(200, call{as: "administrator", method: "GET", path: "/v1/onboarding/waves/first/members"}).items()[0]["id"].(string)
	h.ids["the condition"] = "1"
	h.ids["the policy"] = h.must(200, call{as: "administrator", method: "GET", path: "/v1/budget-policies/error-budget"}).text("id")
	h.make("ada", "the sla", "/v1/services/checkout/slas", agreement())
	h.make("ada", "the outage", "/v1/services/checkout/outages", `{"class":"network","from":"`+start.Add(-50*time.Hour).Format(time.RFC3339)+`","to":"`+start.Add(-49*time.Hour).Format(time.RFC3339)+`"}`)
	h.make("pipeline", "the decision", "/v1/services/checkout/gate/decisions", `{"class":"rollback"}`)
	h.make("ada", "the override", "/v1/services/checkout/gate/overrides", `{"reason":"a test","until":"`+start.Add(time.Hour).Format(time.RFC3339)+`"}`)
	h.make("ada", "the change", "/v1/services/checkout/changes", `{"kind":"deploy"}`)
	h.make("ada", "the incident", "/v1/incidents", `{"title":"Down","severity":"sev1","impactStart":"`+start.Add(-time.Hour).Format(time.RFC3339)+`","impactEnd":"`+start.Add(-30*time.Minute).Format(time.RFC3339)+`","services":[{"service":"checkout","role":"affected"}]}`)
	h.make("ada", "the timelineEntry", "/v1/incidents/"+h.ids["the incident"]+"/timeline", `{"text":"Orders fail."}`)
	// One that is done has no issue, which tests count.
	h.must(200, call{as: "ada", method: "POST", path: "/v1/incidents/" + h.ids["the incident"] + "/action-items/import", body: `{"items":[` + h.item(`"key":"J-1"`, `"settled":"done"`, `"note":"Live."`) + `]}`})
	h.ids["the actionItem"] = h.must(200, call{as: "ada", method: "GET", path: "/v1/action-items"}).items()[0]["id"].(string)
	h.ids["the incidentSource"], h.ids["the externalIncident"] = "pagerduty", "P1"
	h.must(201, call{as: "ada", method: "PUT", path: "/v1/incidents/" + h.ids["the incident"] + "/postmortem", body: "{}"})
	h.make("ada", "the postmortemRequest", "/v1/incidents/"+h.ids["the incident"]+"/postmortem/requests", `{"reason":"to learn"}`)
	h.ids["the postmortemVersion"] = "1"
	h.make("administrator", "the postmortemTemplate", "/v1/postmortem-templates", `{"slug":"short","name":"Short","markdown":"## What\n","required":["What"]}`)
	h.make("ada", "the composite", "/v1/composites", composed())
	h.make("ada", "the correction", "/v1/services/checkout/slos/availability/corrections", amendment())
	h.make("ada", "the token", "/v1/tokens", `{"name":"spare"}`)
	h.make("ada", "the workloadIdentity", "/v1/workload-identities", `{"team":"payments","name":"Jobs","issuer":"https://token.actions.githubusercontent.com","claims":{"repository":"acme/checkout"}}`)
	h.make("ada", "the attachment", "/v1/budget-policies/error-budget/attachments", `{"target":"service","service":"checkout","mode":"enforce"}`)
	h.make("administrator", "the dataSource", "/v1/data-sources", dataSource())
	h.make("ada", "the report", "/v1/reports", `{"scope":"team","name":"payments","period":"2026-02"}`)
	h.make("ada", "the reportDecision", "/v1/reports/"+h.ids["the report"]+"/decisions", `{"text":"go on","decidedBy":["Ada"]}`)
	h.make("ada", "the notificationTarget", "/v1/notification-targets", `{"team":"payments","name":"Mail","kind":"email","address":"payments@example.org"}`)
	// There is no mail server: it is dead.
	h.ids["the notification"] = h.must(200, call{as: "ada", method: "POST", path: "/v1/notification-targets/" + h.ids["the notificationTarget"] + "/test"}).text("id")
	h.ids["the week"], h.ids["the quarter"] = "2026-W11", "2026-Q1"
	const ofToil = "/v1/teams/payments/toil"
	h.must(200, call{as: "ada", method: "PUT", path: ofToil + "/answers/2026-W11", body: `{"share":0}`})
	h.must(200, call{as: "ada", method: "PUT", path: ofToil + "/surveys/2026-Q1/answer", body: `{"share":0,"course":"same","onCall":"fair"}`})
	h.make("ada", "the toilEntry", ofToil+"/entries", `{"day":"2026-03-13","minutes":1,"category":"migrations"}`)
	h.make("ada", "the toilCandidate", ofToil+"/candidates", `{"title":"Move it","buildHours":1,"service":"checkout","category":"migrations"}`)
	h.make("pipeline", "the toilAutomation", ofToil+"/automations", `{"name":"restart","category":"migrations","day":"2026-03-13","count":1,"minutesEach":1}`)
	// Things that are called otherwise now.
	h.make("ada", "former team", "/v1/teams", `{"slug":"former-team","name":"F"}`)
	h.make("ada", "former system", "/v1/systems", `{"slug":"former-system","name":"F","team":"payments"}`)
	h.make("ada", "former service", "/v1/services", service(`"slug":"former-service"`))
	h.make("administrator", "former policy", "/v1/budget-policies", `{"slug":"former-policy","name":"F","clauses":[{"name":"a","when":"consumed > 1.0","freeze":{}}]}`)
	h.make("administrator", "former source", "/v1/data-sources", dataSource(`"slug":"former-source"`))
	for noun, path := range map[string]string{
		"team": "/v1/teams", "system": "/v1/systems", "service": "/v1/services", "policy": "/v1/budget-policies", "source": "/v1/data-sources",
	} {
		h.rename("administrator", path+"/former-"+noun, "later-"+noun)
	}
	// Half of the events are bad, of which 0.1 % may be: a violation, and its issue.
	h.must(200, call{as: "ada", method: "POST", path: "/v1/services/checkout/slos/availability/measurements", body: slots(at(2*time.Minute) + `,"good":500,"total":1000`)})
	for _, job := range []string{"evaluate-budgets", "apply-policies", "prune"} {
		h.make("administrator", "the run", "/v1/jobs/"+job+"/runs", "")
		h.clock.Advance(time.Second)
	}
	h.ids["the backfill"] = string(h.backfill().ID)
	h.ids["the delivery"] = h.givenUp()
	for noun, list := range map[string]string{"violation": "/v1/violations", "alert": "/v1/alerts", "issue": "/v1/issues", "entry": "/v1/audit"} {
		items := h.must(200, call{as: "administrator", method: "GET", path: list}).items()
		if len(items) == 0 {
			h.t.Fatalf("there is no %s", noun)
		}
		h.ids["the "+noun] = items[0]["id"].(string)
	}
	h.ids["the toilProposal"] = h.ids["the alert"]
	h.make("ada", "the proposal", "/v1/proposals", `{"reason":"it was planned","correction":{"service":"checkout","slo":"availability","declaration":`+amendment()+`}}`)
	h.make("ada", "the event", "/v1/violations/"+h.ids["the violation"]+"/disputes", `{"reason":"It was planned."}`)
}

// givenUp is a webhook that could not be worked off.
func (h *house) givenUp() string {
	h.t.Helper()
	const name = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
	d := inbox.Delivery{ID: name, Event: "issues", Action: "closed", Repository: "acme/api", Payload: []byte("{}")}
	if _, err := h.app.Inbox.Accept(h.t.Context(), d); err != nil {
		h.t.Fatal(err)
	}
	d.Attempts, d.Error = 8, "no route"
	if err := h.app.Store.Inbox().UpdateDelivery(h.t.Context(), d); err != nil {
		h.t.Fatal(err)
	}
	return name
}
