package app_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
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
