package app_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/manifest"
	"github.com/evenkeel/evenkeel/services/openslo"
)

// call is one request. Its header lines replace those that it would have anyway:
// the caller's token, and the Content-Type of JSON for a body; "Name:" leaves one
// out.
type call struct {
	as, method, path string
	header           []string
	body             string
	chunked          bool // the length of the body is not announced
	// mayTell says that the reply is the one that gives out a secret.
	mayTell bool
}

// answer is the reply to a call.
type answer struct {
	h       *house
	call    call
	status  int
	header  http.Header
	body    []byte
	problem problem
}

// problem is RFC 9457's, with our additions.
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Code      string `json:"code"`
	Detail    string `json:"detail"`
	RequestID string `json:"requestId"`
	Errors    []struct {
		Pointer string  `json:"pointer"`
		Message string  `json:"message"`
		Value   *string `json:"value"`
	} `json:"errors"`
	MoreErrors int    `json:"moreErrors"`
	Diff       string `json:"diff"`
}

// do sends the call through the program's handler, as the bytes that would be on
// the wire, and holds the answer to what all have in common.
func (h *house) do(c call) answer {
	h.t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(c.method + " " + c.path + " HTTP/1.1\r\nHost: evenkeel.example\r\n\r\n")))
	if err != nil {
		h.t.Fatalf("%s %.200s is no request: %v", c.method, c.path, err)
	}
	if token := h.tokens[c.as]; token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if c.body != "" {
		r.Header.Set("Content-Type", "application/json")
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(c.body)), int64(len(c.body))
		if c.chunked {
			r.ContentLength = -1
		}
	}
	replaced := map[string]bool{}
	for _, line := range c.header {
		name, value, _ := strings.Cut(line, ":")
		if !replaced[name] {
			r.Header.Del(name)
			replaced[name] = true
		}
		if value = strings.TrimPrefix(value, " "); value != "" {
			r.Header.Add(name, value)
		}
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r.WithContext(h.t.Context()))
	a := answer{h: h, call: c, status: w.Code, header: w.Result().Header, body: w.Body.Bytes()}
	h.calls.Add(1)
	h.classes[a.status/100].Add(1)
	a.common()
	return a
}

// must is do where the status is known.
func (h *house) must(status int, c call) answer {
	h.t.Helper()
	a := h.do(c)
	if a.status != status {
		h.t.Fatalf("%s: got %d, want %d: %s", c, a.status, status, a.body)
	}
	return a
}

func (c call) String() string {
	text := c.method + " " + c.path + " as " + c.as
	if c.body != "" {
		text += " with " + c.body
	}
	if len(text) > 300 {
		text = strings.ToValidUTF8(text[:300], "") + "…"
	}
	return strconv.QuoteToGraphic(text)
}

var stableCode = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)

// common holds an answer to what all answers have in common.
func (a *answer) common() {
	t := a.h.t
	t.Helper()
	wrong := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s → %d: "+format+"\n%.1000s", append(append([]any{a.call, a.status}, args...), a.body)...)
	}
	media := a.header.Get("Content-Type")
	if a.header.Get("X-Request-Id") == "" || a.header.Get("X-Content-Type-Options") != "nosniff" || a.header.Get("Content-Security-Policy") == "" {
		wrong("the headers of every reply are not there: %v", a.header)
	}
	if n := a.header.Get("Content-Length"); n != "" && a.call.method != http.MethodHead && n != strconv.Itoa(len(a.body)) {
		wrong("announces %s bytes and sends %d", n, len(a.body))
	}
	if !a.call.mayTell {
		for _, secret := range a.h.secrets {
			if bytes.Contains(a.body, []byte(secret)) {
				wrong("tells a secret")
			}
		}
	}
	switch {
	case a.status == http.StatusServiceUnavailable && bytes.Contains(a.body, []byte(`"code":"data_source_unavailable"`)):
		// It is the data source that failed.
	case a.status == http.StatusServiceUnavailable && bytes.Contains(a.body, []byte(`"code":"portal_unavailable"`)):
		// It is the portal.
	case a.status >= 500:
		wrong("it failed")
	case a.call.method == http.MethodHead || a.status == http.StatusNoContent || a.status == http.StatusNotModified:
		return
	case a.status < 300:
		if path, _, _ := strings.Cut(a.call.path, "?"); strings.HasSuffix(path, "/csv") && (strings.HasPrefix(path, "/v1/reports/") || a.call.method == http.MethodGet) {
			if _, err := csv.NewReader(bytes.NewReader(a.body)).ReadAll(); err != nil || media != "text/csv; charset=utf-8" {
				wrong("is %q and no CSV: %v", media, err)
			}
			return
		}
		if path, _, _ := strings.Cut(a.call.path, "?"); strings.HasSuffix(path, "/badge") {
			var drawn struct {
				XMLName xml.Name `xml:"http://www.w3.org/2000/svg svg"`
			}
			if err := xml.Unmarshal(a.body, &drawn); err != nil || media != "image/svg+xml" {
				wrong("is %q and no SVG: %v", media, err)
			}
			return
		}
		if path, _, _ := strings.Cut(a.call.path, "?"); path == "/v1/evidence" {
			a.commonZip(wrong)
			return
		}
		if path, _, _ := strings.Cut(a.call.path, "?"); strings.HasSuffix(path, "/openslo") || path == "/v1/openslo-renderings" {
			if _, err := openslo.Read(a.body, openslo.Options{}); err != nil || media != "application/yaml" {
				wrong("is %q and no document of OpenSLO: %v", media, err)
			}
			return
		}
		if path, _, _ := strings.Cut(a.call.path, "?"); strings.HasSuffix(path, "/prometheus-rules") {
			if _, err := yamldoc.Parse(a.body); err != nil || media != "application/yaml" {
				wrong("is %q and no rules: %v", media, err)
			}
			return
		}
		if path, _, _ := strings.Cut(a.call.path, "?"); path == "/v1/manifests" {
			if _, _, err := (api.Manifests{}).Read([]manifest.File{{Path: "a.yaml", Text: string(a.body)}}); err != nil || media != "application/yaml" {
				wrong("is %q and no manifests: %v", media, err)
			}
			return
		}
		if strings.HasPrefix(a.call.path, "/v1/") && (media != "application/json" || !json.Valid(a.body)) {
			wrong("is %q and not JSON", media)
		}
		return
	case !strings.HasPrefix(a.call.path, "/v1/") && (strings.HasPrefix(media, "text/html") || a.status == http.StatusSeeOther):
		return // a page, or the way to one
	}
	if media != "application/problem+json" {
		wrong("is %q, not a problem", media)
		return
	}
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&a.problem); err != nil {
		wrong("is no problem: %v", err)
		return
	}
	p := a.problem
	if p.Status != a.status || !stableCode.MatchString(p.Code) || p.Type != "urn:evenkeel:problem:"+p.Code ||
		p.Title != http.StatusText(a.status) || p.Detail == "" || p.RequestID != a.header.Get("X-Request-Id") {
		wrong("is not a whole problem")
	}
	if len(p.Errors) > 20 || len(a.body) > 20<<10 {
		wrong("tells %d errors in %d bytes", len(p.Errors), len(a.body))
	}
	for _, e := range p.Errors {
		if e.Message == "" || e.Value != nil && utf8.RuneCountInString(*e.Value) > 65 || strings.ContainsAny(e.Message, "\x00\u202e") {
			wrong("tells an error badly: %+v", e)
		}
	}
	// Webhooks are proved otherwise than by a token.
	if scheme := a.header.Get("WWW-Authenticate"); a.status == http.StatusUnauthorized && (scheme == "" || !strings.HasPrefix(a.call.path, "/webhooks/") && !strings.HasPrefix(scheme, "Bearer")) {
		wrong("does not say how to authenticate")
	}
}

// commonZip holds a zip file to what all answers have in common: no secret is in it.
func (a *answer) commonZip(wrong func(format string, args ...any)) {
	r, err := zip.NewReader(bytes.NewReader(a.body), int64(len(a.body)))
	if media := a.header.Get("Content-Type"); err != nil || media != "application/zip" {
		wrong("is %q and no zip file: %v", media, err)
		return
	}
	for _, f := range r.File {
		from, err := f.Open()
		if err != nil {
			wrong("%s: %v", f.Name, err)
			continue
		}
		content, err := io.ReadAll(from)
		if err != nil {
			wrong("%s: %v", f.Name, err)
		}
		for _, secret := range a.h.secrets {
			if bytes.Contains(content, []byte(secret)) {
				wrong("%s tells a secret", f.Name)
			}
		}
	}
}

// expect holds the answer to a status and code, and to what one of its errors,
// or without a pointer its detail, says.
func (a answer) expect(t *testing.T, status int, code, pointer, says string) {
	t.Helper()
	if a.status != status || code != "" && a.problem.Code != code {
		t.Errorf("%s: got %d %s, want %d %s\n%.1000s", a.call, a.status, a.problem.Code, status, code, a.body)
		return
	}
	if says == "" {
		return
	}
	if pointer == "" && strings.Contains(a.problem.Detail, says) {
		return
	}
	for _, e := range a.problem.Errors {
		if pointer == e.Pointer && strings.Contains(e.Message, says) {
			return
		}
	}
	t.Errorf("%s: nothing at %q says %q\n%.1000s", a.call, pointer, says, a.body)
}

// object is the body of an answer.
func (a answer) object() map[string]any {
	a.h.t.Helper()
	var v map[string]any
	if err := json.Unmarshal(a.body, &v); err != nil {
		a.h.t.Fatalf("%s: %v in %.200s", a.call, err, a.body)
	}
	return v
}

// text is a member of the body.
func (a answer) text(name string) string {
	a.h.t.Helper()
	s, ok := a.object()[name].(string)
	if !ok {
		a.h.t.Fatalf("%s: there is no text %q in %.500s", a.call, name, a.body)
	}
	return s
}

// items are those of a list.
func (a answer) items() []map[string]any {
	a.h.t.Helper()
	var l struct{ Items []map[string]any }
	if err := json.Unmarshal(a.body, &l); err != nil {
		a.h.t.Fatalf("%s: %v in %.200s", a.call, err, a.body)
	}
	return l.Items
}

// with is an object with members changed or added.
func with(object string, changes ...string) string {
	members := map[string]json.RawMessage{}
	for _, text := range append([]string{object}, braced(changes)...) {
		if err := json.Unmarshal([]byte(text), &members); err != nil {
			panic(err.Error() + ": " + text)
		}
	}
	return encode(members)
}

func braced(members []string) []string {
	out := make([]string, len(members))
	for i, m := range members {
		out[i] = "{" + m + "}"
	}
	return out
}

func encode(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}
