package outbound

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
)

// What an option is when it is left at zero.
const (
	DefaultAttemptTimeout = 10 * time.Second
	DefaultTimeout        = 30 * time.Second
	DefaultAttempts       = 3
	DefaultConcurrency    = 8
	DefaultQueueTime      = time.Second
	DefaultBreakerWait    = 30 * time.Second
	DefaultMaxAnswer      = 64 << 20
)

// Options say who the target is and how to speak to it.
type Options struct {
	// Name is what the target is called in metrics, logs and errors.
	Name string
	// URL is the target's address; its scheme, host and port are where credentials go,
	// and nowhere else.
	URL string
	// Reach says which addresses may be dialled.
	Reach Reach
	// Headers, if not nil, gives the headers that authenticate us: it is asked for each
	// attempt, since secrets change. See BearerHeader and BasicHeader.
	Headers func(context.Context) (http.Header, error)
	// TLS says whom to trust and who we are.
	TLS TLS
	// Proxy, if not nil, gives the proxy for a request, as http.ProxyFromEnvironment does.
	// It is the proxy that resolves names then, and that has to judge where they lead:
	// Reach judges the proxy's address, and those that URLs spell out.
	Proxy func(*http.Request) (*url.URL, error)

	// AttemptTimeout bounds one attempt, from the dial to the last byte of the answer.
	AttemptTimeout time.Duration
	// HeaderTimeout bounds the wait for the head of an answer once the request is written;
	// zero means AttemptTimeout.
	HeaderTimeout time.Duration
	// Timeout bounds a call, with all of its attempts and the waits between them.
	Timeout time.Duration
	// Attempts is the most attempts of a call that may be repeated; 1 means no repetition.
	Attempts int
	// Concurrency is how many attempts may run at one time. Little's law says how many
	// are needed: attempts a second × seconds that one takes, with a margin.
	Concurrency int
	// QueueTime is how long an attempt waits for its turn.
	QueueTime time.Duration
	// BreakerWait is how long a failing target is left alone before it is probed.
	BreakerWait time.Duration
	// MaxAnswer is the largest body, after decompression, that is taken.
	MaxAnswer int64

	Metrics  *Metrics       // nil means that nothing is counted
	Logger   *slog.Logger   // nil means that nothing is logged
	Resolver *net.Resolver  // nil means the machine's
	Clock    clock.Clock    // nil means clock.System
	Random   func() float64 // in [0, 1); nil means math/rand's
}

// TLS says whom to trust and who we are. Files are in PEM.
type TLS struct {
	// CAFile holds the certificates of those trusted to sign the target's; empty means
	// those that the system trusts.
	CAFile string
	// CertificateFile and KeyFile identify us to the target (mTLS). They are read for each
	// connection, since certificates are renewed.
	CertificateFile, KeyFile string
	// ServerName is the name that the target's certificate has to bear; empty means the
	// host of the URL.
	ServerName string
}

// withDefaults fills in what was left at zero.
func (o Options) withDefaults() Options {
	o.AttemptTimeout = cmp.Or(o.AttemptTimeout, DefaultAttemptTimeout)
	o.HeaderTimeout = cmp.Or(o.HeaderTimeout, o.AttemptTimeout)
	o.Timeout = cmp.Or(o.Timeout, DefaultTimeout)
	o.Attempts = cmp.Or(o.Attempts, DefaultAttempts)
	o.Concurrency = cmp.Or(o.Concurrency, DefaultConcurrency)
	o.QueueTime = cmp.Or(o.QueueTime, DefaultQueueTime)
	o.BreakerWait = cmp.Or(o.BreakerWait, DefaultBreakerWait)
	o.MaxAnswer = cmp.Or(o.MaxAnswer, DefaultMaxAnswer)
	if o.Metrics == nil {
		o.Metrics = NewMetrics(nil)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.Clock == nil {
		o.Clock = clock.System
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	return o
}

// check reports all that is wrong with the options, and gives the URL and the TLS
// configuration that they describe.
func (o Options) check() (*url.URL, *tls.Config, error) {
	var c fault.Check
	c.Require(o.Name != "", "/name", nil, "must not be empty")
	u, err := url.Parse(o.URL)
	if err == nil {
		err = checkURL(u)
	}
	if err != nil {
		// The value is left out: it may hold a password.
		c.Fail("/url", nil, "must be an http or https URL with a host and without credentials, such as https://prometheus.example.com")
	}
	c.Require(o.AttemptTimeout > 0, "/attemptTimeout", o.AttemptTimeout, "must be more than 0")
	c.Require(o.HeaderTimeout > 0, "/headerTimeout", o.HeaderTimeout, "must be more than 0")
	c.Require(o.Timeout > 0, "/timeout", o.Timeout, "must be more than 0")
	c.Require(o.Attempts > 0, "/attempts", o.Attempts, "must be 1 or more")
	c.Require(o.Concurrency > 0, "/concurrency", o.Concurrency, "must be 1 or more")
	c.Require(o.QueueTime > 0, "/queueTime", o.QueueTime, "must be more than 0")
	c.Require(o.BreakerWait > 0, "/breakerWait", o.BreakerWait, "must be more than 0")
	c.Require(o.MaxAnswer > 0, "/maxAnswer", o.MaxAnswer, "must be more than 0")
	config := o.TLS.config(&c)
	return u, config, c.Err()
}

// config turns the description into what crypto/tls takes.
func (t TLS) config(c *fault.Check) *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		config.RootCAs = x509.NewCertPool()
		switch {
		case err != nil:
			c.Fail("/tls/caFile", t.CAFile, "cannot be read: %s", reason(err))
		case !config.RootCAs.AppendCertsFromPEM(pem):
			c.Fail("/tls/caFile", t.CAFile, "must hold at least one certificate in PEM")
		}
	}
	if t.CertificateFile == "" && t.KeyFile == "" {
		return config
	}
	load := func() (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(t.CertificateFile, t.KeyFile)
		return &pair, err
	}
	if _, err := load(); err != nil {
		c.Fail("/tls/certificateFile", t.CertificateFile, "must be a certificate, and /tls/keyFile its key, both in PEM: %s", reason(err))
	}
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return load() }
	return config
}

// reason leaves the path out of a file's error, which its violation names.
func reason(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
