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
	"github.com/evenkeel/evenkeel/services/slo"
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

const (
	total = `  - {series: 'http_requests_total{code="200"}', values: '%s'}`
	bad   = `  - {series: 'http_requests_total{code="500"}', values: '%s'}`
)

// requests are the values of both series, with 60 requests a minute: quiet minutes without a
// failure, and then others of which a share fails. (promtool writes a+bxn for n more samples
// that are b apart.)
func requests(scrape time.Duration, quiet, others int, share float64) (fine, failed string) {
	each := 60 * scrape.Minutes()
	q, o := int(float64(quiet)/scrape.Minutes()), int(float64(others)/scrape.Minutes())
	good, poor := each*(1-share), each*share
	return fmt.Sprintf("0+%gx%d %g+%gx%d", each, q, each*float64(q)+good, good, o), fmt.Sprintf("0+0x%d %g+%gx%d", q, poor, poor, o)
}

// only switches off every alert but those of one burn pair.
func only(pair string) slo.AlertsOff {
	off := []string{slo.AbsentAlert}
	for _, p := range budget.Pairs {
		if p.Name != pair {
			off = append(off, p.Name)
		}
	}
	return slo.AlertsOff(strings.Join(off, ","))
}

// The minutes are by hand. Of 60 requests a minute a share e fails from the minute on that
// fills the long window, w. That window then holds 60·e·m failures of 60·w requests m minutes
// later, and the alert is due when e·m/w > factor · 0.1 %; the short window, a twelfth, is
// above it long before. Slots of five minutes are due with the slot that ends then or later.
//
//	pair     factor  w, minutes  e      m >
//	1h/5m    14.4    60          0.2    4.32
//	6h/30m   6       360         0.05   43.2
//	1d/2h    3       1440        0.5    8.64
//	3d/6h    1       4320        0.5    8.64
//
// Ranges of PromQL were closed at both ends before Prometheus 3, so that an hour holds 61
// slots there, m > 4.39: none of the minutes is another for it.
func TestAlertsOfEachPairStartAtTheRightMinute(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pair         string
		window       int
		slot, scrape time.Duration
		share        float64
		silent, late int // minutes after the window is full
	}{
		{"1h/5m", 60, time.Minute, 15 * time.Second, 0.2, 4, 5},
		{"6h/30m", 360, time.Minute, 30 * time.Second, 0.05, 43, 44},
		{"1d/2h", 1440, 5 * time.Minute, 2 * time.Minute, 0.5, 5, 10},
		{"3d/6h", 4320, 5 * time.Minute, 2 * time.Minute, 0.5, 5, 10},
	} {
		t.Run(strings.ReplaceAll(c.pair, "/", " and "), func(t *testing.T) {
			t.Parallel()
			of := func(slug string, change func(*promrules.SLO)) promrules.SLO {
				return checkout(t, func(s *promrules.SLO) {
					s.Slug, s.Resolution, s.Alerts.Off = slug, c.slot, only(c.pair)
					if change != nil {
						change(s)
					}
				})
			}
			fine, failed := requests(c.scrape, c.window, c.late+6, c.share)
			w := world{step: c.slot, scrape: c.scrape, fine: fine, failed: failed}
			w.rules = []string{file(t, promrules.Evenkeel, of("pair", nil))}
			labels := []string{"evenkeel_slo"}
			if c.window < 1000 { // promtool takes long for days
				w.rules = append(w.rules, file(t, promrules.Sloth, of("pair", nil)), file(t, promrules.Evenkeel, of("off", func(s *promrules.SLO) { s.Alerts.Off = "page,ticket" })))
				labels = append(labels, "sloth_slo")
				w.alerts(`evenkeel_slo="off"`, c.window+c.late, false)
			}
			for _, label := range labels {
				w.alerts(label+`="pair"`, c.window, false)
				w.alerts(label+`="pair"`, c.window+c.silent, false)
				w.alerts(label+`="pair"`, c.window+c.late, true)
			}
			w.run(t)
		})
	}
}

// A little less than any factor asks for is no alert of any pair, however long it goes on:
// 0.59 % of the events are bad, where 6 · 0.1 % would be a page, and nothing is left of the
// ticket's 0.3 % when tickets are off.
func TestLessThanAnyFactorIsNoPage(t *testing.T) {
	t.Parallel()
	fine, failed := requests(time.Minute, 0, 400, 0.0059)
	w := world{step: 5 * time.Minute, scrape: time.Minute, fine: fine, failed: failed}
	w.rules = append(w.rules, file(t, promrules.Evenkeel, checkout(t, func(s *promrules.SLO) { s.Resolution = 5 * time.Minute })))
	w.alerts(`severity="page"`, 395, false)
	w.alerts(`severity="ticket"`, 395, true)
	w.run(t)
}

// Ten requests an hour, of which one failed: 10 % of the hour, which is far above 1.44 %.
// It is no page, for one failed request may be anything (SRE Workbook, chapter 5,
// "Low-Traffic Services and Error Budget Alerting"); without the guard it is one.
func TestOneFailureOfFewRequestsIsNoPage(t *testing.T) {
	t.Parallel()
	const quiet = 60
	w := world{step: time.Minute, scrape: 15 * time.Second, fine: fmt.Sprintf("0+%gx%d", 10.0/240, 4*(quiet+10)), failed: fmt.Sprintf("0+0x%d 1+0x%d", 4*quiet, 4*10)}
	guarded := func(slug string, least int64) promrules.SLO {
		return checkout(t, func(s *promrules.SLO) { s.Slug, s.Alerts.MinBadEvents, s.Alerts.Off = slug, least, "absent" })
	}
	w.rules = []string{file(t, promrules.Evenkeel, guarded("guarded", 3), guarded("open", 1)), file(t, promrules.Sloth, guarded("guarded", 3), guarded("open", 1))}
	for _, label := range []string{"evenkeel_slo", "sloth_slo"} {
		severity := `,alertname="SLOBudgetBurnPage"`
		w.alerts(label+`="guarded"`+severity, quiet+2, false)
		w.alerts(label+`="open"`+severity, quiet+2, true)
	}
	w.run(t)
}

// Nothing is measured after minute 20. With every event bad the budget's share of the
// fastest pair is spent in 14.4 · 0.1 % · 1 h = 52 seconds; before two slots nothing is late,
// so that it is told after two minutes, and one more where ranges are closed at both ends.
func TestEventsThatStayAwayAreTold(t *testing.T) {
	t.Parallel()
	const last = 20
	fine := fmt.Sprintf("0+15x%d", 4*last)
	w := world{step: time.Minute, scrape: 15 * time.Second, fine: fine, failed: fine}
	w.rules = []string{file(t, promrules.Evenkeel,
		checkout(t, func(s *promrules.SLO) { s.Labels["team"] = "{{ payments }}" }), checkout(t, func(s *promrules.SLO) { s.Slug, s.Alerts.Off = "off", "absent" }))}
	for minute, there := range map[int]bool{last: false, last + 1: false, last + 3: true} {
		w.alerts(`alertname="SLOEventsAbsent",evenkeel_slo="availability",team="{{ payments }}"`, minute, there)
	}
	w.alerts(`alertname="SLOEventsAbsent",evenkeel_slo="off"`, last+3, false)
	w.run(t)
}

// A share that is no number, as 0 ÷ 0 is in a quiet hour, is nothing: it would spoil the sum
// of the month that follows. By hand: forty minutes of 0.25 are 0.25.
func TestAShareThatIsNoNumberSpoilsNothing(t *testing.T) {
	t.Parallel()
	for _, names := range []promrules.Names{promrules.Evenkeel, promrules.Sloth} {
		rules := file(t, names, checkout(t, func(s *promrules.SLO) {
			s.Origin = origin.Origin{RawRatio: &origin.RawRatio{Query: "failed / all", Failure: true}}
		}))
		run(t, fmt.Sprintf(`rule_files: [%q]
evaluation_interval: 1m
tests:
- interval: 1m
  input_series:
  - {series: 'failed', values: '1x20 0x20 1x20'}
  - {series: 'all', values: '4x20 0x20 4x20'}
  promql_expr_test:
  - {expr: 'sum(slo:sli_error:ratio_rate30d)', eval_time: 60m, exp_samples: [{labels: '{}', value: 0.25}]}
  - {expr: 'count(slo:sli_error:ratio_rate5m > 0.24 < 0.26)', eval_time: 60m, exp_samples: [{labels: '{}', value: 1}]}
`, rules))
	}
}

// What is recorded, by hand: in minute 70 a fifth of 60 requests has failed for ten
// minutes, and so of the last five. The slot that has settled by minute 61 is that of the last
// quiet minute, the sixtieth.
func TestWhatIsRecorded(t *testing.T) {
	t.Parallel()
	fine, failed := requests(15*time.Second, 60, 20, 0.2)
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
  - {expr: 'slo:good_events:increase1m', eval_time: 70m, exp_samples: [{labels: 'slo:good_events:increase1m{%s}', value: 48}]}
  - {expr: 'slo:total_events:increase1m', eval_time: 70m, exp_samples: [{labels: 'slo:total_events:increase1m{%s}', value: 60}]}
  - {expr: 'slo:good_events:slot1m', eval_time: 70m, exp_samples: [{labels: 'slo:good_events:slot1m{%s}', value: 48}]}
  - {expr: 'slo:total_events:slot1m', eval_time: 70m, exp_samples: [{labels: 'slo:total_events:slot1m{%s}', value: 60}]}
  - {expr: 'slo:good_events:slot1m', eval_time: 61m, exp_samples: [{labels: 'slo:good_events:slot1m{%s}', value: 60}]}
  - {expr: 'slo:objective:ratio', eval_time: 70m, exp_samples: [{labels: 'slo:objective:ratio{%s}', value: 0.999}]}
  - {expr: 'slo:error_budget:ratio', eval_time: 70m, exp_samples: [{labels: 'slo:error_budget:ratio{%s}', value: 0.001}]}
  - {expr: 'slo:time_period:days', eval_time: 70m, exp_samples: [{labels: 'slo:time_period:days{%s}', value: 30}]}
  - {expr: 'round(slo:current_burn_rate:ratio, 1)', eval_time: 70m, exp_samples: [{labels: '{%s}', value: 200}]}
  - {expr: 'evenkeel_slo_info', eval_time: 70m, exp_samples: [{labels: 'evenkeel_slo_info{evenkeel_name="availability", evenkeel_objective="99.9", %s}', value: 1}]}
`, path, fmt.Sprintf(total, fine), fmt.Sprintf(bad, failed), of, of, of, of, of, of, of, of, of, of)
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

// world is two series of requests, the rules of SLOs over them, and which alerts are there
// when.
type world struct {
	step, scrape time.Duration
	fine, failed string
	rules        []string
	expected     strings.Builder
}

// alerts expects one alert with the labels at a minute, or none.
func (w *world) alerts(labels string, minute int, there bool) {
	samples := "[]"
	if there {
		samples = "[{labels: '{}', value: 1}]"
	}
	fmt.Fprintf(&w.expected, "  - {expr: 'count(ALERTS{%s, alertstate=\"firing\"})', eval_time: %dm, exp_samples: %s}\n", labels, minute, samples)
}

// run has promtool say whether it is so. Sloth's groups are evaluated one after the other in
// the test; in a Prometheus, an alert may be one evaluation later for that.
func (w *world) run(t *testing.T) {
	t.Helper()
	run(t, fmt.Sprintf("rule_files: [%s]\nevaluation_interval: %s\ngroup_eval_order: [sloth-slo-extra-rules-checkout-pair, sloth-slo-sli-recordings-checkout-pair, sloth-slo-alerts-checkout-pair]\ntests:\n- interval: %s\n  input_series:\n%s\n%s\n  promql_expr_test:\n%s",
		strings.Join(w.rules, ", "), w.step, w.scrape, fmt.Sprintf(total, w.fine), fmt.Sprintf(bad, w.failed), w.expected.String()))
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
