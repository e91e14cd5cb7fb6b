package dashboard

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/toil"
)

type problemPage struct {
	Title, Text, Reference string
}

// fail shows what went wrong: a fault in its own words, anything else only as a
// reference to the log.
func (d *Dashboard) fail(w http.ResponseWriter, r *http.Request, caller access.Caller, err error) {
	f := fault.As(err)
	switch {
	case f == nil && errors.Is(err, context.DeadlineExceeded):
		d.problem(w, r, http.StatusServiceUnavailable, caller, problemPage{Title: "Not just now", Text: "The page took too long to make. Try again in a moment."})
		return
	case f == nil:
		d.internal(w, r, caller, err)
		return
	}
	switch f.Kind {
	case fault.Unauthenticated:
		http.Redirect(w, r, d.toSignIn(r), http.StatusSeeOther)
	case fault.Moved:
		if to, found := moved(r.URL, f); found {
			http.Redirect(w, r, to, http.StatusPermanentRedirect)
			return
		}
		d.problem(w, r, http.StatusNotFound, caller, problemPage{Title: "It has another name now", Text: sentence(f.Message)})
	case fault.NotFound:
		d.problem(w, r, http.StatusNotFound, caller, problemPage{Title: "There is nothing here", Text: sentence(f.Message)})
	case fault.Forbidden:
		d.problem(w, r, http.StatusForbidden, caller, problemPage{Title: "This is not yours to see", Text: sentence(f.Message)})
	case fault.Invalid:
		d.problem(w, r, http.StatusBadRequest, caller, problemPage{Title: "This address cannot be read", Text: "A part of it was changed or belongs to another list. Begin again from the list's first page."})
	case fault.Unavailable:
		d.opts.Logger.WarnContext(r.Context(), "page was answered that something is unavailable", "path", toil.Redacted(r.URL.Path), "code", f.Code, "cause", f.Err)
		d.problem(w, r, http.StatusServiceUnavailable, caller, problemPage{Title: "Not just now", Text: sentence(f.Message)})
	case fault.Limited:
		d.problem(w, r, http.StatusTooManyRequests, caller, problemPage{Title: "Not that often", Text: sentence(f.Message)})
	case fault.Full:
		d.problem(w, r, http.StatusInsufficientStorage, caller, problemPage{Title: "There is no room left", Text: sentence(f.Message)})
	default:
		d.problem(w, r, http.StatusConflict, caller, problemPage{Title: "That cannot be done now", Text: sentence(f.Message)})
	}
}

// statusClientClosed is logged where a browser went away, as the API does.
const statusClientClosed = 499

func (d *Dashboard) internal(w http.ResponseWriter, r *http.Request, caller access.Caller, err error) {
	p := problemPage{Title: "Something broke on our side", Text: "The page could not be made. Nothing was changed by it. Try again in a moment."}
	if d.opts.RequestID != nil {
		p.Reference = d.opts.RequestID(r.Context())
	}
	if errors.Is(r.Context().Err(), context.Canceled) {
		// There is nobody left to answer to, and nothing that failed.
		w.WriteHeader(statusClientClosed)
		return
	}
	if errors.Is(err, context.DeadlineExceeded) {
		d.opts.Logger.WarnContext(r.Context(), "page timed out", "path", toil.Redacted(r.URL.Path), "request_id", p.Reference, "error", err)
		d.problem(w, r, http.StatusServiceUnavailable, caller, problemPage{Title: "Not just now", Text: "It took too long. Try again in a moment.", Reference: p.Reference})
		return
	}
	d.opts.Logger.ErrorContext(r.Context(), "page failed", "path", toil.Redacted(r.URL.Path), "request_id", p.Reference, "error", err)
	d.problem(w, r, http.StatusInternalServerError, caller, p)
}

func (d *Dashboard) problem(w http.ResponseWriter, r *http.Request, status int, caller access.Caller, p problemPage) {
	d.render(w, r, status, caller, screen{template: "problem", title: p.Title, page: p})
}

func (d *Dashboard) notFound(w http.ResponseWriter, r *http.Request) {
	caller, _ := d.session(r) // only decides whether the navigation is shown
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		d.problem(w, r, http.StatusMethodNotAllowed, caller, problemPage{Title: "Pages are only read", Text: "This address does not take what was sent to it. Changes are made through the API."})
		return
	}
	d.problem(w, r, http.StatusNotFound, caller, problemPage{Title: "There is nothing here", Text: "The address may be mistyped, or what was here has gone. The overview leads to everything there is."})
}

func (d *Dashboard) crossOrigin(w http.ResponseWriter, r *http.Request) {
	d.problem(w, r, http.StatusForbidden, access.Caller{}, problemPage{Title: "That came from another site", Text: "Evenkeel takes forms only from its own pages. Go to the overview and try again from there."})
}

// segments are the places of slugs in the paths of pages.
var segments = map[string][]int{"team": {2}, "service": {2}, "slo": {4}, "scorecard": {2, 4}}

// moved is the address with the new slug in place of the old.
func moved(u *url.URL, f *fault.Error) (string, bool) {
	parts := strings.Split(u.Path, "/")
	noun := strings.TrimSuffix(f.Code, "_renamed")
	for _, i := range segments[noun] {
		if i >= len(parts) || parts[i-1] != noun+"s" || parts[i] != f.Was || f.Now == "" {
			continue
		}
		parts[i] = f.Now
		to := url.URL{Path: strings.Join(parts, "/"), RawQuery: u.RawQuery}
		return to.String(), true
	}
	return "", false
}

// sentence begins with a capital and ends with a full stop.
func sentence(message string) string {
	if message == "" {
		return ""
	}
	first := []rune(message)
	out := strings.ToUpper(string(first[:1])) + string(first[1:])
	if !strings.HasSuffix(out, ".") {
		out += "."
	}
	return out
}
