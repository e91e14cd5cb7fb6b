package dashboard

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
	"github.com/evenkeel/evenkeel/services/registry"
)

// undone are the action items of incidents of which something is to be done.
type undone struct{}

func (undone) Actions(context.Context, id.ID) ([]postmortem.Action, error) {
	return []postmortem.Action{{Title: "Alert when the pool is at 80 %", Priority: "p0"}}, nil
}

// visitorAs is somebody who is signed in as a person of that name, who is new.
func (h *house) visitorAs(name string) (visitor, access.Person) {
	h.Helper()
	system := access.WithCaller(h.Context(), access.System("test"))
	p, err := h.access.CreatePerson(system, access.PersonInput{DisplayName: name, Provider: access.ProviderLocal, Issuer: "test", Subject: name})
	h.must(err)
	code, _, err := h.access.NewSignInCode(system, p.ID)
	h.must(err)
	session, _, err := h.access.SignIn(h.Context(), code)
	h.must(err)
	v := visitor{T: h.T, signedOut: true, handler: New(h.sources, Options{Now: h.clock.Now, PublicURL: "http://evenkeel.example"})}
	v.handler = withCookie(v.handler, &http.Cookie{Name: "evenkeel_session", Value: session})
	return v, p
}

// send sends a form as a browser does from a page of ours, and returns its answer with its body.
func (v visitor) send(path string, fields url.Values) (*http.Response, string) {
	v.Helper()
	r := httptest.NewRequestWithContext(v.Context(), http.MethodPost, "http://evenkeel.example"+path, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	answer := v.do(r)
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		v.Fatal(err)
	}
	return answer, string(body)
}

// done sends a form that has to lead to the page.
func (v visitor) done(path string, fields url.Values, to string) {
	v.Helper()
	if answer, body := v.send(path, fields); answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != to {
		v.Fatalf("%s of %v: %d to %q, want %q\n%s", path, fields, answer.StatusCode, answer.Header.Get("Location"), to, alertOf(body))
	}
}

// refusedForm sends a form that has to be refused, with these words.
func (v visitor) refusedForm(path string, fields url.Values, status int, says string) string {
	v.Helper()
	answer, body := v.send(path, fields)
	if answer.StatusCode != status || !strings.Contains(alertOf(body), says) {
		v.Errorf("%s of %v: %d %q, want %d %q", path, fields, answer.StatusCode, alertOf(body), status, says)
	}
	return body
}

func alertOf(body string) string {
	_, rest, found := strings.Cut(body, `role="alert">`)
	if !found {
		return ""
	}
	text, _, _ := strings.Cut(rest, "</div>")
	return html.UnescapeString(text)
}

var versionField = regexp.MustCompile(`name="version" value="(\d+)"`)

// version is that which the form of the page names.
func (v visitor) version(path string) string {
	v.Helper()
	_, text := v.read(path)
	found := versionField.FindStringSubmatch(text)
	if found == nil {
		v.Fatalf("%s has no form", path)
	}
	return found[1]
}

// outage is an incident of a new team of the administrator's, that is over.
func (h *house) outage(restricted bool) incident.Incident {
	h.Helper()
	team, err := h.registry.CreateTeam(h.admin, registry.TeamInput{Slug: "shop", Name: "Shop"})
	h.must(err)
	service, err := h.registry.CreateService(h.admin, registry.ServiceInput{Slug: "checkout", Team: "shop", Profile: registry.Profile{Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production}})
	h.must(err)
	now := h.clock.Now()
	i, err := h.incidents.Declare(h.admin, incident.Input{Status: incident.Resolved, Terms: incident.Terms{
		Title: "Checkout is down", Severity: "sev1", Team: team.ID, Services: []incident.Involved{{Service: service.ID, Part: incident.Affected}},
		ImpactStart: now.Add(-time.Hour), ResolvedAt: &now, Restricted: restricted,
	}})
	h.must(err)
	return i
}

func sections(what string) string {
	var b strings.Builder
	for _, name := range []string{"Summary", "Impact", "Root causes and contributing factors", "Trigger", "Detection", "Resolution", "Lessons", "Action items"} {
		fmt.Fprintf(&b, "## %s\r\n\r\n%s\r\n\r\n", name, what) // as browsers send line ends
	}
	return b.String()
}

func TestAPostmortemIsWrittenReviewedAndPublishedByForms(t *testing.T) {
	t.Parallel()
	h := build(t)
	i := h.outage(false)
	at := postmortemURL(i.ID)
	root, bob := h.visitor(), visitor{}
	bob, person := h.visitorAs("Bob")
	doc, text := bob.read(at)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Checkout is down", "Not begun", "Nothing is written yet", "Ask for this postmortem")
	if strings.Contains(text, at+"/begin") {
		t.Error("who is of no team is offered to begin it")
	}
	bob.done(at+"/ask", url.Values{"reason": {"to learn"}}, at)
	bob.refusedForm(at+"/begin", nil, http.StatusForbidden, "")
	bob.refusedForm(at+"/ask", url.Values{"reason": {""}}, http.StatusUnprocessableEntity, "Reason must say why")
	root.done(at+"/begin", url.Values{"template": {""}}, at+"/edit")
	root.refusedForm(at+"/begin", nil, http.StatusConflict, "was begun by somebody")

	doc, text = root.read(at + "/edit")
	checkPage(t, doc, text)
	version := root.version(at + "/edit")
	typed := sections("Bob failed to look. <script>alert(1)</script> [x](javascript:alert(1)) ![p](https://evil.example/p.png)")
	answer, body := root.send(at+"/edit", url.Values{"version": {version}, "text": {typed}, "do": {"preview"}})
	if answer.StatusCode != http.StatusOK || !strings.Contains(body, "Preview") || strings.Contains(body, "javascript:alert(1))</a>") {
		t.Errorf("the preview is %d", answer.StatusCode)
	}
	if doc, err := html.Parse(strings.NewReader(body)); err != nil {
		t.Error(err)
	} else {
		checkPage(t, doc, body)
	}
	if now := root.version(at + "/edit"); now != version {
		t.Error("a preview saves the text")
	}
	first := url.Values{"version": {version}, "text": {sections("The pool ran dry.")}, "note": {"all of it"}, "do": {"save"}}
	root.done(at+"/edit", first, at)
	second := url.Values{"version": {version}, "text": {"mine"}, "do": {"save"}}
	lost := root.refusedForm(at+"/edit", second, http.StatusPreconditionFailed, "changed the text")
	if !strings.Contains(html.UnescapeString(lost), "<ins>+The pool ran dry.</ins>") || !strings.Contains(lost, ">\nmine</textarea>") || !strings.Contains(lost, `name="version" value="`+root.version(at+"/edit")+`"`) {
		t.Errorf("who comes second is shown %s", lost)
	}
	doc, text = bob.read(compareURL(i.ID, 1, 2))
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "+The pool ran dry.")

	root.refusedForm(at+"/submit", url.Values{"version": {root.version(at)}}, http.StatusUnprocessableEntity, "Reviewers must be 1 to 10 people")
	root.refusedForm(at+"/submit", url.Values{"version": {"1"}, "other": {string(person.ID)}}, http.StatusPreconditionFailed, "")
	root.done(at+"/submit", url.Values{"version": {root.version(at)}, "other": {string(person.ID)}}, at)
	doc, text = bob.read(at)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "In review", "Review it", "Bob Asked", "Alert when the pool is at 80 %", "to learn")
	root.refusedForm(at+"/review", url.Values{"version": {bob.version(at)}, "verdict": {"approve"}}, http.StatusConflict, "cannot approve it")
	bob.refusedForm(at+"/review", url.Values{"version": {bob.version(at)}, "verdict": {"request_changes"}}, http.StatusUnprocessableEntity, "Text must say what is to be changed")
	bob.done(at+"/review", url.Values{"version": {bob.version(at)}, "verdict": {"approve"}, "text": {"Good."}}, at)
	root.done(at+"/publish", url.Values{"version": {root.version(at)}}, at)
	doc, text = bob.read(at)
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Published", "The pool ran dry.", "Bob approved it")
	doc, text = bob.read("/postmortems?team=shop")
	checkPage(t, doc, text)
	says(t, words(within(t, doc, "main")), "Checkout is down", "Published")
	root.done(at+"/reopen", url.Values{"version": {root.version(at)}, "reason": {"a number was wrong"}}, at)
	root.done(at+"/link", url.Values{"version": {root.version(at)}, "url": {"https://wiki.example/1"}, "title": {"Wiki"}}, at)
	doc, _ = bob.read(at)
	says(t, words(within(t, doc, "main")), "It was written elsewhere", "Read it at wiki.example/1")
}

func TestAFormOfAnotherSiteWritesNothing(t *testing.T) {
	t.Parallel()
	h := build(t)
	i := h.outage(false)
	root := h.visitor()
	for _, path := range []string{"/begin", "/edit", "/ask", "/publish"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://evenkeel.example"+postmortemURL(i.ID)+path, strings.NewReader("reason=x"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		if answer := root.do(r); answer.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", path, answer.StatusCode)
		}
	}
	root.readStatus(postmortemURL(i.ID)+"/edit", http.StatusNotFound)
}

func TestOfARestrictedIncidentThereIsNoPageForOthers(t *testing.T) {
	t.Parallel()
	h := build(t)
	i := h.outage(true)
	at := postmortemURL(i.ID)
	root, bob := h.visitor(), visitor{}
	bob, _ = h.visitorAs("Bob")
	root.done(at+"/begin", nil, at+"/edit")
	for _, path := range []string{"", "/edit", "/compare"} {
		root.read(at + path)
		_, text := bob.readStatus(at+path, http.StatusNotFound)
		if strings.Contains(text, "Checkout is down") {
			t.Errorf("%s tells of it", path)
		}
	}
	for _, act := range []string{"/begin", "/edit", "/ask", "/waive", "/submit", "/review", "/publish", "/reopen", "/link"} {
		if answer, body := bob.send(at+act, url.Values{"reason": {"x"}, "version": {"1"}}); answer.StatusCode != http.StatusNotFound || strings.Contains(body, "Checkout is down") {
			t.Errorf("%s: %d", act, answer.StatusCode)
		}
	}
	if _, text := bob.read("/postmortems"); strings.Contains(text, "Checkout is down") || !strings.Contains(text, "None yet") {
		t.Error("the list tells of it")
	}
	if _, text := root.read("/postmortems"); !strings.Contains(text, "Checkout is down") {
		t.Error("the list leaves it out for an administrator")
	}
}
