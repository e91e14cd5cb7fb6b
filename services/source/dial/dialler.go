package dial

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/source"
)

// TenantHeader is what Mimir, Loki and their like know a tenant by.
const TenantHeader = "X-Scope-OrgID"

// Secrets gives secrets by their names, as they are now. Its errors hold no secret.
type Secrets interface {
	Secret(ctx context.Context, name string) (string, error)
}

// Parts is what a Dialler is made of.
type Parts struct {
	Secrets  Secrets
	Reach    outbound.Reach    // which addresses may be dialled
	Metrics  *outbound.Metrics // of the clients that Client makes; nil counts nothing
	Resolver *net.Resolver     // nil means the machine's
	Logger   *slog.Logger
	Clock    clock.Clock
}

// Dialler makes the clients of data sources.
type Dialler struct {
	parts Parts
}

// New returns a dialler.
func New(p Parts) *Dialler { return &Dialler{parts: p} }

// Client returns the client of a data source, which is closed by whoever asked for
// it. Its certificates are those of now; the token or password, and our own
// certificate, are looked up for each attempt or connection. Its faults are those
// of Secrets, and Unavailable "secret_unusable" for certificates that are none.
func (d *Dialler) Client(ctx context.Context, s source.Source) (*outbound.Client, error) {
	o, err := d.options(ctx, s)
	if err != nil {
		return nil, err
	}
	o.Metrics, o.Logger = d.parts.Metrics, d.parts.Logger
	return d.client(s, o)
}

func (d *Dialler) client(s source.Source, o outbound.Options) (*outbound.Client, error) {
	c, err := outbound.New(o)
	if e := fault.As(err); e != nil && o.TLS.CA != "" {
		// What is declared of a data source fits; only what was looked up may not.
		return nil, fault.New(fault.Unavailable, "secret_unusable", "the secret %q must hold at least one certificate in PEM", s.TLS.CA)
	}
	if err != nil {
		return nil, fmt.Errorf("make the client of a data source: %w", err)
	}
	return c, nil
}

func (d *Dialler) options(ctx context.Context, s source.Source) (outbound.Options, error) {
	o := outbound.Options{
		Name: s.Slug, URL: s.Address, Reach: d.parts.Reach, Resolver: d.parts.Resolver, Clock: d.parts.Clock,
		AttemptTimeout: s.Timeout, Timeout: s.Timeout, Concurrency: s.Concurrency,
		Headers: func(ctx context.Context) (http.Header, error) { return d.headers(ctx, s) },
		TLS:     outbound.TLS{ServerName: s.TLS.ServerName},
	}
	if s.TLS.CA != "" {
		var err error
		if o.TLS.CA, err = d.parts.Secrets.Secret(ctx, s.TLS.CA); err != nil {
			return o, err
		}
	}
	if s.TLS.Certificate != "" {
		// Looked up now, too, so that one that is missing is told before anything is dialled.
		if _, _, err := d.identity(ctx, s.TLS); err != nil {
			return o, err
		}
		o.TLS.Identify = func(ctx context.Context) (string, string, error) { return d.identity(ctx, s.TLS) }
	}
	return o, nil
}

func (d *Dialler) identity(ctx context.Context, t source.TLS) (certificate, key string, err error) {
	if certificate, err = d.parts.Secrets.Secret(ctx, t.Certificate); err != nil {
		return "", "", err
	}
	key, err = d.parts.Secrets.Secret(ctx, t.Key)
	return certificate, key, err
}

// headers are those that tell the data source who asks.
func (d *Dialler) headers(ctx context.Context, s source.Source) (http.Header, error) {
	h := http.Header{}
	if s.Auth.Scheme != source.Anonymous {
		secret, err := d.parts.Secrets.Secret(ctx, s.Auth.Secret)
		if err != nil {
			return nil, err
		}
		if !sendable(secret) {
			return nil, fault.New(fault.Unavailable, "secret_unusable", "the secret %q has line breaks or other control characters in it, which no header holds", s.Auth.Secret)
		}
		h = outbound.BearerHeader(secret)
		if s.Auth.Scheme == source.Basic {
			h = outbound.BasicHeader(s.Auth.Username, secret)
		}
	}
	if s.Tenant != "" {
		h.Set(TenantHeader, s.Tenant)
	}
	return h, nil
}

func sendable(value string) bool {
	for i := range len(value) {
		if value[i] < ' ' || value[i] == 0x7f {
			return false
		}
	}
	return true
}
