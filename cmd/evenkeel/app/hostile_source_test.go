package app_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

// post is a call that makes something.
func post(as, path, body string) call {
	return call{as: as, method: "POST", path: path, body: body}
}

func TestHostileDataSourcesAreRefused(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const secret = "Hunter2-sent-in-place-of-its-name"
		h.secrets = append(h.secrets, secret)
		bad := func(name, change, pointer, says string) hostile {
			return hostile{name, post("administrator", "/v1/data-sources", dataSource(change)), 422, "invalid_input", pointer, says}
		}
		cases := []hostile{
			bad("no kind that there is", `"kind":"influxdb"`, "/kind", "prometheus"),
			bad("a matcher that is no list", `"matchers":{}`, "/matchers", "an array"),
			bad("a matcher of nobody's team", `"matchers":[{"team":"nobody","label":"a","op":"=","value":"b"}]`, "/matchers/0/team", "names nothing that exists"),
			bad("a matcher that excludes", `"matchers":[{"label":"a","op":"!=","value":"b"}]`, "/matchers/0/op", "=~"),
			bad("a matcher of no label", `"matchers":[{"label":"a-b","op":"=","value":"b"}]`, "/matchers/0/label", "name of a label"),
			bad("a matcher of a metric's name", `"matchers":[{"label":"__name__","op":"=","value":"b"}]`, "/matchers/0/label", "not __name__"),
			bad("a matcher of the absent", `"matchers":[{"label":"a","op":"=","value":""}]`, "/matchers/0/value", "is required"),
			bad("a matcher of no expression", `"matchers":[{"label":"a","op":"=~","value":"(b"}]`, "/matchers/0/value", "RE2"),
			bad("a matcher that ends its group", `"matchers":[{"label":"a","op":"=~","value":"b)|(c"}]`, "/matchers/0/value", "RE2"),
			bad("a matcher twice", `"matchers":[{"label":"a","op":"=","value":"b"},{"label":"a","op":"=","value":"c"}]`, "/matchers/1/label", "once for a team"),
			bad("matchers without end", `"matchers":[`+strings.Repeat(`{"label":"a","op":"=","value":"b"},`, 200)+`{"label":"a","op":"=","value":"b"}]`, "/matchers", "200"),
			bad("an adapter with matchers", `"kind":"adapter","matchers":[{"label":"a","op":"=","value":"b"}]`, "/matchers", "no selectors"),
			bad("no time", `"timeoutSeconds":0`, "/timeoutSeconds", "at least 1"),
			bad("all the time", `"timeoutSeconds":121`, "/timeoutSeconds", "at most 120"),
			bad("a time past all numbers", `"timeoutSeconds":9223372036854775807`, "/timeoutSeconds", "at most 120"),
			bad("everybody at once", `"concurrency":65`, "/concurrency", "at most 64"),
			bad("before it happened", `"delaySeconds":-1`, "/delaySeconds", "at least 0"),
			bad("long after", `"delaySeconds":3601`, "/delaySeconds", "at most 3600"),
			bad("half a second", `"delaySeconds":0.5`, "/delaySeconds", "without fraction"),
			bad("a tenant that is a header", `"tenant":"a\r\nX-Evil: 1"`, "/tenant", "visible ASCII"),
			bad("a bearer of nothing", `"auth":{"scheme":"bearer"}`, "/auth/secret", "name of the secret"),
			bad("a secret in place of its name", `"auth":{"scheme":"bearer","secret":"`+secret+`"}`, "/auth/secret", "not the secret itself"),
			bad("a secret that is a path", `"auth":{"scheme":"bearer","secret":"../admin-token"}`, "/auth/secret", "not the secret itself"),
			bad("nobody with a secret", `"auth":{"scheme":"none","secret":"prom-token"}`, "/auth/secret", "must be left out"),
			bad("a name with a colon", `"auth":{"scheme":"basic","username":"a:b","secret":"prom-token"}`, "/auth/username", "colon"),
			bad("a name of two lines", `"auth":{"scheme":"basic","username":"a\nb","secret":"prom-token"}`, "/auth/username", "control characters"),
			bad("another scheme", `"auth":{"scheme":"negotiate"}`, "/auth/scheme", "basic"),
			bad("TLS over http", `"tls":{"ca":"prom-ca"}`, "/tls", "no TLS over http"),
			bad("a key that is one", `"address":"https://example.org","tls":{"certificate":"cert","key":"-----BEGIN PRIVATE KEY-----"}`, "/tls/key", "not the secret itself"),
			bad("half a pair", `"address":"https://example.org","tls":{"certificate":"cert"}`, "/tls", "both certificate and key"),
			bad("a server of no name", `"address":"https://example.org","tls":{"serverName":"a/b"}`, "/tls/serverName", "name of a host"),
			bad("what only reading shows", `"health":{"state":"ok"}`, "/health", "not a known field"),
		}
		for name, address := range map[string]string{
			"empty": "", "a host alone": "prometheus", "a file": "file:///etc/passwd", "a gopher": "gopher://127.0.0.1:70/_x", "no host": "http://",
			"a password": "http://ada:" + secret + "@127.0.0.1", "a token": "http://127.0.0.1/?token=" + secret, "a fragment": "http://127.0.0.1/#a",
			"a port past all": "http://127.0.0.1:65536", "port 0": "http://127.0.0.1:0", "a line feed": `http://127.0.0.1/\nx`,
			"endless": "http://127.0.0.1/" + strings.Repeat("a", 2048), "a script": "javascript:alert(1)", "a zone": "http://[fe80::1%25eth0", "text": "../../",
		} {
			cases = append(cases, bad("an address: "+name, `"address":"`+address+`"`, "/address", ""))
		}
		h.all(t, cases)
		if listed := h.must(200, call{as: "ada", method: "GET", path: "/v1/data-sources?includeRetired=true"}).items(); len(listed) != 0 {
			t.Errorf("what was refused is there: %v", listed)
		}
	})
}

func TestWhatADataSourceForbidsIsRefused(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("administrator", "source", "/v1/data-sources", dataSource())
		h.make("administrator", "adapter", "/v1/data-sources", dataSource(`"slug":"adapter","kind":"adapter"`))
		h.make("administrator", "gone", "/v1/data-sources", dataSource(`"slug":"gone"`))
		h.must(200, call{as: "administrator", method: "POST", path: "/v1/data-sources/gone/retire", header: []string{`If-Match: "1"`}, body: `{}`})
		h.make("administrator", "theirs", "/v1/data-sources", dataSource(`"slug":"theirs","matchersRequired":true,"matchers":[{"team":"search","label":"namespace","op":"=","value":"$team"}]`))
		h.make("administrator", "was", "/v1/data-sources", dataSource(`"slug":"was"`))
		h.rename("administrator", "/v1/data-sources/was", "is")
		read := read(`"ratio":{"good":"sum(increase(good[$window]))","total":"sum(increase(total[$window]))"}`)
		h.make("ada", "slo read", "/v1/services/checkout/slos", slo(`"slug":"read"`, read))
		change := func(as, method, path, tag, body string) call {
			return call{as: as, method: method, path: "/v1/data-sources/" + path, header: []string{"If-Match: " + tag}, body: body}
		}
		h.all(t, []hostile{
			{"a data source of a member", post("ada", "/v1/data-sources", dataSource(`"slug":"mine"`)), 403, "forbidden", "", "only administrators"},
			{"a data source of a program", post("robot", "/v1/data-sources", dataSource(`"slug":"mine"`)), 403, "forbidden", "", "only administrators"},
			{"a change by a member", change("ada", "PUT", "prometheus-eu", `"1"`, dataSource()), 403, "forbidden", "", "only administrators"},
			{"a retirement by a member", change("ada", "POST", "prometheus-eu/retire", `"1"`, `{"force":true}`), 403, "forbidden", "", "only administrators"},
			{"a check by a member", call{as: "ada", method: "POST", path: "/v1/data-sources/prometheus-eu/check"}, 403, "forbidden", "", "check a data source"},
			{"a slug that is taken", post("administrator", "/v1/data-sources", dataSource()), 409, "slug_taken", "", "another data source"},
			{"a slug that was", post("administrator", "/v1/data-sources", dataSource(`"slug":"was"`)), 409, "slug_taken", "", "another data source"},
			{"a change without a version", call{as: "administrator", method: "PUT", path: "/v1/data-sources/prometheus-eu", body: dataSource()}, 428, "precondition_required", "", "If-Match"},
			{"a change of another version", change("administrator", "PUT", "prometheus-eu", `"7"`, dataSource()), 412, "version_mismatch", "", "read it again"},
			{"another kind", change("administrator", "PUT", "prometheus-eu", `"1"`, dataSource(`"kind":"adapter"`)), 422, "invalid_input", "/kind", `must stay "prometheus"`},
			{"the retirement of what is read from", change("administrator", "POST", "prometheus-eu/retire", `"1"`, `{}`), 409, "data_source_in_use", "", `1 SLO is read from the data source "prometheus-eu": checkout/read;`},
			{"a change of what is retired", change("administrator", "PUT", "gone", `"2"`, dataSource(`"slug":"gone"`)), 409, "data_source_retired", "", "restore it first"},
			{"a check of what is retired", call{as: "administrator", method: "POST", path: "/v1/data-sources/gone/check"}, 409, "data_source_retired", "", "restore it first"},
			{"a second retirement", change("administrator", "POST", "gone/retire", `"2"`, `{}`), 409, "data_source_retired", "", "restore it first"},
			{"a restoration of what lives", change("administrator", "POST", "adapter/restore", `"1"`, `{}`), 409, "data_source_not_retired", "", "is not retired"},
			{"a name of none", call{as: "ada", method: "GET", path: "/v1/data-sources/nowhere"}, 404, "data_source_not_found", "", "no data source"},
			{"a push to what is read", post("ada", "/v1/services/checkout/slos/read/measurements", slots(at(time.Minute)+`,"good":1,"total":1`)), 409, "not_pushed", "", `Read from the data source "prometheus-eu"`},
			{"a bulk push to what is read", post("ada", "/v1/measurements", `{"series":[{"service":"checkout","slo":"read","slots":[{`+at(time.Minute)+`,"good":1,"total":1}]}]}`), 409, "not_pushed", "", "takes no pushes"},
		})
		moved := h.must(308, call{as: "ada", method: "GET", path: "/v1/data-sources/was"})
		if to := moved.header.Get("Location"); to != "/v1/data-sources/is" {
			t.Errorf("a former name leads to %q", to)
		}
		// Nobody listens at port 1; what is at another's address is told, and not dialled.
		check := h.must(200, call{as: "administrator", method: "POST", path: "/v1/data-sources/prometheus-eu/check"})
		if check.text("result") != "failed" || check.text("problem") != "unreachable" {
			t.Errorf("the check says %s", check.body)
		}
		h.make("administrator", "metadata", "/v1/data-sources", dataSource(`"slug":"metadata","address":"http://169.254.169.254/latest"`, `"auth":{"scheme":"bearer","secret":"prom-token"}`))
		check = h.must(200, call{as: "administrator", method: "POST", path: "/v1/data-sources/metadata/check"})
		if check.text("problem") != "address_refused" || !strings.Contains(check.text("message"), "169.254.169.254 is refused") {
			t.Errorf("the check says %s", check.body)
		}
	})
}

// read is an indicator that is read from the data source, by the form. What is said
// of groups is beside the source.
func read(form string, more ...string) string {
	source, indicator := []string{form}, []string{}
	for _, m := range more {
		if strings.HasPrefix(m, `"groupBy"`) || strings.HasPrefix(m, `"maxGroups"`) {
			indicator = append(indicator, m)
		} else {
			source = append(source, m)
		}
	}
	return `"indicator":` + with(`{"category":"availability"}`, append(indicator, `"source":`+with(`{"dataSource":"prometheus-eu"}`, source...))...)
}

func TestHostileSourcesOfIndicatorsAreRefused(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("administrator", "source", "/v1/data-sources", dataSource())
		h.make("administrator", "adapter", "/v1/data-sources", dataSource(`"slug":"adapter","kind":"adapter"`))
		h.make("administrator", "gone", "/v1/data-sources", dataSource(`"slug":"gone"`))
		h.must(200, call{as: "administrator", method: "POST", path: "/v1/data-sources/gone/retire", header: []string{`If-Match: "1"`}, body: `{}`})
		h.make("administrator", "theirs", "/v1/data-sources", dataSource(`"slug":"theirs","matchersRequired":true`))
		h.make("administrator", "was", "/v1/data-sources", dataSource(`"slug":"was"`))
		h.rename("administrator", "/v1/data-sources/was", "is")
		bad := func(name, pointer, says, form string, more ...string) hostile {
			return hostile{name, call{body: slo(`"slug":"bad"`, read(form, more...))}, 422, "invalid_input", strings.Replace("/indicator/source"+pointer, "/source/..", "", 1), says}
		}
		const ratio, otlp = `"ratio":{"good":"good","total":"total"}`, `"otlp":{"metric":"requests","good":[{"attribute":"ok","value":"true"}]}`
		long := strings.Repeat("x", 4097)
		cases := []hostile{
			bad("no form", "", "must say how it is measured", `"dataSource":"prometheus-eu"`),
			bad("two forms", "", "one way of measuring, not 2: ratio, otlp", ratio, otlp),
			bad("no data source", "/dataSource", "is required", ratio, `"dataSource":""`),
			bad("a data source that there is not", "/dataSource", "names nothing that exists", ratio, `"dataSource":"nowhere"`),
			bad("a data source that was", "/dataSource", `it is now "is"`, ratio, `"dataSource":"was"`),
			bad("a data source of another kind", "/ratio", "of kind adapter and not prometheus", ratio, `"dataSource":"adapter"`),
			bad("a data source that is retired", "/dataSource", "was retired", ratio, `"dataSource":"gone"`),
			bad("a data source for others", "/dataSource", `the team "payments" has none`, ratio, `"dataSource":"theirs"`),
			bad("an adapter's way of a Prometheus", "/adapter", "of kind prometheus and not adapter", `"adapter":{"indicator":"x"}`),
			bad("an address", "/dataSource", "names nothing that exists", ratio, `"dataSource":"http://169.254.169.254"`),
			bad("a data source of OTLP", "/dataSource", "must be left out", otlp),
			bad("good and bad", "/ratio", "either good or bad", `"ratio":{"good":"a","bad":"b","total":"c"}`),
			bad("neither", "/ratio", "either good or bad", `"ratio":{"total":"c"}`),
			bad("no total", "/ratio/total", "required", `"ratio":{"good":"a"}`),
			bad("an empty total", "/ratio/total", "is required", `"ratio":{"good":"a","total":" "}`),
			bad("an endless query", "/ratio/good", "at most 4096 bytes, has 4097", `"ratio":{"good":"`+long+`","total":"c"}`),
			bad("a query with a NUL", "/ratio/good", "", `"ratio":{"good":"a\u0000","total":"c"}`),
			bad("a query turned round", "/ratio/good", "direction of writing", `"ratio":{"good":"a\u202eb","total":"c"}`),
			bad("a query that is a number", "/ratio/good", "a string", `"ratio":{"good":1,"total":"c"}`),
			bad("a share of nothing", "/rawRatio/query", "is required", `"rawRatio":{"query":"","type":"success"}`),
			bad("a share of neither", "/rawRatio/type", "success", `"rawRatio":{"query":"a","type":"good"}`),
			bad("a limit of no comparison", "/threshold/op", "lte", `"threshold":{"query":"a","op":"<","value":1}`),
			bad("a limit past all numbers", "/threshold/value", "1.8e308", `"threshold":{"query":"a","op":"lt","value":1e999}`),
			bad("no limit", "/threshold/value", "required", `"threshold":{"query":"a","op":"lt"}`),
			bad("a metric that ends the query", "/latency/metric", "name of a metric", `"latency":{"metric":"a[5m])) or vector(1","thresholdSeconds":1}`),
			bad("buckets", "/latency/metric", "without _bucket", `"latency":{"metric":"a_bucket","thresholdSeconds":1}`),
			bad("braces", "/latency/selector", "without braces", `"latency":{"metric":"a","selector":"{job=\"a\"}","thresholdSeconds":1}`),
			bad("no time at all", "/latency/thresholdSeconds", "more than 0", `"latency":{"metric":"a","thresholdSeconds":0}`),
			bad("a histogram of another sort", "/latency/histogram", "native", `"latency":{"metric":"a","thresholdSeconds":1,"histogram":"exponential"}`),
			bad("buckets as groups", "/../groupBy", "must not be le", `"latency":{"metric":"a","thresholdSeconds":1}`, `"groupBy":"le"`),
			bad("recorded for all", "/recorded/labels", "is required", `"recorded":{"good":"a","total":"b","labels":{}}`),
			bad("recorded with a label that is none", "/recorded/labels/a~1b", "name of a label", `"recorded":{"good":"a","total":"b","labels":{"a/b":"c"}}`),
			bad("recorded with a selector for a name", "/recorded/total", "name of a metric", `"recorded":{"good":"a","total":"b{c=\"d\"}","labels":{"a":"b"}}`),
			bad("an adapter's nothing", "/adapter/indicator", "1 to 128", `"adapter":{"indicator":""}`, `"dataSource":"adapter"`),
			bad("a sum without good ones", "/otlp", "one of good and bad", `"otlp":{"metric":"a"}`, `"dataSource":""`),
			bad("a sum with a limit", "/otlp", "neither good nor bad", `"otlp":{"metric":"a","threshold":1,"bad":[{"attribute":"a","value":"b"}]}`, `"dataSource":""`),
			bad("a condition that is no expression", "/otlp/good/0/value", "RE2", `"otlp":{"metric":"a","good":[{"attribute":"a","op":"=~","value":"(?=b)"}]}`, `"dataSource":""`),
			bad("a condition that compares otherwise", "/otlp/good/0/op", "=~", `"otlp":{"metric":"a","good":[{"attribute":"a","op":">","value":"b"}]}`, `"dataSource":""`),
			bad("a group of no label", "/../groupBy", "name of a label", ratio, `"groupBy":"http.route"`),
			bad("a hundred and one groups", "/../maxGroups", "at most 100", ratio, `"groupBy":"region","maxGroups":101`),
			bad("a query that does not compile", "/ratio/total", "", `"ratio":{"good":"sum(increase(a[$window]))","total":"sum(increase(a[$window])"}`),
			bad("a query without a window", "/ratio/total", "window", `"ratio":{"good":"sum(increase(a[$window]))","total":"sum(a)"}`),
			bad("a selector that ends the query", "/latency/selector", "", `"latency":{"metric":"a","selector":"job=\"a\"}) or vector(1","thresholdSeconds":1}`),
			bad("no groups", "/../maxGroups", "at least 1", ratio, `"groupBy":"region","maxGroups":0`),
			bad("groups of nothing", "/../maxGroups", "no groupBy", ratio, `"maxGroups":5`),
			bad("a form of another product", "/promql", "not a known field", `"promql":"up"`),
			{"a counting of what is read", call{body: slo(`"slug":"bad"`, strings.Replace(read(ratio), `"category"`, `"counting":"bad_total","category"`, 1))}, 422, "invalid_input", "/indicator/counting", "must be left out where there is a source"},
		}
		h.all(t, posts("ada", "/v1/services/checkout/slos", cases))
		if listed := h.must(200, call{as: "ada", method: "GET", path: "/v1/services/checkout/slos"}).items(); len(listed) != 2 {
			t.Errorf("what was refused is there: %v", listed)
		}
	})
}

// TestEveryFormComesBackAsItWasDeclared reads what was declared, writes it back,
// and finds that nothing changed.
func TestEveryFormComesBackAsItWasDeclared(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.make("administrator", "source", "/v1/data-sources", dataSource())
		h.make("administrator", "adapter", "/v1/data-sources", dataSource(`"slug":"adapter","kind":"adapter"`))
		groups := map[string]string{"ratio": `,"groupBy":"region"`, "histogram": `,"groupBy":"http.route","maxGroups":5`}
		for slug, form := range map[string]string{
			"ratio":     `{"dataSource":"prometheus-eu","ratio":{"bad":"sum(increase(errors_total[$window]))","total":"sum(increase(requests_total[$window]))"}}`,
			"raw-ratio": `{"dataSource":"prometheus-eu","rawRatio":{"query":"avg_over_time(probe_success[$window])","type":"failure","weight":"sum(increase(probes_total[$window]))"}}`,
			"threshold": `{"dataSource":"prometheus-eu","threshold":{"query":"max(queue_length)","op":"lte","value":0}}`,
			"classic":   `{"dataSource":"prometheus-eu","latency":{"metric":"http_request_duration_seconds","selector":"job=\"checkout\"","thresholdSeconds":0.3,"histogram":"classic"}}`,
			"native":    `{"dataSource":"prometheus-eu","latency":{"metric":"http_request_duration_seconds","thresholdSeconds":0.25,"histogram":"native"}}`,
			"recorded":  `{"dataSource":"prometheus-eu","recorded":{"good":"slo:good:count","total":"slo:total:count","labels":{"slo":"checkout"}}}`,
			"adapter":   `{"dataSource":"adapter","adapter":{"indicator":"orders-paid","parameters":{"region":"eu"}}}`,
			"otlp":      `{"otlp":{"metric":"http.server.requests","where":[{"attribute":"service.name","op":"=","value":"checkout"}],"bad":[{"attribute":"http.response.status_code","op":"=~","value":"5.."}]}}`,
			"histogram": `{"otlp":{"metric":"http.server.request.duration","threshold":0.3}}`,
		} {
			path := "/v1/services/checkout/slos/" + slug
			made := h.make("ada", "slo "+slug, "/v1/services/checkout/slos", slo(`"slug":"`+slug+`"`, `"indicator":{"category":"availability"`+groups[slug]+`,"source":`+form+`}`))
			indicator := made.object()["indicator"].(map[string]any)
			got := indicator["source"].(map[string]any)
			name := ""
			if ref, ok := got["dataSource"].(map[string]any); ok {
				name = ref["slug"].(string)
				got["dataSource"] = name
			}
			var want map[string]any
			if err := json.Unmarshal([]byte(form), &want); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s came back as %s, want %s (%v)", slug, encode(got), form, err)
			}
			indicator["source"] = got
			revised := h.must(200, call{as: "ada", method: "PUT", path: path, header: []string{`If-Match: "1"`}, body: slo(`"slug":"`+slug+`"`, `"indicator":`+encode(indicator))})
			if revised.header.Get("ETag") != `"1"` {
				t.Errorf("%s: writing back what was read changed it: %s", slug, revised.body)
			}
			explained := h.must(200, call{as: "rita", method: "GET", path: path + "/explain"}).object()["measured"].(map[string]any)
			if len(explained["queries"].([]any)) == 0 || explained["source"] == nil || name != "" && !strings.Contains(explained["text"].(string), `"`+name+`"`) {
				t.Errorf("%s is explained as %v", slug, explained)
			}
		}
		if n := h.must(200, call{as: "rita", method: "GET", path: "/v1/data-sources/prometheus-eu"}).object()["slos"]; n != 6.0 {
			t.Errorf("%v SLOs are read from the data source, want 6", n)
		}
	})
}
