package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/failsafe-go/failsafe-go"
)

const idempotencyKey = "Idempotency-Key"

// request is what is sent, the same at each attempt.
type request struct {
	method, path string
	query        url.Values
	header       http.Header
	body         []byte
	harmless     bool  // the caller says that it may be sent twice
	err          error // why it cannot be sent
}

// newRequest fills the path of an operation, in which parameters are in braces.
func newRequest(method, path string, args ...any) *request {
	r := &request{method: method, query: url.Values{}, header: http.Header{}}
	var b strings.Builder
	for _, arg := range args {
		before, rest, _ := strings.Cut(path, "{")
		name, after, _ := strings.Cut(rest, "}")
		value := fmt.Sprint(arg)
		// Each of these would lead to another operation than the one that is meant.
		if value == "" || value == "." || value == ".." {
			r.err = errors.Join(r.err, fmt.Errorf("the %s is %q, which names nothing", name, value))
		}
		b.WriteString(before + url.PathEscape(value))
		path = after
	}
	r.path = b.String() + path
	return r
}

// addQuery adds a parameter, unless it is a nil pointer.
func (r *request) addQuery(name string, value any) {
	if text, given := parameter(value); given {
		r.query.Add(name, text)
	}
}

func (r *request) addHeader(name string, value any) {
	if text, given := parameter(value); given {
		r.header.Set(name, text)
	}
}

// parameter writes a value as in queries and headers.
func parameter(value any) (text string, given bool) {
	v := reflect.ValueOf(value)
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return "", false
		}
		v = v.Elem()
	}
	if at, is := v.Interface().(time.Time); is {
		return at.Format(time.RFC3339Nano), true
	}
	return fmt.Sprint(v.Interface()), true
}

// once gives the request an Idempotency-Key, unless the caller did.
func (r *request) once() {
	if r.header.Get(idempotencyKey) == "" {
		r.header.Set(idempotencyKey, rand.Text())
	}
}

func (r *request) json(body any) {
	text, err := json.Marshal(body)
	if err != nil {
		r.err = errors.Join(r.err, fmt.Errorf("write the body: %w", err))
	}
	r.raw("application/json", text)
}

func (r *request) raw(media string, body []byte) {
	r.body = body
	r.header.Set("Content-Type", media)
}

// attempt is what came of sending a request once.
type attempt struct {
	body  []byte
	err   error
	again bool          // it is worth another
	after time.Duration // the wait that the server asks for; less than 0 for none
}

// bytes sends a request, as often as that makes sense, and returns the body of its reply.
func (c *Client) bytes(ctx context.Context, r *request) ([]byte, error) {
	if r.err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.method, r.path, r.err)
	}
	r.harmless = ctx.Value(repeatableKey{}) != nil
	attempts := 0
	last, err := failsafe.With(c.policy).WithContext(ctx).GetWithExecution(func(e failsafe.Execution[*attempt]) (*attempt, error) {
		attempts++
		return c.attempt(e.Context(), r), nil
	})
	switch {
	case ctx.Err() != nil && (last == nil || last.err != nil):
		var why error
		if last != nil && !errors.Is(last.err, ctx.Err()) {
			why = last.err
		}
		return nil, fmt.Errorf("%s %s: %w", r.method, r.path, errors.Join(context.Cause(ctx), why))
	case last == nil:
		return nil, fmt.Errorf("%s %s: %w", r.method, r.path, err)
	}
	var refused *Error
	if errors.As(last.err, &refused) {
		refused.Attempts = attempts
	}
	return last.body, last.err
}

func (c *Client) do(ctx context.Context, r *request) error {
	_, err := c.bytes(ctx, r)
	return err
}

// decoded sends a request and reads its reply.
func decoded[T any](ctx context.Context, c *Client, r *request) (*T, error) {
	text, err := c.bytes(ctx, r)
	if err != nil {
		return nil, err
	}
	into := new(T)
	return into, decode(text, into)
}

func decode(text []byte, into any) error {
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("the answer of the server is not understood: %w", err)
	}
	return nil
}

// attempt sends a request once, and once more with another token where the first is not taken.
func (c *Client) attempt(ctx context.Context, r *request) *attempt {
	var refused string
	for {
		token, err := c.token(ctx, refused)
		if err != nil {
			return &attempt{err: err, after: -1}
		}
		res, body, err := c.send(ctx, r, token)
		if err != nil {
			return &attempt{err: err, after: -1, again: ctx.Err() == nil && !errors.As(err, new(tooLong)) && r.worthAnother(0, "", err)}
		}
		if res.StatusCode >= 200 && res.StatusCode < 300 {
			return &attempt{body: body, after: -1}
		}
		if res.StatusCode == http.StatusUnauthorized && refused == "" && c.tokens != nil {
			if other, err := c.token(ctx, token); err == nil && other != token {
				refused = token
				continue
			}
		}
		e := newError(res.StatusCode, res.Header, body, time.Now())
		return &attempt{
			err: e, after: e.RetryAfter,
			again: e.RetryAfter <= c.retries.LongestWait && r.worthAnother(e.Status, e.Code, nil),
		}
	}
}

func (c *Client) token(ctx context.Context, refused string) (string, error) {
	if c.tokens == nil {
		return "", nil
	}
	return c.tokens.Token(ctx, refused)
}

// tooLong is a reply of more bytes than are read.
type tooLong int64

func (t tooLong) Error() string {
	return fmt.Sprintf("the reply has more than %d bytes; WithMaxReply allows more", int64(t))
}

// send sends a request and reads the whole reply.
func (c *Client) send(ctx context.Context, r *request, token string) (*http.Response, []byte, error) {
	address := c.server.String() + r.path
	if query := r.query.Encode(); query != "" {
		address += "?" + query
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, bytes.NewReader(r.body))
	if err != nil {
		return nil, nil, fmt.Errorf("make the request: %w", err)
	}
	req.Header = r.header.Clone()
	req.Header.Set("User-Agent", c.userAgent)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, nil, err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, c.maxReply+1))
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return nil, nil, fmt.Errorf("%s %s: read the reply: %w", r.method, address, err)
	}
	if int64(len(body)) > c.maxReply {
		return nil, nil, fmt.Errorf("%s %s: %w", r.method, address, tooLong(c.maxReply))
	}
	return res, body, nil
}
