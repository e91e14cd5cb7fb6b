package dashboard

import (
	"net/url"
	"strings"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
)

// link is words that may lead somewhere; Away marks another site.
type link struct {
	URL, Text string
	Away      bool
}

// fact is a name and its value.
type fact struct {
	Name  string
	Value link
}

// empty is what is shown instead of a list without entries: what it means, and
// what to do next; Call is the operation of the API that does it.
type empty struct {
	Title, Text, Call string
}

// pager leads to the other pages of a list.
type pager struct{ First, Next string }

func pagerOf(v *visit, next string) pager {
	var p pager
	query := v.URL.Query()
	if query.Get("after") != "" {
		p.First = with(v, "after", "")
	}
	if next != "" {
		p.Next = with(v, "after", next)
	}
	return p
}

// with is the visit's address with one parameter of its query changed.
func with(v *visit, name, value string) string {
	query := v.URL.Query()
	query.Del(name)
	if value != "" {
		query.Set(name, value)
	}
	if len(query) == 0 {
		return v.URL.Path
	}
	return v.URL.Path + "?" + query.Encode()
}

// following asks for the page of a list that the query names.
func following(v *visit, limit int) page.Request {
	return page.Request{Limit: limit, After: v.URL.Query().Get("after")}
}

func teamURL(slug string) string      { return "/teams/" + url.PathEscape(slug) }
func violationURL(of id.ID) string    { return "/violations/" + url.PathEscape(string(of)) }
func systemURL(slug string) string    { return "/systems/" + url.PathEscape(slug) }
func compositeURL(slug string) string { return "/composites/" + url.PathEscape(slug) }
func policyURL(slug string) string    { return "/policies/" + url.PathEscape(slug) }
func serviceURL(slug string) string   { return "/services/" + url.PathEscape(slug) }
func sloURL(service, slug string) string {
	return serviceURL(service) + "/slos/" + url.PathEscape(slug)
}

func errorsURL(service, slug string) string { return sloURL(service, slug) + "/errors" }

// outside makes a link of what somebody declared as an address; what is not the
// address of a web page or a mailbox is only words.
func outside(text string) link {
	l := link{Text: text}
	u, err := url.Parse(text)
	switch {
	case err != nil:
	case (u.Scheme == "https" || u.Scheme == "http") && u.Host != "":
		l.URL, l.Away = text, true
		l.Text = strings.TrimSuffix(u.Host+u.EscapedPath(), "/")
	case u.Scheme == "mailto" && u.Opaque != "":
		l.URL, l.Text = text, u.Opaque
	}
	return l
}
