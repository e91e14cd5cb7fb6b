package openslo_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/openslo"
)

func all(strict bool, texts ...string) (openslo.Documents, []string) {
	files := make([]yamldoc.File, len(texts))
	for i, text := range texts {
		files[i] = yamldoc.File{Name: fmt.Sprintf("%d.yaml", i+1), Text: []byte(text)}
	}
	docs, err := openslo.ReadAll(files, openslo.Options{Strict: strict})
	var refused *yamldoc.Error
	var told []string
	if errors.As(err, &refused) {
		for _, p := range refused.Problems {
			told = append(told, fmt.Sprintf("%s:%d:%d: document %d: %s: %s", p.In, p.Line, p.Column, p.Document, p.Pointer, p.Message))
		}
	}
	return docs, told
}

// The places were counted by hand.
func TestEverythingThatIsWrongIsToldAtOnce(t *testing.T) {
	t.Parallel()
	_, told := all(false,
		serviceRight+"---\n"+strings.Replace(targetRight, "target: pagerduty", "to: pagerduty, description: [1]", 1),
		"kind: [\n---\n"+strings.Replace(serviceRight, "The shop", strings.Repeat("x", 1051), 1),
		strings.Replace(ratioRight, "service: shop", "service: ''", 1)+"---\n"+strings.Replace(conditionRight, "severity: page", "severety: page", 1),
		"apiVersion: openslo/v2\nkind: Service\nmetadata: {name: a}\n---\nkind: SLO\n---\napiVersion: openslo/v1\nkind: Team\n")
	want := []string{
		`1.yaml:9:8: document 2: /spec: unknown field "to"`,
		`1.yaml:9:36: document 2: /spec/description: must be a text`,
		`2.yaml:2:1: document 1: : `,
		`2.yaml:5:18: document 2: /metadata/name: is the name of another Service, in 1.yaml, document 1, line 3`,
		`2.yaml:6:21: document 2: /spec/description: must have at most 1050 characters`,
		`3.yaml:5:12: document 1: /spec/service: is required`,
		`3.yaml:17:3: document 2: /spec: unknown field "severety"`,
		`4.yaml:1:13: document 1: /apiVersion: must be "openslo/v1" (it is "openslo/v2")`,
		`4.yaml:5:1: document 2: /apiVersion: must be "openslo/v1"`,
		`4.yaml:8:7: document 3: /kind: must be one of DataSource`,
	}
	if len(told) != len(want) {
		t.Fatalf("told is\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(told[i], want[i]) {
			t.Errorf("told is %s, want %s", told[i], want[i])
		}
	}
}

func TestThereIsOneDocumentOfAnIdentity(t *testing.T) {
	t.Parallel()
	docs, told := all(true, serviceRight+"---\n"+ratioRight, ratioRight, strings.Replace(ratioRight, "service: shop", "service: other", 1), serviceRight, strings.Replace(targetRight, "pager}", "shop}", 1))
	want := []string{
		`2.yaml:3:18: document 1: /metadata/name: is the name of another SLO of the service shop, in 1.yaml, document 2, line 8 (it is "ok")`,
		`4.yaml:3:18: document 1: /metadata/name: is the name of another Service, in 1.yaml, document 1, line 3 (it is "shop")`,
	}
	if !slices.Equal(told, want) {
		t.Errorf("told is %q, want %q", told, want)
	}
	if len(docs.SLOs) != 2 || len(docs.Services) != 1 || docs.Count != 6 {
		t.Errorf("%d SLOs, %d services, %d documents", len(docs.SLOs), len(docs.Services), docs.Count)
	}
}

func TestWhatIsWrongIsNotAmongWhatIsRight(t *testing.T) {
	t.Parallel()
	docs, told := all(false, strings.Replace(serviceRight, "The shop", strings.Repeat("x", 1051), 1), strings.Replace(dataSourceRight, "type: Prometheus", "type: ''", 1), ratioRight)
	if len(told) != 2 || len(docs.Services) != 0 || len(docs.DataSources) != 0 || len(docs.SLOs) != 1 {
		t.Errorf("told is %q; right are %+v", told, docs)
	}
}

func TestADocumentWithoutAVersionIsToldOfAllThatAreWelcome(t *testing.T) {
	t.Parallel()
	for beside, want := range map[string]string{"": `must be "openslo/v1"`, "evenkeel/v1": `must be "openslo/v1" or "evenkeel/v1"`} {
		_, err := openslo.ReadAll([]yamldoc.File{{Name: "a.yaml", Text: []byte("kind: Team\n")}}, openslo.Options{Beside: beside})
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("beside %q it says %v, want %s", beside, err, want)
		}
	}
}

func TestDocumentsReferToEachOtherFromFileToFile(t *testing.T) {
	t.Parallel()
	refers := strings.Replace(slicesRight, "carts", "elsewhere", 1)
	for _, c := range []struct {
		strict bool
		texts  []string
		wrong  int
		warns  []string
	}{
		{false, []string{slicesRight, eventsRight, policyRight, targetRight}, 0, nil},
		{false, []string{refers, policyRight, targetRight}, 1, nil},
		{true, []string{refers, policyRight, targetRight}, 0, []string{"/spec/indicatorRef"}},
		{false, []string{slicesRight, eventsRight}, 0, []string{"/spec/alertPolicies/0/alertPolicyRef"}},
		{true, []string{policyRight}, 0, []string{"/spec/notificationTargets/0/targetRef"}},
		{false, []string{strings.Replace(serviceRight, "{name: shop}", "{name: other}", 1), ratioRight}, 0, []string{"/spec/service"}},
		{false, []string{serviceRight, dataSourceRight, ratioRight, strings.Replace(rawRight, "metricSourceRef: metrics", "metricSourceRef: other", 1)}, 0, []string{"/spec/ratioMetric/raw/metricSource/metricSourceRef"}},
	} {
		docs, told := all(c.strict, c.texts...)
		var warns []string
		for _, w := range docs.Warnings {
			if w.Code == openslo.WarnReference || w.Rule == "slo.indicatorRef.there" {
				warns = append(warns, w.Pointer)
			}
		}
		if len(told) != c.wrong || !slices.Equal(warns, c.warns) {
			t.Errorf("%.60q: wrong is %q, warnings are %v, want %v", c.texts[0], told, warns, c.warns)
		}
	}
}

func TestWhatIsRightAndCannotBeDeclaredIsToldForWhatItIs(t *testing.T) {
	t.Parallel()
	docs, told := all(false, compositeRight, eventsRight, strings.Replace(ratioRight, "duration: 4w", "duration: 1M", 1))
	if len(told) != 0 || len(docs.SLOs) != 0 || docs.Undeclared == nil || len(docs.Undeclared.Problems) != 2 {
		t.Fatalf("%v, %d SLOs, %v", told, len(docs.SLOs), docs.Undeclared)
	}
	for i, want := range []string{"is a composite SLO of 2 indicators: carts with weight 2, own with weight 1. Declare an SLO for each", "must be whole days"} {
		if p := docs.Undeclared.Problems[i]; !strings.Contains(p.Message, want) || p.In == "" {
			t.Errorf("told is %+v, want %s", p, want)
		}
	}
}

func TestServicesAndDataSourcesAreGiven(t *testing.T) {
	t.Parallel()
	docs, told := all(false,
		"apiVersion: openslo/v1\nkind: Service\nmetadata: {name: shop, displayName: The shop, annotations: {evenkeel.dev/team: web}}\nspec: {description: Sells}\n",
		dataSourceRight, "apiVersion: evenkeel/v1\nkind: Team\nslug: web\n")
	if len(told) != 0 || len(docs.Services) != 1 || len(docs.DataSources) != 1 || len(docs.Others) != 1 {
		t.Fatalf("%v %+v", told, docs)
	}
	if s := docs.Services[0]; s.Slug != "shop" || s.Name != "The shop" || s.Description != "Sells" || s.Team != "web" || s.Document.In != "1.yaml" {
		t.Errorf("the service is %+v", s)
	}
	if s := docs.DataSources[0]; s.Slug != "metrics" || s.Name != "Metrics" || s.Type != "Prometheus" || s.Description != "Where they are" {
		t.Errorf("the data source is %+v", s)
	}
	if d := docs.Others[0]; d.Head("kind") != "Team" || d.Number != 1 || d.In != "3.yaml" {
		t.Errorf("the other is %+v", d)
	}
}

// Of thousands of faults as many are told as somebody reads, and no text makes that take long: each
// is looked up among as many.
func TestThousandsOfFaultsAreNotAllTold(t *testing.T) {
	t.Parallel()
	var keys strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&keys, "    -%d: x\n", i)
	}
	bad := keys.String()
	some := strings.ReplaceAll(bad[:strings.LastIndexByte(bad[:40_000], '\n')], "-", "a")
	_, told := all(false, "apiVersion: openslo/v1\nkind: Service\nmetadata:\n  name: shop\n  labels:\n"+bad+"spec: {}\n")
	if len(told) != 20 || !strings.HasSuffix(told[19], "(and there are more)") {
		t.Errorf("%d are told, at last %q", len(told), told[len(told)-1])
	}
	r, err := openslo.Read([]byte(strings.Replace(ratioRight, "metadata: {name: ok}", "metadata:\n  name: ok\n  annotations:\n"+some, 1)), openslo.Options{})
	if err != nil || len(r.Warnings) > 25 {
		t.Errorf("%d warnings (%v)", len(r.Warnings), err)
	}
}
