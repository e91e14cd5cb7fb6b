package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/failsafe-go/failsafe-go/retrypolicy"
)

// userAgent is how the client names itself to the server.
const userAgent = "evenkeel-client-go"

// DefaultMaxReply is how much of a reply is read at most, in bytes, where WithMaxReply says nothing else.
const DefaultMaxReply = 64 << 20

// Client calls the API of one server.
type Client struct {
	server    *url.URL
	http      *http.Client
	tokens    TokenSource
	userAgent string
	maxReply  int64
	retries   Retries
	policy    retrypolicy.RetryPolicy[*attempt]
}

// Option changes how a Client works.
type Option func(*Client) error

// New returns a client of the API at server, such as "https://evenkeel.example.org". It needs an
// option that says who calls, such as WithToken; without one, only what is open to everybody answers.
func New(server string, options ...Option) (*Client, error) {
	at, err := url.Parse(server)
	if err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
		return nil, fmt.Errorf("make a client: the server has to be an http or https address such as https://evenkeel.example.org, and is %q", server)
	}
	at.Path, at.RawPath, at.RawQuery, at.Fragment = strings.TrimRight(at.Path, "/"), "", "", ""
	c := &Client{server: at, http: &http.Client{}, userAgent: userAgent, maxReply: DefaultMaxReply, retries: DefaultRetries}
	for _, o := range options {
		if err := o(c); err != nil {
			return nil, fmt.Errorf("make a client of %s: %w", at.Redacted(), err)
		}
	}
	c.policy = c.retries.policy()
	return c, nil
}

// WithToken sends the token with every request.
func WithToken(token string) Option { return WithTokenSource(fixedToken(token)) }

// WithTokenFile sends the token that the file holds, and reads the file again when the server
// does not take it any more: another token may have been put there meanwhile.
func WithTokenFile(path string) Option { return WithTokenSource(&tokenFile{path: path}) }

// WithTokenSource sends the token of the source.
func WithTokenSource(source TokenSource) Option {
	return func(c *Client) error {
		c.tokens = source
		return nil
	}
}

// WithHTTPClient sends requests with another client than net/http's, such as one with a proxy or
// certificates of its own.
func WithHTTPClient(h *http.Client) Option {
	return func(c *Client) error {
		if h == nil {
			return fmt.Errorf("the HTTP client is nil")
		}
		c.http = h
		return nil
	}
}

// WithUserAgent names the program that calls, such as "deploy/1.4", before the client's own name.
func WithUserAgent(name string) Option {
	return func(c *Client) error {
		c.userAgent = name + " " + userAgent
		return nil
	}
}

// WithMaxReply reads at most so many bytes of a reply; one that is longer is an error.
func WithMaxReply(bytes int64) Option {
	return func(c *Client) error {
		if bytes < 1 {
			return fmt.Errorf("replies of at most %d bytes hold nothing", bytes)
		}
		c.maxReply = bytes
		return nil
	}
}

// WithRetries says how often, and after which time, a request is sent again.
func WithRetries(r Retries) Option {
	return func(c *Client) error {
		if r.Attempts < 1 || r.FirstWait <= 0 || r.LongestWait < r.FirstWait || r.Whole <= 0 {
			return fmt.Errorf("retries need at least one attempt, a first wait that is no longer than the longest, and a time for the whole, and are %+v", r)
		}
		c.retries = r
		return nil
	}
}

// WithoutRetries sends each request once, for callers that have a way of their own to ask again.
func WithoutRetries() Option {
	return func(c *Client) error {
		c.retries = Retries{Attempts: 1, FirstWait: time.Millisecond, LongestWait: time.Millisecond, Whole: time.Hour}
		return nil
	}
}

// Server is the address that the client calls.
func (c *Client) Server() string { return c.server.String() }

// Do sends a request for which there is no method, or whose body is written already: the path is
// that of the operation, such as "/v1/services/checkout", the body JSON, and nil for none. The reply
// is read into a value, unless that is nil. It is retried like others; add an Idempotency-Key
// to the header of a POST to have it be.
func (c *Client) Do(ctx context.Context, method, path string, header http.Header, body []byte, into any) error {
	r := newRequest(method, "")
	before, query, _ := strings.Cut(path, "?")
	r.path = before
	r.query, r.err = url.ParseQuery(query)
	for name, values := range header {
		r.header[http.CanonicalHeaderKey(name)] = values
	}
	if body != nil {
		r.raw("application/json", body)
	}
	text, err := c.bytes(ctx, r)
	if err != nil || into == nil {
		return err
	}
	return decode(text, into)
}
