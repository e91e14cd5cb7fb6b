package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// entity is one of a catalog as its module tells it.
func entity(kind, name, uid, more string) string {
	return fmt.Sprintf(`{"kind":%q,"ref":"%s:default/%s","uid":%q%s}`, kind, kind, name, uid, more)
}

// A portal's catalog tells its users, groups, systems and components by itself; its users then call
// through it. Of 15 components one in five and more than ten are more than go by themselves: 11.
func TestAPortalTellsItsCatalog(t *testing.T) {
	eachPortal(t, func(t *testing.T, h *portalHouse) {
		const syncs = "/v1/catalog/syncs"
		begin := func(header ...string) string {
			t.Helper()
			h.clock.Advance(time.Minute)
			return h.must(201, h.through("", "POST", syncs, `{"portal":"`+h.portal.url+`","full":true}`, header...)).text("id")
		}
		tell := func(sync string, entities ...string) string {
			t.Helper()
			h.clock.Advance(time.Second)
			var out []string
			for _, r := range h.must(200, h.through("", "POST", syncs+"/"+sync+"/entities", `{"entities":[`+strings.Join(entities, ",")+`]}`)).object()["results"].([]any) {
				one := r.(map[string]any)
				text := one["outcome"].(string)
				for _, f := range one["faults"].([]any) {
					text += " " + f.(map[string]any)["pointer"].(string)
				}
				out = append(out, text)
			}
			return strings.Join(out, ", ")
		}
		complete := func(sync string, accept bool) call {
			return h.through("", "POST", syncs+"/"+sync+"/complete", fmt.Sprintf(`{"acceptShrink":%t}`, accept))
		}
		count := func(a answer, what string) any { return a.object()["counts"].(map[string]any)[what] }
		want := func(what string, got, want any) {
			t.Helper()
			if got != want {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
		me := func(user string) map[string]any {
			t.Helper()
			return h.must(200, h.through(user, "GET", "/v1/me", "")).object()
		}
		components := func(names ...string) []string {
			var out []string
			for i, name := range names {
				out = append(out, entity("component", name, fmt.Sprint("c", i), `,"title":"Part","owner":"group:default/mobile","system":"system:default/app","type":"service"`))
			}
			return out
		}
		var names []string
		for i := range 15 {
			names = append(names, fmt.Sprintf("part-%02d", i))
		}

		// Nobody else tells it: no person through the portal either.
		h.do(h.through("grace", "POST", syncs, `{"portal":"`+h.portal.url+`","full":true}`)).expect(t, 403, "forbidden", "", "only a portal and administrators")
		// What was sent twice for want of an answer is one sync.
		first := begin("Idempotency-Key: start")
		h.clock.Advance(-time.Minute)
		want("started again", begin("Idempotency-Key: start"), first)
		people := []string{
			entity("user", "grace", "u1", `,"displayName":"Grace"`), entity("user", "heidi", "u2", `,"displayName":"Heidi"`), entity("user", "kim", "u3", `,"displayName":"Kim"`),
			entity("group", "mobile", "g1", `,"displayName":"Mobile","parent":"group:default/people","members":["user:default/grace","user:default/heidi"]`),
			entity("group", "people", "g2", `,"displayName":"People","members":[]`), entity("system", "app", "s1", `,"owner":"group:default/mobile"`),
		}
		// Grace and Heidi came through the portal before; the parent of their group is told after it, which is no fault.
		want("people", tell(first, people...), "updated, updated, created, created, created, created")
		// The module is stopped here. It goes on with the same sync, and tells again what it told.
		want("how far it is", h.must(200, h.through("", "GET", syncs+"/"+first, "")).text("state"), "open")
		want("again", tell(first, people...), "unchanged, unchanged, unchanged, updated, unchanged, unchanged")
		want("components", tell(first, components(names...)...), strings.TrimSuffix(strings.Repeat("created, ", 15), ", "))
		done := h.must(200, complete(first, false))
		want("state", done.text("state"), "complete")
		want("gone", count(done, "gone"), 0.)
		want("completed again", string(h.must(200, complete(first, false)).body), string(done.body))
		h.do(h.through("", "POST", syncs+"/"+first+"/entities", `{"entities":[`+people[0]+`]}`)).expect(t, 409, "catalog_sync_closed", "", "complete")
		grace := me("grace")
		want("she is whom the catalog tells", grace["name"], "Grace")
		want("the parent", h.must(200, call{as: "rita", method: "GET", path: "/v1/teams/mobile"}).object()["parent"].(map[string]any)["slug"], "people")

		// Grace looks after what her team has, but for what the catalog keeps.
		change := func(status int, slug, version, body string) answer {
			t.Helper()
			return h.must(status, h.through("grace", "PUT", "/v1/services/"+slug, body, "If-Match: "+version))
		}
		one := h.must(200, h.through("grace", "GET", "/v1/services/part-00", ""))
		refused := change(409, "part-00", one.header.Get("ETag"), `{"slug":"part-00","name":"Mine","kind":"http","tier":1,"system":"app","onCall":"grace"}`)
		refused.expect(t, 409, "field_managed", "/name", "component:default/part-00 of "+h.portal.url)
		change(200, "part-00", one.header.Get("ETag"), `{"slug":"part-00","name":"Part","kind":"http","tier":1,"system":"app","onCall":"grace"}`)

		// Grace and Heidi swap their names; Kim left, and somebody gets hers; the group, the system and
		// a component are renamed; two components are gone. An older full sync is closed by a newer one.
		older := begin()
		second := begin()
		h.do(h.through("", "POST", syncs+"/"+older+"/entities", `{"entities":[`+people[0]+`]}`)).expect(t, 409, "catalog_sync_closed", "", "superseded")
		renamed := []string{
			entity("user", "heidi", "u1", `,"displayName":"Grace"`), entity("user", "grace", "u2", `,"displayName":"Heidi"`),
			entity("group", "handheld", "g1", `,"displayName":"Mobile","parent":"group:default/people","members":["user:default/grace","user:default/heidi"]`),
			entity("group", "people", "g2", `,"displayName":"People","members":[]`), entity("system", "apps", "s1", `,"owner":"group:default/handheld"`),
		}
		want("renamed", tell(second, renamed...), "updated, updated, updated, unchanged, updated")
		next := components(append([]string{"front"}, names[1:13]...)...)
		for i := range next {
			next[i] = strings.NewReplacer("group:default/mobile", "group:default/handheld", "system:default/app", "system:default/apps").Replace(next[i])
		}
		want("components", tell(second, next...), "updated, "+strings.TrimSuffix(strings.Repeat("unchanged, ", 12), ", "))
		done = h.must(200, complete(second, false))
		want("gone", count(done, "gone"), 3.)
		for name, person := range map[string]string{"heidi": "Grace", "grace": "Heidi"} {
			now := me(name)
			want(name+" is", now["name"], person)
			if (now["person"].(map[string]any)["id"] == grace["person"].(map[string]any)["id"]) != (person == "Grace") {
				t.Errorf("%s is %v", name, now)
			}
		}
		h.do(h.through("grace", "GET", "/v1/services/part-00", "")).expect(t, 308, "", "", "")
		front := h.must(200, h.through("grace", "GET", "/v1/services/front", ""))
		want("what the team said stays", front.text("onCall"), "grace")
		want("its team", front.object()["team"].(map[string]any)["slug"], "handheld")
		left := h.must(200, h.through("grace", "GET", "/v1/services/part-14", ""))
		want("what is gone is the team's", len(left.object()["managed"].([]any)), 0)
		change(200, "part-14", left.header.Get("ETag"), `{"slug":"part-14","name":"Ours","kind":"http","tier":1,"system":"apps"}`)
		// Who gets the name of somebody who left is not them.
		third := begin()
		kim := me("kim")
		want("Heidi gets the name", tell(third, renamed[0], entity("user", "kim", "u2", `,"displayName":"Heidi"`), strings.Replace(renamed[2], "user:default/grace", "user:default/kim", 1), renamed[3], renamed[4]), "unchanged, updated, unchanged, unchanged, unchanged")
		if now := me("kim"); now["name"] != "Heidi" || now["person"].(map[string]any)["id"] == kim["person"].(map[string]any)["id"] {
			t.Errorf("kim is %v, and was %v", now, kim)
		}

		// Without its components the catalog lost more than it may by itself; nothing ends, and the sync
		// goes on.
		h.do(complete(third, false)).expect(t, 409, "catalog_shrank", "", "13 of 13 entities of the kind component")
		want("gone", len(h.must(200, h.through("grace", "GET", "/v1/catalog/entities?state=gone", "")).items()), 3)
		want("two more", tell(third, next[:2]...), "unchanged, unchanged")
		h.do(complete(third, false)).expect(t, 409, "catalog_shrank", "", "11 of 13 entities of the kind component")
		want("accepted", count(h.must(200, complete(third, true)), "gone"), 11.)
		for _, e := range h.must(200, call{as: "administrator", method: "GET", path: "/v1/audit?limit=1&object=" + third}).items() {
			want("who accepted it", e["actor"].(map[string]any)["kind"], "portal")
		}
	})
}
