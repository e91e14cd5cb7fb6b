package app_test

import (
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
)

// The forms of tokens are those of Backstage's source, see the package backstage.
func TestAForgedOrMisusedTokenOfAPortalIsRefused(t *testing.T) {
	t.Parallel()
	h := besidePortal(t, "")
	const ada = "user:default/ada"
	attacker, elsewhere := newSigner(t, h.evenkeel.kid), newSigner(t, h.auth.kid)
	twice := newSigner(t, "twice")
	h.portal.publish(keysOf("scaffolder"), h.scaffolder.public(), twice.public(), newSigner(t, "twice").public())
	now := h.clock.Now().Unix()
	header, claims := h.plugin(h.evenkeel, "evenkeel", h.obo(ada))
	userHeader, userClaims := h.limited(ada)
	good := h.evenkeel.sign(header, claims)
	other := h.evenkeel.sign(h.plugin(h.evenkeel, "evenkeel", h.obo("user:default/grace")))

	// plugin is a token of the portal's own plugin with changes, user one whose obo has them.
	plugin := func(ofHeader, ofClaims members) string {
		return h.evenkeel.sign(header.plus(ofHeader), claims.plus(ofClaims))
	}
	carry := func(obo any) string { return plugin(nil, members{"obo": obo}) }
	user := func(ofHeader, ofClaims members) string {
		return carry(h.auth.sign(userHeader.plus(ofHeader), userClaims.plus(ofClaims)))
	}
	der, err := x509.MarshalPKIXPublicKey(&h.evenkeel.key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	full := members{"iss": h.portal.url, "aud": "backstage", "ent": []string{ada, "group:default/admins"}, "uip": "x"}
	unsigned := encoded(header.plus(members{"alg": "none"})) + "." + encoded(claims) + "."
	attackers := attacker.public()

	const invalid = "portal_token_invalid"
	for _, c := range []struct {
		name  string
		token string
		code  string
		says  string
	}{
		{"empty", "", "invalid_token", ""},
		{"garbage", "garbage", "token_malformed", ""},
		{"garbage of three parts", "eyJ.x.y", invalid, "three parts"},
		{"two parts", strings.Join(strings.Split(good, ".")[:2], "."), "token_malformed", ""},
		{"four parts", good + ".x", "token_malformed", ""},
		{"a token of Evenkeel's shape", "ek_" + good, "token_malformed", ""},
		{"too long a token", good + strings.Repeat("A", 5000), "invalid_token", ""},
		{"alg none", unsigned, invalid, "alg must be ES256"},
		{"alg none, in another case", encoded(header.plus(members{"alg": "nOnE"})) + "." + encoded(claims) + ".", invalid, "alg must be ES256"},
		{"ES256 without a signature", strings.TrimRight(good, "-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"), invalid, ""},
		{"HS256 with the public key", hmacSigned(der, header.plus(members{"alg": "HS256"}), claims), invalid, "alg must be ES256"},
		{"RS256", plugin(members{"alg": "RS256"}, nil), invalid, "alg must be ES256"},
		{"ES384", plugin(members{"alg": "ES384"}, nil), invalid, "alg must be ES256"},
		{"no alg", plugin(members{"alg": nil}, nil), invalid, "alg must be ES256"},
		{"another key of the same id", attacker.sign(header, claims), invalid, "not signed by the key"},
		{"the key of the users", h.auth.sign(header.plus(members{"kid": h.auth.kid}), claims), invalid, "no one key"},
		{"the key of the users under the plugin's id", h.auth.sign(header, claims), invalid, "not signed by the key"},
		{"the key of another plugin", h.catalog.sign(header.plus(members{"kid": h.catalog.kid}), claims), invalid, "no one key"},
		{"another plugin's claims, signed by one's own key", h.catalog.sign(h.plugin(h.catalog, "evenkeel", h.obo(ada))), invalid, "no one key"},
		{"no typ", plugin(members{"typ": nil}, nil), invalid, "typ must be vnd.backstage.plugin"},
		{"typ JWT", plugin(members{"typ": "JWT"}, nil), invalid, "typ must be vnd.backstage.plugin"},
		{"typ of a user", plugin(members{"typ": "vnd.backstage.limited-user"}, nil), invalid, "typ must be vnd.backstage.plugin"},
		{"another aud", plugin(nil, members{"aud": "catalog"}), invalid, "aud must be"},
		{"no aud", plugin(nil, members{"aud": nil}), invalid, "aud must be"},
		{"an aud among others", plugin(nil, members{"aud": []string{"evenkeel-api", "catalog"}}), invalid, "aud must be"},
		{"an empty aud", plugin(nil, members{"aud": ""}), invalid, "aud must be"},
		{"another's sub", plugin(nil, members{"sub": "scaffolder"}), invalid, "no one key"},
		{"a sub that is not listed", h.unlisted.sign(h.plugin(h.unlisted, "techdocs", h.obo(ada))), invalid, "portal.plugins"},
		{"no sub", plugin(nil, members{"sub": nil}), invalid, "sub must be"},
		{"a sub that is a path", plugin(nil, members{"sub": "../auth"}), invalid, "sub must be"},
		{"a sub in another case", plugin(nil, members{"sub": "Evenkeel"}), invalid, "sub must be"},
		{"a sub of another name", plugin(nil, members{"sub": nil, "Sub": "evenkeel"}), invalid, "sub must be"},
		{"a plugin for itself alone acts for a person", h.catalog.sign(h.plugin(h.catalog, "catalog", h.obo(ada))), invalid, "portal.plugins"},
		{"a plugin for people alone acts by itself", h.scaffolder.sign(h.plugin(h.scaffolder, "scaffolder", "")), invalid, "portal.ownPlugins"},
		{"expired", plugin(nil, members{"exp": now}), "token_expired", "expired at"},
		{"expired, and signed by somebody else", attacker.sign(header, claims.plus(members{"exp": now})), invalid, "not signed by the key"},
		{"without exp", plugin(nil, members{"exp": nil}), invalid, "exp must say"},
		{"an exp that is text", plugin(nil, members{"exp": "never"}), invalid, "claims"},
		{"an exp far away", plugin(nil, members{"exp": now + 90000}), invalid, "longer than"},
		{"an exp beyond time", plugin(nil, members{"exp": int64(1) << 62}), invalid, "exp must say"},
		{"without iat", plugin(nil, members{"iat": nil}), invalid, "iat must say"},
		{"made in the future", plugin(nil, members{"iat": now + 31}), invalid, "compare the clocks"},
		{"not good yet", plugin(nil, members{"nbf": now + 60}), invalid, "not good yet"},
		{"no kid", plugin(members{"kid": nil}, nil), invalid, "kid"},
		{"an unknown kid", plugin(members{"kid": "unheard-of"}, nil), invalid, "no one key"},
		{"a kid of two keys", twice.sign(h.plugin(twice, "scaffolder", h.obo(ada))), invalid, "no one key"},
		{"jku", attacker.sign(header.plus(members{"jku": "http://127.0.0.1:1/jwks.json"}), claims), invalid, "must not have jku"},
		{"jwk", attacker.sign(header.plus(members{"jwk": attackers}), claims), invalid, "must not have jwk"},
		{"x5u", attacker.sign(header.plus(members{"x5u": "http://127.0.0.1:1/cert"}), claims), invalid, "must not have x5u"},
		{"x5c", attacker.sign(header.plus(members{"x5c": []string{base64.StdEncoding.EncodeToString(der)}}), claims), invalid, "must not have x5c"},
		{"crit", plugin(members{"crit": []string{"exp"}}, nil), invalid, "must not have crit"},
		{"the claims of another token", swap(good, other, 1), invalid, "not signed by the key"},
		{"the signature of another token", swap(good, other, 2), invalid, "not signed by the key"},
		{"claims that are no object", h.evenkeel.sign(header, []string{"evenkeel"}), invalid, "claims"},

		{"a limited token of a user by itself", h.obo(ada), invalid, "typ must be vnd.backstage.plugin"},
		{"a full token of a user by itself", h.auth.sign(userHeader.plus(members{"typ": "vnd.backstage.user"}), userClaims.plus(full)), invalid, "typ must be vnd.backstage.plugin"},
		{"a full token of a user as the obo", user(members{"typ": "vnd.backstage.user"}, full), invalid, "obo"},
		{"an obo that is no text", carry(members{"sub": ada}), invalid, "obo"},
		{"an empty obo", carry(""), invalid, "obo"},
		{"an obo of nothing, as JSON has it", h.evenkeel.sign(header, claims.plus(members{"obo": jsonNull{}})), invalid, ""},
		{"an obo with alg none", carry(encoded(userHeader.plus(members{"alg": "none"})) + "." + encoded(userClaims) + "."), invalid, "obo"},
		{"an expired obo", user(nil, members{"exp": now}), "token_expired", "expired at"},
		{"an obo without exp", user(nil, members{"exp": nil}), invalid, "exp must say"},
		{"an obo signed by the plugin", carry(h.evenkeel.sign(userHeader, userClaims)), invalid, "not signed by the key"},
		{"an obo with the plugin's key id", carry(h.evenkeel.sign(userHeader.plus(members{"kid": h.evenkeel.kid}), userClaims)), invalid, "no one key"},
		{"an obo with the type of a plugin", user(members{"typ": "vnd.backstage.plugin"}, nil), invalid, "typ must be vnd.backstage.limited-user"},
		{"an obo of another portal", carry(elsewhere.sign(userHeader, userClaims)), invalid, "not signed by the key"},
		{"an obo within an obo", user(nil, members{"obo": h.obo("user:default/grace")}), invalid, "obo of its own"},
		{"a plugin's token as the obo", carry(good), invalid, "typ must be vnd.backstage.limited-user"},
		{"a group as the user", user(nil, members{"sub": "group:default/payments"}), invalid, "must be a user"},
		{"a user without a namespace", user(nil, members{"sub": "user:ada"}), invalid, "must be a user"},
		{"a user with a path", user(nil, members{"sub": "user:default/../ada"}), invalid, "must be a user"},
		{"a user with a line break", user(nil, members{"sub": "user:default/ada\n"}), invalid, "must be a user"},
		{"a user with a letter that folds into another", user(nil, members{"sub": "user:default/\u212ate"}), invalid, "must be a user"},
		{"an obo without sub", user(nil, members{"sub": nil}), invalid, "must be a user"},
		{"an obo that is made in the future", user(nil, members{"iat": now + 31}), invalid, "compare the clocks"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := h.me(bearer(c.token))
			a.expect(t, http.StatusUnauthorized, c.code, "", c.says)
			if strings.Contains(string(a.body), "eyJ") {
				t.Errorf("the answer repeats the token: %s", a.body)
			}
		})
	}
	h.me([]string{"Authorization: Bearer " + good, "Authorization: Bearer " + good}).expect(t, 401, "invalid_token", "", "")
	h.me(nil).expect(t, 401, "unauthenticated", "", "")
	// What a proxy might add says nothing of who calls.
	claimed := []string{"X-Backstage-User: user:default/root", "X-Forwarded-User: root", "Cookie: backstage-auth=" + good}
	h.me(claimed).expect(t, 401, "unauthenticated", "", "")
	if people := h.must(200, call{as: "administrator", method: "GET", path: "/v1/people?query=grace"}).items(); len(people) != 0 {
		t.Errorf("a refused token entered %v", people)
	}
	// The good one is good, so that each of the above was refused for what is wrong with it.
	if me := h.me(append(bearer(h.evenkeel.sign(h.plugin(h.evenkeel, "evenkeel", h.obo(ada)))), claimed...)); me.status != 200 || me.text("name") != "ada" {
		t.Errorf("the good token: %d %s", me.status, me.body)
	}
	metrics := string(h.must(200, call{as: "nobody", method: "GET", path: "/metrics"}).body)
	for _, reason := range []string{"alg", "aud", "signature", "obo_exp"} {
		if !strings.Contains(metrics, h.metric(reason)) {
			t.Errorf("refusals by %s are not counted", reason)
		}
	}
}

// jsonNull is null, which members cannot hold otherwise.
type jsonNull struct{}

func (jsonNull) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

func TestAPortalActsForPeopleAsTheyMay(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(testing.TB) string{"SQLite": func(testing.TB) string { return "" }, "PostgreSQL": storetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := besidePortal(t, database(t))
			// Ten requests of somebody who was never seen enter one person.
			var seen sync.WaitGroup
			for range 10 {
				seen.Go(func() {
					if a := h.me(h.as("user:default/grace")); a.status != 200 {
						t.Errorf("a first sight: %d %s", a.status, a.body)
					}
				})
			}
			seen.Wait()
			people := h.must(200, call{as: "administrator", method: "GET", path: "/v1/people?query=grace"}).items()
			if len(people) != 1 || people[0]["administrator"] != false {
				t.Fatalf("entered were %v", people)
			}
			grace := people[0]["id"].(string)
			entered := h.must(200, call{as: "administrator", method: "GET", path: "/v1/audit?limit=1&object=" + grace}).items()
			if len(entered) != 1 || entered[0]["action"] != "person.create" || entered[0]["actor"].(map[string]any)["kind"] != "system" {
				t.Errorf("written down is %v", entered)
			}
			// References are the same in any case, and another namespace is another person.
			if me := h.me(h.as("User:Default/Grace")); me.object()["person"].(map[string]any)["id"] != grace {
				t.Errorf("in another case: %s", me.body)
			}
			if me := h.me(h.as("user:guests/grace")); me.text("name") != "guests/grace" || me.object()["person"].(map[string]any)["id"] == grace {
				t.Errorf("of another namespace: %s", me.body)
			}
			// Of no team, she reads, and changes nothing of another team.
			change := strings.Replace(service(`"name":"Hers"`), `"team":"payments",`, "", 1)
			put := call{as: "nobody", method: "PUT", path: "/v1/services/checkout", header: append(h.as("user:default/grace"), `If-Match: "1"`), body: change}
			h.must(200, call{as: "nobody", method: "GET", path: "/v1/services/checkout", header: h.as("user:default/grace")})
			h.do(put).expect(t, 403, "forbidden", "", "members of the owning team")
			h.must(200, call{as: "administrator", method: "PUT", path: "/v1/teams/payments/members/" + grace})
			put.header = append(h.as("user:default/grace"), `If-Match: "1"`)
			h.must(200, put)
			if teams := h.me(h.as("user:default/grace")).object()["teams"].([]any); len(teams) != 1 || teams[0].(map[string]any)["name"] != "payments" {
				t.Errorf("her teams are %v", teams)
			}
			// An administrator is one through the portal too, and a leaver nobody.
			h.do(call{as: "nobody", method: "GET", path: "/v1/audit", header: h.as("user:default/grace")}).expect(t, 403, "forbidden", "", "")
			h.must(200, call{as: "administrator", method: "PUT", path: "/v1/people/" + grace, header: []string{`If-Match: "1"`}, body: `{"displayName":"Grace","administrator":true}`})
			h.must(200, call{as: "nobody", method: "GET", path: "/v1/audit", header: h.as("user:default/grace")})
			h.must(200, call{as: "administrator", method: "POST", path: "/v1/people/" + grace + "/deactivate", header: []string{`If-Match: "2"`}})
			h.me(h.as("user:default/grace")).expect(t, 401, "token_revoked", "", "deactivated")
			// The scaffolder acts for people as well.
			token := h.scaffolder.sign(h.plugin(h.scaffolder, "scaffolder", h.obo("user:default/linus")))
			if me := h.me(bearer(token)); me.text("name") != "linus" {
				t.Errorf("through the scaffolder: %d %s", me.status, me.body)
			}
			// A plugin by itself reads, and changes nothing.
			if me := h.me(h.itself()); me.text("kind") != "portal" || me.text("name") != "catalog" {
				t.Errorf("the catalog is %s", me.body)
			}
			h.must(200, call{as: "nobody", method: "GET", path: "/v1/services", header: h.itself()})
			h.do(call{as: "nobody", method: "POST", path: "/v1/teams", header: h.itself(), body: `{"slug":"bots","name":"Bots"}`}).expect(t, 403, "forbidden", "", "a portal may not")
			h.do(call{as: "nobody", method: "POST", path: "/v1/services", header: h.itself(), body: service(`"slug":"planted"`)}).expect(t, 403, "forbidden", "", "members of the owning team")
			h.do(call{as: "nobody", method: "GET", path: "/v1/audit", header: h.itself()}).expect(t, 403, "forbidden", "", "")
		})
	}
}

func TestKeysOfAPortalRotateAndOutliveItsOutage(t *testing.T) {
	t.Parallel()
	h := besidePortal(t, "")
	path := keysOf("evenkeel")
	// There are no keys before the first token.
	h.portal.publish(path)
	h.me(h.as("user:default/ada")).expect(t, 401, "portal_token_invalid", "", "no one key")
	h.portal.publish(path, h.evenkeel.public())
	h.me(h.as("user:default/ada")).expect(t, 401, "portal_token_invalid", "", "try again in 10s")
	if n := h.portal.times(path); n != 1 {
		t.Errorf("asked %d times within 10 seconds, want once", n)
	}
	h.later()
	if a := h.me(h.as("user:default/ada")); a.status != 200 {
		t.Fatalf("after the first key: %d %s", a.status, a.body)
	}
	// Another key is taken as soon as it is used, beside the old one.
	old := h.evenkeel
	h.evenkeel = newSigner(t, "second")
	h.portal.publish(path, old.public(), h.evenkeel.public())
	h.later()
	if a := h.me(h.as("user:default/ada")); a.status != 200 {
		t.Errorf("by the second key: %d %s", a.status, a.body)
	}
	// One that was taken away is good for an hour.
	h.portal.publish(path, h.evenkeel.public())
	first := func() []string {
		return bearer(old.sign(h.plugin(old, "evenkeel", h.obo("user:default/ada"))))
	}
	if a := h.me(first()); a.status != 200 {
		t.Errorf("by the first key, at once: %d %s", a.status, a.body)
	}
	h.clock.Advance(time.Hour)
	h.me(first()).expect(t, 401, "portal_token_invalid", "", "no one key")
	// An outage locks nobody out whose key is known, for twelve hours, and never who has
	// a token of Evenkeel's own.
	if a := h.me(h.as("user:default/ada")); a.status != 200 {
		t.Errorf("by the second key, alone: %d %s", a.status, a.body)
	}
	h.portal.fail(true)
	h.warnings = append(h.warnings, "request not served")
	h.clock.Advance(11 * time.Hour)
	if a := h.me(h.as("user:default/ada")); a.status != 200 {
		t.Errorf("in an outage: %d %s", a.status, a.body)
	}
	h.clock.Advance(time.Hour)
	h.me(h.as("user:default/ada")).expect(t, 503, "portal_unavailable", "", "own go on to work")
	h.must(200, call{as: "ada", method: "GET", path: "/v1/me"})
	h.portal.fail(false)
	h.later()
	if a := h.me(h.as("user:default/ada")); a.status != 200 {
		t.Errorf("after the outage: %d %s", a.status, a.body)
	}
}

func TestWhatSomebodyMayDoIsToldWithReasons(t *testing.T) {
	t.Parallel()
	h := besidePortal(t, "")
	rights := func(as, team string) map[string]string {
		out := map[string]string{}
		for _, one := range h.must(200, call{as: as, method: "GET", path: "/v1/me/rights?team=" + team}).object()["rights"].([]any) {
			r := one.(map[string]any)
			reason, _ := r["reason"].(string)
			if (reason == "") != (r["allowed"] == true) {
				t.Errorf("%v", r)
			}
			out[r["verb"].(string)+" "+r["kind"].(string)] = reason
		}
		return out
	}
	for _, c := range []struct{ as, team, right, says string }{
		{"ada", "payments", "update service", ""},
		{"ada", "payments", "create policy", "only administrators"},
		{"ada", "search", "update service", "only members of the owning team and administrators may update this service"},
		{"ada", "", "create team", ""},
		{"bob", "search", "update service", ""},
		{"rita", "payments", "update service", `lacks the scope "write"`},
		{"rita", "payments", "read service", ""},
		{"pipeline", "payments", "push slo", ""},
		{"pipeline", "payments", "create team", "scope"},
		{"administrator", "search", "create policy", ""},
	} {
		got, there := rights(c.as, c.team)[c.right]
		if !there || c.says == "" && got != "" || !strings.Contains(got, c.says) {
			t.Errorf("%s may %s of %q: %q, want %q", c.as, c.right, c.team, got, c.says)
		}
	}
	h.do(call{as: "ada", method: "GET", path: "/v1/me/rights?team=nobody"}).expect(t, 422, "", "query.team", "")
	h.do(call{as: "nobody", method: "GET", path: "/v1/me/rights"}).expect(t, 401, "unauthenticated", "", "")
}
