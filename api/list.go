package api

import (
	"context"
	"net/url"
	"strings"

	"github.com/evenkeel/evenkeel/internal/page"
)

// Paging asks for one page of a list: embed it in the input of every list.
type Paging struct {
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"How many items to return at most."`
	After string `query:"after" maxLength:"2048" doc:"The next of an earlier page: the list goes on after its last item."`
}

// Request returns what to ask a service for.
func (p *Paging) Request() page.Request { return page.Request{Limit: p.Limit, After: p.After} }

// Items is the body of a list. In the OpenAPI document it is called after its
// items, such as TeamList.
type Items[B any] struct {
	Items []B    `json:"items" doc:"The items of this page."`
	Next  string `json:"next,omitempty" doc:"The cursor of the following page; absent on the last."`
}

// list is the reply with one page.
type list[B any] struct {
	Link string `header:"Link" doc:"RFC 8288: the following page, as rel=\"next\"." example:"</v1/teams?after=eyJ&limit=50>; rel=\"next\""`
	Body Items[B]
}

// listed is the reply with a service's page, each item shown as the API shows it.
func listed[T, B any](ctx context.Context, p page.Page[T], show func(T) B) *list[B] {
	out := &list[B]{Body: Items[B]{Items: make([]B, len(p.Items)), Next: p.Next}}
	for i, item := range p.Items {
		out.Body.Items[i] = show(item)
	}
	if p.Next != "" {
		out.Link = nextLink(exchangeFrom(ctx), p.Next)
	}
	return out
}

// nextLink is the request's own path and query with another cursor.
func nextLink(x *exchange, next string) string {
	if x.r == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString("<" + x.r.URL.EscapedPath() + "?")
	for pair := range strings.SplitSeq(x.r.URL.RawQuery, "&") {
		if name, _, _ := strings.Cut(pair, "="); pair != "" && name != "after" {
			b.WriteString(strings.NewReplacer("<", "%3C", ">", "%3E", `"`, "%22").Replace(pair) + "&")
		}
	}
	b.WriteString("after=" + url.QueryEscape(next) + `>; rel="next"`)
	return b.String()
}
