package message

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
)

// TypePrefix and TypeVersion surround the type of an event in a CloudEvent. The version
// grows when data changes otherwise than by more members.
const (
	TypePrefix  = "com.github.evenkeel."
	TypeVersion = ".v1"
)

// CloudEventType is the media type of a CloudEvent in structured mode (CloudEvents, HTTP
// Protocol Binding 1.0.2, 3.2).
const CloudEventType = "application/cloudevents+json; charset=utf-8"

// cloudEvent is in the JSON format of CloudEvents 1.0.
type cloudEvent struct {
	SpecVersion     string    `json:"specversion"`
	ID              string    `json:"id"`
	Source          string    `json:"source"`
	Type            string    `json:"type"`
	Subject         string    `json:"subject,omitempty"`
	Time            time.Time `json:"time"`
	DataContentType string    `json:"datacontenttype"`
	Data            data      `json:"data"`
}

type data struct {
	Matter  string         `json:"matter"`
	Begin   string         `json:"begin"`
	Over    bool           `json:"over"`
	Urgency event.Urgency  `json:"urgency"`
	Team    string         `json:"team,omitempty"`
	Service string         `json:"service,omitempty"`
	Title   string         `json:"title"`
	Text    string         `json:"text"`
	URL     string         `json:"url"`
	Figures []event.Figure `json:"figures"`
}

// CloudEvent is the body for a webhook.
func CloudEvent(m Message) ([]byte, error) {
	figures := m.Figures
	if figures == nil {
		figures = []event.Figure{}
	}
	return json.Marshal(cloudEvent{
		SpecVersion: "1.0", ID: m.ID, Source: m.Source, Type: TypePrefix + string(m.Type) + TypeVersion,
		Subject: line(m.Subject), Time: m.At, DataContentType: "application/json",
		Data: data{
			Matter: m.Key, Begin: m.BeginID, Over: m.Over, Urgency: m.Urgency, Team: m.Team, Service: m.Service,
			Title: m.Title, Text: m.Text, URL: m.URL(), Figures: figures,
		},
	})
}

// The bounds of a key that signs, in bytes: "between 24 bytes (192 bits) and 64 bytes
// (512 bits)" (Standard Webhooks, Signature scheme).
const (
	leastKey = 24
	mostKey  = 64
)

const keyPrefix = "whsec_"

// Key reads the key out of a secret in the form of Standard Webhooks: whsec_ and base64.
func Key(secret string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, keyPrefix))
	if err != nil || !strings.HasPrefix(secret, keyPrefix) || len(key) < leastKey || len(key) > mostKey {
		return nil, errors.New("must be whsec_ and 24 to 64 bytes in base64, as \"echo whsec_$(openssl rand -base64 32)\" makes it")
	}
	return key, nil
}

// Signature is what the header webhook-signature holds: v1 and the HMAC-SHA256 over
// identifier, time and body with dots between them.
func Signature(key []byte, id string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
