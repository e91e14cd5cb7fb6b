package source_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/source"
)

func TestWhatADataSourceMayBe(t *testing.T) {
	t.Parallel()
	delay := func(d time.Duration) *time.Duration { return &d }
	matcher := func(m source.MatcherInput) func(*source.Input) {
		return func(in *source.Input) { in.Matchers = []source.MatcherInput{m} }
	}
	address := func(a string) func(*source.Input) { return func(in *source.Input) { in.Address = a } }
	auth := func(a source.Auth) func(*source.Input) { return func(in *source.Input) { in.Auth = a } }
	tls := func(c source.TLS) func(*source.Input) { return func(in *source.Input) { in.TLS = c } }
	h := newHouse(t)
	for i, c := range []struct {
		name    string
		change  func(*source.Input)
		pointer string // empty: it is right
	}{
		{"as it stands", func(*source.Input) {}, ""},
		{"a slug in capitals", func(in *source.Input) { in.Slug = "Prometheus" }, "/slug"},
		{"no name", func(in *source.Input) { in.Name = "" }, "/name"},
		{"a long description", func(in *source.Input) { in.Description = strings.Repeat("x", 1051) }, "/description"},
		{"a kind of another product", func(in *source.Input) { in.Kind = "influxdb" }, "/kind"},
		{"a plain address with a path", address("http://10.0.0.5:9090/prometheus"), ""},
		{"an address of IPv6", address("http://[fd00::1]:9090"), ""},
		{"no address", address(""), "/address"},
		{"an address without scheme", address("prometheus:9090"), "/address"},
		{"a file", address("file:///etc/passwd"), "/address"},
		{"a gopher", address("gopher://example.org"), "/address"},
		{"no host", address("http:///path"), "/address"},
		{"a password", address("https://ada:secret@example.org"), "/address"},
		{"a query", address("https://example.org/?token=x"), "/address"},
		{"an empty query", address("https://example.org/?"), "/address"},
		{"a fragment", address("https://example.org/#x"), "/address"},
		{"an empty fragment", address("https://example.org/#"), "/address"},
		{"a port past all ports", address("https://example.org:65536"), "/address"},
		{"port zero", address("https://example.org:0"), "/address"},
		{"a line break", address("https://example.org/\r\nX-Evil: 1"), "/address"},
		{"a long address", address("https://example.org/" + strings.Repeat("x", 2048)), "/address"},
		{"nothing about who asks", auth(source.Auth{}), ""},
		{"nobody with a secret", auth(source.Auth{Scheme: source.Anonymous, Secret: "prom-token"}), "/auth/secret"},
		{"nobody with a name", auth(source.Auth{Scheme: source.Anonymous, Username: "ada"}), "/auth/username"},
		{"a bearer of nothing", auth(source.Auth{Scheme: source.Bearer}), "/auth/secret"},
		{"a bearer with a name", auth(source.Auth{Scheme: source.Bearer, Username: "ada", Secret: "prom-token"}), "/auth/username"},
		{"a bearer of the secret itself", auth(source.Auth{Scheme: source.Bearer, Secret: "eyJhbGciOiJIUzI1NiJ9.e30.x"}), "/auth/secret"},
		{"a secret that climbs", auth(source.Auth{Scheme: source.Bearer, Secret: "../token"}), "/auth/secret"},
		{"basic", auth(source.Auth{Scheme: source.Basic, Username: "ada", Secret: "prom-password"}), ""},
		{"basic without a name", auth(source.Auth{Scheme: source.Basic, Secret: "prom-password"}), "/auth/username"},
		{"basic with two names", auth(source.Auth{Scheme: source.Basic, Username: "ada:bob", Secret: "prom-password"}), "/auth/username"},
		{"basic without a password", auth(source.Auth{Scheme: source.Basic, Username: "ada"}), "/auth/secret"},
		{"another scheme", auth(source.Auth{Scheme: "digest"}), "/auth/scheme"},
		{"certificates", tls(source.TLS{CA: "ca", Certificate: "cert", Key: "key", ServerName: "prom.internal"}), ""},
		{"a certificate without key", tls(source.TLS{Certificate: "cert"}), "/tls"},
		{"a certificate itself", tls(source.TLS{CA: "-----BEGIN CERTIFICATE-----"}), "/tls/ca"},
		{"a server of no name", tls(source.TLS{ServerName: "a b"}), "/tls/serverName"},
		{"certificates of http", func(in *source.Input) { in.Address, in.TLS.CA = "http://example.org", "ca" }, "/tls"},
		{"a tenant", func(in *source.Input) { in.Tenant = "team-a|team-b" }, ""},
		{"a tenant of two lines", func(in *source.Input) { in.Tenant = "a\r\nX-Evil: 1" }, "/tenant"},
		{"a long tenant", func(in *source.Input) { in.Tenant = strings.Repeat("x", 151) }, "/tenant"},
		{"the least limits", func(in *source.Input) { in.Timeout, in.Concurrency, in.Delay = time.Second, 1, delay(0) }, ""},
		{"the greatest limits", func(in *source.Input) { in.Timeout, in.Concurrency, in.Delay = 2*time.Minute, 64, delay(time.Hour) }, ""},
		{"a hurry", func(in *source.Input) { in.Timeout = time.Second - 1 }, "/timeoutSeconds"},
		{"patience", func(in *source.Input) { in.Timeout = 2*time.Minute + 1 }, "/timeoutSeconds"},
		{"too much at once", func(in *source.Input) { in.Concurrency = 65 }, "/concurrency"},
		{"less than nothing at once", func(in *source.Input) { in.Concurrency = -1 }, "/concurrency"},
		{"before its end", func(in *source.Input) { in.Delay = delay(-1) }, "/delaySeconds"},
		{"after an hour", func(in *source.Input) { in.Delay = delay(time.Hour + 1) }, "/delaySeconds"},
		{"a matcher of a team", matcher(source.MatcherInput{Team: "payments", Label: "namespace", Op: "=~", Value: "$team(-.*)?"}), ""},
		{"a matcher of a team that there is not", matcher(source.MatcherInput{Team: "nowhere", Label: "namespace", Op: "=", Value: "x"}), "/matchers/0/team"},
		{"a matcher of no label", matcher(source.MatcherInput{Label: "name-space", Op: "=", Value: "x"}), "/matchers/0/label"},
		{"a matcher of the name", matcher(source.MatcherInput{Label: "__name__", Op: "=", Value: "x"}), "/matchers/0/label"},
		{"a matcher that lets others in", matcher(source.MatcherInput{Label: "namespace", Op: "!=", Value: "x"}), "/matchers/0/op"},
		{"a matcher of nothing", matcher(source.MatcherInput{Label: "namespace", Op: "=", Value: ""}), "/matchers/0/value"},
		{"a matcher that does not compile", matcher(source.MatcherInput{Label: "namespace", Op: "=~", Value: "(a"}), "/matchers/0/value"},
		{"a matcher that ends early", matcher(source.MatcherInput{Label: "namespace", Op: "=~", Value: "a)|(b"}), "/matchers/0/value"},
		{"a matcher with a NUL", matcher(source.MatcherInput{Label: "namespace", Op: "=", Value: "a\x00"}), "/matchers/0/value"},
		{"a long matcher", matcher(source.MatcherInput{Label: "namespace", Op: "=", Value: strings.Repeat("x", 1025)}), "/matchers/0/value"},
		{"one label twice", func(in *source.Input) {
			in.Matchers = []source.MatcherInput{{Label: "a", Op: "=", Value: "x"}, {Team: "payments", Label: "a", Op: "=", Value: "x"}, {Label: "a", Op: "=", Value: "y"}}
		}, "/matchers/2/label"},
		{"matchers without end", func(in *source.Input) {
			for i := range source.MaxMatchers + 1 {
				in.Matchers = append(in.Matchers, source.MatcherInput{Label: fmt.Sprint("l", i), Op: "=", Value: "x"})
			}
		}, "/matchers"},
		{"an adapter", func(in *source.Input) { in.Kind = source.Adapter }, ""},
		{"an adapter with matchers", func(in *source.Input) {
			in.Kind, in.Matchers = source.Adapter, []source.MatcherInput{{Label: "a", Op: "=", Value: "x"}}
		}, "/matchers"},
		{"an adapter that wants matchers", func(in *source.Input) { in.Kind, in.MatchersRequired = source.Adapter, true }, "/matchersRequired"},
	} {
		in := valid()
		in.Slug = fmt.Sprint("source-", i)
		c.change(&in)
		_, err := h.Create(h.root, in)
		switch e := fault.As(err); {
		case c.pointer == "" && err != nil:
			t.Errorf("%s: refused: %v", c.name, err)
		case c.pointer != "" && (e == nil || len(e.Violations) != 1 || e.Violations[0].Pointer != c.pointer):
			t.Errorf("%s: got %v, want a fault at %s", c.name, err, c.pointer)
		}
	}
}

// What may be a secret that was sent in place of its name is not repeated.
func TestAFaultDoesNotRepeatASecret(t *testing.T) {
	t.Parallel()
	const hunter2 = "Hunter2!"
	in := valid()
	in.Address = "https://ada:" + hunter2 + "@example.org/?token=" + hunter2 + "#" + hunter2
	in.Auth = source.Auth{Scheme: source.Basic, Username: "ada", Secret: hunter2}
	in.TLS = source.TLS{CA: hunter2, Certificate: hunter2, Key: hunter2}
	var check fault.Check
	in.Check(&check)
	e := fault.As(check.Err())
	if e == nil || len(e.Violations) != 5 {
		t.Fatalf("got %v", check.Err())
	}
	if said := fmt.Sprintf("%v %+v", e, e.Violations); strings.Contains(said, hunter2) {
		t.Errorf("the secret is repeated: %s", said)
	}
}
