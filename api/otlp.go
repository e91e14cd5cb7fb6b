package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	colpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	"golang.org/x/sync/semaphore"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure/otlp"
)

// Bounds of what is received as OTLP.
const (
	// maxExport is the size of an export, in bytes: unpacked, and as it is sent where
	// the operator allows that much.
	maxExport = 16 << 20
	// maxExportDepth is how deep attributes may be nested.
	maxExportDepth = 64
	// exportsAtOnce is how many exports are unpacked at the same time: that takes
	// several times their size. Others wait for exportPatience.
	exportsAtOnce  = 4
	exportPatience = 5 * time.Second
	// maxBuffered is how many bytes of exports, as they are sent, are held at the same
	// time. It is apart from the room to unpack, so that who sends slowly takes only
	// as much as is announced.
	maxBuffered = exportsAtOnce * maxExport
)

// The media types of OTLP over HTTP.
const (
	mediaProtobuf = "application/x-protobuf"
	mediaJSON     = "application/json"
)

// Exports takes what is exported as OpenTelemetry metrics. *otlp.Service is one.
type Exports interface {
	Receive(ctx context.Context, request *colpb.ExportMetricsServiceRequest) (otlp.Outcome, error)
}

// receiver answers exports of OpenTelemetry metrics. It is no operation: its body
// is protobuf, or JSON as protobuf has it, its errors are google.rpc.Status, and
// exporters compress, all as the OTLP specification says.
type receiver struct {
	*endpoint
	api      *API
	exports  Exports
	buffered *semaphore.Weighted
	room     *semaphore.Weighted
}

// HandleExports adds the endpoint of OpenTelemetry exporters, whose endpoint is
// then /otlp.
func (a *API) HandleExports(exports Exports) {
	e := &endpoint{
		operation: operation{method: http.MethodPost, path: "/otlp/v1/metrics", maxBody: a.largestBody(maxExport), rule: access.Rule{Verb: access.Push, Kind: access.KindSLO}},
		route:     "/otlp/v1/metrics", load: a.admission.Route(admission.Writes),
	}
	e.meter = a.metrics.meter(e.method, e.path)
	a.router.Method(e.method, e.path, &receiver{
		endpoint: e, api: a, exports: exports,
		buffered: semaphore.NewWeighted(maxBuffered), room: semaphore.NewWeighted(exportsAtOnce),
	})
}

// ServeHTTP answers one export.
func (v *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := exchangeFrom(r.Context())
	x.route, x.meter = v.route, v.meter
	r.Body = http.MaxBytesReader(w, r.Body, v.maxBody)
	coding := codingOf(r.Header)
	response, err := v.receive(x, r, coding)
	if err != nil {
		v.refuse(w, x, coding, v.api.problem(r.Context(), err))
		return
	}
	coding.write(w, http.StatusOK, response)
}

func (v *receiver) receive(x *exchange, r *http.Request, coding coding) (*colpb.ExportMetricsServiceResponse, error) {
	ctx, err := v.caller(x, r)
	if err != nil {
		return nil, err
	}
	if coding == unknownCoding {
		p := newProblem(http.StatusUnsupportedMediaType, "unsupported_media_type", "send %s, or %s, with one Content-Type", mediaProtobuf, mediaJSON)
		p.header("Accept", mediaProtobuf+", "+mediaJSON)
		return nil, p
	}
	size := r.ContentLength
	switch {
	case size > v.maxBody:
		x.Header()["Connection"] = closeConnection
		return nil, v.tooLarge()
	case size < 0:
		size = v.maxBody // it is not announced
	}
	if err := wait(ctx, v.buffered, size); err != nil {
		return nil, err
	}
	defer v.buffered.Release(size)
	body, err := v.read(x, r)
	if err != nil {
		return nil, err
	}
	// The room first: who waits for it holds no permit, of which others have need.
	if err := wait(ctx, v.room, 1); err != nil {
		return nil, err
	}
	defer v.room.Release(1)
	if p := v.api.enter(ctx, x, v.load, x.payer.Caller, time.Now()); p != nil {
		return nil, p
	}
	request, err := v.decode(body, r.Header["Content-Encoding"], coding)
	if err != nil {
		return nil, err
	}
	outcome, err := v.exports.Receive(ctx, request)
	if err != nil {
		return nil, err
	}
	response := &colpb.ExportMetricsServiceResponse{}
	if outcome.Rejected > 0 {
		response.PartialSuccess = &colpb.ExportMetricsPartialSuccess{RejectedDataPoints: outcome.Rejected, ErrorMessage: outcome.Message}
	}
	return response, nil
}

// caller finds out who calls, charges the request and permits it, as that of any
// operation.
func (v *receiver) caller(x *exchange, r *http.Request) (context.Context, error) {
	if p := v.api.charge(v.endpoint, x, r); p != nil {
		return nil, p
	}
	if err := v.api.meet(r.Context(), v.endpoint, x, r); err != nil {
		return nil, err
	}
	ctx := access.WithCaller(r.Context(), x.caller)
	return ctx, v.api.permit(ctx, v.endpoint)
}

// wait waits until there is room for an export, which the caller releases.
func wait(ctx context.Context, room *semaphore.Weighted, n int64) error {
	patient, cancel := context.WithTimeout(ctx, exportPatience)
	defer cancel()
	if room.Acquire(patient, n) != nil {
		p := newProblem(http.StatusTooManyRequests, "too_many_exports", "too many exports are being counted; send this one again later")
		p.header("Retry-After", "1")
		return p
	}
	return nil
}

// read reads the body as it was sent. Where that fails the deadline stays, and the
// connection is closed: net/http waits for the rest of the body before it answers.
func (v *receiver) read(x *exchange, r *http.Request) ([]byte, error) {
	control := http.NewResponseController(x.ResponseWriter)
	_ = control.SetReadDeadline(time.Now().Add(v.api.cfg.BodyTimeout)) // a writer of a test has none
	body, err := io.ReadAll(r.Body)
	if err != nil {
		x.Header()["Connection"] = closeConnection
		return nil, v.unreadable(err)
	}
	_ = control.SetReadDeadline(time.Time{})
	return body, nil
}

// decode unpacks and decodes a body.
func (v *receiver) decode(data []byte, encodings []string, coding coding) (*colpb.ExportMetricsServiceRequest, error) {
	switch encoding := strings.ToLower(strings.Join(encodings, ",")); encoding {
	case "", "identity":
	case "gzip":
		var err error
		if data, err = unpack(data); err != nil {
			return nil, v.unreadable(err)
		}
		if len(data) > maxExport {
			return nil, newProblem(http.StatusRequestEntityTooLarge, "body_too_large", "the export is larger than %d bytes, unpacked; send less at a time", maxExport)
		}
	default:
		p := newProblem(http.StatusUnsupportedMediaType, "unsupported_media_type", "the Content-Encoding %q is not taken here; send gzip, or none", quote(encoding))
		p.header("Accept-Encoding", "gzip, identity")
		return nil, p
	}
	if err := bound(data, coding); err != nil {
		return nil, err
	}
	var err error
	request := &colpb.ExportMetricsServiceRequest{}
	if coding == protobufCoding {
		err = proto.UnmarshalOptions{DiscardUnknown: true, RecursionLimit: maxExportDepth}.Unmarshal(data, request)
	} else {
		err = protojson.UnmarshalOptions{DiscardUnknown: true, RecursionLimit: maxExportDepth}.Unmarshal(data, request)
	}
	if err != nil {
		return nil, newProblem(http.StatusBadRequest, "malformed_export", "the body is no ExportMetricsServiceRequest as %s", coding.media())
	}
	return request, nil
}

// unpack returns at most a byte more than an export may have.
func unpack(packed []byte) ([]byte, error) {
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(unpacked, maxExport+1))
}

func (v *receiver) tooLarge() *Problem {
	return newProblem(http.StatusRequestEntityTooLarge, "body_too_large", "the export is larger than %d bytes as it is sent; send less at a time", v.maxBody)
}

// unreadable tells why a body could not be read to its end.
func (v *receiver) unreadable(err error) *Problem {
	var large *http.MaxBytesError
	timeout := net.Error(nil)
	switch {
	case errors.As(err, &large):
		return v.tooLarge()
	case errors.As(err, &timeout) && timeout.Timeout():
		return newProblem(http.StatusRequestTimeout, "body_timeout", "the body took longer than %s to arrive", v.api.cfg.BodyTimeout)
	}
	return newProblem(http.StatusBadRequest, "body_unreadable", "the body ended early, or is not packed as its Content-Encoding says")
}

// rpcCodes are the codes of gRPC for the statuses of HTTP.
var rpcCodes = map[int]codes.Code{
	http.StatusBadRequest: codes.InvalidArgument, http.StatusUnprocessableEntity: codes.InvalidArgument,
	http.StatusUnsupportedMediaType: codes.InvalidArgument, http.StatusRequestEntityTooLarge: codes.InvalidArgument,
	http.StatusUnauthorized: codes.Unauthenticated, http.StatusForbidden: codes.PermissionDenied,
	http.StatusRequestTimeout: codes.DeadlineExceeded, http.StatusConflict: codes.Aborted,
	http.StatusTooManyRequests: codes.ResourceExhausted, http.StatusServiceUnavailable: codes.Unavailable,
}

// refuse answers with a google.rpc.Status, in the coding of the request. Exporters
// try again what is answered with 429 or 503, and drop the rest.
func (v *receiver) refuse(w http.ResponseWriter, x *exchange, coding coding, p *Problem) {
	code, known := rpcCodes[p.Status]
	if !known {
		code = codes.Internal
	}
	for name, values := range p.headers {
		w.Header()[name] = []string{strings.Join(values, ", ")}
	}
	coding.write(w, p.Status, &statuspb.Status{Code: int32(code), Message: fmt.Sprintf("%s: %s (request %s)", p.Code, p.Detail, x.id)})
}

// coding is how a request is written, and its response.
type coding int

const (
	unknownCoding coding = iota // answered as JSON, which people can read
	protobufCoding
	jsonCoding
)

func codingOf(h http.Header) coding {
	given := h["Content-Type"]
	if len(given) != 1 {
		return unknownCoding
	}
	media, params, err := mime.ParseMediaType(given[0])
	charset, named := params["charset"]
	switch {
	case err != nil || named && !strings.EqualFold(charset, "utf-8"):
		return unknownCoding
	case media == mediaProtobuf:
		return protobufCoding
	case media == mediaJSON:
		return jsonCoding
	}
	return unknownCoding
}

func (c coding) media() string {
	if c == protobufCoding {
		return mediaProtobuf
	}
	return mediaJSON
}

// write sends a message.
func (c coding) write(w http.ResponseWriter, status int, m proto.Message) {
	marshal := protojson.Marshal
	if c == protobufCoding {
		marshal = proto.Marshal
	}
	body, err := marshal(m)
	if err != nil {
		panic(fmt.Sprintf("an answer is plain text and numbers: %v", err))
	}
	w.Header()["Content-Type"] = []string{c.media()}
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone
}
