package bench

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

// TestTheYardstickAnswersAsTheProgramDoes holds the yardstick to what it is said to
// be: the same status, ETag and JSON text for the same request, and the same rows
// written, seen through the program.
func TestTheYardstickAnswersAsTheProgramDoes(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		answersAlike(t, newHouse(t, location{dir: t.TempDir()}, 1))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		answersAlike(t, onPostgres(t, 1))
	})
}

func answersAlike(t *testing.T, h *house) {
	program, yardstick := h.Handler(), newYardstick(t, h)
	ask := func(handler http.Handler, method, path, tag, token string, body []byte) *http.Response {
		t.Helper()
		r := httptest.NewRequestWithContext(t.Context(), method, path, bytes.NewReader(body))
		if body == nil {
			r = httptest.NewRequestWithContext(t.Context(), method, path, nil)
		} else {
			r.Header.Set("Content-Type", "application/json")
		}
		if tag != "" {
			r.Header.Set("If-Match", tag)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Result()
	}
	// alike compares the replies to a request and returns the program's.
	alike := func(what string, a, b *http.Response) map[string]any {
		t.Helper()
		if a.StatusCode != b.StatusCode || a.Header.Get("ETag") != b.Header.Get("ETag") {
			t.Errorf("%s: %d %s, the yardstick %d %s", what, a.StatusCode, a.Header.Get("ETag"), b.StatusCode, b.Header.Get("ETag"))
		}
		if a.StatusCode != http.StatusOK {
			return nil
		}
		ours, theirs := object(t, a.Body), object(t, b.Body)
		for _, both := range []map[string]any{ours, theirs} {
			delete(both, "next") // each has cursors of its own
			delete(both, "updatedAt")
		}
		if !reflect.DeepEqual(ours, theirs) {
			t.Errorf("%s:\n%v, the yardstick\n%v", what, ours, theirs)
		}
		return ours
	}
	path := "/v1/services/" + serviceSlug(3)
	both := func(what, method, path, tag, token string, body []byte) map[string]any {
		t.Helper()
		return alike(what, ask(program, method, path, tag, token, body), ask(yardstick, method, path, tag, token, body))
	}
	both("get", "GET", path, "", h.token, nil)
	both("get without a token", "GET", path, "", "", nil)
	both("get with another secret", "GET", path, "", strings.Replace(h.token, h.token[40:50], "0123456789", 1), nil)
	both("get what is not there", "GET", "/v1/services/nothing", "", h.token, nil)
	if items := both("list", "GET", "/v1/services?limit=100", "", h.token, nil)["items"].([]any); len(items) != 100 {
		t.Errorf("the list has %d services instead of 100", len(items))
	}

	first, err := serviceBody(path, "First.")
	check(t, err)
	second, err := serviceBody(path, "Second.")
	check(t, err)
	if a := ask(program, "PUT", path, `"1"`, h.token, first); a.StatusCode != http.StatusOK || a.Header.Get("ETag") != `"2"` {
		t.Fatalf("the program's update: %d %s", a.StatusCode, a.Header.Get("ETag"))
	}
	if a := ask(yardstick, "PUT", path, `"2"`, h.token, second); a.StatusCode != http.StatusOK || a.Header.Get("ETag") != `"3"` {
		t.Fatalf("the yardstick's update: %d %s %v", a.StatusCode, a.Header.Get("ETag"), object(t, a.Body))
	}
	both("stale update", "PUT", path, `"2"`, h.token, first)
	both("update without a condition", "PUT", path, "", h.token, first)
	if s := both("get after updates", "GET", path, "", h.token, nil); s["description"] != "Second." {
		t.Errorf("the description is %v", s["description"])
	}
	log := object(t, ask(program, "GET", "/v1/audit?object="+both("get", "GET", path, "", h.token, nil)["id"].(string)+"&team="+teamSlug(3), "", h.token, nil).Body)
	entries, _ := log["items"].([]any)
	if len(entries) != 3 {
		t.Fatalf("the log has %d entries of the service instead of its making and two updates: %v", len(entries), log)
	}
	theirs, ours := entries[0].(map[string]any), entries[1].(map[string]any)
	for _, member := range []string{"action", "outcome", "actor", "object", "teamId"} {
		if !reflect.DeepEqual(ours[member], theirs[member]) {
			t.Errorf("%s of the log is %v, the yardstick's %v", member, ours[member], theirs[member])
		}
	}

	slots := "/v1/services/" + serviceSlug(3) + "/slos/" + sloSlug(0) + "/measurements"
	for i, handler := range []http.Handler{program, yardstick, program} {
		// Each has other numbers than what the one before wrote, so each changes it.
		a := ask(handler, "POST", slots, "", h.token, slotsBody(nil, h, int64(90_000+i)))
		if got := object(t, a.Body); a.StatusCode != http.StatusOK || got["series"] != 1.0 {
			t.Errorf("push %d: %d %v", i, a.StatusCode, got)
		}
	}
	both("repeated push", "POST", slots, "", h.token, slotsBody(nil, h, 90_002))
	both("push of nothing", "POST", slots, "", h.token, []byte(`{"slots":[]}`))
}

func object(t *testing.T, r io.Reader) map[string]any {
	t.Helper()
	var out map[string]any
	check(t, json.NewDecoder(r).Decode(&out))
	return out
}
