package api

import (
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// replies names the replies that operations share in the OpenAPI document.
var replies = map[int]struct{ name, text string }{
	http.StatusNotModified:           {"NotModified", "The caller has the current version already."},
	http.StatusPermanentRedirect:     {"Renamed", "A name in the path, or in the query of a list, was changed: the same request goes to the Location."},
	http.StatusBadRequest:            {"BadRequest", "The body is not the JSON that it should be, or the path holds what no name does."},
	http.StatusUnauthorized:          {"Unauthorized", "No token was sent, or it is not valid (any more)."},
	http.StatusForbidden:             {"Forbidden", "The caller is known, and may not do this."},
	http.StatusNotFound:              {"NotFound", "There is nothing at that name."},
	http.StatusRequestTimeout:        {"RequestTimeout", "The body took too long to arrive."},
	http.StatusConflict:              {"Conflict", "The state of things forbids it now."},
	http.StatusPreconditionFailed:    {"PreconditionFailed", "Somebody else changed it since the version in If-Match."},
	http.StatusRequestEntityTooLarge: {"ContentTooLarge", "The body is too large."},
	http.StatusUnsupportedMediaType:  {"UnsupportedMediaType", "The body is of a type, or an encoding, that is not taken here."},
	http.StatusUnprocessableEntity:   {"Unprocessable", "The request breaks rules; each is named with its place."},
	http.StatusPreconditionRequired:  {"PreconditionRequired", "If-Match is missing."},
	http.StatusTooManyRequests:       {"TooManyRequests", "The caller has used up its quota."},
	http.StatusInternalServerError:   {"InternalError", "Something failed that should not have."},
	http.StatusServiceUnavailable:    {"Unavailable", "Too much is going on, or something that is needed cannot be reached: try again later."},
	http.StatusInsufficientStorage:   {"StorageFull", "The database has no room left, and nothing was written; reading goes on. Try again later."},
}

// components renders the shared replies.
func components(problem *huma.Schema) map[string]*huma.Response {
	text := func(doc string) *huma.Param {
		return &huma.Param{Description: doc, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	out := map[string]*huma.Response{}
	for status, r := range replies {
		resp := &huma.Response{Description: r.text, Headers: map[string]*huma.Param{
			"X-Request-Id": text("Names this request in the server's log."),
		}}
		if status != http.StatusNotModified {
			resp.Content = map[string]*huma.MediaType{"application/problem+json": {Schema: problem, Example: problemExample(status)}}
		}
		switch status {
		case http.StatusNotModified:
			resp.Headers["ETag"] = text("The current version.")
		case http.StatusPermanentRedirect:
			resp.Headers["Location"] = text("The path and query with the new name in it.")
		case http.StatusUnauthorized:
			resp.Headers["WWW-Authenticate"] = text("The scheme that is expected: Bearer.")
		case http.StatusTooManyRequests:
			resp.Headers["Retry-After"] = text("After how many seconds the quota allows another request.")
			resp.Headers["RateLimit-Policy"] = text("The quota: q requests at once, which are there again after w seconds.")
			resp.Headers["RateLimit"] = text("What is left: r requests; all of them are there again after t seconds.")
		case http.StatusServiceUnavailable, http.StatusInsufficientStorage, http.StatusConflict:
			resp.Headers["Retry-After"] = text("After how many seconds it is worth trying again, where that is known.")
		}
		out[r.name] = resp
	}
	return out
}

func replyRef(status int) *huma.Response {
	r, known := replies[status]
	if !known {
		panic("status " + strconv.Itoa(status) + " has no reply in replies.go")
	}
	return &huma.Response{Ref: "#/components/responses/" + r.name}
}
