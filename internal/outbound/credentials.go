package outbound

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/textproto"
)

// BearerHeader gives the header of a bearer token.
func BearerHeader(token string) http.Header {
	return http.Header{"Authorization": {"Bearer " + token}}
}

// BasicHeader gives the header of a name and a password.
func BasicHeader(username, password string) http.Header {
	return http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(username+":"+password))}}
}

// connectionHeaders belong to the connection, not to whoever authenticates: set by
// hand, they let one request be read as two.
var connectionHeaders = []string{
	"Connection", "Content-Length", "Host", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection",
	"Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

// authenticate sets the headers that authenticate us, in place of any of the same name.
// An error says nothing of their values.
func (c *Client) authenticate(ctx context.Context, to http.Header) error {
	if c.options.Headers == nil {
		return nil
	}
	headers, err := c.options.Headers(ctx)
	if err != nil {
		return err
	}
	for name, values := range headers {
		name = textproto.CanonicalMIMEHeaderKey(name)
		for _, forbidden := range connectionHeaders {
			if name == forbidden {
				return fmt.Errorf("the header %s is not one that authenticates", name)
			}
		}
		to[name] = values
	}
	return nil
}
