package prometheus

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/source"
)

// maxDetail is how many characters of what a data source says are handed on.
const maxDetail = 300

// Client gives the HTTP client for a data source, such as that of an outbound.Client:
// with its secrets, with what guards the way there, and bounded in time and size.
// Its faults are handed on as they are.
type Client func(context.Context, source.Source) (*http.Client, error)

// Reader reads slots. It keeps nothing and may be used by many at once.
type Reader struct {
	client Client
}

// New returns a reader.
func New(client Client) *Reader { return &Reader{client: client} }

// exchange is a request of a data source and what of the reply its API's client
// does not tell.
type exchange struct {
	api.Client
	src    source.Source
	status int // 0 when no reply was read
	retry  time.Duration
}

// Do implements api.Client.
func (x *exchange) Do(ctx context.Context, req *http.Request) (*http.Response, []byte, error) {
	x.status, x.retry = 0, 0
	resp, body, err := x.Client.Do(ctx, req)
	if err == nil {
		x.status = resp.StatusCode
		if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
			x.retry = min(max(0, time.Duration(seconds)*time.Second), time.Hour)
		}
	}
	return resp, body, err
}

// ask calls a data source. Its queries come by POST and change nothing, so that they
// may be repeated.
func ask[T any](ctx context.Context, r *Reader, src source.Source, call func(context.Context, v1.API, ...v1.Option) (T, v1.Warnings, v1.Infos, error)) (T, string, error) {
	var none T
	way, err := r.client(ctx, src)
	if err != nil {
		return none, "", err
	}
	client, err := api.NewClient(api.Config{Address: src.Address, Client: way})
	if err != nil {
		return none, "", fmt.Errorf("making a client for the data source %s: %w", src.Slug, err)
	}
	var options []v1.Option
	if src.Timeout > 0 {
		options = append(options, v1.WithTimeout(src.Timeout))
	}
	x := &exchange{Client: client, src: src}
	got, warnings, _, err := call(outbound.Repeatable(ctx), v1.NewAPI(x), options...)
	if err != nil {
		return none, "", x.fault(err)
	}
	return got, partial(warnings), nil
}

// partial returns the first warning that says that an answer is not whole, or "".
// Before Prometheus told them apart, notes on the expression came as warnings too.
func partial(warnings v1.Warnings) string {
	for _, w := range warnings {
		if !strings.HasPrefix(w, "PromQL info:") {
			return short(w, maxDetail)
		}
	}
	return ""
}

// fault turns what went wrong into what can be done about it: Unavailable may be
// tried again; Invalid and Forbidden will be the same until somebody changes the
// query or the data source.
func (x *exchange) fault(err error) error {
	if fault.As(err) != nil {
		return err // of the way there, which knows better
	}
	give := func(kind fault.Kind, code, format string, args ...any) error {
		f := fault.New(kind, code, format, args...)
		f.Err, f.RetryAfter = err, x.retry
		return f
	}
	var said *v1.Error
	spoken := errors.As(err, &said) && said.Type != v1.ErrClient && said.Type != v1.ErrBadResponse
	switch {
	case x.status == 0:
		return x.unanswered(give, err)
	case x.status == http.StatusTooManyRequests, x.status == http.StatusRequestTimeout, x.status >= 500:
		return give(fault.Unavailable, "source_unavailable", "the data source %q cannot answer now (status %d)", x.src.Slug, x.status)
	case x.status == http.StatusUnauthorized, x.status == http.StatusForbidden:
		return give(fault.Forbidden, "source_forbids", "the data source %q does not let Evenkeel read (status %d); check its secret and tenant", x.src.Slug, x.status)
	case spoken:
		return give(fault.Invalid, "query_refused", "the data source %q refuses the query: %s", x.src.Slug, short(said.Msg, maxDetail))
	}
	return give(fault.Invalid, "source_not_prometheus", "the data source %q does not answer as a Prometheus does (status %d); check its address", x.src.Slug, x.status)
}

// unanswered is fault where no reply came.
func (x *exchange) unanswered(give func(kind fault.Kind, code, format string, args ...any) error, err error) error {
	var late interface{ Timeout() bool }
	kind := outbound.Unreachable
	failed := outbound.As(err)
	if failed != nil {
		kind = failed.Kind
	} else if errors.As(err, &late) && late.Timeout() {
		kind = outbound.Timeout
	}
	switch kind {
	case outbound.Timeout:
		return give(fault.Unavailable, "source_timeout", "the data source %q did not answer in time", x.src.Slug)
	case outbound.Refused:
		return give(fault.Invalid, "source_refused", "the data source %q is at an address that must not be asked", x.src.Slug)
	case outbound.Untrusted:
		return give(fault.Invalid, "source_untrusted", "the data source %q has a certificate that is not to be trusted", x.src.Slug)
	case outbound.Credentials:
		return give(fault.Invalid, "source_credentials", "the credentials for the data source %q could not be had", x.src.Slug)
	case outbound.CircuitOpen, outbound.Throttled:
		return give(fault.Unavailable, "source_left_alone", "the data source %q is asked less often for a while: %v", x.src.Slug, failed.Err)
	case outbound.BulkheadFull:
		return give(fault.Unavailable, "source_busy", "too many requests to the data source %q are under way", x.src.Slug)
	case outbound.TooLarge:
		return give(fault.Invalid, "query_refused", "the data source %q answers with more than is taken; the query gives too many series", x.src.Slug)
	}
	return give(fault.Unavailable, "source_unreachable", "the data source %q cannot be reached now", x.src.Slug)
}

// queryRange reads an expression at the end of each slot that begins in [from, to).
func (r *Reader) queryRange(ctx context.Context, src source.Source, query string, from, to time.Time, resolution time.Duration) (model.Matrix, string, error) {
	value, warning, err := ask(ctx, r, src, func(ctx context.Context, c v1.API, options ...v1.Option) (model.Value, v1.Warnings, v1.Infos, error) {
		return c.QueryRange(ctx, query, v1.Range{Start: from.Add(resolution), End: to, Step: resolution}, options...)
	})
	if err != nil {
		return nil, "", err
	}
	matrix, ok := value.(model.Matrix)
	if !ok {
		return nil, "", fault.New(fault.Invalid, "source_not_prometheus", "the data source %q answers a range query with something else than a matrix", src.Slug)
	}
	return matrix, warning, nil
}
