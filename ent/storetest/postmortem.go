package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
	"github.com/evenkeel/evenkeel/services/incident/postmortem/document"
)

// Incident declares one of the service, whose impact began so many hours after Start, as it is after
// the changes.
func Incident(t testing.TB, s *store.Store, team, service id.ID, began int, changes ...func(*incident.Incident)) incident.Incident {
	t.Helper()
	i := incident.Incident{
		ID: newID(), Status: incident.Declared,
		Terms: incident.Terms{
			Title: "Checkout is down", Severity: "sev1", Services: []incident.Involved{{Service: service, Part: incident.Affected}}, Roles: map[incident.Role]id.ID{},
			ImpactStart: Start.Add(time.Duration(began) * time.Hour), Causes: []string{}, Tags: []string{}, Links: []incident.Link{}, Team: team, Readers: []id.ID{},
		},
		CreatedAt: Start, CreatedBy: "ada", UpdatedAt: Start, UpdatedBy: "ada", Version: 1,
	}
	for _, change := range changes {
		change(&i)
	}
	if _, err := s.Incidents().CreateIncident(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	return i
}

func testPostmortems(t *testing.T, open opener) {
	hour := func(n int) time.Time { return Start.Add(time.Duration(n) * time.Hour) }
	at := func(n int) *time.Time { h := hour(n); return &h }
	of := func(i incident.Incident) postmortem.Postmortem {
		return postmortem.Postmortem{
			ID: newID(), Incident: i.ID, Status: postmortem.Requested, Review: postmortem.Review{Reviewers: []id.ID{}, Approvals: []postmortem.Signature{}},
			CreatedAt: Start, CreatedBy: "ada", UpdatedAt: Start, UpdatedBy: "ada", Version: 1,
		}
	}
	create := func(t *testing.T, s *store.Store, p postmortem.Postmortem) postmortem.Postmortem {
		t.Helper()
		same(t, must(s.Postmortems().CreatePostmortem(t.Context(), p))(t), true)
		return p
	}

	each(t, open, "a postmortem comes back as written, once for its incident, and is updated by one", func(t *testing.T, s *store.Store) {
		a := s.Postmortems()
		team := Team(t, s, "payments").ID
		ada := Person(t, s, "ada").ID
		i := Incident(t, s, team, Service(t, s, team, "checkout").ID, -3)
		made := create(t, s, of(i))
		same(t, must(a.Postmortem(t.Context(), i.ID))(t), made)
		same(t, must(a.CreatePostmortem(t.Context(), of(i)))(t), false)
		full := made
		full.Status, full.Text = postmortem.Approved, 3
		full.Template = postmortem.Used{Slug: "short", Revision: 2, Document: document.Template{Markdown: "## Größe\n<b>", Required: []string{"Größe"}}}
		signed := postmortem.Signature{Person: ada, Name: "Ada", At: hour(1), Text: 3, Note: "good"}
		full.Review = postmortem.Review{Reviewers: []id.ID{ada}, Submitted: &signed, Approvals: []postmortem.Signature{signed}, Returned: &signed}
		full.Link = &postmortem.Link{URL: "https://example.org", Title: "x", By: "Ada", At: hour(1)}
		full.DueAt, full.OverdueTold, full.EscalatedTold, full.UpdatedAt, full.UpdatedBy = at(3), at(3), at(2), hour(1), "bob"
		ok(t, a.UpdatePostmortem(t.Context(), full))
		refused(t, a.UpdatePostmortem(t.Context(), full), fault.Precondition, "version_mismatch")
		full.Version = 2
		same(t, must(a.HoldPostmortem(t.Context(), i.ID))(t), full)
		full.EscalatedTold = at(3)
		ok(t, a.MarkTold(t.Context(), full))
		same(t, must(a.PostmortemsOf(t.Context(), []id.ID{i.ID, newID()}))(t), []postmortem.Postmortem{full})
		_, err := a.HoldPostmortem(t.Context(), newID())
		refused(t, err, fault.NotFound, "postmortem_not_found")
		none := made
		none.ID = newID()
		refused(t, a.UpdatePostmortem(t.Context(), none), fault.NotFound, "postmortem_not_found")
		none.Incident = newID()
		err = s.InTx(t.Context(), func(ctx context.Context) error { _, err := a.CreatePostmortem(ctx, none); return err })
		refused(t, err, fault.Conflict, "reference_missing")
	})

	each(t, open, "postmortems are listed by the newest impact, those of restricted incidents to those who may read them", func(t *testing.T, s *store.Store) {
		a := s.Postmortems()
		team, other := Team(t, s, "payments").ID, Team(t, s, "search").ID
		one, two := Service(t, s, team, "checkout").ID, Service(t, s, other, "finder").ID
		ada, eve := Person(t, s, "ada").ID, Person(t, s, "eve").ID
		entered := func(i incident.Incident, status postmortem.Status, due *time.Time) postmortem.Postmortem {
			p := of(i)
			p.Status, p.DueAt = status, due
			return create(t, s, p)
		}
		first := entered(Incident(t, s, team, one, -9), postmortem.Requested, at(-1))
		second := entered(Incident(t, s, other, two, -6), postmortem.Published, at(-1))
		third := entered(Incident(t, s, team, one, -3), postmortem.Draft, nil)
		hidden := entered(Incident(t, s, team, one, -1, func(i *incident.Incident) { i.Restricted, i.Readers = true, []id.ID{ada} }), postmortem.InReview, at(1))
		list := func(f postmortem.Filter) []postmortem.Postmortem {
			t.Helper()
			var out []postmortem.Postmortem
			for r := (page.Request{Limit: 2}); ; {
				some := must(a.Postmortems(t.Context(), f, r))(t)
				f.Now = f.Now.Add(time.Second)
				if out = append(out, some.Items...); some.Next == "" {
					return out
				}
				r.After = some.Next
			}
		}
		all := incident.Reader{All: true}
		yes, no := true, false
		for name, c := range map[string]struct {
			f    postmortem.Filter
			want []postmortem.Postmortem
		}{
			"nobody":             {postmortem.Filter{}, []postmortem.Postmortem{third, second, first}},
			"another":            {postmortem.Filter{Reader: incident.Reader{Person: eve}}, []postmortem.Postmortem{third, second, first}},
			"a reader":           {postmortem.Filter{Reader: incident.Reader{Person: ada}}, []postmortem.Postmortem{hidden, third, second, first}},
			"all":                {postmortem.Filter{Reader: all}, []postmortem.Postmortem{hidden, third, second, first}},
			"a status":           {postmortem.Filter{Reader: all, Status: postmortem.InReview}, []postmortem.Postmortem{hidden}},
			"a team":             {postmortem.Filter{Reader: all, Team: other}, []postmortem.Postmortem{second}},
			"a service":          {postmortem.Filter{Service: one}, []postmortem.Postmortem{third, first}},
			"overdue":            {postmortem.Filter{Reader: all, Overdue: &yes, Now: Start}, []postmortem.Postmortem{first}},
			"overdue later":      {postmortem.Filter{Reader: all, Overdue: &yes, Now: hour(2)}, []postmortem.Postmortem{hidden, first}},
			"not overdue":        {postmortem.Filter{Reader: all, Overdue: &no, Now: Start}, []postmortem.Postmortem{hidden, third, second}},
			"from the second on": {postmortem.Filter{From: hour(-6)}, []postmortem.Postmortem{third, second}},
			"before the second":  {postmortem.Filter{To: hour(-6)}, []postmortem.Postmortem{first}},
		} {
			t.Run(name, func(t *testing.T) { same(t, list(c.f), c.want) })
		}
		_, err := a.Postmortems(t.Context(), postmortem.Filter{Team: team}, page.Request{After: must(a.Postmortems(t.Context(), postmortem.Filter{}, page.Request{Limit: 1}))(t).Next})
		refused(t, err, fault.Invalid, "")

		ids := func(found []postmortem.Postmortem) (out []id.ID) {
			for _, p := range found {
				out = append(out, p.ID)
			}
			return out
		}
		same(t, ids(must(a.Past(t.Context(), hour(2), "", 9))(t)), []id.ID{first.ID, hidden.ID})
		same(t, ids(must(a.Past(t.Context(), hour(2), first.ID, 9))(t)), []id.ID{hidden.ID})
		first.OverdueTold = first.DueAt
		ok(t, a.MarkTold(t.Context(), first))
		same(t, ids(must(a.Past(t.Context(), hour(2), "", 1))(t)), []id.ID{first.ID})
		first.EscalatedTold = first.DueAt
		ok(t, a.MarkTold(t.Context(), first))
		same(t, ids(must(a.Past(t.Context(), hour(2), "", 1))(t)), []id.ID{hidden.ID})
	})

	each(t, open, "texts are numbered, and found by the version of the postmortem", func(t *testing.T, s *store.Store) {
		a := s.Postmortems()
		team := Team(t, s, "payments").ID
		p := create(t, s, of(Incident(t, s, team, Service(t, s, team, "checkout").ID, -3)))
		text := func(number int, head int64) postmortem.Text {
			one := postmortem.Text{ID: newID(), Postmortem: p.ID, Number: number, Head: head, Text: "größer\n<script>", Note: "n", At: Start, Author: "Ada", Person: newID()}
			ok(t, a.AddText(t.Context(), one))
			return one
		}
		first, second := text(1, 2), text(2, 5)
		same(t, must(a.Text(t.Context(), p.ID, 2))(t), second)
		for version, want := range map[int64]postmortem.Text{2: first, 4: first, 5: second, 9: second} {
			same(t, must(a.TextAt(t.Context(), p.ID, version))(t), want)
		}
		// The first is as the template has it: whoever began it wrote nothing yet.
		for person, wrote := range map[id.ID]bool{first.Person: false, second.Person: true, newID(): false} {
			same(t, must(a.Wrote(t.Context(), p.ID, person))(t), wrote)
		}
		_, err := a.TextAt(t.Context(), p.ID, 1)
		refused(t, err, fault.NotFound, "postmortem_version_not_found")
		_, err = a.Text(t.Context(), p.ID, 3)
		refused(t, err, fault.NotFound, "postmortem_version_not_found")
		err = s.InTx(t.Context(), func(ctx context.Context) error {
			return a.AddText(ctx, postmortem.Text{ID: newID(), Postmortem: p.ID, Number: 2, At: Start})
		})
		if err == nil {
			t.Error("a number was taken twice")
		}
		newest := must(a.Texts(t.Context(), p.ID, page.Request{Limit: 1}))(t)
		second.Text, first.Text = "", ""
		same(t, newest.Items, []postmortem.Text{second})
		same(t, must(a.Texts(t.Context(), p.ID, page.Request{Limit: 1, After: newest.Next}))(t).Items, []postmortem.Text{first})
	})

	each(t, open, "a request is there once for its reason and subject, and waived once", func(t *testing.T, s *store.Store) {
		a := s.Postmortems()
		team := Team(t, s, "payments").ID
		p := create(t, s, of(Incident(t, s, team, Service(t, s, team, "checkout").ID, -3)))
		ask := func(reason postmortem.Reason, subject id.ID) postmortem.Request {
			return postmortem.Request{ID: newID(), Postmortem: p.ID, Reason: reason, Subject: subject, Text: "why", At: Start, By: "Ada"}
		}
		first, second := ask(postmortem.BySeverity, ""), ask(postmortem.ByPolicy, newID())
		same(t, must(a.CreateRequest(t.Context(), first))(t), true)
		same(t, must(a.CreateRequest(t.Context(), second))(t), true)
		same(t, must(a.CreateRequest(t.Context(), ask(postmortem.BySeverity, "")))(t), false)
		same(t, must(a.CreateRequest(t.Context(), ask(postmortem.ByPolicy, second.Subject)))(t), false)
		first.WaivedAt, first.WaivedBy, first.WaivedBecause = at(1), "Bob", "tiny"
		ok(t, a.Waive(t.Context(), first))
		refused(t, a.Waive(t.Context(), first), fault.Precondition, "version_mismatch")
		same(t, must(a.Requests(t.Context(), []id.ID{p.ID, newID()}))(t), []postmortem.Request{first, second})
		same(t, must(a.Requests(t.Context(), nil))(t), []postmortem.Request{})
		same(t, must(a.AskedFor(t.Context(), postmortem.ByPolicy, second.Subject))(t), []id.ID{p.Incident})
		same(t, len(must(a.AskedFor(t.Context(), postmortem.BySeverity, second.Subject))(t)), 0)
		act := postmortem.Act{ID: newID(), Postmortem: p.ID, Kind: postmortem.ActReopened, Number: 2, Text: "größer", At: Start, By: "Ada"}
		later := act
		later.ID = newID()
		ok(t, a.AddAct(t.Context(), act))
		ok(t, a.AddAct(t.Context(), later))
		newest := must(a.Acts(t.Context(), p.ID, page.Request{Limit: 1}))(t)
		same(t, newest.Items, []postmortem.Act{later})
		same(t, must(a.Acts(t.Context(), p.ID, page.Request{After: newest.Next}))(t).Items, []postmortem.Act{act})
	})

	each(t, open, "a template is revised, for its severities alone, and deleted with its revisions", func(t *testing.T, s *store.Store) {
		a := s.Postmortems()
		template := func(slug string, severities ...incident.Severity) postmortem.Template {
			one := postmortem.Template{ID: newID(), Slug: slug, Name: "Größer", Severities: append([]incident.Severity{}, severities...), CreatedAt: Start, UpdatedAt: Start, Version: 1}
			one.Revision = postmortem.Revision{ID: newID(), Of: one.ID, Number: 1, Template: document.Template{Markdown: "## A\n", Required: []string{"A"}}, By: "Ada", At: Start}
			return one
		}
		short, long := template("short", "sev3", "sev4"), template("long", "sev1")
		ok(t, a.CreateTemplate(t.Context(), short))
		ok(t, a.CreateTemplate(t.Context(), long))
		try := func(do func(ctx context.Context) error) error { return s.InTx(t.Context(), do) }
		refused(t, try(func(ctx context.Context) error { return a.CreateTemplate(ctx, template("short")) }), fault.Conflict, "slug_taken")
		refused(t, try(func(ctx context.Context) error { return a.CreateTemplate(ctx, template("other", "sev1")) }), fault.Conflict, "severity_taken")
		same(t, must(a.Template(t.Context(), "short"))(t), short)
		same(t, must(a.Template(t.Context(), string(short.ID)))(t), short)
		same(t, *must(a.TemplateFor(t.Context(), "sev4"))(t), short)
		same(t, must(a.TemplateFor(t.Context(), "sev2"))(t), nil)
		first := short.Revision
		short.Name, short.Severities, short.UpdatedAt = "S", []incident.Severity{"sev2", "sev4"}, hour(1)
		short.Revision = postmortem.Revision{ID: newID(), Of: short.ID, Number: 2, Template: document.Template{Markdown: "## B\n", Required: []string{}}, By: "Bob", At: hour(1)}
		ok(t, a.UpdateTemplate(t.Context(), short))
		refused(t, try(func(ctx context.Context) error { return a.UpdateTemplate(ctx, short) }), fault.Precondition, "version_mismatch")
		short.Version = 2
		same(t, must(a.Template(t.Context(), "short"))(t), short)
		same(t, must(a.TemplateFor(t.Context(), "sev3"))(t), nil)
		same(t, must(a.TemplateRevisions(t.Context(), short.ID, page.Request{}))(t).Items, []postmortem.Revision{short.Revision, first})
		found := must(a.Templates(t.Context(), page.Request{Limit: 1}))(t)
		same(t, found.Items, []postmortem.Template{long})
		same(t, must(a.Templates(t.Context(), page.Request{After: found.Next}))(t).Items, []postmortem.Template{short})
		refused(t, a.DeleteTemplate(t.Context(), short.ID, 1), fault.Precondition, "version_mismatch")
		ok(t, a.DeleteTemplate(t.Context(), short.ID, 2))
		refused(t, a.DeleteTemplate(t.Context(), short.ID, 2), fault.NotFound, "postmortem_template_not_found")
		same(t, must(a.TemplateFor(t.Context(), "sev4"))(t), nil)
		same(t, must(a.TemplateRevisions(t.Context(), short.ID, page.Request{}))(t).Items, []postmortem.Revision(nil))
	})

	each(t, open, "incidents that are over are found in the order in which they were resolved", func(t *testing.T, s *store.Store) {
		a := s.Incidents()
		team := Team(t, s, "payments").ID
		service := Service(t, s, team, "checkout").ID
		over := func(resolved int, status incident.Status) incident.Incident {
			return Incident(t, s, team, service, -50, func(i *incident.Incident) { i.Status, i.ResolvedAt = status, at(resolved) })
		}
		Incident(t, s, team, service, -50)
		over(-40, incident.Closed)
		late, early := over(-1, incident.Closed), over(-9, incident.Resolved)
		twin := over(-9, incident.Resolved)
		same(t, must(a.Resolved(t.Context(), hour(-9), incident.Moment{}, 9))(t), []incident.Incident{early, twin, late})
		same(t, must(a.Resolved(t.Context(), hour(-9), incident.Moment{At: hour(-9), ID: early.ID}, 1))(t), []incident.Incident{twin})
		same(t, must(a.IncidentsByID(t.Context(), []id.ID{late.ID, newID()}))(t), map[id.ID]incident.Incident{late.ID: late})
	})
}
