package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"
)

// deprecation says that an operation, or a part of it, is not to be used any more, as
// docs/explanation/compatibility.md promises: callers are told in each reply (RFC 9745, RFC 8594), readers in
// the document, and operators by a metric.
type deprecation struct {
	// of is empty for the whole operation, or else names a part: "query.NAME", "body.FIELD" and "reply.FIELD".
	of string
	// since is when it was deprecated, until the day from which it may be gone; zero where that is not known yet.
	since, until time.Time
	// docs is the address of what says what to do in its place.
	docs string
}

// leastNotice is how long something stays after it was deprecated, at least.
const leastNotice = 180 * 24 * time.Hour

// part is the place of a part, and its name there.
func (d deprecation) part() (place, name string) {
	place, name, _ = strings.Cut(d.of, ".")
	return place, name
}

// deprecated marks the operation's document with what is deprecated of it, and panics where that is not declared
// as it has to be.
func (a *API) deprecated(e *endpoint, op *huma.Operation) {
	schemas := examples{a.huma.OpenAPI().Components.Schemas}
	field := func(content map[string]*huma.MediaType, name string) bool {
		for _, m := range content {
			if s := schemas.resolve(m.Schema); s != nil && s.Properties[name] != nil {
				s.Properties[name].Deprecated = true
				return true
			}
		}
		return false
	}
	for _, d := range e.deprecations {
		found := false
		switch place, name := d.part(); place {
		case "":
			op.Deprecated, found = true, true
		case "query":
			for _, p := range op.Parameters {
				if p.In == "query" && p.Name == name {
					p.Deprecated, found = true, true
				}
			}
		case "body":
			found = op.RequestBody != nil && field(op.RequestBody.Content, name)
		case "reply":
			for status, r := range op.Responses {
				found = found || status[0] == '2' && field(r.Content, name)
			}
		}
		if at, err := url.Parse(d.docs); !found || d.since.IsZero() || !d.until.IsZero() && d.until.Sub(d.since) < leastNotice || err != nil || at.Host == "" {
			panic(fmt.Sprintf("operation %s: a deprecation is of the operation or a part that it has, says since when and where to read on, and gives %s at least; this is not: %+v", e.id, leastNotice, d))
		}
	}
}

// used are the deprecated parts that a request uses. Those of replies are used by whoever gets one.
func (e *endpoint) used(r *http.Request, body []byte) []deprecation {
	var out []deprecation
	var fields map[string]json.RawMessage
	for _, d := range e.deprecations {
		switch place, name := d.part(); place {
		case "query":
			if !r.URL.Query().Has(name) {
				continue
			}
		case "body":
			if fields == nil && json.Unmarshal(body, &fields) != nil {
				continue // what is wrong with it is told elsewhere
			}
			if _, sent := fields[name]; !sent {
				continue
			}
		}
		out = append(out, d)
	}
	return out
}

// tellDeprecated adds to a reply what is deprecated of what was asked: the earliest of the dates, for a client
// that heeds them is in time for the others too.
func tellDeprecated(h http.Header, used []deprecation) {
	if len(used) == 0 {
		return
	}
	earliest := func(when func(deprecation) time.Time) time.Time {
		var first time.Time
		for _, d := range used {
			if at := when(d); !at.IsZero() && (first.IsZero() || at.Before(first)) {
				first = at
			}
		}
		return first
	}
	h.Set("Deprecation", "@"+strconv.FormatInt(earliest(func(d deprecation) time.Time { return d.since }).Unix(), 10))
	until := earliest(func(d deprecation) time.Time { return d.until })
	if !until.IsZero() {
		h.Set("Sunset", until.UTC().Format(http.TimeFormat))
	}
	var told []string
	for _, d := range used {
		if !slices.Contains(told, d.docs) {
			told = append(told, d.docs)
			h.Add("Link", "<"+d.docs+`>; rel="deprecation"; type="text/html"`)
		}
	}
}

func deprecatedCounter(r prometheus.Registerer) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "evenkeel_http_deprecated_requests_total",
		Help: "Requests that used what is deprecated, by operation and by its part: empty for the whole operation.",
	}, []string{"operation", "part"})
	r.MustRegister(c)
	return c
}
