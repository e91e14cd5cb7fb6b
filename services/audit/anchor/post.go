package anchor

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/audit/chain"
)

// maxAnswer is the largest answer that is read: nobody looks at it.
const maxAnswer = 64 << 10

// Secrets gives secrets by their names, as they are now.
type Secrets interface {
	Secret(ctx context.Context, name string) (string, error)
}

// PostParts is what a Post is made of.
type PostParts struct {
	URL string
	// Secret names the bearer token that is sent along; empty for none.
	Secret  string
	Secrets Secrets
	Reach   outbound.Reach
	Metrics *outbound.Metrics
	Clock   clock.Clock
	Logger  *slog.Logger
}

// Post is an address to which anchors are posted, one after the other. What is not taken is
// posted again later; whoever takes them finds one twice whose answer was lost.
type Post struct {
	parts  PostParts
	client *outbound.Client
}

// NewPost returns the address; the error is of an address that cannot be used.
func NewPost(p PostParts) (*Post, error) {
	o := outbound.Options{
		Name: "audit-anchors", URL: p.URL, Reach: p.Reach, Metrics: p.Metrics, Clock: p.Clock, Logger: p.Logger,
		Attempts: 1, Concurrency: 1, MaxAnswer: maxAnswer,
	}
	if p.Secret != "" {
		o.Headers = func(ctx context.Context) (http.Header, error) {
			token, err := p.Secrets.Secret(ctx, p.Secret)
			if err != nil {
				return nil, err
			}
			return outbound.BearerHeader(token), nil
		}
	}
	client, err := outbound.New(o)
	if err != nil {
		return nil, fmt.Errorf("anchors of the audit log: %w", err)
	}
	return &Post{parts: p, client: client}, nil
}

// Close ends its connections.
func (p *Post) Close() { p.client.Close() }

// Put posts the anchor; any status of success means that it is kept.
func (p *Post) Put(ctx context.Context, a chain.Anchor) error {
	body, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("write an anchor: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.parts.URL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("post an anchor: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	once := &http.Client{Transport: p.client, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := once.Do(r)
	if err != nil {
		return fmt.Errorf("post an anchor: %w", outbound.Plain(err))
	}
	_ = resp.Body.Close() // in memory already
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("the receiver of anchors answered %d, and should have answered 200 to 299", resp.StatusCode)
	}
	return nil
}
