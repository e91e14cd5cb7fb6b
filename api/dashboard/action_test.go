package dashboard

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/incident/action"
)

// An item is planned, changed, done and opened again by the forms of its pages; what is refused is said
// there, with what was typed.
func TestAnActionItemIsHandledOnItsPages(t *testing.T) {
	t.Parallel()
	h := build(t)
	of := h.outage(false)
	ada, person := h.visitorAs("Ada")
	_, err := h.registry.AddMember(h.admin, "shop", person.ID)
	h.must(err)
	at := incidentURL(of.ID) + "/action-items"
	form := url.Values{"title": {"Improve the queue"}, "verification": {"It fires."}, "priority": {"p0"}, "type": {"detect"}, "owner": {"nobody"}, "service": {string(of.Services[0].Service)}, "rootCause": {"1"}}
	refused := ada.refusedForm(at, form, 422, "Owner must be the identifier of the one person")
	if !strings.Contains(refused, `value="Improve the queue"`) || !strings.Contains(refused, "so that anybody can verify it") {
		t.Errorf("the form shows\n%s", refused)
	}
	form.Set("owner", string(person.ID))
	ada.done(at, form, incidentURL(of.ID)+"#actions")
	items, err := h.planned.OfIncident(h.admin, of.ID)
	h.must(err)
	if len(items) != 1 || items[0].Priority != action.P0 || !items[0].RootCause {
		t.Fatalf("planned are %+v", items)
	}
	one := actionURL(items[0].ID)
	amended := func(fields ...string) url.Values {
		out := url.Values{}
		for name, values := range form {
			out[name] = values
		}
		for n := 0; n < len(fields); n += 2 {
			out.Set(fields[n], fields[n+1])
		}
		return out
	}
	later := h.clock.Now().AddDate(0, 0, 60).Format(time.DateOnly)
	ada.refusedForm(one+"/complete", url.Values{"version": {"1"}, "note": {""}}, 422, "Note must say what was done")
	ada.refusedForm(one+"/complete", url.Values{"version": {"7"}, "note": {"Live."}}, 412, "is at version 1 now")
	ada.refusedForm(one+"/waive", url.Values{"version": {"1"}, "reason": {"Why not."}}, 403, "by another person than its owner")
	ada.refusedForm(one+"/amend", amended("version", "1", "dueOn", later), 422, "Reason must say why the day is later")
	lost := ada.refusedForm(one+"/amend", amended("version", "9", "title", "Mine"), 412, "Its title is “Improve the queue” now.")
	if !strings.Contains(lost, `value="Mine"`) || !strings.Contains(lost, "<details open><summary>Change it") {
		t.Errorf("what was typed is lost:\n%s", lost)
	}
	for _, step := range []struct {
		act    string
		fields url.Values
		says   string // on the page afterwards
	}{
		{"amend", amended("version", "1", "title", "Alert when the queue is old"), "Alert when the queue is old"},
		{"complete", url.Values{"version": {"2"}, "note": {"Live <b>since</b> Monday."}}, "Live &lt;b&gt;since&lt;/b&gt; Monday."},
		{"reopen", url.Values{"version": {"3"}, "reason": {"It fired for nothing."}}, "Say that it is done"},
	} {
		ada.done(one+"/"+step.act, step.fields, one)
		if _, text := ada.read(one); !strings.Contains(text, step.says) {
			t.Errorf("after %s the page lacks %q:\n%s", step.act, step.says, text)
		}
	}
	bob, _ := h.visitorAs("Bob")
	if _, text := bob.read(one); strings.Contains(text, "<form class=\"form\"") {
		t.Errorf("whoever is of no team gets forms:\n%s", text)
	}
	bob.refusedForm(one+"/complete", url.Values{"version": {"4"}, "note": {"Live."}}, 403, "members of the owning team")
	secret := h.secret(of.ID)
	for _, path := range []string{secret, at} {
		if answer, _ := bob.send(path, form); answer.StatusCode != 404 {
			t.Errorf("%s is %d to whom may not read it", path, answer.StatusCode)
		}
	}
	if _, text := bob.read("/action-items"); strings.Contains(text, "Alert when the queue") {
		t.Errorf("listed is what may not be read:\n%s", text)
	}
}

// secret restricts an incident to its readers, and returns the page of its item.
func (h *house) secret(of id.ID) string {
	h.Helper()
	i, err := h.incidents.Get(h.admin, of)
	h.must(err)
	terms := i.Terms
	terms.Restricted = true
	_, err = h.incidents.Amend(h.admin, of, i.Version, terms)
	h.must(err)
	items, err := h.planned.OfIncident(h.admin, of)
	h.must(err)
	return actionURL(items[0].ID) + "/complete"
}
