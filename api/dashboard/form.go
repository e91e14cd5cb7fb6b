package dashboard

import (
	"net/http"
	"strings"

	"github.com/evenkeel/evenkeel/services/access"
)

// outcome is what a form comes to: another page, or a screen with the status of what was wrong.
type outcome struct {
	to     string
	screen screen
	status int
}

// maxForm bounds a form in bytes: a text of the largest, in which every character is escaped.
const maxForm = 1 << 20

// form adds what a form of a page is sent to, by those who are signed in. Where the browser says that
// another site sent it, nobody gets here.
func (d *Dashboard) form(pattern string, do func(*visit) (outcome, error)) {
	d.route(http.MethodPost, pattern, pattern, func(w http.ResponseWriter, r *http.Request) {
		caller, err := d.session(r)
		if err != nil {
			d.fail(w, r, caller, err)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err != nil {
			d.problem(w, r, http.StatusRequestEntityTooLarge, caller, problemPage{Title: "This is too much", Text: "What was sent cannot be read: it is too large, or no form."})
			return
		}
		v := &visit{Request: r, ctx: access.WithCaller(r.Context(), caller), now: d.opts.Now(), caller: caller}
		o, err := do(v)
		switch {
		case err != nil:
			d.fail(w, r, caller, err)
		case o.to != "":
			http.Redirect(w, r, o.to, http.StatusSeeOther)
		default:
			d.render(w, r, o.status, caller, o.screen)
		}
	})
}

// typed is a field of the form as it was typed; browsers send line ends of their own.
func (v *visit) typed(name string) string {
	return strings.ReplaceAll(v.PostForm.Get(name), "\r\n", "\n")
}

// wrong is what is said of a form that was refused and is not shown again as it was filled in, one
// sentence for each fault, and its status; false of what is no fault of the form.
func wrong(err error) ([]string, int, bool) {
	var in filled
	if !in.refused(err) {
		return nil, 0, false
	}
	return in.rest(), in.status, true
}
