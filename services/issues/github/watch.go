package github

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v60/github"

	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// bearer adds a token to requests.
type bearer struct {
	next  http.RoundTripper
	token func() string // as it is now
}

// RoundTrip sends the request with the token.
func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	out := r.Clone(r.Context())
	out.Header.Set("Authorization", "Bearer "+b.token())
	return b.next.RoundTrip(out)
}

// watch sees from the answers when an access is no more, so that it is looked for anew,
// and tells of requests that were not sent that they were not.
type watch struct {
	next        http.RoundTripper
	credentials *Credentials
	way         *way
}

// RoundTrip sends the request.
func (w *watch) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.next.RoundTrip(r)
	if err != nil {
		return nil, w.explain(r, err)
	}
	if isNoMore(resp) {
		w.credentials.forget(w.way)
	}
	return resp, nil
}

// isNoMore reports whether an answer says that the credentials are not taken any more.
// Its body is in memory, and is there once more.
func isNoMore(r *http.Response) bool {
	if r.StatusCode != http.StatusForbidden {
		return r.StatusCode == http.StatusUnauthorized
	}
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return err == nil && bytes.Contains(body, []byte("installation has been suspended"))
}

// explain tells an error of a request that was not sent from others.
func (w *watch) explain(r *http.Request, err error) error {
	var noToken *ghinstallation.HTTPError
	if errors.As(err, &noToken) {
		return w.withoutToken(r, noToken)
	}
	if e := outbound.As(err); e != nil {
		switch e.Kind {
		case outbound.CircuitOpen, outbound.Throttled, outbound.BulkheadFull, outbound.Refused, outbound.Untrusted:
			return &delivery.Error{Trouble: delivery.Unavailable, Reason: e.Error(), Err: err}
		}
	}
	return err
}

// withoutToken says why an installation was given no token: nothing was sent.
func (w *watch) withoutToken(r *http.Request, e *ghinstallation.HTTPError) error {
	if e.Response == nil {
		if r.Context().Err() != nil {
			return e
		}
		return &delivery.Error{Trouble: delivery.Unavailable, Reason: "GitHub gave no token for the installation", Err: e.RootCause}
	}
	status := e.Response.StatusCode
	gone := status == http.StatusNotFound
	if gone || isNoMore(e.Response) {
		w.credentials.forget(w.way)
	}
	if gone {
		return &delivery.Error{Trouble: delivery.Unavailable, Reason: "the installation of the GitHub App is no more; it is looked for anew", Err: e}
	}
	err := github.CheckResponse(e.Response)
	if err == nil { // of a success whose body was none
		return &delivery.Error{Trouble: delivery.Unavailable, Reason: "GitHub's answer with the token cannot be read", Err: e}
	}
	return w.credentials.trouble(r.Context(), &github.Response{Response: e.Response}, fmt.Errorf("get a token for the installation: %w", err))
}
