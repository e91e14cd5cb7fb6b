package app_test

import (
	"strings"
	"testing"
)

// hostile is a request that must not get through, and how it has to be answered:
// the status, the stable code, and at a pointer, or without one in the detail, a
// part of what is said.
type hostile struct {
	name string
	call
	status        int
	code          string
	pointer, says string
}

// all sends the requests one after the other.
func (h *house) all(t *testing.T, cases []hostile) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h.do(c.call).expect(t, c.status, c.code, c.pointer, c.says)
		})
	}
}

// posts are calls to one path by one caller, with one body each.
func posts(as, path string, cases []hostile) []hostile {
	for i := range cases {
		c := &cases[i].call
		if c.as == "" {
			c.as = as
		}
		if c.method == "" {
			c.method = "POST"
		}
		if c.path == "" {
			c.path = path
		}
	}
	return cases
}

func TestHostileBodiesAreRefused(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		many := make([]string, 1000)
		for i := range many {
			many[i] = `"unknown-` + strings.Repeat("x", i%40) + string(rune('a'+i%26)) + strings.Repeat("y", i/26) + `":1`
		}
		fine := slo(`"slug":"fine"`)
		h.all(t, posts("ada", "/v1/services/checkout/slos", []hostile{
			{"a number for a text", call{body: slo(`"objective":99.9`)}, 422, "invalid_input", "/objective", "expected a string, not a number"},
			{"a text for a number", call{body: slo(`"windowDays":"28"`)}, 422, "invalid_input", "/windowDays", "expected an integer, not a string"},
			{"a fraction for an integer", call{body: slo(`"windowDays":28.5`)}, 422, "invalid_input", "/windowDays", "without fraction"},
			{"an exponent for an integer", call{body: strings.Replace(fine, `"name"`, `"windowDays":28e0,"name"`, 1)}, 422, "invalid_input", "/windowDays", "without fraction or exponent"},
			{"a truth for an object", call{body: slo(`"indicator":true`)}, 422, "invalid_input", "/indicator", "expected an object, not true"},
			{"an array for a text", call{body: slo(`"name":["a"]`)}, 422, "invalid_input", "/name", "expected a string, not an array"},
			{"an object for a text", call{body: slo(`"name":{}`)}, 422, "invalid_input", "/name", "expected a string, not an object"},
			{"null for what is required", call{body: slo(`"name":null`)}, 422, "invalid_input", "/name", "not null"},
			{"null for what may be left out", call{body: slo(`"description":null`)}, 422, "invalid_input", "/description", "leave the field out"},
			{"nothing of what is required", call{body: `{}`}, 422, "invalid_input", "/slug", "is missing"},
			{"an array for the whole", call{body: `[` + fine + `]`}, 422, "invalid_input", "", ""},
			{"null for the whole", call{body: `null`}, 422, "invalid_input", "", ""},
			{"a text for the whole", call{body: `"slo"`}, 422, "invalid_input", "", ""},
			{"a member twice", call{body: strings.Replace(fine, `{`, `{"slug":"other",`, 1)}, 422, "invalid_input", "/slug", "given twice"},
			{"a member twice, once escaped", call{body: strings.Replace(fine, `{`, `{"sl\u0075g":"other",`, 1)}, 422, "invalid_input", "/slug", "given twice"},
			{"a member in other case", call{body: slo(`"Slug":"other"`)}, 422, "invalid_input", "/Slug", "not a known field"},
			{"an unknown member", call{body: slo(`"color":"red"`)}, 422, "invalid_input", "/color", "not a known field"},
			{"an unknown member further in", call{body: slo(`"indicator":{"category":"latency","query":"up"}`)}, 422, "invalid_input", "/indicator/query", "not a known field"},
			{"what only the server sets", call{body: slo(`"version":7`)}, 422, "invalid_input", "/version", "not a known field"},
			{"a thousand unknown members", call{body: `{` + strings.Join(many, ",") + `}`}, 422, "invalid_input", "", "rules"},
			{"NUL in a text", call{body: slo(`"name":"a\u0000b"`)}, 422, "invalid_input", "/name", `holds \u0000`},
			{"NUL in a name", call{body: slo(`"a\u0000b":1`)}, 422, "invalid_input", "/a\x00b", "cannot be stored"},
			{"NUL between", call{body: fine + "\x00"}, 400, "malformed_json", "", "is not JSON"},
			{"bytes that are no UTF-8", call{body: strings.Replace(fine, "Availability", "Avail\xff", 1)}, 400, "malformed_json", "", "UTF-8"},
			{"an overlong encoding", call{body: strings.Replace(fine, "Availability", "\xc0\xaf", 1)}, 400, "malformed_json", "", "UTF-8"},
			{"half of a surrogate pair", call{body: strings.Replace(fine, "Availability", `\ud800`, 1)}, 422, "invalid_input", "/name", "surrogate"},
			{"a control character as it is", call{body: strings.Replace(fine, "Availability", "a\nb", 1)}, 400, "malformed_json", "", "control characters"},
			{"a byte-order mark", call{body: "\ufeff" + fine}, 400, "malformed_json", "", "is not JSON"},
			{"garbage behind", call{body: fine + "garbage"}, 400, "malformed_json", "", "the end of the body is expected"},
			{"two bodies", call{body: fine + fine}, 400, "malformed_json", "", "the end of the body is expected"},
			{"half a body", call{body: fine[:len(fine)/2]}, 400, "malformed_json", "", "is not JSON"},
			{"NaN as it is", call{body: strings.Replace(fine, `"99.9%"`, `NaN`, 1)}, 400, "malformed_json", "", "is not JSON"},
			{"single quotes", call{body: strings.ReplaceAll(fine, `"`, `'`)}, 400, "malformed_json", "", "is not JSON"},
			{"a comment", call{body: "/* */" + fine}, 400, "malformed_json", "", "is not JSON"},
			{"spaces only", call{body: " \n "}, 400, "body_missing", "", "empty"},
			{"no body", call{}, 400, "body_missing", "", "needs a body"},
			{"a deep body", call{body: `{"name":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`}, 422, "body_too_deep", "", "32 levels"},
			{"a deep body that never ends", call{body: strings.Repeat(`{"a":`, 100_000)}, 422, "body_too_deep", "", "32 levels"},
			{"a number of 1,000 digits", call{body: slo(`"windowDays":` + strings.Repeat("9", 1000))}, 422, "invalid_input", "/windowDays", "digits"},
			{"an integer past 64 bits", call{body: slo(`"minEvents":99999999999999999999`)}, 422, "invalid_input", "/minEvents", "64 bits"},
			{"a huge body", call{body: `{"name":"` + strings.Repeat("x", 9<<20) + `"}`}, 413, "body_too_large", "", "bytes"},
			{"a huge body of unannounced length", call{body: `{"name":"` + strings.Repeat("x", 9<<20) + `"}`, chunked: true}, 413, "body_too_large", "", "bytes"},
			{"a long text", call{body: slo(`"name":"` + strings.Repeat("x", 100_000) + `"`)}, 422, "invalid_input", "/name", "1 to 100 characters, has 100000"},
			{"no Content-Type", call{body: fine, header: []string{"Content-Type:"}}, 415, "unsupported_media_type", "", "application/json"},
			{"another Content-Type", call{body: fine, header: []string{"Content-Type: text/plain"}}, 415, "unsupported_media_type", "", `"text/plain" is not taken`},
			{"a form", call{body: "slug=a", header: []string{"Content-Type: application/x-www-form-urlencoded"}}, 415, "unsupported_media_type", "", "is not taken"},
			{"a broken Content-Type", call{body: fine, header: []string{"Content-Type: application/json; charset"}}, 415, "unsupported_media_type", "", "is not taken"},
			{"two Content-Types", call{body: fine, header: []string{"Content-Type: application/json", "Content-Type: text/plain"}}, 415, "unsupported_media_type", "", "one Content-Type"},
			{"another charset", call{body: fine, header: []string{"Content-Type: application/json; charset=latin1"}}, 415, "unsupported_media_type", "", "utf-8"},
			{"a Content-Encoding", call{body: fine, header: []string{"Content-Encoding: gzip"}}, 415, "unsupported_media_type", "", "Content-Encoding"},
		}))
		// Nothing of all this was stored.
		if n := len(h.must(200, call{as: "ada", method: "GET", path: "/v1/services/checkout/slos"}).items()); n != 2 {
			t.Errorf("checkout has %d SLOs, 2 were declared", n)
		}
	})
}

func TestAnErrorTellsNoSecretAndLittleElse(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const sentinel = "correct-horse-battery-staple"
		h.secrets = append(h.secrets, sentinel)
		h.all(t, posts("ada", "/v1/tokens", []hostile{
			{"a secret as an unknown member", call{body: `{"name":"ci","token":"` + sentinel + `"}`}, 422, "invalid_input", "/token", "not a known field"},
			{"a secret further in", call{body: `{"name":{"password":"` + sentinel + `","x":"` + sentinel + `"}}`}, 422, "invalid_input", "/name", "expected a string"},
			{"a secret of a wrong type", call{body: `{"name":"ci","clientSecret":["` + sentinel + `"]}`}, 422, "invalid_input", "/clientSecret", ""},
			{"a password in an address", call{path: "/v1/services", body: service(`"slug":"leaky"`, `"repository":"https://ada:`+sentinel+`@example.org/x"`)}, 422, "invalid_input", "/repository", "must not hold a name or password"},
			{"a password in another kind of address", call{path: "/v1/services", body: service(`"slug":"leaky"`, `"onCall":"ftp://ada:`+sentinel+`@example.org/x"`)}, 422, "invalid_input", "/onCall", "must not hold a name or password"},
			{"a password in a broken address", call{path: "/v1/services", body: service(`"slug":"leaky"`, `"runbook":"https://ada:`+sentinel+`@exa mple.org/%zz"`)}, 422, "invalid_input", "/runbook", "must be an address"},
			{"a token in the query", call{method: "GET", path: "/v1/teams?access_token=" + sentinel}, 422, "invalid_input", "query.access_token", "not a parameter"},
			{"a token in a forged header", call{method: "GET", path: "/v1/teams", header: []string{"Authorization: Bearer " + sentinel}}, 401, "token_malformed", "", ""},
			{"a token as basic authentication", call{method: "GET", path: "/v1/teams", header: []string{"Authorization: Basic " + sentinel}}, 401, "invalid_token", "", ""},
		}))
		a := h.do(call{as: "ada", method: "POST", path: "/v1/teams", body: `{"slug":"` + strings.Repeat("É\u202e", 5000) + `","name":"n"}`})
		a.expect(t, 422, "invalid_input", "/slug", "lower-case letters")
		if len(a.body) > 2000 {
			t.Errorf("a long slug brought an error of %d bytes", len(a.body))
		}
	})
}
