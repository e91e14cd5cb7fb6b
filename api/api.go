package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/idempotency"
)

// DefaultMaxBody is the size of a request's body, in bytes, beyond which it is
// refused; its operation may refuse smaller ones.
const DefaultMaxBody = 1 << 20

// Authenticator verifies a bearer token. What is wrong with a token is a fault
// of kind Unauthenticated, of which access.CodeTokenRevoked and CodeTokenExpired are of one
// that was good; any other error is internal. *access.Service is one.
type Authenticator interface {
	Authenticate(ctx context.Context, token string) (access.Caller, error)
	// Lasting returns that of a token, not verified yet, which is the same in all requests
	// of its owner and which nobody else has; empty where all of it is of one request.
	Lasting(token string) string
}

// Permitter decides on what an operation declares, before anything is loaded.
// *access.Authorizer is one.
type Permitter interface {
	Permit(ctx context.Context, rule access.Rule) error
}

// Refusals records who was refused what. It is called after the handler has
// returned, outside any transaction, and bounds itself. *audit.Service is one.
type Refusals interface {
	RecordRefusal(ctx context.Context, r access.Refusal) error
}

// Idempotency runs an effect at most once for each key. The second answer is
// true when the effect had been done before; the resource is then the recorded
// one. *idempotency.Service is one.
type Idempotency interface {
	Do(ctx context.Context, key idempotency.Key, effect func(ctx context.Context) (idempotency.Resource, error)) (idempotency.Resource, bool, error)
	Seen(ctx context.Context, key idempotency.Key) (idempotency.Resource, bool, error)
}

// Config is what the edge is built from. Without an Authenticator no token is
// accepted, without a Permitter nothing but public operations is allowed: so the
// OpenAPI document can be had from an API that serves nobody.
type Config struct {
	Logger *slog.Logger

	Authenticator Authenticator
	Permitter     Permitter
	Refusals      Refusals
	Idempotency   Idempotency

	// Registry receives the edge's metrics and is served at /metrics.
	Registry *prometheus.Registry
	// Observe is told of every finished request: its route pattern, status and
	// duration. It must not block.
	Observe func(route string, status int, d time.Duration)
	// Ready tells whether the instance can serve; nil means always.
	Ready func(ctx context.Context) error
	// PublicURL is where people reach it, without a slash at its end.
	PublicURL string
	// TracerProvider makes a span of every request; nil makes none and costs nothing.
	TracerProvider trace.TracerProvider
	// TrustedProxies are the networks of proxies that tell truly who called them.
	TrustedProxies []netip.Prefix
	// TrustedProxyHeader is the one header in which they tell it: Forwarded, or
	// X-Forwarded-For, which it is when empty.
	TrustedProxyHeader string
	// RequestsPerSecond is each caller's quota, on average; 0 sets none. Burst is
	// how many a caller may make at once.
	RequestsPerSecond, Burst int
	// MaxBody overrides DefaultMaxBody, BodyTimeout DefaultBodyTimeout,
	// RequestTimeout DefaultRequestTimeout.
	MaxBody        int64
	BodyTimeout    time.Duration
	RequestTimeout time.Duration
}

// API is the HTTP edge: an http.Handler to which operations and pages are added
// before it serves.
type API struct {
	cfg       Config
	log       *slog.Logger
	router    *chi.Mux
	huma      huma.API
	metrics   *metrics
	admission *admission.Control
	unmatched *meter
	stray     *admission.Route // of browsers that ask for what is not there
	endpoints []*endpoint
	draining  atomic.Bool
	// notFoundPage is for browsers, may be nil.
	notFoundPage http.Handler
	document     document
}

// New returns an edge with its own pages (health, metrics, OpenAPI, reference)
// and no operations yet.
func New(cfg Config) *API {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Registry == nil {
		cfg.Registry = prometheus.NewRegistry()
	}
	if cfg.MaxBody <= 0 {
		cfg.MaxBody = DefaultMaxBody
	}
	if cfg.BodyTimeout <= 0 {
		cfg.BodyTimeout = DefaultBodyTimeout
	}
	if cfg.RequestTimeout <= 0 {
		cfg.RequestTimeout = DefaultRequestTimeout
	}
	a := &API{cfg: cfg, log: cfg.Logger, router: chi.NewMux(), metrics: newMetrics(cfg.Registry)}
	a.admission = admission.New(admission.Options{PerSecond: cfg.RequestsPerSecond, Burst: cfg.Burst, Registerer: cfg.Registry})
	a.stray = a.admission.Route(admission.Reads)
	a.unmatched = a.metrics.meter("", "unmatched")
	a.router.Use(a.edge)
	if cfg.TracerProvider != nil {
		a.router.Use(a.traced(cfg.TracerProvider))
	}
	a.router.NotFound(a.notFound)
	a.router.MethodNotAllowed(a.methodNotAllowed)
	a.huma = huma.NewAPI(humaConfig(), &adapter{a})
	a.ownPages()
	return a
}

// ServeHTTP answers a request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.router.ServeHTTP(w, r) }

// Huma returns huma's view of the edge, for humatest.
func (a *API) Huma() huma.API { return a.huma }

// Handle adds a handler that is not an operation, such as a page or a style
// sheet. It has the edge's request id, log, metrics, headers and body limit, and
// does its own authentication. HEAD is answered by the handler of GET, which sees
// it as what it is. Under overload it counts among what reads, or what writes, by
// its method; it is charged to the address that it comes from.
func (a *API) Handle(method, pattern string, h http.Handler) {
	class := admission.Writes
	if method == http.MethodGet {
		class = admission.Reads
	}
	a.handle(class, method, pattern, h)
}

// HandleHeavy is Handle of a page that takes as much as a report does, and waits like one.
func (a *API) HandleHeavy(pattern string, h http.Handler) {
	a.handle(admission.Reports, http.MethodGet, pattern, h)
}

func (a *API) handle(class admission.Class, method, pattern string, h http.Handler) {
	m := a.metrics.meter(method, pattern)
	load := a.admission.Route(class)
	a.router.Method(method, pattern, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := exchangeFrom(r.Context())
		x.route, x.meter = pattern, m
		r.Method = x.method
		if p := a.admitPage(x, load, r); p != nil {
			writeProblem(w, x, p)
			return
		}
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = http.MaxBytesReader(w, r.Body, a.cfg.MaxBody)
		}
		h.ServeHTTP(w, r)
	}))
}

// Drain makes /readyz say no, so that no new traffic comes while the server
// finishes what it has, and has connections closed after the reply that is next
// on them.
func (a *API) Drain() { a.draining.Store(true) }

// NotFoundPage adds the page that a browser gets for a path where there is
// nothing; programs get a problem, and so does everybody below /v1.
func (a *API) NotFoundPage(h http.Handler) { a.notFoundPage = h }

func (a *API) notFound(w http.ResponseWriter, r *http.Request) {
	x := exchangeFrom(r.Context())
	if a.notFoundPage != nil && !strings.HasPrefix(r.URL.Path, "/v1/") && strings.Contains(r.Header.Get("Accept"), "text/html") {
		if p := a.admitPage(x, a.stray, r); p != nil {
			writeProblem(w, x, p)
			return
		}
		a.notFoundPage.ServeHTTP(w, r)
		return
	}
	writeProblem(w, x, newProblem(http.StatusNotFound, "route_not_found", "there is nothing at this path; /docs lists what there is"))
}

func (a *API) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	path := r.URL.RawPath
	if path == "" {
		path = r.URL.Path
	}
	p := newProblem(http.StatusMethodNotAllowed, "method_not_allowed", "this path does not take that method; the Allow header lists those it takes")
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if !a.router.Match(chi.NewRouteContext(), m, path) {
			continue
		}
		p.header("Allow", m)
		if m == http.MethodGet {
			p.header("Allow", http.MethodHead)
		}
	}
	if p.headers == nil {
		a.notFound(w, r) // chi asks here, too, for a method that it does not know
		return
	}
	writeProblem(w, exchangeFrom(r.Context()), p)
}
