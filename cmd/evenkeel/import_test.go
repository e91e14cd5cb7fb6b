package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
)

const checkoutCatalog = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: checkout
  description: |
    Takes orders.
    And cards: all of them.
  annotations: {evenkeel.dev/tier: "1", github.com/project-slug: example/checkout}
spec: {type: service, lifecycle: production, owner: payments, system: shop, dependsOn: ["component:ledger"]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: ledger}
spec: {type: service, lifecycle: production}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: orders}
spec: {type: openapi}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: shop, title: "Yes"}
spec: {owner: payments}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: payments}
spec: {type: team, children: []}
`

// tree are the files of a directory with what is in them.
func tree(t *testing.T, root string) map[string]string {
	t.Helper()
	out := map[string]string{}
	if err := filepath.WalkDir(root, func(path string, of fs.DirEntry, err error) error {
		if err != nil || of.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		under, bad := filepath.Rel(root, path)
		out[filepath.ToSlash(under)] = string(text)
		return errors.Join(err, bad)
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// like reads a document of ours as the API's body does, with nothing that it does not know.
func like[T any](t *testing.T, text string) T {
	t.Helper()
	var out T
	docs, err := yamldoc.Parse([]byte(text))
	if err != nil || len(docs) != 1 {
		t.Fatalf("%d documents (%v)\n%s", len(docs), err, text)
	}
	var plain any
	if err := docs[0].Decode(&plain); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	converted, err := json.Marshal(plain)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(converted)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&out); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return out
}

type headed struct{ APIVersion, Kind, Team string }

func TestWhatIsImportedIsWrittenAsTheAPITakesIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	for name, text := range map[string]string{"catalog-info.yaml": checkoutCatalog, "values.yaml": "image: x\n", "deep/slo.yml": checkoutSloth, ".git/catalog-info.yaml": "backstage.io/: ["} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(from, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(from, name), text)
	}
	code, stdout, stderr := evenkeel(t, nil, "import", "catalog-info", from, "-o", to, "--team", "platform")
	if code != 0 || stderr != "" {
		t.Fatalf("it ended with %d: %s", code, stderr)
	}
	// The team and the system as they are; checkout with a tier; ledger without an owner and a tier. The API is left out.
	if want := "3 translated, 1 translated with notes, 1 left out, 0 refused.\n4 files written, 0 as they were, 0 edited and kept."; !strings.HasPrefix(stdout, want) {
		t.Errorf("it says %q, want %q", stdout, want)
	}
	files := tree(t, to)
	if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, []string{".evenkeel-import.json", "import-report.json", "import-report.md", "services/checkout.yaml", "services/ledger.yaml", "systems/shop.yaml", "teams/payments.yaml"}) {
		t.Fatalf("written are %v", got)
	}
	is := func(got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("written is\n%+v, want\n%+v", got, want)
		}
	}
	type service struct {
		headed
		serviceBody
	}
	is(like[service](t, files["services/checkout.yaml"]), service{headed{"evenkeel/v1", "Service", "payments"}, serviceBody{
		Slug: "checkout", Description: "Takes orders.\nAnd cards: all of them.", System: "shop", Type: "http", Tier: 1, Lifecycle: "production", Repository: "https://github.com/example/checkout",
		DependsOn: []need{{"ledger", "hard"}},
	}})
	is(like[service](t, files["services/ledger.yaml"]), service{headed{"evenkeel/v1", "Service", "platform"}, serviceBody{Slug: "ledger", Type: "http", Tier: 3, Lifecycle: "production"}})
	type system struct {
		headed
		api.SystemInput
	}
	is(like[system](t, files["systems/shop.yaml"]), system{headed{"evenkeel/v1", "System", ""}, api.SystemInput{Slug: "shop", Name: "Yes", Team: "payments"}})
	type team struct {
		headed
		api.TeamInput
	}
	is(like[team](t, files["teams/payments.yaml"]), team{headed{APIVersion: "evenkeel/v1", Kind: "Team"}, api.TeamInput{Slug: "payments"}})
	report := like[importReport](t, files["import-report.json"])
	if n := report.LeftOut; len(n) != 1 || n[0].Line != 17 || n[0].Pointer != "/kind" || report.Things[1].Outcome != "translated with notes" || len(report.Things[1].Notes) != 2 {
		t.Errorf("reported is %+v", report)
	}
	if !strings.Contains(files["import-report.md"], "catalog-info.yaml:17:7: /kind: API \"orders\" is left out: APIs are no things here") {
		t.Errorf("the report says\n%s", files["import-report.md"])
	}
}

func TestAnImportOfSLOsNamesItsDataSource(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "slo.yml"), checkoutSloth)
	to := filepath.Join(dir, "to")
	if code, _, stderr := evenkeel(t, nil, "import", "sloth", dir, "-o", to, "--data-source", "prometheus-eu"); code != 0 {
		t.Fatalf("it ended with %d: %s", code, stderr)
	}
	files := tree(t, to)
	if len(files) != 5 {
		t.Fatalf("written are %v", slices.Sorted(maps.Keys(files)))
	}
	type promise struct {
		APIVersion, Kind, Service string
		api.SLOInput
	}
	first := like[promise](t, files["slos/checkout/requests-availability.yaml"])
	if first.Kind != "SLO" || first.Service != "checkout" || first.Objective != "99.9%" || first.WindowDays != 30 || first.Indicator.ResolutionSeconds != 300 || first.Indicator.Source.DataSource != "prometheus-eu" ||
		first.Indicator.Source.Ratio.Bad != `sum(increase(http_requests_total{code=~"5..",job="checkout"}[$window]))` || !slices.Equal(first.Alerts.Off, []string{"absent", "ticket"}) || first.Alerts.MinBadEvents != 1 {
		t.Errorf("the first is %+v", first)
	}
	second := like[promise](t, files["slos/checkout/wifi.yaml"])
	if q := second.Indicator.Source.RawRatio; q == nil || q.Type != "failure" || q.Query != "1 - avg(avg_over_time(satisfaction_ratio[{{.window}}]))" {
		t.Errorf("the second is %+v", second.Indicator.Source)
	}
}

func TestAnImportOfOpenSLOReadsItsFilesTogether(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.yaml"), checkoutOpenSLO)
	write(t, filepath.Join(dir, "b.yaml"), requestsSLI+`---
apiVersion: openslo/v1
kind: Service
metadata: {name: checkout, displayName: Checkout}
spec: {description: Takes orders.}
---
apiVersion: openslo/v1
kind: DataSource
metadata: {name: prometheus}
spec: {type: Prometheus, connectionDetails: {url: "http://prometheus.example.org"}}
`)
	write(t, filepath.Join(dir, "c.yaml"), "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: other}\nspec: {indicatorRef: nowhere}\n")
	to := filepath.Join(dir, "to")
	code, _, stderr := evenkeel(t, nil, "import", "openslo", dir, "-o", to, "--team", "payments")
	if code != 1 || !strings.Contains(stderr, filepath.Join(dir, "c.yaml")+":") || strings.Contains(stderr, "a.yaml") {
		t.Errorf("it ended with %d: %s", code, stderr)
	}
	files := tree(t, to)
	type promise struct {
		APIVersion, Kind, Service string
		api.SLOInput
	}
	if s := like[promise](t, files["slos/checkout/availability.yaml"]); s.Objective != "99%" || s.WindowDays != 28 || s.Indicator.Source.DataSource != "prometheus" || s.Indicator.Source.Ratio.Bad == "" {
		t.Errorf("the SLO is %+v", s)
	}
	if s := like[serviceBody](t, strings.NewReplacer("apiVersion: evenkeel/v1\n", "", "kind: Service\n", "", "team: payments\n", "").Replace(files["services/checkout.yaml"])); s.Name != "Checkout" || s.Description != "Takes orders." {
		t.Errorf("the service is %+v", s)
	}
	if report := like[importReport](t, files["import-report.json"]); len(report.LeftOut) != 1 || !strings.Contains(report.LeftOut[0].Message, "administrators make them") {
		t.Errorf("left out are %+v", report.LeftOut)
	}
}

func TestADryRunWritesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "s.csv"), "service,team,tier\ncheckout,payments,1\n")
	before := tree(t, dir)
	code, stdout, stderr := evenkeel(t, nil, "import", "csv", filepath.Join(dir, "s.csv"), "-o", filepath.Join(dir, "to"), "--dry-run")
	if code != 0 || stderr != "" || !strings.Contains(stdout, "# Import from csv\n\n2 translated, 0 translated with notes, 0 left out, 0 refused.\n") || !strings.Contains(stdout, "| services/checkout.yaml |") {
		t.Errorf("it ended with %d: %s%s", code, stdout, stderr)
	}
	if !maps.Equal(tree(t, dir), before) {
		t.Error("something was written")
	}
}

func TestWhatCannotBeReadIsToldAndTheRestIsWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.csv"), "service,tier\ncheckout,9\n")
	write(t, filepath.Join(dir, "b.csv"), "service,tier,team\nledger,2,books\n")
	to := filepath.Join(dir, "to")
	code, stdout, stderr := evenkeel(t, nil, "import", "csv", dir, "-o", to)
	if code != 1 || !strings.Contains(stderr, filepath.Join(dir, "a.csv")+":2:10: tier must be 1, the most critical, to 4 (it is \"9\")\n") || !strings.Contains(stdout, "1 refused") {
		t.Errorf("it ended with %d: %s%s", code, stdout, stderr)
	}
	if files := tree(t, to); files["services/ledger.yaml"] == "" || !strings.Contains(files["import-report.md"], "## Refused") {
		t.Errorf("written are %v", slices.Sorted(maps.Keys(files)))
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"import", "slop", dir, "-o", to}, "FORMAT must be one of sloth, "},
		{[]string{"import", "csv", dir}, "name the directory to write with -o"},
		{[]string{"import", "csv", dir, "-o", to, "--team", "A B"}, "--team must be a short name"},
		{[]string{"import", "csv"}, "requires at least 2 arg"},
	} {
		if code, _, stderr := evenkeel(t, nil, c.args...); code != 2 || !strings.Contains(stderr, c.want) {
			t.Errorf("%v ended with %d: %s", c.args, code, stderr)
		}
	}
	for _, want := range []string{"there is no file *.yaml or *.yml to read in " + dir, "there is nothing of sloth to read in " + dir} {
		if code, _, stderr := evenkeel(t, nil, "import", "sloth", dir, "-o", to); code != 1 || !strings.Contains(stderr, want) {
			t.Errorf("it ended with %d: %s", code, stderr)
		}
		write(t, filepath.Join(dir, "values.yaml"), "image: x\n")
	}
}

// What documents say is in a report as text: nothing of it is a link, mentions anybody, or moves a cursor.
func TestAReportShowsWhatDocumentsSayAsText(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "x.yaml"), "apiVersion: backstage.io/v1\nkind: \"\\e[2J<b>@ada|[x](http://e)\\u202e\"\nmetadata: {name: a}\n")
	if code, _, stderr := evenkeel(t, nil, "import", "catalog-info", dir, "-o", filepath.Join(dir, "to")); code != 0 {
		t.Fatalf("it ended with %d: %s", code, stderr)
	}
	report := tree(t, filepath.Join(dir, "to"))["import-report.md"]
	if !strings.Contains(report, `/kind: \[2J&lt;b&gt;&#64;ada\|\[x\](http://e) "a" is left out`) || strings.ContainsAny(report, "\x1b\u202e") {
		t.Errorf("the report says\n%q", report)
	}
}

func TestAnImportIsReadFromStandardInput(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var said bytes.Buffer
	p := &program{stdout: &said, stderr: &said}
	root := p.root()
	root.SetIn(strings.NewReader(checkoutCatalog))
	root.SetArgs([]string{"import", "catalog-info", "-", "-o", dir, "--team", "platform"})
	if err := root.ExecuteContext(t.Context()); err != nil {
		t.Fatalf("%v: %s", err, &said)
	}
	if files := tree(t, dir); files["services/checkout.yaml"] == "" || !strings.Contains(files["import-report.json"], `"file": "-"`) {
		t.Errorf("written are %v", files)
	}
}

// sample are some files, as an import of a format makes them.
func sample(texts ...string) importReading {
	var r importReading
	for i, text := range texts {
		r.add(importThing{kind: "Service", key: fmt.Sprintf("service s%d", i), path: fmt.Sprintf("services/s%d.yaml", i), origin: foreign.Origin{In: "x", Document: 1, Line: i + 1}, text: []byte(text)})
	}
	return r
}

func bring(t *testing.T, root string, force bool, r importReading, put func(string, []byte) error) (importOutcome, error) {
	t.Helper()
	d, err := openImportDirectory(root, "csv", force)
	if err != nil {
		t.Fatal(err)
	}
	if put != nil {
		d.put = put
	}
	outcome, _, err := d.bring(r, func(int, int) {})
	return outcome, err
}

// An import that ends at any of its writes, before or after the file took its place, is gone on with by the
// next run, and comes to the same directory as one that was never ended.
func TestAnImportThatWasCutOffIsGoneOnWith(t *testing.T) {
	t.Parallel()
	first, second := sample("a: 1\n", "b: 1\n", "c: 1\n"), sample("a: 1\n", "b: 2\n", "c: 2\n", "d: 2\n")
	whole := t.TempDir()
	for _, r := range []importReading{first, second} {
		if _, err := bring(t, whole, false, r, nil); err != nil {
			t.Fatal(err)
		}
	}
	want := tree(t, whole)
	cut := errors.New("the machine is gone")
	ended := false
	for at := 0; !ended; at++ {
		for _, late := range []bool{false, true} {
			root := t.TempDir()
			if _, err := bring(t, root, false, first, nil); err != nil {
				t.Fatal(err)
			}
			writes := 0
			_, err := bring(t, root, false, second, func(path string, text []byte) error {
				writes++
				if writes-1 != at {
					return putFile(path, text)
				}
				if late {
					return errors.Join(putFile(path, text), cut)
				}
				beside := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".import")
				return errors.Join(os.WriteFile(beside, text[:len(text)/2], 0o600), cut)
			})
			if ended = err == nil; ended {
				break
			}
			outcome, err := bring(t, root, false, second, nil)
			if err != nil || len(outcome.edited) != 0 {
				t.Fatalf("cut off at write %d: then %v are taken for edited (%v)", at, outcome.edited, err)
			}
			if got := tree(t, root); !maps.Equal(got, want) {
				t.Errorf("cut off at write %d: there are\n%v, want\n%v", at, got, want)
			}
		}
		if at > 50 {
			t.Fatal("it never ends")
		}
	}
}

func TestWhatPeopleEditedIsKept(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if _, err := bring(t, root, false, sample("a: 1\n", "b: 1\n"), nil); err != nil {
		t.Fatal(err)
	}
	edited := filepath.Join(root, "services", "s0.yaml")
	write(t, edited, "a: mine\n")
	write(t, filepath.Join(root, "services", "s2.yaml"), "c: mine\n") // it was never written by an import
	next := sample("a: 2\n", "b: 2\n", "c: 2\n")
	for range 2 {
		outcome, err := bring(t, root, false, next, nil)
		if err != nil || !slices.Equal(outcome.edited, []string{"services/s0.yaml", "services/s2.yaml"}) {
			t.Fatalf("edited are %v (%v)", outcome.edited, err)
		}
	}
	files := tree(t, root)
	if files["services/s0.yaml"] != "a: mine\n" || files["services/s1.yaml"] != "b: 2\n" || files["services/s2.yaml"] != "c: mine\n" || !strings.Contains(files["import-report.md"], "## Edited, kept") {
		t.Errorf("there are %v", files)
	}
	// Edited to what would be written, it is as it would be.
	write(t, edited, "a: 2\n")
	if outcome, err := bring(t, root, false, next, nil); err != nil || outcome.unchanged != 2 || len(outcome.edited) != 1 {
		t.Errorf("it came to %+v (%v)", outcome, err)
	}
	if outcome, err := bring(t, root, true, next, nil); err != nil || outcome.written != 1 || len(outcome.edited) != 0 {
		t.Errorf("forced it came to %+v (%v)", outcome, err)
	}
	// What is not read any more is told, and stays; what was removed is written again.
	if err := os.Remove(edited); err != nil {
		t.Fatal(err)
	}
	outcome, err := bring(t, root, false, sample("a: 2\n"), nil)
	if files := tree(t, root); err != nil || outcome.written != 1 || !slices.Equal(outcome.stale, []string{"services/s1.yaml", "services/s2.yaml"}) || files["services/s1.yaml"] != "b: 2\n" {
		t.Errorf("it came to %+v (%v), there are %v", outcome, err, files)
	}
}

func TestAStateThatIsNoneIsToldAndLeft(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, filepath.Join(root, importState), "[")
	if _, err := openImportDirectory(root, "csv", false); err == nil || !strings.Contains(err.Error(), "remove it") {
		t.Errorf("it says %v", err)
	}
}

const nobl9Service = `apiVersion: n9/v1alpha
kind: Service
metadata: {name: api, displayName: The API, project: shop, labels: {tier: ["1", front]}}
spec: {description: Sells.}
`

const nobl9SLO = `apiVersion: n9/v1alpha
kind: SLO
metadata: {name: fast, project: shop}
spec:
  service: api
  indicator: {metricSource: {name: prom, project: shop, kind: Agent}}
  budgetingMethod: Occurrences
  timeWindows: [{unit: Day, count: 28, isRolling: true}]
  objectives: [{name: ok, target: 0.99, op: lte, value: 0.5, rawMetric: {query: {prometheus: {promql: "latency"}}}}]
`

// The SLO is read before the service that it names, and the service is the one that is described.
func TestServicesThatAToolDescribesAreWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.yaml"), nobl9SLO)
	write(t, filepath.Join(dir, "b.yaml"), nobl9Service)
	to := filepath.Join(dir, "to")
	if code, stdout, stderr := evenkeel(t, nil, "import", "nobl9", dir, "-o", to, "--team", "payments"); code != 0 {
		t.Fatalf("it ended with %d: %s%s", code, stdout, stderr)
	}
	files := tree(t, to)
	type service struct {
		headed
		serviceBody
	}
	if s := like[service](t, files["services/api.yaml"]); s.Name != "The API" || s.Description != "Sells." || s.Team != "payments" || s.Labels["tier"] != "1,front" {
		t.Errorf("the service is %+v", s)
	}
	report := like[importReport](t, files["import-report.json"])
	if files["slos/api/fast.yaml"] == "" || len(report.LeftOut) != 0 || len(report.Things) != 2 {
		t.Errorf("reported is %+v", report)
	}
	code, stdout, _ := evenkeel(t, nil, "import", "nobl9", dir, "-o", filepath.Join(dir, "alone"))
	if code != 0 || !strings.HasPrefix(stdout, "0 translated, 1 translated with notes, 1 left out, 0 refused.") && !strings.HasPrefix(stdout, "1 translated, 0 translated with notes, 1 left out, 0 refused.") {
		t.Errorf("without a team it ended with %d: %s", code, stdout)
	}
}

func TestOfOpenSLOWhatHasNoPlaceIsTold(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.yaml"), strings.Replace(checkoutOpenSLO, "duration: 28d", "duration: 1M", 1)+"---\n"+requestsSLI+`---
apiVersion: openslo/v1
kind: Service
metadata: {name: checkout, labels: {tier: one}, annotations: {evenkeel.dev/team: books}}
spec: {}
---
apiVersion: v1
kind: Pod
`)
	to := filepath.Join(dir, "to")
	code, stdout, stderr := evenkeel(t, nil, "import", "openslo", dir, "-o", to)
	if code != 0 || stderr != "" || !strings.HasPrefix(stdout, "0 translated, 1 translated with notes, 2 left out, 0 refused.") {
		t.Errorf("it ended with %d: %s%s", code, stdout, stderr)
	}
	files := tree(t, to)
	report := files["import-report.md"]
	for _, want := range []string{"cannot be declared here: must be whole days", `a document is left out: it is of "v1", and openslo/v1 is read`, "say nothing of a service here, and were left out"} {
		if !strings.Contains(report, want) {
			t.Errorf("the report says\n%s, want %s", report, want)
		}
	}
	if !strings.Contains(files["services/checkout.yaml"], "team: books\n") {
		t.Errorf("the service is %s", files["services/checkout.yaml"])
	}
}
