package adapter_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/adapter"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// hostile answers every request in one way.
type hostile struct {
	status int
	media  string
	header map[string]string
	body   string
	last   *http.Request
}

func (h *hostile) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.last = r
	for name, value := range h.header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Content-Type", h.media)
	w.WriteHeader(h.status)
	_, _ = w.Write([]byte(h.body))
}

func ask(t *testing.T, h *hostile, groupBy string) origin.Answer {
	t.Helper()
	server := httptest.NewServer(h)
	defer server.Close()
	reader := adapter.New(func(context.Context, source.Source) (*http.Client, error) { return server.Client(), nil })
	return reader.Read(t.Context(), source.Source{Slug: "dd", Access: source.Access{Address: server.URL + "/base"}}, []origin.Ask{{
		Origin:     origin.Origin{GroupBy: groupBy, Adapter: &origin.Adapter{Indicator: "a b&c", Parameters: map[string]string{"x=": "ü&"}}},
		Resolution: measure.FiveMinutes, From: noon, To: noon.Add(15 * time.Minute),
	}})[0]
}

func slots(of ...string) string { return `{"slots":[` + strings.Join(of, ",") + `],"missing":[]}` }

const first = `"start":"2026-03-14T12:00:00Z"`

func TestARequestIsSpelledAsTheProtocolSays(t *testing.T) {
	t.Parallel()
	h := &hostile{status: 200, media: "application/json; charset=utf-8", body: slots(`{"start":"2026-03-14T13:05:00+01:00","good":1.0005,"total":2e0,"later":"ignored"}`)}
	got := ask(t, h, "")
	if got.Err != nil || len(got.Slots) != 1 || got.Slots[0] != (origin.GroupSlot{Slot: measure.Slot{Start: noon.Add(5 * time.Minute), Good: 1001, Total: 2000}}) {
		t.Errorf("%+v", got)
	}
	const want = "/base/v1/slots?from=2026-03-14T12%3A00%3A00Z&indicator=a+b%26c&param.x%3D=%C3%BC%26&resolutionSeconds=300&to=2026-03-14T12%3A15%3A00Z"
	if h.last.Method != "GET" || h.last.URL.String() != want {
		t.Errorf("%s %s", h.last.Method, h.last.URL)
	}
	ask(t, h, "zone")
	if h.last.URL.Query().Get("groupBy") != "zone" {
		t.Errorf("not grouped: %s", h.last.URL)
	}
}

// …none and …other are our own names: what an adapter calls so, which is what a system
// behind it calls so, is no group of its own, and not what has no group.
func TestAGroupThatIsCalledAsOursAreIsOfTheOtherGroup(t *testing.T) {
	t.Parallel()
	h := &hostile{status: 200, media: "application/json", body: slots(
		`{`+first+`,"good":1,"total":2}`, `{`+first+`,"good":3,"total":4,"group":"…none"}`, `{`+first+`,"good":5,"total":6,"group":"…other"}`, `{`+first+`,"good":7,"total":8,"group":"eu"}`)}
	got := ask(t, h, "zone")
	of := func(group string, good, total int64) origin.GroupSlot {
		return origin.GroupSlot{Group: group, Slot: measure.Slot{Start: noon, Good: good * 1000, Total: total * 1000}}
	}
	if want := []origin.GroupSlot{of("eu", 7, 8), of("…none", 1, 2), of("…other", 8, 10)}; got.Err != nil || !slices.Equal(got.Slots, want) || len(got.Missing) != 0 {
		t.Errorf("%+v", got)
	}
}

// A slot that cannot be taken is missing, in all its groups, and the others are
// taken.
func TestABrokenSlotIsMissing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, slot string
		reason     origin.Reason
		says       string
	}{
		{"more good ones than all", `{` + first + `,"good":3,"total":2}`, origin.GoodAbove, "good is 3, and total is 2"},
		{"negative", `{` + first + `,"good":-1,"total":2}`, origin.Negative, "good is"},
		{"a negative total", `{` + first + `,"good":0,"total":-2}`, origin.Negative, "total is"},
		{"null", `{` + first + `,"good":null,"total":2}`, origin.NotNumber, "good is missing"},
		{"absent", `{` + first + `,"good":1}`, origin.NotNumber, "total is missing"},
		{"too many", `{` + first + `,"good":1,"total":1000000001}`, origin.TooMany, "at most 1000000000 events"},
		{"far too many", `{` + first + `,"good":1,"total":1e999}`, origin.TooMany, "at most"},
		{"twice", `{` + first + `,"good":1,"total":2},{` + first + `,"good":1,"total":2}`, origin.Ambiguous, "twice"},
		{"too many in a group", `{` + first + `,"good":1,"total":10000001,"group":"eu"}`, origin.TooMany, "at most 10000000 events"},
		{"one of two groups", `{` + first + `,"good":1,"total":2,"group":"eu"},{` + first + `,"good":3,"total":2,"group":"us"}`, origin.GoodAbove, ""},
	} {
		h := &hostile{status: 200, media: "application/json", body: slots(c.slot, `{"start":"2026-03-14T12:10:00Z","good":1,"total":1}`)}
		groupBy := ""
		if strings.Contains(c.slot, "group") {
			groupBy = "zone"
		}
		got := ask(t, h, groupBy)
		if got.Err != nil || len(got.Slots) != 1 || len(got.Missing) != 1 || got.Missing[0].Reason != c.reason || !strings.Contains(got.Missing[0].Detail, c.says) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	h := &hostile{status: 200, media: "application/json", body: `{"slots":[{` + first + `,"good":1,"total":1}],"missing":[
	 {` + first + `,"reason":"partial","detail":"a shard\nis down ` + strings.Repeat("x", 400) + `"},{"start":"2026-03-14T12:05:00Z","reason":"strike"},{"start":"2026-03-14T12:10:00Z"}]}`}
	got := ask(t, h, "")
	if got.Err != nil || len(got.Slots) != 0 || len(got.Missing) != 3 || got.Missing[0].Reason != origin.Partial ||
		!strings.HasPrefix(got.Missing[0].Detail, "a shard is down x") || len([]rune(got.Missing[0].Detail)) > 301 || got.Missing[1].Reason != origin.NoSample ||
		!strings.Contains(got.Missing[1].Detail, "strike") || got.Missing[2].Detail == "" {
		t.Errorf("what is missing: %+v", got)
	}
}

func TestAHostileAnswerTellsNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		h       hostile
		kind    fault.Kind
		says    string
		grouped bool
	}{
		{name: "no JSON", h: hostile{body: `<html>`}, kind: fault.Invalid, says: "not what the protocol says"},
		{name: "half of it", h: hostile{body: `{"slots":[`}, kind: fault.Invalid, says: "not what the protocol says"},
		{name: "two answers", h: hostile{body: slots() + slots()}, kind: fault.Invalid, says: "behind its answer"},
		{name: "NaN", h: hostile{body: slots(`{` + first + `,"good":NaN,"total":1}`)}, kind: fault.Invalid, says: "not what the protocol says"},
		{name: "a number as text", h: hostile{body: slots(`{` + first + `,"good":"1","total":1}`)}, kind: fault.Invalid, says: "is no number"},
		{name: "no slots", h: hostile{body: `{"missing":[]}`}, kind: fault.Invalid, says: `no "slots"`},
		{name: "null", h: hostile{body: `null`}, kind: fault.Invalid, says: `no "slots"`},
		{name: "an array", h: hostile{body: `[]`}, kind: fault.Invalid, says: "not what the protocol says"},
		{name: "another type", h: hostile{media: "text/html", body: slots()}, kind: fault.Invalid, says: `"text/html"`},
		{name: "far too much", h: hostile{body: `{"slots":[],"pad":"` + strings.Repeat("x", 17<<20) + `"}`}, kind: fault.Invalid, says: "larger than 16777216 bytes"},
		{name: "a slot before", h: hostile{body: slots(`{"start":"2026-03-14T11:55:00Z","good":1,"total":1}`)}, kind: fault.Invalid, says: "was not asked for"},
		{name: "a slot after", h: hostile{body: slots(`{"start":"2026-03-14T12:15:00Z","good":1,"total":1}`)}, kind: fault.Invalid, says: "was not asked for"},
		{name: "a slot within another", h: hostile{body: slots(`{"start":"2026-03-14T12:01:00Z","good":1,"total":1}`)}, kind: fault.Invalid, says: "no slot of 300 s starts"},
		{name: "a missing slot elsewhere", h: hostile{body: `{"slots":[],"missing":[{"start":"2027-03-14T12:00:00Z"}]}`}, kind: fault.Invalid, says: "missing slot 0"},
		{name: "a time that is none", h: hostile{body: slots(`{"start":"noon","good":1,"total":1}`)}, kind: fault.Invalid, says: `"noon"`},
		{name: "groups nobody asked for", h: hostile{body: slots(`{` + first + `,"good":1,"total":1,"group":"eu"}`)}, kind: fault.Invalid, says: "groups were not asked for"},
		{name: "a group too long", h: hostile{body: slots(`{` + first + `,"good":1,"total":1,"group":"` + strings.Repeat("g", 129) + `"}`)}, kind: fault.Invalid, says: "at most 128 characters", grouped: true},
		{name: "a group with NUL", h: hostile{body: slots(`{` + first + `,"good":1,"total":1,"group":"a\u0000"}`)}, kind: fault.Invalid, says: "control characters", grouped: true},
		{name: "a refusal", h: hostile{status: 404, media: "application/problem+json", body: `{"title":"Not Found","detail":"no\u001b[31m such thing"}`}, kind: fault.Invalid, says: "answered 404: no [31m such thing"},
		{name: "a refusal without words", h: hostile{status: 400, body: `x`}, kind: fault.Invalid, says: "answered 400"},
		{name: "forbidden", h: hostile{status: 403}, kind: fault.Forbidden, says: "answered 403"},
		{name: "unauthenticated", h: hostile{status: 401}, kind: fault.Forbidden, says: "answered 401"},
		{name: "overloaded", h: hostile{status: 429, header: map[string]string{"Retry-After": "7"}}, kind: fault.Unavailable, says: "answered 429"},
		{name: "broken", h: hostile{status: 502}, kind: fault.Unavailable, says: "answered 502"},
		{name: "success of another kind", h: hostile{status: 206, body: slots()}, kind: fault.Invalid, says: "answered 206"},
		{name: "an answer that ends early", h: hostile{header: map[string]string{"Content-Length": "1000"}, body: slots()}, kind: fault.Unavailable, says: "did not answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.h.status == 0 {
				c.h.status = 200
			}
			if c.h.media == "" {
				c.h.media = "application/json"
			}
			groupBy := ""
			if c.grouped {
				groupBy = "zone"
			}
			got := ask(t, &c.h, groupBy)
			f := fault.As(got.Err)
			if f == nil || f.Kind != c.kind || !strings.Contains(f.Message, c.says) || len(f.Message) > 1000 || len(got.Slots) > 0 || len(got.Missing) > 0 {
				t.Errorf("%+v", got)
			}
			if c.name == "overloaded" && f.RetryAfter != 7*time.Second {
				t.Errorf("try again after %s", f.RetryAfter)
			}
		})
	}
}

func TestFaultsOfTheWayAreHandedOn(t *testing.T) {
	t.Parallel()
	guarded := fault.New(fault.Forbidden, "address_refused", "the address is refused")
	a := origin.Ask{Origin: origin.Origin{Adapter: &origin.Adapter{Indicator: "a"}}, Resolution: measure.Minute, From: noon, To: noon.Add(time.Minute)}
	for name, c := range map[string]struct {
		client adapter.Client
		ask    origin.Ask
		kind   fault.Kind
	}{
		"no client":        {func(context.Context, source.Source) (*http.Client, error) { return nil, guarded }, a, fault.Forbidden},
		"refused on it":    {failing(fmt.Errorf("dial: %w", guarded)), a, fault.Forbidden},
		"nobody there":     {failing(errors.New("connection refused")), a, fault.Unavailable},
		"another's origin": {failing(nil), origin.Ask{Origin: origin.Origin{OTLP: &origin.OTLP{}}}, ""},
	} {
		got := adapter.New(c.client).Read(t.Context(), source.Source{Slug: "dd", Access: source.Access{Address: "http://127.0.0.1:9"}, Limits: source.Limits{Timeout: time.Second}}, []origin.Ask{c.ask})[0]
		if got.Err == nil || c.kind != "" && !fault.Is(got.Err, c.kind) {
			t.Errorf("%s: %v", name, got.Err)
		}
	}
	if adapter.New(nil).Together(a.Origin) != "" {
		t.Error("adapters are asked for several at once")
	}
}

type fails struct{ err error }

func (f fails) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

func failing(err error) adapter.Client {
	return func(context.Context, source.Source) (*http.Client, error) {
		return &http.Client{Transport: fails{err}}, nil
	}
}
