package app_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/evenkeel/evenkeel/services/access"
)

// junk takes the place of each member of a body, as it stands in JSON.
var junk = []string{
	`null`, `true`, `0`, `-1`, `1.5`, `1e300`, `9223372036854775807`, `[]`, `{}`, `[[null]]`, `{"a":{"b":[1]}}`,
	`""`, `" "`, `"x"`, `"a\u0000b"`, `"\u202e"`, `"` + strings.Repeat("x", 5000) + `"`, `"../../etc/passwd"`, `"javascript:alert(1)"`,
	`"01JD3Z0Q8RC6W4N1M2V5K7T9XY"`, `"0000-01-01T00:00:00+23:59"`, `"9999-12-31T23:59:59-23:59"`, `"'; DROP TABLE teams; --"`,
}

// junkText takes the place of each parameter, as it stands in a URL.
var junkText = []string{
	"", "x", "%00", "0", "-1", "1.5", "true", "%ff", "%2F", "%2e%2e", "%E2%80%AE", "%27%20OR%201%3D1--", "01JD3Z0Q8RC6W4N1M2V5K7T9XY",
	"9223372036854775807", "99999999999999999999", strings.Repeat("x", 3000),
	"0000-01-01T00:00:00%2B23:59", "0001-01-02T00:00:00Z", "1969-12-31T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-03-14T00:00:00Z",
}

// bodies are sent whole to every operation.
var bodies = []string{"", "{}", "null", "[]", `"text"`, "1", "{", "\x00\xff\xfe garbage", `{"a":1}`}

// sweep sends one operation everything that it should refuse, and some that it
// should not.
type sweep struct {
	*testing.T
	*house
	*document
	as   string
	tags map[string]string // ETags by path
	n    int               // for names that are new
	// All of it would take too long for every run: the dice choose some, for each
	// caller and database others. "make soak" sends all of it.
	dice *rand.Rand
}

// EverythingVariable is the environment variable that has the sweep send all of
// it. How many requests there were is in the log of the test.
const EverythingVariable = "EVENKEEL_TEST_EVERYTHING"

// repeated is how often something is tried that goes wrong seldom if at all: all times
// where everything is asked for, as in "make soak".
func repeated(some, all int) int {
	if os.Getenv(EverythingVariable) != "" {
		return all
	}
	return some
}

// chosen is true once in n times.
func (s *sweep) chosen(n int) bool {
	return os.Getenv(EverythingVariable) != "" || s.dice.IntN(n) == 0
}

// TestNothingThatIsSentMakesItFail sends every operation of the document every
// kind of body and parameter, by callers of every right: no answer is a failure,
// and each is one that the document declares, with its type and shape.
func TestNothingThatIsSentMakesItFail(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.prepare()
		d := h.readDocument()
		h.person("carol", access.ScopeRead, access.ScopeWrite) // a second owner, whom nobody sees off
		h.must(200, call{as: "ada", method: "PUT", path: "/v1/teams/payments/members/" + h.ids["carol"]})
		tags := map[string]string{}
		for _, as := range []string{"nobody", "rita", "carol", "administrator"} {
			s := &sweep{t, h, d, as, tags, 0, rand.New(rand.NewPCG(uint64(len(as)), uint64(len(t.Name()))))}
			for _, o := range d.operations {
				s.operation(o)
				h.clock.Advance(time.Minute) // so that refusals are recorded, not counted
			}
			h.token("administrator", access.TokenInput{Kind: access.PersonalToken, Person: h.administrator(), Scopes: access.Scopes})
		}
		t.Log(d.summary())
	})
}

func (s *sweep) operation(o operation) {
	target := o.target(s.house, nil)
	for i, body := range bodies {
		if i < 3 || s.as != "nobody" && s.chosen(3) { // of nobody no more is looked at
			s.try(o, target, body)
		}
	}
	if s.as == "nobody" {
		return
	}
	if base := s.body(o); base != nil {
		s.mutate(o, target, base)
	}
	if s.as == "rita" && !o.reads() {
		return
	}
	for _, name := range o.in("query") {
		for _, value := range s.examples(o, name) {
			s.try(o, target+"?"+name+"="+value, "")
		}
		for _, value := range junkText {
			if s.chosen(18) {
				s.try(o, target+"?"+name+"="+value, "")
			}
		}
		if s.chosen(3) {
			s.try(o, target+"?"+name+"=1&"+name+"=2", "")
		}
	}
	for _, name := range o.in("path") {
		for _, value := range junkText {
			if value != "" && s.chosen(18) { // that is another path
				s.try(o, o.target(s.house, map[string]string{name: value}), encode(s.body(o)))
			}
		}
	}
	for _, name := range o.in("header") {
		for _, value := range []string{"x", `"`, "*", `W/"1"`, `"1"`, `"1","2"`, "\xff", "é", strings.Repeat("x", 3000)} {
			if s.chosen(3) {
				s.do(o, call{as: s.as, method: o.method, path: target, body: encode(s.body(o)), header: []string{name + ": " + value}})
			}
		}
	}
}

// try sends a request, with the right ETag where the operation asks for one.
func (s *sweep) try(o operation, target, body string) {
	c := call{as: s.as, method: o.method, path: target, body: body}
	if body == "null" && o.body() == nil {
		c.body = ""
	}
	if !slices.Contains(o.in("header"), "If-Match") {
		s.do(o, c)
		return
	}
	path, _, _ := strings.Cut(target, "?")
	thing := path
	for _, action := range []string{"/retire", "/restore", "/transfer", "/deactivate", "/check"} {
		thing = strings.TrimSuffix(thing, action)
	}
	if s.tags[thing] == "" {
		s.tags[thing] = `"1"`
	}
	c.header = []string{"If-Match: " + s.tags[thing]}
	a := s.do(o, c)
	if a.status == 412 {
		now := s.house.do(call{as: "administrator", method: "GET", path: thing}).header.Get("ETag")
		if now != "" && now != s.tags[thing] {
			s.tags[thing], c.header = now, []string{"If-Match: " + now}
			a = s.do(o, c)
		}
	}
	if tag := a.header.Get("ETag"); tag != "" && a.status < 300 {
		s.tags[thing] = tag
	}
}

func (s *sweep) do(o operation, c call) answer {
	c.mayTell = o.OperationID == "createToken" || o.OperationID == "rotateToken" || o.OperationID == "createSignInLink"
	a := s.house.do(c)
	s.judge(s.T, o, a)
	switch {
	case s.as == "nobody" && !o.public() && a.status != 401:
		s.Errorf("%s: answers %d without a token", a.call, a.status)
	case s.as == "rita" && !o.reads() && !o.public() && a.status != 403:
		s.Errorf("%s: answers %d to who may only read", a.call, a.status)
	}
	return a
}

// mutate sends the body with each of its members replaced, left out, and added to.
func (s *sweep) mutate(o operation, target string, base any) {
	s.try(o, target, encode(s.fresh(o, base)))
	for _, place := range places(base, nil) {
		for _, value := range append(junk, "") {
			if s.as != "rita" && s.chosen(30) {
				s.try(o, target, encode(replace(s.fresh(o, base), place, value)))
			}
		}
	}
}

// fresh gives a body that makes something a name that nothing has.
func (s *sweep) fresh(o operation, base any) any {
	object, ok := base.(map[string]any)
	if !ok || o.method != "POST" {
		return base
	}
	object = maps.Clone(object)
	s.n++
	for _, name := range []string{"slug", "subject"} {
		if _, has := object[name]; has {
			object[name] = fmt.Sprintf("sweep-%s-%d", s.as, s.n)
		}
	}
	return object
}

// body is a body of the right shape, from the examples of its schema.
func (s *sweep) body(o operation) any {
	schema := o.body()
	if schema == nil {
		return nil
	}
	body := example(schema)
	if object, ok := body.(map[string]any); ok && o.OperationID == "attachPolicy" {
		delete(object, "tier") // the example is of a service
	}
	return body
}

func example(schema *openapi3.Schema) any {
	switch {
	case schema.Example != nil:
		return schema.Example
	case schema.Type.Is("object"):
		object := map[string]any{}
		for name, member := range schema.Properties {
			object[name] = example(member.Value)
			if member.Value.Description == "URL." && member.Value.Example == nil {
				object[name] = "https://example.org/" + name
			}
		}
		if slots, ok := object["start"]; ok && slots != nil {
			object["start"] = start.Add(-time.Minute).Format(time.RFC3339)
			delete(object, "bad") // the indicator counts good events
		}
		return object
	case schema.Type.Is("array"):
		return []any{example(schema.Items.Value)}
	case len(schema.Enum) > 0:
		return schema.Enum[0]
	case schema.Type.Is("boolean"):
		return false
	case schema.Type.Is("integer"), schema.Type.Is("number"):
		if schema.Min != nil {
			return max(*schema.Min, 1)
		}
		return 1
	default:
		return "a text"
	}
}

// examples are values of a parameter that are right, or were.
func (s *sweep) examples(o operation, name string) []string {
	values := slices.Clone(map[string][]string{
		"team": {"payments", "former-team"}, "parent": {"engineering", "former-team"}, "system": {"shop", "former-system"},
		"service": {"checkout", "former-service"}, "policy": {"error-budget", "former-policy"}, "slo": {s.ids["slo availability"]},
		"person": {s.ids["bob"]}, "member": {s.ids["bob"]}, "actor": {s.ids["bob"]}, "violation": {s.ids["the violation"]}, "alert": {s.ids["the alert"]}, "query": {"a"}, "since": {"2026-03-14T00:00:00Z"},
		"limit": {"1"}, "tier": {"1"}, "from": {"2026-03-14T00:00:00Z"}, "to": {"2026-03-14T12:00:00Z"}, "stepSeconds": {"3600"},
	}[name])
	for _, p := range o.params {
		if p.Value.Name == name {
			for _, v := range p.Value.Schema.Value.Enum {
				values = append(values, fmt.Sprint(v))
			}
		}
	}
	return values
}

// places are the paths to all members and items of a value.
func places(v any, at []any) (out [][]any) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			here := append(slices.Clone(at), name)
			out = append(append(out, here), places(v[name], here)...)
		}
	case []any:
		for i := range v {
			here := append(slices.Clone(at), i)
			out = append(append(out, here), places(v[i], here)...)
		}
	}
	return out
}

// replace returns the value with another at the place, or with nothing there.
func replace(v any, place []any, with string) any {
	if len(place) == 0 {
		return json.RawMessage(with)
	}
	switch v := v.(type) {
	case map[string]any:
		v = maps.Clone(v)
		name := place[0].(string)
		if len(place) == 1 && with == "" {
			delete(v, name)
		} else {
			v[name] = replace(v[name], place[1:], with)
		}
		return v
	case []any:
		v = slices.Clone(v)
		i := place[0].(int)
		if len(place) == 1 && with == "" {
			return slices.Delete(v, i, i+1)
		}
		v[i] = replace(v[i], place[1:], with)
		return v
	}
	return v
}
