package app_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// TestAWebhookOfGitHubIsKeptBeforeItIsAcknowledged delivers as GitHub does, in any
// order, some twice and some never, to the whole program.
func TestAWebhookOfGitHubIsKeptBeforeItIsAcknowledged(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.secrets = append(h.secrets, webhookSecret)
		hub := standin.New(t, standin.Options{Now: h.clock.Now, WebhookSecret: webhookSecret})
		hub.User("wanda")
		hub.Public("wanda/api")
		for range 20 {
			hub.Person("wanda").Close("wanda/api", hub.Person("wanda").Open("wanda/api", "Slow", ""), "completed")
		}
		kept := 0
		seen := map[string]bool{}
		for _, d := range standin.Scramble(11, hub.Deliveries(), 0.2, 0.5) {
			r, err := d.Request(t.Context(), "http://evenkeel.example/webhooks/github")
			if err != nil {
				t.Fatal(err)
			}
			w := httptest.NewRecorder()
			h.handler.ServeHTTP(w, r)
			want := `{"outcome":"accepted"}` + "\n"
			if seen[d.ID] {
				want = `{"outcome":"repeated"}` + "\n"
			} else {
				kept++
			}
			seen[d.ID] = true
			due, err := h.app.Store.Inbox().DueDeliveries(t.Context(), h.clock.Now(), 100, 1<<20)
			if err != nil || w.Code != 202 || w.Body.String() != want || len(due) != kept {
				t.Fatalf("%s %s: %d %s, kept are %d (%v), want %d", d.Event, d.Action, w.Code, w.Body, len(due), err, kept)
			}
		}
		if kept == 40 || kept < 10 {
			t.Errorf("of 40 %d arrived", kept)
		}
	})
}

// The configuration's default is seven days.
func TestDoneWebhooksAreForgottenByTheJobThatPrunes(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	hub := standin.New(t, standin.Options{Now: h.clock.Now, WebhookSecret: webhookSecret})
	hub.User("wanda")
	hub.Public("wanda/api")
	hub.Person("wanda").Open("wanda/api", "Slow", "")
	d := hub.Deliveries()[0]
	r, err := d.Request(t.Context(), "http://evenkeel.example/webhooks/github")
	if err != nil {
		t.Fatal(err)
	}
	h.handler.ServeHTTP(httptest.NewRecorder(), r)
	due, err := h.app.Store.Inbox().DueDeliveries(t.Context(), h.clock.Now(), 100, 1<<20)
	if err != nil || len(due) != 1 {
		t.Fatalf("kept are %v (%v)", due, err)
	}
	for _, step := range []struct {
		after time.Duration
		done  bool
		want  int64
	}{{8 * 24 * time.Hour, false, 0}, {0, true, 1}} {
		h.clock.Advance(step.after)
		if step.done {
			now := h.clock.Now()
			due[0].WorkedAt, due[0].DueAt = &now, nil
			if err := h.app.Store.Inbox().UpdateDelivery(t.Context(), due[0]); err != nil {
				t.Fatal(err)
			}
		}
		run, err := h.app.Jobs.RunNow(h.system(), "prune")
		if err != nil || run.Result["webhook_deliveries_removed"] != step.want {
			t.Errorf("%+v (%v), want %d removed", run.Result, err, step.want)
		}
	}
}

// While the secret is changed at GitHub, what is signed with either is taken.
func TestNoWebhookIsLostWhileTheSecretIsChanged(t *testing.T) {
	t.Parallel()
	const former, stranger = "what webhooks were signed with", "what no webhook is signed with"
	h := open(t, "", func(c *config.Config) { c.GitHub.FormerWebhookSecret = config.NewSecret(former) })
	h.secrets = append(h.secrets, former, webhookSecret)
	if !strings.Contains(h.log.String(), "take github.formerWebhookSecret away") {
		t.Error("the log of the start does not say that a former secret is accepted")
	}
	for secret, want := range map[string]int{former: 202, webhookSecret: 202, stranger: 401} {
		hub := standin.New(t, standin.Options{Now: h.clock.Now, WebhookSecret: secret})
		hub.User("wanda")
		hub.Public("wanda/api")
		hub.Person("wanda").Open("wanda/api", "Slow", "")
		d := hub.Deliveries()[0]
		r, err := d.Request(t.Context(), "http://evenkeel.example/webhooks/github")
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-GitHub-Delivery", strings.ReplaceAll(secret, " ", "-"))
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("signed with %q: %d %s, want %d", secret, w.Code, w.Body, want)
		}
	}
}
