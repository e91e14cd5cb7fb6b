package app_test

import (
	"strings"
	"testing"
	"time"
)

const aPortal = "https://portal.example.org"

// The teams payments and search, the services checkout and ledger of payments and finder of search
// were entered by hand. An administrator tells the catalog: a portal's own tokens are of another
// test.
func TestACatalogIsToldThroughTheAPI(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		post := func(status int, as, path, body string) answer {
			t.Helper()
			return h.must(status, call{as: as, method: "POST", path: "/v1/catalog/" + path, body: body})
		}
		get := func(path string) answer {
			t.Helper()
			return h.must(200, call{as: "rita", method: "GET", path: path})
		}
		h.do(call{as: "ada", method: "POST", path: "/v1/catalog/syncs", body: `{"portal":"` + aPortal + `"}`}).expect(t, 403, "forbidden", "", "only a portal and administrators may sync a catalog")
		h.do(call{as: "administrator", method: "POST", path: "/v1/catalog/syncs", body: `{"portal":"portal"}`}).expect(t, 422, "invalid_input", "/portal", "https://example.org/path")
		start := func() string {
			h.clock.Advance(time.Minute)
			return post(201, "administrator", "syncs", `{"portal":"`+aPortal+`/","full":true}`).text("id")
		}
		told := `{"entities":[
			{"kind":"user","ref":"user:default/grace","uid":"u1","displayName":"Grace","email":"grace@example.org"},
			{"kind":"group","ref":"group:default/payments","uid":"g1","displayName":"Payments","parent":null,"members":["User:default/Grace"]},
			{"kind":"component","ref":"component:default/checkout","uid":"c1","title":"Till","owner":"group:default/payments","system":null,"lifecycle":"ga"},
			{"kind":"component","ref":"component:default/mailer","uid":"c2","owner":"group:default/payments","type":"cronjob","lifecycle":"whatever"},
			{"kind":"component","ref":"component:default/orphan","uid":"c3","owner":"group:default/nobody","tier":9}]}`
		sync := start()
		results := post(200, "administrator", "syncs/"+sync+"/entities", told)
		var got []string
		for _, r := range results.object()["results"].([]any) {
			one := r.(map[string]any)
			text := one["outcome"].(string)
			if one["adopted"] == true {
				text += " adopted"
			}
			for _, f := range one["faults"].([]any) {
				fault := f.(map[string]any)
				text += " " + fault["pointer"].(string) + "=" + fault["value"].(string)
			}
			if of, is := one["resource"].(map[string]any); is {
				text += " " + of["kind"].(string)
			}
			got = append(got, text)
		}
		if text := strings.Join(got, ", "); text != "created person, updated adopted team, updated adopted service, created service, refused /tier=9" {
			t.Errorf("results %s", text)
		}
		done := post(200, "administrator", "syncs/"+sync+"/complete", `{}`)
		if done.text("state") != "complete" || done.object()["counts"].(map[string]any)["refused"] != 1.0 {
			t.Errorf("completed %s", done.body)
		}
		h.do(call{as: "administrator", method: "POST", path: "/v1/catalog/syncs/01ARZ3NDEKTSV4RRFFQ69G5FAV/entities", body: told}).expect(t, 404, "sync_not_found", "", "")

		checkout := get("/v1/services/checkout")
		if !strings.Contains(string(checkout.body), `"entity":{"ref":"component:default/checkout","portal":"`+aPortal+`"}`) ||
			!strings.Contains(string(checkout.body), `{"field":"name","manager":"catalog"}`) || checkout.text("lifecycle") != "production" {
			t.Errorf("checkout %s", checkout.body)
		}
		version := checkout.header.Get("ETag")
		h.do(call{as: "ada", method: "PUT", path: "/v1/services/checkout", header: []string{"If-Match: " + version}, body: `{"slug":"checkout","name":"Checkout","kind":"http","tier":1,"system":"shop"}`}).
			expect(t, 409, "field_managed", "/name", "component:default/checkout of "+aPortal)
		h.must(200, call{as: "ada", method: "PUT", path: "/v1/services/checkout", header: []string{"If-Match: " + version}, body: `{"slug":"checkout","name":"Till","kind":"http","tier":1,"system":"shop"}`})
		for _, m := range get("/v1/teams/payments/members").items() {
			name, manager := m["person"].(map[string]any)["name"], m["manager"]
			if (name == "Grace") != (manager == "catalog") {
				t.Errorf("%v is kept by %v", name, manager)
			}
		}
		names := func(path, field string) string {
			var out []string
			for _, one := range get(path).items() {
				out = append(out, one[field].(string))
			}
			return strings.Join(out, " ")
		}
		if got := names("/v1/services?entity=none", "slug"); got != "evenkeel finder ledger" {
			t.Errorf("services without an entity: %s", got)
		}
		if got := names("/v1/catalog/entities?state=refused", "ref"); got != "component:default/orphan" {
			t.Errorf("refused: %s", got)
		}
		if got := names("/v1/catalog/entities?kind=component&query=TILL&limit=1", "ref"); got != "component:default/checkout" {
			t.Errorf("called Till: %s", got)
		}
		if mailer := get("/v1/services/mailer"); mailer.text("kind") != "batch" || mailer.text("lifecycle") != "production" || strings.Contains(string(mailer.body), `"field":"lifecycle"`) {
			t.Errorf("mailer %s", mailer.body)
		}

		// The next one tells of Grace and her team, and of the mailer, which nobody declares any more.
		sync = start()
		again := post(200, "administrator", "syncs/"+sync+"/entities", told[:strings.Index(told, `,
			{"kind":"component"`)]+`,{"kind":"component","ref":"component:default/mailer","uid":"c2","owner":"group:default/payments","type":"cronjob","lifecycle":"whatever"}]}`)
		if n := strings.Count(string(again.body), `"unchanged"`); n != 3 {
			t.Errorf("again %s", again.body)
		}
		undeclared := `{"acceptShrink":true,"undeclared":["Component:default/mailer"]}`
		some := post(201, "administrator", "syncs", `{"portal":"`+aPortal+`"}`).text("id")
		h.do(call{as: "administrator", method: "POST", path: "/v1/catalog/syncs/" + some + "/complete", body: undeclared}).expect(t, 422, "invalid_input", "/undeclared", "an incremental sync ends nothing")
		post(200, "administrator", "syncs/"+some+"/complete", `{}`)
		post(200, "administrator", "syncs/"+sync+"/complete", undeclared)
		if got := names("/v1/catalog/entities?state=gone", "ref"); got != "component:default/checkout component:default/mailer component:default/orphan" {
			t.Errorf("gone: %s", got)
		}
		if after := get("/v1/services/checkout"); strings.Contains(string(after.body), `"entity"`) || !strings.Contains(string(after.body), `"managed":[]`) {
			t.Errorf("checkout %s", after.body)
		}
		if got := names("/v1/catalog/syncs", "state"); got != "complete complete complete" {
			t.Errorf("syncs: %s", got)
		}
	})
}
