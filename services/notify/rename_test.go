package notify_test

import (
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/event"
)

// An Alertmanager knows an alert by its labels ("alerts that have the same labels are the
// same", prometheus.io/docs/alerting/latest/clients): those of a repetition and of the end
// are those of the beginning, though the service, its team and the SLO are called otherwise
// since, and though it is another team's.
func TestTheLabelsOfAnAlertAreThoseWithWhichItBegan(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := newReceiver(t, nil)
	h.alerts(v)
	service := storetest.Service(t, h.store, h.payments.ID, "checkout")
	begin := h.of(event.AlertPaged, "alert/1", false)
	begin.Service = service.ID
	h.tell(begin)
	h.run()
	team := ok(h.store.Registry().Team(t.Context(), h.payments.ID))(t)
	team.Slug = "billing"
	ok(0, h.store.Registry().UpdateTeam(t.Context(), team))(t)
	service.Slug, service.Team = "till", h.shop.ID
	ok(0, h.store.Registry().UpdateService(t.Context(), service))(t)
	h.clock.Advance(2 * time.Minute)
	h.run()
	end := begin
	end.Over, end.Subject, end.Team = true, "till/availability", h.shop.ID
	h.tell(end)
	h.run()
	want := map[string]string{"alertname": "EvenkeelAlert", "evenkeel_matter": "alert/1", "severity": "critical", "subject": "checkout/availability", "team": "payments", "service": "checkout"}
	got := v.requests()
	if len(got) != 3 {
		t.Fatalf("%d requests", len(got))
	}
	for i, r := range got {
		var alerts []struct{ Labels map[string]string }
		if err := json.Unmarshal(r.body, &alerts); err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(alerts[0].Labels, want) {
			t.Errorf("request %d has the labels %v", i, alerts[0].Labels)
		}
	}
}
