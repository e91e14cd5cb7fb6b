package dashboard

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/incident/claim"
)

// doer has an action item in each state, for looking at; nothing that is sent to it is kept. Forms are
// tested through the real services.
type doer struct{ *sample }

var _ Actions = doer{}

func sampleAction(n int) id.ID { return id.ID(fmt.Sprintf("01JD3Z0Q8RC6W4N1M2VA%06d", n)) }

func (a doer) all() []action.Item {
	if len(a.teams) == 0 {
		return nil
	}
	date := func(days int) clock.Date { return clock.DateOf(a.now.AddDate(0, 0, days)) }
	item := func(n int, title string, priority action.Priority, kind action.Type, due int, change ...func(*action.Item)) action.Item {
		i := action.Item{
			ID: sampleAction(n), Incident: sampleIncident(1), State: action.Open, FirstDueOn: date(due), CreatedAt: a.now.AddDate(0, 0, -20), CreatedBy: "Ada Lovelace", Version: int64(n),
			Terms: action.Terms{Title: title, Detail: "What is shared has limits that none of its users sees.", Verification: "It fires in the game day.", Priority: priority, Type: kind, Owner: "grace", Service: a.services[0].ID, DueOn: date(due)},
		}
		for _, c := range change {
			c(&i)
		}
		return i
	}
	settled := func(state action.State, note, link string, tracked bool) func(*action.Item) {
		return func(i *action.Item) {
			i.State, i.Settled = state, &action.Settlement{At: a.now.AddDate(0, 0, -40), By: "Grace Hopper", Note: note, Link: link, Tracked: tracked}
		}
	}
	return []action.Item{
		item(1, "Alert when the pool of Payments is at 80 %", action.P0, action.Detect, -6, func(i *action.Item) {
			i.RootCause, i.Chased = true, action.Chased{For: i.DueOn, Step: 2, At: a.now.AddDate(0, 0, -2)}
		}),
		item(2, "Refuse changes that hold a connection for longer than a second", action.P1, action.Prevent, 12, func(i *action.Item) { i.Postponed, i.FirstDueOn = 2, date(-8) }),
		item(3, hostile, action.P2, action.Mitigate, 60, func(i *action.Item) {
			i.Owner, i.Verification, i.Detail = "long", hostile+strings.Repeat("long", 30), hostile
		}),
		item(4, "Limit retries of Checkout to three", action.P1, action.Mitigate, -50, settled(action.Done, "Live since Monday, "+hostile, "https://github.example/acme/checkout/pull/4711", false)),
		item(5, "Rehearse the failover", action.P0, action.Mitigate, -45, settled(action.Waived, "", "https://github.example/acme/checkout/issues/12", true)),
		item(6, "Shed load by customer", action.P3, action.Prevent, -30, settled(action.Waived, "The service is taken out of use in January.", "", false)),
	}
}

func (a doer) Get(_ context.Context, of id.ID) (action.Item, error) {
	for _, i := range a.all() {
		if i.ID == of {
			return i, a.fail
		}
	}
	return action.Item{}, fault.Missing("action_item", string(of))
}

func (a doer) List(_ context.Context, f action.Filter, overdue bool, _ page.Request) (page.Page[action.Item], error) {
	var out []action.Item
	for _, i := range a.all() {
		if f.State != "" && f.State != i.State || overdue && !i.Overdue(a.now) {
			continue
		}
		out = append(out, i)
	}
	return page.Page[action.Item]{Items: out}, a.fail
}

func (a doer) OfIncident(_ context.Context, of id.ID) ([]action.Item, error) {
	if of != sampleIncident(1) {
		return nil, a.fail
	}
	return a.all(), a.fail
}

func (a doer) Owners(context.Context, []action.Item) (map[id.ID]access.Person, error) {
	return map[id.ID]access.Person{"grace": {DisplayName: "Grace Hopper"}, "long": {DisplayName: hostile + strings.Repeat("long", 20)}}, nil
}

func (a doer) Backlog(context.Context, action.Filter) (action.Backlog, error) {
	if len(a.teams) == 0 {
		return action.Backlog{At: a.now}, a.fail
	}
	b := action.Backlog{At: a.now, Open: 3, Overdue: 1, ByPriority: map[action.Priority]int{action.P0: 1, action.P1: 1, action.P2: 1}, Ages: []int{3, 20, 96}, InTime: 4, Late: 1, Waived: 2}
	for n := range action.Weeks {
		b.Trend = append(b.Trend, action.Week{From: clock.DateOf(a.now.AddDate(0, 0, -7*(action.Weeks-1-n))), Opened: n % 3, Settled: n % 2, Open: 9 - n/2})
	}
	return b, a.fail
}

func (a doer) Effect(_ context.Context, of id.ID) (*action.Effect, error) {
	if of != sampleAction(4) {
		return nil, nil
	}
	return &action.Effect{Since: a.now.AddDate(0, 0, -40), Days: 40, More: true, Returned: []action.Return{
		{Incident: sampleIncident(3), Title: "Search answered slowly", At: a.now.Add(-90 * time.Hour), Severity: "sev2", Shared: []string{"own-code-or-procedure"}}, {Incident: sampleIncident(2), Title: hostile, At: a.now.AddDate(0, 0, -12), Severity: "sev2", Shared: []string{hostile}},
	}}, nil
}

// refuse has every form fail, as one that comes too late.
func (a doer) refuse() (action.Item, error) { return action.Item{}, fault.Stale("action item") }

func (a doer) Plan(context.Context, id.ID, action.Terms) (action.Item, error) { return a.refuse() }
func (a doer) Amend(context.Context, id.ID, int64, action.Terms, string) (action.Item, error) {
	return a.refuse()
}
func (a doer) Complete(context.Context, id.ID, int64, action.Proof) (action.Item, error) {
	return a.refuse()
}
func (a doer) Waive(context.Context, id.ID, int64, string) (action.Item, error)  { return a.refuse() }
func (a doer) Reopen(context.Context, id.ID, int64, string) (action.Item, error) { return a.refuse() }

// actionPaths are those of the pages of the sample's action items.
func (s *sample) actionPaths() []string {
	out := []string{actionsPath, actionsPath + "?show=overdue", actionsPath + "?show=all", actionsPath + "?show=done&mine=1"}
	for _, i := range (doer{s}).all() {
		out = append(out, actionURL(i.ID))
	}
	return out
}

// claimed has each violation ask for the sample's postmortems.
type claimed struct{ *sample }

func (c claimed) Of(_ context.Context, violation id.ID) (claim.Claim, error) {
	if len(c.violations) == 0 || c.violations[0].ID != violation {
		return claim.Claim{}, c.fail
	}
	all, items := scribe(c).all(), doer(c).all()
	return claim.Claim{Asked: true, PriorityActions: 1, Owed: []claim.Owed{
		{Incident: all[0].Incident, Status: all[0].Status, Planned: items[:1]}, {Incident: all[4].Incident, Status: all[4].Status, Planned: items[2:4], Done: 1}, {Incident: all[2].Incident, Status: all[2].Status, Waived: true},
	}}, c.fail
}
