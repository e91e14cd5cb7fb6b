package dial_test

import (
	"log/slog"
	"net/http"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/source"
	"github.com/evenkeel/evenkeel/services/source/dial"
)

// A breaker that is made anew for each call never opens.
func TestADataSourceKeepsItsClientUntilItIsChanged(t *testing.T) {
	t.Parallel()
	server := served(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	clients := dial.NewClients(dialler(t, secrets{}))
	t.Cleanup(clients.Close)
	s := at(server.URL)
	s.ID, s.Version = "01JP000000000000000000000A", 1
	transport := func() http.RoundTripper {
		t.Helper()
		c, err := clients.HTTP(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		return c.Transport
	}
	first := transport()
	if transport() != first {
		t.Error("the client was made anew though nothing changed")
	}
	s.Version++
	second := transport()
	if second == first {
		t.Error("the client of the former declaration is used")
	}
	other := s
	other.ID = "01JP000000000000000000000B"
	if c, err := clients.HTTP(t.Context(), other); err != nil || c.Transport == second {
		t.Errorf("two data sources share a client (%v)", err)
	}
}

// A breaker has three states, and each is a series from the beginning on.
func TestAChangedDataSourceIsStillCounted(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	clients := dial.NewClients(dial.New(dial.Parts{
		Secrets: secrets{}, Reach: outbound.Reach{AllowLoopback: true}, Metrics: outbound.NewMetrics(registry),
		Resolver: nowhere(t), Logger: slog.New(slog.DiscardHandler), Clock: clock.System,
	}))
	t.Cleanup(clients.Close)
	s := at("http://127.0.0.1:1")
	s.ID = "01JP000000000000000000000A"
	for _, c := range []struct {
		is     string
		change func()
		fails  bool
		states int
	}{
		{"new", func() {}, false, 3},
		{"changed", func() { s.Version++ }, false, 3},
		{"renamed", func() { s.Version++; s.Slug = "other" }, false, 3},
		{"of a secret that is missing", func() { s.Version++; s.TLS = source.TLS{CA: "missing"} }, true, 0},
		{"put right", func() { s.Version++; s.TLS = source.TLS{} }, false, 3},
	} {
		c.change()
		if _, err := clients.HTTP(t.Context(), s); (err != nil) != c.fails {
			t.Errorf("%s: %v", c.is, err)
		}
		if n, err := testutil.GatherAndCount(registry, "evenkeel_outbound_breaker_state"); n != c.states || err != nil {
			t.Errorf("%s: %d states of a breaker, want %d (%v)", c.is, n, c.states, err)
		}
	}
}
