package promrules_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/promrules"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

func TestPromtoolTakesTheRulesOfEveryKindOfSLO(t *testing.T) {
	t.Parallel()
	var all []promrules.SLO
	add := func(slug string, change func(*promrules.SLO)) {
		s := checkout(t, change)
		s.Slug = slug
		all = append(all, s)
	}
	add("bad", nil)
	add("good-part", func(s *promrules.SLO) {
		s.Origin.Ratio = &origin.Ratio{Good: `sum(increase(r{code!~"5.."}[$window]))`, Total: `sum(increase(r[$window]))`}
	})
	add("good-other", func(s *promrules.SLO) {
		s.Origin.Ratio = &origin.Ratio{Good: `increase(ok_total{job="a"}[$window])`, Total: `increase(all_total{job="a"}[{{.window}}]) + 1`}
	})
	add("grouped", func(s *promrules.SLO) { s.Origin.GroupBy, s.Origin.MaxGroups = "region", 20 })
	add("latency", func(s *promrules.SLO) {
		s.Origin = origin.Origin{Latency: &origin.Latency{Metric: "http_request_duration_seconds", Selector: `job="checkout"`, ThresholdSeconds: 0.3}}
	})
	add("native", func(s *promrules.SLO) {
		s.Origin = origin.Origin{Latency: &origin.Latency{Metric: "http_request_duration_seconds", ThresholdSeconds: 0.3, Native: true}}
	})
	add("threshold", func(s *promrules.SLO) {
		s.Origin = origin.Origin{Threshold: &origin.Threshold{Query: "queue_length{job=\"a\"} - 1", Op: origin.LTE, Value: 12.5}}
	})
	add("share", func(s *promrules.SLO) {
		s.Origin = origin.Origin{RawRatio: &origin.RawRatio{Query: "avg(success_ratio)"}}
	})
	add("failures", func(s *promrules.SLO) {
		s.Origin = origin.Origin{RawRatio: &origin.RawRatio{Query: "avg(failure_ratio)", Failure: true, Weight: "sum(increase(r[$window]))"}}
	})
	add("quarter", func(s *promrules.SLO) { s.Days = 90 })
	add("three-days", func(s *promrules.SLO) { s.Days = 3 })
	add("calendar", func(s *promrules.SLO) { s.Days, s.Period = 0, 31*24*time.Hour })
	add("slots-of-five", func(s *promrules.SLO) { s.Resolution = 5 * time.Minute })
	add("hostile", func(s *promrules.SLO) {
		s.Name = "a \"name\": with 'all' {{ kinds }} of\nmarks \\ and ümlauts"
		s.Labels = map[string]string{"owner": "yes", "number": "007", "empty": "", "hash": "a # b"}
		s.Page.Annotations = map[string]string{"runbook_url": "https://example.com/runbooks#checkout"}
	})
	for _, names := range []promrules.Names{promrules.Evenkeel, promrules.Sloth} {
		said := promtool(t, "check", "rules", file(t, names, all...))
		if !strings.Contains(said, "SUCCESS") {
			t.Errorf("promtool check rules: %s", said)
		}
	}
}

// A minute of the series below has 60 requests; promtool writes a+bxn for n more samples
// that are b apart, 15 seconds each.
const (
	quiet = 420 // minutes without a failure, so that every window of up to seven hours is full
	total = `  - {series: 'http_requests_total{code="200"}', values: '%s'}`
	bad   = `  - {series: 'http_requests_total{code="500"}', values: '%s'}`
)

// The minutes are by hand. Of 60 requests a minute a share e fails from minute 420 on. The
// hour before minute 420 + m has 60·e·m failures of 3,600 requests, and the page of 1h/5m
// is due when e·m/60 > 14.4 · 0.1 %: with e = 20 %, m > 4.32. With e = 1 % the hour never
// comes above 1 %, and the six hours do above 6 · 0.1 % when 0.01·m/360 > 0.006, m > 216.
// Ranges of PromQL were closed at both ends before Prometheus 3, so that an hour holds 61
// slots there: m > 4.39 and m > 216.6, which are the same minutes.
func TestPagesFireAtTheRightMinute(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		share        float64
		fires        int // minute from which the page is there
		names        promrules.Names
		changeOfSLO  func(*promrules.SLO)
		never        bool
		requestsEach float64 // in 15 seconds
	}{
		{name: "a fifth fails", share: 0.2, fires: quiet + 5, names: promrules.Evenkeel, requestsEach: 15},
		{name: "one in a hundred fails", share: 0.01, fires: quiet + 217, names: promrules.Evenkeel, requestsEach: 15},
		{name: "a fifth fails, as Sloth names it", share: 0.2, fires: quiet + 5, names: promrules.Sloth, requestsEach: 15},
		{name: "less than any factor", share: 0.0059, never: true, names: promrules.Evenkeel, requestsEach: 15},
		{name: "pages are off", share: 0.5, never: true, names: promrules.Evenkeel, requestsEach: 15, changeOfSLO: func(s *promrules.SLO) { s.Alerts.Off = "page" }},
		{name: "of 28 days", share: 0.2, fires: quiet + 5, names: promrules.Evenkeel, requestsEach: 15, changeOfSLO: func(s *promrules.SLO) { s.Days = 28 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := checkout(t, c.changeOfSLO)
			steps := 4 * 230
			fine := fmt.Sprintf("0+%gx%d %g+%gx%d", c.requestsEach, 4*quiet, c.requestsEach*float64(4*quiet)+c.requestsEach*(1-c.share), c.requestsEach*(1-c.share), steps)
			failed := fmt.Sprintf("0+0x%d %g+%gx%d", 4*quiet, c.requestsEach*c.share, c.requestsEach*c.share, steps)
			at := map[int]bool{quiet: false, quiet + 225: !c.never}
			if !c.never {
				at[c.fires-1], at[c.fires] = false, true
			}
			pages(t, file(t, c.names, s), fine, failed, at)
		})
	}
}

// Ten requests an hour, of which one failed: 10 % of the hour, which is far above 1.44 %.
// It is no page, for one failed request may be anything (SRE Workbook, chapter 5,
// "Low-Traffic Services and Error Budget Alerting"); without the guard it is one.
func TestOneFailureOfFewRequestsIsNoPage(t *testing.T) {
	t.Parallel()
	each := 10.0 / 240
	fine := fmt.Sprintf("0+%gx%d", each, 4*(quiet+30))
	failed := fmt.Sprintf("0+0x%d 1+0x%d", 4*quiet, 4*30)
	for least, fires := range map[int64]bool{3: false, 1: true} {
		s := checkout(t, func(s *promrules.SLO) { s.Alerts.MinBadEvents = least; s.Alerts.Off = "absent" })
		pages(t, file(t, promrules.Evenkeel, s), fine, failed, map[int]bool{quiet: false, quiet + 2: fires})
	}
}

// Nothing is measured after minute 420. With every event bad the budget's share of the
// fastest pair is spent in 14.4 · 0.1 % · 1 h = 52 seconds; before two slots nothing is late,
// so that it is told after two minutes, and one more where ranges are closed at both ends.
func TestEventsThatStayAwayAreTold(t *testing.T) {
	t.Parallel()
	rules := file(t, promrules.Evenkeel, checkout(t, nil))
	fine := fmt.Sprintf("0+15x%d", 4*quiet)
	alerts(t, rules, "SLOEventsAbsent", fine, fine, map[int]bool{quiet: false, quiet + 1: false, quiet + 3: true})
}

// What is recorded, by hand: in minute 430 a fifth of 60 requests has failed for ten
// minutes of an hour of 60 slots.
func TestWhatIsRecorded(t *testing.T) {
	t.Parallel()
	path := file(t, promrules.Evenkeel, checkout(t, nil))
	of := `evenkeel_service="checkout", evenkeel_slo="availability", team="payments"`
	test := fmt.Sprintf(`rule_files: [%q]
evaluation_interval: 1m
tests:
- interval: 15s
  input_series:
%s
%s
  promql_expr_test:
  - {expr: 'slo:good_events:increase1m', eval_time: 430m, exp_samples: [{labels: 'slo:good_events:increase1m{%s}', value: 48}]}
  - {expr: 'slo:total_events:increase1m', eval_time: 430m, exp_samples: [{labels: 'slo:total_events:increase1m{%s}', value: 60}]}
  - {expr: 'slo:objective:ratio', eval_time: 430m, exp_samples: [{labels: 'slo:objective:ratio{%s}', value: 0.999}]}
  - {expr: 'slo:error_budget:ratio', eval_time: 430m, exp_samples: [{labels: 'slo:error_budget:ratio{%s}', value: 0.001}]}
  - {expr: 'slo:time_period:days', eval_time: 430m, exp_samples: [{labels: 'slo:time_period:days{%s}', value: 30}]}
  - {expr: 'round(slo:current_burn_rate:ratio, 1)', eval_time: 430m, exp_samples: [{labels: '{%s}', value: 200}]}
  - {expr: 'evenkeel_slo_info', eval_time: 430m, exp_samples: [{labels: 'evenkeel_slo_info{evenkeel_name="availability", evenkeel_objective="99.9", %s}', value: 1}]}
`, path, fmt.Sprintf(total, fmt.Sprintf("0+15x%d %d+12x40", 4*quiet, 15*4*quiet+12)), fmt.Sprintf(bad, fmt.Sprintf("0+0x%d 3+3x40", 4*quiet)), of, of, of, of, of, of, of)
	run(t, test)
}

// Without a request there is neither a share of bad events nor an alert, and no 0 ÷ 0.
func TestNoTrafficIsNoShare(t *testing.T) {
	t.Parallel()
	path := file(t, promrules.Evenkeel, checkout(t, nil))
	run(t, fmt.Sprintf(`rule_files: [%q]
evaluation_interval: 1m
tests:
- interval: 15s
  input_series:
%s
  promql_expr_test:
  - {expr: 'count({__name__=~"slo:sli_error:.*"})', eval_time: 60m, exp_samples: []}
  - {expr: 'slo:total_events:increase1m', eval_time: 60m, exp_samples: [{labels: 'slo:total_events:increase1m{evenkeel_service="checkout", evenkeel_slo="availability", team="payments"}', value: 0}]}
`, path, fmt.Sprintf(total, "7+0x240")))
}

func pages(t *testing.T, rules, fine, failed string, at map[int]bool) {
	t.Helper()
	alerts(t, rules, "SLOBudgetBurnPage", fine, failed, at)
}

// alerts has promtool say at which minutes an alert is there: a count of the series ALERTS.
func alerts(t *testing.T, rules, name, fine, failed string, at map[int]bool) {
	t.Helper()
	var expected strings.Builder
	for minute, there := range at {
		samples := "[]"
		if there {
			samples = "[{labels: '{}', value: 1}]"
		}
		fmt.Fprintf(&expected, "  - {expr: 'count(ALERTS{alertname=\"%s\", alertstate=\"firing\"})', eval_time: %dm, exp_samples: %s}\n", name, minute, samples)
	}
	run(t, fmt.Sprintf("rule_files: [%q]\nevaluation_interval: 1m\ntests:\n- interval: 15s\n  input_series:\n%s\n%s\n  promql_expr_test:\n%s",
		rules, fmt.Sprintf(total, fine), fmt.Sprintf(bad, failed), expected.String()))
}

func run(t *testing.T, test string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.yaml")
	if err := os.WriteFile(path, []byte(test), 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, "test", "rules", path)
}

// A factor is share · period ÷ long window: 28 d ÷ 3 d · 10 % = 14/15, which no decimal ends.
func TestFactorsAreExact(t *testing.T) {
	t.Parallel()
	for days, factors := range map[int][]string{30: {"14.4", "6", "3", "1"}, 28: {"13.44", "5.6", "2.8", "(14 / 15)"}, 7: {"3.36", "1.4", "0.7", "(7 / 30)"}} {
		groups, _, err := promrules.Compose(checkout(t, func(s *promrules.SLO) { s.Days = days }), promrules.Evenkeel)
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for _, r := range groups[0].Rules {
			text.WriteString(r.Expr)
		}
		for _, f := range factors {
			if !strings.Contains(text.String(), "("+f+" * 0.001)") {
				t.Errorf("of %d days, there is no limit of %s times the budget", days, f)
			}
		}
	}
}

func TestAnAlertThatCouldNeverFireIsLeftOut(t *testing.T) {
	t.Parallel()
	// Burn is at most 1/(1 − T): 14.4 is out of reach at 93 % and 6 at 83 % (reference: the
	// table of traps), so that at 80 % the two slow pairs are left.
	objective, err := budget.ParseObjective("80%")
	if err != nil {
		t.Fatal(err)
	}
	groups, left, err := promrules.Compose(checkout(t, func(s *promrules.SLO) { s.Objective = objective }), promrules.Evenkeel)
	if err != nil || len(left) != 2 {
		t.Fatalf("left out: %v (%v)", left, err)
	}
	for _, r := range groups[0].Rules {
		if r.Alert == "SLOBudgetBurnPage" {
			t.Errorf("there is a page: %s", r.Expr)
		}
	}
}
