package dashboard

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Whoever is on one page of readiness and toil reaches each of the others, and sees where they are.
func TestEachPageOfReadinessAndToilIsReachedFromTheOthers(t *testing.T) {
	t.Parallel()
	all := []string{"/scorecards", "/exemptions", "/campaigns", "/launch-reviews", "/ownership-drift", "/toil"}
	s := newSample()
	below := map[string]string{
		"/scorecards/production-readiness": "/scorecards", matrixURL("production-readiness"): "/scorecards", ladderURL("checkout", "production-readiness"): "/scorecards", exemptionsPath + "/new": "/exemptions",
		campaignURL((campaigner{s}).all()[0].ID): "/campaigns", launchURL((launcher{s}).all()[0].ID): "/launch-reviews", driftPath + "?reason=team_empty": "/ownership-drift", toilURL("shop"): "/toil",
	}
	for _, path := range all {
		below[path] = path
	}
	v := visiting(t, s)
	for path, tab := range below {
		doc, _ := v.read(path)
		var to, current []string
		walk(doc, func(n *html.Node) {
			if n.Data != "nav" || attr(n, "aria-label") == "Breadcrumb" {
				return
			}
			name := attr(n, "aria-label")
			walk(n, func(n *html.Node) {
				if href := attr(n, "href"); href != "" && name == "Section" {
					to = append(to, href)
				}
				if attr(n, "aria-current") == "page" && (name == "Section" || name == "Main") {
					current = append(current, attr(n, "href"))
				}
			})
		})
		if strings.Join(to, " ") != strings.Join(all, " ") || strings.Join(current, " ") != "/scorecards "+tab {
			t.Errorf("%s leads to %q and is at %q", path, to, current)
		}
	}
}
