package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// decided is a server that answers so, after it answered some times with a status. What the
// real one answers is tested where it is (app); here it is what becomes of the answers.
func decided(t *testing.T, answer string, first ...int) (server string, keys *[]string) {
	t.Helper()
	keys = new([]string)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*keys = append(*keys, r.Header.Get("Idempotency-Key"))
		if n := len(*keys); n <= len(first) {
			http.Error(w, "no", first[n-1])
			return
		}
		if r.Header.Get("Authorization") != "Bearer secret" || r.URL.Path != "/v1/services/checkout/gate/decisions" {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"code":"unauthenticated","detail":"the token is not known","title":"","type":"","status":401,"requestId":""}`))
			return
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(s.Close)
	return s.URL, keys
}

func decision(answer string) string {
	return `{"id":"01","serviceId":"02","class":"feature","version":"v1 *x*","link":"","answer":"` + answer + `","decidedAt":"2026-11-27T10:00:00Z","decidedBy":"ci","recoversAt":null,
"reasons":[{"kind":"frozen","text":"the clause <b> of @team applies"}],"wayOut":["wait"]}`
}

func TestTheGateEndsWithTheCodeOfItsAnswer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		answer string
		failOn string
		code   int
	}{
		{"allow", "deny,warn,unknown", 0}, {"warn", "deny", 0}, {"warn", "deny,warn", 4}, {"deny", "deny", 3}, {"deny", "warn", 0},
	} {
		server, _ := decided(t, decision(c.answer))
		code, stdout, stderr := evenkeel(t, []string{"EVENKEEL_TOKEN=secret"}, "gate", "checkout", "--server", server, "--fail-on", c.failOn)
		if code != c.code || stderr != "" || !strings.HasPrefix(stdout, strings.ToUpper(c.answer)+": a feature change to v1 *x* of checkout\n") || !strings.Contains(stdout, "way out: wait") {
			t.Errorf("%+v: code %d, %q, %q", c, code, stdout, stderr)
		}
	}
}

func TestTheGateAnswersWithinItsTimeWhateverBecameOfTheServer(t *testing.T) {
	t.Parallel()
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // until then nobody notices that the client is gone
		<-r.Context().Done()
	}))
	t.Cleanup(silent.Close)
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + gone.Addr().String()
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	broken, _ := decided(t, `<html>`)
	always := make([]int, 100)
	for i := range always {
		always[i] = http.StatusServiceUnavailable
	}
	failing, _ := decided(t, "", always...)
	for name, server := range map[string]string{"silent": silent.URL, "gone": nobody, "no decision": broken, "failing": failing} {
		for failOn, want := range map[string]int{"deny": 0, "unknown": 5} {
			began := time.Now()
			code, stdout, stderr := evenkeel(t, []string{"EVENKEEL_TOKEN=secret", "EVENKEEL_SERVER=" + server}, "gate", "checkout", "--timeout", "600ms", "--fail-on", failOn)
			if code != want || stderr != "" || !strings.Contains(stdout, "UNKNOWN: a feature change of checkout") || !strings.Contains(stdout, "no answer within 600ms") {
				t.Errorf("%s: code %d, want %d: %q, %q", name, code, want, stdout, stderr)
			}
			if took := time.Since(began); took > 20*time.Second { // far beyond what a busy machine adds
				t.Errorf("%s: it took %s", name, took)
			}
		}
	}
}

func TestTheGateAsksAgainUnderOneKey(t *testing.T) {
	t.Parallel()
	server, keys := decided(t, decision("allow"), 503, 429)
	code, stdout, _ := evenkeel(t, []string{"EVENKEEL_TOKEN=secret"}, "gate", "checkout", "--server", server, "--timeout", "1m")
	if code != 0 || !strings.HasPrefix(stdout, "ALLOW") || len(*keys) != 3 || (*keys)[0] == "" || (*keys)[0] != (*keys)[2] {
		t.Errorf("code %d, %q, keys %q", code, stdout, *keys)
	}
}

func TestAKeyThatIsInUseIsAskedWithAgain(t *testing.T) {
	t.Parallel()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked == 1 {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusConflict)
			_, _ = w.Write([]byte(`{"code":"key_in_use","detail":"it is still being worked on","title":"","type":"","status":409,"requestId":""}`))
			return
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(decision("deny")))
	}))
	t.Cleanup(server.Close)
	if code, stdout, stderr := evenkeel(t, []string{"EVENKEEL_TOKEN=secret"}, "gate", "checkout", "--server", server.URL, "--timeout", "1m"); code != exitDeny || asked != 2 {
		t.Errorf("code %d after %d questions: %q, %q", code, asked, stdout, stderr)
	}
}

func TestAQuestionThatIsRefusedIsAnError(t *testing.T) {
	t.Parallel()
	server, _ := decided(t, decision("allow"))
	for _, c := range []struct {
		environ, args []string
		code          int
		says          string
	}{
		{[]string{"EVENKEEL_TOKEN=wrong"}, []string{"checkout"}, exitError, "401 Unauthorized: the token is not known"},
		{nil, []string{"checkout"}, exitUsage, "there is no token"},
		{[]string{"EVENKEEL_TOKEN=secret"}, []string{"checkout", "--fail-on", "allow"}, exitUsage, "none of deny, warn and unknown"},
		{[]string{"EVENKEEL_TOKEN=secret"}, []string{"checkout", "--timeout", "0s"}, exitUsage, "longer than nothing"},
		{[]string{"EVENKEEL_TOKEN=secret"}, nil, exitUsage, "accepts 1 arg"},
	} {
		code, stdout, stderr := evenkeel(t, c.environ, append([]string{"gate", "--server", server}, c.args...)...)
		if code != c.code || stdout != "" || !strings.Contains(stderr, c.says) {
			t.Errorf("%v: code %d, %q, %q", c.args, code, stdout, stderr)
		}
	}
}

func TestTheGateWritesMarkdownAndJSON(t *testing.T) {
	t.Parallel()
	server, _ := decided(t, decision("deny"))
	file := filepath.Join(t.TempDir(), "summary.md")
	if err := os.WriteFile(file, []byte("before\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := evenkeel(t, []string{"EVENKEEL_TOKEN=secret"}, "gate", "checkout", "--server", server, "--json", "--markdown", file)
	if code != exitDeny || !strings.Contains(stdout, `"answer": "deny"`) {
		t.Errorf("code %d, %q, %q", code, stdout, stderr)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"before\n### ⛔ The change has to wait", "Service `checkout`, class `feature`, version `v1 *x*`.", "- the clause `<b>` of `@team` applies\n", "**The way out**\n\n- wait\n"} {
		if !strings.Contains(string(text), part) {
			t.Errorf("it does not say %q:\n%s", part, text)
		}
	}
}
