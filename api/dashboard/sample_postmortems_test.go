package dashboard

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/lint"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
	"github.com/evenkeel/evenkeel/services/incident/postmortem/document"
)

// scribe has a postmortem in each state, for looking at; nothing that is sent to it is kept. Forms are
// tested through the real services.
type scribe struct{ *sample }

var _ Postmortems = scribe{}

// sampleIncident is the identifier of the n-th incident; that of 9 has no postmortem.
func sampleIncident(n int) id.ID { return id.ID(fmt.Sprintf("01JD3Z0Q8RC6W4N1M2V9%06d", n)) }

const samplePostmortem = `- **Incident:** Checkout failed for customers in the EU
- **Severity:** sev1
- **Impact:** 2026-11-20 09:12 UTC to 2026-11-20 10:41 UTC, 1 h 29 min
- **Services:** Checkout (affected), Payments (cause)

## Summary

From 09:12 to 10:41 UTC, **38 % of checkouts in the EU failed** with an error, because the connection pool of Payments ran dry. About 4,200 customers saw it; 310 orders were lost and could be taken later.

## Impact

Orders of 310 customers were not taken. The availability of Checkout took 63 % of its error budget of 28 days.

## Root causes and contributing factors

Ada should have noticed the limit of the pool. The root cause was human error.

1. A change of the morning doubled the time for which a connection is held.
2. The pool has had the same size since the service had a tenth of the traffic.
3. The alert on saturation looked at processors, and not at the pool.

## Detection

The burn-rate alert paged after four minutes. Support had three tickets by then.

> "We saw errors and thought that our card was declined."

## Timeline

| Time (UTC) | What happened |
|---|---|
| 2026-11-20 09:12 | First errors in ` + "`eu-west-1`" + ` |
| 2026-11-20 09:16 | Paged; Grace takes command |
| 2026-11-20 09:40 | Rolled back the change of the morning; errors go on |
| 2026-11-20 10:35 | The pool is doubled |

## Lessons

What is shared between services has limits that none of them sees. [The capacity review](https://docs.example/capacity) asks for them from now on.

` + hostile + `

![a picture of elsewhere](https://evil.example/pixel.png) [a script](javascript:alert(1)) @everybody
`

func (a scribe) all() []postmortem.View {
	if len(a.teams) == 0 {
		return nil
	}
	ago := func(d time.Duration) *time.Time { at := a.now.Add(-d); return &at }
	const day = 24 * time.Hour
	view := func(n int, title string, severity incident.Severity, status postmortem.Status, began time.Duration) postmortem.View {
		resolved := a.now.Add(-began + 89*time.Minute)
		i := incident.Incident{ID: sampleIncident(n), Status: incident.Resolved, Terms: incident.Terms{
			Title: title, Severity: severity, Team: a.teams[n%len(a.teams)].ID, ImpactStart: a.now.Add(-began), ResolvedAt: &resolved,
		}}
		v := postmortem.View{Incident: i, Postmortem: postmortem.Postmortem{ID: i.ID, Incident: i.ID, Status: status, Version: int64(n)}}
		v.Requests = []postmortem.Request{{ID: i.ID, Reason: postmortem.BySeverity, Text: "Its severity is " + string(severity) + ".", By: "Evenkeel", At: resolved}}
		v.DueAt = postmortem.Usual().Due(i)
		if status.Begun() {
			v.Text, v.Template.Document = 3, document.Default()
			v.Current = postmortem.Text{Number: 3, Text: samplePostmortem, Author: "Ada Lovelace", At: *ago(26 * time.Hour)}
		}
		return v
	}
	people := []access.Person{{ID: "grace", DisplayName: "Grace Hopper"}, {ID: "ada", DisplayName: "Ada Lovelace"}, {ID: "long", DisplayName: hostile + strings.Repeat("long", 20)}}
	review := view(1, "Checkout failed for customers in the EU", "sev1", postmortem.InReview, 3*day+5*time.Hour)
	review.Reviewers = people
	review.Review = postmortem.Review{
		Reviewers: []id.ID{"grace", "ada", "long"}, Submitted: &postmortem.Signature{Name: "Alan Turing", At: *ago(20 * time.Hour), Text: 3},
		Returned: &postmortem.Signature{Person: "grace", Name: "Grace Hopper", At: *ago(30 * time.Hour), Note: "Not who; what?"},
	}
	review.Missing = []document.Missing{{Section: "Trigger", Why: document.Absent}, {Section: "Resolution", Why: document.Empty}}
	review.Requests = append(review.Requests,
		postmortem.Request{ID: review.ID, Reason: postmortem.ByPolicy, Subject: review.ID, Text: "The clause large-incident of the policy error-budget asks for it.", By: "Evenkeel", At: *ago(2 * day)},
		postmortem.Request{ID: review.ID, Reason: postmortem.ByPerson, Text: hostile, By: strings.Repeat("long-", 12) + "name", At: *ago(day), WaivedAt: ago(time.Hour), WaivedBy: "Grace Hopper", WaivedBecause: hostile})
	draft := view(2, hostile, "sev2", postmortem.Draft, 12*day)
	draft.Review.Returned = &postmortem.Signature{Name: "Grace Hopper", At: *ago(3 * time.Hour), Note: "What set it off?\n" + hostile}
	approved := view(3, "Search answered slowly", "sev2", postmortem.Approved, 4*day)
	approved.Review.Approvals = []postmortem.Signature{{Person: "grace", Name: "Grace Hopper", At: *ago(2 * time.Hour), Text: 3}}
	approved.Reviewers = people[:1]
	published := view(4, "Sign-ins failed after a certificate expired", "sev1", postmortem.Published, 30*day)
	elsewhere := view(5, "A data centre lost power", "sev1", postmortem.Published, 60*day)
	elsewhere.Text, elsewhere.Current = 0, postmortem.Text{}
	elsewhere.Link = &postmortem.Link{URL: "https://wiki.example/postmortems/" + strings.Repeat("long", 30), Title: "Power loss of September " + hostile, By: "Grace Hopper", At: *ago(50 * day)}
	waived := view(6, "A test page was slow", "sev3", postmortem.Waived, 5*day)
	waived.Requests[0].WaivedAt, waived.Requests[0].WaivedBy, waived.Requests[0].WaivedBecause = ago(day), "Grace Hopper", "nobody uses it"
	restricted := view(7, "A secret was published", "sev2", postmortem.Requested, 9*day)
	restricted.Incident.Restricted = true
	return []postmortem.View{review, approved, waived, restricted, draft, published, elsewhere}
}

func (a scribe) List(_ context.Context, f postmortem.Filter, _ page.Request) (page.Page[postmortem.View], error) {
	var out []postmortem.View
	for _, v := range a.all() {
		if f.Status != "" && f.Status != v.Status || f.Team != "" && f.Team != v.Incident.Team || f.Overdue != nil && *f.Overdue != v.Overdue(a.now) {
			continue
		}
		out = append(out, v)
	}
	return page.Page[postmortem.View]{Items: out}, a.fail
}

func (a scribe) Get(_ context.Context, of id.ID) (postmortem.View, error) {
	for _, v := range a.all() {
		if v.Incident.ID == of {
			return v, a.fail
		}
	}
	return postmortem.View{}, fault.Missing("postmortem", string(of))
}

func (a scribe) About(ctx context.Context, of id.ID) (incident.Incident, error) {
	if of == sampleIncident(9) && len(a.teams) > 0 {
		return incident.Incident{ID: of, Status: incident.Mitigated, Terms: incident.Terms{Title: "Ledger balances are late", Severity: "sev3", Team: a.teams[0].ID, ImpactStart: a.now.Add(-3 * time.Hour)}}, nil
	}
	v, err := a.Get(ctx, of)
	if fault.Is(err, fault.NotFound) {
		err = fault.Missing("incident", string(of))
	}
	return v.Incident, err
}

func (a scribe) Acts(context.Context, id.ID, page.Request) (page.Page[postmortem.Act], error) {
	return page.Page[postmortem.Act]{Items: []postmortem.Act{
		{Kind: postmortem.ActSubmitted, By: "Alan Turing", At: a.now.Add(-20 * time.Hour)}, {Kind: postmortem.ActReturned, By: "Grace Hopper", Text: "Not who; what? " + hostile, At: a.now.Add(-30 * time.Hour)},
		{Kind: postmortem.ActBegun, By: "Ada Lovelace", At: a.now.Add(-70 * time.Hour)},
	}}, nil
}

func (a scribe) Texts(context.Context, id.ID, page.Request) (page.Page[postmortem.Text], error) {
	return page.Page[postmortem.Text]{Items: []postmortem.Text{
		{Number: 3, Author: "Ada Lovelace", Note: "Numbers of the impact", At: a.now.Add(-26 * time.Hour)},
		{Number: 2, Author: strings.Repeat("long-", 12) + "name", Note: hostile, At: a.now.Add(-50 * time.Hour)}, {Number: 1, Author: "Ada Lovelace", At: a.now.Add(-70 * time.Hour)},
	}}, nil
}

func (a scribe) TextOf(_ context.Context, _ id.ID, number int) (postmortem.Text, error) {
	return postmortem.Text{Number: number, Text: samplePostmortem}, nil
}

func (a scribe) Diff(_ context.Context, _ id.ID, from, to int) (string, error) {
	if from == to {
		return "", nil
	}
	return document.Diff(fmt.Sprintf("version %d", from), fmt.Sprintf("version %d", to), samplePostmortem, strings.Replace(samplePostmortem, "The root cause was human error.", "Nothing showed how full the pool was. "+hostile, 1)), nil
}

func (a scribe) ActionsOf(context.Context, id.ID) ([]postmortem.Action, error) {
	return []postmortem.Action{{Title: "Alert when the pool is at 80 %", Priority: "p0", Done: true, Link: "/incidents"}, {Title: hostile, Priority: "p1"}}, nil
}

func (a scribe) MayWrite(_ context.Context, i incident.Incident) (bool, error) {
	return i.ID != sampleIncident(4), nil
}

func (a scribe) Reviewers(context.Context, id.ID) ([]access.Person, error) {
	return []access.Person{{ID: "grace", DisplayName: "Grace Hopper"}, {ID: "long", DisplayName: hostile + strings.Repeat("long", 20)}, {ID: "alan", DisplayName: "Alan Turing"}}, nil
}

func (a scribe) LintText(_ context.Context, _ id.ID, text string) ([]lint.Finding, error) {
	return lint.Text(text, []string{"Ada Lovelace"}), nil
}

func (a scribe) ListTemplates(context.Context, page.Request) (page.Page[postmortem.Template], error) {
	return page.Page[postmortem.Template]{Items: []postmortem.Template{{Slug: "short", Name: "Short"}, {Slug: "long", Name: hostile}}}, nil
}

// refuse has every form fail, as one that comes too late.
func (a scribe) refuse() (postmortem.View, error) {
	return postmortem.View{}, fault.Stale("postmortem")
}

func (a scribe) Begin(context.Context, id.ID, string) (postmortem.View, error) { return a.refuse() }
func (a scribe) Save(context.Context, id.ID, int64, postmortem.TextInput) (postmortem.View, error) {
	return a.refuse()
}
func (a scribe) Submit(context.Context, id.ID, int64, []id.ID) (postmortem.View, error) {
	return a.refuse()
}
func (a scribe) Review(context.Context, id.ID, int64, postmortem.Verdict) (postmortem.View, error) {
	return a.refuse()
}
func (a scribe) Publish(context.Context, id.ID, int64) (postmortem.View, error) { return a.refuse() }
func (a scribe) Reopen(context.Context, id.ID, int64, string) (postmortem.View, error) {
	return a.refuse()
}
func (a scribe) Elsewhere(context.Context, id.ID, int64, postmortem.LinkInput) (postmortem.View, error) {
	return a.refuse()
}
func (a scribe) Ask(context.Context, id.ID, string) (postmortem.Request, error) {
	_, err := a.refuse()
	return postmortem.Request{}, err
}
func (a scribe) Waive(context.Context, id.ID, id.ID, string) (postmortem.Request, error) {
	_, err := a.refuse()
	return postmortem.Request{}, err
}

// postmortemPaths are those of the pages of the sample's postmortems.
func (s *sample) postmortemPaths() []string {
	out := []string{"/postmortems", "/postmortems?overdue=1", "/postmortems?status=draft"}
	if len(s.teams) == 0 {
		return out
	}
	out = append(out, postmortemURL(sampleIncident(9)), compareURL(sampleIncident(1), 2, 3), compareURL(sampleIncident(1), 3, 3), postmortemURL(sampleIncident(1))+"/edit", postmortemURL(sampleIncident(2))+"/edit")
	for _, v := range (scribe{s}).all() {
		out = append(out, postmortemURL(v.Incident.ID))
	}
	return slices.Compact(out)
}
