package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
)

// shelf is a directory in which the programs that guides name are found, to be put before PATH.
func shelf(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, path := range map[string]string{"promtool": promtest.Tool(t), "evenkeel": process.Build(t)} {
		if err := os.Symlink(path, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return "export PATH=" + dir + ":$PATH\n"
}

func TestTheGuideToRulesDoesWhatItSays(t *testing.T) {
	t.Parallel()
	programs := shelf(t)
	r := process.Start(t, process.Options{Dir: t.TempDir()})
	post(t, r, "/v1/data-sources", `{"slug":"prometheus","name":"Prometheus","kind":"prometheus","address":"http://127.0.0.1:9"}`)
	post(t, r, "/v1/teams", `{"slug":"payments","name":"Payments"}`)
	post(t, r, "/v1/services", `{"slug":"checkout","name":"Checkout","team":"payments","kind":"http","tier":2}`)
	post(t, r, "/v1/services/checkout/slos", `{"slug":"availability","name":"Availability","objective":"99.9%","indicator":{"category":"availability","source":{"dataSource":"prometheus",
		"ratio":{"bad":"sum(increase(failed_total[$window]))","total":"sum(increase(requests_total[$window]))"}}}}`)
	dir := t.TempDir()
	slos := filepath.Join(dir, "slos")
	if err := os.Mkdir(slos, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(slos, "checkout.yaml"), checkoutOpenSLO+"---\n"+requestsSLI)
	write(t, filepath.Join(slos, "wallet.yaml"), walletService+"---\n"+walletSLOOf("bad", measuredWallet[1].rest)+"---\n"+walletSLOOf("pushed", ""))
	blocks := commands(t, "../../docs/how-to/install-the-prometheus-rules.md")
	blocks[0] = programs + "export EVENKEEL_TOKEN=" + r.Token() + "\n" + blocks[0]
	for _, b := range []int{1, 5} { // promtool's own words are no documents
		blocks[b] = strings.NewReplacer("-rules.yaml\n", "-rules.yaml >&2\n").Replace(blocks[b])
	}
	g := follow(t, dir, blocks, strings.NewReplacer("http://127.0.0.1:8080", r.Base()))
	if status := g.replies[3][0]["status"]; status != 304.0 {
		t.Errorf("who has the rules is answered %v", status)
	}
	if source, is := g.replies[4][0]["source"].(map[string]any); !is || source["slug"] != "prometheus" || g.replies[4][0]["recording"] != nil {
		t.Errorf("nothing answers, and the collection is %v", g.replies[4][0])
	}
	for name, want := range map[string]string{
		"checkout-rules.yaml": "evenkeel-checkout-availability", "all-rules.yaml": "evenkeel-checkout-availability", "objects.yaml": "name: slos-checkout\n  namespace: monitoring\n", "slo-rules.yaml": "evenkeel-wallet-bad",
	} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s has no %s (%v): %s", name, want, err, text)
		}
	}
}

func TestTheGuideFromSlothDoesWhatItSays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, d := range []string{"slos", "rules"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "slos", "checkout.yml"), checkoutSloth)
	blocks := commands(t, "../../docs/how-to/coming-from-sloth.md")
	blocks[0] = shelf(t) + blocks[0]
	blocks[1] = strings.Replace(blocks[1], "rules rules/*.yml\n", "rules rules/*.yml >&2\n", 1)
	blocks[1] = strings.Replace(blocks[1], "sort -u", "sort -u > records.txt", 1)
	follow(t, dir, blocks, strings.NewReplacer())
	text, err := os.ReadFile(filepath.Join(dir, "records.txt"))
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/how-to/coming-from-sloth.md")
	if err != nil {
		t.Fatal(err)
	}
	// Every metric that was written is named by the guide, but those of other windows in short.
	for line := range strings.Lines(string(text)) {
		metric := strings.TrimSpace(strings.TrimPrefix(line, "record: "))
		if !strings.HasPrefix(metric, "slo:sli_error:ratio_rate") && !strings.Contains(string(page), "`"+metric+"`") {
			t.Errorf("the guide does not name %s", metric)
		}
	}
	if n := strings.Count(string(text), "\n"); n != 19 { // two numbers of events and two of slots, eight shares, seven figures
		t.Errorf("%d metrics are written:\n%s", n, text)
	}
}
