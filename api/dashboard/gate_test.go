package dashboard

import (
	"strings"
	"testing"
)

func TestAServicesPageSaysWhetherChangesMayGoOut(t *testing.T) {
	t.Parallel()
	doc, _ := visiting(t, newSample()).read("/services/checkout")
	says(t, words(within(t, doc, "main")), "May a change go out?", "feature, config Closed", "118.64 % of the error budget of 28 days is consumed", "The freeze ends 25 Nov 2026, 23:00 UTC at the earliest",
		"reliability Open", "it lets changes of the class reliability go on", "security, p0, rollback Open", "Changes of these classes never wait.", "What can be done", "dispute the violation")
	doc, page := visiting(t, newSample()).read("/services/payments")
	text := words(within(t, doc, "main"))
	says(t, text, "feature, config Warns", "The freezes are lifted", "Grace Hopper, on call, lifted the freeze until 2026-11-23 16:27 UTC", "Review owed", "Review overdue",
		"POST /v1/services/payments/gate/overrides/01JD3Z0Q8RC6W4N1M2V5900000/review", "POST /v1/services/payments/gate/overrides/01JD3Z0Q8RC6W4N1M2V5900000/end")
	if strings.Contains(text, "Closed") || strings.Contains(page, "<script") {
		t.Error("it is closed, or has a script")
	}
	doc, _ = visiting(t, newSample()).read("/services/search")
	says(t, words(within(t, doc, "main")), "feature, config, reliability, security, p0, rollback Warns", "The hard dependency payments has spent the budget of its SLO availability")
	doc, _ = visiting(t, newSample()).read("/services/identity")
	says(t, words(within(t, doc, "main")), "feature, config, reliability Open", "No policy in force asks that this change waits")
}

func TestWhatTheGateAnsweredIsListed(t *testing.T) {
	t.Parallel()
	doc, _ := visiting(t, newSample()).read("/services/checkout/gate")
	says(t, words(within(t, doc, "main")), "feature v2.14.0", "Denied", "Allowed", "by pipeline", "the freeze was to end 25 Nov 2026, 23:00 UTC at the earliest", "github.com/example/checkout/pull/7")
	doc, _ = visiting(t, newSample()).read("/services/checkout/gate?answer=deny")
	if text := words(within(t, doc, "main")); strings.Contains(text, "rollback v2") || !strings.Contains(text, "config v2.14.1") {
		t.Errorf("denied were %s", text)
	}
	doc, _ = visiting(t, newSample()).read("/services/checkout/gate?answer=warn")
	says(t, words(within(t, doc, "main")), "No change of this service was answered so")
	doc, _ = visiting(t, newSample()).read("/services/identity/gate")
	says(t, words(within(t, doc, "main")), "No pipeline asked yet", "POST /v1/services/identity/gate/decisions")
}
