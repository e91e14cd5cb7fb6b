package app_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
)

// signing is what the webhooks of payments are signed with.
const signing = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

// told is a receiver of webhooks on this machine.
type told struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []map[string]any
}

func receiver(t *testing.T) *told {
	t.Helper()
	hook, err := standardwebhooks.NewWebhook(signing)
	if err != nil {
		t.Fatal(err)
	}
	v := &told{}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = hook.VerifyIgnoringTimestamp(body, r.Header)
		}
		var read map[string]any
		if err == nil {
			err = json.Unmarshal(body, &read)
		}
		if err != nil {
			t.Error(err)
		}
		v.mu.Lock()
		defer v.mu.Unlock()
		v.bodies = append(v.bodies, read)
	}))
	t.Cleanup(v.Close)
	return v
}

// types are the types of the CloudEvents that came about that, sorted.
func (v *told) types(subject string) (out []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, b := range v.bodies {
		if b["subject"] == subject {
			out = append(out, strings.TrimPrefix(b["type"].(string), "com.github.evenkeel."))
		}
	}
	slices.Sort(out)
	return out
}

// openTelling is a furnished house with the secret of payments' webhooks, and one of them.
func openTelling(t *testing.T, address string) *house {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "notify-payments-hook"), []byte(signing+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h := open(t, "", func(c *config.Config) { c.SecretsDir = dir })
	h.secrets = append(h.secrets, signing)
	h.furnish()
	h.make("ada", "hook", "/v1/notification-targets", fmt.Sprintf(`{"team":"payments","name":"Hook","kind":"webhook","address":%q,"secret":"notify-payments-hook"}`, address))
	return h
}

func TestAnAlertIsToldAndItsDeliveryIsSeen(t *testing.T) {
	t.Parallel()
	v := receiver(t)
	h := openTelling(t, v.URL)
	target := "/v1/notification-targets/" + h.ids["hook"]
	tested := h.must(200, call{as: "ada", method: "POST", path: target + "/test"}).object()
	if tested["state"] != "sent" || tested["status"] != 200.0 || len(v.types("Hook")) != 1 {
		t.Errorf("the test message is %v, and came %v", tested, v.types("Hook"))
	}
	h.must(200, call{as: "pipeline", method: "POST", path: "/v1/services/checkout/slos/availability/measurements", body: slots(at(2*time.Minute) + `,"good":500,"total":1000`)})
	h.runs("evaluate-budgets", "send-notifications")
	if got := v.types("checkout/availability"); !slices.Equal(got, []string{"alert.page.v1", "alert.page.v1", "alert.ticket.v1", "alert.ticket.v1"}) {
		t.Errorf("told of %v", got)
	}
	sent := h.must(200, call{as: "rita", method: "GET", path: "/v1/notifications?state=sent&team=payments&target=" + h.ids["hook"]}).items()
	if len(sent) != 5 {
		t.Errorf("%d are listed as sent", len(sent))
	}
	events := h.must(200, call{as: "rita", method: "GET", path: "/v1/events?type=alert.page&team=payments"}).items()
	if len(events) != 2 || events[0]["outcome"] != "routed" || events[0]["service"].(map[string]any)["slug"] != "checkout" {
		t.Errorf("the events are %v", events)
	}
	// Down, it waits; removed, it is dead; and nothing of the secret is anywhere.
	v.Close()
	down := h.must(200, call{as: "ada", method: "POST", path: target + "/test"}).object()
	if down["state"] != "dead" || down["reason"] != "It cannot be reached." {
		t.Errorf("while it is down a test message is %v", down)
	}
	if replayed := h.must(200, call{as: "ada", method: "POST", path: target + "/replay"}).object(); replayed["replayed"] != 0.0 || replayed["over"] != 0.0 {
		t.Errorf("replayed %v", replayed)
	}
	for _, n := range sent {
		if n["event"].(map[string]any)["type"] == "alert.page" {
			h.must(200, call{as: "ada", method: "POST", path: "/v1/notifications/" + n["id"].(string) + "/replay"})
			break
		}
	}
	h.runs("send-notifications")
	shown := h.must(200, call{as: "rita", method: "GET", path: target}).object()
	if health := shown["health"].(map[string]any); health["state"] != "failing" || shown["waiting"] != 1.0 {
		t.Errorf("the target is %v", shown)
	}
	h.must(204, call{as: "ada", method: "DELETE", path: target, header: []string{`If-Match: "1"`}})
	h.runs("send-notifications")
	if dead := h.must(200, call{as: "rita", method: "GET", path: "/v1/notifications?state=dead"}).items(); len(dead) != 2 || dead[0]["reason"] != down["reason"] || dead[1]["reason"] != "The target was removed." {
		t.Errorf("dead are %v", dead)
	}
	if types := h.must(200, call{as: "rita", method: "GET", path: "/v1/event-types"}).items(); len(types) < 15 {
		t.Errorf("%d types of events", len(types))
	}
}

// rulesOf are alerting rules of one SLO, as Sloth writes them ("Prometheus multi window
// burn rate alerts" in its documentation): a page and a ticket.
func rulesOf(t *testing.T, slo string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "rules.yml")
	var b strings.Builder
	b.WriteString("groups:\n- name: sloth-slo-alerts-checkout-" + slo + "\n  rules:\n")
	for _, severity := range []string{"page", "ticket"} {
		fmt.Fprintf(&b, "  - alert: CheckoutBurns\n    expr: vector(0) > 1\n    labels:\n      sloth_service: checkout\n      sloth_slo: %s\n      sloth_severity: %s\n", slo, severity)
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAnAlertThatARealPrometheusTellsOfIsNotToldTwice(t *testing.T) {
	t.Parallel()
	v := receiver(t)
	h := openTelling(t, v.URL)
	// Of a hundred events in five minutes fifty are bad from two days before the start on.
	base := promtest.Start(t, promtest.Options{
		Series: counters("steady", [2]float64{50, 50}, [2]float64{50, 50}), Config: fmt.Sprintf("rule_files: [%q]\n", rulesOf(t, "ruled")),
	})
	h.make("administrator", "source", "/v1/data-sources", dataSource(`"slug":"flaky"`, fmt.Sprintf(`"address":%q`, base)))
	for _, slug := range []string{"ruled", "free"} {
		h.make("ada", "slo "+slug, "/v1/services/checkout/slos", slo(fmt.Sprintf(`"slug":%q`, slug), `"objective":"99%"`,
			`"indicator":{"category":"availability","resolutionSeconds":300,"source":{"dataSource":"flaky","ratio":{"good":"sum(increase(events_total{job=\"steady\",good=\"yes\"}[$window]))","total":"sum(increase(events_total{job=\"steady\"}[$window]))"}}}`))
	}
	h.runs("backfill", "collect-measurements", "evaluate-budgets", "send-notifications")
	if got := v.types("checkout/ruled"); len(got) != 0 {
		t.Errorf("told twice of %v", got)
	}
	if got := v.types("checkout/free"); len(got) == 0 {
		t.Error("nobody was told of what no rule alerts of")
	}
	byRules := h.must(200, call{as: "rita", method: "GET", path: "/v1/events?outcome=prometheus"}).items()
	for _, e := range byRules {
		if e["subject"] != "checkout/ruled" || e["note"] != "CheckoutBurns" {
			t.Errorf("left to Prometheus: %v", e)
		}
	}
	if len(byRules) == 0 {
		t.Error("nothing is left to Prometheus")
	}
}
