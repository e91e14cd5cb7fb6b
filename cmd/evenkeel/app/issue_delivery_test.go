package app_test

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

const switchPath = "/v1/issue-delivery"

// kindOf is the one kind of issues, in what GET and PUT answer.
func kindOf(answer map[string]any) map[string]any {
	return answer["kinds"].([]any)[0].(map[string]any)
}

func TestAnAdministratorStopsAndStartsTheDeliveryOfIssues(t *testing.T) {
	t.Parallel()
	hub := standin.New(t, standin.Options{Now: time.Now, Enterprise: true})
	hub.Organization("acme")
	hub.User("evenkeel")
	hub.Private("acme/shop")
	hub.Collaborator("acme/shop", "evenkeel", standin.Write)
	base := hub.URL[:len(hub.URL)-len("/api/v3")]
	h := open(t, "", func(c *config.Config) {
		c.GitHub.BaseURL, c.GitHub.Token = base, config.NewSecret(hub.Token("evenkeel"))
		c.GitHub.Mode, c.GitHub.DefaultRepository = "enforce", base+"/acme/shop"
	})
	h.furnish()
	h.prepare()
	before := h.must(200, call{as: "rita", method: "GET", path: switchPath})
	if kind := kindOf(before.object()); before.header.Get("ETag") != `"1"` || before.object()["sending"] != true || kind["mode"] != "enforce" || kind["sending"] != true {
		t.Errorf("before anybody stops it: %s", before.body)
	}
	stop := call{as: "administrator", method: "PUT", path: switchPath, header: []string{`If-Match: "1"`}, body: `{"stopped":true,"stoppedKinds":[],"reason":"wrong repository"}`}
	stopped := h.must(200, stop)
	seen := h.must(200, call{as: "rita", method: "GET", path: switchPath})
	if stopped.header.Get("ETag") != `"2"` || string(seen.body) != string(stopped.body) {
		t.Errorf("stopped is %s, seen %s", stopped.body, seen.body)
	}
	kind := kindOf(seen.object())
	why := kind["stops"].([]any)[0].(map[string]any)
	if seen.object()["sending"] != false || kind["stopped"] != true || kind["sending"] != false || kind["mode"] != "enforce" ||
		why["scope"] != "all" || why["by"] != "administrator" || why["name"] == "" || why["reason"] != "wrong repository" || why["since"] != h.clock.Now().Format(time.RFC3339) {
		t.Errorf("stopped is %s", seen.body)
	}
	h.do(stop).expect(t, 412, "version_mismatch", "", "")
	h.runs("deliver-issues")
	if n := len(hub.Issues("acme/shop")); n != 0 {
		t.Errorf("stopped, %d issues are made", n)
	}
	h.must(200, call{as: "administrator", method: "PUT", path: switchPath, header: []string{`If-Match: "2"`}, body: `{"stopped":false,"stoppedKinds":[],"reason":"put right"}`})
	h.runs("deliver-issues")
	if n := len(hub.Issues("acme/shop")); n != 1 {
		t.Errorf("started, %d issues are made", n)
	}
}

func TestWhatTheConfigurationStopsTheAPISaysAndDoesNotStart(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		// Without a tracker nothing is sent whatever the switch says, and it holds all the same.
		put := func(version, body string) map[string]any {
			t.Helper()
			return h.must(200, call{as: "administrator", method: "PUT", path: switchPath, header: []string{`If-Match: "` + version + `"`}, body: body}).object()
		}
		got := put("1", `{"stopped":false,"stoppedKinds":["budget_violation"],"reason":"noise"}`)
		if got["stopped"] != false || got["hasTracker"] != false || len(got["stoppedKinds"].([]any)) != 1 || kindOf(got)["stops"].([]any)[0].(map[string]any)["scope"] != "kind" {
			t.Errorf("stopped by kind: %v", got)
		}
		h.do(call{as: "administrator", method: "PUT", path: switchPath, header: []string{`If-Match: "2"`}, body: `{"stopped":true,"stoppedKinds":["other"],"reason":"r"}`}).
			expect(t, 422, "invalid_input", "/stoppedKinds/0", "budget_violation")
		h.do(call{as: "administrator", method: "PUT", path: switchPath, header: []string{`If-Match: "2"`}, body: `{"stopped":true,"stoppedKinds":[]}`}).
			expect(t, 422, "invalid_input", "/reason", "")
	})
	hub := standin.New(t, standin.Options{Now: time.Now, Enterprise: true})
	hub.User("evenkeel")
	h := open(t, "", func(c *config.Config) {
		c.GitHub.BaseURL, c.GitHub.Token = hub.URL[:len(hub.URL)-len("/api/v3")], config.NewSecret(hub.Token("evenkeel"))
		c.GitHub.Mode, c.GitHub.Paused = "warn", true
	})
	h.furnish()
	got := h.must(200, call{as: "administrator", method: "PUT", path: switchPath, header: []string{`If-Match: "1"`}, body: `{"stopped":false,"stoppedKinds":[],"reason":"start"}`}).object()
	stops := kindOf(got)["stops"].([]any)
	if got["sending"] != false || got["stopped"] != false || got["hasTracker"] != true || len(stops) != 1 || stops[0].(map[string]any)["by"] != "configuration" || stops[0].(map[string]any)["since"] != nil {
		t.Errorf("the configuration stops it, and it is %v", got)
	}
}
