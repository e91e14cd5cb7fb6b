package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
)

// pushed makes an SLO of 30 days with as many good ones of a hundred thousand events, of an hour ago.
func pushed(t *testing.T, r *process.Process, slug, objective string, good int) {
	t.Helper()
	post(t, r, "/v1/services/checkout/slos", fmt.Sprintf(`{"slug":%q,"name":%q,"objective":%q,"windowDays":30,"indicator":{"category":"availability"}}`, slug, slug, objective))
	if good < 0 {
		return
	}
	slot := time.Now().UTC().Truncate(5 * time.Minute).Add(-time.Hour).Format(time.RFC3339)
	body := fmt.Sprintf(`{"slots":[{"start":%q,"good":%d,"total":100000}]}`, slot, good)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.Base()+"/v1/services/checkout/slos/"+slug+"/measurements", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.Token())
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if said, err := io.ReadAll(res.Body); err != nil || res.StatusCode >= 300 {
		t.Fatalf("pushing is answered %d: %s (%v)", res.StatusCode, said, err)
	}
}

// The figures are worked by hand: 99,950 good ones of 100,000 are 99.95 %, and of an objective of 99.9 %
// half of the budget is left; 99,800 are 99.8 %, of an objective of 99.9 % one budget too much.
func TestParityComparesAnExportWithAServer(t *testing.T) {
	t.Parallel()
	r := process.Start(t, process.Options{Dir: t.TempDir()})
	post(t, r, "/v1/teams", `{"slug":"payments","name":"Payments"}`)
	post(t, r, "/v1/services", `{"slug":"checkout","name":"Checkout","team":"payments","kind":"http","tier":2}`)
	pushed(t, r, "availability", "99.9%", 99950)
	pushed(t, r, "latency", "99.9%", 99800)
	pushed(t, r, "quiet", "99.9%", -1)
	// Datadog and Grafana have no services: an SLO is found by its name, where one service has it.
	pushed(t, r, "checkout-answers", "99.9%", 99950)
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		write(t, path, text)
		return path
	}
	to := time.Now().UTC().Truncate(time.Second)
	from := to.AddDate(0, 0, -30).Format(time.RFC3339)
	end := to.Format(time.RFC3339)
	environ := []string{"EVENKEEL_TOKEN=" + r.Token(), "EVENKEEL_SERVER=" + r.Base()}
	run := func(args ...string) (int, string, string) {
		return evenkeel(t, environ, append([]string{"parity"}, args...)...)
	}

	same := file("same.csv", "service,slo,from,to,sli,good,total,budget_remaining\nCheckout,availability,"+from+","+end+",99.97%,,,70%\n")
	code, stdout, stderr := run("--export", same)
	if code != exitOK || stderr != "" {
		t.Fatalf("it ended with %d: %s%s", code, stdout, stderr)
	}
	for _, want := range []string{
		"checkout/availability      99.9700    99.9500  -0.0200  70.00         50.00  -20.00  the same\n", "checkout/latency           –", "missing there\n",
		"\n4 SLOs over 30 days: 1 the same, 3 missing there; SLIs may be 0.05 percentage points apart\n",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("there is no %q in\n%s", want, stdout)
		}
	}

	all := file("all.csv", "service,slo,from,to,sli\ncheckout,availability,"+from+","+end+",0.9995\nold,fast,"+from+","+end+",99.95%\ncheckout,quiet,,,\ncheckout,gone,,,1\n")
	names := file("names.csv", "theirs,ours\nold/fast,checkout/latency\n")
	code, stdout, stderr = run("--export", all, "--map", names, "-o", "json", "--tolerance", "0.1")
	if code != exitUsage || stderr != "" { // a difference
		t.Fatalf("it ended with %d: %s%s", code, stdout, stderr)
	}
	var report struct {
		Days      int
		Tolerance string
		Summary   map[string]int
		SLOs      []struct {
			Service, SLO, Verdict, SLIDifference, BudgetDifference, Why string
			Theirs, Ours                                                struct{ SliPercent, BudgetRemainingPercent, To string }
		}
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || report.Days != 30 || report.Tolerance != "0.1" || len(report.SLOs) != 5 {
		t.Fatalf("%v: %s", err, stdout)
	}
	var got []string
	for _, s := range report.SLOs {
		got = append(got, fmt.Sprintf("%s/%s %s %s here, %s there, off by %s, left %s", s.Service, s.SLO, s.Verdict, s.Ours.SliPercent, s.Theirs.SliPercent, s.SLIDifference, s.Ours.BudgetRemainingPercent))
	}
	want := []string{
		"checkout/availability same 99.9500 here, 99.9500 there, off by 0.0000, left 50.00",
		"checkout/latency differs 99.8000 here, 99.9500 there, off by -0.1500, left -100.00",
		"checkout/quiet unknown  here,  there, off by , left ",
		"checkout/gone missing_here  here, 100.0000 there, off by , left ",
		"checkout/checkout-answers missing_there  here,  there, off by , left ",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") || report.Summary["differs"] != 1 {
		t.Errorf("it tells\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}

	// 0.05 % of errors by Sloth's metric, asked of Prometheus at that time.
	sloth := file("sloth.json", fmt.Sprintf(`{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"slo:sli_error:ratio_rate30d","sloth_service":"checkout","sloth_slo":"availability","sloth_id":"checkout-availability"},"value":[%d,"0.0005"]}]}}`, to.Unix()))
	code, stdout, stderr = run("--export", sloth, "--format", "prometheus", "--tolerance", "0", "-o", "csv")
	if code != exitOK || stderr != "" || !strings.Contains(stdout, "checkout,availability,checkout-availability,99.9500,99.9500,0.0000,,50.00,,same,\n") {
		t.Errorf("it ended with %d: %s%s", code, stdout, stderr)
	}
	guidesCompare(t, r)
}

func TestParityTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bad, none := filepath.Join(dir, "bad.csv"), filepath.Join(dir, "none.csv")
	write(t, bad, "service,slo,from,to,sli\na,b,,,99.9\n")
	write(t, none, "service,slo,from,to,sli\n")
	environ := []string{"EVENKEEL_TOKEN=x", "EVENKEEL_SERVER=http://127.0.0.1:9"}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{nil, exitUsage, "there is no --export"},
		{[]string{"--export", bad, "--format", "excel"}, exitUsage, `--format "excel" is none of csv, datadog, nobl9, slo-generator or prometheus`},
		{[]string{"--export", bad, "--tolerance", "wide"}, exitUsage, `--tolerance "wide" is no number`},
		{[]string{"--export", bad, "--tolerance", "-1"}, exitUsage, `--tolerance "-1" is no number`},
		{[]string{"--export", bad, "--days", "91"}, exitUsage, "--days is 91, and has to be 1 to 90"},
		{[]string{"--export", bad, "-o", "xml"}, exitUsage, `--output "xml" is none of`},
		{[]string{"--export", bad, "extra"}, exitUsage, "unknown command"},
		{[]string{"--export", filepath.Join(dir, "gone")}, exitError, "read the export: open "},
		{[]string{"--export", bad}, exitError, bad + `:2:7: sli must be a share such as 0.9995`},
		{[]string{"--export", none}, exitError, "there is no figure over 30 days in"},
		{[]string{"--export", bad, "--map", none}, exitError, none + `:1:1: there is no column "service"`},
	} {
		code, stdout, stderr := evenkeel(t, environ, append([]string{"parity"}, c.args...)...)
		if code != c.code || stdout != "" || !strings.Contains(stderr, c.says) {
			t.Errorf("%v: it ended with %d: %q, %q", c.args, code, stdout, stderr)
		}
	}
	write(t, bad, "service,slo,from,to,sli\na,b,,,0.999\n")
	var out, errs bytes.Buffer
	p := &program{environ: environ, stdout: &out, stderr: &errs}
	if code := p.run(t.Context(), []string{"parity", "--export", bad}); code != exitError || !strings.Contains(errs.String(), "read the SLOs: ") {
		t.Errorf("without a server: %d, %q", code, errs.String())
	}
}
