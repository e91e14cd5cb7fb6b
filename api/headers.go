package api

import "net/http"

// The values are shared between requests; nobody changes them in place.
var (
	nosniff    = []string{"nosniff"}
	noReferrer = []string{"no-referrer"}
	noStore    = []string{"no-store"}
	noContent  = []string{"default-src 'none'; frame-ancestors 'none'"}
	pageOnly   = []string{"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"}
	sameOrigin = []string{"same-origin"}
	htmlPage   = []string{"text/html; charset=utf-8"}
)

// secureAPI sets what every reply carries unless its handler says otherwise: it
// is not to be guessed at, framed, stored, or told of to others.
func secureAPI(h http.Header) {
	h["X-Content-Type-Options"] = nosniff
	h["Referrer-Policy"] = noReferrer
	h["Content-Security-Policy"] = noContent
	h["Cache-Control"] = noStore
}

// SecurePage sets what every HTML page carries. It allows what pages need and
// nothing else: style sheets and images of our own origin, forms to ourselves; no
// script, no frame, nothing from elsewhere. Inline style attributes are refused by
// browsers under it; SVG's presentation attributes are not. A form that told
// nobody where it comes from would be taken for another site's, so that we are told.
func SecurePage(h http.Header) {
	h["Content-Security-Policy"] = pageOnly
	h["X-Content-Type-Options"] = nosniff
	h["Referrer-Policy"] = sameOrigin
	h["Cache-Control"] = noStore
	h["Content-Type"] = htmlPage
}
