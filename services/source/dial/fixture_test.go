package dial_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/source"
	"github.com/evenkeel/evenkeel/services/source/dial"
)

// What Prometheus 2.42 answers to the two questions, as Debian 12 packages it.
const (
	one       = `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1795713600.123,"1"]}]}}`
	buildinfo = `{"status":"success","data":{"version":"2.42.0+ds","revision":"2.42.0+ds-5+b5","branch":"debian/sid","buildUser":"team@debian","buildDate":"20230329","goVersion":"go1.19.8"}}`
)

// hunter2 is the secret that nothing may say.
const hunter2 = "Hunter2-is-the-token"

// secrets are those that an operator put somewhere.
type secrets map[string]string

func (s secrets) Secret(_ context.Context, name string) (string, error) {
	value, ok := s[name]
	if !ok {
		return "", fault.New(fault.Unavailable, "secret_missing", "there is no secret %q", name)
	}
	return value, nil
}

// dialler may dial this machine, but for 127.0.0.2.
func dialler(t *testing.T, known secrets) *dial.Dialler {
	t.Helper()
	return dial.New(dial.Parts{
		Secrets: known, Reach: outbound.Reach{AllowLoopback: true}, Resolver: nowhere(t),
		Logger: slog.New(slog.DiscardHandler), Clock: clock.System,
	})
}

// at is a Prometheus at the address.
func at(address string) source.Source {
	return source.Source{
		Slug: "prometheus", Kind: source.Prometheus,
		Access: source.Access{Address: address, Auth: source.Auth{Scheme: source.Anonymous}},
		Limits: source.Limits{Timeout: 10 * time.Second, Concurrency: 2},
	}
}

// answering serves /api/v1/query by the handler, and the version.
func answering(query http.HandlerFunc) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v1/query", query)
	mux.HandleFunc("/api/v1/status/buildinfo", says(http.StatusOK, "application/json", buildinfo))
	return mux
}

func says(status int, media, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", media)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func served(t *testing.T, h http.Handler) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// secured serves with TLS; what it says of clients it does not like nobody reads.
func secured(t *testing.T, h http.Handler, change func(*httptest.Server)) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	if change != nil {
		change(s)
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func authorityOf(s *httptest.Server) string { return encode("CERTIFICATE", s.Certificate().Raw) }

func encode(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// identity is a certificate that is signed by itself, and its key.
func identity(t *testing.T, name string) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return encode("CERTIFICATE", der), encode("PRIVATE KEY", keyDER)
}

// nowhere is a resolver whose one server, on this machine, knows no name.
func nowhere(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([]byte, 1500)
		for {
			size, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buffer[:size]) != nil {
				continue
			}
			reply := dnsmessage.Message{
				Header:    dnsmessage.Header{ID: m.ID, Response: true, Authoritative: true, RCode: dnsmessage.RCodeNameError},
				Questions: m.Questions,
			}
			if packed, err := reply.Pack(); err == nil {
				_, _ = conn.WriteTo(packed, from)
			}
		}
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}
