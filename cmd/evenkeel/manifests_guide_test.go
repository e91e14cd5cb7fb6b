package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
)

func TestTheGuidesToGitDoWhatTheySay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Symlink(process.Build(t), filepath.Join(dir, "evenkeel")); err != nil {
		t.Fatal(err)
	}
	r := process.Start(t, process.Options{Dir: t.TempDir()})
	post(t, r, "/v1/teams", `{"slug":"payments","name":"Payments"}`)
	post(t, r, "/v1/services", `{"slug":"checkout","name":"Checkout","team":"payments","kind":"http","tier":2}`)
	post(t, r, "/v1/services/checkout/slos", `{"slug":"availability","name":"Availability","objective":"99.9%","indicator":{"category":"availability"}}`)
	blocks := commands(t, "../../docs/how-to/keep-it-in-git.md")
	blocks = append(blocks, commands(t, "../../docs/how-to/plan-in-pull-requests.md")...)
	for i, b := range blocks { // its own words are no documents of JSON
		blocks[i] = "{\n" + b + "} >> said.txt\n"
	}
	follow(t, dir, blocks, strings.NewReplacer("http://127.0.0.1:8080", r.Base(), "ek_…", r.Token(), "evenkeel ", "./evenkeel "))
	said, err := os.ReadFile(filepath.Join(dir, "said.txt"))
	if err != nil {
		t.Fatal(err)
	}
	comment, err := os.ReadFile(filepath.Join(dir, "comment.md"))
	if err != nil {
		t.Fatal(err)
	}
	rest := string(said) + string(comment)
	for _, want := range []string{
		"= SLO checkout/availability (reliability/slos/checkout/availability.yaml:1)", "3 kept from now on", "+ SLO checkout/latency", "Done: 1 created, 0 changed, 0 ended", "0 to create, 0 to change, 0 to end; 4 as they should be",
		"- SLO checkout/latency", "Done: 0 created, 0 changed, 1 ended", "payments/SLO/checkout/availability", "keeps SLO/checkout/availability no more", "The set payments is removed.", "3 kept from now on", "ALLOW: a feature change to v2.14.0 of checkout", "| create | SLO | `checkout/latency` |",
	} {
		if !strings.Contains(rest, want) {
			t.Errorf("nobody says %q in\n%s", want, rest)
		}
	}
	if status, body := r.Get("/v1/services/checkout/slos/availability"); status != 200 || !strings.Contains(string(body), `"objective":"99.9%"`) {
		t.Errorf("what the set had is %d: %s", status, body)
	}
}
