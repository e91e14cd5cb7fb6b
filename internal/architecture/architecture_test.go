package architecture

import (
	"go/parser"
	"slices"
	"strings"
	"testing"
)

func TestEveryImportKeepsTheRulesOfTheHouse(t *testing.T) {
	t.Parallel()
	files := readFiles(t)
	if !slices.ContainsFunc(files, func(f file) bool { return f.name == "internal/architecture/architecture_test.go" }) {
		t.Fatalf("this file is not among the %d that were read", len(files))
	}
	for _, v := range violations(files) {
		t.Error(v)
	}
}

// The files here are invented: each breaks the one rule that is named beside it,
// or none.
func TestABrokenRuleIsFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file   file
		breaks string // part of the rule's name; empty for none
	}{
		{file{pkg: "./services/slo", imports: []string{"github.com/go-chi/chi/v5"}}, "stay at the edge"},
		{file{pkg: "./cmd/evenkeel", imports: []string{"github.com/danielgtaylor/huma/v2/adapters/humachi"}}, "stay at the edge"},
		{file{pkg: "./services/slo", test: true, imports: []string{"github.com/danielgtaylor/huma/v2"}}, "stay at the edge"},
		{file{pkg: "./api/dashboard", imports: []string{"github.com/go-chi/chi/v5"}}, ""},
		{file{pkg: "./apiary", imports: []string{"github.com/go-chi/chi/v5"}}, "stay at the edge"},
		{file{pkg: "./api", imports: []string{"entgo.io/ent"}}, "ent stays"},
		{file{pkg: "./ent/schema", imports: []string{"entgo.io/ent"}}, ""},
		{file{pkg: "./cmd/evenkeel", imports: []string{"github.com/robfig/cron/v3"}}, "cron stays"},
		{file{pkg: "./services/jobs", imports: []string{"github.com/robfig/cron/v3"}}, ""},
		{file{pkg: "./services/issues", imports: []string{"github.com/google/go-github/v60/github"}}, "GitHub's client"},
		{file{pkg: "./services/issues/github", imports: []string{"github.com/google/go-github/v60/github"}}, ""},
		{file{pkg: "./services/issues/github/standin", test: true, imports: []string{"github.com/bradleyfalzon/ghinstallation/v2"}}, ""},
		{file{pkg: "./services/issues/github", imports: []string{"./services/issues/github/standin"}}, "for tests"},
		{file{pkg: "./services/issues/github", test: true, imports: []string{"./services/issues/github/standin"}}, ""},
		{file{pkg: "./services/policy", imports: []string{"cel.dev/cel-go/cel"}}, "CEL stays"},
		{file{pkg: "./services/registry", imports: []string{"./ent/store"}}, "neither the database nor the edge"},
		{file{pkg: "./scorecards", imports: []string{"./api"}}, "neither the database nor the edge"},
		{file{pkg: "./services/registry", test: true, imports: []string{"./ent/store", "./ent/storetest"}}, ""},
		{file{pkg: "./services/registry", test: true, imports: []string{"./cmd/evenkeel/config"}}, "nothing above them"},
		{file{pkg: "./services/registry", imports: []string{"database/sql"}}, "no SQL"},
		{file{pkg: "./api", test: true, imports: []string{"./ent/db"}}, "generated tables"},
		{file{pkg: "./api", imports: []string{"./ent/store"}}, "speaks to services"},
		{file{pkg: "./api", test: true, imports: []string{"./ent/store"}}, ""},
		{file{pkg: "./ent/store", imports: []string{"./api"}}, "nothing above it"},
		{file{pkg: "./internal/page", imports: []string{"./services/slo"}}, "vocabulary"},
		{file{pkg: "./internal/page", imports: []string{"./internal/fault", "encoding/json"}}, ""},
		{file{pkg: "./services/slo/budget", imports: []string{"context"}}, "no I/O"},
		{file{pkg: "./services/slo/budget", imports: []string{"log/slog"}}, "no I/O"},
		{file{pkg: "./services/measure/window", imports: []string{"net/http"}}, "no I/O"},
		{file{pkg: "./services/measure/segment", imports: []string{"os"}}, "no I/O"},
		{file{pkg: "./services/measure/segment", test: true, imports: []string{"os"}}, ""},
		{file{pkg: "./scorecards/rules", imports: []string{"./internal/clock"}}, "pure packages stand"},
		{file{pkg: "./services/slo/budget", imports: []string{"./services/slo"}}, "pure packages stand"},
		{file{pkg: "./services/slo/budget", imports: []string{"./internal/fault", "./services/measure/window", "math/big", "time"}}, ""},
		{file{pkg: "./services/slo/budget", calls: []string{"Now"}}, "given the time"},
		{file{pkg: "./services/slo/budget", calls: []string{"Duration", "Unix"}}, ""},
		{file{pkg: "./services/slo/budget", test: true, calls: []string{"Now"}}, ""},
		{file{pkg: "./services/registry", imports: []string{"./services/slo"}}, "registry uses no other domain's types"},
		{file{pkg: "./services/measure", imports: []string{"./services/slo"}}, "measure uses registry"},
		{file{pkg: "./services/measure/self", imports: []string{"./services/policy"}}, "measure uses registry"},
		{file{pkg: "./services/incident", imports: []string{"./services/policy"}}, "incident uses registry"},
		{file{pkg: "./services/slo", imports: []string{"./scorecards"}}, "slo uses registry, source, measure"},
		{file{pkg: "./services/access", imports: []string{"./services/audit"}}, "access uses no other domain's types"},
		{file{pkg: "./services/issues", imports: []string{"./services/policy", "./services/access", "./services/audit", "./services/slo/budget"}}, ""},
		{file{pkg: "./services/measure", imports: []string{"./services/slo/budget"}}, ""}, // pure packages are everybody's
		{file{pkg: "./scorecards", imports: []string{"./services/toil", "./services/slo"}}, ""},
		{file{pkg: "./services/weather"}, "the domain weather, which has no row"},
	} {
		c.file.name = c.file.pkg + "/invented.go"
		found := violations([]file{c.file})
		switch {
		case c.breaks == "" && len(found) > 0:
			t.Errorf("%+v keeps the rules, but: %v", c.file, found)
		case c.breaks != "" && !slices.ContainsFunc(found, func(v string) bool { return strings.Contains(v, c.breaks) }):
			t.Errorf("%+v breaks a rule about %q, found: %v", c.file, c.breaks, found)
		}
		for _, v := range found {
			if !strings.Contains(v, c.file.name) {
				t.Errorf("%q does not name the file %s", v, c.file.name)
			}
		}
	}
}

func TestImportsAndReadingsOfTheClockAreReadFromSource(t *testing.T) {
	t.Parallel()
	for source, want := range map[string][]string{
		"package p\nimport \"time\"\nvar _ = time.Now()":             {"Now"},
		"package p\nimport c \"time\"\nvar now = c.Now":              {"Now"},
		"package p\nimport . \"time\"\nvar x = Now()":                {"Now"},
		"package p\nimport \"time\"\nvar d time.Duration":            {},
		"package p\nimport time \"example.com/t\"\nvar x = time.Now": {},
	} {
		f := file{name: "invented.go"}
		if err := f.parse("example.com/m", []byte(source), parser.SkipObjectResolution); err != nil {
			t.Fatal(err)
		}
		for _, call := range clockCalls {
			if slices.Contains(f.calls, call) != slices.Contains(want, call) {
				t.Errorf("%s\ncalls %v, want %v among them", source, f.calls, want)
			}
		}
	}
	f := file{name: "invented.go"}
	if err := f.parse("example.com/m", []byte("package p\nimport _ \"example.com/m/ent\"\nimport \"example.com/more\""), parser.ImportsOnly); err != nil {
		t.Fatal(err)
	}
	if want := []string{"./ent", "example.com/more"}; !slices.Equal(f.imports, want) {
		t.Errorf("imports %v, want %v", f.imports, want)
	}
}

func TestEveryRuleHasAReason(t *testing.T) {
	t.Parallel()
	for _, r := range importRules {
		if r.name == "" || r.reason == "" || len(r.of) == 0 || len(r.forbids) == 0 {
			t.Errorf("a rule is incomplete: %+v", r)
		}
	}
	for _, d := range directions {
		if d.reason == "" {
			t.Errorf("the direction of %s has no reason", d.domain)
		}
	}
}
