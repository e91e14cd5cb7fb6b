package carry

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/notify/message"
)

// maxAnswer is the largest answer that is read: nobody looks at it.
const maxAnswer = 1 << 20

// letter is a request that is to be made.
type letter struct {
	url, media string
	body       []byte
	headers    http.Header
}

// post sends what is spoken over HTTP.
func (c *Carrier) post(ctx context.Context, m message.Message, t notify.Target) notify.Outcome {
	secret := ""
	if t.Secret != "" {
		var err error
		if secret, err = c.parts.Secrets.Secret(ctx, t.Secret); err != nil {
			return missing(err)
		}
	}
	l, why := c.letter(m, t, secret)
	if why != "" {
		return notify.Outcome{Reason: why}
	}
	return c.deliver(ctx, string(t.Kind), l)
}

// letter writes the request, or says why it cannot be written.
func (c *Carrier) letter(m message.Message, t notify.Target, secret string) (l letter, why string) {
	l = letter{url: t.Address, media: "application/json", headers: http.Header{}}
	var err error
	switch t.Kind {
	case notify.Webhook:
		key, bad := message.Key(secret)
		if bad != nil {
			return l, fmt.Sprintf("It was not sent: the secret %q %v.", t.Secret, bad)
		}
		now := c.parts.Clock()
		l.body, err = message.CloudEvent(m)
		l.media = message.CloudEventType
		l.headers.Set("Webhook-Id", m.ID)
		l.headers.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
		l.headers.Set("Webhook-Signature", message.Signature(key, m.ID, now, l.body))
	case notify.Alertmanager:
		l.body, err = message.Alert(m)
		l.url = strings.TrimSuffix(t.Address, "/") + "/api/v2/alerts"
		if secret != "" {
			if strings.ContainsFunc(secret, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				return l, fmt.Sprintf("It was not sent: the secret %q has control characters in it, which no header holds.", t.Secret)
			}
			l.headers = outbound.BearerHeader(secret)
		}
	case notify.PagerDuty:
		l.body, err = message.PagerDuty(m, secret)
		l.url = message.PagerDutyURL(m, t.Address)
	case notify.Slack:
		l.body, err = message.Slack(m)
		l.url = strings.TrimSpace(secret)
		if u, bad := url.Parse(l.url); bad != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil {
			return l, fmt.Sprintf("It was not sent: the secret %q is no URL of an incoming webhook, such as https://hooks.slack.com/services/….", t.Secret)
		}
	default:
		return l, fmt.Sprintf("It was not sent: this version knows no kind %q.", t.Kind)
	}
	if err != nil {
		return l, "It was not sent: it could not be written."
	}
	return l, ""
}

// deliver makes the request, once. Each has a client of its own: how a target answers is
// remembered by notify, for all replicas.
func (c *Carrier) deliver(ctx context.Context, kind string, l letter) notify.Outcome {
	client, err := outbound.New(outbound.Options{
		Name: kind, URL: l.url, Reach: c.parts.Reach, Resolver: c.parts.Resolver, Clock: c.parts.Clock,
		AttemptTimeout: c.parts.Timeout, Timeout: c.parts.Timeout, Attempts: 1, Concurrency: 1, MaxAnswer: maxAnswer,
	})
	if err != nil {
		return notify.Outcome{Reason: "It was not sent: its address cannot be used."}
	}
	defer client.Close()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url, bytes.NewReader(l.body))
	if err != nil {
		return notify.Outcome{Reason: "It was not sent: its address cannot be used."}
	}
	for name, values := range l.headers {
		r.Header[name] = values
	}
	r.Header.Set("Content-Type", l.media)
	// What was sent is meant for the address that was given, and for no other.
	once := &http.Client{Transport: client, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := once.Do(r)
	if err != nil {
		err = outbound.Plain(err)
		c.parts.Logger.Debug("a receiver did not take a notification", "kind", kind, "error", err)
		return unanswered(err)
	}
	_ = resp.Body.Close() // in memory already
	return answered(resp, c.parts.Clock())
}

// unanswered says why there was no answer, by its kind alone.
func unanswered(err error) notify.Outcome {
	e := outbound.As(err)
	if e == nil {
		return notify.Outcome{Reason: "It was not sent: the request could not be made."}
	}
	switch e.Kind {
	case outbound.Refused:
		return notify.Outcome{Reason: "It was not sent: its address is in a network in which notifications may not be sent; the configuration says in which they may (notifications.allowCIDRs)."}
	case outbound.Timeout:
		return notify.Outcome{Reason: "It did not answer in time."}
	case outbound.Untrusted:
		return notify.Outcome{Reason: "Its certificate is not to be trusted."}
	case outbound.TooLarge:
		return notify.Outcome{Reason: fmt.Sprintf("Its answer has more than %d bytes.", maxAnswer)}
	case outbound.Cancelled:
		return notify.Outcome{Reason: "The attempt was given up before it ended."}
	default:
		return notify.Outcome{Reason: "It cannot be reached."}
	}
}

// answered says what an answer means.
func answered(resp *http.Response, now time.Time) notify.Outcome {
	o := notify.Outcome{Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header.Get("Retry-After"), now)}
	switch status := resp.StatusCode; {
	case status >= 200 && status < 300:
		return notify.Outcome{Status: status}
	case status >= 300 && status < 400:
		o.Refused = true
		o.Reason = fmt.Sprintf("It answered %d, a redirect, which is not followed: give the target the address that it leads to.", status)
	case status == http.StatusGone:
		o.Gone, o.Reason = true, "It answered 410: nothing is taken there any more."
	case status == http.StatusTooManyRequests:
		o.Reason = "It answered 429: it takes no more for now."
	case status == http.StatusRequestTimeout || status == http.StatusTooEarly || status >= 500:
		o.Reason = fmt.Sprintf("It answered %d: it, or what stands before it, fails.", status)
	default:
		o.Refused = true
		o.Reason = fmt.Sprintf("It answered %d: it does not take this.", status)
	}
	return o
}

// retryAfter reads seconds, or a date (RFC 9110, 10.2.3); what cannot be read is nothing asked.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
