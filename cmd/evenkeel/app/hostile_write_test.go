package app_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestHostilePreconditionsAreRefused(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.must(200, call{as: "ada", method: "PUT", path: "/v1/teams/payments", header: []string{`If-Match: "1"`}, body: `{"slug":"payments","name":"Payments 2","parent":"engineering"}`})
		put := func(name string, status int, code, pointer, says string, tags ...string) hostile {
			header := make([]string, len(tags))
			for i, tag := range tags {
				header[i] = "If-Match: " + tag
			}
			return hostile{name, call{as: "ada", method: "PUT", path: "/v1/teams/payments", header: header, body: `{"slug":"payments","name":"lost","parent":"engineering"}`}, status, code, pointer, says}
		}
		malformed := func(name string, tags ...string) hostile {
			return put(name, 422, "invalid_input", "header.If-Match", "", tags...)
		}
		h.all(t, []hostile{
			put("no ETag", 428, "precondition_required", "", "If-Match"),
			put("a stale ETag", 412, "version_mismatch", "", "changed by somebody else", `"1"`),
			put("an ETag of the future", 412, "version_mismatch", "", "changed by somebody else", `"3"`),
			put("a weak ETag", 412, "version_mismatch", "", "weak", `W/"2"`),
			malformed("an ETag without quotes", `2`),
			malformed("an ETag half quoted", `"2`),
			malformed("an ETag of a word", `"two"`),
			malformed("an ETag of zero", `"0"`),
			malformed("an ETag below zero", `"-2"`),
			malformed("an ETag with a leading zero", `"02"`),
			malformed("an ETag with a plus", `"+2"`),
			malformed("an ETag past all versions", `"99999999999999999999"`),
			malformed("any ETag", `*`),
			malformed("two ETags", `"1", "2"`),
			malformed("two headers", `"1"`, `"2"`),
			malformed("an endless ETag", `"`+strings.Repeat("1", 5000)+`"`),
			malformed("an ETag of no UTF-8", "\"\xff\""),
		})
		for _, c := range []call{ // every kind of conditional write asks for it
			{as: "ada", method: "DELETE", path: "/v1/systems/shop"},
			{as: "ada", method: "PUT", path: "/v1/services/checkout", body: with(service(), `"tier":3`)},
			{as: "ada", method: "POST", path: "/v1/services/checkout/retire", body: `{}`},
			{as: "ada", method: "POST", path: "/v1/services/checkout/transfer", body: `{"team":"search"}`},
			{as: "ada", method: "PUT", path: "/v1/services/checkout/slos/availability", body: slo()},
			{as: "ada", method: "POST", path: "/v1/services/checkout/slos/availability/retire", body: `{}`},
			{as: "ada", method: "DELETE", path: "/v1/services/checkout/dependencies/" + h.ids["dependency"]},
			{as: "administrator", method: "POST", path: "/v1/people/" + h.ids["bob"] + "/deactivate"},
			{as: "administrator", method: "PUT", path: "/v1/budget-policies/error-budget", body: `{"slug":"error-budget","name":"E","clauses":[{"name":"a","when":"consumed > 0.01","freeze":{}}]}`},
			{as: "administrator", method: "PUT", path: "/v1/issue-delivery", body: `{"stopped":true,"stoppedKinds":[],"reason":"r"}`},
		} {
			if strings.HasSuffix(c.path, "/checkout") {
				c.body = strings.Replace(c.body, `"team":"payments",`, "", 1)
			}
			h.do(c).expect(t, 428, "precondition_required", "", "If-Match")
			c.header = []string{`If-Match: "77"`}
			h.do(c).expect(t, 412, "version_mismatch", "", "read it again")
		}
		if got := h.must(200, call{as: "ada", method: "GET", path: "/v1/teams/payments"}); got.text("name") != "Payments 2" || got.header.Get("ETag") != `"2"` {
			t.Errorf("a refused write changed the team: %s %s", got.header.Get("ETag"), got.body)
		}
	})
}

func TestHostileIdempotencyKeysAreRefused(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		post := func(as, key, body string) call {
			return call{as: as, method: "POST", path: "/v1/teams", header: []string{"Idempotency-Key: " + key}, body: body}
		}
		const body = `{"slug":"once","name":"Once"}`
		first := h.must(201, post("ada", "k1", body))
		if first.header.Get("Idempotency-Replayed") != "" {
			t.Error("the first call says that it is a replay")
		}
		again := h.must(201, post("ada", "k1", body))
		if again.header.Get("Idempotency-Replayed") != "true" || again.text("id") != first.text("id") ||
			again.header.Get("Location") != first.header.Get("Location") || again.header.Get("ETag") != first.header.Get("ETag") {
			t.Errorf("the replay is another: %v %s", again.header, again.body)
		}
		other := `{"slug":"other","name":"Other"}`
		h.all(t, []hostile{
			{"a key with another body", post("ada", "k1", other), 422, "idempotency_key_reused", "header.Idempotency-Key", "another request"},
			{"a key with the same in other words", post("ada", "k1", body+" "), 422, "idempotency_key_reused", "header.Idempotency-Key", "another request"},
			{"the same without a key", call{as: "ada", method: "POST", path: "/v1/teams", body: body}, 409, "slug_taken", "", "once"},
			{"another's key", post("bob", "k1", body), 409, "slug_taken", "", "once"},
			{"a key with a space", post("ada", "a b", other), 422, "invalid_input", "header.Idempotency-Key", "visible ASCII"},
			{"a key that is no ASCII", post("ada", "schlüssel", other), 422, "invalid_input", "header.Idempotency-Key", "visible ASCII"},
			{"a key of no UTF-8", post("ada", "k\xff", other), 422, "invalid_input", "header.Idempotency-Key", ""},
			{"a key of 256 characters", post("ada", strings.Repeat("k", 256), other), 422, "invalid_input", "header.Idempotency-Key", "255"},
			{"two keys", call{as: "ada", method: "POST", path: "/v1/teams", header: []string{"Idempotency-Key: a", "Idempotency-Key: b"}, body: other}, 422, "invalid_input", "header.Idempotency-Key", "given twice"},
			{"a key for what was refused", post("ada", "k2", `{"slug":"UPPER","name":"U"}`), 422, "invalid_input", "/slug", "lower-case"},
		})
		// A refusal does not use up its key.
		h.must(201, post("ada", "k2", other))
		// What became of the thing since is shown, and its being gone is told.
		h.must(200, call{as: "ada", method: "PUT", path: "/v1/teams/once", header: []string{`If-Match: "1"`}, body: `{"slug":"twice","name":"Twice"}`})
		if fresh := h.must(201, post("ada", "k1", body)); fresh.text("name") != "Twice" || fresh.header.Get("ETag") != `"2"` || fresh.header.Get("Location") != "/v1/teams/twice" {
			t.Errorf("the replay is not fresh: %v %s", fresh.header, fresh.body)
		}
		h.must(204, call{as: "ada", method: "DELETE", path: "/v1/teams/twice", header: []string{`If-Match: "2"`}})
		h.do(post("ada", "k1", body)).expect(t, 404, "team_not_found", "", "")

		// A secret is given out once.
		token := call{as: "ada", method: "POST", path: "/v1/tokens", header: []string{"Idempotency-Key: t1"}, body: `{"name":"ci"}`, mayTell: true}
		made := h.must(201, token)
		h.secrets = append(h.secrets, made.text("text"))
		token.mayTell = false
		if replay := h.must(201, token).object(); replay["text"] != nil || replay["id"] != made.text("id") {
			t.Errorf("the replay of a token holds %v", replay)
		}
	})
}

func TestTwoCallsWithOneKeyAtOnceHaveOneEffect(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		both := func(key, one, other string) (a, b answer) {
			post := func(slug string) answer {
				return h.do(call{
					as: "ada", method: "POST", path: "/v1/teams", header: []string{"Idempotency-Key: " + key}, body: `{"slug":"` + slug + `","name":"Race"}`,
				})
			}
			var ended sync.WaitGroup
			ended.Go(func() { a = post(one) })
			ended.Go(func() { b = post(other) })
			ended.Wait()
			return a, b
		}
		for i := range 10 {
			key := fmt.Sprint("race-", i)
			a, b := both(key, key, key) // the same
			a.expect(t, 201, "", "", "")
			b.expect(t, 201, "", "", "")
			if t.Failed() {
				return
			}
			if replayed := a.header.Get("Idempotency-Replayed") + b.header.Get("Idempotency-Replayed"); a.text("id") != b.text("id") || replayed != "true" {
				t.Errorf("two calls made %s and %s, replayed %q", a.body, b.body, replayed)
			}
			key += "-other"
			a, b = both(key, key+"-1", key+"-2")
			if a.status != 201 {
				a, b = b, a
			}
			a.expect(t, 201, "", "", "")
			b.expect(t, 422, "idempotency_key_reused", "header.Idempotency-Key", "another request")
		}
	})
}
