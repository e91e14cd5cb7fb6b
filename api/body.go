package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// DefaultBodyTimeout is how long a caller may take to send a body.
const DefaultBodyTimeout = 15 * time.Second

// keptBuffer is the largest buffer, in bytes, that is kept for the next request.
const keptBuffer = 1 << 20

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func releaseBody(b *bytes.Buffer) {
	if b.Cap() <= keptBuffer {
		b.Reset()
		buffers.Put(b)
	}
}

// largestBody is how many bytes a body may have whose own bound that is, 0 where it
// has none: never more than the operator allows.
func (a *API) largestBody(own int64) int64 {
	if own <= 0 {
		return a.cfg.MaxBody
	}
	return min(own, a.cfg.MaxBody)
}

// readBody reads the whole body into x.body, once. The buffer is the caller's to
// release when the handler has returned.
func (a *API) readBody(e *endpoint, x *exchange, w http.ResponseWriter, r *http.Request) (*bytes.Buffer, *Problem) {
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		if e.needed {
			return nil, newProblem(http.StatusBadRequest, "body_missing", "this operation needs a body of type %s", strings.Join(e.media, " or "))
		}
		return nil, nil
	}
	if p := checkMedia(e, r.Header); p != nil {
		return nil, p
	}
	if r.ContentLength > e.maxBody {
		return nil, tooLarge(w, e)
	}
	// Its deadline was set at the edge. huma takes it away again before the handler
	// runs: left in place, it would cancel the request's context.
	buf := buffers.Get().(*bytes.Buffer)
	if r.ContentLength > 0 {
		buf.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	n, err := buf.ReadFrom(io.LimitReader(r.Body, e.maxBody+1))
	x.body = buf.Bytes()
	switch timeout := net.Error(nil); {
	case n > e.maxBody:
		return buf, tooLarge(w, e)
	case errors.As(err, &timeout) && timeout.Timeout():
		return buf, newProblem(http.StatusRequestTimeout, "body_timeout", "the body took longer than %s to arrive", a.cfg.BodyTimeout)
	case err != nil:
		return buf, newProblem(http.StatusBadRequest, "body_unreadable", "the body ended before its announced length, or is not framed as it should be")
	case n == 0 && e.needed:
		return buf, newProblem(http.StatusBadRequest, "body_missing", "this operation needs a body of type %s", strings.Join(e.media, " or "))
	}
	return buf, nil
}

// tooLarge refuses a body, and the connection with what is left of it.
func tooLarge(w http.ResponseWriter, e *endpoint) *Problem {
	w.Header()["Connection"] = []string{"close"}
	return newProblem(http.StatusRequestEntityTooLarge, "body_too_large", "the body is larger than %d bytes; send less at a time", e.maxBody)
}

// checkMedia refuses a body of an unnamed, another, or a compressed type.
func checkMedia(e *endpoint, h http.Header) *Problem {
	wanted := strings.Join(e.media, " or ")
	refuse := func(format string, args ...any) *Problem {
		p := newProblem(http.StatusUnsupportedMediaType, "unsupported_media_type", format, args...)
		p.header("Accept", strings.Join(e.media, ", "))
		return p
	}
	if enc := h["Content-Encoding"]; len(enc) > 0 && !(len(enc) == 1 && strings.EqualFold(enc[0], "identity")) {
		p := refuse("the body comes with a Content-Encoding; send it as it is")
		p.header("Accept-Encoding", "identity")
		return p
	}
	given := h["Content-Type"]
	if len(given) == 1 && len(e.media) == 1 && given[0] == e.media[0] {
		return nil // as almost always
	}
	if len(given) != 1 {
		return refuse("one Content-Type is needed: %s", wanted)
	}
	media, params, err := mime.ParseMediaType(given[0])
	if err != nil || !slices.Contains(e.media, media) {
		return refuse("the Content-Type %q is not taken here; send %s", quote(given[0]), wanted)
	}
	if charset, named := params["charset"]; named && !strings.EqualFold(charset, "utf-8") {
		return refuse("the charset %q is not taken here; send utf-8", quote(charset))
	}
	return nil
}

func isJSON(media string) bool {
	return media == "application/json" || strings.HasSuffix(media, "+json")
}

// jsonFormat is how replies are written: whole or not at all, so that a value
// that cannot be written becomes a 500 instead of half a reply.
var jsonFormat = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		buf := buffers.Get().(*bytes.Buffer)
		defer releaseBody(buf)
		enc := json.NewEncoder(buf)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			panic(err) // nothing is sent yet: the edge answers, and logs it
		}
		if c, ok := w.(*call); ok {
			c.length(buf.Len())
		}
		_, _ = w.Write(buf.Bytes()) // the client may be gone
		return nil
	},
	Unmarshal: json.Unmarshal,
}
