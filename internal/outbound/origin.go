package outbound

import (
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// maxRedirects is how many redirects in a row are followed.
const maxRedirects = 3

// origin is the scheme, host and port of a URL (RFC 6454), in the one way in which
// two of them can be compared.
type origin struct {
	scheme, host, port string
}

func originOf(u *url.URL) origin {
	o := origin{scheme: strings.ToLower(u.Scheme), host: strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")), port: u.Port()}
	if o.port == "" {
		o.port = map[string]string{"http": "80", "https": "443"}[o.scheme]
	}
	return o
}

// String leaves out what is a secret or a caller's choice.
func (o origin) String() string { return o.scheme + "://" + net.JoinHostPort(o.host, o.port) }

// checkURL refuses what is not an address on the web.
func checkURL(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return refuse("only http and https are spoken", "the scheme %.64q", u.Scheme)
	case u.User != nil:
		return refuse("credentials do not belong in a URL, where they are logged", "the URL of %s", originOf(u))
	case u.Opaque != "" || u.Hostname() == "":
		return refuse("it names no host", "the URL")
	}
	return nil
}

// checkRequest refuses a request, or the hop of a redirect, that must not go out.
// net/http notes in a request which answer it was redirected by, so that this holds
// whichever http.Client follows the redirects.
func (c *Client) checkRequest(r *http.Request) error {
	if err := checkURL(r.URL); err != nil {
		return err
	}
	hops := 0
	for via := r.Response; via != nil && via.Request != nil; via = via.Request.Response {
		hops++
		if from := via.Request.URL; from.Scheme == "https" && r.URL.Scheme == "http" {
			return refuse("it leads from https to http", "the redirect to %s", originOf(r.URL))
		}
	}
	if hops > maxRedirects {
		return refuse("it is one of too many in a row", "the redirect to %s", originOf(r.URL))
	}
	if here := originOf(r.URL); here != c.origin {
		if hops == 0 {
			return refuse("this client speaks to "+c.origin.String(), "a request to %s", here)
		}
		if r.Body != nil && r.Body != http.NoBody {
			return refuse("what was sent was not meant for it", "the redirect of a body to %s", here)
		}
	}
	return nil
}

// strangersHeaders are all that another origin gets of a request's headers: no
// credentials, no tenant, no Referer.
var strangersHeaders = []string{"Accept", "Accept-Encoding", "User-Agent", "Range", "If-None-Match", "If-Modified-Since"}

func headersForStrangers(h http.Header) http.Header {
	out := http.Header{}
	for _, name := range strangersHeaders {
		if values := h.Values(name); len(values) > 0 {
			out[name] = values
		}
	}
	return out
}

// portOf gives the port as a number; url.Parse has seen to it that it is one.
func portOf(o origin) uint16 {
	port, err := strconv.ParseUint(o.port, 10, 16)
	if err != nil {
		return 0
	}
	return uint16(port)
}
