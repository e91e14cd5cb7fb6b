package app_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// today is when services are looked at: a Tuesday, 94 days after the start, at which they were
// registered. Week 24 of the year is over since Monday.
var today = time.Date(2026, 6, 16, 12, 0, 0, 0, time.UTC)

// ready is a service as its team made it ready for production; what is asked of it and was not done
// is left out or told otherwise.
type ready struct {
	slug, team, kind string
	tier             int
	profile          []string // members of the service's body, beside what everything has
	slos             []string // by their category, which is their slug
	slo              []string // members of each SLO
	on               string   // what it depends on
	dependency       []string // members of the dependency
	signals          []string // members of the mapping of golden signals
	policy           bool     // one that somebody approved is attached to it
	good             int      // of the 50,000 events of today
	measured         int      // how many of its SLOs are
	asks             bool     // its pipeline asked the gate today; otherwise it did so at the start
	incidents        []string // members of incidents beside the one that everything had
	owed             bool     // an action item of the start is still open
}

// readied is a service of which nothing is left out.
func readied(slug, kind string, tier int) ready {
	slos := []string{"availability", "latency"}
	if kind == "pipeline" || kind == "batch" {
		slos = []string{"freshness", "correctness"}
	}
	return ready{slug: slug, team: "payments", kind: kind, tier: tier, slos: slos, on: "base", policy: true, good: 50_000, measured: 2, asks: true}
}

// omission is what was not done for a service of tier 1 that else has everything, and what comes of it.
type omission struct {
	check string
	omit  func(*ready)
	fix   string // as it is filled in for the service
	also  string // what follows beside it: checks with their outcomes, in the order of the scorecard
}

// omissions has each check that is judged automatically, 25 of the 38, in their order; of burn-alerts both
// facts. What the fix says is filled in by hand from the text of the scorecard.
var omissions = []omission{
	{"owner-team", func(r *ready) { r.team = "gone" }, "The team has 0 active members.", ""}, // everybody left after they answered
	{"documented", func(r *ready) { r.profile = []string{`"contact":""`} }, "Description: yes, repository: yes, documentation: yes, contact: no.", ""},
	// Without an SLO there are none to measure what users notice, to be fresh, reviewed or to alert.
	{"slo-declared", func(r *ready) { r.slos = nil; r.measured = 0 }, "It has 0 active SLOs.", "sli-kinds fail, sli-fresh fail, slo-reviewed fail, burn-alerts fail"},
	{"sli-kinds", func(r *ready) { r.slos = []string{"availability", "throughput"} }, "An API, a store or a model needs availability and latency", ""},
	// Of what nobody measured nobody knows whether the budget is spent.
	{"sli-fresh", func(r *ready) { r.measured = 1 }, "Of 2 SLOs 1 have no fresh measurements.", "budget-left unknown"},
	{"budget-policy", func(r *ready) { r.policy = false }, "A policy is attached: no. Somebody approved it: no.", ""},
	{"budget-left", func(r *ready) { r.good = 48_000 }, "2 overspent SLOs have no plan.", ""}, // 2,000 bad of 100,000, of which 1,000 may be
	{"burn-alerts", func(r *ready) { r.slo = []string{`"alerts":{"off":["ticket"]}`} }, "Of 2 SLOs 2 page and 0 open tickets.", ""},
	{"burn-alerts", func(r *ready) { r.team = "unheard" }, "Of 2 SLOs 0 page and 0 open tickets.", ""},
	{"slo-within-dependencies", func(r *ready) { r.on = "weak" }, "1 SLOs promise more than a hard dependency does.", ""},
	{"golden-signals", func(r *ready) { r.signals = []string{`"saturation":[]`} }, "3 of 4 signals are mapped.", ""},
	{"dashboard", func(r *ready) { r.profile = []string{`"dashboard":""`} }, "Add the address of its dashboard to the service.", ""},
	{"runbooks", func(r *ready) { r.profile = []string{`"runbook":""`} }, "2 SLOs page without a runbook.", ""},
	// With that which everything had, it is three of one week.
	{"incident-load", func(r *ready) {
		r.incidents = []string{during("2026-06-10", "sev3", "company-network"), during("2026-06-11", "sev3", "frozen-team")}
	}, "The worst of the last four weeks had 3 incidents; 2 are bearable.", ""},
	// More than 90 days ago, what it took does not count any more.
	{"postmortems", func(r *ready) { r.incidents = []string{during("2026-03-06", "sev1", "")} }, "1 SEV1 or SEV2 incidents have no published postmortem after five working days.", ""},
	// 300 bad events are 30 % of the 1,000 that 100,000 may have.
	{"large-incident-postmortems", func(r *ready) { r.good = 49_700; r.incidents = []string{during("2026-06-16", "sev3", "")} }, "1 such incidents have no published postmortem.", ""},
	{"actions-in-time", func(r *ready) { r.owed = true }, "1 action items of priority P0 or P1 are overdue.", ""},
	{"no-repeats", func(r *ready) {
		r.incidents = []string{during("2026-04-20", "sev3", "own-code-or-procedure")}
	}, "1 causes came back.", ""},
	// Who says nothing for 100 days, since Sunday 8 March, logs nothing either: the rest of
	// what toil is judged by is not known.
	{"toil-reported", func(r *ready) { r.team = "silent" }, "The team last said something 100 days ago, at most 90 days are right.", "toil-bounded unknown, toil-automation unknown"},
	{"toil-bounded", func(r *ready) { r.team = "busy" }, "Toil takes a share of 0.75 of the team's time, at most 0.5 is right.", ""},
	{"toil-automation", func(r *ready) { r.team = "manual" }, "Turn the team's largest candidate into an issue", ""},
	{"gate-asked", func(r *ready) { r.asks = false }, "the last time is 94 days ago, and at most 30 days are right.", ""},
	{"dependencies-complete", func(r *ready) { r.dependency = []string{`"failureMode":""`} }, "Of 1 dependencies 1 lack criticality or failure mode.", ""},
	// Nobody knows whether more is promised than by what promises nothing.
	{"dependencies-promise", func(r *ready) { r.on = "mute" }, "1 of 1 hard dependencies are of tier 1 and have no SLO.", "slo-within-dependencies unknown"},
	{"retries", func(r *ready) { r.dependency = []string{`"timeoutMilliseconds":0`} }, "1 of 1 dependencies do not say their timeout and how calls are retried.", ""},
	{"breakers", func(r *ready) { r.dependency = []string{`"breaker":""`} }, "1 of 1 hard dependencies declare neither.", ""},
}

// during are the members of an incident of ten minutes at half past nine of a day. One with a cause has
// a postmortem.
func during(date, severity, cause string) string {
	causes := `"causes":[]`
	if cause != "" {
		causes = `"causes":["` + cause + `"]`
	}
	return `"severity":"` + severity + `","status":"resolved","impactStart":"` + date + `T09:25:00Z","impactEnd":"` + date + `T09:35:00Z","resolvedAt":"` + date + `T09:35:00Z",` + causes
}

// register does what is done once: the service with its promises, dependencies, signals and policy.
func (h *house) register(r ready) {
	h.t.Helper()
	of := "/v1/services/" + r.slug
	h.make("ada", "service "+r.slug, "/v1/services", with(with(`{"lifecycle":"production","description":"It is there to be ready.","repository":"https://git.example.org/a","docs":"https://docs.example.org/a",
		"contact":"#payments","runbook":"https://runbooks.example.org/a","dashboard":"https://graphs.example.org/a","onCall":"payments-primary"}`,
		`"slug":"`+r.slug+`","name":"S","team":"`+r.team+`","kind":"`+r.kind+`"`, fmt.Sprintf(`"tier":%d`, r.tier)), r.profile...))
	for _, category := range r.slos {
		h.make("ada", category+" of "+r.slug, of+"/slos", slo(append([]string{`"slug":"` + category + `","objective":"99%","indicator":{"category":"` + category + `"}`}, r.slo...)...))
	}
	h.make("ada", "dependency of "+r.slug, of+"/dependencies", with(`{"on":"`+r.on+`","criticality":"hard","failureMode":"Nothing works.","timeoutMilliseconds":500,"retry":"twice, with jitter","breaker":"after 5 failures"}`, r.dependency...))
	h.must(200, call{as: "ada", method: "PUT", path: of + "/golden-signals", header: ifMatch(1), body: mapping(append([]string{
		`"latency":{"dataSource":"prometheus-eu","unit":"s","queries":[{"quantile":"p95","outcome":"success","query":"a"}]}`,
		`"saturation":[{"name":"memory","dataSource":"prometheus-eu","query":"a"}]`,
	}, r.signals...)...)})
	if r.policy {
		h.make("administrator", "policy of "+r.slug, "/v1/budget-policies/error-budget/attachments", `{"target":"service","service":"`+r.slug+`"}`)
	}
	if !r.asks {
		h.must(201, call{as: "ada", method: "POST", path: of + "/gate/decisions", body: `{"class":"feature"}`})
	}
	if r.owed {
		h.make("ada", "incident of "+r.slug, "/v1/incidents", ofIncident(during("2026-03-05", "sev3", ""), `"services":[{"service":"`+r.slug+`","role":"affected"}]`))
		h.make("ada", "item of "+r.slug, "/v1/incidents/"+h.ids["incident of "+r.slug]+"/action-items", h.item(`"service":"`+r.slug+`","dueOn":"2026-03-14"`))
	}
}

// keep does what is done again and again: the service is measured, drilled and tested, and its
// pipeline asks the gate.
func (h *house) keep(r ready) {
	h.t.Helper()
	of := "/v1/services/" + r.slug
	slot := func(ago time.Duration, good, total int) string {
		return fmt.Sprintf(`"start":%q,"good":%d,"total":%d`, today.Add(-ago).Format(time.RFC3339), good, total)
	}
	for _, slug := range r.slos[:r.measured] {
		// At half past nine, a day before, and nothing happened two minutes ago.
		h.must(200, call{as: "ada", method: "POST", path: of + "/slos/" + slug + "/measurements", body: slots(slot(150*time.Minute, r.good, 50_000), slot(26*time.Hour, 50_000, 50_000), slot(2*time.Minute, 0, 0))})
	}
	if r.asks {
		h.must(201, call{as: "ada", method: "POST", path: of + "/gate/decisions", body: `{"class":"feature"}`})
	}
	for n, members := range r.incidents {
		name := fmt.Sprint(n, r.slug)
		h.make("ada", name, "/v1/incidents", ofIncident(members, `"services":[{"service":"`+r.slug+`","role":"affected"}]`))
		if !strings.Contains(members, `"causes":[]`) {
			h.publish(name)
		}
	}
	days := func(ago int) string { return today.AddDate(0, 0, -ago).Format(time.RFC3339) }
	var facts []string
	for name, at := range map[string]string{
		"runbooksReviewed": days(100), "incidentDrill": days(100), "rollbackTested": days(60), "loadTested": days(60), "chaosExperiment": days(100), "restoreDrill": days(100),
		"llmEvaluated": days(2), "llmModelChanged": days(3),
	} {
		facts = append(facts, `{"fact":"`+name+`","time":"`+at+`","source":"pipeline"}`)
	}
	for _, name := range []string{"stagedRollout", "canaryGated", "loadShedding", "llmFallback"} {
		facts = append(facts, `{"fact":"`+name+`","truth":true,"source":"pipeline"}`)
	}
	for name, n := range map[string]string{"testedPeak": "130", "forecastPeak": "100", "llmScore": "0.9", "llmThreshold": "0.9"} {
		facts = append(facts, `{"fact":"`+name+`","number":`+n+`,"source":"pipeline"}`)
	}
	facts = append(facts, `{"fact":"chaosVerdict","text":"broken","source":"pipeline"}`)
	h.must(200, call{as: "ada", method: "POST", path: of + "/facts", body: `{"facts":[` + strings.Join(facts, ",") + `]}`})
	h.must(201, call{as: "ada", method: "POST", path: of + "/attestations", body: `{"fact":"escalationLevels","number":2,"evidence":"https://wiki.example.org/on-call","expiresAt":"` + days(-90) + `"}`})
}

// publish has an incident's postmortem be written elsewhere.
func (h *house) publish(incident string) {
	h.t.Helper()
	path := "/v1/incidents/" + h.ids[incident] + "/postmortem"
	h.must(201, call{as: "ada", method: "PUT", path: path, body: `{}`})
	version := h.must(200, call{as: "ada", method: "GET", path: path}).header.Get("ETag")
	h.must(200, call{as: "ada", method: "PUT", path: path + "/link", header: []string{"If-Match: " + version}, body: `{"url":"https://wiki.example.org/1","title":"Wiki"}`})
}

// answering are who answer about toil: of fewer than four nothing is told, and nothing is judged.
var answering = []string{"ada", "administrator", "bob", "zoe"}

// staffed makes the teams that services of the omissions are of. Four are in each, and in that which the
// others are of.
func (h *house) staffed() {
	h.t.Helper()
	for _, team := range []string{"gone", "silent", "busy", "manual", "unheard"} {
		parent := `,"parent":"engineering"`
		if team == "unheard" {
			parent = ""
		}
		h.make("administrator", "team "+team, "/v1/teams", `{"slug":"`+team+`","name":"T"`+parent+`}`)
	}
	for _, team := range []string{"payments", "gone", "silent", "busy", "manual", "unheard"} {
		for _, person := range []string{"ada", "bob", "zoe"} {
			h.must(200, call{as: "administrator", method: "PUT", path: "/v1/teams/" + team + "/members/" + h.ids[person]})
		}
	}
	h.must(200, call{as: "administrator", method: "PUT", path: "/v1/teams/payments/members/" + string(h.administrator())})
	h.answer("silent", "2026-W10", 25)
}

// answer has the four of a team answer about a week.
func (h *house) answer(team, week string, share int) {
	h.t.Helper()
	for _, as := range answering {
		h.must(200, call{as: as, method: "PUT", path: "/v1/teams/" + team + "/toil/answers/" + week, body: fmt.Sprintf(`{"share":%d,"category":"migrations"}`, share)})
	}
}

// answers has the teams of services answer about the week before, all but one that says nothing.
func (h *house) answers(week string) {
	h.t.Helper()
	h.runs("ask-toil")
	for _, team := range []string{"payments", "gone", "busy", "manual", "unheard"} {
		share := 25
		if team == "busy" {
			share = 75
		}
		h.answer(team, week, share)
	}
}

// automate has the teams of services log toil, and automate what they logged.
func (h *house) automate(of []ready) {
	h.t.Helper()
	service := map[string]string{}
	for _, r := range of {
		service[r.team] = r.slug
	}
	for _, team := range []string{"payments", "gone", "busy", "manual", "unheard"} {
		of := "/v1/teams/" + team + "/toil"
		h.must(201, call{as: "ada", method: "POST", path: of + "/entries", body: `{"day":"2026-06-12","minutes":60,"category":"migrations","service":"` + service[team] + `"}`})
		made := h.must(201, call{as: "ada", method: "POST", path: of + "/candidates", body: `{"title":"Move it by itself","buildHours":7,"category":"migrations","service":"` + service[team] + `"}`})
		if team != "manual" {
			h.must(200, call{as: "ada", method: "POST", path: made.header.Get("Location") + "/want", header: ifMatch(1)})
		}
	}
}

// lasting gives people and the administrator tokens that are good until today.
func (h *house) lasting() {
	h.t.Helper()
	h.person("zoe")
	for name, person := range map[string]id.ID{"administrator": h.administrator(), "ada": id.ID(h.ids["ada"]), "bob": id.ID(h.ids["bob"]), "zoe": id.ID(h.ids["zoe"])} {
		h.token(name, access.TokenInput{Kind: access.PersonalToken, Person: person, Scopes: access.Scopes, LifetimeDays: 365})
	}
}

// Through the API alone, a service of every kind and tier gets to the top of both scorecards that
// ship; and each check that is judged automatically fails, alone or with what follows, of a service of
// which everything is done but what it asks.
func TestAServiceOfEveryKindAndTierReachesGoldAndEachCheckFailsWithoutWhatItAsks(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	h.furnish()
	h.lasting()
	h.staffed()
	h.make("administrator", "source", "/v1/data-sources", dataSource())
	h.make("administrator", "target", "/v1/notification-targets", `{"team":"engineering","name":"Alerts","kind":"alertmanager","address":"http://127.0.0.1:1"}`)
	everywhere := h.must(200, call{as: "ada", method: "GET", path: "/v1/budget-policies/error-budget/attachments"}).items()[0]["id"].(string)
	h.must(204, call{as: "administrator", method: "DELETE", path: "/v1/budget-policies/error-budget/attachments/" + everywhere, header: ifMatch(1)})
	h.must(200, call{as: "administrator", method: "PUT", path: "/v1/budget-policies/error-budget", header: ifMatch(1), body: `{"slug":"error-budget","name":"E","clauses":[{"name":"spent","when":"consumed > 1.0","freeze":{}}],"approval":{"approver":"` + h.ids["bob"] + `"}}`})
	for slug, promise := range map[string]string{"base": "99.95%", "weak": "98%", "mute": ""} {
		h.make("ada", "service "+slug, "/v1/services", service(`"slug":"`+slug+`"`, `"tier":1`))
		if promise != "" {
			h.make("ada", "slo of "+slug, "/v1/services/"+slug+"/slos", slo(`"objective":"`+promise+`"`))
		}
	}
	var whole, all []ready
	for _, kind := range registry.Kinds {
		for tier := 1; tier <= 4; tier++ {
			whole = append(whole, readied(fmt.Sprintf("%s-%d", kind, tier), string(kind), tier))
		}
	}
	all = slices.Clone(whole)
	for n, o := range omissions {
		r := readied(fmt.Sprintf("without-%d-%s", n, o.check), "http", 1)
		o.omit(&r)
		all = append(all, r)
	}
	for _, r := range all {
		h.register(r)
	}

	// What was answered about the week until 24 May is told once nobody can answer about it any more.
	h.clock.Advance(time.Date(2026, 5, 26, 12, 0, 0, 0, time.UTC).Sub(h.clock.Now()))
	h.answers("2026-W21")
	h.clock.Advance(today.Sub(h.clock.Now()))
	h.answers("2026-W24")
	h.automate(all)
	var involved []string
	for _, r := range all {
		involved = append(involved, `{"service":"`+r.slug+`","role":"affected"}`)
		h.keep(r)
	}
	for n, some := range slices.Collect(slices.Chunk(involved, 20)) {
		name := fmt.Sprint("of all ", n)
		h.make("ada", name, "/v1/incidents", ofIncident(during("2026-06-09", "sev2", "own-code-or-procedure"), `"services":[`+strings.Join(some, ",")+`]`))
		h.publish(name)
	}
	for _, m := range h.must(200, call{as: "administrator", method: "GET", path: "/v1/teams/gone/members"}).items() {
		h.must(204, call{as: "administrator", method: "DELETE", path: "/v1/teams/gone/members/" + m["person"].(map[string]any)["id"].(string)})
	}
	template := h.must(200, call{as: "ada", method: "GET", path: "/v1/scorecard-templates"}).object()["templates"].([]any)[0]
	h.make("administrator", "scorecard", "/v1/scorecards", encode(template))
	h.runs("evaluate-budgets", "evaluate-scorecards")

	card := func(r ready, scorecard string) (map[string]any, []map[string]any) {
		t.Helper()
		one := h.must(200, call{as: "ada", method: "GET", path: "/v1/services/" + r.slug + "/scorecards/" + scorecard}).object()
		var missed []map[string]any
		for _, c := range one["checks"].([]any) {
			if c := c.(map[string]any); c["outcome"] != "pass" && c["outcome"] != "not_applicable" {
				missed = append(missed, c)
			}
		}
		return one, missed
	}
	for _, r := range whole {
		for scorecard, top := range map[string]string{"production-readiness": "Gold", "starter": "Silver"} {
			if one, missed := card(r, scorecard); one["level"] != top || one["nextLevel"] != nil || len(missed) > 0 || one["score"] != 100.0 {
				t.Errorf("%s is on %v of %s: %v", r.slug, one["level"], scorecard, missed)
			}
		}
	}
	for n, o := range omissions {
		_, missed := card(all[len(whole)+n], "production-readiness")
		outcomes := map[string]bool{}
		for _, c := range missed {
			outcomes[fmt.Sprint(c["id"], " ", c["outcome"])] = true
			if c["id"] == o.check && !strings.Contains(fmt.Sprint(c["fix"]), o.fix) {
				t.Errorf("the fix of %s is %q, want %q in it", o.check, c["fix"], o.fix)
			}
		}
		want := map[string]bool{o.check + " fail": true}
		for _, follows := range strings.Split(o.also, ", ") {
			if follows != "" {
				want[follows] = true
			}
		}
		if !maps.Equal(outcomes, want) {
			t.Errorf("%d, without what %s asks, missed are %v, want %v", n, o.check, outcomes, want)
		}
	}
}
