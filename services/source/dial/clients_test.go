package dial_test

import (
	"net/http"
	"testing"

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
