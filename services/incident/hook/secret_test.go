package hook

import (
	"encoding/base64"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/incident"
)

func headers(pairs ...string) http.Header {
	h := http.Header{}
	for n := 0; n < len(pairs); n += 2 {
		h.Set(pairs[n], pairs[n+1])
	}
	return h
}

// The vector of PagerDuty is that of its own client (PagerDuty/go-pagerduty, webhookv3_test.go): the
// body, secret and signature of the test "valid".
const (
	pdSecret    = "lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK"
	pdSignature = "v1=0c0b9495b893a39e70d1fea2fe11fbe0a825f88b9f67846f6cc07dd2bc5476cd"
	pdBody      = `{"event":{"id":"01BWDWL3NYY7LUFPZCC28QUCMK","event_type":"incident.priority_updated","resource_type":"incident","occurred_at":"2021-04-26T17:36:27.458Z","agent":{"html_url":"https://acme.pagerduty.com/users/PLH1HKV","id":"PLH1HKV","self":"https://api.pagerduty.com/users/PLH1HKV","summary":"Tenex Engineer","type":"user_reference"},"client":null,"data":{"id":"PGR0VU2","type":"incident","self":"https://api.pagerduty.com/incidents/PGR0VU2","html_url":"https://acme.pagerduty.com/incidents/PGR0VU2","number":2,"status":"triggered","title":"A little bump in the road","service":{"html_url":"https://acme.pagerduty.com/services/PF9KMXH","id":"PF9KMXH","self":"https://api.pagerduty.com/services/PF9KMXH","summary":"API Service","type":"service_reference"},"assignees":[{"html_url":"https://acme.pagerduty.com/users/PTUXL6G","id":"PTUXL6G","self":"https://api.pagerduty.com/users/PTUXL6G","summary":"User 123","type":"user_reference"}],"escalation_policy":{"html_url":"https://acme.pagerduty.com/escalation_policies/PUS0KTE","id":"PUS0KTE","self":"https://api.pagerduty.com/escalation_policies/PUS0KTE","summary":"Default","type":"escalation_policy_reference"},"teams":[{"html_url":"https://acme.pagerduty.com/teams/PFCVPS0","id":"PFCVPS0","self":"https://api.pagerduty.com/teams/PFCVPS0","summary":"Engineering","type":"team_reference"}],"priority":{"html_url":"https://acme.pagerduty.com/account/incident_priorities","id":"PSO75BM","self":"https://api.pagerduty.com/priorities/PSO75BM","summary":"P1","type":"priority_reference"},"urgency":"high","conference_bridge":{"conference_number":1000,"conference_url":"https://example.com"},"resolve_reason":null}}}`
)

// The vector of Jira is that of "Secure admin webhooks" at
// https://developer.atlassian.com/cloud/jira/platform/webhooks/.
const (
	jiraSecret    = "It's a Secret to Everybody"
	jiraSignature = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
	jiraBody      = "Hello World!"
)

// The vector of Standard Webhooks is that of the test of its library for Go, TestWebhookSign; the
// signature is also the example of incident.io's page on verifying webhooks.
const (
	swSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	swID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	swTimestamp = "1614265330"
	swBody      = `{"test": 2432232314}`
	swSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

var swTime = time.Unix(1614265330, 0)

func sw(signature string) http.Header {
	return headers("webhook-id", swID, "webhook-timestamp", swTimestamp, "webhook-signature", signature)
}

func TestWhatTheSourcesDocumentOfTheirSignaturesIsVerified(t *testing.T) {
	t.Parallel()
	basic := func(password string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte("evenkeel:"+password))
	}
	const other, secret = "another secret of enough characters", "a secret that is sent as it is"
	for name, c := range map[string]struct {
		source  incident.Source
		secrets []string
		header  http.Header
		body    string
		now     time.Time
		code    string
	}{
		"PagerDuty":                        {"pagerduty", []string{pdSecret}, headers("X-PagerDuty-Signature", pdSignature), pdBody, swTime, ""},
		"PagerDuty, changing its secret":   {"pagerduty", []string{pdSecret}, headers("X-PagerDuty-Signature", "v1="+strings.Repeat("0", 64)+", "+pdSignature), pdBody, swTime, ""},
		"PagerDuty, by the former":         {"pagerduty", []string{other, pdSecret}, headers("X-PagerDuty-Signature", pdSignature), pdBody, swTime, ""},
		"PagerDuty, another secret":        {"pagerduty", []string{other}, headers("X-PagerDuty-Signature", pdSignature), pdBody, swTime, "webhook_signature_invalid"},
		"PagerDuty, another body":          {"pagerduty", []string{pdSecret}, headers("X-PagerDuty-Signature", pdSignature), pdBody + " ", swTime, "webhook_signature_invalid"},
		"PagerDuty, not signed":            {"pagerduty", []string{pdSecret}, headers(), pdBody, swTime, "webhook_signature_invalid"},
		"PagerDuty, of another version":    {"pagerduty", []string{pdSecret}, headers("X-PagerDuty-Signature", strings.Replace(pdSignature, "v1", "v2", 1)), pdBody, swTime, "webhook_signature_invalid"},
		"PagerDuty, no hex":                {"pagerduty", []string{pdSecret}, headers("X-PagerDuty-Signature", "v1=xyz"), pdBody, swTime, "webhook_signature_invalid"},
		"PagerDuty, half a signature":      {"pagerduty", []string{pdSecret}, headers("X-PagerDuty-Signature", pdSignature[:35]), pdBody, swTime, "webhook_signature_invalid"},
		"Jira":                             {"jira", []string{jiraSecret}, headers("X-Hub-Signature", jiraSignature), jiraBody, swTime, ""},
		"Jira, another secret":             {"jira", []string{other}, headers("X-Hub-Signature", jiraSignature), jiraBody, swTime, "webhook_signature_invalid"},
		"Jira, by another method":          {"jira", []string{jiraSecret}, headers("X-Hub-Signature", strings.Replace(jiraSignature, "sha256", "sha1", 1)), jiraBody, swTime, "webhook_signature_invalid"},
		"Jira, not signed":                 {"jira", []string{jiraSecret}, headers(), jiraBody, swTime, "webhook_signature_invalid"},
		"incident.io":                      {"incident-io", []string{swSecret}, sw(swSignature), swBody, swTime, ""},
		"incident.io, several":             {"incident-io", []string{swSecret}, sw("v1,AAAA v2,x " + swSignature), swBody, swTime.Add(tolerance), ""},
		"incident.io, by the former":       {"incident-io", []string{"whsec_MDEyMzQ1Njc4OWFiY2RlZg==", swSecret}, sw(swSignature), swBody, swTime.Add(-tolerance), ""},
		"incident.io, another secret":      {"incident-io", []string{"whsec_MDEyMzQ1Njc4OWFiY2RlZg=="}, sw(swSignature), swBody, swTime, "webhook_signature_invalid"},
		"incident.io, old":                 {"incident-io", []string{swSecret}, sw(swSignature), swBody, swTime.Add(tolerance + time.Second), "webhook_time_invalid"},
		"incident.io, to come":             {"incident-io", []string{swSecret}, sw(swSignature), swBody, swTime.Add(-tolerance - time.Second), "webhook_time_invalid"},
		"incident.io, another time":        {"incident-io", []string{swSecret}, headers("webhook-id", swID, "webhook-timestamp", "1614265331", "webhook-signature", swSignature), swBody, swTime, "webhook_signature_invalid"},
		"incident.io, another identifier":  {"incident-io", []string{swSecret}, headers("webhook-id", swID+"x", "webhook-timestamp", swTimestamp, "webhook-signature", swSignature), swBody, swTime, "webhook_signature_invalid"},
		"incident.io, not signed":          {"incident-io", []string{swSecret}, headers(), swBody, swTime, "webhook_signature_invalid"},
		"another that speaks the standard": {"webhook", []string{swSecret}, sw(swSignature), swBody, swTime, ""},
		"Opsgenie by the header":           {"opsgenie", []string{secret}, headers(SecretHeader, secret), "x", swTime, ""},
		"Opsgenie by the former":           {"opsgenie", []string{other, secret}, headers(SecretHeader, secret), "x", swTime, ""},
		"Opsgenie by a token":              {"opsgenie", []string{secret}, headers("Authorization", "Bearer "+secret), "x", swTime, ""},
		"Opsgenie by a password":           {"opsgenie", []string{secret}, headers("Authorization", basic(secret)), "x", swTime, ""},
		"Opsgenie by another":              {"opsgenie", []string{secret}, headers(SecretHeader, other), "x", swTime, "webhook_secret_invalid"},
		"Opsgenie by half of it":           {"opsgenie", []string{secret}, headers(SecretHeader, secret[:16]), "x", swTime, "webhook_secret_invalid"},
		"Opsgenie by another password":     {"opsgenie", []string{secret}, headers("Authorization", basic(other)), "x", swTime, "webhook_secret_invalid"},
		"Opsgenie by nothing":              {"opsgenie", []string{secret}, headers(), "x", swTime, "webhook_secret_invalid"},
		"none is configured":               {"pagerduty", nil, headers("X-PagerDuty-Signature", pdSignature), pdBody, swTime, "webhook_signature_invalid"},
	} {
		err := verify(c.source, c.secrets, c.header, []byte(c.body), c.now)
		e := fault.As(err)
		if (c.code == "") != (err == nil) || e != nil && (e.Kind != fault.Unauthenticated || e.Code != c.code) {
			t.Errorf("%s: %v, want %q", name, err, c.code)
		}
	}
}

// The signatures that the guide has openssl make are those that are verified.
func TestWhatOpensslSignsIsVerified(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("there is no openssl, and with CI=true nothing may be left out")
		}
		t.Skip("there is no openssl: WHAT THE GUIDE SIGNS IS NOT VERIFIED")
	}
	run := func(stdin string, args ...string) string {
		t.Helper()
		c := exec.CommandContext(t.Context(), "openssl", args...)
		c.Stdin = strings.NewReader(stdin)
		out, err := c.Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	const body, secret = "{\"größer\": \"als\"}", "0123456789abcdef"
	sum := strings.Fields(run(body, "dgst", "-sha256", "-hmac", secret, "-r"))[0]
	if err := verify("pagerduty", []string{secret}, headers("X-PagerDuty-Signature", "v1="+sum), []byte(body), swTime); err != nil {
		t.Error(err)
	}
	if err := verify("jira", []string{secret}, headers("X-Hub-Signature", "sha256="+sum), []byte(body), swTime); err != nil {
		t.Error(err)
	}
	key := "whsec_" + base64.StdEncoding.EncodeToString([]byte(secret))
	signed := run(swID+"."+swTimestamp+"."+body, "dgst", "-sha256", "-hmac", secret, "-binary")
	if err := verify("webhook", []string{key}, sw("v1,"+base64.StdEncoding.EncodeToString([]byte(signed))), []byte(body), swTime); err != nil {
		t.Error(err)
	}
}

func TestASecretThatIsGuessedIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		source incident.Source
		secret string
		ok     bool
	}{
		{"pagerduty", strings.Repeat("x", MinSecret-1), false}, {"pagerduty", strings.Repeat("x", MinSecret), true},
		{"webhook", swSecret, true}, {"webhook", strings.TrimPrefix(swSecret, "whsec_"), true}, {"webhook", "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, MinSecret-1)), false},
		{"incident-io", "whsec_!", false},
	} {
		if err := CheckSecret(c.source, c.secret); (err == nil) != c.ok {
			t.Errorf("%s, %q: %v", c.source, c.secret, err)
		}
	}
}
