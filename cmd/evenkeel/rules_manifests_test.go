package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
)

// measuredWallet are SLOs of the service wallet by slug, in its order: what each has beside what all have, and
// how many recording rules and alerts it comes to. By hand: two numbers of events and two of slots, the latter
// not of groups, of failures and of native histograms, whose functions may give several values; seven shares, and one of the own window but of a calendar's and of one that
// is looked at already; seven figures, three less of a calendar's; two alerts of burning and one of absence.
var measuredWallet = []struct {
	slug, rest         string
	recordings, alerts int // none: rules cannot say it
}{
	{"adapter", "source: {dataSource: erp, adapter: {indicator: orders-paid}}", 0, 0},
	{"bad", `source: {dataSource: prometheus, ratio: {bad: 'sum(increase(r{code=~"5.."}[$window]))', total: 'sum(increase(r[$window]))'}}`, 19, 3},
	{"calendar", "source: {dataSource: prometheus, ratio: {good: 'sum(increase(g[$window]))', total: 'sum(increase(r[$window]))'}}\ncalendar: {period: month, startDate: \"2026-01-01\", timeZone: Europe/Berlin}", 15, 3},
	{"failures", "source: {dataSource: prometheus, rawRatio: {query: 'avg(f)', type: failure, weight: 'sum(increase(r[$window]))'}}", 17, 3},
	{"five", "resolutionSeconds: 300\n  source: {dataSource: prometheus, rawRatio: {query: 'avg(f)', type: success}}\nwindowDays: 3", 18, 3},
	{"grouped", "groupBy: region\n  maxGroups: 20\n  source: {dataSource: prometheus, ratio: {bad: 'sum by (region) (increase(b[$window]))', total: 'sum by (region) (increase(r[$window]))'}}", 17, 3},
	{"latency", `source: {dataSource: prometheus, latency: {metric: request_duration_seconds, selector: 'job="wallet"', thresholdSeconds: 0.3}}` + "\nalerts: {off: [ticket], minBadEvents: 7}", 19, 2},
	{"native", "source: {dataSource: prometheus, latency: {metric: request_duration_seconds, thresholdSeconds: 0.3, histogram: native}}", 17, 3},
	{"otlp", "source: {otlp: {metric: requests, bad: [{attribute: code, value: '500'}]}}", 0, 0},
	{"pushed", "", 0, 0},
	{"recorded", "source: {dataSource: prometheus, recorded: {good: a, total: b, labels: {slo: wallet}}}", 0, 0},
	{"slices", "source: {dataSource: prometheus, ratio: {bad: 'sum(increase(b[$window]))', total: 'sum(increase(r[$window]))'}}\nbudgeting: {method: timeslices, sliceTarget: 99%, sliceSeconds: 60}", 0, 0},
	{"threshold", "source: {dataSource: prometheus, threshold: {query: 'max(queue_length)', op: lte, value: 100}}", 19, 3},
}

func walletSLOOf(slug, rest string) string {
	indicator, beside, _ := strings.Cut(rest, "\n")
	for strings.HasPrefix(beside, "  ") {
		line, more, _ := strings.Cut(beside, "\n")
		indicator, beside = indicator+"\n"+line, more
	}
	return strings.Replace(walletSLO, "slug: availability\nname: Availability\n", "slug: "+slug+"\nname: 'The \"wallet\": "+slug+"'\n", 1) + "  " + indicator + "\n" + beside + "\n"
}

func TestRulesOfManifestsAreThoseOfAServerWithTheSameSLOs(t *testing.T) {
	t.Parallel()
	r := process.Start(t, process.Options{Dir: t.TempDir()})
	post(t, r, "/v1/data-sources", `{"slug":"prometheus","name":"Prometheus","kind":"prometheus","address":"http://127.0.0.1:9"}`)
	post(t, r, "/v1/data-sources", `{"slug":"erp","name":"ERP","kind":"adapter","address":"http://127.0.0.1:9"}`)
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "rules.yaml")
	text, line := walletTeam+"---\n"+walletService, 1+strings.Count(walletTeam+walletService, "\n")
	var left strings.Builder
	recordings, alerts := 0, 0
	file := filepath.Join(dir, "wallet.yaml")
	for _, s := range measuredWallet {
		one := "---\n" + walletSLOOf(s.slug, s.rest)
		why := ""
		switch {
		case s.slug == "slices":
			why = "it counts slices of time, and rules of Prometheus count events"
		case s.recordings == 0:
			why = "it is measured without queries of PromQL, and no rules can be made of it"
		case s.slug == "calendar":
			why = "no figures of the whole window are recorded: it is a calendar's, and PromQL has rolling windows alone"
		}
		if why != "" {
			fmt.Fprintf(&left, "%s:%d:1: document %d: wallet/%s: %s\n", file, line+2, 3+strings.Count(text, "kind: SLO"), s.slug, why)
		}
		text, line = text+one, line+strings.Count(one, "\n")
		recordings, alerts = recordings+s.recordings, alerts+s.alerts
	}
	write(t, file, text)
	environ := []string{"EVENKEEL_TOKEN=" + r.Token(), "EVENKEEL_SERVER=" + r.Base()}
	if code, stdout, stderr := evenkeel(t, environ, "apply", dir, "--yes"); code != 0 {
		t.Fatalf("applying ended with %d: %s%s", code, stdout, stderr)
	}
	for _, names := range []string{"evenkeel", "sloth"} {
		code, _, stderr := evenkeel(t, nil, "rules", "-i", dir, "-o", out, "--names", names)
		if code != 0 {
			t.Fatalf("it ended with %d: %s", code, stderr)
		}
		if want := left.String() + fmt.Sprintf("%s: %d recording rules and %d alerts\n", out, recordings, alerts); names == "evenkeel" && stderr != want {
			t.Errorf("it says\n%swant\n%s", stderr, want)
		}
		got, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		status, body := r.Get("/v1/services/wallet/prometheus-rules?names=" + names)
		comments, want, _ := strings.Cut(string(body), "groups:\n")
		// Sloth's label of how rules were made is another.
		want = "groups:\n" + strings.ReplaceAll(want, "sloth_mode: api-gen-prom", "sloth_mode: cli-gen-evenkeel")
		if status != 200 || string(got) != want {
			t.Errorf("with names of %s the rules are\n%s\nwant those of the server, %d\n%s", names, got, status, want)
		}
		if n := strings.Count(comments, "\n# wallet/") + 1; n != strings.Count(left.String(), "\n") {
			t.Errorf("the server leaves out\n%s\nand what is left out here is\n%s", comments, &left)
		}
		if said, err := exec.CommandContext(t.Context(), promtest.Tool(t), "check", "rules", out).CombinedOutput(); err != nil || !strings.Contains(string(said), "SUCCESS") {
			t.Errorf("promtool check rules: %v\n%s", err, said)
		}
	}
}

func TestRulesAreMadeOfDocumentsOfAllFormatsInOneFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	wallet := walletSLOOf("bad", measuredWallet[1].rest)
	file := filepath.Join(dir, "all.yaml")
	write(t, file, walletTeam+"---\n"+checkoutOpenSLO+"---\n"+walletService+"---\n"+wallet+"---\n"+requestsSLI+"---\n"+checkoutSloth+"---\n"+paymentsPolicy)
	code, stdout, stderr := evenkeel(t, nil, "rules", file)
	if code != 0 || stderr != "" {
		t.Fatalf("it ended with %d: %s", code, stderr)
	}
	var got []string
	for _, g := range readRules(t, stdout).Groups {
		got = append(got, g.Name)
	}
	if want := "evenkeel-checkout-availability evenkeel-wallet-bad evenkeel-checkout-requests-availability evenkeel-checkout-wifi"; strings.Join(got, " ") != want {
		t.Errorf("the groups are %v, want %s", got, want)
	}
	// The lines were counted by hand.
	for name, c := range map[string]struct{ text, want string }{
		"a kind of nobody":       {strings.Replace(wallet, "kind: SLO", "kind: SL0", 1), `:2:7: document 1: /kind: must be `},
		"a field of nobody":      {strings.Replace(wallet, "objective:", "objectve:", 1), `:6:11: document 1: /objectve: is not a known field`},
		"a goal that is none":    {strings.Replace(wallet, "99.9%", "100%", 1), `:6:12: document 1: /objective: `},
		"a query that is none":   {strings.Replace(wallet, "sum(increase(r[$window]))", "sum(increase(r[$window])", 1), `document 1: /indicator/source/ratio/total: `},
		"twice":                  {wallet + "---\n" + wallet, `:12:1: document 2: another SLO has the same service and name, in ` + file + `:1: `},
		"of OpenSLO twice":       {requestsSLI + "---\n" + checkoutOpenSLO + "---\n" + strings.NewReplacer("wallet\n", "checkout\n", "slug: bad", "slug: availability").Replace(wallet), `another SLO has the same service and name`},
		"nothing that rules say": {walletSLOOf("pushed", ""), "there is no SLO in what was read that rules can be made of"},
		"no SLO":                 {walletTeam + "---\n" + walletService, "there is no SLO in what was read that rules can be made of"},
	} {
		write(t, file, c.text)
		if code, stdout, stderr := evenkeel(t, nil, "rules", file); code != 1 || stdout != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%s ends with %d: %s%s, want %q", name, code, stdout, stderr, c.want)
		}
	}
}
