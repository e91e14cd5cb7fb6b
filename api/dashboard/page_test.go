package dashboard

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/evenkeel/evenkeel/services/slo/budget"
)

func options() Options {
	return Options{Now: func() time.Time { return sampleNow }, PublicURL: "http://evenkeel.example", Version: "0.1.0"}
}

// visitor asks a dashboard for pages, signed in unless told otherwise.
type visitor struct {
	*testing.T
	handler   http.Handler
	signedOut bool
}

func visiting(t *testing.T, s *sample) visitor {
	return visitor{T: t, handler: New(s.sources(), options())}
}

func (v visitor) do(r *http.Request) *http.Response {
	v.Helper()
	if !v.signedOut {
		r.AddCookie(&http.Cookie{Name: "evenkeel_session", Value: sampleSession})
	}
	w := httptest.NewRecorder()
	v.handler.ServeHTTP(w, r)
	return w.Result()
}

func (v visitor) get(path string) *http.Response {
	v.Helper()
	return v.do(httptest.NewRequestWithContext(v.Context(), http.MethodGet, "http://evenkeel.example"+path, nil))
}

// read fetches a page that must be there.
func (v visitor) read(path string) (*html.Node, string) {
	v.Helper()
	return v.readStatus(path, http.StatusOK)
}

func (v visitor) readStatus(path string, status int) (*html.Node, string) {
	v.Helper()
	r := v.get(path)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		v.Fatal(err)
	}
	if r.StatusCode != status {
		v.Fatalf("%s: status %d, want %d\n%s", path, r.StatusCode, status, body)
	}
	doc, err := html.Parse(strings.NewReader(string(body)))
	if err != nil {
		v.Fatalf("%s: %v", path, err)
	}
	return doc, string(body)
}

// paths are those of every page of the sample.
func (s *sample) paths() []string {
	out := []string{"/", "/?wall", "/slos", "/alerts", "/violations", "/violations?all", "/proposals", "/proposals?all", "/incidents", "/incidents?show=all", "/incidents?show=sev4", "/incidents?q=orders", "/incidents?q=nothing+at+all", "/incidents/new", "/incidents/new?service=checkout", "/learning", "/learning?days=365", "/policies", "/policies/error-budget", "/policies/payments", "/policies/payments/trial", "/policies/payments/trial?on=all", "/policies/error-budget/trial?on=all&days=0", "/issues", "/issues?state=dead", "/reports", "/reports?scope=system", "/jobs", "/data-sources", "/data-sources?all", driftPath, driftPath + "?reason=team_empty", manifestsPath, manifestSetURL("shop"), "/signin?", "/nothing/here"}
	for _, st := range budget.States {
		out = append(out, "/slos?state="+string(st))
	}
	for _, t := range s.teams {
		out = append(out, "/teams/"+t.Slug, "/teams/"+t.Slug+"/notifications")
	}
	for _, svc := range s.services {
		out = append(out, "/services/"+svc.Slug, "/services/"+svc.Slug+"/gate", factsURL(svc.Slug), factsURL(svc.Slug)+"?fact=restoreDrill", factsURL(svc.Slug)+"?fact=chaosVerdict", factsURL(svc.Slug)+"?fact=nothing")
		for _, v := range s.views {
			if v.SLO.Service == svc.ID {
				out = append(out, "/services/"+svc.Slug+"/slos/"+v.SLO.Slug, "/services/"+svc.Slug+"/slos/"+v.SLO.Slug+"/errors")
				for _, g := range s.groups[v.SLO.ID][:min(6, len(s.groups[v.SLO.ID]))] {
					out = append(out, "/services/"+svc.Slug+"/slos/"+v.SLO.Slug+"?"+url.Values{"group": {g.Group}}.Encode())
				}
			}
		}
	}
	out = append(out, "/composites")
	for _, c := range (wholes{s}).all() {
		out = append(out, compositeURL(c.Composite.Slug))
	}
	if len(s.teams) > 0 {
		out = append(out, "/systems/ordering", "/incidents?show=all&service=checkout", "/learning?days=180&team=shop&service=checkout")
	}
	out = append(out, s.postmortemPaths()...)
	out = append(out, s.actionPaths()...)
	out = append(out, s.toilPaths()...)
	out = append(out, s.exemptionPaths()...)
	out = append(out, s.campaignPaths()...)
	out = append(out, s.launchPaths()...)
	out = append(out, s.scorecardPaths()...)
	for _, r := range (published{s}).all() {
		out = append(out, reportURL(r.ID))
	}
	for _, i := range (mishaps{s}).all() {
		out = append(out, incidentURL(i.ID), incidentURL(i.ID)+"/edit")
	}
	for _, v := range s.violations {
		out = append(out, "/violations/"+string(v.ID))
	}
	for _, i := range s.issues {
		out = append(out, "/issues/"+string(i.Issue.ID))
	}
	return out
}

func walk(n *html.Node, do func(*html.Node)) {
	do(n)
	for c := range n.ChildNodes() {
		walk(c, do)
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func TestEveryPageIsWellMadeInEveryState(t *testing.T) {
	t.Parallel()
	full, bare, stopped := newGroupedSample(), &sample{now: sampleNow}, newSample()
	stopped.stop()
	for name, s := range map[string]*sample{"full": full, "empty": bare, "stopped": stopped} {
		for _, path := range s.paths() {
			t.Run(name+path, func(t *testing.T) {
				t.Parallel()
				v := visiting(t, s)
				status := http.StatusOK
				switch path {
				case "/nothing/here":
					status = http.StatusNotFound
				case "/signin?":
					v.signedOut = true
				}
				doc, text := v.readStatus(path, status)
				checkPage(t, doc, text)
			})
		}
	}
}

var addresses = regexp.MustCompile(`href="[^"]*"`)

// checkPage holds what is true of every page.
func checkPage(t *testing.T, doc *html.Node, text string) {
	t.Helper()
	ids, counts := map[string]bool{}, map[string]int{}
	var headings []string
	walk(doc, func(n *html.Node) {
		if n.Type != html.ElementNode {
			return
		}
		counts[n.Data]++
		if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
			headings = append(headings, n.Data)
		}
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("the id %q is there twice", id)
			}
			ids[id] = true
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
				t.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
			}
		}
		checkReferences(t, n)
		checkNames(t, n)
	})
	for _, forbidden := range []string{"script", "iframe", "object", "embed", "img", "style", "base", "video", "audio"} {
		if counts[forbidden] > 0 {
			t.Errorf("%d <%s>", counts[forbidden], forbidden)
		}
	}
	for _, once := range []string{"h1", "main"} {
		if counts[once] != 1 {
			t.Errorf("%d <%s>, want 1", counts[once], once)
		}
	}
	for i := 1; i < len(headings); i++ {
		if headings[i][1] > headings[i-1][1]+1 {
			t.Errorf("the heading %s follows %s", headings[i], headings[i-1])
		}
	}
	walk(doc, func(n *html.Node) {
		if to := attr(n, "aria-labelledby"); to != "" && !ids[to] {
			t.Errorf("aria-labelledby=%q leads nowhere", to)
		}
	})
	text = addresses.ReplaceAllString(text, "") // where a list goes on is random letters
	for _, bad := range []string{"NaN", "Inf %", "%!", "<nil>", "ZgotmplZ", "<no value>", "0001-01-01", "1 Jan 0001"} {
		if strings.Contains(text, bad) {
			t.Errorf("the page says %q", bad)
		}
	}
}

// checkReferences finds what a browser would load, or follow, elsewhere.
func checkReferences(t *testing.T, n *html.Node) {
	t.Helper()
	for _, a := range n.Attr {
		switch a.Key {
		case "src", "srcset", "poster", "data", "xlink:href", "action", "formaction", "background":
		case "href":
			if n.Data == "a" {
				u, err := url.Parse(a.Val)
				if err != nil || !slices.Contains([]string{"", "http", "https", "mailto"}, u.Scheme) {
					t.Errorf("a link leads to %q", a.Val)
				}
				continue
			}
		default:
			continue
		}
		if !strings.HasPrefix(a.Val, "/") || strings.HasPrefix(a.Val, "//") {
			t.Errorf("<%s> asks for %s=%q", n.Data, a.Key, a.Val)
		}
	}
}

// checkNames requires that pictures and landmarks say what they are.
func checkNames(t *testing.T, n *html.Node) {
	t.Helper()
	switch n.Data {
	case "svg":
		if attr(n, "aria-hidden") != "true" && (attr(n, "role") != "img" || attr(n, "aria-label") == "") {
			t.Error("a picture has no name and is not hidden from those who cannot see it")
		}
	case "nav", "section", "article":
		if attr(n, "aria-label") == "" && attr(n, "aria-labelledby") == "" && attr(n, "class") != "card" {
			t.Errorf("<%s class=%q> has no name", n.Data, attr(n, "class"))
		}
	}
}
