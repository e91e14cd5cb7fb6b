package client

import (
	"context"
	"fmt"
	"net/http"
)

// New returns a client of the API at server, such as "http://127.0.0.1:8080",
// that sends the token with every request.
func New(server, token string) (*ClientWithResponses, error) {
	c, err := NewClientWithResponses(server, WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "Bearer "+token)
		return nil
	}))
	if err != nil {
		return nil, fmt.Errorf("make a client of %s: %w", server, err)
	}
	return c, nil
}
