package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
)

func TestAHealthCheckTellsWhatAnswersFromWhatDoesNot(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(server.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	listen := strings.TrimPrefix(server.URL, "http://")
	for _, test := range []struct {
		name      string
		environ   []string
		args      []string
		code      int
		out, says string
	}{
		{"the configured one", []string{"EVENKEEL_LISTEN=" + listen}, nil, exitOK, "200 OK", ""},
		{"the one that a flag names", nil, []string{"--listen", listen}, exitOK, "200 OK", ""},
		{"another address", nil, []string{"--url", server.URL + "/healthz"}, exitOK, "200 OK", ""},
		{"one that is not ready", nil, []string{"--url", server.URL + "/readyz"}, exitError, "", "503"},
		{"one that is gone", nil, []string{"--url", gone.URL}, exitError, "", "refused"},
		{"one that listens anywhere", []string{"EVENKEEL_LISTEN=127.0.0.1:0"}, nil, exitError, "", "nobody knows"},
		{"no address", nil, []string{"--url", "http://%zz"}, exitUsage, "", "--url"},
	} {
		code, out, errs := evenkeel(t, test.environ, append([]string{"healthcheck"}, test.args...)...)
		if code != test.code || !strings.Contains(out, test.out) || !strings.Contains(errs, test.says) {
			t.Errorf("%s: code %d, wrote %q and, as errors, %q", test.name, code, out, errs)
		}
	}
}

func TestAHealthCheckAsksByNumber(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{
		":8080":             "http://127.0.0.1:8080/healthz",
		"0.0.0.0:8080":      "http://127.0.0.1:8080/healthz",
		"[::]:8080":         "http://[::1]:8080/healthz",
		"[::1]:80":          "http://[::1]:80/healthz",
		"192.0.2.7:9000":    "http://192.0.2.7:9000/healthz",
		"localhost:8080":    "http://localhost:8080/healthz",
		"evenkeel.test:443": "http://evenkeel.test:443/healthz",
	} {
		if got, err := (config.Config{Listen: listen}).ProbeURL(); err != nil || got != want {
			t.Errorf("%s: %s and %v, want %s", listen, got, err, want)
		}
	}
}
