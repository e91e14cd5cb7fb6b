package app_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/services/access"
)

// bringing is the body of a plan or an application of files, given as path and text.
func bringing(set string, prune bool, files ...string) string {
	type file struct {
		Path string `json:"path"`
		Text string `json:"text"`
	}
	body := map[string]any{"files": []file{}}
	if set != "" {
		body["set"], body["prune"] = set, prune
	}
	var all []file
	for i := 0; i+1 < len(files); i += 2 {
		all = append(all, file{files[i], files[i+1]})
	}
	if all != nil {
		body["files"] = all
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// steps are those of a plan, each as "action kind name: fields".
func steps(a answer) string {
	var out []string
	for _, s := range a.object()["steps"].([]any) {
		step := s.(map[string]any)
		var fields []string
		for _, f := range step["fields"].([]any) {
			fields = append(fields, f.(map[string]any)["name"].(string))
		}
		out = append(out, strings.TrimRight(fmt.Sprintf("%s %s %s %s", step["action"], step["kind"], step["name"], strings.Join(fields, ",")), " "))
	}
	return strings.Join(out, "\n")
}

func (h *house) plan(as, body string) answer {
	h.t.Helper()
	return h.must(200, call{as: as, method: "POST", path: "/v1/manifest-plans", body: body})
}

func (h *house) apply(as, body string) answer {
	h.t.Helper()
	return h.must(200, call{as: as, method: "POST", path: "/v1/manifest-applications", body: body})
}

var aSet = map[string]string{
	"wallet.yaml": `apiVersion: evenkeel/v1
kind: Service
slug: wallet
name: Wallet
team: payments
type: http
tier: 1
dependsOn:
  - service: ledger
    criticality: hard
    timeoutMilliseconds: 2000
---
apiVersion: evenkeel/v1
kind: SLO
service: wallet
slug: availability
name: Wallet availability
objective: 99.9%
indicator:
  category: availability
`,
	"checkout.yaml": `apiVersion: evenkeel/v1
kind: Service
slug: checkout
onCall: payments-primary
`,
}

func filesOf(set map[string]string) []string {
	var out []string
	for _, path := range slices.Sorted(maps.Keys(set)) {
		out = append(out, path, set[path])
	}
	return out
}

func TestASetIsPlannedAndAppliedAndKeepsWhatItSays(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		body := bringing("payments", false, filesOf(aSet)...)
		body = with(body, `"team":"payments"`)
		want := "update Service checkout /onCall\ncreate Service wallet /type,/name,/team,/tier,/dependsOn/ledger\ncreate SLO wallet/availability"
		planned := h.plan("rita", body)
		if got := steps(planned); !strings.HasPrefix(got, want) {
			t.Errorf("planned is\n%s\nwant\n%s", got, want)
		}
		h.must(404, call{as: "ada", method: "GET", path: "/v1/services/wallet"})
		h.must(403, call{as: "rita", method: "POST", path: "/v1/manifest-applications", body: body})
		h.must(403, call{as: "bob", method: "POST", path: "/v1/manifest-applications", body: body})
		applied := h.apply("ada", body)
		if got, as := steps(applied), steps(planned); got != as || applied.text("digest") != planned.text("digest") {
			t.Errorf("applied is\n%s\nbut planned was\n%s", got, as)
		}
		if again := h.apply("robot", body); again.object()["changed"] != 0.0 || steps(again) != "" {
			t.Errorf("applied again it does\n%s", steps(again))
		}
	})
}

// problems are the messages of a refusal.
func problems(a answer) string {
	var out []string
	for _, e := range a.object()["errors"].([]any) {
		out = append(out, e.(map[string]any)["pointer"].(string)+" "+e.(map[string]any)["message"].(string))
	}
	return strings.Join(out, "\n")
}

const walletSLO = `apiVersion: evenkeel/v1
kind: SLO
service: wallet
slug: availability
name: Wallet availability
objective: OBJECTIVE
indicator:
  category: availability
`

const wallet = `apiVersion: evenkeel/v1
kind: Service
slug: wallet
team: payments
type: http
tier: 1
`

func TestWhatASetKeepsOnlyTheSetChanges(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		mine := func(objective string, more ...string) string {
			return with(bringing("wallets", false, append([]string{"wallet.yaml", wallet + "runbook: https://example.org/r\n", "slo.yaml", strings.Replace(walletSLO, "OBJECTIVE", objective, 1)}, more...)...),
				`"team":"payments"`, `"source":"https://example.org/repository"`)
		}
		h.apply("robot", mine("99.9%"))

		// By hand nobody changes it, and what the set does not say stays the team's.
		service := h.must(200, call{as: "ada", method: "GET", path: "/v1/services/wallet"})
		if got := fmt.Sprint(service.object()["managed"]); !strings.Contains(got, "map[field:tier manager:set:wallets]") || strings.Contains(got, "field:docs") {
			t.Errorf("of the service are managed %s", got)
		}
		profile := func(changes ...string) call {
			now := h.must(200, call{as: "ada", method: "GET", path: "/v1/services/wallet"})
			return call{as: "ada", method: "PUT", path: "/v1/services/wallet", header: []string{"If-Match: " + now.header.Get("ETag")}, body: with(`{"slug":"wallet","name":"wallet","kind":"http","tier":1,"runbook":"https://example.org/r"}`, changes...)}
		}
		if got := problems(h.must(409, profile(`"tier":3`))); got != "/tier is managed by the set of manifests wallets: leave it as it is, or change it in wallet.yaml of https://example.org/repository" {
			t.Errorf("its tier: %s", got)
		}
		h.must(200, profile(`"docs":"https://example.org/docs"`))
		slo := h.must(200, call{as: "ada", method: "GET", path: "/v1/services/wallet/slos/availability"})
		if slo.text("manager") != "set:wallets" {
			t.Errorf("the SLO is %s", slo.body)
		}
		revise := call{as: "ada", method: "PUT", path: "/v1/services/wallet/slos/availability", header: []string{"If-Match: " + slo.header.Get("ETag")}, body: `{"slug":"availability","name":"Wallet availability","objective":"99%","indicator":{"category":"availability"}}`}
		if got := h.must(409, revise).text("code"); got != "field_managed" {
			t.Errorf("revised by hand: %s", got)
		}
		h.must(409, call{as: "ada", method: "POST", path: "/v1/services/wallet/slos/availability/retire", header: []string{"If-Match: " + slo.header.Get("ETag")}, body: `{}`})
		h.must(409, call{as: "ada", method: "POST", path: "/v1/services/wallet/retire", header: []string{"If-Match: " + h.must(200, call{as: "ada", method: "GET", path: "/v1/services/wallet"}).header.Get("ETag")}, body: `{}`})

		// Another set cannot have it, and one without is no way around.
		other := bringing("others", false, "a.yaml", strings.Replace(walletSLO, "OBJECTIVE", "99.9%", 1))
		plan := h.plan("administrator", other)
		if plan.object()["refused"] != 1.0 || !strings.Contains(string(plan.body), "managed_elsewhere") {
			t.Errorf("the plan of another set is %s", plan.body)
		}
		h.must(409, call{as: "administrator", method: "POST", path: "/v1/manifest-applications", body: other})
		h.must(404, call{as: "ada", method: "GET", path: "/v1/manifest-sets/others"})
		without := bringing("", false, "a.yaml", strings.Replace(walletSLO, "OBJECTIVE", "98%", 1))
		if got := problems(h.must(409, call{as: "ada", method: "POST", path: "/v1/manifest-applications", body: without})); !strings.Contains(got, "the SLO is managed by the set of manifests wallets") {
			t.Errorf("without a set: %s", got)
		}

		// A field that the set says no more is empty then.
		less := with(bringing("wallets", false, "wallet.yaml", wallet, "slo.yaml", strings.Replace(walletSLO, "OBJECTIVE", "99.9%", 1)), `"team":"payments"`)
		if got := steps(h.plan("rita", less)); got != "update Service wallet /runbook" {
			t.Errorf("a field that is said no more: %s", got)
		}
		h.apply("robot", less)
		if got := h.must(200, call{as: "ada", method: "GET", path: "/v1/services/wallet"}); got.text("runbook") != "" || got.text("docs") != "https://example.org/docs" {
			t.Errorf("then the service is %s", got.body)
		}

		// In an emergency it is released, and that it differs is told, until the set is brought again.
		items := h.must(200, call{as: "rita", method: "GET", path: "/v1/manifest-sets/wallets/manifests?kind=SLO"}).items()
		item := "/v1/manifest-sets/wallets/manifests/" + items[0]["id"].(string)
		h.must(422, call{as: "ada", method: "POST", path: item + "/release", body: `{"reason":" "}`})
		h.must(403, call{as: "bob", method: "POST", path: item + "/release", body: `{"reason":"It pages."}`})
		h.must(200, call{as: "ada", method: "POST", path: item + "/release", body: `{"reason":"It pages."}`})
		h.must(409, call{as: "ada", method: "POST", path: item + "/release", body: `{"reason":"It pages."}`})
		now := h.must(200, call{as: "ada", method: "GET", path: "/v1/services/wallet/slos/availability"})
		revise.header = []string{"If-Match: " + now.header.Get("ETag")}
		h.must(200, revise)
		if counts := h.compareManifests(); counts["sets"] != 1 || counts["drifted"] != 1 {
			t.Errorf("compared are %v", counts)
		}
		set := h.must(200, call{as: "rita", method: "GET", path: "/v1/manifest-sets/wallets"})
		if set.object()["drifted"] != 1.0 {
			t.Errorf("the set is %s", set.body)
		}
		drift := h.must(200, call{as: "rita", method: "GET", path: item})
		if got := string(drift.body); !strings.Contains(got, `"drift":{"action":"update","fields":[{"name":"/objective","before":"99%","after":"99.9%"}]`) || !strings.Contains(got, `"reason":"It pages."`) {
			t.Errorf("its drift is %s", got)
		}
		found := func(query string) []map[string]any {
			return h.must(200, call{as: "rita", method: "GET", path: "/v1/manifest-items?" + query}).items()
		}
		for _, whose := range []string{"service=wallet", "team=payments", "kind=SLO&resource=" + slo.text("id")} {
			all := found(whose + "&drifted=true")
			if len(all) != 1 || all[0]["name"] != "wallet/availability" || all[0]["path"] != "slo.yaml" || all[0]["set"].(map[string]any)["slug"] != "wallets" || all[0]["set"].(map[string]any)["source"] != "https://example.org/repository" {
				t.Errorf("the drift of %s is %v", whose, all)
			}
		}
		if got := found("service=checkout&drifted=true"); len(got) != 0 {
			t.Errorf("of another service it is %v", got)
		}
		h.must(422, call{as: "rita", method: "GET", path: "/v1/manifest-items?service=nothing"})
		if got := steps(h.plan("rita", less)); got != "update SLO wallet/availability /objective" {
			t.Errorf("then the plan is %s", got)
		}
		h.apply("robot", less)
		if counts := h.compareManifests(); counts["drifted"] != 0 {
			t.Errorf("brought again there is drift: %v", counts)
		}

		// What ends takes a person. Then it is retired, and comes back with its history.
		nothing := with(bringing("wallets", true, "wallet.yaml", wallet), `"team":"payments"`)
		h.must(409, call{as: "robot", method: "POST", path: "/v1/manifest-applications", body: nothing})
		if got := steps(h.apply("ada", nothing)); got != "end SLO wallet/availability" {
			t.Errorf("ended are %s", got)
		}
		retired := h.must(200, call{as: "ada", method: "GET", path: "/v1/services/wallet/slos/availability"})
		if retired.object()["retiredAt"] == nil || retired.object()["manager"] != nil {
			t.Errorf("the SLO is %s", retired.body)
		}
		if got := steps(h.apply("ada", less)); got != "restore SLO wallet/availability" {
			t.Errorf("said again: %s", got)
		}
		if got := h.must(200, call{as: "ada", method: "GET", path: "/v1/services/wallet/slos/availability"}); got.text("id") != slo.text("id") {
			t.Errorf("it is another one: %s", got.body)
		}

		// A set that is removed lets go of all, and ends nothing.
		set = h.must(200, call{as: "rita", method: "GET", path: "/v1/manifest-sets/wallets"})
		h.must(412, call{as: "ada", method: "DELETE", path: "/v1/manifest-sets/wallets", header: []string{`If-Match: "1"`}})
		h.must(204, call{as: "ada", method: "DELETE", path: "/v1/manifest-sets/wallets", header: []string{"If-Match: " + set.header.Get("ETag")}})
		h.must(200, profile(`"tier":3`))
	})
}

// compareManifests does what the job does.
func (h *house) compareManifests() map[string]int64 {
	h.t.Helper()
	counts, err := h.app.Manifests.CheckOnce(access.WithCaller(h.t.Context(), access.System("test")))
	if err != nil {
		h.t.Fatal(err)
	}
	return counts
}

func TestManifestsThatAreWrongAreToldWithTheirPlaces(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		wrong := bringing("payments", false,
			"a.yaml", "apiVersion: evenkeel/v1\nkind: Service\nslug: a\ntier: one\ncolour: red\n---\napiVersion: evenkeel/v2\nkind: Service\n",
			"b.yaml", "apiVersion: evenkeel/v1\nkind: Sevice\nslug: b\n",
			"c.yaml", "kind: [",
			"d.yaml", strings.Replace(walletSLO, "objective: OBJECTIVE", "reviewBy: 2027-02-30", 1),
		)
		got := problems(h.must(422, call{as: "administrator", method: "POST", path: "/v1/manifest-plans", body: wrong}))
		for _, want := range []string{
			"/files/0 a.yaml:4:7: /tier: expected an integer, not a string",
			"/files/0 a.yaml:5:", "/colour: is not a known field",
			`/files/0 a.yaml:7:13: /apiVersion: must be "evenkeel/v1"`,
			"/files/1 b.yaml:2:7: /kind: must be Team, System, Service, SLO, ErrorBudgetPolicy, Scorecard or Campaign",
			"/files/2 c.yaml:",
			"/files/3 d.yaml:6:11: /reviewBy: must be a day such as 2027-06-01",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is not among\n%s", want, got)
			}
		}

		// What only the domains know is told with its place too, all at once, and nothing is done.
		refused := bringing("payments", false,
			"a.yaml", wallet+"onCall: \"a\\tb\"\n---\n"+strings.Replace(walletSLO, "OBJECTIVE", "101%", 1),
			"b.yaml", "apiVersion: evenkeel/v1\nkind: Service\nslug: finder\ntier: 1\n",
		)
		refused = with(refused, `"team":"payments"`)
		plan := h.plan("ada", refused)
		if plan.object()["refused"] != 3.0 {
			t.Errorf("the plan is %s", plan.body)
		}
		answer := h.must(409, call{as: "ada", method: "POST", path: "/v1/manifest-applications", body: refused})
		got = problems(answer)
		for _, want := range []string{
			`/files/0 a.yaml:7:9: Service "wallet": /onCall: `, `/files/0 a.yaml:14:12: SLO "wallet/availability": /objective: `,
			`/files/1 b.yaml:1: Service "finder": only members of the owning team and administrators may update this service`,
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is not among\n%s", want, got)
			}
		}
		h.must(404, call{as: "ada", method: "GET", path: "/v1/services/wallet"})
		h.must(404, call{as: "ada", method: "GET", path: "/v1/manifest-sets/payments"})

		twice := bringing("payments", false, "a.yaml", wallet, "b.yaml", wallet)
		if got := problems(h.must(422, call{as: "administrator", method: "POST", path: "/v1/manifest-plans", body: twice})); got != `/files/1 b.yaml:1: Service "wallet" is said in a.yaml:1 already` {
			t.Errorf("said twice: %s", got)
		}
		for _, body := range []string{
			with(bringing("", false, "a.yaml", wallet), `"prune":true`), with(bringing("", false), `"team":"payments"`), bringing("Not a slug", false), with(bringing("x", false), `"team":"nobody"`), with(bringing("x", false), `"source":"no address"`),
		} {
			h.must(422, call{as: "administrator", method: "POST", path: "/v1/manifest-plans", body: body})
		}

		// What was planned is what is applied, or nothing is.
		body := with(bringing("payments", false, "a.yaml", wallet), `"team":"payments"`)
		digest := h.plan("ada", body).text("digest")
		h.make("ada", "service wallet", "/v1/services", service(`"slug":"wallet"`))
		if got := h.must(409, call{as: "ada", method: "POST", path: "/v1/manifest-applications", body: with(body, `"digest":"`+digest+`"`)}).text("code"); got != "plan_changed" {
			t.Errorf("another plan: %s", got)
		}
		h.apply("ada", with(body, `"digest":"`+h.plan("ada", body).text("digest")+`"`))
	})
}

// The documents are written for this test, of the shapes that the specification has.
func TestDocumentsOfOpenSLOAreBroughtAsTheyAre(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		docs := `apiVersion: openslo/v1
kind: Service
metadata:
  name: wallet
  displayName: Wallet
  annotations:
    evenkeel.dev/team: payments
spec:
  description: Keeps the money.
---
apiVersion: openslo/v1
kind: SLI
metadata:
  name: answered
  labels:
    area: money
spec:
  ratioMetric:
    counter: true
    good:
      metricSource:
        type: evenkeel.dev/push
        spec:
          count: good
    total:
      metricSource:
        type: evenkeel.dev/push
        spec:
          count: total
---
apiVersion: openslo/v1
kind: SLO
metadata:
  name: availability
  labels:
    tier: [gold, silver]
  annotations:
    evenkeel.dev/category: availability
    example.org/owner: ada
spec:
  service: wallet
  indicatorRef: answered
  timeWindow:
    - duration: 30d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - target: 0.999
`
		body := with(bringing("wallets", false, "openslo.yaml", docs, "service.yaml", "apiVersion: evenkeel/v1\nkind: System\nslug: vault\nteam: payments\n"), `"team":"payments"`)
		// The service has to say of what kind it is, which OpenSLO has no word for.
		if plan := h.plan("ada", body); plan.object()["refused"] != 2.0 {
			t.Errorf("the plan is %s", plan.body)
		}
		h.make("ada", "service wallet", "/v1/services", service(`"slug":"wallet"`))
		applied := h.apply("robot", body)
		if got := steps(applied); !strings.HasPrefix(got, "create System vault /team\nupdate Service wallet /description,/name\ncreate SLO wallet/availability") {
			t.Errorf("applied is %s", got)
		}
		if again := h.apply("robot", body); again.object()["changed"] != 0.0 {
			t.Errorf("again it does %s", steps(again))
		}
		kept := h.must(200, call{as: "rita", method: "GET", path: "/v1/manifest-sets/wallets/manifests?kind=SLO"}).items()
		text := h.must(200, call{as: "rita", method: "GET", path: "/v1/manifest-sets/wallets/manifests/" + kept[0]["id"].(string)}).text("text")
		for _, want := range []string{"kind: SLI", "area: money", "example.org/owner: ada", "indicatorRef: answered"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in what is kept:\n%s", want, text)
			}
		}
		if counts := h.compareManifests(); counts["drifted"] != 0 {
			t.Errorf("compared are %v", counts)
		}
	})
}
