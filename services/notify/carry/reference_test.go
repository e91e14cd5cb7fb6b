package carry_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/notify/carry"
)

const reference = "../../../docs/reference/notifications.md"

// documented is the reference, and the bodies in it by their kinds.
func documented(t *testing.T) (string, map[string]string) {
	t.Helper()
	text, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, m := range regexp.MustCompile("(?s)<!-- body: ([a-z]+) -->\n```[a-z]+\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		out[m[1]] = m[2]
	}
	return string(text), out
}

// example is the event of the reference.
func example(t notify.Target) notify.Parcel {
	p := parcel(t)
	p.Now = start.Add(time.Second)
	p.Until = p.Now.Add(15 * time.Minute)
	p.Told.Key, p.Told.Title, p.Told.Text = "alert/01JD3Z0Q8RC6W4N1M2V5K7T9XY", "checkout/availability burns its error budget 57.9 times as fast as it may", "Find out what fails, and whether a change caused it."
	p.Told.Link, p.Told.Figures = "/services/checkout/slos/availability", []event.Figure{{Name: "objective", Value: "99.9%"}}
	return p
}

func TestReceiversAreSentWhatTheReferenceSays(t *testing.T) {
	t.Parallel()
	_, bodies := documented(t)
	if len(bodies) != len(notify.Kinds) {
		t.Fatalf("the reference has bodies of %d kinds, and there are %d", len(bodies), len(notify.Kinds))
	}
	base, got := serve(t, nil)
	mailed := &server{}
	p, _ := parts(secrets{"hook": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "key": "0123456789abcdef0123456789abcdef", "slack": base + "/slack"})
	p.Mail = mailServer(t, mailed, carry.StartTLS)
	c := carry.New(p)
	for _, target := range []notify.Target{
		{Kind: notify.Webhook, Address: base, Secret: "hook"}, {Kind: notify.Alertmanager, Address: base},
		{Kind: notify.PagerDuty, Address: base, Secret: "key"}, {Kind: notify.Slack, Secret: "slack"},
	} {
		if o := c.Carry(t.Context(), example(target)); !o.Arrived() {
			t.Fatalf("%s: %+v", target.Kind, o)
		}
		r := got()[len(got())-1]
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		var is, says any
		if err := json.Unmarshal(body, &is); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(bodies[string(target.Kind)]), &says); err != nil {
			t.Fatalf("%s: the reference has no JSON: %v", target.Kind, err)
		}
		if !reflect.DeepEqual(is, says) {
			t.Errorf("%s: sent %s\nthe reference says %s", target.Kind, body, bodies[string(target.Kind)])
		}
		if target.Kind == notify.Webhook {
			fitsSchema(t, is.(map[string]any)["data"])
			if media := r.Header.Get("Content-Type"); media != "application/cloudevents+json; charset=utf-8" || r.Method != http.MethodPost {
				t.Errorf("sent by %s as %s", r.Method, media)
			}
		}
	}
	if o := c.Carry(t.Context(), example(notify.Target{Kind: notify.Email, Address: "team@example.org"})); !o.Arrived() {
		t.Fatalf("email: %+v", o)
	}
	m, err := mail.ReadMessage(bytes.NewReader(mailed.letters[0].data))
	if err != nil {
		t.Fatal(err)
	}
	body := m.Body
	if m.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	if is := strings.TrimRight(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n"); is != strings.TrimRight(bodies["email"], "\n") {
		t.Errorf("mailed %q\nthe reference says %q", is, bodies["email"])
	}
}

func fitsSchema(t *testing.T, data any) {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile("../../../docs/reference/notification-data.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(data); err != nil {
		t.Error(err)
	}
	delete(data.(map[string]any), "matter")
	if err := schema.Validate(data); err == nil {
		t.Error("the schema takes what has no matter")
	}
}

func TestTheReferenceHasEveryTypeOfEvents(t *testing.T) {
	t.Parallel()
	text, _ := documented(t)
	for _, k := range event.Kinds {
		lasts := ""
		if k.Lasts {
			lasts = "yes"
		}
		if row := fmt.Sprintf("| `%s` | %s | %s | %s |", k.Type, k.Urgency, lasts, k.Doc); !strings.Contains(text, row) {
			t.Errorf("the reference lacks the row %s", row)
		}
	}
	if rows := strings.Count(text, "\n| `"); rows != len(event.Kinds)+3 { // and the headers of a webhook
		t.Errorf("the reference has %d rows", rows)
	}
}
