package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
)

// webhookStep is in which steps of bytes the room for webhooks is taken: only what arrived counts, so
// that who announces much and sends slowly takes little.
const webhookStep = 64 << 10

// hook answers webhooks. It is no operation: it is called by one system alone, in the way that
// that documents, and the proof of who calls is not in a token.
type hook struct {
	*endpoint
	api *API
	// name is whose webhooks they are, by which who sends them is charged.
	name string
	// challenge is the header with the proof of who calls, and reason why it was refused.
	challenge, reason string
	room              *semaphore.Weighted
	// take verifies a webhook and takes it in, for good when it returns the answer.
	take func(ctx context.Context, header http.Header, body []byte) (hookAnswer, error)
	// refused is called with why one was not taken.
	refused func(err error)
}

// hookAnswer is the answer to a webhook that was taken.
type hookAnswer struct {
	status int
	body   any
}

// ServeHTTP answers one webhook.
func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := exchangeFrom(r.Context())
	x.route, x.meter = h.route, h.meter
	answer, err := h.receive(x, r)
	if err != nil {
		p := h.api.problem(r.Context(), err)
		if fault.Is(err, fault.Unauthenticated) {
			p.headers.Set("WWW-Authenticate", h.challenge)
		}
		h.refused(err)
		writeProblem(w, x, p)
		return
	}
	w.Header()["Content-Type"] = []string{mediaJSON}
	w.WriteHeader(answer.status)
	_ = json.NewEncoder(w).Encode(answer.body) // who sent it may be gone
}

func (h *hook) receive(x *exchange, r *http.Request) (hookAnswer, error) {
	var none hookAnswer
	// An address from which a verified one came is charged no more, unless what it sends
	// is not verified: the source sends as many as there are, and those refused are lost.
	at := h.api.clientAddress(r)
	address := h.api.admission.Address(at, x.start)
	from := "hook " + h.name + " from " + at.String()
	who, known := h.api.admission.Presenter(from, x.start)
	if !known {
		who = address
		if p := h.api.pay(x, h.load, who); p != nil {
			return none, p
		}
	}
	if p := checkMedia(h.endpoint, r.Header); p != nil {
		return none, p
	}
	body, release, err := h.read(x, r)
	defer release()
	if err != nil {
		return none, err
	}
	if p := h.api.enter(r.Context(), x, h.load, who, time.Now()); p != nil {
		return none, p
	}
	answer, err := h.take(r.Context(), r.Header, body)
	switch {
	case fault.Is(err, fault.Unauthenticated):
		h.record(r.Context(), x)
		if known {
			if p := h.api.pay(x, h.load, address); p != nil {
				return none, p
			}
		}
	case err == nil && !known:
		h.api.admission.Verified(from, h.api.admission.Owner(h.name, x.start), x.start)
	}
	return answer, err
}

// record puts into the audit log that somebody sent what is not proved.
func (h *hook) record(ctx context.Context, x *exchange) {
	if h.api.cfg.Refusals == nil {
		return
	}
	err := h.api.cfg.Refusals.RecordRefusal(context.WithoutCancel(ctx), access.Refusal{
		Caller: access.Caller{Kind: access.Anonymous}, Verb: access.Push, Object: access.Object{Kind: access.KindWebhook, Label: h.path},
		Reason: h.reason,
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
