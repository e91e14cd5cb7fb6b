package app_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/registry"
	sloservice "github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// services are those with these slugs, in their order.
func (h *house) services(slugs ...string) []registry.Service {
	h.t.Helper()
	out := make([]registry.Service, len(slugs))
	for i, slug := range slugs {
		var err error
		if out[i], err = h.app.Registry.ServiceFor(h.system(), slug); err != nil {
			h.t.Fatal(err)
		}
	}
	return out
}

// told holds the facts of a service to what is wanted of them; nil is one that is not known. Each
// is asked for alone, too, and is the same then.
func (h *house) told(slug string, want fact.Set) {
	h.t.Helper()
	of := h.services(slug)
	all, err := h.app.ServiceFacts.FactsOf(h.t.Context(), of)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		got, known := all[of[0].ID][name]
		if known != (want[name] != nil) || known && !reflect.DeepEqual(got, want[name]) {
			h.t.Errorf("%s of %s is %v, want %v", name, slug, got, want[name])
		}
		alone, err := h.app.ServiceFacts.FactsOf(h.t.Context(), of, name)
		if err != nil {
			h.t.Fatal(err)
		}
		if !reflect.DeepEqual(alone[of[0].ID][name], got) {
			h.t.Errorf("asked for alone, %s of %s is %v, and else %v", name, slug, alone[of[0].ID][name], got)
		}
	}
}

// orders is a service of which everything is said, and which depends on four others.
func (h *house) orders() {
	h.t.Helper()
	h.make("ada", "service orders", "/v1/services", service(`"slug":"orders"`, `"tier":1`, `"system":"shop"`, `"lifecycle":"production"`, `"description":"Takes orders."`,
		`"repository":"https://git.example.org/orders"`, `"docs":"https://docs.example.org/orders"`, `"contact":"#payments"`, `"runbook":"https://runbooks.example.org/orders"`,
		`"dashboard":"https://graphs.example.org/orders"`, `"onCall":"payments-primary"`, `"labels":{"region":"eu"}`))
	h.make("bob", "service vault", "/v1/services", service(`"slug":"vault"`, `"team":"search"`, `"tier":1`))
	h.make("ada", "slo of orders", "/v1/services/orders/slos", slo(`"objective":"99%"`))
	h.make("ada", "speed of orders", "/v1/services/orders/slos", slo(`"slug":"speed"`, `"objective":"99%"`, `"indicator":{"category":"latency"}`))
	h.make("ada", "slo of ledger", "/v1/services/ledger/slos", slo(`"objective":"98%"`))
	for _, d := range []string{
		`{"on":"finder","criticality":"hard","failureMode":"Nothing is found.","timeoutMilliseconds":500,"retry":"twice, with jitter","breaker":"after 5 failures"}`,
		`{"on":"ledger","criticality":"hard"}`,
		`{"on":"vault","criticality":"hard","failureMode":"Nobody signs in.","bulkhead":"20 calls"}`,
		`{"on":"checkout","criticality":"soft","failureMode":"No totals.","timeoutMilliseconds":500}`,
	} {
		h.make("ada", "a dependency", "/v1/services/orders/dependencies", d)
	}
}

func TestWhatDomainsKnowOfServicesFollowsFromWhatPeopleDo(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		// Whoever reads scorecards of other tools, without a server, takes the same facts for told.
		told := h.app.ServiceFacts.Facts()
		if got := foreigncards.Told(); !slices.EqualFunc(got[:min(len(told), len(got))], told, func(a, b fact.Declaration) bool { return a.Name == b.Name && a.Type == b.Type }) {
			t.Errorf("facts that are taken for told are %v, want %v before those that are given", got, told)
		}
		h.orders()
		h.told("orders", fact.Set{
			"tier": 1.0, "kind": "http", "lifecycle": "production", "labels": map[string]string{"region": "eu"}, "system": "shop", "team": "payments", "serviceAge": 0.0,
			"hasDescription": true, "hasRepository": true, "hasDocs": true, "hasContact": true, "hasRunbook": true, "hasDashboard": true, "hasOnCall": true,
			"members": 3.0, // Ada, Rita, and the administrator who made the team
			// Finder, ledger, vault and checkout; the first three are hard. Ledger says no failure mode,
			// all but finder lack a timeout or a retry, and only ledger has neither breaker nor bulkhead.
			"dependencies": 4.0, "hardDependencies": 3.0, "dependenciesIncomplete": 1.0, "dependenciesWithoutRetry": 3.0, "hardDependenciesWithoutBreaker": 1.0,
			// Vault has no SLO. Of ledger 98 % is promised, of orders 99 %.
			"hardDependenciesWithoutSLO": 1.0, "tier1HardDependenciesWithoutSLO": 1.0, "slosAboveWeakestDependency": 1.0,
			"slos": 2.0, "slosNotFresh": 2.0, "slosOverspent": nil, "budgetRemaining": nil, "slosOverspentUnacknowledged": nil,
			"gateAsked": false, "gateAskedAge": nil, "changesRecorded": 0.0, "lastChangeAge": nil,
			"incidentsPerShiftMost": 0.0, "repeatedCauses": 0.0, "postmortemsOverdue": 0.0, "largeIncidentsWithoutPostmortem": 0.0, "actionsOverdue": 0.0,
			"goldenSignals": 0.0, "slosWithPageAlert": 0.0, "slosWithTicketAlert": 0.0, "slosWithoutRunbook": 0.0,
		})
		h.told("ledger", fact.Set{
			"system": "", "labels": map[string]string{}, "hasDescription": false, "hasRepository": false, "hasDocs": false, "hasContact": false, "hasRunbook": false, "hasDashboard": false, "hasOnCall": false,
			"dependencies": 0.0, "hardDependenciesWithoutSLO": 0.0, "slosAboveWeakestDependency": 0.0, "slosWithoutRunbook": 1.0,
		})
		h.make("bob", "a dependency", "/v1/services/finder/dependencies", `{"on":"vault","criticality":"hard"}`)
		h.told("finder", fact.Set{"slosAboveWeakestDependency": nil, "hardDependenciesWithoutSLO": 1.0}) // nobody knows what vault promises
		h.told("vault", fact.Set{"slos": 0.0, "slosNotFresh": 0.0, "sloRevisionAge": nil, "slosOverspent": 0.0, "slosOverspentUnacknowledged": 0.0, "budgetRemaining": nil, "members": 2.0})

		h.must(200, call{as: "ada", method: "PUT", path: "/v1/services/orders/golden-signals", header: []string{`If-Match: "1"`}, body: `{"traffic":{"slo":"availability"},"errors":{"slo":"availability"}}`})
		h.must(201, call{as: "pipeline", method: "POST", path: "/v1/services/orders/gate/decisions", body: `{"class":"feature"}`})
		h.must(201, call{as: "pipeline", method: "POST", path: "/v1/services/orders/changes", body: `{"kind":"deploy","startedAt":"` + start.AddDate(0, 0, -2).Format(time.RFC3339) + `"}`})
		h.told("orders", fact.Set{"goldenSignals": 2.0, "gateAsked": true, "gateAskedAge": 0.0, "changesRecorded": 1.0, "lastChangeAge": 2.0})

		// Who is told: everything by a target of the team above, and then what interrupts alone.
		target := h.make("administrator", "hears", "/v1/notification-targets", `{"team":"engineering","name":"Alerts","kind":"alertmanager","address":"http://127.0.0.1:1"}`)
		h.told("orders", fact.Set{"slosWithPageAlert": 2.0, "slosWithTicketAlert": 2.0})
		h.must(200, call{as: "administrator", method: "PUT", path: target.header.Get("Location"), header: ifMatch(1), body: `{"team":"engineering","name":"Alerts","kind":"alertmanager","address":"http://127.0.0.1:1","leastUrgency":"interrupt"}`})
		h.told("orders", fact.Set{"slosWithPageAlert": 2.0, "slosWithTicketAlert": 0.0})

		left := h.must(200, call{as: "administrator", method: "GET", path: "/v1/people/" + h.ids["rita"]})
		h.must(200, call{as: "administrator", method: "POST", path: "/v1/people/" + h.ids["rita"] + "/deactivate", header: []string{"If-Match: " + left.header.Get("ETag")}})
		h.told("orders", fact.Set{"members": 2.0})

		age := h.clock.Advance(36*time.Hour).Sub(start).Hours() / 24
		h.told("orders", fact.Set{"serviceAge": age, "sloRevisionAge": age, "gateAskedAge": age, "lastChangeAge": 2 + age})
	})
}

// Of 99 % and 100,000 events 1,000 may be bad: 2,000 are twice the budget, so that −1 of it is left,
// and 500 are half of it.
func TestWhatIsKnownOfBudgetsAndViolationsOfAService(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.orders()
		h.told("orders", fact.Set{"policyInForce": true, "policyApproved": false}) // the built-in one is attached to all
		policy := func(version int, approver string) {
			t.Helper()
			h.must(200, call{as: "administrator", method: "PUT", path: "/v1/budget-policies/error-budget", header: ifMatch(version), body: `{"slug":"error-budget","name":"E","clauses":[{"name":"spent","when":"consumed > 1.0","freeze":{}}],"approval":{` + approver + `}}`})
		}
		policy(1, `"approver":"`+h.ids["bob"]+`"`)
		h.told("orders", fact.Set{"policyInForce": true, "policyApproved": true})
		push := func(slug, good string) {
			t.Helper()
			h.must(200, call{as: "pipeline", method: "POST", path: "/v1/services/orders/slos/" + slug + "/measurements", body: slots(at(150*time.Minute)+`,"good":`+good+`,"total":100000`, at(2*time.Minute)+`,"good":0,"total":0`)})
		}
		push("speed", "99500")
		h.runs("evaluate-budgets")
		// Of the one half is left; of the other it is not known whether it is overspent.
		kinds := map[string]float64{"availability": 1, "latency": 1, "freshness": 0, "correctness": 0, "coverage": 0, "durability": 0, "throughput": 0, "saturation": 0}
		h.told("orders", fact.Set{"sliKinds": kinds, "slosNotFresh": 1.0, "slosOverspent": nil, "slosOverspentUnacknowledged": nil, "budgetRemaining": 0.5})
		push("availability", "98000")
		h.runs("evaluate-budgets", "apply-policies")
		h.told("orders", fact.Set{"slosNotFresh": 0.0, "slosOverspent": 1.0, "budgetRemaining": -1.0, "slosOverspentUnacknowledged": 1.0, "violationsUnacknowledged": 0.0}) // it is only observed

		attachment := h.must(200, call{as: "ada", method: "GET", path: "/v1/budget-policies/error-budget/attachments"}).items()[0]
		h.must(200, call{as: "administrator", method: "PUT", path: "/v1/budget-policies/error-budget/attachments/" + attachment["id"].(string), header: ifMatch(1), body: `{"mode":"warn"}`})
		h.runs("apply-policies")
		h.told("orders", fact.Set{"slosOverspentUnacknowledged": 1.0, "violationsUnacknowledged": 1.0})
		violation := h.must(200, call{as: "bob", method: "GET", path: "/v1/violations?service=orders&state=open"}).items()[0]["id"].(string)
		version := h.must(200, call{as: "bob", method: "GET", path: "/v1/violations/" + violation}).header.Get("ETag")
		h.must(200, call{as: "ada", method: "PUT", path: "/v1/violations/" + violation + "/acknowledgement", header: []string{"If-Match: " + version}, body: `{"plan":"A larger pool.","dueOn":"2026-04-01"}`})
		h.told("orders", fact.Set{"slosOverspent": 1.0, "slosOverspentUnacknowledged": 0.0, "violationsUnacknowledged": 0.0})

		// Who approved the policy leaves.
		left := h.must(200, call{as: "administrator", method: "GET", path: "/v1/people/" + h.ids["bob"]})
		h.must(200, call{as: "administrator", method: "POST", path: "/v1/people/" + h.ids["bob"] + "/deactivate", header: []string{"If-Match: " + left.header.Get("ETag")}})
		h.told("orders", fact.Set{"policyApproved": false})
		h.must(204, call{as: "administrator", method: "DELETE", path: "/v1/budget-policies/error-budget/attachments/" + attachment["id"].(string), header: ifMatch(2)})
		h.told("orders", fact.Set{"policyInForce": false, "policyApproved": false})

		// Nobody evaluates for an hour.
		h.clock.Advance(time.Hour)
		h.told("orders", fact.Set{"slosNotFresh": 2.0, "slosOverspent": nil, "budgetRemaining": nil})
	})
}

// It is Saturday, 14 March 2026, at noon. What was resolved on Friday the 6th at noon was to have a
// postmortem five working days later, on Friday the 13th; what was resolved on Monday the 9th has
// time until Monday the 16th. The weeks begin on the 2nd, with one incident, and on the 9th, with
// three. The budget is that of 1,000 bad events of 100,000, of which the incident of today took 201.
func TestWhatIsKnownOfIncidentsOfAService(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.orders()
		day := func(date, hour int) string {
			return time.Date(2026, 3, date, hour, 0, 0, 0, time.UTC).Format(time.RFC3339)
		}
		incident := func(name string, from, until string, changes ...string) {
			t.Helper()
			for _, twin := range []string{name, "hidden " + name} { // the like of each that is restricted counts nowhere
				of := append([]string{`"services":[{"service":"orders","role":"affected"}]`, `"status":"resolved"`, `"impactStart":"` + from + `"`, `"impactEnd":"` + until + `"`, `"resolvedAt":"` + until + `"`}, changes...)
				if twin != name {
					of = append(of, `"restricted":true`)
				}
				h.make("ada", twin, "/v1/incidents", ofIncident(of...))
			}
		}
		incident("first", day(6, 10), day(6, 12), `"causes":["own-code-or-procedure","company-network"]`)
		incident("second", day(9, 10), day(9, 12), `"causes":["own-code-or-procedure"]`)
		incident("third", day(10, 10), day(10, 12), `"severity":"sev3"`, `"causes":["frozen-team"]`)
		h.told("orders", fact.Set{"incidentsPerShiftMost": 2.0, "repeatedCauses": 1.0, "postmortemsOverdue": 1.0, "largeIncidentsWithoutPostmortem": 0.0})
		h.told("checkout", fact.Set{"incidentsPerShiftMost": 0.0, "repeatedCauses": 0.0, "postmortemsOverdue": 0.0})

		push := func(good int) {
			t.Helper()
			h.must(200, call{as: "pipeline", method: "POST", path: "/v1/services/orders/slos/availability/measurements", body: slots(
				at(150*time.Minute)+fmt.Sprintf(`,"good":%d,"total":50000`, good), at(26*time.Hour)+`,"good":50000,"total":50000`, at(2*time.Minute)+`,"good":0,"total":0`)})
			h.must(200, call{as: "pipeline", method: "POST", path: "/v1/services/orders/slos/speed/measurements", body: slots(
				at(150*time.Minute)+`,"good":100000,"total":100000`, at(2*time.Minute)+`,"good":0,"total":0`)})
			h.runs("evaluate-budgets")
		}
		incident("fourth", start.Add(-155*time.Minute).Format(time.RFC3339), start.Format(time.RFC3339), `"severity":"sev2"`)
		h.told("orders", fact.Set{"largeIncidentsWithoutPostmortem": nil}) // nobody measured
		push(49800)
		h.told("orders", fact.Set{"largeIncidentsWithoutPostmortem": 0.0}) // a fifth is not more than that
		push(49799)
		h.told("orders", fact.Set{"incidentsPerShiftMost": 3.0, "postmortemsOverdue": 1.0, "largeIncidentsWithoutPostmortem": 1.0})

		h.make("ada", "action", "/v1/incidents/"+h.ids["second"]+"/action-items", h.item(`"service":"orders"`, `"dueOn":"2026-03-14"`))
		h.make("ada", "hidden action", "/v1/incidents/"+h.ids["hidden second"]+"/action-items", h.item(`"service":"orders"`, `"dueOn":"2026-03-14"`))
		h.make("ada", "later", "/v1/incidents/"+h.ids["first"]+"/action-items", h.item(`"service":"orders"`, `"dueOn":"2026-03-14"`, `"priority":"p2"`))
		h.told("orders", fact.Set{"actionsOverdue": 0.0})

		publish := func(name string) {
			t.Helper()
			path := "/v1/incidents/" + h.ids[name] + "/postmortem"
			h.must(201, call{as: "ada", method: "PUT", path: path, body: `{}`})
			version := h.must(200, call{as: "ada", method: "GET", path: path}).header.Get("ETag")
			h.must(200, call{as: "ada", method: "PUT", path: path + "/link", header: []string{"If-Match: " + version}, body: `{"url":"https://wiki.example.org/1","title":"Wiki"}`})
		}
		publish("first")
		h.told("orders", fact.Set{"postmortemsOverdue": 0.0, "largeIncidentsWithoutPostmortem": 1.0})
		publish("fourth")
		h.told("orders", fact.Set{"postmortemsOverdue": 0.0, "largeIncidentsWithoutPostmortem": 0.0})
		// On Monday at one, the time of the second is over, and the day of its action item.
		h.clock.Advance(49 * time.Hour)
		h.told("orders", fact.Set{"postmortemsOverdue": 1.0, "actionsOverdue": 1.0})
	})
}

// Each service has an SLO that is measured, depends on another, and had an incident without a
// postmortem: 200 take as many statements as two.
func TestFactsOfManyServicesTakeNoMoreStatementsThanOfTwo(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		s, ctx := h.app.Store, t.Context()
		// What things are made at follows the suite's clock, and is looked at from there.
		h.clock.Advance(storetest.Start.Add(time.Minute).Sub(h.clock.Now()))
		var all []registry.Service
		team := id.ID(h.ids["team payments"])
		for n := range 200 {
			all = append(all, storetest.Service(t, s, team, fmt.Sprintf("s%d", n)))
		}
		var statuses []sloservice.Status
		for n, one := range all {
			v := storetest.SLO(t, s, one.ID, "availability")
			status := v.Status
			status.End, status.EvaluatedAt, status.Latest, status.State = storetest.Start, storetest.Start, storetest.Start, budget.OK
			status.Sums.Policy = window.Sum{Good: 1_000_000, Total: 1_000_000}
			status.Sums.Window = status.Sums.Policy
			statuses = append(statuses, status)
			d := registry.Dependency{ID: id.New(storetest.Start.Add(time.Duration(n) * time.Hour)), Service: one.ID, On: all[(n+1)%len(all)].ID, DependencyTerms: registry.DependencyTerms{Criticality: registry.Hard}, CreatedAt: storetest.Start, UpdatedAt: storetest.Start, Version: 1}
			if err := s.Registry().CreateDependency(ctx, d); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Incidents().CreateIncident(ctx, storetest.AnIncident(team, -9, -8, one.ID)); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.SLO().PutStatuses(ctx, statuses); err != nil {
			t.Fatal(err)
		}
		counted := func(of []registry.Service, names ...string) int64 {
			t.Helper()
			return h.statements(func() {
				found, err := h.app.ServiceFacts.FactsOf(ctx, of, names...)
				if err != nil {
					t.Fatal(err)
				}
				for _, one := range of {
					if len(found[one.ID]) == 0 {
						t.Fatalf("nothing is known of %s", one.Slug)
					}
				}
			})
		}
		few, many := counted(all[:2]), counted(all)
		if few != many || few > 60 {
			t.Errorf("of two services facts take %d statements, of 200 %d", few, many)
		}
		found, err := h.app.ServiceFacts.FactsOf(ctx, all, "slos", "hardDependencies", "postmortemsOverdue", "budgetRemaining")
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range all {
			// Resolved on Friday the 6th at three, and it is Saturday the 14th.
			if set := found[one.ID]; set["slos"] != 1.0 || set["hardDependencies"] != 1.0 || set["postmortemsOverdue"] != 1.0 || set["budgetRemaining"] != 1.0 {
				t.Fatalf("of %s is known %v", one.Slug, set)
			}
		}
		// What is held of a service takes none, and other facts their own alone.
		if n := counted(all, "tier", "labels"); n != 0 {
			t.Errorf("what services say of themselves takes %d statements", n)
		}
		if n := counted(all, "goldenSignals"); n != 1 {
			t.Errorf("mapped signals take %d statements", n)
		}
		t.Logf("%d statements for all facts of %d services", many, len(all))
	})
}

func TestEachFactOfServicesIsDocumentedAndToldByADomain(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	domains := map[string]int{}
	for _, d := range h.app.ServiceFacts.Facts() {
		domains[d.By]++
		if len(d.Doc) < 10 || d.Doc[len(d.Doc)-1] != '.' {
			t.Errorf("%s is documented as %q", d.Name, d.Doc)
		}
	}
	for _, by := range []string{"registry", "slo", "signals", "policy", "incident", "change", "toil"} {
		if domains[by] == 0 {
			t.Errorf("%s tells nothing: %v", by, domains)
		}
	}
	if len(domains) != 7 {
		t.Errorf("others tell, too: %v", domains)
	}
	if found, err := h.app.ServiceFacts.FactsOf(t.Context(), nil); err != nil || len(found) != 0 {
		t.Errorf("of no service is known %v (%v)", found, err)
	}
}
