package adapter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/source"
)

// Bounds of a reply.
const (
	maxReply  = 16 << 20 // bytes
	maxDetail = 300      // characters of what an adapter says that are handed on
	maxWait   = time.Hour
)

// reply is what an adapter answered, read whole.
type reply struct {
	status int
	media  string
	body   []byte
	large  bool // there was more of it
	retry  time.Duration
}

func readReply(r *http.Response) (reply, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxReply+1))
	if err != nil {
		return reply{}, fmt.Errorf("reading the reply: %w", err)
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		media = ""
	}
	out := reply{status: r.StatusCode, media: media, body: body, large: len(body) > maxReply}
	if seconds, err := strconv.Atoi(r.Header.Get("Retry-After")); err == nil {
		out.retry = min(max(0, time.Duration(min(seconds, int(maxWait/time.Second)))*time.Second), maxWait)
	}
	return out, nil
}

// decode reads the whole reply as JSON. Members that are not known are passed
// over: later versions of the protocol may add some.
func (r reply) decode(into any) error {
	switch {
	case r.large:
		return fmt.Errorf("its answer is larger than %d bytes", maxReply)
	case r.media != "application/json":
		return fmt.Errorf("its answer is of type %s, and not application/json", quote(r.media))
	}
	decoder := json.NewDecoder(bytes.NewReader(r.body))
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("its answer is not what the protocol says: %s", fault.Clip(err.Error(), maxDetail))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something behind its answer")
	}
	return nil
}

// problem is what of RFC 9457 is told on.
type problem struct {
	Title  string `json:"title"`
	Detail string `json:"detail"`
}

// said is what an adapter says of a failure, empty when nothing.
func (r reply) said() string {
	var p problem
	if r.media != "application/problem+json" || r.large || json.Unmarshal(r.body, &p) != nil {
		return ""
	}
	text := p.Detail
	if text == "" {
		text = p.Title
	}
	return plain(text)
}

// fault is what can be done about a reply that is no success: Unavailable may be
// tried again, Invalid and Forbidden will be the same until somebody changes the
// indicator or the data source.
func (r reply) fault(src source.Source) error {
	kind, code := fault.Invalid, "adapter_refused"
	switch {
	case r.status == http.StatusTooManyRequests || r.status == http.StatusRequestTimeout || r.status >= 500:
		kind, code = fault.Unavailable, "adapter_unavailable"
	case r.status == http.StatusUnauthorized || r.status == http.StatusForbidden:
		kind, code = fault.Forbidden, "adapter_forbidden"
	}
	text := fmt.Sprintf("the adapter %s answered %d", src.Slug, r.status)
	if said := r.said(); said != "" {
		text += ": " + said
	}
	f := fault.New(kind, code, "%s", text)
	f.RetryAfter = r.retry
	return f
}

// plain is a text of an adapter as one line, and not too long.
func plain(text string) string {
	text = strings.Join(strings.Fields(strings.Map(func(c rune) rune {
		if strconv.IsGraphic(c) {
			return c
		}
		return ' '
	}, strings.ToValidUTF8(text, "\ufffd"))), " ")
	return fault.Clip(text, maxDetail)
}

func quote(value string) string { return strconv.QuoteToGraphic(fault.Clip(value, 64)) }
