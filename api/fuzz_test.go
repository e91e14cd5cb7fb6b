package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// FuzzStrictJSON holds the strict pass to encoding/json: what it lets through
// decodes, and what it refuses as no JSON is none, but for what it is there to
// refuse: bytes that are not UTF-8, depth, length of numbers, numbers out of
// range, NUL, halves of pairs, and names given twice.
func FuzzStrictJSON(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, `null`, `true`, `"a"`, `-0.5e+10`, `{"a":[1,{"b":"\u00e9\ud83d\ude00"}]}`, `{"a":1,"a":2}`, `{"name":"ab","size":3}`,
		`"\u0000"`, `"\ud800"`, `"\ud800\u0041"`, `01`, `1.`, `[1,]`, `{"a"}`, "\"\n\"", strings.Repeat("[", 40), `1e999`, " {\t\"a\" :\r\n1 } ", `{"":{"":""}}`, `"\uD83D\u`,
	} {
		f.Add([]byte(seed))
	}
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	schemas := shapes{registry: registry, made: map[*huma.Schema]*shape{}}
	typed := schemas.of(registry.Schema(reflect.TypeFor[WidgetInput](), true, ""))
	f.Fuzz(func(t *testing.T, data []byte) {
		var faults faultList
		p := scanJSON(data, anything, leafChecker{registry}, &faults)
		valid := json.Valid(data)
		if p == nil {
			if !valid {
				t.Fatalf("passed %q, which is no JSON", data)
			}
			var v any
			if err := json.Unmarshal(data, &v); err != nil && !faults.any() {
				t.Fatalf("passed %q, which does not decode: %v", data, err)
			}
		} else if valid && p.Code != "body_too_deep" && utf8.Valid(data) && len(bytes.TrimSpace(data)) > 0 {
			t.Fatalf("refused %q: %s", data, p.Detail)
		}
		for _, fault := range faults.list {
			if !strings.Contains(fault.Message, "given twice") && !strings.Contains(fault.Message, "surrogate") &&
				!strings.Contains(fault.Message, "which cannot be stored") && !strings.Contains(fault.Message, "expected a number") {
				t.Fatalf("%q is refused without a reason: %+v", data, fault)
			}
		}

		// Against a schema: whatever passes decodes into the type that the schema is of.
		faults = faultList{}
		if p := scanJSON(data, typed, leafChecker{registry}, &faults); p == nil && !faults.any() {
			var in WidgetInput
			if err := decodeBody(data, &in); err != nil {
				t.Fatalf("passed %q, which does not fit: %v", data, err)
			}
		}
		if len(faults.list) > maxFaults {
			t.Fatalf("%d faults are told", len(faults.list))
		}
	})
}

// FuzzQuery holds the query check to never panic and to cap what it tells.
func FuzzQuery(f *testing.F) {
	f.Add("a=1&b=%00&c")
	f.Add("%zz&;&=&&limit=1&limit=2")
	f.Fuzz(func(t *testing.T, raw string) {
		var v faultList
		checkQuery(raw, map[string]bool{"limit": false, "kind": true}, &v)
		if len(v.list) > maxFaults {
			t.Fatalf("%d faults are told", len(v.list))
		}
	})
}

// FuzzQuote holds quoted values to their length and to printable characters.
func FuzzQuote(f *testing.F) {
	f.Add("a\x00b\u202e\xff\U0001f600")
	f.Fuzz(func(t *testing.T, s string) {
		got := quote(s)
		if n := utf8.RuneCountInString(got); n > maxValue+1 || !utf8.ValidString(got) || strings.ContainsAny(got, "\x00\n\u202e") {
			t.Fatalf("%q is quoted as %q", s, got)
		}
	})
}

// FuzzRequest holds the whole edge to never answer 500.
func FuzzRequest(f *testing.F) {
	f.Add("/v1/widgets?limit=1", `{"name":"ab"}`, `"1"`)
	f.Fuzz(func(t *testing.T, target, body, tag string) {
		// As a server reads it: where a client sees a fragment, it sees a path.
		if _, err := url.ParseRequestURI(target); err != nil || !strings.HasPrefix(target, "/v1/widgets") || strings.ContainsAny(target, " \r\n") || strings.ContainsAny(tag, "\r\n\x00") {
			t.Skip()
		}
		b := newBench(t)
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
			if w := b.do(method, target, body, "If-Match: "+tag, "Idempotency-Key: "+tag); w.Code >= 500 {
				t.Fatalf("%s %s: %d %s", method, target, w.Code, b.log)
			}
		}
	})
}

// FuzzForwarded holds the client's address to be the peer's, or one that a header
// holds.
func FuzzForwarded(f *testing.F) {
	f.Add("203.0.113.1, 10.0.0.1", `for="[2001:db8::1]:4711";by=x, for=10.0.0.1`)
	f.Add("[::1", `for="\`)
	of := func(header string) *API {
		return New(Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, TrustedProxyHeader: header})
	}
	a := map[string]*API{"X-Forwarded-For": of("X-Forwarded-For"), "Forwarded": of("Forwarded")}
	f.Fuzz(func(t *testing.T, plain, standard string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.RemoteAddr = "10.0.0.7:1"
		for name, value := range map[string]string{"X-Forwarded-For": plain, "Forwarded": standard} {
			r.Header = http.Header{name: {value}}
			got := a[name].clientAddress(r)
			if !got.IsValid() || got.Zone() != "" || got.Is4In6() {
				t.Fatalf("%s: %q gave %v", name, value, got)
			}
			if text := got.String(); got.Is4() && text != "10.0.0.7" && !strings.Contains(strings.ReplaceAll(value, `\`, ""), text) && !strings.Contains(value, ":") {
				t.Fatalf("%s: %q gave %v, which it does not hold", name, value, got)
			}
		}
	})
}
