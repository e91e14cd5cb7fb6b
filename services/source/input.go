package source

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/hidden"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// The bounds of what is declared of a data source; those of texts are registry's.
const (
	MaxMatchers    = 200
	MinTimeout     = time.Second
	MaxTimeout     = 2 * time.Minute
	MaxConcurrency = 64
	MaxDelay       = time.Hour

	maxTenant       = 150 // characters, as Mimir takes them
	maxServerName   = 253
	maxMatcherLabel = 128
	maxMatcherValue = 1024 // bytes
)

// TeamPlaceholder stands in a matcher's value for the slug of the team that asks.
const TeamPlaceholder = "$team"

// Input is what is declared of a data source; an update replaces all of it.
type Input struct {
	Slug        string
	Name        string
	Description string
	Kind        Kind
	Access
	// Timeout and Concurrency are the defaults when 0, Delay when nil.
	Timeout          time.Duration
	Concurrency      int
	Delay            *time.Duration
	Matchers         []MatcherInput
	MatchersRequired bool
}

// MatcherInput is a Matcher whose team is a slug or identifier.
type MatcherInput struct {
	Team  string // empty: of every team
	Label string
	Op    string
	Value string
}

// orDefaults fills what was left out and has a default.
func (in Input) orDefaults() Input {
	in.Auth.Scheme = cmp.Or(in.Auth.Scheme, Anonymous)
	in.Timeout = cmp.Or(in.Timeout, DefaultTimeout)
	in.Concurrency = cmp.Or(in.Concurrency, DefaultConcurrency)
	if in.Delay == nil {
		delay := DefaultDelay
		in.Delay = &delay
	}
	return in
}

// Check notes every fault that can be told from the input alone, with pointers as
// on the wire.
func (in Input) Check(check *fault.Check) {
	in = in.orDefaults()
	registry.CheckSlug(check, "/slug", in.Slug)
	registry.CheckName(check, "/name", in.Name)
	registry.CheckText(check, "/description", in.Description, registry.MaxDescription)
	check.Require(slices.Contains(Kinds, in.Kind), "/kind", in.Kind, "must be one of %s", fault.Or(Kinds))
	in.Access.check(check)
	check.Require(in.Timeout >= MinTimeout && in.Timeout <= MaxTimeout, "/timeoutSeconds", seconds(in.Timeout),
		"must be %d to %d seconds", seconds(MinTimeout), seconds(MaxTimeout))
	check.Require(in.Concurrency >= 1 && in.Concurrency <= MaxConcurrency, "/concurrency", in.Concurrency, "must be 1 to %d requests at once", MaxConcurrency)
	check.Require(*in.Delay >= 0 && *in.Delay <= MaxDelay, "/delaySeconds", seconds(*in.Delay), "must be 0 to %d seconds", seconds(MaxDelay))
	in.checkMatchers(check)
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

func (a Access) check(check *fault.Check) {
	checkAddress(check, "/address", a.Address)
	a.Auth.check(check)
	a.TLS.check(check, strings.HasPrefix(strings.ToLower(a.Address), "https:"))
	check.Require(len(a.Tenant) <= maxTenant && !strings.ContainsFunc(a.Tenant, func(r rune) bool { return r <= ' ' || r > '~' }),
		"/tenant", a.Tenant, "must be at most %d visible ASCII characters, as they are sent as X-Scope-OrgID", maxTenant)
}

// checkAddress requires a base URL to which a path and a query can be added.
func checkAddress(check *fault.Check, pointer, address string) {
	if address == "" {
		check.Fail(pointer, nil, "is required: the base address, such as https://prometheus.example.org")
		return
	}
	var plain fault.Check
	registry.CheckURL(&plain, pointer, address)
	if !check.Join(plain) {
		return
	}
	u, err := url.Parse(address)
	if err != nil { // CheckURL says so
		return
	}
	// A query may hold a token, so that such an address is not repeated.
	check.Require(u.RawQuery == "" && !u.ForceQuery, pointer, nil, "must not have a query: it is a base address, to which paths are added")
	check.Require(!strings.Contains(address, "#"), pointer, nil, "must not have a fragment: it is a base address, to which paths are added")
	if port := u.Port(); port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		check.Require(err == nil && n > 0, pointer, address, "must have a port from 1 to 65535, or none")
	}
}

func (a Auth) check(check *fault.Check) {
	switch a.Scheme {
	case Anonymous:
		check.Require(a.Username == "", "/auth/username", nil, "must be left out: the scheme %q sends none", a.Scheme)
		check.Require(a.Secret == "", "/auth/secret", nil, "must be left out: the scheme %q sends none", a.Scheme)
	case Bearer:
		check.Require(a.Username == "", "/auth/username", nil, "must be left out: the scheme %q sends none", a.Scheme)
		checkSecret(check, "/auth/secret", a.Secret, true)
	case Basic:
		access.CheckLine(check, "/auth/username", a.Username, 1, registry.MaxName)
		check.Require(!strings.Contains(a.Username, ":"), "/auth/username", a.Username, "must not contain a colon: it ends the name in HTTP's basic authentication")
		checkSecret(check, "/auth/secret", a.Secret, true)
	default:
		check.Fail("/auth/scheme", a.Scheme, "must be one of %s", fault.Or(Schemes))
	}
}

// checkSecret requires the name of a secret. What is not one may be the secret
// itself, sent by mistake, and is not repeated.
func checkSecret(check *fault.Check, pointer, name string, needed bool) {
	switch {
	case name == "" && needed:
		check.Fail(pointer, nil, "is required: the name of the secret, not the secret itself")
	case name != "" && !registry.ValidSlug(name):
		check.Fail(pointer, nil, "must be the name of a secret, not the secret itself: 1 to %d lower-case letters, digits and hyphens, not beginning or ending with a hyphen", registry.MaxSlug)
	}
}

func (t TLS) check(check *fault.Check, https bool) {
	if !https && t != (TLS{}) {
		check.Fail("/tls", nil, "must be left out, or the address begin with https://: there is no TLS over http")
		return
	}
	checkSecret(check, "/tls/ca", t.CA, false)
	checkSecret(check, "/tls/certificate", t.Certificate, false)
	checkSecret(check, "/tls/key", t.Key, false)
	check.Require((t.Certificate == "") == (t.Key == ""), "/tls", nil, "must name both certificate and key, or neither")
	check.Require(t.ServerName == "" || validHost(t.ServerName), "/tls/serverName", t.ServerName, "must be the name of a host, such as prometheus.example.org")
}

var hostName = regexp.MustCompile(`^[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)*$`)

func validHost(name string) bool { return len(name) <= maxServerName && hostName.MatchString(name) }

func (in Input) checkMatchers(check *fault.Check) {
	if in.Kind == Adapter {
		check.Require(len(in.Matchers) == 0, "/matchers", len(in.Matchers), "must be left out: an adapter has no selectors to add them to")
		check.Require(!in.MatchersRequired, "/matchersRequired", nil, "must be left out: an adapter has no selectors to add matchers to")
		return
	}
	if len(in.Matchers) > MaxMatchers {
		check.Fail("/matchers", len(in.Matchers), "must have at most %d entries, has %d", MaxMatchers, len(in.Matchers))
		return
	}
	for i, m := range in.Matchers {
		m.check(check, fmt.Sprintf("/matchers/%d", i))
	}
}

var labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

func (m MatcherInput) check(check *fault.Check, base string) {
	check.Require(len(m.Label) <= maxMatcherLabel && labelName.MatchString(m.Label) && m.Label != "__name__", base+"/label", m.Label,
		"must be the name of a label: at most %d letters, digits and underscores, not beginning with a digit, and not __name__", maxMatcherLabel)
	check.Require(m.Op == "=" || m.Op == "=~", base+"/op", m.Op, "must be \"=\" or \"=~\"")
	switch {
	case m.Value == "":
		check.Fail(base+"/value", nil, "is required: an empty value would let through what has no such label")
	case len(m.Value) > maxMatcherValue || !utf8.ValidString(m.Value) || hidden.In(m.Value):
		check.Fail(base+"/value", m.Value, "must be at most %d bytes of UTF-8, without control characters", maxMatcherValue)
	case m.Op == "=~":
		// By itself, and not as Prometheus anchors it: there ")|(" ends what it is in.
		if _, err := regexp.Compile(strings.ReplaceAll(m.Value, TeamPlaceholder, "team")); err != nil {
			check.Fail(base+"/value", m.Value, "must be a regular expression as RE2 reads it: %s", problem(err))
		}
	}
}

// problem is why an expression does not compile, without the expression.
func problem(err error) string {
	text, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "error parsing regexp: "), ": `")
	return text
}
