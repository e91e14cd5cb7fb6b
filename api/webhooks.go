package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/issues/github"
)

// Bounds of webhooks, which anybody can send: who did is known when all is there.
const (
	// maxWebhook is the size of a webhook, in bytes. GitHub sends 25 MB at most, but of
	// pushes and the like. An issue's body has 65,536 characters, of up to 12 bytes when
	// they are escaped; a transfer tells two issues.
	maxWebhook = 4 << 20
	// maxWebhooks is how many bytes of webhooks are held at the same time; only what
	// arrived counts, in steps, so that who announces much and sends slowly takes little.
	maxWebhooks = 64 << 20
	webhookStep = 64 << 10
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

// hook answers webhooks. It is no operation: it is called by GitHub alone, in the
// way that GitHub documents, and the proof of who calls is not in a token.
type hook struct {
	*endpoint
	api      *API
	webhooks Webhooks
	room     *semaphore.Weighted
	outcomes *prometheus.CounterVec
}

// HandleWebhooks adds the endpoint to which GitHub sends webhooks.
func (a *API) HandleWebhooks(webhooks Webhooks) {
	e := &endpoint{
		operation: operation{method: http.MethodPost, path: "/webhooks/github", maxBody: maxWebhook},
		route:     "/webhooks/github", load: a.admission.Route(admission.Writes), media: []string{mediaJSON, mediaForm}, needed: true,
	}
	e.meter = a.metrics.meter(e.method, e.path)
	h := &hook{endpoint: e, api: a, webhooks: webhooks, room: semaphore.NewWeighted(maxWebhooks), outcomes: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "evenkeel_webhooks_total", Help: "Webhooks of GitHub that came, by what they came to.",
	}, []string{"outcome"})}
	for _, o := range []github.WebhookOutcome{github.WebhookAccepted, github.WebhookRepeated, github.WebhookIgnored, github.WebhookPong, webhookUnverified, webhookRefused} {
		h.outcomes.WithLabelValues(string(o)) // from the start, so that rates see the first
	}
	a.cfg.Registry.MustRegister(h.outcomes)
	a.router.Method(e.method, e.path, h)
}

// ServeHTTP answers one webhook. GitHub does not send again what it is refused.
func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := exchangeFrom(r.Context())
	x.route, x.meter = h.route, h.meter
	outcome, err := h.receive(x, r)
	if err != nil {
		p := h.api.problem(r.Context(), err)
		outcome = webhookRefused
		if fault.Is(err, fault.Unauthenticated) {
			outcome = webhookUnverified
			p.headers.Set("WWW-Authenticate", "X-Hub-Signature-256")
		}
		h.outcomes.WithLabelValues(string(outcome)).Inc()
		writeProblem(w, x, p)
		return
	}
	h.outcomes.WithLabelValues(string(outcome)).Inc()
	status := http.StatusAccepted
	if outcome == github.WebhookPong {
		status = http.StatusOK
	}
	w.Header()["Content-Type"] = []string{mediaJSON}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `{"outcome":"`+string(outcome)+`"}`+"\n") // GitHub may be gone
}

func (h *hook) receive(x *exchange, r *http.Request) (github.WebhookOutcome, error) {
	// An address from which a verified one came is charged no more, unless what it sends
	// is not verified: GitHub sends as many as there are, and those refused are lost.
	at := h.api.clientAddress(r)
	address := h.api.admission.Address(at, x.start)
	from := "webhooks of github from " + at.String()
	who, known := h.api.admission.Presenter(from, x.start)
	if !known {
		who = address
		if p := h.api.pay(x, h.load, who); p != nil {
			return "", p
		}
	}
	if p := checkMedia(h.endpoint, r.Header); p != nil {
		return "", p
	}
	body, release, err := h.read(x, r)
	defer release()
	if err != nil {
		return "", err
	}
	if p := h.api.enter(r.Context(), x, h.load, who, time.Now()); p != nil {
		return "", p
	}
	media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";") // it was checked
	outcome, err := h.webhooks.Receive(r.Context(), github.Webhook{
		Event: r.Header.Get("X-GitHub-Event"), Delivery: r.Header.Get("X-GitHub-Delivery"), Signature: r.Header.Get("X-Hub-Signature-256"),
		Form: strings.EqualFold(strings.TrimSpace(media), mediaForm), Body: body,
	})
	switch {
	case fault.Is(err, fault.Unauthenticated):
		h.record(r.Context(), x)
		if known {
			if p := h.api.pay(x, h.load, address); p != nil {
				return "", p
			}
		}
	case err == nil && !known:
		h.api.admission.Verified(from, h.api.admission.Owner("webhooks of github", x.start))
	}
	return outcome, err
}

// record puts into the audit log that somebody sent what GitHub did not sign.
func (h *hook) record(ctx context.Context, x *exchange) {
	if h.api.cfg.Refusals == nil {
		return
	}
	err := h.api.cfg.Refusals.RecordRefusal(context.WithoutCancel(ctx), access.Refusal{
		Caller: access.Caller{Kind: access.Anonymous}, Verb: access.Push, Object: access.Object{Kind: access.KindWebhook, Label: h.path},
		Reason: "the signature is not that of the secret that is configured",
	})
	if err != nil {
		h.api.log.LogAttrs(ctx, slog.LevelError, "refusal not recorded", slog.String("request_id", x.id), slog.String("error", err.Error()))
	}
}

// read reads the body, which is valid until it is released. Its deadline was set at
// the edge, and is taken away once it is there: left, it would end the request.
func (h *hook) read(x *exchange, r *http.Request) (body []byte, release func(), err error) {
	buf, held := buffers.Get().(*bytes.Buffer), int64(0)
	release = func() {
		h.room.Release(held)
		releaseBody(buf)
	}
	if r.ContentLength > h.maxBody {
		return nil, release, tooLarge(x, h.endpoint)
	}
	for {
		if !h.room.TryAcquire(webhookStep) {
			x.Header()["Connection"] = closeConnection
			p := newProblem(http.StatusServiceUnavailable, "too_many_webhooks", "more webhooks arrive than there is room for; send this one again later")
			p.header("Retry-After", "1")
			return nil, release, p
		}
		held += webhookStep
		_, err := io.CopyN(buf, r.Body, webhookStep)
		switch timeout := net.Error(nil); {
		case int64(buf.Len()) > h.maxBody:
			return nil, release, tooLarge(x, h.endpoint)
		case errors.Is(err, io.EOF):
			_ = http.NewResponseController(x.ResponseWriter).SetReadDeadline(time.Time{}) // a writer of a test has none
			return buf.Bytes(), release, nil
		case errors.As(err, &timeout) && timeout.Timeout():
			x.Header()["Connection"] = closeConnection
			return nil, release, newProblem(http.StatusRequestTimeout, "body_timeout", "the body took longer than %s to arrive", h.api.cfg.BodyTimeout)
		case err != nil:
			x.Header()["Connection"] = closeConnection
			return nil, release, newProblem(http.StatusBadRequest, "body_unreadable", "the body ended before its announced length, or is not framed as it should be")
		}
	}
}
