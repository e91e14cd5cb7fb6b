package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/idempotency"
)

// The operations of these tests keep widgets: a resource with every sort of
// field, so that what the edge promises is shown apart from any domain.

type Gadget struct {
	Slug   string `json:"slug" minLength:"3" maxLength:"63" pattern:"^[a-z][a-z0-9-]*$" patternDescription:"a lower-case label"`
	Weight int    `json:"weight,omitempty" minimum:"1" maximum:"9"`
}

type WidgetInput struct {
	Name     string            `json:"name" minLength:"2" maxLength:"20" example:"left wheel"`
	Note     *string           `json:"note" required:"false" nullable:"true"`
	Size     int               `json:"size,omitempty" minimum:"1" maximum:"100"`
	Ratio    float64           `json:"ratio,omitempty"`
	Kind     string            `json:"kind,omitempty" enum:"http,grpc"`
	At       *time.Time        `json:"at,omitempty"`
	Labels   map[string]string `json:"labels,omitempty"`
	Codes    []int             `json:"codes,omitempty" maxItems:"3" uniqueItems:"true"`
	Gadgets  []Gadget          `json:"gadgets,omitempty"`
	Main     *Gadget           `json:"main,omitempty" doc:"The gadget that counts."`
	Active   bool              `json:"active,omitempty"`
	Token    string            `json:"token,omitempty" minLength:"40"`
	Pin      string            `json:"pin,omitempty" format:"password" maxLength:"4"`
	Retries  int               `json:"retries,omitempty" default:"3"`
	Tiny     int32             `json:"tiny,omitempty"`
	MadeAt   *time.Time        `json:"madeAt,omitempty" readOnly:"true"`
	Anything any               `json:"anything,omitempty"`
}

type Widget struct {
	ID      string            `json:"id"`
	Name    string            `json:"name"`
	Note    *string           `json:"note"`
	Retries int               `json:"retries"`
	Labels  map[string]string `json:"labels,omitempty"`
}

type widget struct {
	id      id.ID
	version int64
	in      WidgetInput
}

func showWidget(w widget) Widget {
	return Widget{ID: string(w.id), Name: w.in.Name, Note: w.in.Note, Retries: w.in.Retries, Labels: w.in.Labels}
}

// bench is an edge with the sample operations, and what stands behind it.
type bench struct {
	*API
	t        testing.TB
	log      *bytes.Buffer
	refusals []access.Refusal
	observed []string
	registry *prometheus.Registry

	mu      sync.Mutex
	widgets []widget
	keys    map[string]idempotency.Record
	made    int
	failing error // what failWidget returns
}

func (b *bench) RecordRefusal(_ context.Context, r access.Refusal) error {
	b.refusals = append(b.refusals, r)
	return nil
}

// Authenticate knows tokens by their scopes: "read", "write", "admin".
func (b *bench) Authenticate(_ context.Context, token string) (access.Caller, error) {
	if !slices.Contains(access.Scopes, access.Scope(token)) {
		return access.Caller{}, fault.New(fault.Unauthenticated, "token_invalid", "there is no such token")
	}
	return access.Caller{Kind: access.ByPerson, Person: "ada", Name: "Ada", Administrator: token == "admin", Scopes: []access.Scope{access.Scope(token)}}, nil
}

// Lasting is the whole token.
func (b *bench) Lasting(token string) string { return token }

// IsMember makes nobody a member of anything.
func (b *bench) IsMember(context.Context, id.ID, id.ID) (bool, error) { return false, nil }

// TeamsOf makes nobody a member of anything.
func (b *bench) TeamsOf(context.Context, id.ID) ([]id.ID, error) { return nil, nil }

// Do remembers keys in memory, as the service does in a transaction.
func (b *bench) Do(ctx context.Context, key idempotency.Key, effect func(context.Context) (idempotency.Resource, error)) (idempotency.Resource, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := key.Caller + "\x00" + key.Operation + "\x00" + key.Key
	if known, ok := b.keys[at]; ok {
		if !bytes.Equal(known.Hash, key.Hash) {
			return idempotency.Resource{}, false, fault.New(fault.Invalid, "idempotency_key_reused", "the Idempotency-Key was sent with another request")
		}
		return known.Resource, true, nil
	}
	made, err := effect(ctx)
	if err == nil {
		b.keys[at] = idempotency.Record{Key: key, Resource: made}
	}
	return made, false, err
}

func (b *bench) Seen(_ context.Context, key idempotency.Key) (idempotency.Resource, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	known, ok := b.keys[key.Caller+"\x00"+key.Operation+"\x00"+key.Key]
	return known.Resource, ok, nil
}

func newBench(t testing.TB, change ...func(*Config)) *bench {
	t.Helper()
	b := &bench{t: t, log: &bytes.Buffer{}, keys: map[string]idempotency.Record{}, registry: prometheus.NewRegistry()}
	cfg := Config{
		Logger: slog.New(slog.NewJSONHandler(b.log, nil)), Registry: b.registry,
		Authenticator: b, Permitter: access.NewAuthorizer(b), Refusals: b, Idempotency: b,
		Observe: func(route string, status int, _ time.Duration) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.observed = append(b.observed, route+" "+http.StatusText(status))
		},
	}
	for _, c := range change {
		c(&cfg)
	}
	b.API = New(cfg)
	b.registerWidgets()
	return b
}

func (b *bench) registerWidgets() {
	read := access.Rule{Verb: access.Read, Kind: access.KindTeam}
	write := access.Rule{Verb: access.Create, Kind: access.KindTeam}

	register(b.API, operation{id: "getGreeting", method: http.MethodGet, path: "/v1/greeting", tag: "Account", summary: "Greet", public: true},
		func(context.Context, *struct{}) (*reply[Gadget], error) {
			return current(1, Gadget{Slug: "hello", Weight: 1}), nil
		})
	register(b.API, operation{id: "listWidgets", method: http.MethodGet, path: "/v1/widgets", tag: "Teams", summary: "List widgets", rule: read},
		func(ctx context.Context, in *struct {
			Paging
			Name string   `query:"name" maxLength:"10"`
			Kind []string `query:"kind,explode"`
		}) (*list[Widget], error) {
			r := in.Request()
			key, err := r.Key(in.Name, 1)
			if err != nil {
				return nil, err
			}
			var rows []widget
			for _, w := range b.widgets {
				if key == nil || w.in.Name > key[0] {
					rows = append(rows, w)
				}
			}
			p := page.Cut(r, in.Name, rows[:min(len(rows), r.Size()+1)], func(w widget) []string { return []string{w.in.Name} })
			return listed(ctx, p, showWidget), nil
		})
	register(b.API, operation{id: "createWidget", method: http.MethodPost, path: "/v1/widgets", tag: "Teams", summary: "Make a widget", rule: write},
		func(ctx context.Context, in *struct {
			Once
			Body WidgetInput
		}) (*created[Widget], error) {
			return create(ctx, b.API, in.Once, creation[widget, Widget]{
				make: func(context.Context) (widget, error) {
					b.made++
					w := widget{id: id.New(time.Now()), version: 1, in: in.Body}
					b.widgets = append(b.widgets, w)
					return w, nil
				},
				load: func(_ context.Context, made id.ID) (widget, error) { return b.find(string(made)) },
				name: func(w widget) (id.ID, int64, string) { return w.id, w.version, "/v1/widgets/" + string(w.id) },
				show: showWidget,
			})
		})
	register(b.API, operation{id: "getWidget", method: http.MethodGet, path: "/v1/widgets/{widget}", tag: "Teams", summary: "Get a widget", rule: read},
		func(_ context.Context, in *struct {
			IfNoneMatch
			Widget string `path:"widget" maxLength:"63"`
		}) (*reply[Widget], error) {
			w, err := b.find(in.Widget)
			if err != nil {
				return nil, err
			}
			return found(in.IfNoneMatch, w.version, showWidget(w)), nil
		})
	register(b.API, operation{id: "updateWidget", method: http.MethodPut, path: "/v1/widgets/{widget}", tag: "Teams", summary: "Change a widget", rule: write},
		func(_ context.Context, in *struct {
			IfMatch
			Widget string `path:"widget"`
			Body   WidgetInput
		}) (*reply[Widget], error) {
			w, err := b.find(in.Widget)
			if err != nil {
				return nil, err
			}
			if in.Version() != w.version {
				return nil, fault.Stale("widget")
			}
			w.version, w.in = w.version+1, in.Body
			for i := range b.widgets {
				if b.widgets[i].id == w.id {
					b.widgets[i] = w
				}
			}
			return current(w.version, showWidget(w)), nil
		})
	register(b.API, operation{id: "deleteWidget", method: http.MethodDelete, path: "/v1/widgets/{widget}", tag: "Teams", summary: "Remove a widget", rule: access.Rule{Verb: access.Delete, Kind: access.KindPolicy}},
		func(context.Context, *struct {
			IfMatch
			Widget string `path:"widget"`
		}) (*struct{}, error) {
			return nil, nil
		})
	register(b.API, operation{id: "failWidget", method: http.MethodGet, path: "/v1/failing/{team}/widgets/{widget}", tag: "Teams", summary: "Fail", rule: read},
		func(context.Context, *struct {
			Team   string `path:"team"`
			Widget string `path:"widget"`
			Of     string `query:"of"`
			Token  string `query:"token" maxLength:"3"`
		}) (*reply[Widget], error) {
			if b.failing == nil {
				panic("a widget broke")
			}
			return nil, b.failing
		})
	register(b.API, operation{id: "getBroken", method: http.MethodGet, path: "/v1/broken", tag: "Teams", summary: "Return what JSON cannot hold", public: true},
		func(context.Context, *struct{}) (*reply[map[string]any], error) {
			return current(1, map[string]any{"f": func() {}}), nil
		})
	register(b.API, operation{id: "putNote", method: http.MethodPut, path: "/v1/note", tag: "Teams", summary: "Take bytes", public: true, maxBody: 100},
		func(_ context.Context, in *struct {
			RawBody []byte `contentType:"application/yaml"`
		}) (*reply[Gadget], error) {
			return current(1, Gadget{Slug: string(in.RawBody)}), nil
		})
}

func (b *bench) find(name string) (widget, error) {
	for _, w := range b.widgets {
		if string(w.id) == name || w.in.Name == name {
			return w, nil
		}
	}
	return widget{}, fault.Missing("widget", name)
}

// do sends a request as an administrator, unless a header says otherwise; headers
// are "Name: value".
func (b *bench) do(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequestWithContext(b.t.Context(), method, target, reader)
	r.Header.Set("Authorization", "Bearer admin")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if value == "" {
			r.Header.Del(name)
		} else {
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w
}

// problem sends a request that must fail, checks what every problem holds to, and
// returns it.
func (b *bench) problem(status int, code, method, target, body string, headers ...string) Problem {
	b.t.Helper()
	return b.readProblem(status, code, b.do(method, target, body, headers...))
}

func (b *bench) readProblem(status int, code string, w *httptest.ResponseRecorder) Problem {
	b.t.Helper()
	var p Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		b.t.Fatalf("the reply %d %q is no problem: %v", w.Code, clip(w.Body.String(), 300), err)
	}
	if w.Code != status || p.Code != code {
		b.t.Errorf("got %d %s, want %d %s: %s", w.Code, p.Code, status, code, w.Body)
	}
	if ct := w.Header().Get("Content-Type"); ct != "application/problem+json" {
		b.t.Errorf("Content-Type is %q", ct)
	}
	if p.Status != w.Code || p.Title == "" || p.Detail == "" || p.Type != "urn:evenkeel:problem:"+p.Code {
		b.t.Errorf("the problem is incomplete: %+v", p)
	}
	if p.RequestID == "" || p.RequestID != w.Header().Get("X-Request-Id") {
		b.t.Errorf("requestId is %q, the header %q", p.RequestID, w.Header().Get("X-Request-Id"))
	}
	return p
}

// pointers lists where a problem's faults are.
func (p Problem) pointers() []string {
	var out []string
	for _, f := range p.Errors {
		out = append(out, f.Pointer)
	}
	return out
}

var errSecret = errors.New("connect to postgres://evenkeel:hunter2@db failed")
