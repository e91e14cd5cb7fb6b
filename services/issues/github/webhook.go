package github

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
)

// MinWebhookSecret is how many characters a secret has at least: who guesses it can
// have issues read, and speak in the name of any login.
const MinWebhookSecret = 16

// Webhook is a request of GitHub's as it came.
type Webhook struct {
	Event     string // X-GitHub-Event
	Delivery  string // X-GitHub-Delivery
	Signature string // X-Hub-Signature-256
	Form      bool   // the payload is a field of a form, not the whole body
	Body      []byte // as it was sent, which is what is signed
}

// WebhookOutcome is what became of a webhook that GitHub signed.
type WebhookOutcome string

// The outcomes.
const (
	WebhookAccepted WebhookOutcome = "accepted" // it is kept, and worked off later
	WebhookRepeated WebhookOutcome = "repeated" // it was kept before
	WebhookIgnored  WebhookOutcome = "ignored"  // it tells nothing that Evenkeel wants to know
	WebhookPong     WebhookOutcome = "pong"     // it only asks whether somebody is there
)

// Acceptor keeps deliveries. *inbox.Inbox is one.
type Acceptor interface {
	Accept(ctx context.Context, d inbox.Delivery) (bool, error)
}

// Webhooks verifies what GitHub sends and has it kept.
type Webhooks struct {
	secrets [][]byte
	ask     func() []string // in their place, where it is not nil
	inbox   Acceptor
}

// NewWebhooks returns a receiver of what is signed with one of the secrets: the one
// that GitHub has, and while it is being changed the one before. Without a secret
// nothing is received.
func NewWebhooks(secrets []string, inbox Acceptor) (*Webhooks, error) {
	w := &Webhooks{inbox: inbox}
	var check fault.Check
	for _, secret := range secrets {
		check.Require(len(secret) >= MinWebhookSecret, "/github/webhookSecret", nil, "must have at least %d characters, has %d", MinWebhookSecret, len(secret))
		w.secrets = append(w.secrets, []byte(secret))
	}
	return w, check.Err()
}

// AskFor has the secrets asked for whenever a webhook comes, since they change. One that is
// too short is none.
func (w *Webhooks) AskFor(secrets func() []string) { w.ask = secrets }

// present are the secrets as they are now.
func (w *Webhooks) present() [][]byte {
	if w.ask == nil {
		return w.secrets
	}
	var out [][]byte
	for _, secret := range w.ask() {
		if len(secret) >= MinWebhookSecret {
			out = append(out, []byte(secret))
		}
	}
	return out
}

// What headers and columns hold.
var (
	rxEvent      = regexp.MustCompile(`^[a-z_]{1,64}$`)
	rxAction     = regexp.MustCompile(`^[a-z_]{0,64}$`)
	rxDelivery   = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)
	rxRepository = regexp.MustCompile(`^([0-9A-Za-z._-]{1,100}/[0-9A-Za-z._-]{1,100})?$`)
)

// Receive verifies a webhook and has it kept; it is committed when Receive returns
// WebhookAccepted. Faults: NotFound "webhooks_not_configured" without a secret,
// Unauthenticated "webhook_signature_invalid", Invalid for what GitHub would not
// send.
func (w *Webhooks) Receive(ctx context.Context, hook Webhook) (WebhookOutcome, error) {
	if err := w.Verify(hook); err != nil {
		return "", err
	}
	var check fault.Check
	check.Require(rxEvent.MatchString(hook.Event), "header.X-GitHub-Event", hook.Event, "must name an event, such as issues")
	check.Require(rxDelivery.MatchString(hook.Delivery), "header.X-GitHub-Delivery", hook.Delivery, "must be the identifier of a delivery: up to 64 letters, digits and hyphens")
	if err := check.Err(); err != nil {
		return "", err
	}
	payload, err := hook.payload()
	if err != nil {
		return "", err
	}
	var head struct {
		Action     string
		Repository struct {
			FullName string `json:"full_name"`
		}
	}
	if err := json.Unmarshal(payload, &head); err != nil {
		check.Fail("", nil, "the payload must be a JSON object as GitHub sends it")
		return "", check.Err()
	}
	check.Require(rxAction.MatchString(head.Action), "/action", head.Action, "must be an action, such as opened")
	check.Require(rxRepository.MatchString(head.Repository.FullName), "/repository/full_name", head.Repository.FullName, "must be the name of a repository, such as owner/name")
	if err := check.Err(); err != nil {
		return "", err
	}
	switch {
	case hook.Event == "ping":
		return WebhookPong, nil
	case !tells(hook.Event, head.Action):
		return WebhookIgnored, nil
	}
	fresh, err := w.inbox.Accept(ctx, inbox.Delivery{
		ID: hook.Delivery, Event: hook.Event, Action: head.Action, Repository: head.Repository.FullName, Payload: payload,
	})
	switch {
	case err != nil:
		return "", err
	case fresh:
		return WebhookAccepted, nil
	default:
		return WebhookRepeated, nil
	}
}

// Verify requires the HMAC-SHA-256 of the body under one of the secrets, compared in
// constant time. The older X-Hub-Signature, by SHA-1, is not looked at.
func (w *Webhooks) Verify(hook Webhook) error {
	secrets := w.present()
	if len(secrets) == 0 {
		return fault.New(fault.NotFound, "webhooks_not_configured", "no webhooks are taken here, for no secret is configured to verify them with")
	}
	given, isHex := strings.CutPrefix(hook.Signature, "sha256=")
	sum, err := hex.DecodeString(given)
	valid := false
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, secret)
		mac.Write(hook.Body)
		valid = hmac.Equal(mac.Sum(nil), sum) || valid
	}
	if !isHex || err != nil || !valid {
		return fault.New(fault.Unauthenticated, "webhook_signature_invalid",
			"X-Hub-Signature-256 is not the HMAC-SHA-256 of the body under the secret that is configured here; it looks like sha256=757107ea…")
	}
	return nil
}

// payload is the JSON that was sent.
func (h Webhook) payload() ([]byte, error) {
	if !h.Form {
		return h.Body, nil
	}
	var check fault.Check
	form, err := url.ParseQuery(string(h.Body))
	check.Require(err == nil && len(form["payload"]) == 1, "/payload", nil, "must be a field of the form, once")
	return []byte(form.Get("payload")), check.Err()
}
