package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// The words are those of docs/how-to/give-facts.md and of the rules there; the bounds are the issue's.
func TestFactsThatCannotBeGivenAreRefused(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		for _, body := range []string{
			`{"name":"codes","type":"numbers","doc":"d","values":["x","y"],"ways":["pushed"]}`,
			`{"name":"names","type":"texts","doc":"d","ways":["pushed"]}`,
			`{"name":"owner","type":"text","doc":"d","ways":["pushed"],"longestDays":2}`,
			`{"name":"share","type":"numbers","doc":"d","ways":["pushed","attested"]}`,
			`{"name":"signedOff","type":"truth","doc":"d","ways":["attested"]}`,
		} {
			h.must(201, call{as: "administrator", method: "POST", path: "/v1/service-facts", body: body})
		}
		names := func(n int) string {
			var out []string
			for i := range n {
				out = append(out, fmt.Sprintf(`"n%d":1`, i))
			}
			return "{" + strings.Join(out, ",") + "}"
		}
		put := func(fact, body string) call {
			return call{as: "pipeline", method: "PUT", path: ofCheckout + "/" + fact, body: body}
		}
		const s = `,"source":"s"}`
		long := strings.Repeat("x", 301)
		invalid := func(name string, c call, pointer, says string) hostile {
			return hostile{name, c, 422, "invalid_input", pointer, says}
		}
		h.all(t, []hostile{
			invalid("another type", put("loadTested", `{"truth":true`+s), "/truth", `must be left out: loadTested is of the type age, and is given as "time"`),
			invalid("and the type's own is missing", put("loadTested", `{"truth":true`+s), "/time", "is missing: loadTested is of the type age"),
			invalid("no value", put("testedPeak", `{"source":"s"}`), "/number", "is missing: testedPeak is of the type number"),
			invalid("two values", put("testedPeak", `{"number":1,"text":"1"`+s), "/text", `must be left out: testedPeak is of the type number, and is given as "number"`),
			{"a text for a number", put("testedPeak", `{"number":"1"`+s), 422, "invalid_input", "/number", "expected a number, not a string"},
			invalid("too large a text", put("owner", `{"text":"`+long+`"`+s), "/text", "must have 1 to 300 characters, has 301"),
			invalid("an empty text", put("owner", `{"text":""`+s), "/text", "must have 1 to 300 characters, has 0"),
			invalid("a text that turns the writing", put("owner", `{"text":"a\u202eb"`+s), "/text", "change the direction of writing"),
			invalid("a text that is none of its values", put("chaosVerdict", `{"text":"maybe"`+s), "/text", `must be one of "held" or "broken"`),
			invalid("too many names", put("share", `{"numbers":`+names(101)+s), "/numbers", "must have at most 100 names, has 101"),
			invalid("too long a name", put("share", `{"numbers":{"`+long+`":1}`+s), "/numbers", "must have 1 to 100 characters, has 301"),
			invalid("a name that is none of its values", put("codes", `{"numbers":{"x":1,"z":2}`+s), "/numbers", `has a name that is not "x" or "y"`),
			invalid("too large a text by name", put("names", `{"texts":{"a/b":"`+long+`"}`+s), "/texts/a~1b", "must have 0 to 300 characters, has 301"),
			invalid("an age that is to come", put("loadTested", `{"time":"`+in(1)+`"`+s), "/time", "must not be after now, 2026-03-14T12:00:00Z: it is when it happened"),
			invalid("an age of another century", put("loadTested", `{"time":"1999-12-31T23:59:59Z"`+s), "/time", "must not be before 2000"),
			invalid("no source", put("testedPeak", `{"number":1,"source":""}`), "/source", "must have 1 to 200 characters, has 0"),
			invalid("a link that is none", put("testedPeak", `{"number":1,"link":"javascript:alert(1)"`+s), "/link", "must be an absolute http or https address"),
			invalid("an observation that is to come", put("testedPeak", `{"number":1,"observedAt":"`+in(1)+`"`+s), "/observedAt", "must not be after now, 2026-03-14T12:00:00Z"),
			invalid("one that holds no more", put("testedPeak", `{"number":1,"observedAt":"`+in(-2)+`","ttlSeconds":86400`+s), "/observedAt", "is too long ago: it held until 2026-03-13T12:00:00Z"),
			invalid("too long a time to live", put("owner", `{"text":"a","ttlSeconds":172801`+s), "/ttlSeconds", "must be 60 to 172800: owner holds for 2 days at most"),
			invalid("too short a time to live", put("owner", `{"text":"a","ttlSeconds":59`+s), "/ttlSeconds", "must be 60 to 172800"),
			invalid("a fact that is only attested", put("signedOff", `{"truth":true`+s), "path.serviceFact", "is attested only, by a person with evidence, and not pushed"),
			{"a fact that there is not", put("nothing", `{"truth":true`+s), 404, "fact_not_found", "", `there is no fact "nothing"`},
			{"a service that there is not", call{as: "pipeline", method: "PUT", path: "/v1/services/nothing/facts/owner", body: `{"text":"a"` + s}, 404, "service_not_found", "", ""},
		})

		bulk := func(facts ...string) call {
			return call{as: "pipeline", method: "POST", path: ofCheckout, body: `{"facts":[` + strings.Join(facts, ",") + `]}`}
		}
		fine := `{"fact":"owner","text":"a"` + s
		h.all(t, []hostile{
			invalid("none", bulk(), "/facts", "must be 1 to 50, are 0"),
			invalid("too many", bulk(strings.Split(strings.Repeat(fine+";", 50)+fine, ";")...), "/facts", "must be 1 to 50, are 51"),
			invalid("one twice", bulk(fine, `{"fact":"testedPeak","number":1`+s, fine), "/facts/2/fact", "is said of this service at /facts/0 already"),
			invalid("one that there is not", bulk(fine, `{"fact":"nothing","number":1`+s), "/facts/1/fact", "is no declared fact; GET /v1/service-facts lists them"),
			invalid("one that is attested", bulk(fine, `{"fact":"signedOff","truth":true`+s), "/facts/1/fact", "is attested only"),
			invalid("one of another type", bulk(fine, `{"fact":"loadShedding","number":1`+s), "/facts/1/number", `must be left out: loadShedding is of the type truth, and is given as "truth"`),
		})
		batch := func(facts ...string) call {
			return call{as: "robot", method: "POST", path: "/v1/fact-batches", body: `{"facts":[` + strings.Join(facts, ",") + `]}`}
		}
		of := func(service string) string { return `{"service":"` + service + `",` + fine[1:] }
		h.make("ada", "service old", "/v1/services", service(`"slug":"old"`))
		h.must(200, call{as: "ada", method: "POST", path: "/v1/services/old/retire", header: []string{`If-Match: "1"`}, body: `{"reason":"x"}`})
		h.all(t, []hostile{
			invalid("a service that there is not", batch(of("checkout"), of("nothing")), "/facts/1/service", "names no service, by its slug or identifier"),
			invalid("a service that is no name", batch(of(" ")), "/facts/0/service", "names no service"),
			invalid("a retired service", batch(of("old")), "/facts/0/service", "was retired: nothing is said of it"),
			invalid("one service twice, by both names", batch(of("checkout"), of(h.ids["service checkout"])), "/facts/1/fact", "is said of this service at /facts/0 already"),
			invalid("an age to come", batch(of("checkout"), `{"service":"ledger","fact":"loadTested","time":"`+in(2)+`"`+s), "/facts/1/time", "must not be after now"),
			{"retired, alone", call{as: "robot", method: "PUT", path: "/v1/services/old/facts/owner", body: `{"text":"a"` + s}, 409, "service_retired", "", ""},
		})
		if facts := h.must(200, call{as: "bob", method: "GET", path: ofCheckout}).body; strings.Contains(string(facts), `"given":{`) {
			t.Errorf("of what was refused something is known: %s", facts)
		}

		attest := func(body string) call { return call{as: "ada", method: "POST", path: attestIt, body: body} }
		h.all(t, []hostile{
			invalid("no evidence", attest(drilled(`"evidence":""`)), "/evidence", "must be the https address of what shows it"),
			invalid("evidence that anybody can change on its way", attest(drilled(`"evidence":"http://wiki.example.org"`)), "/evidence", "must be an https address"),
			invalid("evidence that is no address", attest(drilled(`"evidence":"seen"`)), "/evidence", "must be an absolute http or https address"),
			invalid("evidence with a password", attest(drilled(`"evidence":"https://a:b@wiki.example.org"`)), "/evidence", "must not hold a name or password"),
			invalid("an expiry that is past", attest(drilled(`"expiresAt":"`+in(-1)+`"`)), "/expiresAt", "must be after now, 2026-03-14T12:00:00Z"),
			invalid("an expiry now", attest(drilled(`"expiresAt":"`+in(0)+`"`)), "/expiresAt", "must be after now"),
			invalid("an expiry too far off", attest(drilled(`"expiresAt":"`+start.AddDate(0, 0, 180).Add(time.Second).Format(time.RFC3339)+`"`)), "/expiresAt", "must be at most 180 days from now, 2026-09-10T12:00:00Z"),
			invalid("too long a note", attest(drilled(`"note":"`+strings.Repeat("x", 1001)+`"`)), "/note", "must have at most 1000 characters, has 1001"),
			invalid("another type", attest(drilled(`"number":3`)), "/number", `must be left out: restoreDrill is of the type age, and is given as "time"`),
			invalid("a drill to come", attest(drilled(`"time":"`+in(3)+`"`)), "/time", "must not be after now"),
			invalid("a fact that there is not", attest(drilled(`"fact":"nothing"`)), "/fact", "is no declared fact"),
			invalid("a fact that is pushed", attest(attesting(`"fact":"owner","text":"a"`)), "/fact", "is pushed only, by a program, and not attested"),
			{"no expiry", attest(`{"fact":"restoreDrill","time":"` + in(-1) + `","evidence":"https://x.example.org"}`), 422, "invalid_input", "/expiresAt", "is missing; it is required"},
		})
		made := h.must(201, attest(drilled(`"expiresAt":"`+in(20)+`"`))).header.Get("Location")
		withdraw := func(body string) call {
			return call{as: "ada", method: "POST", path: made + "/withdraw", header: []string{`If-Match: "1"`}, body: body}
		}
		h.all(t, []hostile{
			invalid("without a reason", withdraw(`{"reason":" "}`), "/reason", "must say why it does not hold"),
			invalid("too long a reason", withdraw(`{"reason":"`+strings.Repeat("x", 1001)+`"}`), "/reason", "must have at most 1000 characters, has 1001"),
		})
		// An expired one is not withdrawn.
		h.clock.Advance(20 * 24 * time.Hour)
		h.do(withdraw(`{"reason":"x"}`)).expect(t, 409, "attestation_ended", "", "the attestation is expired already")
	})
}

func TestDeclarationsThatSayNothingAreRefused(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		declare := func(changes ...string) call {
			return call{as: "administrator", method: "POST", path: "/v1/service-facts", body: with(`{"name":"penetrationTest","type":"number","doc":"d","ways":["pushed"]}`, changes...)}
		}
		invalid := func(name string, c call, pointer, says string) hostile {
			return hostile{name, c, 422, "invalid_input", pointer, says}
		}
		var values []string
		for n := range 51 {
			values = append(values, fmt.Sprintf(`"v%d"`, n))
		}
		h.all(t, []hostile{
			invalid("no camel case", declare(`"name":"penetration-test"`), "/name", "must be in camel case"),
			invalid("a large letter first", declare(`"name":"PenetrationTest"`), "/name", "must be in camel case"),
			invalid("too short", declare(`"name":"ab"`), "/name", "must have 3 to 60 characters, has 2"),
			invalid("too long", declare(`"name":"a`+strings.Repeat("b", 60)+`"`), "/name", "must have 3 to 60 characters, has 61"),
			invalid("built in", declare(`"name":"restoreDrill"`), "/name", "is the name of a fact that is built in"),
			invalid("a word of the language", declare(`"name":"for"`), "/name", "means something else in conditions"),
			invalid("a value of the language", declare(`"name":"null"`), "/name", "means something else in conditions"),
			invalid("nothing said", declare(`"doc":" "`), "/doc", "must say in 1 to 500 characters what it is, has 0"),
			invalid("too much said", declare(`"doc":"`+strings.Repeat("x", 501)+`"`), "/doc", "must say in 1 to 500 characters what it is, has 501"),
			invalid("a unit of a truth", declare(`"type":"truth"`, `"unit":"m"`), "/unit", "must be left out: only numbers have a unit"),
			invalid("too long a unit", declare(`"unit":"`+strings.Repeat("x", 41)+`"`), "/unit", "must have 0 to 40 characters, has 41"),
			invalid("values of a number", declare(`"values":["1"]`), "/values", "must be left out: only a text is one of some values"),
			invalid("a value twice", declare(`"type":"text"`, `"values":["a","b","a"]`), "/values/2", "is there twice"),
			invalid("an empty value", declare(`"type":"text"`, `"values":["a",""]`), "/values/1", "must have 1 to 100 characters, has 0"),
			invalid("too many values", declare(`"type":"text"`, `"values":[`+strings.Join(values, ",")+`]`), "/values", "must be at most 50, are 51"),
			invalid("no way", declare(`"ways":[]`), "/ways", "must have at least one of pushed or attested"),
			invalid("too long", declare(`"longestDays":731`), "/longestDays", "must be 1 to 730 days"),
			invalid("too short a time", declare(`"longestDays":-1`), "/longestDays", "must be 1 to 730 days"),
			{"an unknown way", declare(`"ways":["told"]`), 422, "invalid_input", "/ways/0", "pushed"},
			{"an unknown type", declare(`"type":"percent"`), 422, "invalid_input", "/type", "number"},
		})
	})
}
