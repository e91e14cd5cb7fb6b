package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An adapter that keeps every rule is checked where the reference adapter is.
func TestAdapterCheckTellsWhichRulesAreBroken(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") != "Bearer of the adapter":
			http.Error(w, "no", http.StatusUnauthorized)
		case r.URL.Path == "/v1/info":
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"name":"lazy","version":"1","indicators":[{"name":"a"}]}`))
		default: // whatever it is asked for
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"slots":[]}`))
		}
	}))
	t.Cleanup(server.Close)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("of the adapter\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := evenkeel(t, nil, "adapter", "check", server.URL, "--token-file", token, "--param", "zone=a", "--last", "5m")
	for _, says := range []string{
		"ok      GET /v1/info", `ok      GET /v1/slots answers for "a"`, "BROKEN  every slot of the range", "nothing is said of the slot at",
		"BROKEN  an unknown indicator is 404", "the answer is 200",
	} {
		if !strings.Contains(stdout, says) {
			t.Errorf("it does not say %q", says)
		}
	}
	if code != exitUsage || stderr != "" {
		t.Errorf("code %d, %q\n%s", code, stderr, stdout)
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{server.URL}, exitUsage, "BROKEN  GET /v1/info"}, // no token
		{[]string{}, exitUsage, "accepts 1 arg"},
		{[]string{server.URL, "--resolution", "2m"}, exitUsage, "--resolution is 1m or 5m"},
		{[]string{server.URL, "--token-file", "/nowhere"}, exitError, "/nowhere"},
	} {
		code, stdout, stderr := evenkeel(t, nil, append([]string{"adapter", "check"}, c.args...)...)
		if code != c.code || !strings.Contains(stdout+stderr, c.says) {
			t.Errorf("%v: code %d, %q, %q", c.args, code, stdout, stderr)
		}
	}
}
