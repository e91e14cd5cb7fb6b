package api

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/evenkeel/evenkeel/services/access"
)

type oldWidget struct {
	Name string `json:"name" example:"left wheel"`
	Size int    `json:"size,omitempty"`
}

// The dates are written as RFC 9745, section 2.1, and RFC 8594, section 3, have them: a Structured Field Date,
// and an HTTP date. 2026-01-01T00:00:00Z is 1767225600 seconds after 1970 (20,454 days of 86,400).
func TestWhatIsDeprecatedIsToldInReplyDocumentAndMetric(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	day := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	const docs = "https://example.org/docs/old"
	write := access.Rule{Verb: access.Create, Kind: access.KindTeam}
	type query struct {
		Paging
		Old string `query:"old"`
	}
	register(b.API, operation{
		id: "listOldWidgets", method: http.MethodGet, path: "/v1/old-widgets", tag: "Teams", summary: "List", description: "Of old.", public: true,
		deprecations: []deprecation{{of: "query.old", since: day(2026, 1, 1), docs: docs}},
	}, func(ctx context.Context, in *query) (*list[Gadget], error) {
		return &list[Gadget]{Link: `</v1/old-widgets?after=x>; rel="next"`, Body: Items[Gadget]{Items: []Gadget{}}}, nil
	})
	register(b.API, operation{
		id: "makeOldWidget", method: http.MethodPost, path: "/v1/old-widgets", tag: "Teams", summary: "Make", description: "Of old.", rule: write,
		deprecations: []deprecation{{of: "body.size", since: day(2026, 3, 1), until: day(2027, 3, 1), docs: docs}},
	}, func(context.Context, *struct{ Body oldWidget }) (*reply[Gadget], error) {
		return current(1, Gadget{Slug: "made"}), nil
	})
	register(b.API, operation{
		id: "endOldWidget", method: http.MethodDelete, path: "/v1/old-widgets", tag: "Teams", summary: "End", description: "Of old.", rule: write,
		deprecations: []deprecation{
			{since: day(2026, 2, 1), until: day(2026, 12, 31), docs: docs},
			{of: "reply.weight", since: day(2026, 1, 1), until: day(2027, 1, 1), docs: docs + "#weight"},
		},
	}, func(context.Context, *struct{}) (*reply[Gadget], error) { return nil, internalProblem() })

	const next = `</v1/old-widgets?after=x>; rel="next"`
	link := "<" + docs + `>; rel="deprecation"; type="text/html"`
	for _, test := range []struct {
		name, method, path, body string
		deprecated, sunset       string
		links                    []string
		status                   int
	}{
		{"a list without the parameter", "GET", "/v1/old-widgets", "", "", "", []string{next}, 200},
		{"a list with it", "GET", "/v1/old-widgets?old=", "", "@1767225600", "", []string{next, link}, 200},
		{"a body without the field", "POST", "/v1/old-widgets", `{"name":"a"}`, "", "", nil, 200},
		{"a body with it", "POST", "/v1/old-widgets", `{"name":"a","size":2}`, "@1772323200", "Mon, 01 Mar 2027 00:00:00 GMT", []string{link}, 200},
		{"a body that is refused", "POST", "/v1/old-widgets", `{"size":2}`, "@1772323200", "Mon, 01 Mar 2027 00:00:00 GMT", []string{link}, 422},
		{"an operation, also when it fails, with a part of its reply", "DELETE", "/v1/old-widgets", "", "@1767225600", "Thu, 31 Dec 2026 00:00:00 GMT", []string{link, "<" + docs + `#weight>; rel="deprecation"; type="text/html"`}, 500},
		{"one that is not deprecated", "GET", "/v1/greeting", "", "", "", nil, 200},
	} {
		w := b.do(test.method, test.path, test.body)
		got := w.Header()
		if w.Code != test.status || got.Get("Deprecation") != test.deprecated || got.Get("Sunset") != test.sunset || strings.Join(got.Values("Link"), ", ") != strings.Join(test.links, ", ") {
			t.Errorf("%s: %d %v, want %+v", test.name, w.Code, got, test)
		}
	}
	for part, want := range map[[2]string]float64{
		{"listOldWidgets", "query.old"}: 1, {"makeOldWidget", "body.size"}: 2, {"endOldWidget", ""}: 1, {"endOldWidget", "reply.weight"}: 1,
	} {
		if got := testutil.ToFloat64(b.metrics.deprecated.WithLabelValues(part[0], part[1])); got != want {
			t.Errorf("%v is counted %v times, want %v", part, got, want)
		}
	}
	if n := testutil.CollectAndCount(b.metrics.deprecated); n != 4 {
		t.Errorf("there are %d series, want those of the four", n)
	}
	o := b.huma.OpenAPI()
	path := o.Paths["/v1/old-widgets"]
	deprecated := []bool{path.Delete.Deprecated, o.Components.Schemas.Map()["OldWidget"].Properties["size"].Deprecated, o.Components.Schemas.Map()["Gadget"].Properties["weight"].Deprecated}
	for _, p := range path.Get.Parameters {
		if p.Name == "old" {
			deprecated = append(deprecated, p.Deprecated)
		}
	}
	if len(deprecated) != 4 || deprecated[0] != true || deprecated[1] != true || deprecated[2] != true || deprecated[3] != true || path.Get.Deprecated || path.Post.Deprecated {
		t.Errorf("in the document are deprecated: %v; get %v, post %v", deprecated, path.Get.Deprecated, path.Post.Deprecated)
	}
}

func TestADeprecationSaysWhatItHasTo(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	const docs = "https://example.org/docs/old"
	for name, d := range map[string]deprecation{
		"no date":                  {docs: docs},
		"no address":               {since: since},
		"a path as address":        {since: since, docs: "/docs/old"},
		"too little notice":        {since: since, until: since.AddDate(0, 5, 0), docs: docs},
		"a parameter there is not": {of: "query.none", since: since, docs: docs},
		"a field there is not":     {of: "body.none", since: since, docs: docs},
		"a place there is not":     {of: "header.old", since: since, docs: docs},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s is taken", name)
				}
			}()
			register(newBench(t).API, operation{
				id: "old", method: http.MethodGet, path: "/v1/old", tag: "Teams", summary: "Old", description: "Of old.", public: true, deprecations: []deprecation{d},
			}, func(context.Context, *struct{}) (*reply[Gadget], error) { return current(1, Gadget{}), nil })
		}()
	}
}
