package api

import (
	"net/http"
	"testing"
)

// withWidget makes a bench with one widget of version 1 called "ab".
func withWidget(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	if w := b.do(http.MethodPost, widgets, `{"name":"ab"}`); w.Code != 201 {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	return b
}

func TestAWriteNeedsTheCurrentVersion(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		match  string
		status int
		code   string
	}{
		"without If-Match":     {"", 428, "precondition_required"},
		"with an old version":  {`"7"`, 412, "version_mismatch"},
		"with a weak ETag":     {`W/"1"`, 412, "version_mismatch"},
		"with any":             {`*`, 422, "invalid_input"},
		"with several":         {`"1", "2"`, 422, "invalid_input"},
		"without its quotes":   {`1`, 422, "invalid_input"},
		"with a word":          {`"one"`, 422, "invalid_input"},
		"with a negative":      {`"-1"`, 422, "invalid_input"},
		"with another writing": {`"01"`, 422, "invalid_input"},
		"with an endless one":  {`"99999999999999999999"`, 422, "invalid_input"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := withWidget(t)
			p := b.problem(c.status, c.code, http.MethodPut, "/v1/widgets/ab", `{"name":"cd"}`, "If-Match: "+c.match)
			if c.status == 422 && p.Errors[0].Pointer != "header.If-Match" {
				t.Errorf("got %+v", p.Errors)
			}
			b.problem(404, "widget_not_found", http.MethodGet, "/v1/widgets/cd", "")
		})
	}
	b := withWidget(t)
	w := b.do(http.MethodPut, "/v1/widgets/ab", `{"name":"cd"}`, `If-Match: "1"`)
	if w.Code != 200 || w.Header().Get("ETag") != `"2"` {
		t.Errorf("got %d %v %s", w.Code, w.Header(), w.Body)
	}
	b.problem(412, "version_mismatch", http.MethodPut, "/v1/widgets/cd", `{"name":"ef"}`, `If-Match: "1"`)
	if w := b.do(http.MethodDelete, "/v1/widgets/cd", "", `If-Match: "2"`); w.Code != 204 || w.Body.Len() != 0 {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func TestACallerWhoHasTheVersionIsSentNothing(t *testing.T) {
	t.Parallel()
	b := withWidget(t)
	for tags, want := range map[string]int{"": 200, `"1"`: 304, `W/"1"`: 304, `"7", "1"`: 304, "*": 304, `"7"`: 200, `1`: 200} {
		w := b.do(http.MethodGet, "/v1/widgets/ab", "", "If-None-Match: "+tags)
		if w.Code != want || w.Header().Get("ETag") != `"1"` || (w.Body.Len() == 0) != (want == 304) {
			t.Errorf("%s: got %d %v %s", tags, w.Code, w.Header(), w.Body)
		}
	}
}
