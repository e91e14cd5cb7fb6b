package dashboard

import (
	"net/http"
	"net/url"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/toil"
)

// toilLinkPage is the page of one question, for whom a link was sent to.
type toilLinkPage struct {
	At, Person, Team string
	Answered         bool
	Until            moment
	Wrong            []string
	Question         toilQuestion
}

const toilLinkPattern = toil.LinkPath + "{link}"

// maxAnswer bounds the form of an answer, in bytes.
const maxAnswer = 16 << 10

// addToilLinks adds the question of a link. Looking at it answers nothing: mail is looked at by machines.
func (d *Dashboard) addToilLinks() {
	d.route(http.MethodGet, toilLinkPattern, toilLinkPattern, func(w http.ResponseWriter, r *http.Request) {
		d.askByLink(w, r, http.StatusOK, &filled{})
	})
	d.route(http.MethodPost, toilLinkPattern, toilLinkPattern, func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxAnswer)
		if err := r.ParseForm(); err != nil {
			d.problem(w, r, http.StatusRequestEntityTooLarge, access.Caller{Kind: access.Anonymous}, problemPage{Title: "This is too much", Text: "What was sent cannot be read: it is too large, or no form."})
			return
		}
		_, err := d.sources.Toil.AnswerByLink(r.Context(), r.PathValue("link"), answerOf(r.PostForm))
		in := &filled{Values: r.PostForm}
		switch {
		case err == nil:
			http.Redirect(w, r, toil.LinkPath+url.PathEscape(r.PathValue("link"))+"?answered", http.StatusSeeOther)
		case in.refused(err):
			d.askByLink(w, r, in.status, in)
		default:
			d.noLink(w, r, err)
		}
	})
}

func (d *Dashboard) askByLink(w http.ResponseWriter, r *http.Request, status int, in *filled) {
	q, err := d.sources.Toil.Question(r.Context(), r.PathValue("link"))
	if err != nil {
		d.noLink(w, r, err)
		return
	}
	p := toilLinkPage{
		At: toil.LinkPath + url.PathEscape(r.PathValue("link")), Person: q.Person, Team: q.Team.Name, Answered: r.URL.Query().Has("answered"), Until: day(q.Until),
		Question: questionOf(q.Week, toil.Answer{}, in),
	}
	p.Wrong = in.rest()
	d.render(w, r, status, access.Caller{Kind: access.Anonymous}, screen{template: "toil-link", title: "A question about last week", page: p})
}

// noLink answers a link that leads nowhere, without asking anybody to sign in.
func (d *Dashboard) noLink(w http.ResponseWriter, r *http.Request, err error) {
	caller := access.Caller{Kind: access.Anonymous}
	if f := fault.As(err); f != nil && f.Kind == fault.NotFound {
		d.problem(w, r, http.StatusNotFound, caller, problemPage{Title: "This link leads nowhere", Text: sentence(f.Message)})
		return
	}
	d.fail(w, r, caller, err)
}
