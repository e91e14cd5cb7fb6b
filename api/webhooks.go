package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/issues/github"
)

// Bounds of webhooks, which anybody can send: who did is known when all is there.
const (
	// maxWebhook is the size of a webhook, in bytes. GitHub sends 25 MB at most, but of
	// pushes and the like. An issue's body has 65,536 characters, of up to 12 bytes when
	// they are escaped; a transfer tells two issues.
	maxWebhook = 4 << 20
	// maxWebhooks is how many bytes of webhooks are held at the same time.
	maxWebhooks = 64 << 20
)

const mediaForm = "application/x-www-form-urlencoded"

// Webhooks takes what GitHub tells. *github.Webhooks is one.
type Webhooks interface {
	Receive(ctx context.Context, hook github.Webhook) (github.WebhookOutcome, error)
}

// What webhooks came to that were not kept.
const (
	webhookUnverified github.WebhookOutcome = "signature_invalid"
	webhookRefused    github.WebhookOutcome = "refused"
)

// HandleWebhooks adds the endpoint to which GitHub sends webhooks. GitHub does not send again what it
// is refused.
func (a *API) HandleWebhooks(webhooks Webhooks) {
	outcomes := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "evenkeel_webhooks_total", Help: "Webhooks of GitHub that came, by what they came to.",
	}, []string{"outcome"})
	for _, o := range []github.WebhookOutcome{github.WebhookAccepted, github.WebhookRepeated, github.WebhookIgnored, github.WebhookPong, webhookUnverified, webhookRefused} {
		outcomes.WithLabelValues(string(o)) // from the start, so that rates see the first
	}
	a.cfg.Registry.MustRegister(outcomes)
	h := a.hook("/webhooks/github", maxWebhook, []string{mediaJSON, mediaForm})
	h.name, h.challenge, h.room = "webhooks of github", "X-Hub-Signature-256", semaphore.NewWeighted(maxWebhooks)
	h.reason = "the signature is not that of the secret that is configured"
	h.refused = func(err error) {
		outcome := webhookRefused
		if fault.Is(err, fault.Unauthenticated) {
			outcome = webhookUnverified
		}
		outcomes.WithLabelValues(string(outcome)).Inc()
	}
	h.take = func(ctx context.Context, header http.Header, body []byte) (hookAnswer, error) {
		media, _, _ := strings.Cut(header.Get("Content-Type"), ";") // it was checked
		outcome, err := webhooks.Receive(ctx, github.Webhook{
			Event: header.Get("X-GitHub-Event"), Delivery: header.Get("X-GitHub-Delivery"), Signature: header.Get("X-Hub-Signature-256"),
			Form: strings.EqualFold(strings.TrimSpace(media), mediaForm), Body: body,
		})
		if err != nil {
			return hookAnswer{}, err
		}
		outcomes.WithLabelValues(string(outcome)).Inc()
		status := http.StatusAccepted
		if outcome == github.WebhookPong {
			status = http.StatusOK
		}
		return hookAnswer{status, webhookReceipt{Outcome: string(outcome)}}, nil
	}
}

// webhookReceipt says what became of a webhook.
type webhookReceipt struct {
	Outcome  string `json:"outcome"`
	Incident string `json:"incident,omitempty"`
}

// hook adds an endpoint for webhooks of at most so many bytes, of one of the media types.
func (a *API) hook(path string, most int64, media []string) *hook {
	e := &endpoint{
		operation: operation{method: http.MethodPost, path: path, maxBody: most},
		route:     path, load: a.admission.Route(admission.Writes), media: media, needed: true,
	}
	e.meter = a.metrics.meter(e.method, e.path)
	h := &hook{endpoint: e, api: a}
	a.router.Method(e.method, e.path, h)
	return h
}
