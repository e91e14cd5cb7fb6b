package parity_test

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/parity"
)

const day = 24 * time.Hour

var end = time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)

// line writes a figure in percent, exactly.
func line(f parity.Figure) string {
	at := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.Format("01-02T15")
	}
	number := func(r *big.Rat) string {
		if r == nil {
			return "-"
		}
		return r.RatString()
	}
	return fmt.Sprintf("%s/%s %s %s..%s sli %s left %s of %s; %s/%s", f.Service, f.SLO, f.ID, at(f.From), at(f.To), number(f.SLI), number(f.Remaining), number(f.Objective), number(f.Good), number(f.Total))
}

func read(t *testing.T, format, text string, days int) []string {
	t.Helper()
	f, known := parity.FormatOf(format)
	if !known {
		t.Fatalf("there is no format %s", format)
	}
	got, err := f.Read([]byte(text), days)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, one := range got {
		out = append(out, line(one))
	}
	return out
}

// Shares are worked by hand as fractions: 99.95 % is 1999/2000, and of an objective of 99.9 % it leaves
// (0.9995 − 0.999) / 0.001 = 1/2.
func TestEachExportSaysTheSame(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		format, text string
		want         []string
	}{
		"a table": {
			"csv", "service,slo,from,to,sli,good,total,budget_remaining\nshop,checkout,2026-10-29,2026-11-28T00:00:00Z,99.95%,,,0.5\nshop,\"a, b\",,,,9995,10000,-20%\n",
			[]string{"shop/checkout  10-29T00..11-28T00 sli 1999/2000 left 1/2 of -; -/-", "shop/a, b  -..- sli 1999/2000 left -1/5 of -; 9995/10000"},
		},
		"a table with objectives": {
			"csv", "\ufeffservice,slo,from,to,sli,objective,id\nshop,checkout,,,0.9995,99.9%,x\n", []string{"shop/checkout x -..- sli 1999/2000 left 1/2 of 999/1000; -/-"},
		},
		"Datadog": {
			"datadog", `{"slo_id": "abc", "data": {"from_ts": 1793232000, "to_ts": 1795824000, "type": "metric", "overall": {"name": "Checkout", "sli_value": 99.95, "error_budget_remaining": {"7d": 1, "30d": 50.0}},
				"series": {"numerator": {"sum": 9995.0}, "denominator": {"sum": 10000}}, "thresholds": {"30d": {"target": 99.9}}}, "errors": null}`,
			[]string{"/Checkout abc 10-29T00..11-28T00 sli 1999/2000 left 1/2 of 999/1000; 9995/10000"},
		},
		"Datadog of several, without data": {
			"datadog", `{"slo_id": "a", "data": {"overall": {"sli_value": null}}}` + "\n" + `{"slo_id": "b", "data": {"overall": {"sli_value": 100}}}` + "\n",
			[]string{"/ a -..- sli - left - of -; -/-", "/ b -..- sli 1 left - of -; -/-"},
		},
		"Nobl9, version 2": {
			"nobl9", `{"data": [{"name": "checkout", "project": {"name": "shop"}, "service": {"name": "api"}, "objectives": [{"name": "good", "target": 0.999, "reliability": 0.9995, "counts": {"good": 9995, "total": 10000}}, {"name": "slow", "target": 0.9}]}], "links": {}}`,
			[]string{"api/checkout-good shop/checkout/good -..- sli 1999/2000 left 1/2 of 999/1000; 9995/10000", "api/checkout-slow shop/checkout/slow -..- sli - left - of 9/10; -/-"},
		},
		"Nobl9, version 1": {
			"nobl9", `{"data": [{"name": "checkout", "project": "shop", "service": "api", "objectives": [{"name": "good", "target": 0.999, "reliability": 0.9995}]}]}`,
			[]string{"api/checkout-good shop/checkout/good -..- sli 1999/2000 left 1/2 of 999/1000; -/-"},
		},
		"slo-generator, of which one window is of 30 days": {
			"slo-generator", `{"name": "shop-checkout-availability", "metadata": {"name": "shop-checkout-availability", "labels": {"service_name": "shop", "feature_name": "checkout", "slo_name": "availability"}}, "window": 3600, "timestamp": 1795824000, "sli_measurement": 1, "goal": 0.999, "valid": true}
{"name": "shop-checkout-availability", "metadata": {"labels": {"service_name": "shop", "feature_name": "checkout", "slo_name": "availability"}}, "window": 2592000, "timestamp": 1795824000, "sli_measurement": 0.9995, "goal": 0.999, "good_events_count": 9995, "bad_events_count": 5}
{"service_name": "shop", "feature_name": "search", "slo_name": "latency", "window": 2592000, "timestamp": 1795824000, "sli_measurement": 0.9995, "good_events_count": -1, "bad_events_count": -1}
{"name": "x", "valid": false, "errors": ["no"]}
`,
			[]string{"shop/checkout-availability shop-checkout-availability 10-29T00..11-28T00 sli 1999/2000 left 1/2 of 999/1000; 9995/10000", "shop/search-latency shop-search-latency 10-29T00..11-28T00 sli 1999/2000 left - of -; -/-"},
		},
		"Sloth's metric": {
			"prometheus", `{"status": "success", "data": {"resultType": "vector", "result": [
				{"metric": {"__name__": "slo:sli_error:ratio_rate30d", "sloth_id": "shop-checkout", "sloth_service": "shop", "sloth_slo": "checkout"}, "value": [1795824000.25, "0.0005"]},
				{"metric": {"__name__": "slo:sli_error:ratio_rate30d", "sloth_id": "shop-quiet", "sloth_service": "shop", "sloth_slo": "quiet"}, "value": [1795824000, "NaN"]},
				{"metric": {"__name__": "slo:sli_error:ratio_rate1h", "sloth_id": "shop-checkout", "sloth_service": "shop", "sloth_slo": "checkout"}, "value": [1795824000, "1"]}]}}`,
			[]string{"shop/checkout shop-checkout 10-29T00..11-28T00 sli 1999/2000 left - of -; -/-", "shop/quiet shop-quiet 10-29T00..11-28T00 sli - left - of -; -/-"},
		},
		"Pyrra's and Grafana's metrics": {
			"prometheus", `{"data": {"result": [{"metric": {"__name__": "pyrra_availability", "namespace": "shop", "slo": "errors"}, "value": [1795824000, "0.9995"]}, {"metric": {"slo": "errors", "service": "api"}, "value": [1795824000, "1"]}, {"metric": {"slo_uuid": "u", "slo_name": "Checkout"}, "value": [1795824000, "1"]}]}}`,
			[]string{"shop/errors shop/errors 10-29T00..11-28T00 sli 1999/2000 left - of -; -/-", "api/errors errors 10-29T00..11-28T00 sli 1 left - of -; -/-", "/Checkout u 10-29T00..11-28T00 sli 1 left - of -; -/-"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := read(t, c.format, c.text, 30); strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("it says\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestWhatIsWrongInAnExportIsToldAtItsLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ format, text, want string }{
		{"csv", "", "1:1: the column service is missing"},
		{"csv", "service,slo,from,to,sli,what\n", "1:25: there is no column \"what\""},
		{"csv", "service,slo,from,to,sli\na,b,,\n", "2:1: wrong number of fields"},
		{"csv", "service,slo,from,to,sli,SLI\n", "1:25: there are two columns \"sli\""},
		{"csv", "service,slo,from,to,sli\na,,,,1\na,b,,\n", "2:3: slo is required\n3:1: wrong number of fields"},
		{"csv", "service,slo,from,to,sli\na,,,,99.9\na,b,soon,,1\n", "2:3: slo is required\n2:6: sli must be a share such as 0.9995, or a percentage with its sign such as 99.95% (it is \"99.9\")\n3:5: from must be a time"},
		{"csv", "service,slo,from,to,sli,good,total,budget_remaining\na,b,,,1,-1,many,half\n", "2:9: good must be a number of events (it is \"-1\")\n2:12: total must be a number of events (it is \"many\")\n2:17: budget_remaining must be a share"},
		{"datadog", `{"data": {"overall": {"sli_value": 1}}}`, "must say which SLO it is of"},
		{"datadog", `{"data": {}}`, "/data/overall: is required"},
		{"nobl9", `{"data": [{"objectives": []}]}`, "/data/0/name: is required"},
		{"slo-generator", `{"window": 1}`, "must say which SLO it is of"},
		{"slo-generator", "{\"name\": \"a\"}\n{\"name\": \"a\", \"window\": \"x\"}\n", "2:25: /window: must be a whole number"},
		{"slo-generator", "{\"name\": \"a\", \"window\": 2592000, \"sli_measurement\": \"high\"}\n", "1:53: /sli_measurement: must be a number"},
		{"prometheus", `{"status": "error", "error": "no"}`, "/status: tells that the query was refused"},
		{"prometheus", `{"data": {"result": [{"metric": {"__name__": "slo:objective:ratio", "sloth_id": "a"}, "value": [1, "0.99"]}]}}`, "/data/result/0/metric: must be slo:sli_error:ratio_rate of Sloth with its window, and is slo:objective:ratio"},
		{"prometheus", `{"data": {"resultType": "matrix", "result": []}}`, "/data/resultType: must be vector"},
		{"prometheus", `{"data": {"result": [{"metric": {"job": "a"}, "value": [1, "1"]}, {"metric": {"slo": "a"}, "value": [1]}, {"metric": {"slo": "a"}, "value": [1, "2"]}]}}`, "/data/result/0/metric: must have the labels of Sloth"},
	} {
		f, _ := parity.FormatOf(c.format)
		_, err := f.Read([]byte(c.text), 30)
		var wrong *yamldoc.Error
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: %v, want %s", c.format, c.text, err, c.want)
		}
	}
}

func TestFiguresMeetTheirSLOs(t *testing.T) {
	t.Parallel()
	mapping, err := parity.ReadMapping([]byte("theirs,ours\nabc,shop/checkout\nold/name,shop/search\ngone,shop/nowhere\n"))
	if err != nil {
		t.Fatal(err)
	}
	here := []parity.Name{{"shop", "checkout"}, {"shop", "search"}, {"shop", "only-here"}, {"api", "errors"}, {"api", "errors-slow"}, {"pay", "errors"}, {"other", "alone"}}
	pairs, rest := parity.Match([]parity.Figure{
		{ID: "abc", SLO: "Whatever"}, {Service: "old", SLO: "name"}, {ID: "gone"}, {Service: "Shop", SLO: "Check_out"}, {Service: "SHOP", SLO: "Checkout"},
		{Service: "api", SLO: "errors-slow", Also: []string{"errors"}}, {Service: "api", SLO: "errors-good", Also: []string{"errors"}}, {SLO: "Search"}, {SLO: "errors"}, {SLO: "nothing"},
	}, here, mapping)
	var got []string
	for _, p := range pairs {
		if p.Here != nil {
			got = append(got, p.Here.String())
			continue
		}
		got = append(got, p.Why)
	}
	want := []string{
		"shop/checkout", "shop/search", "is mapped to shop/nowhere, which is not there", "there is no SLO shop/check-out", "shop/checkout",
		"api/errors-slow", "api/errors", "shop/search", "several services have an SLO errors: map it", "there is no SLO nothing in any service",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("they meet\n%s", strings.Join(got, "\n"))
	}
	if len(rest) != 1 || rest[0].String() != "shop/only-here" {
		t.Errorf("alone are %v", rest)
	}
	for text, want := range map[string]string{"theirs\n": "the column ours is missing", "theirs,ours\na,b\n": "2:3: ours must be service/slo", "theirs,ours\na,b/c\na,b/d\n": "3:1: \"a\" is there twice", "theirs,ours\n,b/c\n": "theirs is required"} {
		if _, err := parity.ReadMapping([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func rat(text string) *big.Rat {
	if text == "" {
		return nil
	}
	r, _ := parity.ShareOf(text)
	return r
}

// With an objective of 99.9 % a budget is 0.1 % of events: 0.05 points of SLI are 50 points of it.
func TestVerdictsAreExact(t *testing.T) {
	t.Parallel()
	here := &parity.Name{Service: "shop", SLO: "checkout"}
	for name, c := range map[string]struct {
		theirs, theirLeft, ours, ourLeft string
		window                           time.Duration
		want                             string
	}{
		"the same":                         {"99.95%", "50%", "99.95%", "50%", 30 * day, "same 0.0000 0.00 "},
		"at the tolerance":                 {"99.90%", "0%", "99.95%", "50%", 30 * day, "same 0.0500 50.00 "},
		"beyond it by a hair":              {"99.8999999%", "", "99.95%", "50%", 30 * day, "differs 0.0500  the SLI"},
		"below it":                         {"99.99%", "", "99.9500001%", "", 30 * day, "same -0.0400  "},
		"another objective":                {"99.95%", "90%", "99.95%", "30%", 30 * day, "differs 0.0000 -60.00 the budget: the objectives differ, or how it is counted"},
		"nothing here":                     {"99.95%", "", "", "", 30 * day, "no_data_here   "},
		"nothing there":                    {"", "", "99.95%", "50%", 30 * day, "no_data_there   "},
		"nothing":                          {"", "", "", "", 30 * day, "unknown   "},
		"another window":                   {"99.95%", "", "99.95%", "", 28 * day, "other_window   theirs is over 30 days, and the SLO's window is 28 days"},
		"of the calendar":                  {"99.95%", "", "99.95%", "", 0, "other_window   theirs is over 30 days, and the SLO's window is of the calendar"},
		"a window by the clock of a place": {"99.95%", "", "99.95%", "", 30*day + time.Hour, "same 0.0000  "},
		"a difference that is rounded":     {"99.95%", "", "99.94999999%", "", 30 * day, "same 0.0000  "},
	} {
		ours := &parity.Ours{Figure: parity.Figure{SLI: rat(c.ours), Remaining: rat(c.ourLeft), Objective: rat("99.9%")}, Window: c.window}
		row := parity.Judge(parity.Pair{Theirs: parity.Figure{From: end.Add(-30 * day), To: end, SLI: rat(c.theirs), Remaining: rat(c.theirLeft)}, Here: here}, ours, big.NewRat(5, 100))
		if got := fmt.Sprintf("%s %s %s %s", row.Verdict, parity.Decimal(row.SLI, 4), parity.Decimal(row.Budget, 2), row.Why); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	missing := parity.Judge(parity.Pair{Theirs: parity.Figure{Service: "shop", SLO: "x"}, Why: "there is none"}, nil, big.NewRat(1, 1))
	report := parity.Report{Rows: append([]parity.Row{missing}, parity.Alone([]parity.Name{*here})...)}
	if missing.Verdict != parity.MissingHere || missing.Name.String() != "shop/x" || !report.Differs() || report.Count(parity.MissingThere) != 1 {
		t.Errorf("%+v", report)
	}
	if report.Rows = report.Rows[1:]; report.Differs() {
		t.Error("an SLO that is only here is a difference")
	}
}

func FuzzRead(f *testing.F) {
	for i, text := range []string{"service,slo,from,to,sli\na,b,2026-01-01,,1\n", `{"data": {"overall": {"sli_value": 1}}}`, `{"data": [{"name": "a", "objectives": [{}]}]}`, "{\"name\": \"a\"}\n{}\n", `{"data": {"result": [{"metric": {}, "value": [1, "NaN"]}]}}`} {
		f.Add(i, text)
	}
	f.Fuzz(func(t *testing.T, i int, text string) {
		format := parity.Formats[((i%len(parity.Formats))+len(parity.Formats))%len(parity.Formats)]
		var wrong *yamldoc.Error
		if _, err := format.Read([]byte(text), 30); err != nil && !errors.As(err, &wrong) {
			t.Errorf("%s %q: %v", format.Name, text, err)
		}
		if _, err := parity.ReadMapping([]byte(text)); err != nil && !errors.As(err, &wrong) {
			t.Errorf("a mapping of %q: %v", text, err)
		}
	})
}
