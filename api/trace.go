package api

import (
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// traced makes a span of every request, a child of the caller's where the caller
// sends a W3C traceparent. Metrics are the edge's own, so otelhttp's are off. The
// address that otelhttp takes from X-Forwarded-For, whoever sent it, is put right, and a secret
// that is in the path is taken out of it.
func (a *API) traced(p trace.TracerProvider) func(http.Handler) http.Handler {
	spanned := otelhttp.NewMiddleware("http",
		otelhttp.WithTracerProvider(p),
		otelhttp.WithMeterProvider(metricnoop.NewMeterProvider()),
		otelhttp.WithPropagators(propagation.TraceContext{}))
	return func(next http.Handler) http.Handler {
		return spanned(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if span := trace.SpanFromContext(r.Context()); span.IsRecording() {
				// Where there is no network it is the name of the socket (OpenTelemetry's
				// semantic conventions, client.address).
				from := r.RemoteAddr
				if address := a.clientAddress(r); address.IsValid() {
					from = address.String()
				}
				span.SetAttributes(attribute.String("client.address", from), attribute.String("url.path", shownPath(r)))
			}
			next.ServeHTTP(w, r)
		}))
	}
}

// nameSpan names the request's span after its route; without tracing the span is
// a no-op that costs next to nothing.
func nameSpan(r *http.Request, e *endpoint, requestID string) {
	span := trace.SpanFromContext(r.Context())
	if !span.IsRecording() {
		return
	}
	span.SetName(e.method + " " + e.route)
	span.SetAttributes(
		attribute.String("http.route", e.route),
		attribute.String("evenkeel.operation", e.id),
		attribute.String("evenkeel.request_id", requestID))
}
