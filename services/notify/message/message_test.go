package message_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/services/notify/message"
)

// paged is an alert of the payments' checkout, and over its end.
func paged() message.Message {
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	e := event.Event{
		Type: event.AlertPaged, Key: "alert/01JD3Z0Q8RC6W4N1M2V5K7T9XY", At: at, Subject: "checkout/availability",
		Title: "checkout/availability burns its error budget 57.9 times as fast as it may", Text: "Find out what fails.",
		Link: "/services/checkout/slos/availability", Figures: []event.Figure{{Name: "burn rate, long window", Value: "57.9"}},
	}
	return message.Message{
		ID: "01JD3Z0Q8RC6W4N1M2V5K7T9XZ", Event: e, Urgency: event.Interrupt, Lasts: true,
		Begin: e, BeginID: "01JD3Z0Q8RC6W4N1M2V5K7T9XZ", BeginUrgency: event.Interrupt, BeginTeam: "payments", BeginService: "checkout",
		Team: "payments", Service: "checkout", Source: "https://evenkeel.example.org", Now: at.Add(time.Second), Until: at.Add(15 * time.Minute),
	}
}

func over() message.Message {
	m := paged()
	m.ID, m.Over, m.At, m.Title, m.Until = "01JD3Z0Q8RC6W4N1M2V5K7T9Y0", true, m.At.Add(time.Hour), "checkout/availability: the alert is over", time.Time{}
	m.Urgency = event.Interrupt
	return m
}

func same(t *testing.T, got []byte, err error, want string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var g, w any
	if err := json.Unmarshal(got, &g); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("wrote %s\nwant %s", got, want)
	}
}

// "Sending an event", in PagerDuty's documentation of the Events API v2: which members
// there are, and that a resolve needs no payload.
func TestPagerDutyIsSentATriggerAndAResolveOfOneKey(t *testing.T) {
	t.Parallel()
	body, err := message.PagerDuty(paged(), "0123456789abcdef0123456789abcdef")
	same(t, body, err, `{
		"routing_key": "0123456789abcdef0123456789abcdef", "event_action": "trigger", "dedup_key": "alert/01JD3Z0Q8RC6W4N1M2V5K7T9XY",
		"client": "Evenkeel", "client_url": "https://evenkeel.example.org/services/checkout/slos/availability",
		"links": [{"href": "https://evenkeel.example.org/services/checkout/slos/availability", "text": "Open in Evenkeel"}],
		"payload": {
			"summary": "checkout/availability burns its error budget 57.9 times as fast as it may", "source": "checkout", "severity": "critical",
			"timestamp": "2026-11-23T12:00:00Z", "component": "checkout/availability", "group": "payments", "class": "alert.page",
			"custom_details": {"text": "Find out what fails.", "burn rate, long window": "57.9"}
		}
	}`)
	body, err = message.PagerDuty(over(), "0123456789abcdef0123456789abcdef")
	same(t, body, err, `{"routing_key": "0123456789abcdef0123456789abcdef", "event_action": "resolve", "dedup_key": "alert/01JD3Z0Q8RC6W4N1M2V5K7T9XY"}`)
}

// "Send a Change Event", in PagerDuty's documentation of the Events API v2: "a change in a
// system that does not represent a problem", of which nobody is notified, by the same key.
func TestWhatDoesNotLastTriggersNothingAtPagerDuty(t *testing.T) {
	t.Parallel()
	m := paged()
	m.Type, m.Lasts = event.Test, false
	body, err := message.PagerDuty(m, "0123456789abcdef0123456789abcdef")
	same(t, body, err, `{
		"routing_key": "0123456789abcdef0123456789abcdef",
		"links": [{"href": "https://evenkeel.example.org/services/checkout/slos/availability", "text": "Open in Evenkeel"}],
		"payload": {
			"summary": "checkout/availability burns its error budget 57.9 times as fast as it may", "source": "checkout", "timestamp": "2026-11-23T12:00:00Z",
			"custom_details": {"text": "Find out what fails.", "burn rate, long window": "57.9"}
		}
	}`)
	for address, want := range map[string][2]string{
		"": {"https://events.pagerduty.com/v2/enqueue", "https://events.pagerduty.com/v2/change/enqueue"},
		"https://events.eu.pagerduty.com/v2/enqueue": {"https://events.eu.pagerduty.com/v2/enqueue", "https://events.eu.pagerduty.com/v2/change/enqueue"},
	} {
		for i, of := range []message.Message{paged(), m} {
			if got := message.PagerDutyURL(of, address); got != want[i] {
				t.Errorf("%s at %q goes to %s, want %s", of.Type, address, got, want[i])
			}
		}
	}
}

// PostableAlert, in Alertmanager's api/v2/openapi.yaml. The labels of the end are those of
// the beginning, by which it is known.
func TestAnAlertmanagerIsSentAlertsThatEnd(t *testing.T) {
	t.Parallel()
	const labels = `{"alertname": "EvenkeelAlert", "evenkeel_matter": "alert/01JD3Z0Q8RC6W4N1M2V5K7T9XY", "severity": "critical",
		"subject": "checkout/availability", "team": "payments", "service": "checkout"}`
	body, err := message.Alert(paged())
	same(t, body, err, `[{"labels": `+labels+`,
		"annotations": {"summary": "checkout/availability burns its error budget 57.9 times as fast as it may", "description": "Find out what fails."},
		"startsAt": "2026-11-23T12:00:00Z", "endsAt": "2026-11-23T12:15:00Z", "generatorURL": "https://evenkeel.example.org/services/checkout/slos/availability"}]`)
	end := over()
	end.Type, end.Urgency, end.Subject, end.Team, end.Service = event.ViolationEnded, event.Soon, "called otherwise", "billing", "till"
	body, err = message.Alert(end)
	same(t, body, err, `[{"labels": `+labels+`,
		"annotations": {"summary": "checkout/availability: the alert is over", "description": "Find out what fails."},
		"startsAt": "2026-11-23T12:00:00Z", "endsAt": "2026-11-23T13:00:00Z", "generatorURL": "https://evenkeel.example.org/services/checkout/slos/availability"}]`)
	moment := paged()
	moment.Until = time.Time{}
	body, err = message.Alert(moment)
	if err != nil || !strings.Contains(string(body), `"endsAt":"2026-11-23T13:00:01Z"`) {
		t.Errorf("what has no end of its own is %s", body)
	}
}

// "Formatting text for app surfaces" in Slack's documentation: &, < and > are escaped, and
// plain_text is not parsed. Mattermost shows the text, and takes @channel for a mention.
func TestNothingThatPeopleTypedIsAMentionOrALinkInSlack(t *testing.T) {
	t.Parallel()
	m := paged()
	m.Title, m.Text = "<!channel> & <https://evil.example|click> @here", "*bold* @all <@U123>"
	body, err := message.Slack(m)
	same(t, body, err, `{
		"text": "&lt;!channel&gt; &amp; &lt;https://evil.example|click&gt; @\u200bhere\n*bold* @\u200ball &lt;@\u200bU123&gt;\n<https://evenkeel.example.org/services/checkout/slos/availability|Open in Evenkeel>",
		"blocks": [
			{"type": "section", "text": {"type": "plain_text", "text": "<!channel> & <https://evil.example|click> @\u200bhere"}},
			{"type": "section", "text": {"type": "plain_text", "text": "*bold* @\u200ball <@\u200bU123>"}},
			{"type": "section", "fields": [{"type": "plain_text", "text": "burn rate, long window: 57.9"}]},
			{"type": "context", "elements": [{"type": "mrkdwn", "text": "<https://evenkeel.example.org/services/checkout/slos/availability|Open in Evenkeel>"}]}
		]
	}`)
	// Within the bounds of its blocks: 3,000 characters of a section, 10 fields.
	m.Text = strings.Repeat("ü", 5000)
	for range 20 {
		m.Figures = append(m.Figures, event.Figure{Name: "a", Value: "b"})
	}
	if body, err = message.Slack(m); err != nil {
		t.Fatal(err)
	}
	var read struct {
		Blocks []struct {
			Text   struct{ Text string }
			Fields []any
		}
	}
	if err := json.Unmarshal(body, &read); err != nil {
		t.Fatal(err)
	}
	if n := len([]rune(read.Blocks[1].Text.Text)); n != 3000 || len(read.Blocks[2].Fields) != 10 {
		t.Errorf("a section of %d characters, and %d fields", n, len(read.Blocks[2].Fields))
	}
}

// The test vector of Standard Webhooks' libraries (libraries/go/webhook_test.go,
// TestWebhookSign).
func TestASignatureIsThatOfStandardWebhooks(t *testing.T) {
	t.Parallel()
	key, err := message.Key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := message.Signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("signed %s, want %s", got, want)
	}
	for _, wrong := range []string{"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!!!", "whsec_c2hvcnQ=", "whsec_" + strings.Repeat("AAAA", 30)} {
		if _, err := message.Key(wrong); err == nil || len(wrong) > len("whsec_") && strings.Contains(err.Error(), wrong) {
			t.Errorf("the key %q: %v", wrong, err)
		}
	}
}

func TestTheSubjectOfAMailIsOneLine(t *testing.T) {
	t.Parallel()
	m := paged()
	m.Title = "a\r\nBcc: everybody@example.org\r\n\r\nbody"
	subject, text := message.Mail(m)
	if want := "[Evenkeel] a Bcc: everybody@example.org body"; subject != want {
		t.Errorf("the subject is %q, want %q", subject, want)
	}
	for _, part := range []string{"Find out what fails.", "burn rate, long window: 57.9", "https://evenkeel.example.org/services/checkout/slos/availability"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in the text %q", part, text)
		}
	}
}
