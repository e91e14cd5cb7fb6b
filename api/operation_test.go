package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"

	"github.com/danielgtaylor/huma/v2"
)

// whole is the API with every operation, and no services behind it.
func whole() *API {
	a := New(Config{})
	a.AddOperations(Rooms{})
	return a
}

// comeIn are the operations that are public: by them somebody comes to a token.
var comeIn = map[string]bool{"getSignInMethods": true, "exchangeToken": true}

func TestEveryOperationDeclaresARuleOrIsPublic(t *testing.T) {
	t.Parallel()
	a := whole()
	byID := map[string]*endpoint{}
	for _, e := range a.endpoints {
		byID[e.id] = e
		if e.public != comeIn[e.id] || !e.public && (e.rule.Verb == "" || e.rule.Kind == "") {
			t.Errorf("%s declares %+v and public=%v", e.id, e.rule, e.public)
		}
	}
	n := 0
	for path, item := range a.Huma().OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Delete, item.Patch, item.Head, item.Options, item.Trace} {
			if op == nil {
				continue
			}
			n++
			if byID[op.OperationID] == nil {
				t.Errorf("%s is served at %s and was not registered", op.OperationID, path)
			}
		}
	}
	if n == 0 || n != len(a.endpoints) {
		t.Errorf("%d operations are documented, %d registered", n, len(a.endpoints))
	}
}

func TestNoOperationIsReachedByAStranger(t *testing.T) {
	t.Parallel()
	b := &bench{API: whole(), t: t}
	for _, e := range b.endpoints {
		if comeIn[e.id] {
			continue
		}
		target := hasParameter.ReplaceAllString(e.path, "x")
		b.problem(401, "invalid_token", e.method, target, "", "Authorization: Bearer forged")
		b.problem(403, "forbidden", e.method, target, "", "Authorization: ") // nobody permits here
	}
}

func TestAnIncompleteDeclarationCannotBeRegistered(t *testing.T) {
	t.Parallel()
	whole := operation{id: "getThing", method: http.MethodGet, path: "/v1/things", tag: "Teams", summary: "Get", rule: access.Rule{Verb: access.Read, Kind: access.KindTeam}}
	nothing := func(context.Context, *struct{}) (*struct{}, error) { return nil, nil }
	must := func(name, part string, do func(a *API)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if text, _ := recover().(string); !strings.Contains(text, part) {
					t.Errorf("panicked with %q, want %q", text, part)
				}
			}()
			do(New(Config{}))
		})
	}
	change := func(c func(*operation)) func(*API) {
		return func(a *API) {
			op := whole
			c(&op)
			register(a, op, nothing)
		}
	}
	must("without a rule", "needs a rule", change(func(o *operation) { o.rule = access.Rule{} }))
	must("with half a rule", "needs a rule", change(func(o *operation) { o.rule.Kind = "" }))
	must("public with a rule", "needs a rule", change(func(o *operation) { o.public = true }))
	must("with an id in snake case", "camelCase", change(func(o *operation) { o.id = "get_thing" }))
	must("without a summary", "summary", change(func(o *operation) { o.summary = "" }))
	must("with an unknown tag", "openapi.go", change(func(o *operation) { o.tag = "Nonsense" }))
	must("past register", "declares no rule", func(a *API) {
		huma.Register(a.Huma(), huma.Operation{OperationID: "x", Method: http.MethodGet, Path: "/x"}, nothing)
	})
	must("with a body without a name", "has no name", func(a *API) {
		register(a, whole, func(context.Context, *struct{ Body struct{ Name string } }) (*struct{}, error) { return nil, nil })
	})
	must("with a part that huma does not see", "huma does not see", func(a *API) {
		type hidden struct {
			Thing string `query:"thing"`
		}
		register(a, whole, func(context.Context, *struct{ hidden }) (*struct{}, error) { return nil, nil })
	})
}

func TestOnlyKnownAndPermittedCallersReachAHandler(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		auth   string
		status int
		code   string
	}{
		"without a token":          {"", 401, "unauthenticated"},
		"with an unknown token":    {"Bearer forged", 401, "token_invalid"},
		"with another scheme":      {"Basic YTpi", 401, "invalid_token"},
		"with an empty token":      {"Bearer ", 401, "invalid_token"},
		"with an endless token":    {"Bearer " + strings.Repeat("a", 5000), 401, "invalid_token"},
		"with a token for reading": {"Bearer read", 403, "forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			w := b.do(http.MethodPost, widgets, `{"nonsense"`, "Authorization: "+c.auth)
			b.readProblem(c.status, c.code, w)
			if got := w.Header().Get("WWW-Authenticate"); (got == `Bearer realm="evenkeel"`) != (c.status == 401) {
				t.Errorf("WWW-Authenticate is %q", got)
			}
			if b.made != 0 {
				t.Error("the handler was called")
			}
		})
	}
	b := newBench(t)
	if w := b.do(http.MethodGet, "/v1/greeting", "", "Authorization: "); w.Code != 200 {
		t.Errorf("a public operation: got %d", w.Code)
	}
	if w := b.do(http.MethodPost, widgets, `{"name":"ab"}`, "Authorization: bearer write"); w.Code != 201 {
		t.Errorf("the scheme in lower case: got %d %s", w.Code, w.Body)
	}
}

func TestAnEdgeWithoutAPermitterPermitsNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *Config) { c.Permitter = nil })
	b.problem(403, "forbidden", http.MethodGet, widgets, "")
	b = newBench(t, func(c *Config) { c.Authenticator = nil })
	b.problem(401, "invalid_token", http.MethodGet, widgets, "")
}

func TestRefusalsAreRecorded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.problem(403, "forbidden", http.MethodPost, widgets, `{"name":"ab"}`, "Authorization: Bearer read")
	e := fault.New(fault.Forbidden, "forbidden", "not yours")
	e.Err = &access.Refusal{Verb: access.Update, Object: access.Object{Kind: access.KindTeam, Label: "them"}}
	b.failing = e
	b.problem(403, "forbidden", http.MethodGet, "/v1/failing/a/widgets/b", "")
	b.problem(404, "widget_not_found", http.MethodGet, "/v1/widgets/none", "")
	if len(b.refusals) != 2 || b.refusals[0].Verb != access.Create || b.refusals[0].Caller.Person != "ada" || b.refusals[1].Object.Label != "them" {
		t.Errorf("recorded %+v", b.refusals)
	}
}

func TestEveryKindOfFaultHasItsStatus(t *testing.T) {
	t.Parallel()
	retry := fault.New(fault.Unavailable, "busy", "busy")
	retry.RetryAfter = 1500 * time.Millisecond
	locked := fault.New(fault.Conflict, "key_in_use", "wait")
	locked.RetryAfter = time.Second
	for _, c := range []struct {
		err    error
		status int
		code   string
		header string // "Name: value"
	}{
		{fault.New(fault.Invalid, "bad", "bad"), 422, "bad", ""},
		{fault.Missing("widget", "x"), 404, "widget_not_found", ""},
		{fault.New(fault.Conflict, "slug_taken", "taken"), 409, "slug_taken", ""},
		{locked, 409, "key_in_use", "Retry-After: 1"},
		{fault.New(fault.Forbidden, "forbidden", "no"), 403, "forbidden", ""},
		{fault.New(fault.Unauthenticated, "token_expired", "expired"), 401, "token_expired", `WWW-Authenticate: Bearer realm="evenkeel"`},
		{fault.Stale("widget"), 412, "version_mismatch", ""},
		{fault.New(fault.Unavailable, "busy", "busy"), 503, "busy", "Retry-After: 5"},
		{retry, 503, "busy", "Retry-After: 2"},
		{fault.New(fault.Full, "storage_full", "full"), 507, "storage_full", "Retry-After: 5"},
		{fault.New(fault.Limited, "too_often", "too often"), 429, "too_often", "Retry-After: 5"},
		{errors.Join(errors.New("store widget"), fault.Stale("widget")), 412, "version_mismatch", ""},
		{context.DeadlineExceeded, 503, "timeout", "Retry-After: 5"},
	} {
		b := newBench(t)
		b.failing = c.err
		w := b.do(http.MethodGet, "/v1/failing/a/widgets/b", "")
		b.readProblem(c.status, c.code, w)
		if name, value, _ := strings.Cut(c.header, ": "); w.Header().Get(name) != value {
			t.Errorf("%s: %s is %q, want %q", c.code, name, w.Header().Get(name), value)
		}
	}
}

func TestFaultsOfAServiceAreCappedToo(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var check fault.Check
	for range 50 {
		check.Fail("/name", strings.Repeat("x", 1000), "is %s", strings.Repeat("y", 1000))
	}
	check.Fail("/late", 1, "late")
	b.failing = check.Err()
	p := b.problem(422, "invalid_input", http.MethodGet, "/v1/failing/a/widgets/b", "")
	if len(p.Errors) != 20 || p.MoreErrors != 31 || len(p.Errors[0].Value) > 70 || len(p.Errors[0].Message) > 410 {
		t.Errorf("got %d and %d, value %d, message %d", len(p.Errors), p.MoreErrors, len(p.Errors[0].Value), len(p.Errors[0].Message))
	}

	var secret fault.Check
	secret.Fail("/token", "hunter2", "is no token")
	secret.Fail("header.Authorization", "hunter2", "is no token")
	b.failing = secret.Err()
	for _, f := range b.problem(422, "invalid_input", http.MethodGet, "/v1/failing/a/widgets/b", "").Errors {
		if f.Value != "" {
			t.Errorf("%s tells %q", f.Pointer, f.Value)
		}
	}
}

func TestInternalErrorsAreLoggedOnceAndNeverShown(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{"an error": errSecret, "a panic": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.failing = err
			p := b.problem(500, "internal", http.MethodGet, "/v1/failing/a/widgets/b", "", "X-Request-Id: req-7")
			if strings.Contains(p.Detail, "hunter2") || p.RequestID != "req-7" {
				t.Errorf("got %+v", p)
			}
			lines := 0
			for line := range strings.Lines(b.log.String()) {
				if strings.Contains(line, `"level":"ERROR"`) {
					lines++
					if !strings.Contains(line, `"request_id":"req-7"`) || !strings.Contains(line, "hunter2") && !strings.Contains(line, "a widget broke") {
						t.Errorf("the log says %s", line)
					}
				}
			}
			if lines != 1 {
				t.Errorf("%d lines of errors: %s", lines, b.log)
			}
		})
	}
}

func TestAReplyThatCannotBeWrittenIsA500(t *testing.T) {
	t.Parallel()
	newBench(t).problem(500, "internal", http.MethodGet, "/v1/broken", "")
}

func TestACallerWhoIsGoneIsNoError(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.failing = context.Canceled
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, "/v1/failing/a/widgets/b", nil)
	r.Header.Set("Authorization", "Bearer admin")
	w := newRecorder()
	b.ServeHTTP(w, r)
	if w.Code != 499 || strings.Contains(b.log.String(), "ERROR") {
		t.Errorf("got %d, log %s", w.Code, b.log)
	}
}

func TestARenamedSlugRedirects(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ noun, target, location string }{
		"in the path":                     {"team", "/v1/failing/old/widgets/b", "/v1/failing/new/widgets/b"},
		"with its query":                  {"team", "/v1/failing/old/widgets/b?of=x%20y", "/v1/failing/new/widgets/b?of=x%20y"},
		"beside another of the same name": {"widget", "/v1/failing/old/widgets/old", "/v1/failing/old/widgets/new"},
		"of a noun that the path hides":   {"service", "/v1/failing/old/widgets/b", "/v1/failing/new/widgets/b"},
		"in the query":                    {"of", "/v1/failing/a/widgets/b?of=old", "/v1/failing/a/widgets/b?of=new"},
		"and nothing else in the query":   {"of", "/v1/failing/a/widgets/b?of=old&token=old", "/v1/failing/a/widgets/b?of=new&token=old"},
		"with an escaped neighbour":       {"team", "/v1/failing/old/widgets/a%2Fb", "/v1/failing/new/widgets/a%2Fb"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.failing = fault.Renamed(c.noun, "old", "new")
			w := b.do(http.MethodGet, c.target, "")
			b.readProblem(308, c.noun+"_renamed", w)
			if got := w.Header().Get("Location"); got != c.location {
				t.Errorf("Location is %q, want %q", got, c.location)
			}
		})
	}
	b := newBench(t)
	b.failing = fault.Renamed("team", "gone", "new")
	b.problem(422, "team_renamed", http.MethodGet, "/v1/failing/a/widgets/b", "")
}
