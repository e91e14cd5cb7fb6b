package dashboard

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/registry"
)

// sendFields sends a form as a page of Evenkeel does, and returns what was answered.
func (v visitor) sendFields(path string, form url.Values, site string) (*http.Response, string) {
	v.Helper()
	r := httptest.NewRequestWithContext(v.Context(), http.MethodPost, "http://evenkeel.example"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", site)
	got := v.do(r)
	body, err := io.ReadAll(got.Body)
	if err != nil {
		v.Fatal(err)
	}
	return got, string(body)
}

// sent sends one that is taken, and returns where the browser goes then.
func (v visitor) sent(path string, form url.Values) string {
	v.Helper()
	got, body := v.sendFields(path, form, "same-origin")
	if got.StatusCode != http.StatusSeeOther {
		v.Fatalf("%s: %d, want to be led on\n%s", path, got.StatusCode, body)
	}
	return got.Header.Get("Location")
}

// wrong sends one that is refused, and returns what it says at each field.
func (v visitor) wrong(path string, form url.Values) (map[string]string, string) {
	v.Helper()
	got, body := v.sendFields(path, form, "same-origin")
	if got.StatusCode != http.StatusUnprocessableEntity && got.StatusCode != http.StatusPreconditionFailed {
		v.Fatalf("%s: %d, want it to be shown again\n%s", path, got.StatusCode, body)
	}
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		v.Fatal(err)
	}
	checkPage(v.T, doc, body)
	out := map[string]string{}
	walk(doc, func(n *html.Node) {
		if id := attr(n, "id"); strings.HasPrefix(id, "about-") {
			walk(n, func(in *html.Node) {
				if in.Data == "strong" && in.FirstChild != nil {
					out[strings.TrimPrefix(id, "about-")] = in.FirstChild.Data
				}
			})
		}
	})
	return out, body
}

func (h *house) checkout() registry.Service {
	h.Helper()
	_, err := h.registry.CreateTeam(h.admin, registry.TeamInput{Slug: "shop", Name: "Shop"})
	h.must(err)
	s, err := h.registry.CreateService(h.admin, registry.ServiceInput{Slug: "checkout", Team: "shop", Profile: registry.Profile{Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production}})
	h.must(err)
	return s
}

// visitorWho is somebody who may read, and is of no team.
func (h *house) visitorWho(name string) visitor {
	h.Helper()
	system := access.WithCaller(h.Context(), access.System("test"))
	person, err := h.access.CreatePerson(system, access.PersonInput{DisplayName: name, Provider: access.ProviderLocal, Issuer: "test", Subject: name})
	h.must(err)
	code, _, err := h.access.NewSignInCode(system, person.ID)
	h.must(err)
	session, _, err := h.access.SignIn(h.Context(), code)
	h.must(err)
	cookie := &http.Cookie{Name: "evenkeel_session", Value: session}
	return visitor{T: h.T, signedOut: true, handler: withCookie(New(h.sources, Options{Now: h.clock.Now, PublicURL: "http://evenkeel.example"}), cookie)}
}

// idOf is the incident of a path.
func idOf(path string) id.ID { return id.ID(strings.TrimPrefix(path, "/incidents/")) }

// valuesOf are what a browser would send of the form of the page that is not that of the masthead.
func valuesOf(doc *html.Node) url.Values {
	out := url.Values{}
	walk(doc, func(n *html.Node) {
		name := attr(n, "name")
		has := func(key string) bool {
			return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
		}
		switch {
		case name == "":
		case n.Data == "input" && attr(n, "type") == "checkbox" && !has("checked"):
		case n.Data == "input":
			out.Add(name, attr(n, "value"))
		case n.Data == "textarea":
			text := ""
			walk(n, func(in *html.Node) {
				if in.Type == html.TextNode {
					text += in.Data
				}
			})
			out.Set(name, text)
		case n.Data == "select":
			walk(n, func(in *html.Node) {
				if in.Data == "option" && slices.ContainsFunc(in.Attr, func(a html.Attribute) bool { return a.Key == "selected" }) {
					out.Set(name, attr(in, "value"))
				}
			})
		}
	})
	return out
}

// With 100 events every five minutes, 12 · 100 = 1,200 were bad in the hour from two hours ago.
// The 28 days up to the end of that hour have 671 hours with events, 805,200, of which 1 % may be
// bad, 8,052: it took 14.9 %.
func TestAnIncidentIsDeclaredMovedOnAndToldOfOnPages(t *testing.T) {
	t.Parallel()
	h := build(t)
	service := h.checkout()
	slo := h.declare(service, "taken")
	h.push(service, slo, 28, func(days float64) float64 {
		if hours := days * 24; hours > 1 && hours <= 2 {
			return 100
		}
		return 0
	})
	_, err := h.evaluator.RunOnce(h.admin)
	h.must(err)
	v := h.visitor()
	end := h.clock.Now().Truncate(measure.FiveMinutes)
	stamp := func(hoursAgo float64) string {
		return end.Add(-time.Duration(hoursAgo * float64(time.Hour))).Format(formTime)
	}

	said, _ := v.wrong("/incidents/new", url.Values{"title": {""}, "severity": {"sev9"}, "affected": {"nothing"}, "impactStart": {"yesterday"}})
	if !strings.Contains(said["affected"], "nothing") || said["impactStart"] == "" {
		t.Errorf("at their fields it says %q", said)
	}
	form := url.Values{"title": {"Orders are <b>refused</b>"}, "severity": {"sev1"}, "affected": {"checkout"}, "impactStart": {stamp(2)}, "impactEnd": {stamp(-5)}, "causes": {"own-code-or-procedure"}, "tags": {"deploy, eu, deploy"}, "customerImpact": {"None went through."}}
	said, body := v.wrong("/incidents/new", form)
	if !strings.Contains(said["impactEnd"], "must not be after now") || !strings.Contains(body, "Orders are &lt;b&gt;refused") {
		t.Errorf("at their fields it says %q", said)
	}
	form.Set("impactEnd", stamp(1))
	one := v.sent("/incidents/new", form)
	_, text := v.read(one)
	for _, want := range []string{"Orders are &lt;b&gt;refused&lt;/b&gt;", "14.9", "1200 of 1200 events bad", "own code or procedure", "deploy, eu", "None went through.", "Declared as sev1"} {
		if !strings.Contains(text, want) && !strings.Contains(text, strings.ReplaceAll(want, "1200", "1\u202f200")) && !strings.Contains(text, strings.ReplaceAll(want, "1200", "1,200")) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}

	if to := v.sent(one+"/timeline", url.Values{"text": {"Rolled back to 2.13.9."}, "link": {"https://ci.example.org/1"}}); to != one+"#timeline-h" {
		t.Errorf("led to %s", to)
	}
	if said, _ := v.wrong(one+"/timeline", url.Values{"text": {" "}, "link": {"javascript:1"}, "at": {"2999-01-01T00:00"}}); said["text"] == "" || said["link"] == "" || said["at"] == "" {
		t.Errorf("at their fields it says %q", said)
	}
	v.sent(one+"/status", url.Values{"version": {"1"}, "status": {"resolved"}})
	if _, body := v.wrong(one+"/status", url.Values{"version": {"1"}, "status": {"closed"}}); !strings.Contains(body, "version 2 now") {
		t.Errorf("a stale form says\n%s", body)
	}
	if said, _ := v.wrong(one+"/status", url.Values{"version": {"2"}, "status": {"investigating"}}); said["reason"] == "" {
		t.Errorf("at their fields it says %q", said)
	}

	// What was not filled in otherwise stays, to the second; who comes second is told of it.
	before, err := h.incidents.Get(h.admin, idOf(one))
	h.must(err)
	edit := func() url.Values {
		doc, _ := v.read(one + "/edit")
		return valuesOf(doc)
	}
	form = edit()
	form.Set("title", "Orders are refused")
	v.sent(one+"/edit", form)
	after, err := h.incidents.Get(h.admin, idOf(one))
	h.must(err)
	if after.Title != "Orders are refused" || !after.ResolvedAt.Equal(*before.ResolvedAt) || !after.DetectedAt.Equal(*before.DetectedAt) || len(after.Services) != 1 || len(after.Tags) != 2 {
		t.Errorf("edited is %+v, was %+v", after.Terms, before.Terms)
	}
	form.Set("title", "Mine")
	if got, _ := v.sendFields(one+"/edit", form, "same-origin"); got.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("a stale form is answered %d", got.StatusCode)
	}
	if said, body := v.wrong(one+"/edit", form); said["title"] != "It says now: Orders are refused" || said["severity"] != "" || !strings.Contains(body, "changed it meanwhile") || !strings.Contains(body, `name="version" value="3"`) {
		t.Errorf("a stale form says\n%s", body)
	}

	if _, text := v.read("/incidents?q=" + url.QueryEscape(`refused "rolled back"`)); !strings.Contains(text, "<mark>Rolled</mark>") || !strings.Contains(text, one) {
		t.Errorf("it is not found:\n%s", text)
	}
	if _, text := v.read("/incidents"); strings.Contains(text, one) {
		t.Error("resolved, it is among the open ones")
	}
	if _, text := v.read("/learning"); !strings.Contains(text, "1 incident of 90 days") {
		t.Errorf("the learning page says\n%s", text)
	}
}

func TestTheFormOfAnIncidentIsTakenFromEvenkeelsOwnPagesAlone(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.checkout()
	v := h.visitor()
	form := url.Values{"title": {"x"}, "severity": {"sev1"}, "affected": {"checkout"}, "impactStart": {sampleNow.Format(formTime)}}
	if got, _ := v.sendFields("/incidents/new", form, "cross-site"); got.StatusCode != http.StatusForbidden {
		t.Errorf("answered %d", got.StatusCode)
	}
	form.Set("customerImpact", strings.Repeat("x", maxForm))
	if got, _ := v.sendFields("/incidents/new", form, "same-origin"); got.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a form that is too long is answered %d", got.StatusCode)
	}
	v.signedOut = true
	v.handler = New(h.sources, Options{Now: h.clock.Now, PublicURL: "http://evenkeel.example"})
	if got, _ := v.sendFields("/incidents/new", form, "same-origin"); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/signin" {
		t.Errorf("who is signed out is answered %d to %s", got.StatusCode, got.Header.Get("Location"))
	}
}

func TestARestrictedIncidentIsMissingOnPagesForOthers(t *testing.T) {
	t.Parallel()
	h := build(t)
	service := h.checkout()
	made, err := h.incidents.Declare(h.admin, incident.Input{Terms: incident.Terms{
		Title: "Secret", Severity: "sev1", Services: []incident.Involved{{Service: service.ID, Part: incident.Affected}}, ImpactStart: h.clock.Now(), Restricted: true,
	}})
	h.must(err)
	v := h.visitorWho("bob")
	form := url.Values{"title": {"Not mine"}, "severity": {"sev1"}, "affected": {"checkout"}, "impactStart": {h.clock.Now().Format(formTime)}}
	if got, body := v.sendFields("/incidents/new", form, "same-origin"); got.StatusCode != http.StatusForbidden || !strings.Contains(body, "Not mine") || !strings.Contains(body, "members of the owning team") {
		t.Errorf("who is of no team is answered %d:\n%s", got.StatusCode, body)
	}
	for _, path := range []string{"", "/edit"} {
		v.readStatus(incidentURL(made.ID)+path, http.StatusNotFound)
	}
	for _, path := range []string{"/edit", "/status", "/timeline"} {
		if got, _ := v.sendFields(incidentURL(made.ID)+path, url.Values{"text": {"x"}, "status": {"closed"}, "version": {"1"}}, "same-origin"); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s is answered %d", path, got.StatusCode)
		}
	}
	for _, path := range []string{"/incidents", "/incidents?show=all", "/incidents?q=secret", "/learning"} {
		if _, text := v.read(path); strings.Contains(text, "Secret") || strings.Contains(text, string(made.ID)) {
			t.Errorf("%s tells of it", path)
		}
	}
}
