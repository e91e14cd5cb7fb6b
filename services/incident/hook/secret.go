package hook

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/incident"
)

const (
	// MinSecret is how many characters, or decoded bytes, a secret has at least: who guesses it can
	// declare and close incidents.
	MinSecret = 16
	// tolerance is how far the time of a signature may be from now, as the Standard Webhooks
	// specification has it in its libraries.
	tolerance = 5 * time.Minute
	// prefix begins a secret of Standard Webhooks, which is base64.
	prefix = "whsec_"
)

// Challenge names the header in which a source proves who it is.
func Challenge(source incident.Source) string {
	switch source {
	case "pagerduty":
		return "X-PagerDuty-Signature"
	case "jira":
		return "X-Hub-Signature"
	case "opsgenie":
		return SecretHeader
	default:
		return standardwebhooks.HeaderWebhookSignature
	}
}

// SecretHeader is the header with the secret of a source that signs nothing.
const SecretHeader = "X-Evenkeel-Secret"

// CheckSecret says in its error what the secret of a source would have to be, and nothing of what it is.
func CheckSecret(source incident.Source, secret string) error {
	var check fault.Check
	n := len(secret)
	if signsStandard(source) {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, prefix))
		check.Require(err == nil, "", nil, "must be base64, after %s, as the source shows it", prefix)
		n = len(key)
		if err != nil {
			return check.Err()
		}
	}
	check.Require(n >= MinSecret, "", nil, "must have at least %d characters, or bytes that base64 stands for, since whoever guesses it can declare and close incidents", MinSecret)
	return check.Err()
}

func signsStandard(source incident.Source) bool {
	return source == "incident-io" || source == "webhook"
}

// verify requires the proof that what came is the source's: by one of the secrets, compared in
// constant time.
func verify(source incident.Source, secrets []string, header http.Header, body []byte, now time.Time) error {
	valid := false
	for _, secret := range secrets {
		switch source {
		case "pagerduty":
			valid = signed(secret, body, strings.Split(header.Get("X-PagerDuty-Signature"), ","), "v1=") || valid
		case "jira":
			valid = signed(secret, body, []string{header.Get("X-Hub-Signature")}, "sha256=") || valid
		case "opsgenie":
			valid = presented(secret, header) || valid
		default:
			// The library compares the time with the system's clock, which no test moves.
			hook, err := standardwebhooks.NewWebhook(secret)
			valid = err == nil && hook.VerifyIgnoringTimestamp(body, header) == nil || valid
		}
	}
	switch {
	case !valid && source == "opsgenie":
		return fault.New(fault.Unauthenticated, "webhook_secret_invalid", "the secret that is configured here is neither in %s nor the password or token in Authorization", SecretHeader)
	case !valid:
		return fault.New(fault.Unauthenticated, "webhook_signature_invalid", "%s is not the signature of the body under the secret that is configured here", Challenge(source))
	case signsStandard(source):
		return timely(header.Get(standardwebhooks.HeaderWebhookTimestamp), now)
	}
	return nil
}

// timely requires the time that was signed to be near.
func timely(seconds string, now time.Time) error {
	n, err := strconv.ParseInt(seconds, 10, 64)
	at := time.Unix(n, 0)
	if err != nil || at.Before(now.Add(-tolerance)) || at.After(now.Add(tolerance)) {
		return fault.New(fault.Unauthenticated, "webhook_time_invalid",
			"the webhook was signed at another time than within %s of now, %s, by webhook-timestamp: compare the clocks, and let the source send it anew", tolerance, now.UTC().Format(time.RFC3339))
	}
	return nil
}

// signed reports whether one of the signatures with the prefix is the HMAC-SHA-256 of the body.
func signed(secret string, body []byte, signatures []string, prefix string) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	want, valid := mac.Sum(nil), false
	for _, s := range signatures[:min(len(signatures), 10)] {
		text, versioned := strings.CutPrefix(strings.TrimSpace(s), prefix)
		sum, err := hex.DecodeString(text)
		valid = versioned && err == nil && hmac.Equal(want, sum) || valid
	}
	return valid
}

// presented reports whether the secret is in the header, or in Authorization as a token or a password.
func presented(secret string, header http.Header) bool {
	given := []string{header.Get(SecretHeader)}
	if token, isToken := strings.CutPrefix(header.Get("Authorization"), "Bearer "); isToken {
		given = append(given, token)
	}
	if _, password, isBasic := (&http.Request{Header: header}).BasicAuth(); isBasic {
		given = append(given, password)
	}
	want, valid := sha256.Sum256([]byte(secret)), false
	for _, g := range given {
		sum := sha256.Sum256([]byte(g)) // so that lengths do not tell
		valid = subtle.ConstantTimeCompare(want[:], sum[:]) == 1 || valid
	}
	return valid
}
