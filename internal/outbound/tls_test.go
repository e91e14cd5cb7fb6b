package outbound

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// authorityOf writes the server's certificate where a client can be told to trust it.
func authorityOf(t *testing.T, s *httptest.Server) string {
	t.Helper()
	return writePEM(t, filepath.Join(t.TempDir(), "ca.pem"), "CERTIFICATE", s.Certificate().Raw)
}

func writePEM(t *testing.T, path, kind string, der []byte) string {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// identity writes a certificate of that name, signed by itself, and its key.
func identity(t *testing.T, dir, name string) (certificate, key string, parsed *x509.Certificate) {
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
	if parsed, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return writePEM(t, filepath.Join(dir, "tls.crt"), "CERTIFICATE", der), writePEM(t, filepath.Join(dir, "tls.key"), "PRIVATE KEY", keyDER), parsed
}

// secured starts a server with TLS, whose complaints about clients nobody reads.
func secured(t *testing.T, handler http.HandlerFunc, config *tls.Config) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = config
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func TestATargetIsTrustedByTheCertificateItShows(t *testing.T) {
	t.Parallel()
	server := secured(t, ok, nil)
	old := secured(t, ok, &tls.Config{MinVersion: tls.VersionTLS11, MaxVersion: tls.VersionTLS11})
	for _, test := range []struct {
		name string
		url  string
		tls  TLS
		want Kind
	}{
		{"whose signer is configured", server.URL, TLS{CAFile: authorityOf(t, server)}, ""},
		{"and that bears the name that is asked for", server.URL, TLS{CAFile: authorityOf(t, server), ServerName: "example.com"}, ""},
		{"or another", server.URL, TLS{CAFile: authorityOf(t, server), ServerName: "elsewhere.test"}, Untrusted},
		{"whose signer nobody knows", server.URL, TLS{}, Untrusted},
		{"that speaks TLS 1.1", old.URL, TLS{CAFile: authorityOf(t, old)}, Unreachable},
	} {
		c := newClient(t, Options{Name: test.name, URL: test.url, Reach: here, TLS: test.tls, Attempts: 1})
		resp, err := get(t.Context(), c, test.url)
		switch {
		case test.want != "":
			wantKind(t, err, test.want)
		case err != nil:
			t.Errorf("%s: %v", test.name, err)
		case resp.ProtoMajor != 2:
			t.Errorf("%s: HTTP/%d, want 2", test.name, resp.ProtoMajor)
		}
	}
}

func TestTheClientShowsItsCertificateAndTheOneThatFollowsIt(t *testing.T) {
	t.Parallel()
	shown := make(chan string, 10)
	server := secured(t, func(w http.ResponseWriter, r *http.Request) {
		shown <- r.TLS.PeerCertificates[0].Subject.CommonName
		ok(w, r)
	}, &tls.Config{ClientAuth: tls.RequireAnyClientCert})
	stranger := secured(t, func(w http.ResponseWriter, r *http.Request) {
		if len(r.TLS.PeerCertificates) > 0 {
			shown <- "to a stranger"
		}
		ok(w, r)
	}, &tls.Config{ClientAuth: tls.RequestClientCert})
	dir := t.TempDir()
	certificate, key, _ := identity(t, dir, "first")
	c := newClient(t, Options{URL: server.URL, Reach: here, TLS: TLS{CAFile: authorityOf(t, server), CertificateFile: certificate, KeyFile: key}})
	for _, name := range []string{"first", "second"} {
		if _, err := get(t.Context(), c, server.URL); err != nil {
			t.Fatal(err)
		}
		if got := <-shown; got != name {
			t.Errorf("the server saw %s, want %s", got, name)
		}
		identity(t, dir, "second") // renewed in place
		c.own.CloseIdleConnections()
	}
	// Where it redirects to, no certificate of ours is shown, nor its signer trusted.
	redirecting := secured(t, http.RedirectHandler(stranger.URL, http.StatusFound).ServeHTTP, nil)
	c = newClient(t, Options{Name: "other", URL: redirecting.URL, Reach: here, Attempts: 1,
		TLS: TLS{CAFile: authorityOf(t, redirecting), CertificateFile: certificate, KeyFile: key}})
	_, err := get(t.Context(), c, redirecting.URL)
	wantKind(t, err, Untrusted)
	if len(shown) > 0 {
		t.Errorf("the certificate was shown %s", <-shown)
	}
}
