package dashboard

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/evenkeel/evenkeel/api/markup"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/jobs"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// words is the text that somebody reads, with single spaces.
func words(n *html.Node) string { return wordsBut(n) }

// wordsBut is words without what is in elements of some names.
func wordsBut(n *html.Node, names ...string) string {
	var b strings.Builder
	var read func(*html.Node)
	read = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
		for c := range n.ChildNodes() {
			if !slices.Contains(append(names, "title"), c.Data) {
				read(c)
			}
		}
	}
	read(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// within is the first element with the class, or the document's main.
func within(t *testing.T, doc *html.Node, class string) *html.Node {
	t.Helper()
	var found *html.Node
	walk(doc, func(n *html.Node) {
		if found == nil && n.Type == html.ElementNode && (strings.Contains(" "+attr(n, "class")+" ", " "+class+" ") || class == "main" && n.Data == class) {
			found = n
		}
	})
	if found == nil {
		t.Fatalf("nothing has the class %q", class)
	}
	return found
}

func says(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			t.Errorf("the page does not say %q:\n%s", w, text)
		}
	}
}

func TestAnObjectiveShowsItsThreeNumbersAndItsState(t *testing.T) {
	t.Parallel()
	doc, _ := visiting(t, newSample()).read("/services/checkout/slos/availability")
	// 1.1864 of the budget of 12,480.311 events is consumed: 14,807 are bad, and
	// 1 − 14,807 ÷ 12,480.311 = −18.64 %.
	says(t, words(within(t, doc, "three")),
		"Objective 99.9 %", "SLI 99.88 %", "12,465,504 good of 12,480,311 events",
		"Budget remaining −18.6 %", "14,807 bad of 12,480 allowed; overspent by 2,327")
	says(t, words(within(t, doc, "head")), "Exhausted", "since 2 days ago", "measured until 41 s ago")
	says(t, words(within(t, doc, "main")), "nothing of it remains", "13.44×", "0.9333×", "good ÷ total", "Grace Hopper", "3 Mar 2027", "The same as a table")
}

func TestAnObjectiveAtRiskShowsWhenItRunsOut(t *testing.T) {
	t.Parallel()
	doc, text := visiting(t, newSample()).read("/services/checkout/slos/latency")
	says(t, words(within(t, doc, "main")), "At risk", "it runs out in 3 d 17 h", "projected at the burn of the last day", "Ticket")
	if !strings.Contains(text, `class="projection"`) {
		t.Error("the projection is not drawn")
	}
}

func TestUnknownIsNeverShownAsAPercentage(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/services/identity/slos/latency", "/services/events-feed/slos/freshness"} {
		doc, _ := visiting(t, newSample()).read(path)
		three := words(within(t, doc, "three"))
		says(t, three, "SLI — no data", "Budget remaining — no data")
		main := wordsBut(within(t, doc, "main"), "svg", "details") // an axis and formulas have their percentages
		for _, wrong := range []string{"100 %", " 0 %", "0 ×"} {
			if strings.Contains(main, wrong) {
				t.Errorf("%s says %q: %s", path, wrong, main)
			}
		}
	}
}

func TestAnObjectiveWithoutMeasurementsSaysHowToSendTheFirst(t *testing.T) {
	t.Parallel()
	doc, _ := visiting(t, newSample()).read("/services/identity/slos/latency")
	var command string
	walk(doc, func(n *html.Node) {
		if n.Data == "pre" && attr(n, "class") == "copy" {
			command = n.FirstChild.Data
		}
	})
	// 14:27:41 is in the slot from 14:27; the newest that is over began at 14:26.
	says(t, command, "curl ", "http://evenkeel.example/v1/services/identity/slos/latency/measurements", `"start":"2026-11-23T14:26:00Z"`, `"good":119,"total":120`)
}

func TestAStaleObjectiveSaysSoInWords(t *testing.T) {
	t.Parallel()
	doc, _ := visiting(t, newSample()).read("/services/identity/slos/availability")
	says(t, words(within(t, doc, "head")), "OK", "Stale", "measured until 47 min ago")
}

func TestTheOverviewPutsTheLeastBudgetFirst(t *testing.T) {
	t.Parallel()
	doc, _ := visiting(t, newSample()).read("/")
	main := words(within(t, doc, "main"))
	says(t, main, "2 budgets are spent, 2 more are at risk", "12 objectives", "1 without recent measurements",
		"Exhausted 2", "At risk 2", "OK 6", "No data 2", "Stale 1", "Payments · Card payments succeed", "no services yet", "Draft, open")
	table := words(within(t, doc, "slos"))
	order := []string{"Card payments succeed", "−18.6", "3.3 %", "38.5 %", "52.0 %", "100 %"}
	at := -1
	for _, name := range order {
		i := strings.Index(table[max(at, 0):], name)
		if i < 0 {
			t.Fatalf("%q does not follow in %s", name, table)
		}
		at = max(at, 0) + i
	}
}

func TestAnEmptyOrganisationSaysWhatToDoNext(t *testing.T) {
	t.Parallel()
	doc, _ := visiting(t, &sample{now: sampleNow}).read("/")
	says(t, words(within(t, doc, "main")), "Nothing is promised yet", "No teams yet", "POST /v1/teams", "POST /v1/services/{service}/slos")
}

func TestAListThatGoesOnLeadsToItsNextPage(t *testing.T) {
	t.Parallel()
	s := newSample()
	shop := s.teams[1]
	svc := s.services[0]
	for range 60 {
		s.objective(svc, "more", "More", "99%", budget.OK, 1000, .5, .1, shape{1, .5, 0, 0, 0, .5})
	}
	v := visiting(t, s)
	for _, path := range []string{"/slos", "/teams/" + shop.Slug, "/services/" + svc.Slug} {
		_, text := v.read(path)
		if !strings.Contains(text, `href="`+path+`?after=next-cursor"`) {
			t.Errorf("%s does not lead to its next page", path)
		}
	}
	_, text := v.read("/slos?after=next-cursor&state=ok")
	if !strings.Contains(text, `href="/slos?state=ok"`) || !strings.Contains(text, "First page") {
		t.Error("a later page does not lead back to the first")
	}
}

func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	v := visiting(t, newSample())
	for _, path := range []string{"/", "/services/weird", "/services/weird/slos/weird", "/teams/odd", "/slos"} {
		doc, _ := v.read(path)
		says(t, words(within(t, doc, "main")), `<script src="https://evil.example/x.js"></script><img src=x onerror=alert(1)>"'&{{.}}`)
	}
}

func TestAnIssueIsRenderedAsItWouldBeOpenedAndHarmlessly(t *testing.T) {
	t.Parallel()
	s := newSample()
	doc, text := visiting(t, s).read("/issues/" + string(s.issues[0].Issue.ID))
	says(t, words(within(t, doc, "prose")), "availability of checkout over the trailing 28 days", "consumed 118.64 %", "What follows", "Changes halt")
	says(t, words(within(t, doc, "raw")), "### What follows", hostile)
	says(t, words(within(t, doc, "main")), "reliability", "error-budget", "Draft, open", "github.com/example/checkout")
	if !strings.Contains(text, `<a href="https://evil.example/pixel.png">a picture</a>`) {
		t.Error("a picture of a body is not shown as a link")
	}
	if strings.Contains(text, `href="javascript:`) {
		t.Error("a link runs something")
	}
	var boxes int
	walk(doc, func(n *html.Node) {
		if n.Data == "input" && attr(n, "type") == "checkbox" {
			boxes++
		}
	})
	if boxes != 2 {
		t.Errorf("%d boxes of the task list, want 2", boxes)
	}
}

func TestTheIssuesSayHowFarEachGotAndWhatCanBeDone(t *testing.T) {
	t.Parallel()
	s := newSample()
	v := visiting(t, s)
	doc, text := v.read("/issues")
	main := words(within(t, doc, "main"))
	says(t, main, "Refused", "Why some are refused", "Issues are disabled in the repository example/checkout", "example/checkout#412", "Waits",
		"The cap of 20 issues of a team in a day is reached; it waits.", "Next try in 4 min", "Looked for again in 4 min", "Closed, done", "Closed, not planned", "Looked for", "Out of date", "Dismissed", hostile)
	if strings.Contains(main, "Nothing is sent") || !strings.Contains(text, `href="https://github.com/example/checkout/issues/412"`) {
		t.Error("where issues are sent, that is not seen")
	}
	doc, _ = v.read("/issues?state=dead")
	if main := words(within(t, doc, "main")); strings.Contains(main, "example/checkout#412") {
		t.Error("the filter lets others through")
	}
	group := s.issues[slices.IndexFunc(s.issues, func(k delivery.Known) bool { return k.Issue.IsGroup() })].Issue.ID
	if _, text := v.read("/issues/" + string(group)); !strings.Contains(text, `href="/issues?group=`+string(group)+`"`) {
		t.Error("the page of a group does not lead to those of whom it tells")
	}
	doc, _ = v.read("/issues?group=" + string(group))
	if main := words(within(t, doc, "main")); !strings.Contains(main, "In a group") || strings.Contains(main, "example/checkout#412") {
		t.Errorf("the issues of a group are %s", main)
	}
	page := func(is func(delivery.Delivery) bool) string {
		i := slices.IndexFunc(s.issues, func(k delivery.Known) bool { return is(k.Delivery) })
		doc, _ := v.read("/issues/" + string(s.issues[i].Issue.ID))
		return words(within(t, doc, "main"))
	}
	says(t, page(func(d delivery.Delivery) bool { return d.State == delivery.Dead }), "GitHub refuses it", "Issues are disabled", "/retry", `If-Match: "4"`, "/retarget", "/dismiss", "Failed 3 times in a row")
	says(t, page(func(d delivery.Delivery) bool { return d.Outcome == delivery.Waived }), "a person closed it as not planned", "example/checkout#377")
	says(t, page(func(d delivery.Delivery) bool { return d.State == delivery.Dismissed }), "Nothing more is sent", "Ada Lovelace dismissed it", "/retry")
	looked := page(func(d delivery.Delivery) bool { return d.State == delivery.Unknown })
	says(t, looked, "It is looked for", "Next look in 4 min", "Asked for 2 times")
	if strings.Contains(looked, "/retry") {
		t.Error("what is on its way can be sent again")
	}
	for name, c := range map[string]struct {
		standing delivery.Standing
		want     string
	}{
		"no tracker": {delivery.Standing{}, "no GitHub is configured"},
		"observe":    {delivery.Standing{HasTracker: true, Kinds: []delivery.KindStanding{{Kind: issues.KindBudgetViolation, Mode: delivery.Observe}}}, "the mode is observe"},
		"stopped":    {delivery.Standing{HasTracker: true, Kinds: []delivery.KindStanding{{Kind: issues.KindBudgetViolation, Mode: delivery.Enforce, Stops: []delivery.Stop{{Configured: true}}}}}, "it was stopped"},
	} {
		s := newSample()
		s.standing = c.standing
		doc, _ := visiting(t, s).read("/issues")
		if main := words(within(t, doc, "main")); !strings.Contains(main, "Nothing is sent: "+c.want) || !strings.Contains(main, "How issues reach GitHub") {
			t.Errorf("%s: %s", name, main)
		}
	}
}

func TestWhatIsStoppedSaysByWhomWhyAndSinceWhen(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.stop()
	v := visiting(t, s)
	doc, text := v.read("/issues")
	says(t, words(within(t, doc, "main")), "Nothing is sent: it was stopped", "The configuration stopped it", "github.paused",
		"Grace Hopper stopped it", "26 min ago", "Issues were opened in the wrong repository", hostile)
	checkPage(t, doc, text)
	pending := slices.IndexFunc(s.issues, func(k delivery.Known) bool { return k.Delivery.State == delivery.Pending })
	doc, _ = v.read("/issues/" + string(s.issues[pending].Issue.ID))
	says(t, words(within(t, doc, "main")), "Nothing is sent: it was stopped.", "Grace Hopper stopped it 26 min ago", "Issues were opened in the wrong repository")
	sent := slices.IndexFunc(s.issues, func(k delivery.Known) bool { return k.Delivery.State == delivery.Sent })
	doc, _ = v.read("/issues/" + string(s.issues[sent].Issue.ID))
	if strings.Contains(words(within(t, doc, "main")), "Grace Hopper") {
		t.Error("of an issue that is there it says why none is opened")
	}
}

func TestOnlyAdministratorsSeeThatWebhooksWereGivenUp(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.givenUp = 1
	doc, _ := visiting(t, s).read("/issues")
	if main := words(within(t, doc, "main")); strings.Contains(main, "given up") {
		t.Errorf("everybody sees it: %s", main)
	}
	s.administrator = true
	doc, _ = visiting(t, s).read("/issues")
	says(t, words(within(t, doc, "main")), "1 webhook was given up", `curl "http://evenkeel.example/v1/webhook-deliveries?state=given_up"`, `curl -X POST "http://evenkeel.example/v1/webhook-deliveries/ID/retry"`)
	s.givenUp = 0
	doc, _ = visiting(t, s).read("/issues")
	if main := words(within(t, doc, "main")); strings.Contains(main, "given up") {
		t.Errorf("none was, and it says %s", main)
	}
}

func TestHeadingsOfAnIssueComeBelowThePages(t *testing.T) {
	t.Parallel()
	got, err := markup.HTML("# One\n\n### Three\n\n###### Six\n\n# Again")
	if err != nil {
		t.Fatal(err)
	}
	want := "<h2>One</h2>\n<h3>Three</h3>\n<h4>Six</h4>\n<h2>Again</h2>\n"
	if string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestDeclaredAddressesAreLinksOnlyWhenTheyAreOfTheWebOrAMailbox(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]link{
		"https://example.com/a/":     {URL: "https://example.com/a/", Text: "example.com/a", Away: true},
		"mailto:ada@example.com":     {URL: "mailto:ada@example.com", Text: "ada@example.com"},
		"javascript:alert(1)":        {Text: "javascript:alert(1)"},
		"data:text/html,x":           {Text: "data:text/html,x"},
		"//evil.example":             {Text: "//evil.example"},
		"#platform-on-call":          {Text: "#platform-on-call"},
		"https:evil":                 {Text: "https:evil"},
		"http://[::1":                {Text: "http://[::1"},
		"the rota in the wiki, see ": {Text: "the rota in the wiki, see "},
	} {
		if got := outside(text); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}

func TestATeamSaysWhereIssuesGoOfServicesWithoutARepository(t *testing.T) {
	t.Parallel()
	s := newSample()
	doc, text := visiting(t, s).read("/teams/" + s.teams[1].Slug)
	address := "github.com/example/" + s.teams[1].Slug
	says(t, words(within(t, doc, "main")), "Issues without a repository of their own: "+address)
	if !strings.Contains(text, `href="https://`+address+`"`) {
		t.Error("it does not lead there")
	}
}

func TestAWallScreenIsReadAgainEveryMinuteOnlyWhenAskedFor(t *testing.T) {
	t.Parallel()
	v := visiting(t, newSample())
	if got := v.get("/?wall").Header.Get("Refresh"); got != "60" {
		t.Errorf("Refresh: %q, want 60", got)
	}
	if got := v.get("/").Header.Get("Refresh"); got != "" {
		t.Errorf("Refresh: %q without being asked", got)
	}
}

func TestJobsShowTheirRuns(t *testing.T) {
	t.Parallel()
	doc, _ := visiting(t, newSample()).read("/jobs")
	says(t, words(within(t, doc, "main")), "evaluate-budgets", "Running", "Succeeded", "312 ms", "evaluated 12 · segments 34",
		"Failed", "the database did not answer in time", "Abandoned", "Has not run yet", "@every 15s")
	if got := tookText(90 * time.Minute); got != "1 h 30 min" {
		t.Errorf("a long run took %q", got)
	}
}

func TestTheRunThatWentWrongLastIsShownHoweverManyFollowed(t *testing.T) {
	t.Parallel()
	s := newSample()
	var runs []jobs.Run
	for n := range 10 {
		at := s.now.Add(-time.Duration(n) * 5 * time.Second)
		runs = append(runs, jobs.Run{ID: s.id(), StartedAt: at, FinishedAt: &at, State: jobs.Succeeded, StartedBy: "schedule"})
	}
	wrong := s.now.Add(-time.Hour)
	for _, text := range []string{"the disk is full", "an older one"} {
		runs = append(runs, jobs.Run{ID: s.id(), StartedAt: wrong, FinishedAt: &wrong, State: jobs.Failed, StartedBy: "schedule", Error: text})
	}
	s.runs["prune"] = runs
	doc, _ := visiting(t, s).read("/jobs")
	table := words(within(t, doc, "main"))
	says(t, table, "the disk is full")
	if strings.Contains(table, "an older one") || strings.Count(table, "nothing to do") != runsShown {
		t.Errorf("shown are %q, want %d that succeeded and the last that failed", table, runsShown)
	}
}

func TestATitleHasCodeSpansAndNothingElse(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"Error budget of `checkout/availability` is overspent": "Error budget of <code>checkout/availability</code> is overspent",
		"`` a`b `` and **bold** <b>":                           "<code>a`b</code> and **bold** &lt;b&gt;",
		"one ` alone":                                          "one ` alone",
		"``<script>`":                                          "``&lt;script&gt;`",
		"":                                                     "",
	} {
		if got := renderedTitle(title); string(got) != want {
			t.Errorf("%q: %q, want %q", title, got, want)
		}
	}
	if got := plainTitle("Error budget of `checkout` is overspent"); got != "Error budget of checkout is overspent" {
		t.Errorf("plain: %q", got)
	}
}

func TestDataSourcesSayHowTheyAnswer(t *testing.T) {
	t.Parallel()
	v := visiting(t, newSample())
	doc, _ := v.read("/data-sources")
	page := words(within(t, doc, "main"))
	says(t, page,
		"Prometheus, Europe Answers answered 42 s ago prometheus-eu · Prometheus at https://prometheus-eu.example.org/prometheus · secrets prom-token, prom-ca read by 3 objectives · open to every team",
		"Failing fails since 3 h ago It answered 503:", "read by 1 objective · open to teams that a matcher is for (1 matcher)",
		"Batch adapter Not asked yet batch · Adapter at", "no objective is read from it")
	if strings.Contains(page, "The old Prometheus") {
		t.Error("a retired data source is among those in use")
	}
	doc, _ = v.read("/data-sources?all")
	says(t, words(within(t, doc, "main")), "The old Prometheus Retired")
}

func TestAnEmptyListOfDataSourcesSaysWhatToDo(t *testing.T) {
	t.Parallel()
	doc, text := visiting(t, &sample{now: sampleNow}).read("/data-sources")
	says(t, words(within(t, doc, "main")), "No data source yet", "once an administrator has registered where that is")
	if strings.Contains(text, "curl") {
		t.Error("who may not register one is told how to")
	}
	h := build(t)
	doc, _ = h.visitor().read("/data-sources")
	says(t, words(within(t, doc, "main")), "Register the first data source", "curl -X POST http://evenkeel.example/v1/data-sources", `"address":"http://127.0.0.1:9090"`)
}

func TestAnObjectiveSaysWhereItIsReadFrom(t *testing.T) {
	t.Parallel()
	v := visiting(t, newSample())
	for path, want := range map[string][]string{
		"/services/checkout/slos/latency": {
			"Where it comes from Answers", `Read from the data source "prometheus-eu": observations of a classic histogram are events, good where they took at most 0.3 s.`,
			"Each value of the label region is a group, up to 20 of them.", `metric http_request_duration_seconds{job="checkout",code!~"5.."}`, "The data source is Prometheus, Europe .", "Reporters send nothing; see where it comes from",
		},
		"/services/payments/slos/availability": {"Where it comes from Failing", "Fails since 3 h ago : It answered 503", "bad sum(increase(grpc_server_handled_total{",
			`Read from the rules slo:good_events:slot1m{evenkeel_service="payments",evenkeel_slo="availability"} and slo:total_events:slot1m{evenkeel_service="payments",evenkeel_slo="availability"}, in the group evenkeel-payments-availability of /etc/prometheus/rules.yaml`,
			`For all by the query {__name__=~"slo:good_events:slot1m|slo:total_events:slot1m"}[5m]`, "A slot that the rules lack is read by its own queries:"},
		"/services/events-feed/slos/freshness": {"Where it comes from Counted from OpenTelemetry metrics", "metric feed.lag"},
		"/services/checkout/slos/availability": {"Reporters send good and all events"},
	} {
		doc, text := v.read(path)
		says(t, words(within(t, doc, "main")), want...)
		if strings.Contains(text, "Where it comes from") && strings.Contains(text, "curl -X POST") {
			t.Errorf("%s: says how to push what is not pushed", path)
		}
	}
	if _, text := v.read("/services/checkout/slos/latency"); strings.Contains(text, "Read from the rules") {
		t.Error("what is read by its own queries is read from rules")
	}
	if _, text := v.read("/services/checkout/slos/availability"); strings.Contains(text, "Where it comes from") {
		t.Error("what reporters push comes from elsewhere")
	}
}

// The page is of one moment: what is overdue is so by the time that it was asked for
// at, as everything else on it.
func TestAnOverdueReviewIsToldByTheTimeOfThePage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		now     time.Time
		overdue bool
	}{{sampleNow, false}, {sampleNow.AddDate(5, 0, 0), true}} {
		opts := options()
		opts.Now = func() time.Time { return c.now }
		v := visitor{T: t, handler: New(newSample().sources(), opts)}
		_, text := v.read("/services/checkout/slos/availability")
		if got := strings.Contains(text, "was to be looked at again by"); got != c.overdue {
			t.Errorf("at %s the page says %t that the review is overdue, want %t", c.now, got, c.overdue)
		}
	}
}

func TestAViolationShowsWhatWasSaidAboutItAsItWasTyped(t *testing.T) {
	t.Parallel()
	s := newSample()
	v := visiting(t, s)
	doc, _ := v.read("/violations/" + string(s.violations[0].ID))
	main := within(t, doc, "main")
	says(t, words(main), "wanda disputes it", "<b>The load test</b> @everyone was counted. [x](javascript:1)", "in a comment on the issue", "Ada Lovelace disputes it", "It was planned.", "/evenkeel dispute")
	var away []string
	walk(main, func(n *html.Node) {
		if n.Data == "b" {
			t.Error("what somebody typed became an element")
		}
		if n.Data == "a" && strings.Contains(attr(n, "rel"), "noopener") {
			away = append(away, attr(n, "href"))
		}
	})
	if want := []string{"https://github.example/acme/api/issues/7#issuecomment-1"}; !slices.Equal(away, want) {
		t.Errorf("links lead away to %q, want %q", away, want)
	}
	doc, _ = v.read("/violations/" + string(s.violations[1].ID))
	says(t, words(within(t, doc, "main")), "Nobody has acknowledged or disputed this violation.")
	v.readStatus("/violations/01KKPB0S0AAAAAAAAAAAAAAAAA", 404)
	v.readStatus("/violations/nothing", 404)
}

// What each call needs is as the API has it: a version where it changes what somebody saw, and a
// day to come.
func TestWhatCanBeDoneWithAViolationCanBeDone(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 20, 23, 30, 0, 0, time.FixedZone("CET", 3600)) // 22:30 UTC
	terms := policy.Revision{Terms: policy.Terms{Clauses: []policy.Clause{{Name: "lets", Freeze: &policy.Freeze{EarlyExit: true}}, {Name: "waits", Freeze: &policy.Freeze{}}}}}
	of := func(clause string, change func(h *policy.Handling)) policy.Violation {
		v := policy.Violation{ID: "V", Clause: clause, Version: 7}
		change(&v.Handling)
		return v
	}
	acknowledged := func(h *policy.Handling) { h.Acknowledgement = &policy.Acknowledgement{} }
	ended, void := of("lets", acknowledged), of("lets", acknowledged)
	ended.EndedAt, void.EndedAt, ended.Ending, void.Ending = &now, &now, policy.Recovered, policy.Void
	plan := `PUT /v1/violations/V/acknowledgement If-Match: "7" {"plan": "…", "dueOn": "2027-01-03"}`
	dispute, rule, exit := `POST /v1/violations/V/disputes  {"reason": "…"}`, `POST /v1/violations/V/rulings  {"outcome": "upheld" or "void", "note": "…"}`, `PUT /v1/violations/V/early-exit If-Match: "7" {"done": "…"}`
	for name, c := range map[string]struct {
		of   policy.Violation
		want []string
	}{
		"open":                {of("lets", func(*policy.Handling) {}), []string{plan, dispute}},
		"acknowledged":        {of("lets", acknowledged), []string{plan, dispute, exit}},
		"of a clause without": {of("waits", acknowledged), []string{plan, dispute}},
		"of no clause now":    {of("gone", acknowledged), []string{plan, dispute}},
		"left early":          {of("lets", func(h *policy.Handling) { acknowledged(h); h.EarlyExit = &policy.EarlyExit{} }), []string{plan, dispute}},
		"disputed":            {of("waits", func(h *policy.Handling) { h.Dispute = &policy.Dispute{} }), []string{plan, rule}},
		"decided":             {of("waits", func(h *policy.Handling) { h.Dispute = &policy.Dispute{Ruling: &policy.Ruling{}} }), []string{plan, dispute}},
		"ended":               {ended, []string{dispute}},
		"void":                {void, nil},
	} {
		var got []string
		for _, r := range calls(c.of, terms, now) {
			got = append(got, r.Call+" "+r.If+" "+r.Body)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
