package builtin_test

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/builtin"
	"github.com/evenkeel/evenkeel/scorecards/document"
	"github.com/evenkeel/evenkeel/scorecards/given"
)

// row is a line of the table "The built-in production-readiness scorecard" of the product's
// reference: strictest tier (0 for all), level, and whether the starter profile has it.
type row struct {
	id      string
	tier    int
	level   string
	starter bool
}

var table = []row{
	{"owner-team", 0, "Bronze", true}, {"documented", 0, "Bronze", true}, {"on-call", 2, "Bronze", true}, {"slo-declared", 0, "Bronze", true},
	{"sli-kinds", 2, "Silver", false}, {"sli-fresh", 0, "Bronze", true}, {"slo-reviewed", 3, "Silver", false}, {"budget-policy", 2, "Silver", true},
	{"budget-left", 3, "Silver", false}, {"burn-alerts", 2, "Silver", false}, {"slo-within-dependencies", 1, "Gold", false}, {"golden-signals", 3, "Silver", true},
	{"dashboard", 0, "Bronze", false}, {"runbooks", 2, "Silver", true}, {"runbooks-reviewed", 2, "Gold", false}, {"incident-load", 2, "Gold", false},
	{"postmortems", 0, "Bronze", true}, {"large-incident-postmortems", 2, "Silver", false}, {"actions-in-time", 0, "Silver", true}, {"no-repeats", 2, "Gold", false},
	{"incident-drill", 2, "Gold", false}, {"toil-reported", 3, "Silver", false}, {"toil-bounded", 3, "Silver", true}, {"toil-automation", 2, "Gold", false},
	{"staged-rollout", 2, "Silver", false}, {"rollback-tested", 2, "Silver", false}, {"canary-gated", 1, "Gold", false}, {"gate-asked", 1, "Gold", false},
	{"load-tested", 2, "Silver", false}, {"headroom", 1, "Gold", false}, {"dependencies-complete", 0, "Bronze", true}, {"dependencies-promise", 1, "Silver", false},
	{"retries", 3, "Silver", false}, {"breakers", 2, "Gold", false}, {"load-shedding", 2, "Silver", false}, {"chaos-experiment", 1, "Gold", false},
	{"restore-drill", 2, "Silver", false}, {"llm-evaluated", 3, "Silver", false},
}

func TestTheScorecardsThatShipAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	all, err := builtin.All()
	if err != nil || len(all) != 2 {
		t.Fatalf("%d ship: %v", len(all), err)
	}
	var starter []row
	for i, r := range table {
		if i >= len(all[0].Checks) {
			break
		}
		if c := all[0].Checks[i]; c.ID != r.id || c.Tier != r.tier || c.Level != r.level {
			t.Errorf("check %d is %s of tier %d and level %s, want %+v", i+1, c.ID, c.Tier, c.Level, r)
		}
		if r.starter {
			starter = append(starter, r)
		}
	}
	if len(all[0].Checks) != 38 || len(all[1].Checks) != 12 {
		t.Errorf("%d and %d checks, want 38 and 12", len(all[0].Checks), len(all[1].Checks))
	}
	for _, r := range starter {
		if !slices.ContainsFunc(all[1].Checks, func(c scorecards.Check) bool { return c.ID == r.id }) {
			t.Errorf("the starter lacks %s", r.id)
		}
	}
	for _, c := range all[0].Checks {
		if c.Why == "" || c.Fix == "" {
			t.Errorf("%s does not say why, or how to fix it", c.ID)
		}
	}
}

func TestAScorecardThatShipsIsWrittenAndReadAgain(t *testing.T) {
	t.Parallel()
	all, err := builtin.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		text, err := document.Write(d)
		if err != nil {
			t.Fatal(err)
		}
		again, err := document.Read(text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if !reflect.DeepEqual(again.Draft, d) {
			t.Errorf("read again is\n%+v\nwant\n%+v\n%s", again.Draft, d, text)
		}
	}
}

// What the guide says is counted here from the facts that conditions name: those that are given are
// in package given.
func TestTheGuideSaysHowManyChecksAreAutomatic(t *testing.T) {
	t.Parallel()
	all, err := builtin.All()
	if err != nil {
		t.Fatal(err)
	}
	guide, err := os.ReadFile("../../docs/how-to/write-a-scorecard.md")
	if err != nil {
		t.Fatal(err)
	}
	counts := func(d scorecards.Draft) (automatic, given int) {
		for _, c := range d.Checks {
			facts := givenIn(c.Passes + " " + c.AppliesTo)
			if len(facts) == 0 {
				automatic++
				continue
			}
			given++
			if row := regexp.MustCompile(`(?m)^\| ` + c.ID + ` \| (.*) \|$`).FindSubmatch(guide); row == nil {
				t.Errorf("the guide has no row for %s", c.ID)
			} else {
				for _, f := range facts {
					if !strings.Contains(string(row[1]), f) {
						t.Errorf("the guide does not say that %s needs %s: %s", c.ID, f, row[1])
					}
				}
			}
		}
		return automatic, given
	}
	automatic, given := counts(all[0])
	if says := fmt.Sprintf("Of the 38 checks **%d are judged automatically**", automatic); !strings.Contains(string(guide), says) || !strings.Contains(string(guide), fmt.Sprintf("**%d\nneed a fact from outside**", given)) {
		t.Errorf("the guide does not say %q, and that %d need a fact", says, given)
	}
	automatic, _ = counts(all[1])
	if says := fmt.Sprintf("Of the twelve of the starter %d are automatic", automatic); !strings.Contains(string(guide), says) {
		t.Errorf("the guide does not say %q", says)
	}
}

// givenIn are the facts that conditions name and that are given.
func givenIn(conditions string) []string {
	var out []string
	for _, d := range given.Builtin() {
		if regexp.MustCompile(`\b` + d.Name + `\b`).MatchString(conditions) {
			out = append(out, d.Name)
		}
	}
	return out
}
