package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/openapi/client"
)

const (
	walletTeam = `apiVersion: evenkeel/v1
kind: Team
slug: wallets
name: Wallets
`
	walletService = `apiVersion: evenkeel/v1
kind: Service
slug: wallet
name: Wallet
team: wallets
type: http
tier: 2
`
	walletSLO = `apiVersion: evenkeel/v1
kind: SLO
service: wallet
slug: availability
name: Availability
objective: 99.9%
indicator:
  category: availability
`
)

// What is expected was written down from the manifests, by hand.
func TestManifestsArePlannedAppliedShownExportedAndDeleted(t *testing.T) {
	t.Parallel()
	r := process.Start(t, process.Options{Dir: t.TempDir()})
	environ := []string{"EVENKEEL_TOKEN=" + r.Token(), "EVENKEEL_SERVER=" + r.Base()}
	dir := t.TempDir()
	run := func(want int, args ...string) string {
		t.Helper()
		code, stdout, stderr := evenkeel(t, environ, args...)
		if code != want {
			t.Fatalf("%q ended with %d, want %d: %s%s", args, code, want, stdout, stderr)
		}
		return stdout + stderr
	}
	says := func(out string, wants ...string) {
		t.Helper()
		for _, want := range wants {
			if !strings.Contains(out, want) {
				t.Errorf("it says\n%s\nwant %q", out, want)
			}
		}
	}
	in := func(path string) string { return filepath.Join(dir, path) }
	for _, d := range []string{"services", ".git"} {
		if err := os.Mkdir(in(d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, in("team.txt"), walletTeam) // no file of the directory's set: the team is to stay
	says(run(0, "apply", in("team.txt"), "--yes"), "Done: 1 created")
	write(t, in("ledger.yaml"), strings.NewReplacer("wallet\n", "ledger\n", "Wallet", "Ledger").Replace(walletService))
	write(t, in("services/wallet.yml"), walletService+"---\n"+walletSLO)
	write(t, in(".git/config.yaml"), "not: [ours")
	write(t, in("README.md"), "# Reliability")
	write(t, filepath.Join(filepath.Dir(r.Dir()), "outside.yaml"), "not: [ours")
	if err := os.Symlink(filepath.Join(filepath.Dir(r.Dir()), "outside.yaml"), in("outside.yaml")); err != nil {
		t.Fatal(err)
	}
	set := []string{dir, "--set", "wallets"}
	plan := func(want int, more ...string) string {
		return run(want, append(append([]string{"plan"}, set...), more...)...)
	}
	apply := func(want int, more ...string) string {
		return run(want, append(append([]string{"apply"}, set...), more...)...)
	}

	saved := in("plan.json")
	out := plan(2, "--save", saved)
	if want := "+ Service ledger (" + in("ledger.yaml") + ":1)\n+ Service wallet (" + in("services/wallet.yml") + ":1)\n+ SLO wallet/availability (" + in("services/wallet.yml") + ":9)\n3 to create, 0 to change, 0 to end; 0 as they should be.\n"; out != want {
		t.Errorf("the plan is\n%s\nwant\n%s", out, want)
	}
	says(plan(2, "--detail"), "    /objective: \"99.9%\"\n")
	says(plan(2, "-o", "json"), `"action": "create"`, `"digest": "`)
	says(apply(1), "there is no terminal to ask on: give --yes; nothing was done")
	says(apply(1, "--yes", "--digest", "0000"), "what would be done is not what was planned")
	says(apply(0, "--yes", "--plan-file", saved), "Done: 3 created, 0 changed, 0 ended; 0 as they should be.\n")
	says(apply(0), "Done: 0 created, 0 changed, 0 ended; 3 as they should be.\n") // there is nothing to ask
	says(apply(0, "--plan-file", saved), "Done: 0 created, 0 changed, 0 ended; 3 as they should be.\n")
	says(apply(1, "--digest", "0000"), "what would be done is not what was planned")
	says(plan(2, "--source", "https://example.org/r"), "~ ManifestSet wallets\n    /source: \"https://example.org/r\"\n0 to create, 1 to change, 0 to end; 3 as they should be.\n")
	says(plan(2, "--source", "https://example.org/r", "-o", "markdown"), "| change | ManifestSet | `wallets` |  |\n")
	says(plan(0), "0 to create, 0 to change, 0 to end; 3 as they should be.\n")

	// What is wrong is told at its place; what the server alone knows, too.
	write(t, in("services/wallet.yml"), strings.Replace(walletService, "wallets", "nobody", 1)+"---\n"+walletSLO)
	says(plan(1), in("services/wallet.yml")+":5:7: /team: ", "1 refused, so that nothing can be done")
	write(t, in("services/wallet.yml"), strings.Replace(walletService, "tier: 2", "teer: 2", 1)+"---\n"+walletSLO)
	says(plan(1), in("services/wallet.yml")+":7:7: /teer: is not a known field")
	long := "    Who is asked, and when: the team, by day and by night.\n    And nobody else.\n"
	write(t, in("services/wallet.yml"), strings.Replace(walletService, "tier: 2", "tier: 1\ndescription: |\n"+long, 1)+"---\n"+strings.Replace(walletSLO, "99.9%", "99.95%", 1))
	says(plan(2), "~ Service wallet (", "    /tier: 2 → 1\n", "    /description:\n      @@ -0,0 +1,2 @@\n      +Who is asked, and when: the team, by day and by night.\n      +And nobody else.\n", `    /objective: "99.9%" → "99.95%"`+"\n", "0 to create, 2 to change, 0 to end; 1 as they should be.\n")
	says(plan(2, "-o", "markdown"), "### Evenkeel: 0 to create, 2 to change", "| change | Service | `wallet` |", "<details>")
	apply(0, "--yes")

	says(run(0, "get"), "SET", "wallets", "DRIFTED", "  0  ")
	says(run(0, "get", "sets", "-o", "yaml"), "slug: wallets\n")
	says(run(0, "get", "manifests", "wallets"), "wallets/SLO/wallet/availability", "as applied")
	says(run(0, "get", "wallets/SLO/wallet/availability", "-o", "yaml"), "objective: 99.95%\n")
	says(run(2, "get", "wallets"), `"wallets" is none of sets, manifests SET, SET/KIND/NAME, and services, slos, teams, violations, incidents, scorecards`)
	says(run(2, "release", "wallets", "SLO/wallet/availability"), "--reason is needed")
	says(run(0, "release", "wallets", "SLO/wallet/availability", "--reason", "It pages everybody."), "keeps SLO/wallet/availability no more")
	says(run(0, "get", "wallets/SLO/wallet/availability"), "released", "It pages everybody.")
	apply(0, "--yes")

	// What cannot be compared any more is told as that: an e-mail that was one person's is another's too.
	post(t, r, "/v1/people", `{"displayName":"Grace","email":"grace@example.org","subject":"grace"}`)
	write(t, in("locks.txt"), "apiVersion: evenkeel/v1\nkind: Team\nslug: locks\nissueAssignee: grace@example.org\n")
	run(0, "apply", in("locks.txt"), "--set", "locks", "--yes")
	post(t, r, "/v1/people", `{"displayName":"Grace","email":"grace@example.org","subject":"grace.m"}`)
	post(t, r, "/v1/jobs/compare-manifests/runs", "")
	says(run(0, "get", "locks/Team/locks"), "it cannot be compared any more: /issueAssignee is the e-mail of 2 people: say the identifier of one of them\n")
	run(0, "delete", "locks", "--keep", "--yes")

	there := filepath.Join(t.TempDir(), "reliability")
	run(0, "export", "--set", "wallets", "--dir", there)
	for path, want := range map[string]string{"services/ledger.yaml": "name: Ledger\n", "services/wallet.yaml": "tier: 1\n", "slos/wallet/availability.yaml": "service: wallet\n"} {
		if text, err := os.ReadFile(filepath.Join(there, path)); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s is %q, %v", path, text, err)
		}
	}
	says(run(1, "export", "--set", "wallets", "--dir", there), "is there already: give --force")
	says(run(0, "plan", there, "--set", "wallets"), "3 as they should be")
	says(run(0, "export", "--kind", "SLO", "--service", "wallet"), "slug: availability\n")
	says(run(1, "export", "--team", "nobody"), "query.team: names nothing that exists")
	says(run(2, "export", "--kind", "Slo"), "--kind must be")

	// What the files say no more is left, or ends with --prune.
	write(t, in("services/wallet.yml"), strings.Replace(walletService, "tier: 2", "tier: 1\ndescription: |\n"+long, 1))
	says(plan(0), ". SLO wallet/availability", "1 are said no more and left")
	says(plan(2, "--prune"), "- SLO wallet/availability (", "0 to create, 0 to change, 1 to end; 2 as they should be.\n")
	says(run(1, "delete", "wallets"), "there is no terminal to ask on")
	says(run(0, "delete", "wallets", "--yes"), "- Service ledger", "The set wallets is removed.\n")
	says(run(1, "delete", "wallets", "--yes"), "404")
	if out := run(0, "get"); strings.Contains(out, "wallets") {
		t.Errorf("the set is there: %s", out)
	}
}

// hostile is what people can type, and a comment or a terminal would act on.
const hostile = "`@team` <b>[x](https://evil.example)</b> | a ``` \x1b[31m #1"

func TestAPlanAsMarkdownHasWhatPeopleTypedStandAsCode(t *testing.T) {
	t.Parallel()
	before := "a"
	var out strings.Builder
	writePlanMarkdown(&out, client.ManifestPlan{Changed: 1, Counts: map[string]int64{"update": 1}, Steps: []client.ManifestStep{{
		Action: "update", Kind: "Campaign", Name: hostile, Path: hostile, Line: 3, Fields: []client.ManifestField{{Name: "/why", Before: before, After: hostile}},
	}}}, nil)
	text := out.String()
	// CommonMark: what stands between as many backticks as open it is code, and a block ends with as many as begin it or
	// more. Three stand in a row in the text, so four do.
	for _, want := range []string{"| change | Campaign | ```` `@team`", " ```` | ```` `@team`", "````text\n", "\n````\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "\x1b") {
		t.Errorf("an escape is in %q", text)
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "| change") && strings.Count(line, "|") != 5 {
			t.Errorf("a cell is broken by a bar: %s", line)
		}
	}
}

func TestATerminalIsToldNothingThatItWouldActOn(t *testing.T) {
	t.Parallel()
	var out, told strings.Builder
	p := &program{stdout: &out, stderr: &told}
	err := p.tellPlan(bringing{output: "text"}, client.ManifestPlan{Steps: []client.ManifestStep{{
		Action: "update", Kind: "Campaign", Name: hostile, Path: "a\x1b[2J.yaml", Fields: []client.ManifestField{{Name: "/why\x07", Before: "a\u202eb\nc\x1b]0;x\x07", After: hostile + "\n" + hostile}},
		Refused: &client.ManifestRefusal{Message: "no\x1b[0m"},
	}}}, nil)
	if text := out.String() + told.String(); err != nil || strings.ContainsAny(text, "\x1b\x07\u202e") {
		t.Errorf("it is told %q, %v", text, err)
	}
}

// What a scorecard would come to is worked out by hand: the program's own service has documentation and four SLOs or fewer
// than a thousand.
func TestAPlanTellsWhichServicesAScorecardWouldHaveLoseALevel(t *testing.T) {
	t.Parallel()
	r := process.Start(t, process.Options{Dir: t.TempDir()})
	environ := []string{"EVENKEEL_TOKEN=" + r.Token(), "EVENKEEL_SERVER=" + r.Base()}
	file := filepath.Join(t.TempDir(), "readiness.yaml")
	run := func(want int, args ...string) string {
		t.Helper()
		code, stdout, stderr := evenkeel(t, environ, args...)
		if code != want {
			t.Fatalf("%q ended with %d, want %d: %s%s", args, code, want, stdout, stderr)
		}
		return stdout + stderr
	}
	for was, c := range map[string]struct{ now, want string }{
		"passes: hasDocs":  {"passes: hasDoks", ":13:13: /checks/0/passes: there is no fact \"hasDoks\""},
		"kind: Scorecard":  {"kind: Card", ":2:7: /kind: must be "},
		"passes: hasDocs ": {"tier: 9\n    passes: hasDocs ", ":13:11: /checks/0/tier: "},
	} {
		text := strings.Replace(readiness, strings.TrimSpace(was), strings.TrimSpace(c.now), 1)
		write(t, file, text)
		if out := run(1, "plan", file); !strings.Contains(out, file+c.want) {
			t.Errorf("of %q it says %q", c.now, out)
		}
	}
	write(t, file, readiness)
	if out := run(2, "plan", file, "--detail"); !strings.Contains(out, "    it is for 1 of 1 services; ") {
		t.Errorf("of a new one it says %q", out)
	}
	run(0, "apply", file, "--yes")
	run(0, "scorecard", "check", "evenkeel", "--scorecard", "readiness", "--level", "Silver", "--fresh")
	write(t, file, strings.Replace(readiness, "least: 1\n", "least: 1000\n", 1))
	if out := run(2, "plan", file, "--detail"); !strings.Contains(out, "1 would lose one\n      evenkeel (platform): Silver -> Bronze\n      check declared: 1 pass -> fail\n") || !strings.Contains(out, "    /checks/1/parameters/least: 1 → 1000\n") {
		t.Errorf("of what is harder it says %q", out)
	}
}
