package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestHostileObjectivesAreRefused(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		bad := func(name, change, pointer, says string) hostile {
			return hostile{name, call{body: slo(`"slug":"bad"`, change)}, 422, "invalid_input", pointer, says}
		}
		cases := []hostile{
			bad("an objective of nothing", `"objective":"0%"`, "/objective", "above 0%"),
			bad("an objective of almost nothing", `"objective":"0.0000000%"`, "/objective", "above 0%"),
			bad("an objective of all", `"objective":"100%"`, "/objective", "below 100%: at 100% there is no error budget"),
			bad("an objective of all, in decimals", `"objective":"100.0000000%"`, "/objective", "below 100%"),
			bad("an objective of more than all", `"objective":"101%"`, "/objective", "below 100%"),
			bad("a negative objective", `"objective":"-1%"`, "/objective", "plain decimal digits"),
			bad("an objective with a plus", `"objective":"+99%"`, "/objective", "plain decimal digits"),
			bad("NaN", `"objective":"NaN%"`, "/objective", "plain decimal digits"),
			bad("infinity", `"objective":"Inf%"`, "/objective", "plain decimal digits"),
			bad("no sign", `"objective":"99.9"`, "/objective", "with its sign"),
			bad("a share of one", `"objective":"0.999"`, "/objective", "with its sign"),
			bad("too many digits", `"objective":"99.99999999%"`, "/objective", "more than seven digits"),
			bad("an exponent", `"objective":"99e-1%"`, "/objective", "plain decimal digits"),
			bad("a hexadecimal", `"objective":"0x63%"`, "/objective", "plain decimal digits"),
			bad("a decimal comma", `"objective":"99,9%"`, "/objective", "plain decimal digits"),
			bad("digits of another script", `"objective":"٩٩%"`, "/objective", "plain decimal digits"),
			bad("a space", `"objective":"99 %"`, "/objective", "plain decimal digits"),
			bad("nothing", `"objective":""`, "/objective", "must not be empty"),
			bad("an endless objective", `"objective":"`+strings.Repeat("9", 5000)+`%"`, "/objective", "plain decimal digits"),
			bad("a window of no days", `"windowDays":0`, "/windowDays", "at least 1"),
			bad("a window of 91 days", `"windowDays":91`, "/windowDays", "at most 90"),
			bad("a negative window", `"windowDays":-28`, "/windowDays", "at least 1"),
			bad("a fraction of a day", `"windowDays":0.5`, "/windowDays", "without fraction"),
			bad("no least number of events", `"minEvents":0`, "/minEvents", "at least 1"),
			bad("an absurd least number of events", `"minEvents":9000000000000000000`, "/minEvents", "1000000000000"),
			bad("a tier that there is not", `"alerts":{"off":["2h/1m"]}`, "/alerts/off/0", "6h/30m"),
			bad("a tier twice", `"alerts":{"off":["page","page"]}`, "/alerts/off/1", "named already"),
			bad("a tier as a text", `"alerts":{"off":"page"}`, "/alerts/off", "array"),
			bad("no bad event", `"alerts":{"minBadEvents":0}`, "/alerts/minBadEvents", "at least 1"),
			bad("an absurd number of bad events", `"alerts":{"minBadEvents":9000000000000000000}`, "/alerts/minBadEvents", "1000000000000"),
			bad("a confidence of a half", `"confidence":"50%"`, "/confidence", "above 50% and below 100%"),
			bad("certainty", `"confidence":"100%"`, "/confidence", "above 50% and below 100%"),
			bad("a confidence without its sign", `"confidence":"95"`, "/confidence", "with its sign"),
			bad("a confidence of NaN", `"confidence":"NaN%"`, "/confidence", "plain decimal digits"),
			bad("a number as confidence", `"confidence":0.95`, "/confidence", "expected a string"),
			bad("a confidence of digits of another script", `"confidence":"٩٥%"`, "/confidence", "plain decimal digits"),
			bad("too many digits of confidence", `"confidence":"95.00000000%"`, "/confidence", "more than seven digits"),
			bad("an endless confidence", `"confidence":"`+strings.Repeat("9", 5000)+`%"`, "/confidence", "plain decimal digits"),
			bad("a resolution of a second", `"indicator":{"category":"latency","resolutionSeconds":1}`, "/indicator/resolutionSeconds", "60"),
			bad("an unknown category", `"indicator":{"category":"beauty"}`, "/indicator/category", "availability"),
			bad("an unknown counting", `"indicator":{"category":"latency","counting":"ugly_total"}`, "/indicator/counting", "bad_total"),
			bad("a review in the past", `"reviewBy":"2026-03-13T00:00:00Z"`, "/reviewBy", "must not be in the past"),
			bad("a review tomorrow", `"reviewBy":"tomorrow"`, "/reviewBy", "RFC 3339"),
			bad("a review after the end of time", `"reviewBy":"9999-12-31T23:59:59-23:59"`, "/reviewBy", "before the year 10000"),
			bad("a review on no day", `"reviewBy":"2026-02-30T00:00:00Z"`, "/reviewBy", "RFC 3339"),
		}
		for name, slug := range map[string]string{
			"empty": "", "upper": "Upper", "hyphen first": "-a", "hyphen last": "a-", "dot": "a.b", "slash": "a/b", "space": "a b",
			"64 characters": strings.Repeat("a", 64), "accent": "é", "homoglyph": "аvailability", "line feed": `a\n`, "dots": "..",
		} {
			cases = append(cases, bad("a slug: "+name, `"slug":"`+slug+`"`, "/slug", "lower-case letters"))
		}
		for name, text := range map[string]string{
			"too long": strings.Repeat("n", 101), "a line feed": `a\nb`, "an escape": `a\u001b[31m`, "right to left": `a\u202eb`,
			"an isolate": `a\u2066b`, "a line separator": `a\u2028b`, "a space around": ` a`,
		} {
			cases = append(cases, bad("a name: "+name, `"name":"`+text+`"`, "/name", "must"))
		}
		cases = append(cases,
			bad("a long description", `"description":"`+strings.Repeat("é", 1051)+`"`, "/description", "at most 1050 characters, has 1051"),
			bad("a description that turns round", `"description":"a\u202eb"`, "/description", "direction of writing"),
			hostile{"a slug that is taken", call{body: slo()}, 409, "slug_taken", "", "availability"},
		)
		h.all(t, posts("ada", "/v1/services/checkout/slos", cases))
	})
}

func TestHostileMeasurementsAreRefused(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const good, bad = "/v1/services/checkout/slos/availability/measurements", "/v1/services/checkout/slos/latency/measurements"
		wrong := func(name, path, body, pointer, says string) hostile {
			return hostile{name, call{path: path, body: body}, 422, "invalid_input", pointer, says}
		}
		minute := at(time.Minute)
		fifty := make([]string, 50_001)
		for i := range fifty {
			fifty[i] = fmt.Sprintf(`%s,"good":1,"total":1`, at(time.Duration(i+1)*time.Minute))
		}
		series := make([]string, 501)
		for i := range series {
			series[i] = `{"service":"checkout","slo":"availability","slots":[{` + minute + `,"good":1,"total":1}]}`
		}
		h.all(t, posts("pipeline", good, []hostile{
			wrong("more good than all", good, slots(minute+`,"good":2,"total":1`), "/slots/0/good", "must not be more than the total, 1"),
			wrong("more bad than all", bad, slots(at(5*time.Minute)+`,"bad":2,"total":1`), "/slots/0/bad", "must not be more than the total, 1"),
			wrong("negative good", good, slots(minute+`,"good":-1,"total":1`), "/slots/0/good", "at least 0"),
			wrong("almost no negative good", good, slots(minute+`,"good":-1e-300,"total":1`), "/slots/0/good", "at least 0"),
			wrong("a negative total", good, slots(minute+`,"good":0,"total":-5`), "/slots/0/total", "at least 0"),
			wrong("a huge total", good, slots(minute+`,"good":0,"total":1000000001`), "/slots/0/total", "expected at most 1000000000"),
			wrong("a total past all numbers", good, slots(minute+`,"good":0,"total":1e999`), "/slots/0/total", "1.8e308"),
			wrong("good past all integers", good, slots(minute+`,"good":1e300,"total":1`), "/slots/0/good", "below 9.2"),
			wrong("bad for good", good, slots(minute+`,"bad":1,"total":1`), "/slots/0/good", "the indicator counts good events"),
			wrong("good for bad", bad, slots(at(5*time.Minute)+`,"good":1,"total":1`), "/slots/0/bad", "the indicator counts bad events"),
			wrong("good and bad", good, slots(minute+`,"good":1,"bad":0,"total":1`), "/slots/0/bad", "must be absent"),
			wrong("no total", good, slots(minute+`,"good":1`), "/slots/0/total", "is missing"),
			wrong("no start", good, slots(`"good":1,"total":1`), "/slots/0/start", "is missing"),
			wrong("no slots", good, `{"slots":[]}`, "/slots", "at least 1"),
			wrong("an unaligned slot", good, slots(at(61*time.Second)+`,"good":1,"total":1`), "/slots/0/start", "must be the start of a slot of 60 s"),
			wrong("a slot of the other resolution", bad, slots(at(time.Minute)+`,"bad":1,"total":1`), "/slots/0/start", "must be the start of a slot of 300 s"),
			wrong("a slot off by a nanosecond", good, slots(`"start":"2026-03-14T11:59:00.000000001Z","good":1,"total":1`), "/slots/0/start", "must be the start of a slot"),
			wrong("a slot of tomorrow", good, slots(at(-24*time.Hour)+`,"good":1,"total":1`), "/slots/0/start", "lies in the future"),
			wrong("a slot after the end of time", good, slots(`"start":"9999-12-31T23:59:00-23:59","good":1,"total":1`), "/slots/0/start", "lies in the future"),
			wrong("a slot of last year", good, slots(at(92*24*time.Hour)+`,"good":1,"total":1`), "/slots/0/start", "longer ago than 91 days"),
			wrong("a slot of antiquity", good, slots(`"start":"0000-01-01T00:00:00+01:00","good":1,"total":1`), "/slots/0/start", "longer ago than 91 days"),
			wrong("a slot at no time", good, slots(`"start":"2026-03-14 11:59","good":1,"total":1`), "/slots/0/start", "RFC 3339"),
			wrong("a slot at a number", good, slots(`"start":1773489540,"good":1,"total":1`), "/slots/0/start", "expected a string"),
			wrong("a slot twice with other numbers", good, slots(minute+`,"good":1,"total":1`, minute+`,"good":0,"total":1`), "/slots/1", "other numbers than /slots/0"),
			wrong("a slot twice, in two zones", good, slots(`"start":"2026-03-14T11:59:00Z","good":1,"total":1`, `"start":"2026-03-14T12:59:00+01:00","good":1,"total":2`), "/slots/1", "other numbers than /slots/0"),
			wrong("a reporter that is no label", good, `{"reporter":"a b","slots":[{`+minute+`,"good":1,"total":1}]}`, "/reporter", "RFC 1123"),
			wrong("50,001 slots", good, `{"slots":[{`+strings.Join(fifty, "},{")+`}]}`, "/slots", "at most 50000 items"),
			wrong("501 series", "/v1/measurements", `{"series":[`+strings.Join(series, ",")+`]}`, "/series", "at most 500 items"),
			wrong("a series of an unknown SLO", "/v1/measurements", `{"series":[{"service":"checkout","slo":"nothing","slots":[{`+minute+`,"good":1,"total":1}]}]}`, "/series/0/slo", "names nothing that exists"),
			wrong("a series of an unknown service", "/v1/measurements", `{"series":[{"service":"no-service","slo":"nothing","slots":[{`+minute+`,"good":1,"total":1}]}]}`, "/series/0/service", "names nothing that exists"),
			wrong("one slot in two series", "/v1/measurements", `{"series":[{"service":"checkout","slo":"availability","slots":[{`+minute+`,"good":1,"total":1}]},{"service":"checkout","slo":"availability","slots":[{`+minute+`,"good":0,"total":1}]}]}`, "/series/1/slots/0", "other numbers than /series/0/slots/0"),
			{"somebody else's series among one's own", call{path: "/v1/measurements", body: `{"series":[{"service":"checkout","slo":"availability","slots":[{` + minute + `,"good":1,"total":1}]},{"service":"finder","slo":"availability","slots":[{` + minute + `,"good":1,"total":1}]}]}`}, 403, "forbidden", "", "members of the owning team"},
			{"an unknown SLO", call{path: "/v1/services/checkout/slos/nothing/measurements", body: slots(minute + `,"good":1,"total":1`)}, 404, "slo_not_found", "", "nothing"},
			{"an SLO of another service", call{path: "/v1/services/ledger/slos/availability/measurements", body: slots(minute + `,"good":1,"total":1`)}, 404, "slo_not_found", "", "availability"},
		}))
		// Nothing of all this was stored, of the pushes that were half right neither.
		for _, path := range []string{good, bad} {
			if reporters := h.must(200, call{as: "ada", method: "GET", path: path}).object()["reporters"].([]any); len(reporters) != 0 {
				t.Errorf("%s holds %v", path, reporters)
			}
		}
	})
}

func TestHostileDeclarationsAreRefused(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("ada", "service gone", "/v1/services", service(`"slug":"gone"`))
		h.make("ada", "slo of gone", "/v1/services/gone/slos", slo())
		h.must(200, call{as: "ada", method: "POST", path: "/v1/services/gone/retire", header: []string{`If-Match: "1"`}, body: `{}`})
		wrong := func(name, change, pointer, says string) hostile {
			return hostile{name, call{body: service(`"slug":"bad"`, change)}, 422, "invalid_input", pointer, says}
		}
		pairs := func(n int, value string) string {
			all := make([]string, n)
			for i := range all {
				all[i] = fmt.Sprintf(`"k%d":%q`, i, value)
			}
			return `{` + strings.Join(all, ",") + `}`
		}
		var cases []hostile
		for name, address := range map[string]string{
			"with a password": "https://ada:secret@example.org", "with a name": "https://ada@example.org", "script": "javascript:alert(1)",
			"script in disguise": "JaVaScRiPt://example.org/%0aalert(1)", "data": "data:text/html,x", "file": "file:///etc/passwd",
			"without a scheme": "//example.org", "without a host": "https://", "with spaces": "https://example.org/a b",
			"with a line feed": `https://example.org/\nHost: x`, "turned round": `https://example.org/\u202egpj.exe`, "a port alone": "https://:80",
		} {
			for _, field := range []string{"repository", "runbook", "dashboard", "docs"} {
				cases = append(cases, wrong(field+" "+name, `"`+field+`":"`+address+`"`, "/"+field, "must"))
			}
		}
		cases = append(cases,
			wrong("on-call with a script behind", `"onCall":"javascript://x"`, "/onCall", "http or https"),
			wrong("an endless address", `"docs":"https://example.org/`+strings.Repeat("x", 2048)+`"`, "/docs", "at most 2048 characters"),
			wrong("65 labels", `"labels":`+pairs(65, "v"), "/labels", "at most 64 entries, has 65"),
			wrong("a label with a key that is none", `"labels":{"a b":"v"}`, "/labels/a b", "is not a key"),
			wrong("a label with an empty key", `"labels":{"":"v"}`, "/labels/", "is not a key"),
			wrong("a label with a path for a key", `"labels":{"../x":"v"}`, "/labels/..~1x", "is not a key"),
			wrong("a long label", `"labels":{"k":"`+strings.Repeat("v", 257)+`"}`, "/labels/k", "at most 256 characters"),
			wrong("a label of no text", `"labels":{"k":1}`, "/labels/k", "expected a string"),
			wrong("a label twice", `"labels":{"k":"1","k":"2"}`, "/labels/k", "given twice"),
			wrong("a long annotation", `"annotations":{"k":"`+strings.Repeat("v", 2049)+`"}`, "/annotations/k", "at most 2048 characters"),
			wrong("tier 0", `"tier":0`, "/tier", "at least 1"),
			wrong("tier 5", `"tier":5`, "/tier", "at most 4"),
			wrong("an unknown kind", `"kind":"magic"`, "/kind", "http"),
			wrong("an unknown lifecycle", `"lifecycle":"dead"`, "/lifecycle", "production"),
			wrong("an unknown team", `"team":"nobody"`, "/team", "names nothing that exists"),
			wrong("an unknown system", `"system":"nothing"`, "/system", "names nothing that exists"),
			wrong("a team that is an address", `"team":"../teams"`, "/team", "names nothing that exists"),
			wrong("a contact of two lines", `"contact":"a\r\nb"`, "/contact", "control characters"),
			hostile{"a slug that is taken", call{body: service()}, 409, "slug_taken", "", "checkout"},
			hostile{"a slug that a retired service keeps", call{body: service(`"slug":"gone"`)}, 409, "slug_taken", "", "gone"},
		)
		for i, c := range cases {
			if strings.Contains(c.name, "a label twice") { // with() would have put it right
				cases[i].body = strings.Replace(service(`"slug":"bad"`), `{`, `{"labels":{"k":"1","k":"2"},`, 1)
			}
		}
		h.all(t, posts("ada", "/v1/services", cases))

		const depend = "/v1/services/checkout/dependencies"
		h.all(t, posts("ada", depend, []hostile{
			{"a dependency on itself", call{body: `{"on":"checkout","criticality":"hard"}`}, 422, "invalid_input", "/on", "must be another service"},
			{"a dependency on itself, by identifier", call{body: `{"on":"` + h.ids["service checkout"] + `","criticality":"hard"}`}, 422, "invalid_input", "/on", "must be another service"},
			{"a dependency on nothing", call{body: `{"on":"nothing","criticality":"hard"}`}, 422, "invalid_input", "/on", "names nothing that exists"},
			{"a dependency on what was retired", call{body: `{"on":"gone","criticality":"hard"}`}, 422, "invalid_input", "/on", "not retired"},
			{"a dependency twice", call{body: `{"on":"ledger","criticality":"soft"}`}, 409, "dependency_exists", "", "declared already"},
			{"a negative time-out", call{body: `{"on":"finder","criticality":"soft","timeoutMilliseconds":-1}`}, 422, "invalid_input", "/timeoutMilliseconds", "at least 0"},
			{"a time-out of a day", call{body: `{"on":"finder","criticality":"soft","timeoutMilliseconds":86400000}`}, 422, "invalid_input", "/timeoutMilliseconds", "at most 600000"},
			{"a dependency of what was retired", call{path: "/v1/services/gone/dependencies", body: `{"on":"ledger","criticality":"soft"}`}, 409, "service_retired", "", "restore it first"},
			{"an SLO of what was retired", call{path: "/v1/services/gone/slos", body: slo(`"slug":"more"`)}, 409, "service_retired", "", "restore it first"},
			{"measurements of what was retired", call{path: "/v1/services/gone/slos/availability/measurements", body: slots(at(time.Minute) + `,"good":1,"total":1`)}, 409, "service_retired", "", "takes no measurements"},
			{"retiring what was retired", call{path: "/v1/services/gone/retire", header: []string{`If-Match: "2"`}, body: `{}`}, 409, "service_retired", "", "retired already"},
			{"a change of what was retired", call{method: "PUT", path: "/v1/services/gone", header: []string{`If-Match: "2"`}, body: service(`"slug":"gone"`, `"tier":1`)}, 422, "invalid_input", "/team", "not a known field"},
			{"a policy for what was retired", call{path: "/v1/budget-policies/error-budget/attachments", body: `{"target":"service","service":"gone"}`}, 409, "service_retired", "", "restore it first"},
		}))
		h.all(t, []hostile{
			{"a team below itself", call{as: "ada", method: "PUT", path: "/v1/teams/payments", header: []string{`If-Match: "1"`}, body: `{"slug":"payments","name":"P","parent":"payments"}`}, 422, "invalid_input", "/parent", "must not be the team itself"},
			{"a team below its own", call{as: "administrator", method: "PUT", path: "/v1/teams/engineering", header: []string{`If-Match: "1"`}, body: `{"slug":"engineering","name":"E","parent":"payments"}`}, 422, "invalid_input", "/parent", "one below it"},
			{"a team below nothing", call{as: "ada", method: "POST", path: "/v1/teams", body: `{"slug":"lost","name":"L","parent":"nothing"}`}, 422, "invalid_input", "/parent", "names nothing that exists"},
			{"an end to a team that owns services", call{as: "ada", method: "DELETE", path: "/v1/teams/payments", header: []string{`If-Match: "1"`}}, 409, "team_in_use", "", "still owns"},
			{"an end to a system that holds services", call{as: "ada", method: "DELETE", path: "/v1/systems/shop", header: []string{`If-Match: "1"`}}, 409, "system_in_use", "", ""},
			{"a transfer to its owner", call{as: "ada", method: "POST", path: "/v1/services/ledger/transfer", header: []string{`If-Match: "1"`}, body: `{"team":"payments"}`}, 422, "invalid_input", "/team", "owns the service already"},
			{"a transfer to nobody", call{as: "ada", method: "POST", path: "/v1/services/ledger/transfer", header: []string{`If-Match: "1"`}, body: `{"team":"nobody"}`}, 422, "invalid_input", "/team", "names nothing that exists"},
			{"a token that outlives all", call{as: "ada", method: "POST", path: "/v1/tokens", body: `{"name":"ci","lifetimeDays":366}`}, 422, "invalid_input", "/lifetimeDays", "at most 365"},
			{"a token of an unknown scope", call{as: "ada", method: "POST", path: "/v1/tokens", body: `{"name":"ci","scopes":["root"]}`}, 422, "invalid_input", "/scopes/0", "read"},
			{"a workload that administers", call{as: "administrator", method: "POST", path: "/v1/tokens", body: `{"name":"ci","team":"payments","scopes":["admin"]}`}, 422, "invalid_input", "/scopes/0", "only people administer"},
			{"a policy without clauses", call{as: "administrator", method: "POST", path: "/v1/budget-policies", body: `{"slug":"empty","name":"Empty","clauses":[]}`}, 422, "invalid_input", "/clauses", "at least 1"},
			{"a condition on a fact that is not told", call{as: "administrator", method: "POST", path: "/v1/budget-policies", body: `{"slug":"empty","name":"Empty","clauses":[{"name":"a","when":"consumed > 1 || spend > 2","issue":{}}]}`}, 422, "invalid_input", "/clauses/0/when", "line 1, column 17: there is no fact \"spend\""},
			{"two clauses of one name", call{as: "administrator", method: "POST", path: "/v1/budget-policies", body: `{"slug":"empty","name":"Empty","clauses":[{"name":"a","when":"consumed > 0.01","freeze":{}},{"name":"a","when":"consumed > 0.02","freeze":{}}]}`}, 422, "invalid_input", "/clauses/1/name", "unique"},
			{"a label with a comma", call{as: "administrator", method: "POST", path: "/v1/budget-policies", body: `{"slug":"empty","name":"Empty","clauses":[{"name":"a","when":"consumed > 1","issue":{"labels":["a,b"]}}]}`}, 422, "invalid_input", "/clauses/0/issue/labels/0", "comma"},
			{"a policy attached twice", call{as: "administrator", method: "POST", path: "/v1/budget-policies/error-budget/attachments", body: `{"target":"all"}`}, 409, "already_attached", "", ""},
			{"a person known already", call{as: "administrator", method: "POST", path: "/v1/people", body: `{"displayName":"Ada II","issuer":"test","subject":"ada"}`}, 409, "identity_taken", "", "local"},
			{"a member who does not exist", call{as: "ada", method: "PUT", path: "/v1/teams/payments/members/01JD3Z0Q8RC6W4N1M2V5K7T9XY"}, 404, "person_not_found", "", ""},
		})
	})
}
