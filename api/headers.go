package api

import "net/http"

// The values are shared between requests; nobody changes them in place.
var (
	nosniff    = []string{"nosniff"}
	noReferrer = []string{"no-referrer"}
	noStore    = []string{"no-store"}
	noContent  = []string{"default-src 'none'; frame-ancestors 'none'"}
	pageOnly   = []string{"default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"}
)

// secureAPI sets what every reply carries unless its handler says otherwise: it
// is not to be guessed at, framed, stored, or told of to others.
func secureAPI(h http.Header) {
	h["X-Content-Type-Options"] = nosniff
	h["Referrer-Policy"] = noReferrer
	h["Content-Security-Policy"] = noContent
	h["Cache-Control"] = noStore
}

// SecurePage sets the content policy of an HTML page: style sheets, images and
// fonts of our own origin, forms to ourselves, no script, no frame, nothing from
// elsewhere. Inline style attributes are refused by browsers under it; SVG's
// presentation attributes are not.
func SecurePage(h http.Header) {
	h["Content-Security-Policy"] = pageOnly
	h["Content-Type"] = []string{"text/html; charset=utf-8"}
}
