package registry_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/registry"
)

// The pattern is the one that Kubernetes publishes for RFC 1123 labels.
var rfc1123 = regexp.MustCompile(`\A[a-z0-9]([-a-z0-9]*[a-z0-9])?\z`)

func FuzzSlug(f *testing.F) {
	for _, seed := range []string{"a", "payments", "a-b", "-a", "a-", "A", "", "é", "a\n", "a\x00", strings.Repeat("a", 63), strings.Repeat("a", 64)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, slug string) {
		if got, want := registry.ValidSlug(slug), len(slug) <= 63 && rfc1123.MatchString(slug); got != want {
			t.Errorf("%q: %t, want %t", slug, got, want)
		}
		var check fault.Check
		registry.CheckSlug(&check, "/slug", slug)
		if registry.ValidSlug(slug) != (check.Err() == nil) {
			t.Errorf("%q: %v", slug, check.Err())
		}
	})
}

func valid() registry.ServiceInput {
	return registry.ServiceInput{Slug: "checkout", Team: "payments", Profile: registry.Profile{
		Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
	}}
}

func pointers(err error) []string {
	e := fault.As(err)
	if e == nil || e.Kind != fault.Invalid {
		return []string{fmt.Sprintf("no violations: %v", err)}
	}
	var out []string
	for _, v := range e.Violations {
		out = append(out, v.Pointer)
	}
	return out
}

func TestAServiceIsRefusedForEachRuleItBreaks(t *testing.T) {
	t.Parallel()
	if err := valid().Validate(); err != nil {
		t.Fatalf("the valid one is refused: %v", err)
	}
	long := func(n int) string { return strings.Repeat("é", n) } // counted in characters, not bytes
	for name, row := range map[string]struct {
		change  func(*registry.ServiceInput)
		pointer string // empty: allowed
	}{
		"slug with a capital":         {func(in *registry.ServiceInput) { in.Slug = "Checkout" }, "/slug"},
		"slug of 64":                  {func(in *registry.ServiceInput) { in.Slug = strings.Repeat("a", 64) }, "/slug"},
		"name absent":                 {func(in *registry.ServiceInput) { in.Name = "" }, "/name"},
		"name of 100":                 {func(in *registry.ServiceInput) { in.Name = long(100) }, ""},
		"name of 101":                 {func(in *registry.ServiceInput) { in.Name = long(101) }, "/name"},
		"name of spaces":              {func(in *registry.ServiceInput) { in.Name = "   " }, "/name"},
		"name with NUL":               {func(in *registry.ServiceInput) { in.Name = "a\x00b" }, "/name"},
		"name with a line feed":       {func(in *registry.ServiceInput) { in.Name = "a\nb" }, "/name"},
		"name written backwards":      {func(in *registry.ServiceInput) { in.Name = "a\u202eb" }, "/name"},
		"name that is not UTF-8":      {func(in *registry.ServiceInput) { in.Name = "a\xff" }, "/name"},
		"description of 1050":         {func(in *registry.ServiceInput) { in.Description = long(1050) }, ""},
		"description of 1051":         {func(in *registry.ServiceInput) { in.Description = long(1051) }, "/description"},
		"description of lines":        {func(in *registry.ServiceInput) { in.Description = "a\n\n\tb" }, ""},
		"description with an escape":  {func(in *registry.ServiceInput) { in.Description = "\x1b[31mred" }, "/description"},
		"kind unheard of":             {func(in *registry.ServiceInput) { in.Kind = "mainframe" }, "/kind"},
		"tier 0":                      {func(in *registry.ServiceInput) { in.Tier = 0 }, "/tier"},
		"tier 5":                      {func(in *registry.ServiceInput) { in.Tier = 5 }, "/tier"},
		"lifecycle retired":           {func(in *registry.ServiceInput) { in.Lifecycle = "retired" }, "/lifecycle"},
		"repository":                  {func(in *registry.ServiceInput) { in.Repository = "https://github.com/example/checkout" }, ""},
		"repository by ssh":           {func(in *registry.ServiceInput) { in.Repository = "git@github.com:example/checkout.git" }, "/repository"},
		"repository without a scheme": {func(in *registry.ServiceInput) { in.Repository = "github.com/example/checkout" }, "/repository"},
		"runbook in JavaScript":       {func(in *registry.ServiceInput) { in.Runbook = "javascript:alert(1)" }, "/runbook"},
		"dashboard without a host":    {func(in *registry.ServiceInput) { in.Dashboard = "https:///x" }, "/dashboard"},
		"dashboard with a port alone": {func(in *registry.ServiceInput) { in.Dashboard = "https://:443/" }, "/dashboard"},
		"docs with a space":           {func(in *registry.ServiceInput) { in.Docs = "https://example.org/a b" }, "/docs"},
		"docs of 2049":                {func(in *registry.ServiceInput) { in.Docs = "https://e.org/" + strings.Repeat("a", 2049-14) }, "/docs"},
		"docs of 2048":                {func(in *registry.ServiceInput) { in.Docs = "https://e.org/" + strings.Repeat("a", 2048-14) }, ""},
		"on-call by name":             {func(in *registry.ServiceInput) { in.OnCall = "Payments primary" }, ""},
		"on-call by address":          {func(in *registry.ServiceInput) { in.OnCall = "https://oncall.example.org/payments" }, ""},
		"on-call by another scheme":   {func(in *registry.ServiceInput) { in.OnCall = "ftp://oncall.example.org" }, "/onCall"},
		"contact of 201":              {func(in *registry.ServiceInput) { in.Contact = long(201) }, "/contact"},
		"label with a prefix":         {func(in *registry.ServiceInput) { in.Labels = map[string]string{"example.org/cost-center": "42"} }, ""},
		"label with an empty value":   {func(in *registry.ServiceInput) { in.Labels = map[string]string{"beta": ""} }, ""},
		"label with a space":          {func(in *registry.ServiceInput) { in.Labels = map[string]string{"cost center": "42"} }, "/labels/cost center"},
		"label with an empty key":     {func(in *registry.ServiceInput) { in.Labels = map[string]string{"": "42"} }, "/labels/"},
		"label with two slashes":      {func(in *registry.ServiceInput) { in.Labels = map[string]string{"a/b/c": "42"} }, "/labels/a~1b~1c"},
		"label with a tilde":          {func(in *registry.ServiceInput) { in.Labels = map[string]string{"a~": "42"} }, "/labels/a~0"},
		"label key of 64":             {func(in *registry.ServiceInput) { in.Labels = map[string]string{strings.Repeat("a", 64): ""} }, "/labels/" + strings.Repeat("a", 63) + "…"},
		"label value of 257":          {func(in *registry.ServiceInput) { in.Labels = map[string]string{"a": long(257)} }, "/labels/a"},
		"annotation value of 2048":    {func(in *registry.ServiceInput) { in.Annotations = map[string]string{"a": long(2048)} }, ""},
		"annotation value of 2049":    {func(in *registry.ServiceInput) { in.Annotations = map[string]string{"a": long(2049)} }, "/annotations/a"},
		"annotation value with NUL":   {func(in *registry.ServiceInput) { in.Annotations = map[string]string{"a": "\x00"} }, "/annotations/a"},
		"65 labels":                   {func(in *registry.ServiceInput) { in.Labels = many(65) }, "/labels"},
		"64 labels":                   {func(in *registry.ServiceInput) { in.Labels = many(64) }, ""},
	} {
		in := valid()
		row.change(&in)
		err := in.Validate()
		if row.pointer == "" {
			if err != nil {
				t.Errorf("%s: refused: %v", name, err)
			}
			continue
		}
		if got := pointers(err); !slices.Equal(got, []string{row.pointer}) {
			t.Errorf("%s: violations at %q, want %q", name, got, row.pointer)
		}
	}
}

func many(n int) map[string]string {
	pairs := make(map[string]string)
	for i := range n {
		pairs[fmt.Sprintf("k%d", i)] = "v"
	}
	return pairs
}

func TestEveryFaultOfAServiceIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	in := registry.ServiceInput{Slug: "-", Profile: registry.Profile{
		Description: "\x00", Repository: "x", OnCall: "\x00", Runbook: "x", Dashboard: "x", Docs: "x", Contact: "\x00",
		Labels: map[string]string{"b": "\x00", "a": "\x00"}, Annotations: map[string]string{"/": ""},
	}}
	want := []string{
		"/slug", "/name", "/description", "/kind", "/tier", "/lifecycle", "/repository", "/onCall", "/runbook", "/dashboard", "/docs",
		"/contact", "/labels/a", "/labels/b", "/annotations/~1",
	}
	if got := pointers(in.Validate()); !slices.Equal(got, want) {
		t.Errorf("violations at\n%q, want\n%q", got, want)
	}
}

func TestAPasswordInAnAddressIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"https://ada:hunter2@example.org/", "ftp://ada:hunter2@example.org/", "https://ada:hunter2@ex ample.org/",
		"https://ada:hunter2@example.org/" + strings.Repeat("a", 3000),
	} {
		in := valid()
		in.Repository = address
		e := fault.As(in.Validate())
		if e == nil || len(e.Violations) != 1 {
			t.Fatalf("%.60s: %v", address, e)
		}
		if text := fmt.Sprint(e, e.Violations); strings.Contains(text, "hunter2") {
			t.Errorf("the fault repeats the password: %s", text)
		}
	}
}

func TestTermsOfADependencyAreChecked(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		terms registry.DependencyTerms
		want  []string
	}{
		{registry.DependencyTerms{Criticality: registry.Hard}, nil},
		{registry.DependencyTerms{Criticality: registry.Soft, Timeout: 1e6}, nil},   // 1 ms
		{registry.DependencyTerms{Criticality: registry.Soft, Timeout: 600e9}, nil}, // 10 min
		{registry.DependencyTerms{Criticality: "firm"}, []string{"/criticality"}},   //
		{registry.DependencyTerms{Criticality: registry.Soft, Timeout: 600e9 + 1e6}, []string{"/timeoutMilliseconds"}},
		{registry.DependencyTerms{Criticality: registry.Soft, Timeout: 1}, []string{"/timeoutMilliseconds"}},
		{registry.DependencyTerms{Criticality: registry.Soft, Timeout: -1e6}, []string{"/timeoutMilliseconds"}},
		{registry.DependencyTerms{Criticality: registry.Soft, Timeout: 15e5}, []string{"/timeoutMilliseconds"}}, // 1.5 ms
		{
			registry.DependencyTerms{FailureMode: "\x00", Retry: "\x00", Breaker: "\x00", Bulkhead: "\x00"},
			[]string{"/criticality", "/failureMode", "/retry", "/breaker", "/bulkhead"},
		},
	} {
		err := row.terms.Validate()
		if row.want == nil {
			if err != nil {
				t.Errorf("%+v is refused: %v", row.terms, err)
			}
			continue
		}
		if got := pointers(err); !slices.Equal(got, row.want) {
			t.Errorf("%+v: violations at %q, want %q", row.terms, got, row.want)
		}
	}
}
